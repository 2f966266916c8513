-- What people entered late, in the order of the log: few events are, and the others pay a comparison.
create index mt_events_late on log.mt_events (seq_id) include (stream_id)
  where headers ->> 'entry' = 'late' and headers ->> 'role' <> 'clock';
