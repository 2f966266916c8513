-- Who wrote an event: HMAC-SHA256 over its identity, place and contents with a key that is kept outside the database. An
-- event that was put into the table by anybody else has none, or a wrong one. Marten leaves it null.
alter table log.mt_events add column mac bytea;

-- log.append as before (0003_append.sql), with the codes; and it names the streams whose type is not the one given.
create function log.append(
  -- one element an append
  may_win           boolean[],     -- false: shares a stream or key with an earlier append of the batch, so is only checked
  append_events     int[],         -- how many events it has
  key_scope         text[],        -- the three key arrays are null when no append of the batch has a key
  key_value         text[],
  key_fingerprint   bytea[],
  -- one element a stream of an append
  stream_append     int[],         -- index into the append arrays, from 1
  stream_id         uuid[],
  stream_type       text[],
  stream_expected   bigint[],
  stream_events     int[],
  stream_last_event uuid[],
  -- one element an event of an append that may win
  event_append      int[],
  event_id          uuid[],
  event_stream      uuid[],
  event_version     bigint[],
  event_type        text[],
  event_dotnet_type text[],
  event_data        jsonb[],
  event_headers     jsonb[],
  event_correlation text[],
  event_causation   text[],
  event_given       timestamptz[], -- null: the database's clock
  event_mac         bytea[],       -- null: events are not authenticated
  -- the first winning event has position_before + 1 and, by the database's clock, recorded_before + 1 µs, and so on
  out position_before bigint,
  out recorded_before timestamptz,
  out recorded        timestamptz[], -- each winning event's time, where times were given
  -- the losers
  out conflict_append int[],
  out conflict_stream uuid[],
  out conflict_actual bigint[],
  out repeat_append   int[],
  out repeat_same     boolean[],
  out repeat_first    bigint[],
  out repeat_last     bigint[],
  -- winners on a stream whose type is kept otherwise than given: what they are in the log must be read from it
  out mistyped        int[]
)
language plpgsql
-- Every look-up is by a unique key. A plan made while the tables are small must not be kept when they have grown.
set enable_seqscan = off
as $$
#variable_conflict use_variable
declare
  microsecond constant interval := interval '1 microsecond';
  clock       timestamptz;
  lost        int[];
