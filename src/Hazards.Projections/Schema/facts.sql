-- The facts that figures are counted from: of every hazard, of every body's term on a leg, of every listing, and of
-- the reports made. Narrow, and versioned by recorded time: a version is written only when a fact changed. docs/figures.md
-- says what each fact means.
--
-- Each version stands in exactly one of two partial indexes: that of the versions in force now, which a figure as known
-- today reads alone, or that of the superseded ones, which a figure as known earlier reads besides. Both begin with the
-- date that a period is a range of, so a month reads its own hazards and no others, and hold all that is counted.

create table rows.hazard_facts (
  hazard_id     uuid        not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  found_on      date        not null, -- dates are China's
  region        text        not null collate "C",
  sector        text        not null collate "C",
  kind          text        not null collate "C",
  level         text        null collate "C",
  late          boolean     not null, -- its report was a late entry
  on_the_spot   boolean     not null, -- closed as fixed on the spot
  dismissed     boolean     not null, -- rejected or merged
  closed_on     date        null, -- of the closure in force
  ground        text        null collate "C",
  plan_on       date        null, -- since when there is a plan that no review has failed
  five_on       date        null, -- since when it has all five (五到位)
  listed_on     date        null, -- of the first listing that counts
  province_on   date        null, -- of the first by a province or the State
  reopened      int         not null,
  campaign      uuid        null,
  inspection    uuid        null,
  rested        daterange[] null, -- closed, rejected or merged before it was reopened
  closed_before daterange[] null, -- of these, closed
  plan_before   daterange[] null, -- there was a plan that has ended: it failed, or its leg ended
  five_days     daterange[] null, -- every plan there was had all five; null where none has ended, and five_on says it
  primary key (hazard_id, recorded_from)
);
create index hazard_facts_now on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to, ground, rested,
           closed_before, plan_before, five_days)
  where recorded_to = 'infinity';
create index hazard_facts_past on rows.hazard_facts (found_on, region)
  include (sector, kind, level, on_the_spot, dismissed, closed_on, plan_on, five_on, listed_on, province_on, campaign, recorded_from, recorded_to, ground, rested,
           closed_before, plan_before, five_days)
  where recorded_to < 'infinity';
-- What changed between two instants, hazard by hazard.
create index hazard_facts_by_change on rows.hazard_facts (recorded_from, found_on) include (hazard_id);
-- The lists of major hazards.
create index hazard_facts_major on rows.hazard_facts (found_on, hazard_id) where level = 'major' and not dismissed;

-- A body's term on a leg: from its assignment until it is accepted, given back, reassigned or reopened.
create table rows.leg_facts (
  hazard_id     uuid        not null,
  leg           text        not null collate "C",
  term          int         not null, -- 0 for the first body on the leg
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  body          text        not null collate "C",
  region        text        not null collate "C",
  sector        text        not null collate "C",
  kind          text        not null collate "C",
  level         text        null collate "C",
  dismissed     boolean     not null,
  assigned_on   date        not null,
  ack_due       date        null, -- by the policy in force when it was assigned
  acknowledged_on date      null,
  deadline      date        not null, -- the leg's, or the listing's where that binds
  declared_on   date        null, -- of the declaration that stands
  accepted_on   date        null,
  ended_on      date        null, -- given back, reassigned or reopened
  finished_on   date        not null, -- accepted or ended; infinity before
  failed        int         not null, -- re-inspections
  looked_on     date[]      null, -- look-backs at the closure
  reopened_on   date        null, -- the closed hazard came back
  funds         numeric     null, -- committed, 万元
  funds_on      date        null,
  late          daterange[] null, -- days on which it was late before it is owed as it is now
  late_due      date[]      null, -- the deadlines that had been missed, one for each of these
  resumed_on    date        null, -- since when it is owed as it is now, where it was late or declared before
  owed_until    date        null, -- the day on which its end counts, where that is after the day that is claimed
  primary key (hazard_id, leg, term, recorded_from)
);
-- Unfinished legs with what was due of them when, and whose they are.
create index leg_facts_finished_now on rows.leg_facts (finished_on, assigned_on)
  include (region, sector, body, kind, dismissed, deadline, declared_on, accepted_on, ended_on, failed, recorded_from, recorded_to,
           hazard_id, leg, ack_due, acknowledged_on, late, late_due, resumed_on, owed_until) where recorded_to = 'infinity';
