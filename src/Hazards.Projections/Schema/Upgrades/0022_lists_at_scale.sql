-- Rows made before this lack nothing.
-- What lists read where hazards are many. docs/rows.md names what they serve.

-- Found by an instant and recorded after it. Most are recorded within a day, by hazards_by_recorded; here are the others. A
-- difference of instants does not depend on the zone, as an instant less a day would.
create index hazards_known_late on rows.hazards using gist (tstzrange(found_at, first_recorded_at))
  where first_recorded_at - found_at > '24:00:00';

-- The ledger of what is open, by stage and sector, the newest first.
create index live_by_recorded on rows.hazards (first_recorded_at, hazard_id, recorded_from, region, sector, stage) where live;

-- Legs in hand as known earlier: superseded versions in which the leg was unfinished are looked for by when they began, those that
-- lasted longer than sixty days by both bounds. Those in which it was finished are few.
drop index rows.leg_facts_finished_past;
create index leg_facts_finished_past on rows.leg_facts (finished_on, assigned_on)
  include (region, sector, body, kind, dismissed, deadline, declared_on, accepted_on, ended_on, failed, recorded_from, recorded_to,
           hazard_id, leg, ack_due, acknowledged_on) where recorded_to < 'infinity' and finished_on < 'infinity';
create index leg_facts_unfinished_past on rows.leg_facts (recorded_from, recorded_to)
  include (region, sector, body, kind, dismissed, assigned_on, finished_on, deadline, declared_on, accepted_on, ended_on, failed,
           hazard_id, leg, ack_due, acknowledged_on)
  where recorded_to < 'infinity' and finished_on = 'infinity' and recorded_to - recorded_from <= '1440:00:00';
create index leg_facts_unfinished_long on rows.leg_facts using gist (tstzrange(recorded_from, recorded_to))
  where recorded_to < 'infinity' and finished_on = 'infinity' and recorded_to - recorded_from > '1440:00:00';
