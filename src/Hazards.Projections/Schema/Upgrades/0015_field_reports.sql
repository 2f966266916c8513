-- 现场上报: which account reported a hazard on a phone (the hazard's own reference says so). Whoever reports sees what became of it.
create table rows.field_reports (
  hazard_id     uuid        not null primary key,
  recorded_from timestamptz not null,
  reporter      uuid        not null
);
create index field_reports_by_reporter on rows.field_reports (reporter, hazard_id);

-- After write_hazards, in the same batch.
create function rows.write_field_reports(ids uuid[], versions bigint[], last_events uuid[], reporters uuid[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.field_reports (hazard_id, recorded_from, reporter)
  select g.id, h.first_recorded_at, g.reporter
  from unnest(ids, versions, last_events, reporters) g (id, version, last_event, reporter)
  join log.mt_events e on e.stream_id = g.id and e.version = g.version and e.id = g.last_event
  join rows.hazards h on h.hazard_id = g.id
$$;
-- Nothing was reported in this way before.