create index leg_facts_finished_past on rows.leg_facts (finished_on, assigned_on)
  include (region, sector, body, kind, dismissed, deadline, declared_on, accepted_on, ended_on, failed, recorded_from, recorded_to,
           hazard_id, leg, ack_due, acknowledged_on, late, late_due, resumed_on, owed_until) where recorded_to < 'infinity' and finished_on < 'infinity';
-- Superseded versions in which the leg was unfinished are looked for by when they began; those that lasted longer than sixty days,
-- by both bounds.
create index leg_facts_unfinished_past on rows.leg_facts (recorded_from, recorded_to)
  include (region, sector, body, kind, dismissed, assigned_on, finished_on, deadline, declared_on, accepted_on, ended_on, failed,
           hazard_id, leg, ack_due, acknowledged_on, late, late_due, resumed_on, owed_until)
  where recorded_to < 'infinity' and finished_on = 'infinity' and recorded_to - recorded_from <= '1440:00:00';
create index leg_facts_unfinished_long on rows.leg_facts using gist (tstzrange(recorded_from, recorded_to))
  where recorded_to < 'infinity' and finished_on = 'infinity' and recorded_to - recorded_from > '1440:00:00';
create index leg_facts_due_now on rows.leg_facts (deadline)
  include (region, sector, body, kind, dismissed, assigned_on, declared_on, ended_on, recorded_from, recorded_to, late_due) where recorded_to = 'infinity';
create index leg_facts_due_past on rows.leg_facts (deadline)
  include (region, sector, body, kind, dismissed, assigned_on, declared_on, ended_on, recorded_from, recorded_to, late_due) where recorded_to < 'infinity';
-- Few legs missed a deadline before another was set, and few were ended by what was entered later than it is said to have been done.
create index leg_facts_late on rows.leg_facts (region)
  include (body, kind, dismissed, assigned_on, deadline, declared_on, ended_on, recorded_from, recorded_to, late_due) where late_due is not null;
create index leg_facts_owed on rows.leg_facts (owed_until)
  include (region, body, kind, dismissed, assigned_on, finished_on, deadline, accepted_on, late, late_due, resumed_on, hazard_id, leg,
           ack_due, acknowledged_on, recorded_from, recorded_to) where owed_until is not null;
create index leg_facts_ack_now on rows.leg_facts (ack_due)
  include (region, sector, body, kind, dismissed, acknowledged_on, ended_on, recorded_from, recorded_to) where recorded_to = 'infinity' and ack_due is not null;
create index leg_facts_ack_past on rows.leg_facts (ack_due)
  include (region, sector, body, kind, dismissed, acknowledged_on, ended_on, recorded_from, recorded_to) where recorded_to < 'infinity' and ack_due is not null;
create index leg_facts_funds_now on rows.leg_facts (funds_on, region)
  include (sector, kind, dismissed, funds, ended_on, reopened_on, recorded_from, recorded_to, hazard_id)
  where recorded_to = 'infinity' and funds is not null;
create index leg_facts_funds_past on rows.leg_facts (funds_on, region)
  include (sector, kind, dismissed, funds, ended_on, reopened_on, recorded_from, recorded_to, hazard_id)
  where recorded_to < 'infinity' and funds is not null;
-- Few closed hazards are looked at again: all of them are looked through.
create index leg_facts_rechecked on rows.leg_facts (region)
  include (body, dismissed, looked_on, reopened_on, recorded_from, recorded_to) where looked_on is not null or reopened_on is not null;

create table rows.listing_facts (
  hazard_id     uuid        not null,
  term          int         not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  region        text        not null collate "C",
  sector        text        not null collate "C",
  kind          text        not null collate "C",
  level         text        not null collate "C", -- of the listing
  listed_by     text        not null collate "C",
  listed_on     date        not null,
  ended_on      date        null,
  counts        boolean     not null, -- not withdrawn as an error
  primary key (hazard_id, term, recorded_from)
);
create index listing_facts_by_date on rows.listing_facts (listed_on, region);

-- What happened to reports: an event a row, never changed.
create table rows.report_facts (
  report_id   uuid        not null,
  version     bigint      not null,
  position    bigint      not null,
  recorded_at timestamptz not null,
  kind        text        not null collate "C",
  region      text        not null collate "C",
  period      text        not null collate "C",
  last_day    date        not null,
  frozen      boolean     not null, -- else: noticed as overdue
  event       json        not null,
  primary key (report_id, version)
);
create index report_facts_by_day on rows.report_facts (last_day, region);
