-- The facts that figures are counted from: of every hazard, of every body's term on a leg, of every listing, and of
-- the reports made. Narrow, and versioned by recorded time: a version is written only when a fact changed. docs/figures.md
-- says what each fact means. Everything here can be rebuilt from the log.
--
-- Each version stands in exactly one of two partial indexes: that of the versions in force now, which a figure as known
-- today reads alone, or that of the superseded ones, which a figure as known earlier reads besides. Both begin with the
-- date that a period is a range of, so a month reads its own hazards and no others, and hold all that is counted.

create table rows.hazard_facts (
  hazard_id     uuid        not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  found_on      date        not null, -- dates are China's
  region        text        not null collate "C",
  sector        text        not null collate "C",
  kind          text        not null collate "C",
  level         text        null collate "C",
  late          boolean     not null, -- its report was a late entry
  on_the_spot   boolean     not null, -- closed as fixed on the spot
  dismissed     boolean     not null, -- rejected or merged
  closed_on     date        null, -- of the closure in force
  ground        text        null collate "C",
  plan_on       date        null, -- since when there is a plan that no review has failed
  five_on       date        null, -- since when it has all five (五到位)
  listed_on     date        null, -- of the first listing that counts
  province_on   date        null, -- of the first by a province or the State
  reopened      int         not null,
  campaign      uuid        null,
  inspection    uuid        null,
  primary key (hazard_id, recorded_from)
);
create index hazard_facts_now on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to)
  where recorded_to = 'infinity';
create index hazard_facts_past on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to)
  where recorded_to < 'infinity';
-- What changed between two instants, hazard by hazard.
create index hazard_facts_by_change on rows.hazard_facts (recorded_from, found_on) include (hazard_id);
-- The lists of major hazards.
create index hazard_facts_major on rows.hazard_facts (found_on, hazard_id) where level = 'major' and not dismissed;

-- A body's term on a leg: from its assignment until it is accepted, given back, reassigned or reopened.
create table rows.leg_facts (
  hazard_id     uuid        not null,
  leg           text        not null collate "C",
  term          int         not null, -- 0 for the first body on the leg
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  body          text        not null collate "C",
  region        text        not null collate "C",
  sector        text        not null collate "C",
  kind          text        not null collate "C",
  level         text        null collate "C",
  dismissed     boolean     not null,
  assigned_on   date        not null,
  ack_due       date        null, -- by the policy in force when it was assigned
  acknowledged_on date      null,
  deadline      date        not null, -- the leg's, or the listing's where that binds
  declared_on   date        null, -- of the declaration that stands
  accepted_on   date        null,
  ended_on      date        null, -- given back, reassigned or reopened
  finished_on   date        not null, -- accepted or ended; infinity before
  failed        int         not null, -- re-inspections
  looked_on     date[]      null, -- look-backs at the closure
  reopened_on   date        null, -- the closed hazard came back
  funds         numeric     null, -- committed, 万元
  funds_on      date        null,
  primary key (hazard_id, leg, term, recorded_from)
);
create index leg_facts_finished_now on rows.leg_facts (finished_on, assigned_on)
  include (region, sector, body, kind, dismissed, deadline, declared_on, accepted_on, ended_on, failed, recorded_from, recorded_to) where recorded_to = 'infinity';
create index leg_facts_finished_past on rows.leg_facts (finished_on, assigned_on)
  include (region, sector, body, kind, dismissed, deadline, declared_on, accepted_on, ended_on, failed, recorded_from, recorded_to) where recorded_to < 'infinity';
create index leg_facts_due_now on rows.leg_facts (deadline)
  include (region, sector, body, kind, dismissed, declared_on, ended_on, recorded_from, recorded_to) where recorded_to = 'infinity';
create index leg_facts_due_past on rows.leg_facts (deadline)
  include (region, sector, body, kind, dismissed, declared_on, ended_on, recorded_from, recorded_to) where recorded_to < 'infinity';
create index leg_facts_ack_now on rows.leg_facts (ack_due)
  include (region, sector, body, kind, dismissed, acknowledged_on, ended_on, recorded_from, recorded_to) where recorded_to = 'infinity' and ack_due is not null;
create index leg_facts_ack_past on rows.leg_facts (ack_due)
  include (region, sector, body, kind, dismissed, acknowledged_on, ended_on, recorded_from, recorded_to) where recorded_to < 'infinity' and ack_due is not null;
create index leg_facts_funds on rows.leg_facts (funds_on)
  include (region, sector, kind, dismissed, funds, recorded_from, recorded_to) where funds is not null;
-- Few closed hazards are looked at again: all of them are looked through.
create index leg_facts_rechecked on rows.leg_facts (region)
  include (body, dismissed, looked_on, reopened_on, recorded_from, recorded_to) where looked_on is not null or reopened_on is not null;

