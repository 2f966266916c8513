-- From here on Marten writes the events (docs/event-log.md). What was ours on its tables leaves them, byte for byte; the
-- function that appended goes. Marten's own migration, which follows, adds what it has beside (LogMigrations).

-- Nobody waits for long behind this while it waits for a reader of hours: it is tried again (Migrations).
set local lock_timeout = '3s';

-- Nodes of the version before may be appending: the lock that orders all appends, or a code written after the last
-- was moved would go with its column.
select pg_advisory_xact_lock(7311142570156650343 /* 'eventlog' */);
lock table log.mt_events in access exclusive mode;

insert into log.event_codes (position, code)
select e.seq_id, e.mac from log.mt_events e
where e.mac is not null and e.seq_id > coalesce((select max(c.position) from log.event_codes c), 0)
order by e.seq_id;

alter table log.mt_events drop column mac;

drop function log.append(
  boolean[], int[], text[], text[], bytea[], int[], uuid[], text[], bigint[], int[], uuid[],
  int[], uuid[], uuid[], bigint[], text[], text[], jsonb[], jsonb[], text[], text[], timestamptz[]);
drop function log.append(
  boolean[], int[], text[], text[], bytea[], int[], uuid[], text[], bigint[], int[], uuid[],
  int[], uuid[], uuid[], bigint[], text[], text[], jsonb[], jsonb[], text[], text[], timestamptz[], bytea[]);

-- Marten's foreign key, under its name. Events of before are checked afterwards, while appends go on (LogMigrations).
alter table log.mt_events add constraint fkey_mt_events_stream_id
  foreign key (stream_id) references log.mt_streams (id) on delete cascade not valid;

-- The last number given out is the last position: a batch that was rolled back may have left it ahead, or, on a log without
-- events, behind where Marten counts from. Nobody reads by Marten's marks before this; from here on it is never set back.
select setval('log.mt_events_sequence', coalesce(h.seq_id, 1), h.seq_id is not null)
from (select 1) one left join (select e.seq_id from log.mt_events e order by e.seq_id desc limit 1) h on true;
