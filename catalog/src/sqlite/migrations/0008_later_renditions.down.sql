alter table media drop column later;
