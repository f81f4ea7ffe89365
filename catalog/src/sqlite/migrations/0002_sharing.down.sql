-- A deleted title would be in every list again; nobody asked for that.
delete from media where deleted_at is not null;
drop index media_deleted;
drop index media_by_age;
alter table media drop column deleted_at;
alter table media drop column thumbhash;
alter table media drop column height;
alter table media drop column width;
alter table media drop column version;
alter table media drop column visibility;
alter table media drop column comment;
