-- Which parts of an upload have arrived is asked of the object store; requests that are sent twice are known to table `once`.
drop table upload_parts;
alter table uploads drop column idempotency_key;
-- What a delivery is about, and how it was last answered.
alter table deliveries add column subject text not null default '';
alter table deliveries add column answer text;
alter table deliveries add column answered_at integer;
