-- For the replay of a body: the events that were put before it, by the events' own word.
-- Without a pending list: whoever appends pays for its own entries, and never at once for those of thousands before it.
create index mt_events_told on log.mt_events using gin ((headers -> 'told') jsonb_path_ops) with (fastupdate = off)
  where headers ? 'told';