begin
  -- The lock that orders all appends of all nodes; held to commit, so positions become visible in order.
  perform pg_advisory_xact_lock(7311142570156650343 /* 'eventlog' */);
  clock := clock_timestamp();

  -- The head is the last event itself: nothing to keep in step, no row that every commit rewrites.
  select e.seq_id, e."timestamp" into position_before, recorded_before
  from log.mt_events e order by e.seq_id desc limit 1;
  position_before := coalesce(position_before, 0);
  recorded_before := coalesce(recorded_before, '-infinity');

  if key_value is not null then
    select array_agg(k.n), array_agg(f.fingerprint = k.fingerprint),
           array_agg(f.first_position), array_agg(f.last_position)
      into repeat_append, repeat_same, repeat_first, repeat_last
    from unnest(key_scope, key_value, key_fingerprint) with ordinality k (scope, key, fingerprint, n)
    cross join lateral (
      select p.fingerprint, p.first_position, p.last_position
      from log.append_keys p where p.scope = k.scope and p.key = k.key limit 1) f;
  end if;

  select array_agg(s.append) filter (where s.conflicts), array_agg(s.id) filter (where s.conflicts),
         array_agg(s.actual) filter (where s.conflicts), array_agg(s.append) filter (where s.differs)
    into conflict_append, conflict_stream, conflict_actual, mistyped
  from (
    select i.append, i.id, coalesce(m.version, 0) as actual, coalesce(m.version, 0) <> i.expected as conflicts,
           m.version is not null and m.type is distinct from i.type as differs
    from unnest(stream_append, stream_id, stream_type, stream_expected) i (append, id, type, expected)
    left join lateral (select t.version, t.type from log.mt_streams t where t.id = i.id limit 1) m on true) s
  where s.conflicts or s.differs;

  lost := repeat_append || conflict_append;

  if lost is not null or false = any (may_win) then
    -- An append sent again after its first commit went unheard: its rows must not be written again either.
    if exists (
      select from unnest(stream_append, stream_id, stream_expected, stream_events, stream_last_event)
                  s (append, id, expected, events, last_event)
      where s.append = any (lost) and exists (
        select from log.mt_events e
        where e.stream_id = s.id and e.version = s.expected + s.events and e.id = s.last_event)) then
      raise exception 'an append of this batch is in the log already' using errcode = 'LG001';
    end if;

    -- Keep the winners only; from here on the arrays hold nothing else.
    select array_agg(n) into lost from (
      select n from unnest(may_win) with ordinality a (may, n) where not may or n = any (lost)) l;

    select array_agg(s.id order by n), array_agg(s.type order by n), array_agg(s.expected order by n), array_agg(s.events order by n)
      into stream_id, stream_type, stream_expected, stream_events
    from unnest(stream_append, stream_id, stream_type, stream_expected, stream_events)
         with ordinality s (append, id, type, expected, events, n)
    where s.append <> all (lost);

    if stream_id is null then
      return;
    end if;

    select array_agg(e.id order by n), array_agg(e.stream order by n), array_agg(e.version order by n),
           array_agg(e.type order by n), array_agg(e.dotnet_type order by n), array_agg(e.data order by n),
           array_agg(e.headers order by n), array_agg(e.correlation order by n), array_agg(e.causation order by n),
           case when event_given is not null then array_agg(e.given order by n) end,
           case when event_mac is not null then array_agg(e.mac order by n) end
      into event_id, event_stream, event_version, event_type, event_dotnet_type, event_data,
           event_headers, event_correlation, event_causation, event_given, event_mac
    from unnest(event_append, event_id, event_stream, event_version, event_type, event_dotnet_type, event_data,
                event_headers, event_correlation, event_causation, event_given, event_mac)
         with ordinality e (append, id, stream, version, type, dotnet_type, data, headers, correlation, causation, given, mac, n)
    where e.append <> all (lost);

    select array_agg(a.events order by n), array_agg(a.scope order by n), array_agg(a.key order by n), array_agg(a.fingerprint order by n)
      into append_events, key_scope, key_value, key_fingerprint
    from unnest(append_events, key_scope, key_value, key_fingerprint)
         with ordinality a (events, scope, key, fingerprint, n)
    where n <> all (lost);
  end if;

  -- Recorded times are distinct and increase with the positions, even where the clock was set back.
  if event_given is null then
    recorded_before := greatest(clock - microsecond, recorded_before);
  else
    select array_agg(greatest(recorded_before, g.latest) + g.n * microsecond order by g.n) into recorded
    from (
      select i.n, max(coalesce(i.given, clock) - i.n * microsecond) over (order by i.n) as latest
      from unnest(event_given) with ordinality i (given, n)) g;
  end if;

  insert into log.mt_events (
    seq_id, id, stream_id, version, data, type, "timestamp", mt_dotnet_type, correlation_id, causation_id, headers, mac)
  select position_before + e.n, e.id, e.stream, e.version, e.data, e.type,
         coalesce(recorded[e.n::int], recorded_before + e.n * microsecond),
         e.dotnet_type, e.correlation, e.causation, e.headers, e.mac
  from unnest(event_id, event_stream, event_version, event_type, event_dotnet_type, event_data, event_headers,
              event_correlation, event_causation, event_mac)
       with ordinality e (id, stream, version, type, dotnet_type, data, headers, correlation, causation, mac, n);

  insert into log.mt_streams (id, type, version, "timestamp", created)
  select s.id, s.type, s.expected + s.events,
         coalesce(recorded[s.upto], recorded_before + s.upto * microsecond),
         coalesce(recorded[s.upto - s.events + 1], recorded_before + (s.upto - s.events + 1) * microsecond)
  from (
    select i.*, (sum(i.events) over (order by i.n))::int as upto
    from unnest(stream_id, stream_type, stream_expected, stream_events)
         with ordinality i (id, type, expected, events, n)) s
  on conflict (id) do update set version = excluded.version, "timestamp" = excluded."timestamp";

  if key_value is not null then
    insert into log.append_keys (scope, key, fingerprint, first_position, last_position)
    select k.scope, k.key, k.fingerprint, position_before + k.upto - k.events + 1, position_before + k.upto
    from (
      select i.*, (sum(i.events) over (order by i.n))::int as upto
      from unnest(key_scope, key_value, key_fingerprint, append_events)
           with ordinality i (scope, key, fingerprint, events, n)) k
    where k.key is not null;
  end if;

  -- Marten's sequence, so that Marten can take over at any time. Not transactional: after an abort it is ahead
  -- until the next append.
  perform setval('log.mt_events_sequence', position_before + cardinality(event_id));
  perform pg_notify('log', (position_before + cardinality(event_id))::text);
end $$;

-- Nodes of the version before call it without the codes.
create or replace function log.append(
  -- one element an append
  may_win           boolean[],     -- false: shares a stream or key with an earlier append of the batch, so is only checked
  append_events     int[],         -- how many events it has
  key_scope         text[],        -- the three key arrays are null when no append of the batch has a key
  key_value         text[],
  key_fingerprint   bytea[],
  -- one element a stream of an append
  stream_append     int[],         -- index into the append arrays, from 1
  stream_id         uuid[],
  stream_type       text[],
  stream_expected   bigint[],
  stream_events     int[],
  stream_last_event uuid[],
  -- one element an event of an append that may win
  event_append      int[],
  event_id          uuid[],
  event_stream      uuid[],
  event_version     bigint[],
  event_type        text[],
  event_dotnet_type text[],
  event_data        jsonb[],
  event_headers     jsonb[],
  event_correlation text[],
  event_causation   text[],
  event_given       timestamptz[], -- null: the database's clock
  -- the first winning event has position_before + 1 and, by the database's clock, recorded_before + 1 µs, and so on
  out position_before bigint,
  out recorded_before timestamptz,
  out recorded        timestamptz[], -- each winning event's time, where times were given
  -- the losers
  out conflict_append int[],
  out conflict_stream uuid[],
  out conflict_actual bigint[],
  out repeat_append   int[],
  out repeat_same     boolean[],
  out repeat_first    bigint[],
  out repeat_last     bigint[]
)
language sql
as $$
  select a.position_before, a.recorded_before, a.recorded, a.conflict_append, a.conflict_stream, a.conflict_actual,
         a.repeat_append, a.repeat_same, a.repeat_first, a.repeat_last
  from log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, null) a
$$;
