-- The Merkle trees over the log: leaf n is the event at position n + 1. Everything here can be
-- made anew from the events; what was published of it is kept by others as well, which is what makes it proof.

-- How far each tree has come. One row a hash function.
create table log.trees (
  hash text   not null primary key, -- sha256, sm3
  size bigint not null,
  root bytea  not null
);

-- 256 hashes of a level in eight, as C2SP tlog-tiles lays them out; the last tile of a level grows.
create table log.tiles (
  hash   text     not null,
  level  smallint not null,
  index  bigint   not null,
  hashes bytea    not null check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0),
  primary key (hash, level, index)
);
alter table log.tiles alter column hashes set storage external;

-- The checkpoints that were signed, with the cosignatures of witnesses as they come in.
create table log.checkpoints (
  hash      text        not null,
  size      bigint      not null,
  root      bytea       not null,
  note      text        not null, -- the signed note, as published
  signed_at timestamptz not null default clock_timestamp(),
  primary key (hash, size)
);

-- 时间戳: what an authority outside said of checkpoints (RFC 3161): that it saw one before an instant. For ever: it cannot be had
-- again for that instant.
create table log.timestamps (
  hash       text        not null,
  size       bigint      not null,
  note       text        not null, -- the checkpoint's signed note as it was then; cosignatures that came later stand behind
  reply      bytea       not null check (octet_length(reply) between 1 and 65536), -- verbatim
  stamped_at timestamptz not null, -- the instant that it says
  kept_at    timestamptz not null default clock_timestamp(),
  primary key (hash, size)
);
alter table log.timestamps alter column reply set storage external;

-- How the last attempts to have one went, for each tree.
create table log.timestamping (
  hash     text        not null primary key,
  attempts int         not null default 0, -- failed ones since the last that succeeded
  tried_at timestamptz null,
  next_at  timestamptz null,               -- not before
  trouble  text        null
);

-- What this deployment witnesses for other logs: the newest checkpoint of each that it cosigned. It only grows: whoever
-- was told that a log has n events is never told that it has fewer, or others.
create table log.witnessed (
  origin      text        not null primary key,
  size        bigint      not null,
  root        bytea       not null,
  note        text        not null, -- the checkpoint as it was submitted, with our cosignature
  cosigned_at timestamptz not null default clock_timestamp()
);

-- How far our own checkpoints have got with each witness they are sent to.
create table log.deliveries (
  witness  text        not null primary key, -- its verifier key
  size     bigint      not null default 0,   -- the newest checkpoint it cosigned
  attempts int         not null default 0,   -- failed ones since the last that succeeded
  tried_at timestamptz null,
  next_at  timestamptz null,                 -- not before
  trouble  text        null
);
