drop table once;
drop table watch;
drop table usage;
drop table stored;
drop table licences;
drop table people;
