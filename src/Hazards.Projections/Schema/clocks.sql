-- The rows of clocks. docs/clocks.md says what they are for.

-- Which hazards have a clock that is counted in working days, by which edition of the calendar, and up to which day:
-- those whose due dates may move when a year is announced or amended. A hazard without such a clock has no row here.
create table rows.working_clocks (
  hazard_id     uuid   not null primary key,
  version       bigint not null,
  edition       int    not null,
  counted_until date   not null -- the latest due date so counted
);
create index working_by_edition on rows.working_clocks (edition, counted_until, hazard_id);

-- 逾期: every deadline that was noticed as missed; never changed.
create table rows.missed_clocks (
  hazard_id   uuid        not null,
  clock       text        not null collate "C",
  leg         text        not null collate "C", -- empty: none
  body        text        null collate "C",     -- null: the committee office of the region
  since       timestamptz not null,
  due         date        not null,
  noticed_at  timestamptz not null,
  recorded_at timestamptz not null,
  region      text        not null collate "C",
  sector      text        not null collate "C",
  level       text        null collate "C",
  primary key (hazard_id, clock, leg, since, due)
);
create index missed_by_due  on rows.missed_clocks (due, hazard_id, clock, leg, recorded_at, region);
create index missed_by_body on rows.missed_clocks (body, due, hazard_id, clock, leg) where body is not null;

-- 督办建议: what persons are asked to decide, while they are: until it is taken, declined, or the duty is done.
create table rows.proposals (
  hazard_id     uuid        not null,
  clock         text        not null collate "C",
  leg           text        not null collate "C",
  due           date        not null,
  step          text        not null collate "C",
  asked         text        null collate "C", -- null: the committee office of the region
  region        text        not null collate "C",
  sector        text        not null collate "C",
  level         text        null collate "C",
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  primary key (hazard_id, clock, leg, due, step, recorded_from)
);
create index proposals_by_due  on rows.proposals (due, hazard_id, clock, leg, step, region) where recorded_to = 'infinity';
create index proposals_by_body on rows.proposals (asked, due, hazard_id) where recorded_to = 'infinity';
create index proposals_of_past on rows.proposals (due, hazard_id, clock, leg, step, recorded_from, recorded_to, region);

-- 双重督办: hazards with two legs, one of them not accepted yet, by the leg that was silent longest.
create table rows.dual_watch (
  hazard_id     uuid        not null,
  silent_since  timestamptz not null, -- the earliest of: when an unaccepted leg was last heard, or assigned
  supervisors   text[]      not null,
  region        text        not null collate "C",
  sector        text        not null collate "C",
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  primary key (hazard_id, recorded_from)
);
create index dual_by_silence on rows.dual_watch (silent_since, hazard_id, region) where recorded_to = 'infinity';
create index dual_of_past    on rows.dual_watch (silent_since, hazard_id, recorded_from, recorded_to, region);
