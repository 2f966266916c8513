-- They come after write_hazards, whose row says since when the version is known.

-- Sent where a policy counts working days at all. counted_until null: no such clock any more.
create function rows.write_working_clocks(stream uuid[], version bigint[], event uuid[], edition int[], counted_until date[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  with won as materialized (
    select g.*
    from unnest(stream, version, event, edition, counted_until) g (stream, version, event, edition, counted_until)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
  ),
  ended as (
    delete from rows.working_clocks c using won w where c.hazard_id = w.stream and w.counted_until is null
  )
  insert into rows.working_clocks (hazard_id, version, edition, counted_until)
  select w.stream, w.version, w.edition, w.counted_until from won w where w.counted_until is not null
  on conflict (hazard_id) do update
  set version = excluded.version, edition = excluded.edition, counted_until = excluded.counted_until;
end $$;

create function rows.write_missed(
  stream uuid[], version bigint[], event uuid[], clock text[], leg text[], body text[], since timestamptz[], due date[],
  noticed_at timestamptz[], region text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.missed_clocks (hazard_id, clock, leg, body, since, due, noticed_at, recorded_at, region, sector, level)
  select m.stream, m.clock, m.leg, m.body, m.since, m.due, m.noticed_at, h.recorded_from, m.region, h.sector, h.level
  from unnest(stream, version, event, clock, leg, body, since, due, noticed_at, region)
       m (stream, version, event, clock, leg, body, since, due, noticed_at, region)
  join log.mt_events e on e.stream_id = m.stream and e.version = m.version and e.id = m.event
  join rows.hazards h on h.hazard_id = m.stream
  on conflict do nothing
$$;

-- The proposals that are open now, of hazards where they changed; each set is a JSON array. They change rarely.
create function rows.write_proposals(stream uuid[], version bigint[], event uuid[], open json[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  g record;
begin
  for g in
    select i.stream, i.proposed, h.recorded_from, h.region, h.sector, h.level
    from unnest(stream, version, event, open) i (stream, version, event, proposed)
    join log.mt_events e on e.stream_id = i.stream and e.version = i.version and e.id = i.event
    join rows.hazards h on h.hazard_id = i.stream
  loop
    with was_open as materialized (
      select p.recorded_from, p.clock, p.leg, p.due, p.step,
             (p.region, p.sector, p.level) is not distinct from (g.region, g.sector, g.level) and exists (
               select from json_to_recordset(g.proposed) n (clock text, leg text, due date, step text, asked text)
               where (n.clock, n.leg, n.due, n.step) = (p.clock, p.leg, p.due, p.step) and n.asked is not distinct from p.asked) as stays
      from rows.proposals p where p.hazard_id = g.stream and p.recorded_to >= 'infinity'
    ),
    undone as (
      delete from rows.proposals p using was_open o
      where p.hazard_id = g.stream and not o.stays and o.recorded_from = g.recorded_from
        and (p.clock, p.leg, p.due, p.step, p.recorded_from) = (o.clock, o.leg, o.due, o.step, o.recorded_from)
    )
    update rows.proposals p set recorded_to = g.recorded_from
    from was_open o
    where p.hazard_id = g.stream and not o.stays and o.recorded_from < g.recorded_from
      and (p.clock, p.leg, p.due, p.step, p.recorded_from) = (o.clock, o.leg, o.due, o.step, o.recorded_from);

    insert into rows.proposals (hazard_id, clock, leg, due, step, asked, region, sector, level, recorded_from, recorded_to)
    select g.stream, n.clock, n.leg, n.due, n.step, n.asked, g.region, g.sector, g.level, g.recorded_from, 'infinity'
    from json_to_recordset(g.proposed) n (clock text, leg text, due date, step text, asked text)
    where not exists (
      select from rows.proposals p
      where p.hazard_id = g.stream and p.recorded_to >= 'infinity' and (p.clock, p.leg, p.due, p.step) = (n.clock, n.leg, n.due, n.step))
    on conflict (hazard_id, clock, leg, due, step, recorded_from) do update set recorded_to = 'infinity';
  end loop;
end $$;

-- Where a hazard with two legs stands in the watch, of hazards where that changed; silent_since null: not watched any more.
create function rows.write_dual(stream uuid[], version bigint[], event uuid[], silent_since timestamptz[], supervisors text[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  with given as materialized (
    select i.stream, i.silent_since, i.supervisors, h.recorded_from as began, h.region, h.sector
    from unnest(stream, version, event, silent_since, supervisors) i (stream, version, event, silent_since, supervisors)
    join log.mt_events e on e.stream_id = i.stream and e.version = i.version and e.id = i.event
    join rows.hazards h on h.hazard_id = i.stream
  ),
  ended as (
    update rows.dual_watch w set recorded_to = g.began
    from given g where w.hazard_id = g.stream and w.recorded_to >= 'infinity' and w.recorded_from < g.began
  ),
  undone as (
    delete from rows.dual_watch w
    using given g where w.hazard_id = g.stream and w.recorded_from = g.began and g.silent_since is null
  )
  insert into rows.dual_watch (hazard_id, silent_since, supervisors, region, sector, recorded_from, recorded_to)
  select g.stream, g.silent_since, string_to_array(g.supervisors, ','), g.region, g.sector, g.began, 'infinity'
  from given g where g.silent_since is not null
  on conflict (hazard_id, recorded_from) do update
  set silent_since = excluded.silent_since, supervisors = excluded.supervisors, region = excluded.region, sector = excluded.sector,
      recorded_to = excluded.recorded_to;
end $$;
