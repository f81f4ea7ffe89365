alter table deliveries drop column answered_at;
alter table deliveries drop column answer;
alter table deliveries drop column subject;
-- A column that is added stands last; the table below stood in another order.
alter table uploads rename to uploads_above;
create table uploads (
    id text primary key,
    media text not null,
    owner text not null,
    key text not null,
    multipart_id text not null,
    bytes integer not null,
    part_bytes integer not null,
    idempotency_key text,
    created_at integer not null,
    expires_at integer not null
) strict;
insert into uploads (id, media, owner, key, multipart_id, bytes, part_bytes, created_at, expires_at)
    select id, media, owner, key, multipart_id, bytes, part_bytes, created_at, expires_at from uploads_above;
drop table uploads_above;
create index uploads_of_owner on uploads (owner, created_at desc);
create index uploads_by_end on uploads (expires_at);
create table upload_parts (
    upload text not null references uploads (id) on delete cascade,
    number integer not null,
    etag text not null,
    sha256 text not null,
    bytes integer not null,
    primary key (upload, number)
) strict, without rowid;
