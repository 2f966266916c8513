-- Files by their digest. They are no rows: the log names them and cannot make them anew, so a rebuild leaves them alone.
create schema files;

create table files.blobs (
  digest     bytea       not null primary key check (octet_length(digest) = 32), -- SHA-256 of the bytes
  media_type text        not null,
  size       bigint      not null,
  bytes      bytea       not null,
  stored_at  timestamptz not null default clock_timestamp()
);

-- Photos and documents are compressed already; uncompressed, a part can be read without the rest.
alter table files.blobs alter column bytes set storage external;

-- The regions a file was put in for, before any event named it: who has jurisdiction there may read it.
create table files.owners (
  digest bytea not null references files.blobs,
  region text  not null collate "C",
  primary key (digest, region)
);
