-- What was recorded together is one version, as for hazards: it begins where the version before began, and takes its place.

create function rows.write_campaigns(
  stream uuid[], version bigint[], event uuid[], kind text[], from_date date[], last_date date[], regions text[], sectors text[],
  item json[])
returns void language plpgsql set enable_seqscan = off as $$
#variable_conflict use_column
declare
  tick constant interval := interval '1 microsecond';
begin
  with won as materialized (
    select g.*, e.seq_id as position, e."timestamp" as recorded, c.recorded_from as old_from,
           e."timestamp" - (g.version - coalesce(c.version, 0) - 1) * tick as first_of_these,
           coalesce(c.position = e.seq_id - (g.version - c.version)
                    and c.recorded_last = e."timestamp" - (g.version - c.version) * tick, false) as together
    from unnest(stream, version, event, kind, from_date, last_date, regions, sectors, item)
         g (stream, version, event, kind, from_date, last_date, regions, sectors, item)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
    left join rows.campaigns c on c.campaign_id = g.stream and c.recorded_to = 'infinity'
  ),
  ended as (
    update rows.campaigns c set recorded_to = w.first_of_these
    from won w where c.campaign_id = w.stream and c.recorded_to = 'infinity' and not w.together
  )
  insert into rows.campaigns as c (
    campaign_id, version, position, recorded_from, recorded_to, recorded_last, kind, from_date, last_date, regions, sectors, item)
  select w.stream, w.version, w.position, case when w.together then w.old_from else w.first_of_these end, 'infinity', w.recorded,
         w.kind, w.from_date, w.last_date, string_to_array(w.regions, ','), string_to_array(w.sectors, ','), w.item
  from won w
  on conflict (campaign_id, recorded_from) do update
  set version = excluded.version, position = excluded.position, recorded_last = excluded.recorded_last, kind = excluded.kind,
      from_date = excluded.from_date, last_date = excluded.last_date, regions = excluded.regions, sectors = excluded.sectors,
      item = excluded.item;
end $$;

create function rows.write_inspections(
  stream uuid[], version bigint[], event uuid[], unit_key text[], unit_name text[], region text[], sector text[], on_date date[],
  campaign uuid[], voided boolean[], late boolean[], claimed int[], item json[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  tick constant interval := interval '1 microsecond';
begin
  with won as materialized (
    select g.*, e.seq_id as position, e."timestamp" as recorded, i.recorded_from as old_from,
           e."timestamp" - (g.version - coalesce(i.version, 0) - 1) * tick as first_of_these,
           coalesce(i.position = e.seq_id - (g.version - i.version)
                    and i.recorded_last = e."timestamp" - (g.version - i.version) * tick, false) as together
    from unnest(stream, version, event, unit_key, unit_name, region, sector, on_date, campaign, voided, late, claimed, item)
         g (stream, version, event, unit_key, unit_name, region, sector, on_date, campaign, voided, late, claimed, item)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
    left join rows.inspections i on i.inspection_id = g.stream and i.recorded_to = 'infinity'
  ),
  ended as (
    update rows.inspections i set recorded_to = w.first_of_these
    from won w where i.inspection_id = w.stream and i.recorded_to = 'infinity' and not w.together
  )
  insert into rows.inspections as i (
    inspection_id, version, position, recorded_from, recorded_to, recorded_last, unit_key, unit_name, region, sector, on_date,
    campaign, voided, late, claimed, item)
  select w.stream, w.version, w.position, case when w.together then w.old_from else w.first_of_these end, 'infinity', w.recorded,
         w.unit_key, w.unit_name, w.region, w.sector, w.on_date, w.campaign, w.voided, w.late, w.claimed, w.item
  from won w
  on conflict (inspection_id, recorded_from) do update
  set version = excluded.version, position = excluded.position, recorded_last = excluded.recorded_last, unit_key = excluded.unit_key,
      unit_name = excluded.unit_name, region = excluded.region, sector = excluded.sector, on_date = excluded.on_date,
      campaign = excluded.campaign, voided = excluded.voided, late = excluded.late, claimed = excluded.claimed, item = excluded.item;
end $$;

-- These two after write_hazards, in the same batch.

create function rows.write_origins(stream uuid[], version bigint[], event uuid[], inspection uuid[], campaign uuid[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.hazard_origins (hazard_id, recorded_from, inspection, campaign)
  select g.stream, h.first_recorded_at, g.inspection, g.campaign
  from unnest(stream, version, event, inspection, campaign) g (stream, version, event, inspection, campaign)
  join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
  join rows.hazards h on h.hazard_id = g.stream
$$;

create function rows.write_field_reports(stream uuid[], version bigint[], event uuid[], reporter uuid[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.field_reports (hazard_id, recorded_from, reporter)
  select g.stream, h.first_recorded_at, g.reporter
  from unnest(stream, version, event, reporter) g (stream, version, event, reporter)
  join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
  join rows.hazards h on h.hazard_id = g.stream
$$;
