-- 证据包: packages of evidence, those being made and those made. They are no rows: what was asked for and what came of it
-- is in the log (streams of type evidence); the bytes here have the digest that the log names.
create schema evidence;

-- One row a package.
create table evidence.packages (
  id           uuid        not null primary key,            -- its stream in the log
  number       int         not null generated always as identity unique, -- names the lock of whoever makes it
  region       text        not null collate "C",            -- the jurisdiction of whoever asked
  request      json        not null,                        -- as in the event
  asked        json        not null,                        -- its circumstances
  hazards      int         not null,
  stored_at    timestamptz not null default clock_timestamp(),
  position     bigint      null,                            -- of the event; null until it is known to be in the log
  requested_at timestamptz null,                            -- when that was recorded
  checkpoint   text        null,                            -- what it stands on: fixed when making begins
  tree_size    bigint      null,
  as_of        timestamptz null,                            -- when the last event the checkpoint covers was recorded
  done         int         not null default 0,              -- hazards gathered
  trouble      text        null,                            -- why it does not go on
  tries        int         not null default 0,              -- that failed
  digest       bytea       null,
  size         bigint      null,
  ended_at     timestamptz null,                            -- when its end was recorded
  failure      text        null                             -- why it ended without a package
);
create index packages_by_position on evidence.packages (position) where position is not null;
create index packages_unfinished  on evidence.packages (number) where ended_at is null;

-- What was gathered of each hazard; with its parts, in one transaction: whoever goes on begins with the next.
create table evidence.gathered (
  package  uuid   not null references evidence.packages,
  ordinal  int    not null, -- the hazard's place in the request
  events   bigint not null,
  policies text[] not null, -- versions that its events name
  editions int[]  not null, -- of the calendar
  bodies   text[] not null,
  summary  json   not null, -- its line in the report
  primary key (package, ordinal)
);

-- The entries of the zip, by their order in it. Numbers from 20·10¹² on are drafts of the report and no entries.
create table evidence.parts (
  package     uuid    not null references evidence.packages,
  number      bigint  not null,
  name        text    not null collate "C",
  size        bigint  not null,
  sha256      bytea   not null,
  crc32       bigint  not null,
  file        boolean not null, -- its bytes are those of files.blobs
  stream      uuid    null,     -- whose events it holds
  stream_type text    null,
  events      bigint  null,
  primary key (package, number),
  unique (package, name)
);

-- Their bytes, in pieces that are read and sent one by one.
create table evidence.chunks (
  package uuid   not null references evidence.packages,
  number  bigint not null,
  n       int    not null,
  bytes   bytea  not null,
  primary key (package, number, n)
);
-- Hashes do not shrink, and a piece is read as it is.
alter table evidence.chunks alter column bytes set storage external;

-- Files that events name and that are not in the package.
create table evidence.withheld (
  package uuid  not null references evidence.packages,
  digest  bytea not null,
  reason  text  not null,
  primary key (package, digest)
);
