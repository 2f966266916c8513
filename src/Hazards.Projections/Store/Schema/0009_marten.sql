-- From here on Marten writes the events (docs/event-log.md). What was ours on its tables leaves them, byte for byte; the
-- function that appended goes. Marten's own migration, which follows, adds what it has beside (StoreMigration).

-- Who wrote an event: HMAC-SHA256 over its identity, place and contents with a key that is kept outside the database. An
-- event that was put into the table by anybody else has none, or a wrong one.
create table log.event_codes (
  position bigint not null constraint pkey_event_codes primary key,
  code     bytea  not null
);
insert into log.event_codes (position, code)
select e.seq_id, e.mac from log.mt_events e where e.mac is not null order by e.seq_id;

create trigger refuse_update   before update   on log.event_codes for each row       execute function log.refuse_change();
create trigger refuse_delete   before delete   on log.event_codes for each row       execute function log.refuse_change();
create trigger refuse_truncate before truncate on log.event_codes for each statement execute function log.refuse_change();
alter table log.event_codes enable always trigger refuse_update;
alter table log.event_codes enable always trigger refuse_delete;
alter table log.event_codes enable always trigger refuse_truncate;

alter table log.mt_events drop column mac;

drop function log.append(
  boolean[], int[], text[], text[], bytea[], int[], uuid[], text[], bigint[], int[], uuid[],
  int[], uuid[], uuid[], bigint[], text[], text[], jsonb[], jsonb[], text[], text[], timestamptz[]);
drop function log.append(
  boolean[], int[], text[], text[], bytea[], int[], uuid[], text[], bigint[], int[], uuid[],
  int[], uuid[], uuid[], bigint[], text[], text[], jsonb[], jsonb[], text[], text[], timestamptz[], bytea[]);

-- The last number given out is the last position: a batch that was rolled back may have left it ahead, or, on a log without
-- events, behind where Marten counts from.
select setval('log.mt_events_sequence', coalesce(h.seq_id, 1), h.seq_id is not null)
from (select 1) one left join (select e.seq_id from log.mt_events e order by e.seq_id desc limit 1) h on true;
