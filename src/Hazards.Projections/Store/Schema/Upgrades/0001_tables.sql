-- The log's tables in the layout of Marten 9, so that Marten can open the same database.
-- What is ours beside them (append_keys, the functions) is in tables and functions of its own.

create schema log;

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

-- There is no foreign key from events to streams: it costs a fifth of the throughput, and the append function,
-- which is the only writer, upholds it. Marten adds its own when it is allowed to change the schema.
create table log.mt_events (
  seq_id         bigint       not null constraint pkey_mt_events_seq_id primary key,
  id             uuid         not null,
  stream_id      uuid         null,
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
