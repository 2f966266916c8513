-- The rows of campaigns and inspections: every version with its bounds, like those of bodies (registry.sql). Who
-- was inspected in a month is asked as of any instant, and versions are few: most inspections have one.

create table rows.campaigns (
  campaign_id   uuid        not null,
  version       bigint      not null,
  position      bigint      not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  recorded_last timestamptz not null, -- of its last event
  kind          text        not null collate "C",
  from_date     date        not null,
  last_date     date        not null, -- the planned one, or that of an earlier end
  regions       text[]      not null,
  sectors       text[]      not null, -- empty: all
  item          json        not null,
  primary key (campaign_id, recorded_from)
);
create index campaigns_by_date on rows.campaigns (from_date, campaign_id, recorded_to);

-- 户次: a unit inspected once.
create table rows.inspections (
  inspection_id uuid        not null,
  version       bigint      not null,
  position      bigint      not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  recorded_last timestamptz not null,
  unit_key      text        not null collate "C", -- credit code, else the name without width, case and blanks
  unit_name     text        not null,
  region        text        not null collate "C",
  sector        text        not null collate "C",
  on_date       date        not null,
  campaign      uuid        null,
  voided        boolean     not null,
  late          boolean     not null,
  claimed       int         null, -- hazards, as the inspectors say
  item          json        not null,
  primary key (inspection_id, recorded_from)
);
-- Lists, and the units inspected in a time; the second for small regions over long times.
create index inspections_by_date     on rows.inspections (on_date, inspection_id, region, recorded_to) include (sector, unit_key, voided, recorded_from);
create index inspections_by_region   on rows.inspections (region, on_date);
create index inspections_by_campaign on rows.inspections (campaign, on_date, inspection_id) where campaign is not null;
create index inspections_by_unit     on rows.inspections (unit_key, on_date, inspection_id);

-- Which inspection found a hazard, and in which campaign: said once, when it is reported.
create table rows.hazard_origins (
  hazard_id     uuid        not null primary key,
  recorded_from timestamptz not null,
  inspection    uuid        null,
  campaign      uuid        null
);
create index origins_by_inspection on rows.hazard_origins (inspection, hazard_id, recorded_from) where inspection is not null;
create index origins_by_campaign   on rows.hazard_origins (campaign, hazard_id, recorded_from) where campaign is not null;

-- 现场上报: which account reported a hazard on a phone (the hazard's own reference says so). Whoever reports sees what became of it.
create table rows.field_reports (
  hazard_id     uuid        not null primary key,
  recorded_from timestamptz not null,
  reporter      uuid        not null
);
create index field_reports_by_reporter on rows.field_reports (reporter, hazard_id);
