-- Which hazards have a clock that is counted in working days, by which edition of the calendar, and up to which day:
-- those whose due dates may move when a year is announced or amended. A hazard without such a clock has no row here.

create table rows.working_clocks (
  hazard_id     uuid   not null primary key,
  version       bigint not null,
  edition       int    not null,
  counted_until date   not null -- the latest due date so counted
);
create index working_by_edition on rows.working_clocks (edition, counted_until, hazard_id);

-- Called with the rows of hazards (0003_write.sql) where a policy counts working days at all. Null: no such clock any more.
create function rows.write_working_clocks(ids uuid[], versions bigint[], last_events uuid[], editions int[], untils date[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  with won as materialized (
    select g.*
    from unnest(ids, versions, last_events, editions, untils) g (id, version, last_event, edition, until)
    join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
  ),
  ended as (
    delete from rows.working_clocks c using won w where c.hazard_id = w.id and w.until is null
  )
  insert into rows.working_clocks (hazard_id, version, edition, counted_until)
  select w.id, w.version, w.edition, w.until from won w where w.until is not null
  on conflict (hazard_id) do update
  set version = excluded.version, edition = excluded.edition, counted_until = excluded.counted_until;
end $$;
