create table people (
    sub text primary key,
    name text not null,
    bio text not null,
    avatar_key text,
    preferences text not null,  -- JSON object
    version integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;

create table licences (
    key text primary key,
    plan text not null,
    quota_bytes integer not null,
    quota_minutes integer not null,
    expires_at integer,
    person text,
    revoked_at integer,
    issued_by text not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index licences_by_age on licences (created_at desc, key desc);
create index licences_of_person on licences (person) where person is not null;

-- What a person stores now is compared with the quota; what each month added to it is what months are told by.
create table stored (
    person text primary key,
    bytes integer not null check (bytes >= 0),
    minutes integer not null check (minutes >= 0)
) strict;
create table usage (
    person text not null,
    month text not null,
    bytes integer not null,
    minutes integer not null,
    uploads integer not null,
    plays integer not null,
    primary key (person, month)
) strict;

create table watch (
    person text not null,
    media text not null,
    seconds integer not null,
    updated_at integer not null,
    primary key (person, media)
) strict;
create index watch_by_age on watch (person, updated_at desc);

create table once (
    person text not null,
    key text not null,
    begun_at integer not null,
    status integer,  -- null while the request is under way
    body text,
    primary key (person, key)
) strict;
