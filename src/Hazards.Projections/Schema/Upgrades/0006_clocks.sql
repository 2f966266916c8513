-- The rows of clocks. docs/clocks.md says what they are for.

-- The first day on which a hazard has something to ring for (Ring.NextRing); null when nothing is left. Rows written
-- before there was a worker say -infinity: look at me.
alter table rows.hazards add column next_ring date null default '-infinity';
alter table rows.hazards alter column next_ring drop default;

-- Whether a due date runs into a year whose working days are not announced: to be counted anew when it is.
alter table rows.hazards add column provisional boolean not null default false;
create index hazards_provisional on rows.hazards (hazard_id) where provisional;

create index hazards_by_ring on rows.hazards (next_ring, hazard_id) where next_ring is not null;

-- 逾期: every deadline that was noticed as missed; never changed.
create table rows.missed_clocks (
  hazard_id   uuid        not null,
  clock       text        not null collate "C",
  leg         text        not null collate "C", -- empty: none
  body        text        null collate "C",     -- null: the committee office of the region
  since       timestamptz not null,
  due         date        not null,
  noticed_at  timestamptz not null,
  recorded_at timestamptz not null,
  region      text        not null collate "C",
  sector      text        not null collate "C",
  level       text        null collate "C",
  primary key (hazard_id, clock, leg, since, due)
);
create index missed_by_due  on rows.missed_clocks (due, hazard_id, clock, leg, recorded_at, region);
create index missed_by_body on rows.missed_clocks (body, due, hazard_id, clock, leg) where body is not null;

-- 督办建议: what persons are asked to decide, while they are: until it is taken, declined, or the duty is done.
create table rows.proposals (
  hazard_id     uuid        not null,
  clock         text        not null collate "C",
  leg           text        not null collate "C",
  due           date        not null,
  step          text        not null collate "C",
  asked         text        null collate "C", -- null: the committee office of the region
  region        text        not null collate "C",
  sector        text        not null collate "C",
  level         text        null collate "C",
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  primary key (hazard_id, clock, leg, due, step, recorded_from)
);
create index proposals_by_due  on rows.proposals (due, hazard_id, clock, leg, step, region) where recorded_to = 'infinity';
create index proposals_by_body on rows.proposals (asked, due, hazard_id) where recorded_to = 'infinity';
create index proposals_of_past on rows.proposals (due, hazard_id, clock, leg, step, recorded_from, recorded_to, region);

-- 双重督办: hazards with two legs, one of them not accepted yet, by the leg that was silent longest.
create table rows.dual_watch (
  hazard_id     uuid        not null,
  silent_since  timestamptz not null, -- the earliest of: when an unaccepted leg was last heard, or assigned
  supervisors   text[]      not null,
  region        text        not null collate "C",
  sector        text        not null collate "C",
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  primary key (hazard_id, recorded_from)
);
create index dual_by_silence on rows.dual_watch (silent_since, hazard_id, region) where recorded_to = 'infinity';
create index dual_of_past    on rows.dual_watch (silent_since, hazard_id, recorded_from, recorded_to, region);

-- 0003_write.sql, with the day of the next ring.
drop function rows.write_hazards(
  uuid[], bigint[], uuid[], boolean[], text[], text[], text[], text[], text[], text[], timestamptz[], boolean[], boolean[],
  int[], text[], text[], text[], date[], text[], date[], text[], text[], text[], timestamptz[], json[]);

create function rows.write_hazards(
  ids uuid[], versions bigint[], last_events uuid[],
  lives boolean[], regions text[], sectors text[], stages text[], levels text[], kinds text[], sources text[],
  founds timestamptz[], lates boolean[], duals boolean[], reopens int[], enterprises text[],
  listings text[], listers text[], listing_ends date[], legs text[],
  dues date[], clock_kinds text[], clock_bodies text[], clock_dues text[], closings timestamptz[], items json[],
  rings date[], provisionals boolean[])
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
                closings, items, rings, provisionals)
         g (id, version, last_event, live, region, sector, stage, level, kind, source, found, late, dual,
            reopened, enterprise, listing, lister, listing_end, legs, due, clock_kinds, clock_bodies, clock_dues,
            closed, item, ring, provisional)
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
    next_due, clock_kinds, clock_bodies, clock_dues, closed_at, next_ring, provisional)
  select w.id, w.version, w.position, case when w.together then w.old_from else w.first_of_these end, w.recorded_last,
         coalesce(w.old_first, w.first_of_these), case when w.together then w.old_epoch else current end, w.live,
         w.region, w.sector, w.stage, w.level, w.kind, w.source, w.found, w.late, w.dual, w.reopened, w.enterprise,
         w.listing, w.lister, w.listing_end, string_to_array(w.legs, ','),
         w.due, string_to_array(w.clock_kinds, ','), string_to_array(w.clock_bodies, ',', '-'),
         string_to_array(w.clock_dues, ',')::date[], w.closed, w.ring, w.provisional
  from won w
  on conflict (hazard_id) do update
  set version = excluded.version, position = excluded.position, recorded_from = excluded.recorded_from,
      recorded_last = excluded.recorded_last, epoch = excluded.epoch, live = excluded.live, region = excluded.region,
      sector = excluded.sector, stage = excluded.stage, level = excluded.level, dual = excluded.dual,
      reopened = excluded.reopened, enterprise = excluded.enterprise, listing_level = excluded.listing_level,
      listed_by = excluded.listed_by, listing_deadline = excluded.listing_deadline, leg_bodies = excluded.leg_bodies,
      next_due = excluded.next_due, clock_kinds = excluded.clock_kinds, clock_bodies = excluded.clock_bodies,
      clock_dues = excluded.clock_dues, closed_at = excluded.closed_at, next_ring = excluded.next_ring,
      provisional = excluded.provisional;
