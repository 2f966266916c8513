-- The rows of campaigns and inspections: every version with its bounds, like those of bodies (0002_registry.sql). Who
-- was inspected in a month is asked as of any instant, and versions are few: most inspections have one.

create table rows.campaigns (
  campaign_id   uuid        not null,
  version       bigint      not null,
  position      bigint      not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  recorded_last timestamptz not null, -- of its last event
  kind          text        not null collate "C",
  from_date     date        not null,
  last_date     date        not null, -- the planned one, or that of an earlier end
  regions       text[]      not null,
  sectors       text[]      not null, -- empty: all
  item          json        not null,
  primary key (campaign_id, recorded_from)
);
create index campaigns_by_date on rows.campaigns (from_date, campaign_id, recorded_to);

-- 户次: a unit inspected once.
create table rows.inspections (
  inspection_id uuid        not null,
  version       bigint      not null,
  position      bigint      not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  recorded_last timestamptz not null,
  unit_key      text        not null collate "C", -- credit code, else the name without width, case and blanks
  unit_name     text        not null,
  region        text        not null collate "C",
  sector        text        not null collate "C",
  on_date       date        not null,
  campaign      uuid        null,
  voided        boolean     not null,
  late          boolean     not null,
  claimed       int         null, -- hazards, as the inspectors say
  item          json        not null,
  primary key (inspection_id, recorded_from)
);
-- Lists, and the units inspected in a time; the second for small regions over long times.
create index inspections_by_date     on rows.inspections (on_date, inspection_id, region, recorded_to) include (sector, unit_key, voided, recorded_from);
create index inspections_by_region   on rows.inspections (region, on_date);
create index inspections_by_campaign on rows.inspections (campaign, on_date, inspection_id) where campaign is not null;
create index inspections_by_unit     on rows.inspections (unit_key, on_date, inspection_id);

-- Which inspection found a hazard, and in which campaign: said once, when it is reported.
create table rows.hazard_origins (
  hazard_id     uuid        not null primary key,
  recorded_from timestamptz not null,
  inspection    uuid        null,
  campaign      uuid        null
);
create index origins_by_inspection on rows.hazard_origins (inspection, hazard_id, recorded_from) where inspection is not null;
create index origins_by_campaign   on rows.hazard_origins (campaign, hazard_id, recorded_from) where campaign is not null;

-- Each writes rows whose append was accepted: the event's id is unique to the append. What was recorded together is one
-- version, as for hazards (0003_write.sql): it begins where the version before began, and takes its place.

create function rows.write_campaigns(
  streams uuid[], versions bigint[], last_events uuid[], kinds text[], firsts date[], lasts date[],
  region_lists text[], sector_lists text[], items json[])
returns void language plpgsql set enable_seqscan = off as $$
declare
  tick constant interval := interval '1 microsecond';
begin
  with won as materialized (
    select g.*, e.seq_id as position, e."timestamp" as recorded, c.recorded_from as old_from,
           e."timestamp" - (g.version - coalesce(c.version, 0) - 1) * tick as first_of_these,
           coalesce(c.position = e.seq_id - (g.version - c.version)
                    and c.recorded_last = e."timestamp" - (g.version - c.version) * tick, false) as together
    from unnest(streams, versions, last_events, kinds, firsts, lasts, region_lists, sector_lists, items)
         g (id, version, last_event, kind, first_day, last_day, regions, sectors, item)
    join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
    left join rows.campaigns c on c.campaign_id = g.id and c.recorded_to = 'infinity'
  ),
  ended as (
    update rows.campaigns c set recorded_to = w.first_of_these
    from won w where c.campaign_id = w.id and c.recorded_to = 'infinity' and not w.together
  )
  insert into rows.campaigns as c (
    campaign_id, version, position, recorded_from, recorded_to, recorded_last, kind, from_date, last_date, regions, sectors, item)
  select w.id, w.version, w.position, case when w.together then w.old_from else w.first_of_these end, 'infinity', w.recorded,
         w.kind, w.first_day, w.last_day, string_to_array(w.regions, ','), string_to_array(w.sectors, ','), w.item
  from won w
  on conflict (campaign_id, recorded_from) do update
  set version = excluded.version, position = excluded.position, recorded_last = excluded.recorded_last, kind = excluded.kind,
      from_date = excluded.from_date, last_date = excluded.last_date, regions = excluded.regions, sectors = excluded.sectors,
      item = excluded.item;
end $$;

create function rows.write_inspections(
  streams uuid[], versions bigint[], last_events uuid[], unit_keys text[], unit_names text[], regions text[], sectors text[],
  days date[], campaigns uuid[], voids boolean[], lates boolean[], claims int[], items json[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  tick constant interval := interval '1 microsecond';
begin
  with won as materialized (
    select g.*, e.seq_id as position, e."timestamp" as recorded, i.recorded_from as old_from,
           e."timestamp" - (g.version - coalesce(i.version, 0) - 1) * tick as first_of_these,
           coalesce(i.position = e.seq_id - (g.version - i.version)
                    and i.recorded_last = e."timestamp" - (g.version - i.version) * tick, false) as together
    from unnest(streams, versions, last_events, unit_keys, unit_names, regions, sectors, days, campaigns, voids, lates, claims, items)
         g (id, version, last_event, unit_key, unit_name, region, sector, day, campaign, voided, late, claimed, item)
    join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
    left join rows.inspections i on i.inspection_id = g.id and i.recorded_to = 'infinity'
  ),
  ended as (
    update rows.inspections i set recorded_to = w.first_of_these
    from won w where i.inspection_id = w.id and i.recorded_to = 'infinity' and not w.together
  )
  insert into rows.inspections as i (
    inspection_id, version, position, recorded_from, recorded_to, recorded_last, unit_key, unit_name, region, sector, on_date,
    campaign, voided, late, claimed, item)
  select w.id, w.version, w.position, case when w.together then w.old_from else w.first_of_these end, 'infinity', w.recorded,
         w.unit_key, w.unit_name, w.region, w.sector, w.day, w.campaign, w.voided, w.late, w.claimed, w.item
  from won w
  on conflict (inspection_id, recorded_from) do update
  set version = excluded.version, position = excluded.position, recorded_last = excluded.recorded_last, unit_key = excluded.unit_key,
      unit_name = excluded.unit_name, region = excluded.region, sector = excluded.sector, on_date = excluded.on_date,
      campaign = excluded.campaign, voided = excluded.voided, late = excluded.late, claimed = excluded.claimed, item = excluded.item;
end $$;

-- After write_hazards, in the same batch.
create function rows.write_origins(ids uuid[], versions bigint[], last_events uuid[], inspections uuid[], campaigns uuid[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.hazard_origins (hazard_id, recorded_from, inspection, campaign)
  select g.id, h.first_recorded_at, g.inspection, g.campaign
  from unnest(ids, versions, last_events, inspections, campaigns) g (id, version, last_event, inspection, campaign)
  join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
  join rows.hazards h on h.hazard_id = g.id
$$;
