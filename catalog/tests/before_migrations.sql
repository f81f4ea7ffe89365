pragma journal_mode = wal;
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
insert into media values
    ('new', '6f1d9c9e', 'new.jpg', 'unknown', 'uploading', null, '6f1d9c9e/new/original', 5, '', '[]', null,
        1700000000001, 1700000000001),
    ('fresh', '6f1d9c9e', 'fresh.jpg', 'unknown', 'uploaded', null, '6f1d9c9e/fresh/original', 7, 'e', '[]', null,
        1700000000002, 1700000000102),
    ('broken', '6f1d9c9e', 'broken.jpg', 'unknown', 'failed', 'The file is empty.', '6f1d9c9e/broken/original', 0, 'e',
        '[]', null, 1700000000003, 1700000000103),
    ('photo', '6f1d9c9e', 'Ünïcödé ''n'' \ .jpg', 'image', 'processing', null, '6f1d9c9e/photo/original', 9, 'e', '[]',
        null, 1700000000004, 1700000000104),
    ('film', '6f1d9c9e', 'Ein "Film".mp4', 'video', 'ready', null, '6f1d9c9e/film/original', 5000000000, 'e-1',
        '[{"name":"poster","key":"media/6f1d9c9e/film/poster.webp","content_type":"image/webp","width":1280,"height":720,"bytes":9000}]',
        24000, 1700000000005, 1700000000105),
    ('other', 'b0b', 'other.jpg', 'unknown', 'uploading', null, 'b0b/other/original', 5, '', '[]', null,
        1700000000006, 1700000000006);
