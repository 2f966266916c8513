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

create trigger refuse_update   before update   on log.timestamps for each row       execute function log.refuse_change();
create trigger refuse_delete   before delete   on log.timestamps for each row       execute function log.refuse_change();
create trigger refuse_truncate before truncate on log.timestamps for each statement execute function log.refuse_change();
alter table log.timestamps enable always trigger refuse_update;
alter table log.timestamps enable always trigger refuse_delete;
alter table log.timestamps enable always trigger refuse_truncate;

-- How the last attempts to have one went, for each tree.
create table log.timestamping (
  hash     text        not null primary key,
  attempts int         not null default 0, -- failed ones since the last that succeeded
  tried_at timestamptz null,
  next_at  timestamptz null,               -- not before
  trouble  text        null
);
