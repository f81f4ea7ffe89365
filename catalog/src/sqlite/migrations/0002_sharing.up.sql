-- What people write of a title, who may see it, how it looks, and deletion that can be undone.
alter table media add column comment text not null default '';
alter table media add column visibility text not null default '"owner"';  -- JSON: "owner", {"groups": […]}, "everyone"
alter table media add column version integer not null default 1;
alter table media add column width integer;
alter table media add column height integer;
alter table media add column thumbhash text;  -- base64
alter table media add column deleted_at integer;
create index media_by_age on media (created_at desc, id desc);
create index media_deleted on media (deleted_at) where deleted_at is not null;
