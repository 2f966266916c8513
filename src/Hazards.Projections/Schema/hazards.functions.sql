-- Writes the rows of hazards with their events; called by the row writer in the transaction of the append, and under its
-- lock. As in all these functions, every parameter is a column, an array with one element a row, and a row counts only where
-- its append was accepted: the event's id is unique to the append.
--
-- What is recorded together is one version. Events of one append have neighbouring positions and times one
-- microsecond apart, so "together" can be told from the log alone, and a rebuild finds the same versions: a version
-- whose last event has the position and the microsecond just before those of the next version's first is not kept,
-- and the next begins where it began.
create function rows.write_hazards(
  stream uuid[], version bigint[], event uuid[], live boolean[], region text[], sector text[], stage text[], level text[], kind text[],
  source text[], found_at timestamptz[], late boolean[], dual boolean[], reopened int[], enterprise text[], listing_level text[],
  listed_by text[], listing_deadline date[], leg_bodies text[], next_due date[], clock_kinds text[], clock_bodies text[],
  clock_dues text[], closed_at timestamptz[], next_ring date[], item json[])
returns void language plpgsql
-- Every look-up is by a unique key. A plan made while the tables are small must not be kept when they have grown.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  tick    constant interval := interval '1 microsecond';
  current constant int := (select e.epoch from rows.epochs e order by e.epoch desc limit 1);
begin
  with given as (
    select *
    from unnest(stream, version, event, live, region, sector, stage, level, kind, source, found_at, late, dual, reopened, enterprise,
                listing_level, listed_by, listing_deadline, leg_bodies, next_due, clock_kinds, clock_bodies, clock_dues, closed_at,
                next_ring, item)
         g (stream, version, event, live, region, sector, stage, level, kind, source, found_at, late, dual, reopened, enterprise,
            listing_level, listed_by, listing_deadline, leg_bodies, next_due, clock_kinds, clock_bodies, clock_dues, closed_at,
            next_ring, item)
  ),
  -- The rows whose append was accepted, with the rows they supersede.
  won as materialized (
    select g.*, e.seq_id as position, e."timestamp" as recorded_last,
           h.version as old_version, h.epoch as old_epoch, h.live as old_live, h.first_recorded_at as old_first,
           h.recorded_from as old_from, h.region as old_region, h.sector as old_sector, h.stage as old_stage, h.level as old_level,
           e."timestamp" - (g.version - coalesce(h.version, 0) - 1) * tick as first_of_these,
           coalesce(h.position = e.seq_id - (g.version - h.version)
                    and h.recorded_last = e."timestamp" - (g.version - h.version) * tick, false) as together
    from given g
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
    left join rows.hazards h on h.hazard_id = g.stream
  ),
  superseded as (
    insert into rows.hazard_history
    select h.hazard_id, h.version, h.position, h.recorded_from, h.recorded_last, h.first_recorded_at, e.epoch, h.live,
           h.region, h.sector, h.stage, h.level, h.kind, h.source, h.found_at, h.late, h.dual, h.reopened, h.enterprise,
           h.listing_level, h.listed_by, h.listing_deadline, h.leg_bodies,
           h.next_due, h.clock_kinds, h.clock_bodies, h.clock_dues, h.closed_at, w.first_of_these
    from won w
    join rows.hazards h on h.hazard_id = w.stream
    cross join lateral generate_series(w.old_epoch, case when w.old_live then current else w.old_epoch end) e (epoch)
    where not w.together
  ),
  shown as (
    insert into rows.hazard_items (position, item)
    select w.position, w.item from won w
  ),
  moved as (
    insert into rows.board_changes (position, recorded_at, region, sector, stage, level, was_region, was_sector, was_stage, was_level)
    select w.position, case when w.together then w.old_from else w.first_of_these end,
           left(w.region, 9), w.sector, w.stage, w.level, left(w.old_region, 9), w.old_sector, w.old_stage, w.old_level
    from won w
    where (left(w.region, 9), w.sector, w.stage, w.level) is distinct from (left(w.old_region, 9), w.old_sector, w.old_stage, w.old_level)
  )
  insert into rows.hazards as h (
    hazard_id, version, position, recorded_from, recorded_last, first_recorded_at, epoch, live, region, sector, stage, level,
    kind, source, found_at, late, dual, reopened, enterprise, listing_level, listed_by, listing_deadline, leg_bodies,
    next_due, clock_kinds, clock_bodies, clock_dues, closed_at, next_ring)
  select w.stream, w.version, w.position, case when w.together then w.old_from else w.first_of_these end, w.recorded_last,
         coalesce(w.old_first, w.first_of_these), case when w.together then w.old_epoch else current end, w.live,
         w.region, w.sector, w.stage, w.level, w.kind, w.source, w.found_at, w.late, w.dual, w.reopened, w.enterprise,
         w.listing_level, w.listed_by, w.listing_deadline, string_to_array(w.leg_bodies, ','),
         w.next_due, string_to_array(w.clock_kinds, ','), string_to_array(w.clock_bodies, ',', '-'),
         string_to_array(w.clock_dues, ',')::date[], w.closed_at, w.next_ring
  from won w
  on conflict (hazard_id) do update
  set version = excluded.version, position = excluded.position, recorded_from = excluded.recorded_from,
      recorded_last = excluded.recorded_last, epoch = excluded.epoch, live = excluded.live, region = excluded.region,
      sector = excluded.sector, stage = excluded.stage, level = excluded.level, dual = excluded.dual,
      reopened = excluded.reopened, enterprise = excluded.enterprise, listing_level = excluded.listing_level,
      listed_by = excluded.listed_by, listing_deadline = excluded.listing_deadline, leg_bodies = excluded.leg_bodies,
      next_due = excluded.next_due, clock_kinds = excluded.clock_kinds, clock_bodies = excluded.clock_bodies,
      clock_dues = excluded.clock_dues, closed_at = excluded.closed_at, next_ring = excluded.next_ring;
end $$;

-- Writes the words of hazards, where they changed; after write_hazards. The grams of all are one array; the column says how
-- many of them are each one's.
create function rows.write_texts(stream uuid[], version bigint[], event uuid[], words text[], all_grams int[], grams int[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  with won as materialized (
    select g.stream, g.words, all_grams[g.upto - g.grams + 1 : g.upto] as grams, h.recorded_from, h.first_recorded_at
    from (
      select i.*, (sum(i.grams) over (order by i.n))::int as upto
      from unnest(stream, version, event, words, grams)
           with ordinality i (stream, version, event, words, grams, n)) g
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
    join rows.hazards h on h.hazard_id = g.stream
  ),
  ended as (
    update rows.hazard_texts t set recorded_to = w.recorded_from
    from won w
    where t.hazard_id = w.stream and t.recorded_to = 'infinity' and t.recorded_from < w.recorded_from
  )
  insert into rows.hazard_texts (hazard_id, recorded_from, recorded_to, words, grams, first_recorded_at)
  select w.stream, w.recorded_from, 'infinity', w.words, w.grams, w.first_recorded_at from won w
  on conflict (hazard_id, recorded_from) do update set words = excluded.words, grams = excluded.grams;
end $$;
