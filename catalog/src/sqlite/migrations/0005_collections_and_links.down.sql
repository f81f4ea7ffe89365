drop table links;
drop table collections;
