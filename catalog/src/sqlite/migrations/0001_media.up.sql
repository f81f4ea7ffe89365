-- As the first builds made it, before there were migrations: their files become number 1 without a change.
create table if not exists media (
    id text primary key,
    owner text not null,
    title text not null,
    kind text not null,
    status text not null,
    reason text,
    source_key text not null,
    source_bytes integer not null,
    source_etag text not null,
    renditions text not null,
    duration_ms integer,
    created_at integer not null,
    updated_at integer not null
) strict;
create index if not exists media_of_owner on media (owner, created_at desc, id desc);
create index if not exists media_in_status on media (status, created_at);
