create table log.mt_streams (
  id          uuid        not null constraint pkey_mt_streams_id primary key,
  type        varchar     null,
  version     bigint      null,
  "timestamp" timestamptz not null default now(),
  created     timestamptz not null default now(),
  tenant_id   varchar     null default '*DEFAULT*',
  is_archived boolean     null default false
)
-- Every append rewrites its stream's row; room in the page keeps the rewrite out of the index (HOT).
with (fillfactor = 85);

create table log.mt_events (
  seq_id         bigint       not null constraint pkey_mt_events_seq_id primary key,
  id             uuid         not null,
  stream_id      uuid         null constraint fkey_mt_events_stream_id references log.mt_streams (id) on delete cascade,
  version        bigint       not null,
  data           jsonb        not null,
  bdata          bytea        null,
  type           varchar(500) not null,
  "timestamp"    timestamptz  not null default now(),
  tenant_id      varchar      null default '*DEFAULT*',
  mt_dotnet_type varchar      null,
  correlation_id varchar      null,
  causation_id   varchar      null,
  headers        jsonb        null,
  is_archived    boolean      null default false
);

create unique index pk_mt_events_stream_and_version on log.mt_events (stream_id, version);

-- Our indexes. Marten leaves them alone (HazardsStore).
-- For the replay of a body or a person: its acts in the order of the log. docs/replay.md says what the index costs.
create index mt_events_by_body on log.mt_events ((headers ->> 'body'), seq_id);
-- The events that were put before a body, by the events' own word.
-- Without a pending list: whoever appends pays for its own entries, and never at once for those of thousands before it.
create index mt_events_told on log.mt_events using gin ((headers -> 'told') jsonb_path_ops) with (fastupdate = off)
  where headers ? 'told';
-- For the replay of an enterprise or a region: hazards that once bore its code and were corrected to another's. Few rows ever enter it,
-- and an event of another type costs a comparison.
create index mt_events_moved on log.mt_events ((data ->> 'field'), (data ->> 'from') collate "C")
  where type = 'hazard_corrected' and data ->> 'field' in ('region', 'enterpriseCreditCode');
-- What people entered late, in the order of the log: few events are, and the others pay a comparison.
create index mt_events_late on log.mt_events (seq_id) include (stream_id)
  where headers ->> 'entry' = 'late' and headers ->> 'role' <> 'clock';

-- The last number given out is the last position: it is never set back.
create sequence log.mt_events_sequence owned by log.mt_events.seq_id;

create table log.mt_event_progression (
  name         varchar     not null constraint pkey_mt_event_progression_name primary key,
  last_seq_id  bigint      null,
  last_updated timestamptz null default transaction_timestamp()
);

-- Which idempotency key led to which positions. The rest of the first outcome (streams, versions, time) is read
-- from the events at those positions.
create table log.append_keys (
  scope          text   not null,
  key            text   not null,
  fingerprint    bytea  not null,
  first_position bigint not null,
  last_position  bigint not null,
  constraint pkey_append_keys primary key (scope, key)
);

-- Who wrote an event: HMAC-SHA256 over its identity, place and contents with a key that is kept outside the database. An
-- event that was put into the table by anybody else has none, or a wrong one.
create table log.event_codes (
  position bigint not null constraint pkey_event_codes primary key,
  code     bytea  not null
);
