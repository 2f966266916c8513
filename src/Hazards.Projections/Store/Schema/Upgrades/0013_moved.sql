-- For the replay of an enterprise or a region: hazards that once bore its code and were corrected to another's. Few rows ever enter it,
-- and an event of another type costs a comparison.
create index mt_events_moved on log.mt_events ((data ->> 'field'), (data ->> 'from') collate "C")
  where type = 'hazard_corrected' and data ->> 'field' in ('region', 'enterpriseCreditCode');
drop index log.mt_events_code_corrected;
