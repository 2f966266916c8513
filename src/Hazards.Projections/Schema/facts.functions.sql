-- They write facts that changed, after write_hazards: a version of facts begins when the hazard's version does. What is
-- recorded together is one version, so facts that the same version had already changed are written over; and if that
-- takes them back to what they were before it, nothing has changed at all.
--
-- What is current is looked up by its key. Said with =, the condition let a plan made while the tables were small walk an index
-- of everything current (one that is partial on it) for each row, until the tables were next analysed: seeding took five
-- times as long. Nothing is later than infinity, and >= does not make such an index eligible.

create function rows.write_facts(
  stream uuid[], version bigint[], event uuid[], found_on date[], region text[], sector text[], kind text[], level text[], late boolean[],
  on_the_spot boolean[], dismissed boolean[], closed_on date[], ground text[], plan_on date[], five_on date[], listed_on date[],
  province_on date[], reopened int[], campaign uuid[], inspection uuid[], rested text[], closed_before text[],
  plan_before text[], five_days text[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  again uuid[];
begin
  with won as materialized (
    select g.*, h.recorded_from as since
    from unnest(stream, version, event, found_on, region, sector, kind, level, late, on_the_spot, dismissed, closed_on, ground,
                plan_on, five_on, listed_on, province_on, reopened, campaign, inspection, rested, closed_before, plan_before, five_days)
         g (stream, version, event, found_on, region, sector, kind, level, late, on_the_spot, dismissed, closed_on, ground,
            plan_on, five_on, listed_on, province_on, reopened, campaign, inspection, rested, closed_before, plan_before, five_days)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
    join rows.hazards h on h.hazard_id = g.stream
  ),
  ended as (
    update rows.hazard_facts f set recorded_to = w.since
    from won w
    where f.hazard_id = w.stream and f.recorded_to >= 'infinity' and f.recorded_from < w.since
  ),
  written as (
    insert into rows.hazard_facts as f
    select w.stream, w.since, 'infinity', w.found_on, w.region, w.sector, w.kind, w.level, w.late, w.on_the_spot, w.dismissed, w.closed_on,
           w.ground, w.plan_on, w.five_on, w.listed_on, w.province_on, w.reopened, w.campaign, w.inspection, w.rested::daterange[],
           w.closed_before::daterange[], w.plan_before::daterange[], w.five_days::daterange[]
    from won w
    on conflict (hazard_id, recorded_from) do update
    set region = excluded.region, sector = excluded.sector, level = excluded.level, on_the_spot = excluded.on_the_spot,
        dismissed = excluded.dismissed, closed_on = excluded.closed_on, ground = excluded.ground, plan_on = excluded.plan_on,
        five_on = excluded.five_on, listed_on = excluded.listed_on, province_on = excluded.province_on, reopened = excluded.reopened,
        rested = excluded.rested, closed_before = excluded.closed_before, plan_before = excluded.plan_before,
        five_days = excluded.five_days
    returning f.hazard_id, f.xmax <> 0 as over
  )
  select array_agg(w.hazard_id) filter (where w.over) into again from written w;

  if again is null then
    return;
  end if;
  with undone as (
    delete from rows.hazard_facts f using rows.hazard_facts p
    where f.hazard_id = any (again) and f.recorded_to >= 'infinity' and p.hazard_id = f.hazard_id and p.recorded_to = f.recorded_from
      and (to_jsonb(p) - '{recorded_from,recorded_to}'::text[]) = (to_jsonb(f) - '{recorded_from,recorded_to}'::text[])
    returning p.hazard_id, p.recorded_from
  )
  update rows.hazard_facts f set recorded_to = 'infinity' from undone u where f.hazard_id = u.hazard_id and f.recorded_from = u.recorded_from;
end $$;

create function rows.write_leg_facts(
  stream uuid[], version bigint[], event uuid[], leg text[], term int[], body text[], region text[], sector text[], kind text[],
  level text[], dismissed boolean[], assigned_on date[], ack_due date[], acknowledged_on date[], deadline date[], declared_on date[],
  accepted_on date[], ended_on date[], finished_on date[], failed int[], looked_on text[], reopened_on date[], funds numeric[],
  funds_on date[], late text[], late_due text[], resumed_on date[], owed_until date[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  again uuid[];
begin
  with won as materialized (
    select g.*, h.recorded_from as since
    from unnest(stream, version, event, leg, term, body, region, sector, kind, level, dismissed, assigned_on, ack_due, acknowledged_on,
                deadline, declared_on, accepted_on, ended_on, finished_on, failed, looked_on, reopened_on, funds, funds_on, late,
                late_due, resumed_on, owed_until)
         g (stream, version, event, leg, term, body, region, sector, kind, level, dismissed, assigned_on, ack_due, acknowledged_on,
            deadline, declared_on, accepted_on, ended_on, finished_on, failed, looked_on, reopened_on, funds, funds_on, late,
                late_due, resumed_on, owed_until)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
    join rows.hazards h on h.hazard_id = g.stream
  ),
  ended as (
    update rows.leg_facts f set recorded_to = w.since
    from won w
    where f.hazard_id = w.stream and f.leg = w.leg and f.term = w.term and f.recorded_to >= 'infinity' and f.recorded_from < w.since
  ),
  written as (
    insert into rows.leg_facts as f
    select w.stream, w.leg, w.term, w.since, 'infinity', w.body, w.region, w.sector, w.kind, w.level, w.dismissed, w.assigned_on, w.ack_due,
           w.acknowledged_on, w.deadline, w.declared_on, w.accepted_on, w.ended_on, w.finished_on, w.failed,
           string_to_array(w.looked_on, ',')::date[], w.reopened_on, w.funds, w.funds_on,
           w.late::daterange[], w.late_due::date[], w.resumed_on, w.owed_until
    from won w
    on conflict (hazard_id, leg, term, recorded_from) do update
    set body = excluded.body, region = excluded.region, sector = excluded.sector, level = excluded.level, dismissed = excluded.dismissed,
        assigned_on = excluded.assigned_on, ack_due = excluded.ack_due, acknowledged_on = excluded.acknowledged_on, deadline = excluded.deadline,
        declared_on = excluded.declared_on, accepted_on = excluded.accepted_on, ended_on = excluded.ended_on, finished_on = excluded.finished_on,
        failed = excluded.failed, looked_on = excluded.looked_on, reopened_on = excluded.reopened_on, funds = excluded.funds, funds_on = excluded.funds_on,
        late = excluded.late, late_due = excluded.late_due, resumed_on = excluded.resumed_on, owed_until = excluded.owed_until
    returning f.hazard_id, f.xmax <> 0 as over
  )
  select array_agg(w.hazard_id) filter (where w.over) into again from written w;

  if again is null then
    return;
  end if;
  with undone as (
    delete from rows.leg_facts f using rows.leg_facts p
    where f.hazard_id = any (again) and f.recorded_to >= 'infinity'
      and p.hazard_id = f.hazard_id and p.leg = f.leg and p.term = f.term and p.recorded_to = f.recorded_from
      and (to_jsonb(p) - '{recorded_from,recorded_to}'::text[]) = (to_jsonb(f) - '{recorded_from,recorded_to}'::text[])
    returning p.hazard_id, p.leg, p.term, p.recorded_from
  )
  update rows.leg_facts f set recorded_to = 'infinity'
  from undone u where f.hazard_id = u.hazard_id and f.leg = u.leg and f.term = u.term and f.recorded_from = u.recorded_from;
end $$;

create function rows.write_listing_facts(
  stream uuid[], version bigint[], event uuid[], term int[], region text[], sector text[], kind text[], level text[], listed_by text[],
  listed_on date[], ended_on date[], counts boolean[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  again uuid[];
begin
  with won as materialized (
    select g.*, h.recorded_from as since
    from unnest(stream, version, event, term, region, sector, kind, level, listed_by, listed_on, ended_on, counts)
         g (stream, version, event, term, region, sector, kind, level, listed_by, listed_on, ended_on, counts)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
    join rows.hazards h on h.hazard_id = g.stream
  ),
  ended as (
    update rows.listing_facts f set recorded_to = w.since
    from won w
    where f.hazard_id = w.stream and f.term = w.term and f.recorded_to >= 'infinity' and f.recorded_from < w.since
  ),
  written as (
    insert into rows.listing_facts as f
    select w.stream, w.term, w.since, 'infinity', w.region, w.sector, w.kind, w.level, w.listed_by, w.listed_on, w.ended_on, w.counts
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
    where f.hazard_id = any (again) and f.recorded_to >= 'infinity'
      and p.hazard_id = f.hazard_id and p.term = f.term and p.recorded_to = f.recorded_from
      and (to_jsonb(p) - '{recorded_from,recorded_to}'::text[]) = (to_jsonb(f) - '{recorded_from,recorded_to}'::text[])
    returning p.hazard_id, p.term, p.recorded_from
  )
  update rows.listing_facts f set recorded_to = 'infinity'
  from undone u where f.hazard_id = u.hazard_id and f.term = u.term and f.recorded_from = u.recorded_from;
end $$;

-- A report's events, all of them every time: those that stand here already stay. The event is the report's last.
create function rows.write_reports(
  stream uuid[], version bigint[], event uuid[], entry bigint[], kind text[], region text[], period text[], last_day date[],
  frozen boolean[], body json[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.report_facts (report_id, version, position, recorded_at, kind, region, period, last_day, frozen, event)
  select r.stream, r.entry, e.seq_id, e."timestamp", r.kind, r.region, r.period, r.last_day, r.frozen, r.body
  from unnest(stream, version, event, entry, kind, region, period, last_day, frozen, body)
       r (stream, version, event, entry, kind, region, period, last_day, frozen, body)
  join log.mt_events l on l.stream_id = r.stream and l.version = r.version and l.id = r.event
  join log.mt_events e on e.stream_id = r.stream and e.version = r.entry
  on conflict (report_id, version) do nothing
$$;
