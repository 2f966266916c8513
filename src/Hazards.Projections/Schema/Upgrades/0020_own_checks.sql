-- Rows made before this lack nothing.
-- 自查自改 is counted apart from 立行立改 by the ground of the closure, which the indexes hold from now on. docs/figures.md names what they serve.
drop index rows.hazard_facts_now;
drop index rows.hazard_facts_past;
create index hazard_facts_now on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to, ground)
  where recorded_to = 'infinity';
create index hazard_facts_past on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to, ground)
  where recorded_to < 'infinity';

-- 来源编号: hazards by the number of the system that reported them, or by the system.
create index items_by_reference on rows.hazard_items ((item #>> '{reference,id}'), (item #>> '{reference,system}'))
  where item #>> '{reference,system}' is not null;
create index items_by_system on rows.hazard_items ((item #>> '{reference,system}')) where item #>> '{reference,system}' is not null;
