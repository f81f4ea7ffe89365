-- Whether a later step has renditions to add.
alter table media add column later integer not null default 0;
