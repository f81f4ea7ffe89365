create table webhooks (
    id text primary key,
    owner text not null,
    url text not null,
    secret text not null,
    events text not null,  -- JSON array
    active integer not null check (active in (0, 1)),
    version integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;
create index webhooks_of_owner on webhooks (owner, created_at desc);

create table deliveries (
    webhook text not null references webhooks (id) on delete cascade,
    id text not null,
    event text not null,
    attempt integer not null,
    status text not null,
    next_attempt_at integer,
    created_at integer not null,
    primary key (webhook, id)
) strict;
create index deliveries_by_age on deliveries (webhook, created_at desc, id desc);
create index deliveries_due on deliveries (next_attempt_at) where status = 'pending';
