-- Writes the rows of hazards with their events; called by the row writer after log.append, in its transaction and
-- under its lock. Every array is one column, one element a hazard.
--
-- What is recorded together is one version. Events of one append have neighbouring positions and times one
-- microsecond apart, so "together" can be told from the log alone, and a rebuild finds the same versions: a version
-- whose last event has the position and the microsecond just before those of the next version's first is not kept,
-- and the next begins where it began.

create function rows.write_hazards(
  ids uuid[], versions bigint[], last_events uuid[],
  lives boolean[], regions text[], sectors text[], stages text[], levels text[], kinds text[], sources text[],
  founds timestamptz[], lates boolean[], duals boolean[], reopens int[], enterprises text[],
  listings text[], listers text[], listing_ends date[], legs text[],
  dues date[], clock_kinds text[], clock_bodies text[], clock_dues text[], closings timestamptz[], items json[])
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
                closings, items)
         g (id, version, last_event, live, region, sector, stage, level, kind, source, found, late, dual,
            reopened, enterprise, listing, lister, listing_end, legs, due, clock_kinds, clock_bodies, clock_dues,
            closed, item)
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
    next_due, clock_kinds, clock_bodies, clock_dues, closed_at)
  select w.id, w.version, w.position, case when w.together then w.old_from else w.first_of_these end, w.recorded_last,
         coalesce(w.old_first, w.first_of_these), case when w.together then w.old_epoch else current end, w.live,
         w.region, w.sector, w.stage, w.level, w.kind, w.source, w.found, w.late, w.dual, w.reopened, w.enterprise,
         w.listing, w.lister, w.listing_end, string_to_array(w.legs, ','),
         w.due, string_to_array(w.clock_kinds, ','), string_to_array(w.clock_bodies, ',', '-'),
         string_to_array(w.clock_dues, ',')::date[], w.closed
  from won w
  on conflict (hazard_id) do update
  set version = excluded.version, position = excluded.position, recorded_from = excluded.recorded_from,
      recorded_last = excluded.recorded_last, epoch = excluded.epoch, live = excluded.live, region = excluded.region,
      sector = excluded.sector, stage = excluded.stage, level = excluded.level, dual = excluded.dual,
      reopened = excluded.reopened, enterprise = excluded.enterprise, listing_level = excluded.listing_level,
      listed_by = excluded.listed_by, listing_deadline = excluded.listing_deadline, leg_bodies = excluded.leg_bodies,
      next_due = excluded.next_due, clock_kinds = excluded.clock_kinds, clock_bodies = excluded.clock_bodies,
      clock_dues = excluded.clock_dues, closed_at = excluded.closed_at;
end $$;

-- Writes the words of hazards, where they changed; after write_hazards. The grams of all are one array, with the
-- number that each has.
create function rows.write_texts(ids uuid[], versions bigint[], last_events uuid[], texts text[], all_grams int[], counts int[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  with won as materialized (
    select g.id, g.words, all_grams[g.upto - g.grams + 1 : g.upto] as grams, h.recorded_from
    from (
      select i.*, (sum(i.grams) over (order by i.n))::int as upto
      from unnest(ids, versions, last_events, texts, counts)
           with ordinality i (id, version, last_event, words, grams, n)) g
    join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
    join rows.hazards h on h.hazard_id = g.id
  ),
  ended as (
    update rows.hazard_texts t set recorded_to = w.recorded_from
    from won w
    where t.hazard_id = w.id and t.recorded_to = 'infinity' and t.recorded_from < w.recorded_from
  )
  insert into rows.hazard_texts (hazard_id, recorded_from, recorded_to, words, grams)
  select w.id, w.recorded_from, 'infinity', w.words, w.grams from won w
  on conflict (hazard_id, recorded_from) do update set words = excluded.words, grams = excluded.grams;
end $$;

-- Begins an epoch and sums up the board when it is time for either. Called by the row writer now and then, under the
-- log's lock, so that all nodes agree without asking each other. Costs two short counts when it is not time.
create function rows.keep() returns void language plpgsql
set enable_seqscan = off
as $$
declare
  now_in rows.epochs;
  summed rows.board_checkpoints;
begin
  select * into now_in from rows.epochs order by epoch desc limit 1;
  if (select count(*) from rows.hazard_history h where h.epoch = now_in.epoch and h.live) > greatest(5000, now_in.live) then
    -- At the newest row and not at the log's head: a rebuild writes rows of long ago.
    insert into rows.epochs
    values (now_in.epoch + 1, (select max(h.recorded_from) from rows.hazards h),
            (select count(*) from rows.hazards h where h.next_due < 'infinity'));
  end if;

  select * into summed from rows.board_checkpoints order by position desc limit 1;
  if (select count(*) from rows.board_changes c where c.position > summed.position) > greatest(4096, summed.cells) then
    perform rows.sum_board(summed.position);
  end if;
end $$;

create function rows.sum_board(last bigint) returns void language sql as $$
  with upto as (
    select c.position, c.recorded_at from rows.board_changes c order by c.position desc limit 1
  ),
  totals as (
    insert into rows.board_totals (checkpoint, region, sector, stage, level, n)
    select (select position from upto), region, sector, stage, level, sum(n)
    from (
      select region, sector, stage, level, n from rows.board_totals where checkpoint = last
      union all
      select region, sector, stage, level, 1 from rows.board_changes where position > last
      union all
      select was_region, was_sector, was_stage, was_level, -1 from rows.board_changes where position > last and was_region is not null) c
    group by region, sector, stage, level
    having sum(n) <> 0
    returning 1
  )
  insert into rows.board_checkpoints (position, recorded_at, cells)
  select position, recorded_at, (select count(*) from totals) from upto
$$;

-- The position of the last event recorded at or before an instant. Positions have no gaps and times increase with
-- them, so it is found by halving: some twenty look-ups by primary key, whatever the log's size.
create function rows.position_at(instant timestamptz) returns bigint language plpgsql stable as $$
declare
  low  bigint := 0;
  high bigint := coalesce((select max(e.seq_id) from log.mt_events e), 0);
  mid  bigint;
begin
  while low < high loop
    mid := (low + high + 1) / 2;
    if (select e."timestamp" from log.mt_events e where e.seq_id = mid) <= instant then
      low := mid;
    else
      high := mid - 1;
    end if;
  end loop;
  return low;
end $$;
