-- Rows made before this lack nothing.
-- What is due in a region, now and as of an instant: read by the region, and not by looking through what is due everywhere.
drop index rows.hazards_by_place;
create index hazards_by_place on rows.hazards (region, next_due, hazard_id, recorded_from) include (sector, stage, level)
  where next_due < 'infinity';
create index history_by_place on rows.hazard_history (epoch, region, next_due) include (sector, stage, level, recorded_from, recorded_to)
  where live and next_due < 'infinity';

-- The funds of a region day by day.
drop index rows.leg_facts_funds_now;
drop index rows.leg_facts_funds_past;
create index leg_facts_funds_now on rows.leg_facts (funds_on, region)
  include (sector, kind, dismissed, funds, ended_on, reopened_on, recorded_from, recorded_to, hazard_id)
  where recorded_to = 'infinity' and funds is not null;
create index leg_facts_funds_past on rows.leg_facts (funds_on, region)
  include (sector, kind, dismissed, funds, ended_on, reopened_on, recorded_from, recorded_to, hazard_id)
  where recorded_to < 'infinity' and funds is not null;
