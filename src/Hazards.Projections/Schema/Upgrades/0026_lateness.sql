-- Functions: 90f7fbe45ee8835f0e6b19ecdd2c79ff46c5798d8c0c7785decad7dd0d8683ec
-- What a later state of a hazard says nothing of: on which days an earlier deadline had been missed, and when it had been closed, rejected or
-- merged before it was reopened. docs/figures.md says what counts them.
alter table rows.hazard_facts add column rested daterange[] null;
alter table rows.leg_facts
  add column late daterange[] null, add column late_due date[] null, add column resumed_on date null, add column owed_until date null;
drop index rows.hazard_facts_now;
drop index rows.hazard_facts_past;
drop index rows.leg_facts_finished_now;
drop index rows.leg_facts_finished_past;
drop index rows.leg_facts_unfinished_past;
drop index rows.leg_facts_due_now;
drop index rows.leg_facts_due_past;
create index hazard_facts_now on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to, ground, rested)
  where recorded_to = 'infinity';
create index hazard_facts_past on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to, ground, rested)
  where recorded_to < 'infinity';
create index leg_facts_finished_now on rows.leg_facts (finished_on, assigned_on)
  include (region, sector, body, kind, dismissed, deadline, declared_on, accepted_on, ended_on, failed, recorded_from, recorded_to,
           hazard_id, leg, ack_due, acknowledged_on, late, late_due, resumed_on, owed_until) where recorded_to = 'infinity';
create index leg_facts_finished_past on rows.leg_facts (finished_on, assigned_on)
  include (region, sector, body, kind, dismissed, deadline, declared_on, accepted_on, ended_on, failed, recorded_from, recorded_to,
           hazard_id, leg, ack_due, acknowledged_on, late, late_due, resumed_on, owed_until) where recorded_to < 'infinity' and finished_on < 'infinity';
create index leg_facts_unfinished_past on rows.leg_facts (recorded_from, recorded_to)
  include (region, sector, body, kind, dismissed, assigned_on, finished_on, deadline, declared_on, accepted_on, ended_on, failed,
           hazard_id, leg, ack_due, acknowledged_on, late, late_due, resumed_on, owed_until)
  where recorded_to < 'infinity' and finished_on = 'infinity' and recorded_to - recorded_from <= '1440:00:00';
create index leg_facts_due_now on rows.leg_facts (deadline)
  include (region, sector, body, kind, dismissed, assigned_on, declared_on, ended_on, recorded_from, recorded_to, late_due) where recorded_to = 'infinity';
create index leg_facts_due_past on rows.leg_facts (deadline)
  include (region, sector, body, kind, dismissed, assigned_on, declared_on, ended_on, recorded_from, recorded_to, late_due) where recorded_to < 'infinity';
create index leg_facts_late on rows.leg_facts (region)
  include (body, kind, dismissed, assigned_on, deadline, declared_on, ended_on, recorded_from, recorded_to, late_due) where late_due is not null;
create index leg_facts_owed on rows.leg_facts (owed_until)
  include (region, body, kind, dismissed, assigned_on, finished_on, deadline, accepted_on, late, late_due, resumed_on, hazard_id, leg,
           ack_due, acknowledged_on, recorded_from, recorded_to) where owed_until is not null;
