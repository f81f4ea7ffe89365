create table collections (
    id text primary key,
    owner text not null,
    title text not null,
    items text not null,    -- JSON array of media ids, in order
    sharing text not null,  -- JSON: {"people": […], "groups": […], "everyone": …}
    version integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index collections_by_age on collections (created_at desc, id desc);
create index collections_of_owner on collections (owner);

create table links (
    id text primary key,    -- SHA-256 of the secret
    target text not null,   -- JSON: {"media": …} or {"collection": …}
    owner text not null,
    expires_at integer not null,
    view_limit integer,
    views integer not null,
    passphrase_hash text,
    revoked_at integer,
    created_at integer not null
) strict;
create index links_of_owner on links (owner, created_at desc, id desc);
