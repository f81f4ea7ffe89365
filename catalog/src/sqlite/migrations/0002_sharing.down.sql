-- A row that is deleted without its object would be made anew when the bucket is next read, and one that is kept as it is
-- would be in its owner's list again. Neither was asked for.
update media set status = 'failed', reason = 'It was deleted.', renditions = '[]', duration_ms = null
    where deleted_at is not null;
drop index media_deleted;
drop index media_by_age;
alter table media drop column deleted_at;
alter table media drop column thumbhash;
alter table media drop column height;
alter table media drop column width;
alter table media drop column version;
alter table media drop column visibility;
alter table media drop column comment;