end $$;

-- Each of the following writes rows of hazards whose append was accepted: the event's id is unique to the append. They
-- come after write_hazards, whose row says since when the version is known.

create function rows.write_missed(
  ids uuid[], versions bigint[], last_events uuid[], clocks text[], legs text[], bodies text[], sinces timestamptz[],
  dues date[], noticed timestamptz[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.missed_clocks (hazard_id, clock, leg, body, since, due, noticed_at, recorded_at, region, sector, level)
  select m.id, m.clock, m.leg, m.body, m.since, m.due, m.noticed, h.recorded_from, h.region, h.sector, h.level
  from unnest(ids, versions, last_events, clocks, legs, bodies, sinces, dues, noticed)
       m (id, version, last_event, clock, leg, body, since, due, noticed)
  join log.mt_events e on e.stream_id = m.id and e.version = m.version and e.id = m.last_event
  join rows.hazards h on h.hazard_id = m.id
  on conflict do nothing
$$;

-- The proposals that are open now, of hazards where they changed; each set is a JSON array. They change rarely.
create function rows.write_proposals(ids uuid[], versions bigint[], last_events uuid[], sets json[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  g record;
begin
  for g in
    select i.id, i.proposed, h.recorded_from, h.region, h.sector, h.level
    from unnest(ids, versions, last_events, sets) i (id, version, last_event, proposed)
    join log.mt_events e on e.stream_id = i.id and e.version = i.version and e.id = i.last_event
    join rows.hazards h on h.hazard_id = i.id
  loop
    with open as materialized (
      select p.recorded_from, p.clock, p.leg, p.due, p.step,
             (p.region, p.sector, p.level) is not distinct from (g.region, g.sector, g.level) and exists (
               select from json_to_recordset(g.proposed) n (clock text, leg text, due date, step text)
               where (n.clock, n.leg, n.due, n.step) = (p.clock, p.leg, p.due, p.step)) as stays
      from rows.proposals p where p.hazard_id = g.id and p.recorded_to = 'infinity'
    ),
    undone as (
      delete from rows.proposals p using open o
      where p.hazard_id = g.id and not o.stays and o.recorded_from = g.recorded_from
        and (p.clock, p.leg, p.due, p.step, p.recorded_from) = (o.clock, o.leg, o.due, o.step, o.recorded_from)
    )
    update rows.proposals p set recorded_to = g.recorded_from
    from open o
    where p.hazard_id = g.id and not o.stays and o.recorded_from < g.recorded_from
      and (p.clock, p.leg, p.due, p.step, p.recorded_from) = (o.clock, o.leg, o.due, o.step, o.recorded_from);

    insert into rows.proposals (hazard_id, clock, leg, due, step, asked, region, sector, level, recorded_from, recorded_to)
    select g.id, n.clock, n.leg, n.due, n.step, n.asked, g.region, g.sector, g.level, g.recorded_from, 'infinity'
    from json_to_recordset(g.proposed) n (clock text, leg text, due date, step text, asked text)
    where not exists (
      select from rows.proposals p
      where p.hazard_id = g.id and p.recorded_to = 'infinity' and (p.clock, p.leg, p.due, p.step) = (n.clock, n.leg, n.due, n.step))
    on conflict (hazard_id, clock, leg, due, step, recorded_from) do update set recorded_to = 'infinity';
  end loop;
end $$;

-- Where a hazard with two legs stands in the watch, of hazards where that changed; silent null: not watched any more.
create function rows.write_dual(ids uuid[], versions bigint[], last_events uuid[], silents timestamptz[], supervisor_lists text[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  with given as materialized (
    select i.id, i.silent, i.supervisors, h.recorded_from as began, h.region, h.sector
    from unnest(ids, versions, last_events, silents, supervisor_lists) i (id, version, last_event, silent, supervisors)
    join log.mt_events e on e.stream_id = i.id and e.version = i.version and e.id = i.last_event
    join rows.hazards h on h.hazard_id = i.id
  ),
  ended as (
    update rows.dual_watch w set recorded_to = g.began
    from given g where w.hazard_id = g.id and w.recorded_to = 'infinity' and w.recorded_from < g.began
  ),
  undone as (
    delete from rows.dual_watch w
    using given g where w.hazard_id = g.id and w.recorded_from = g.began and g.silent is null
  )
  insert into rows.dual_watch (hazard_id, silent_since, supervisors, region, sector, recorded_from, recorded_to)
  select g.id, g.silent, string_to_array(g.supervisors, ','), g.region, g.sector, g.began, 'infinity'
  from given g where g.silent is not null
  on conflict (hazard_id, recorded_from) do update
  set silent_since = excluded.silent_since, supervisors = excluded.supervisors, region = excluded.region, sector = excluded.sector,
      recorded_to = excluded.recorded_to;
end $$;
