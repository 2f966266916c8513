-- For the replay of a body or a person: its acts in the order of the log. docs/replay.md says what the index costs.
create index mt_events_by_body on log.mt_events ((headers ->> 'body'), seq_id);

-- For the replay of an enterprise: hazards that once bore its credit code and were corrected to another's. Few rows ever
-- enter it, and an event of another type costs a comparison.
create index mt_events_code_corrected on log.mt_events ((data ->> 'from'))
  where type = 'hazard_corrected' and data ->> 'field' = 'enterpriseCreditCode';
