alter table deliveries drop column answered_at;
alter table deliveries drop column answer;
alter table deliveries drop column subject;
alter table uploads add column idempotency_key text;
create table upload_parts (
    upload text not null references uploads (id) on delete cascade,
    number integer not null,
    etag text not null,
    sha256 text not null,
    bytes integer not null,
    primary key (upload, number)
) strict, without rowid;
