-- Functions: 5f0d0dac0ced7d915908d9b9084ab473040a70ee53d0264575c1108ea2c8d619
-- What a body that gave its leg back had earned by being late is not for whom it came back to.
-- And what was closed or planned by the end of a period was so then, whatever was reopened or reassigned since.
alter table rows.hazard_facts
  add column closed_before daterange[] null, add column plan_before daterange[] null, add column five_days daterange[] null;
drop index rows.hazard_facts_now;
drop index rows.hazard_facts_past;
create index hazard_facts_now on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to, ground, rested,
           closed_before, plan_before, five_days)
  where recorded_to = 'infinity';
create index hazard_facts_past on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to, ground, rested,
           closed_before, plan_before, five_days)
  where recorded_to < 'infinity';
