-- Rows made before this say 100 % of legs whose re-inspection failed: they are made anew.
-- Indexes that hold all that a page counts, so that it does not read the tables. docs/rows.md and docs/figures.md name what they serve.

-- A leg's funds now, or as known earlier.
drop index rows.leg_facts_funds;
create index leg_facts_funds_now on rows.leg_facts (funds_on)
  include (region, sector, kind, dismissed, funds, ended_on, reopened_on, recorded_from, recorded_to, hazard_id)
  where recorded_to = 'infinity' and funds is not null;
create index leg_facts_funds_past on rows.leg_facts (funds_on)
  include (region, sector, kind, dismissed, funds, ended_on, reopened_on, recorded_from, recorded_to, hazard_id)
  where recorded_to < 'infinity' and funds is not null;

-- Unfinished legs with what was due of them when, and whose they are.
drop index rows.leg_facts_finished_now;
drop index rows.leg_facts_finished_past;
create index leg_facts_finished_now on rows.leg_facts (finished_on, assigned_on)
  include (region, sector, body, kind, dismissed, deadline, declared_on, accepted_on, ended_on, failed, recorded_from, recorded_to,
           hazard_id, leg, ack_due, acknowledged_on) where recorded_to = 'infinity';
create index leg_facts_finished_past on rows.leg_facts (finished_on, assigned_on)
  include (region, sector, body, kind, dismissed, deadline, declared_on, accepted_on, ended_on, failed, recorded_from, recorded_to,
           hazard_id, leg, ack_due, acknowledged_on) where recorded_to < 'infinity';

-- The board's cells, read as they are.
drop index rows.totals_by_checkpoint;
create index totals_by_checkpoint on rows.board_totals (checkpoint, region) include (sector, stage, level, n);

-- What a body owes, whichever of a hazard's clocks it is; what a committee office owes for its region, where nobody is named.
create index hazards_by_duties on rows.hazards using gin (clock_bodies) with (gin_pending_list_limit = 256) where next_due < 'infinity';
create index hazards_of_offices on rows.hazards (region, next_due) where next_due < 'infinity' and array_position(clock_bodies, null) is not null;