create table rows.listing_facts (
  hazard_id     uuid        not null,
  term          int         not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  region        text        not null collate "C",
  sector        text        not null collate "C",
  kind          text        not null collate "C",
  level         text        not null collate "C", -- of the listing
  listed_by     text        not null collate "C",
  listed_on     date        not null,
  ended_on      date        null,
  counts        boolean     not null, -- not withdrawn as an error
  primary key (hazard_id, term, recorded_from)
);
create index listing_facts_by_date on rows.listing_facts (listed_on, region);

-- What happened to reports: an event a row, never changed.
create table rows.report_facts (
  report_id   uuid        not null,
  version     bigint      not null,
  position    bigint      not null,
  recorded_at timestamptz not null,
  kind        text        not null collate "C",
  region      text        not null collate "C",
  period      text        not null collate "C",
  last_day    date        not null,
  frozen      boolean     not null, -- else: noticed as overdue
  event       json        not null,
  primary key (report_id, version)
);
create index report_facts_by_day on rows.report_facts (last_day, region);

-- Writes facts that changed, after write_hazards: a version of facts begins when the hazard's version does. What is
-- recorded together is one version, so facts that the same version had already changed are written over; and if that
-- takes them back to what they were before it, nothing has changed at all.
create function rows.write_facts(
  ids uuid[], versions bigint[], last_events uuid[], founds date[], regions text[], sectors text[], kinds text[], levels text[],
  lates boolean[], spots boolean[], dismissals boolean[], closings date[], grounds text[], plans date[], fives date[],
  listings date[], provinces date[], reopens int[], campaigns uuid[], inspections uuid[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  again uuid[];
begin
  with won as materialized (
    select g.*, h.recorded_from as since
    from unnest(ids, versions, last_events, founds, regions, sectors, kinds, levels, lates, spots, dismissals, closings, grounds,
                plans, fives, listings, provinces, reopens, campaigns, inspections)
         g (id, version, last_event, found, region, sector, kind, level, late, spot, dismissed, closed, ground,
            planned, five, listed, province, reopened, campaign, inspection)
    join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
    join rows.hazards h on h.hazard_id = g.id
  ),
  ended as (
    update rows.hazard_facts f set recorded_to = w.since
    from won w
    where f.hazard_id = w.id and f.recorded_to = 'infinity' and f.recorded_from < w.since
  ),
  written as (
    insert into rows.hazard_facts as f
    select w.id, w.since, 'infinity', w.found, w.region, w.sector, w.kind, w.level, w.late, w.spot, w.dismissed, w.closed, w.ground,
           w.planned, w.five, w.listed, w.province, w.reopened, w.campaign, w.inspection
    from won w
    on conflict (hazard_id, recorded_from) do update
    set region = excluded.region, sector = excluded.sector, level = excluded.level, on_the_spot = excluded.on_the_spot,
        dismissed = excluded.dismissed, closed_on = excluded.closed_on, ground = excluded.ground, plan_on = excluded.plan_on,
        five_on = excluded.five_on, listed_on = excluded.listed_on, province_on = excluded.province_on, reopened = excluded.reopened
    returning f.hazard_id, f.xmax <> 0 as over
  )
  select array_agg(w.hazard_id) filter (where w.over) into again from written w;

  if again is null then
    return;
  end if;
  with undone as (
    delete from rows.hazard_facts f using rows.hazard_facts p
    where f.hazard_id = any (again) and f.recorded_to = 'infinity' and p.hazard_id = f.hazard_id and p.recorded_to = f.recorded_from
      and (to_jsonb(p) - '{recorded_from,recorded_to}'::text[]) = (to_jsonb(f) - '{recorded_from,recorded_to}'::text[])
    returning p.hazard_id, p.recorded_from
  )
  update rows.hazard_facts f set recorded_to = 'infinity' from undone u where f.hazard_id = u.hazard_id and f.recorded_from = u.recorded_from;
end $$;

create function rows.write_leg_facts(
  ids uuid[], versions bigint[], last_events uuid[], legs text[], terms int[], bodies text[], regions text[], sectors text[],
  kinds text[], levels text[], dismissals boolean[], assignments date[], ack_dues date[], acknowledgements date[], deadlines date[],
  declarations date[], acceptances date[], ends date[], finishes date[], failures int[], looks text[], reopenings date[],
  all_funds numeric[], funds_dates date[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  again uuid[];
begin
  with won as materialized (
    select g.*, h.recorded_from as since
    from unnest(ids, versions, last_events, legs, terms, bodies, regions, sectors, kinds, levels, dismissals, assignments, ack_dues,
                acknowledgements, deadlines, declarations, acceptances, ends, finishes, failures, looks, reopenings, all_funds, funds_dates)
         g (id, version, last_event, leg, term, body, region, sector, kind, level, dismissed, assigned, ack_due,
            acknowledged, due, declared, accepted, ended, finished, failed, looked, reopened, funds, funded)
    join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
    join rows.hazards h on h.hazard_id = g.id
  ),
  ended as (
    update rows.leg_facts f set recorded_to = w.since
    from won w
    where f.hazard_id = w.id and f.leg = w.leg and f.term = w.term and f.recorded_to = 'infinity' and f.recorded_from < w.since
  ),
  written as (
    insert into rows.leg_facts as f
    select w.id, w.leg, w.term, w.since, 'infinity', w.body, w.region, w.sector, w.kind, w.level, w.dismissed, w.assigned, w.ack_due,
           w.acknowledged, w.due, w.declared, w.accepted, w.ended, w.finished, w.failed, string_to_array(w.looked, ',')::date[],
           w.reopened, w.funds, w.funded
    from won w
    on conflict (hazard_id, leg, term, recorded_from) do update
    set body = excluded.body, region = excluded.region, sector = excluded.sector, level = excluded.level, dismissed = excluded.dismissed,
        assigned_on = excluded.assigned_on, ack_due = excluded.ack_due, acknowledged_on = excluded.acknowledged_on, deadline = excluded.deadline,
        declared_on = excluded.declared_on, accepted_on = excluded.accepted_on, ended_on = excluded.ended_on, finished_on = excluded.finished_on,
        failed = excluded.failed, looked_on = excluded.looked_on, reopened_on = excluded.reopened_on, funds = excluded.funds, funds_on = excluded.funds_on
    returning f.hazard_id, f.xmax <> 0 as over
  )
  select array_agg(w.hazard_id) filter (where w.over) into again from written w;

  if again is null then
    return;
  end if;
  with undone as (
    delete from rows.leg_facts f using rows.leg_facts p
    where f.hazard_id = any (again) and f.recorded_to = 'infinity'
      and p.hazard_id = f.hazard_id and p.leg = f.leg and p.term = f.term and p.recorded_to = f.recorded_from
      and (to_jsonb(p) - '{recorded_from,recorded_to}'::text[]) = (to_jsonb(f) - '{recorded_from,recorded_to}'::text[])
    returning p.hazard_id, p.leg, p.term, p.recorded_from
  )
  update rows.leg_facts f set recorded_to = 'infinity'
  from undone u where f.hazard_id = u.hazard_id and f.leg = u.leg and f.term = u.term and f.recorded_from = u.recorded_from;
end $$;

create function rows.write_listing_facts(
  ids uuid[], versions bigint[], last_events uuid[], terms int[], regions text[], sectors text[], kinds text[], levels text[],
  listers text[], listings date[], ends date[], counting boolean[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  again uuid[];
begin
  with won as materialized (
    select g.*, h.recorded_from as since
    from unnest(ids, versions, last_events, terms, regions, sectors, kinds, levels, listers, listings, ends, counting)
         g (id, version, last_event, term, region, sector, kind, level, lister, listed, ended, counts)
    join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
    join rows.hazards h on h.hazard_id = g.id
  ),
  ended as (
    update rows.listing_facts f set recorded_to = w.since
    from won w
    where f.hazard_id = w.id and f.term = w.term and f.recorded_to = 'infinity' and f.recorded_from < w.since
  ),
  written as (
    insert into rows.listing_facts as f
    select w.id, w.term, w.since, 'infinity', w.region, w.sector, w.kind, w.level, w.lister, w.listed, w.ended, w.counts
    from won w
    on conflict (hazard_id, term, recorded_from) do update
    set region = excluded.region, sector = excluded.sector, level = excluded.level, listed_by = excluded.listed_by,
        listed_on = excluded.listed_on, ended_on = excluded.ended_on, counts = excluded.counts
    returning f.hazard_id, f.xmax <> 0 as over
  )
  select array_agg(w.hazard_id) filter (where w.over) into again from written w;

  if again is null then
    return;
  end if;
  with undone as (
    delete from rows.listing_facts f using rows.listing_facts p
    where f.hazard_id = any (again) and f.recorded_to = 'infinity'
      and p.hazard_id = f.hazard_id and p.term = f.term and p.recorded_to = f.recorded_from
      and (to_jsonb(p) - '{recorded_from,recorded_to}'::text[]) = (to_jsonb(f) - '{recorded_from,recorded_to}'::text[])
    returning p.hazard_id, p.term, p.recorded_from
  )
  update rows.listing_facts f set recorded_to = 'infinity'
  from undone u where f.hazard_id = u.hazard_id and f.term = u.term and f.recorded_from = u.recorded_from;
end $$;

-- A report's events, all of them every time: those that stand here already stay.
create function rows.write_reports(
  streams uuid[], versions bigint[], last_versions bigint[], last_events uuid[],
  kinds text[], regions text[], periods text[], last_days date[], frozen boolean[], events json[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.report_facts (report_id, version, position, recorded_at, kind, region, period, last_day, frozen, event)
  select r.stream, r.version, e.seq_id, e."timestamp", r.kind, r.region, r.period, r.last_day, r.frozen, r.event
  from unnest(streams, versions, last_versions, last_events, kinds, regions, periods, last_days, frozen, events)
       r (stream, version, last_version, last_event, kind, region, period, last_day, frozen, event)
  join log.mt_events l on l.stream_id = r.stream and l.version = r.last_version and l.id = r.last_event
  join log.mt_events e on e.stream_id = r.stream and e.version = r.version
  on conflict (report_id, version) do nothing
$$;
