-- Rows made before this lack nothing.
-- Hazards whose due dates the calendar moves are found by their working clocks (0005_working_clocks.sql), which know the
-- days they were counted through; the mark that some due date runs into an unannounced year found the same ones again.

drop index rows.hazards_provisional;
alter table rows.hazards drop column provisional;

drop function rows.write_hazards(
  uuid[], bigint[], uuid[], boolean[], text[], text[], text[], text[], text[], text[], timestamptz[], boolean[],
  boolean[], int[], text[], text[], text[], date[], text[], date[], text[], text[], text[], timestamptz[], json[], date[], boolean[]);

create function rows.write_hazards(
  ids uuid[], versions bigint[], last_events uuid[],
  lives boolean[], regions text[], sectors text[], stages text[], levels text[], kinds text[], sources text[],
  founds timestamptz[], lates boolean[], duals boolean[], reopens int[], enterprises text[],
  listings text[], listers text[], listing_ends date[], legs text[],
  dues date[], clock_kinds text[], clock_bodies text[], clock_dues text[], closings timestamptz[], items json[],
  rings date[])
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
    from unnest(ids, versions, last_events, lives, regions, sectors, stages, levels, kinds, sources, founds, lates, duals,
                reopens, enterprises, listings, listers, listing_ends, legs, dues, clock_kinds, clock_bodies, clock_dues,
                closings, items, rings)
         g (id, version, last_event, live, region, sector, stage, level, kind, source, found, late, dual,
            reopened, enterprise, listing, lister, listing_end, legs, due, clock_kinds, clock_bodies, clock_dues,
            closed, item, ring)
  ),
  -- The rows whose append was accepted (the event's id is unique to the append), with the rows they supersede.
  won as materialized (
    select g.*, e.seq_id as position, e."timestamp" as recorded_last,
           h.version as old_version, h.epoch as old_epoch, h.live as old_live, h.first_recorded_at as old_first,
           h.recorded_from as old_from, h.region as old_region, h.sector as old_sector, h.stage as old_stage, h.level as old_level,
           e."timestamp" - (g.version - coalesce(h.version, 0) - 1) * tick as first_of_these,
           coalesce(h.position = e.seq_id - (g.version - h.version)
                    and h.recorded_last = e."timestamp" - (g.version - h.version) * tick, false) as together
    from given g
    join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
    left join rows.hazards h on h.hazard_id = g.id
  ),
  superseded as (
    insert into rows.hazard_history
    select h.hazard_id, h.version, h.position, h.recorded_from, h.recorded_last, h.first_recorded_at, e.epoch, h.live,
           h.region, h.sector, h.stage, h.level, h.kind, h.source, h.found_at, h.late, h.dual, h.reopened, h.enterprise,
           h.listing_level, h.listed_by, h.listing_deadline, h.leg_bodies,
           h.next_due, h.clock_kinds, h.clock_bodies, h.clock_dues, h.closed_at, w.first_of_these
    from won w
    join rows.hazards h on h.hazard_id = w.id
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
  select w.id, w.version, w.position, case when w.together then w.old_from else w.first_of_these end, w.recorded_last,
         coalesce(w.old_first, w.first_of_these), case when w.together then w.old_epoch else current end, w.live,
         w.region, w.sector, w.stage, w.level, w.kind, w.source, w.found, w.late, w.dual, w.reopened, w.enterprise,
         w.listing, w.lister, w.listing_end, string_to_array(w.legs, ','),
         w.due, string_to_array(w.clock_kinds, ','), string_to_array(w.clock_bodies, ',', '-'),
         string_to_array(w.clock_dues, ',')::date[], w.closed, w.ring
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
