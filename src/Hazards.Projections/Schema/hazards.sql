-- One row a hazard: the version in force now. What lists filter and sort by has a column; the rest is the item.
create table rows.hazards (
  hazard_id         uuid        not null primary key,
  version           bigint      not null,
  position          bigint      not null, -- of the version's last event
  recorded_from     timestamptz not null, -- of the first event that was recorded with it
  recorded_last     timestamptz not null, -- of its last event
  first_recorded_at timestamptz not null, -- of the hazard's first event
  epoch             int         not null, -- in which the version began
  live              boolean     not null, -- something may still become due: open, or with a clock, or listed
  region            text        not null collate "C",
  sector            text        not null collate "C",
  stage             text        not null collate "C",
  level             text        null collate "C",
  kind              text        not null collate "C",
  source            text        not null collate "C",
  found_at          timestamptz not null,
  late              boolean     not null,
  dual              boolean     not null,
  reopened          int         not null,
  enterprise        text        null collate "C", -- credit code
  listing_level     text        null collate "C",
  listed_by         text        null collate "C",
  listing_deadline  date        null,
  leg_bodies        text[]      not null,
  next_due          date        not null, -- the earliest of clock_dues; infinity without a clock
  clock_kinds       text[]      not null, -- the open clocks, one element each in these three
  clock_bodies      text[]      not null, -- null: the committee office of the region
  clock_dues        date[]      not null,
  closed_at         timestamptz null
)
-- Every event replaces a row, and the indexes by due date and by change shed entries at one end. Vacuum early, or lists walk
-- over the dead: after 860,000 events in three minutes the index of 3,900 due dates had 1,747 pages.
with (
  fillfactor = 85,
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0
);

-- The versions that were superseded, with both bounds; never changed. A live version stands here once for every
-- epoch it was in force in, so that a list as of an instant reads one epoch and no other. A version that is not
-- live stands here once, with live = false.
create table rows.hazard_history (
  like rows.hazards including storage,
  recorded_to timestamptz not null
);

-- The first day on which a hazard has something to ring for (Ring.NextRing); null when nothing is left. Of what is in force only.
alter table rows.hazards add column next_ring date null;

create index hazards_by_recorded on rows.hazards (first_recorded_at, hazard_id, recorded_from, region);
create index hazards_by_found    on rows.hazards (found_at, hazard_id, recorded_from, region);
create index hazards_by_changed  on rows.hazards (recorded_from, hazard_id, region);
create index hazards_by_region   on rows.hazards (region);
create index hazards_by_listing  on rows.hazards (listing_deadline, hazard_id, recorded_from, region) where listing_deadline is not null;
create index hazards_by_enterprise on rows.hazards (enterprise) where enterprise is not null;
create index live_by_recorded    on rows.hazards (first_recorded_at, hazard_id, recorded_from, region, sector, stage) where live;
-- Found by an instant and recorded after it: most are recorded within a day, by hazards_by_recorded; here are the others. A
-- difference of instants does not depend on the zone, as an instant less a day would.
create index hazards_known_late  on rows.hazards using gist (tstzrange(found_at, first_recorded_at)) where first_recorded_at - found_at > '24:00:00';
create index hazards_by_ring     on rows.hazards (next_ring, hazard_id) where next_ring is not null;

-- What is due, at all, by level, by place and by who owes the earliest duty; of each, the earliest due first. They hold only
-- hazards with a clock.
create index hazards_by_due    on rows.hazards (next_due, hazard_id, recorded_from, region) include (sector, stage, level) where next_due < 'infinity';
create index hazards_by_level  on rows.hazards (level, next_due, hazard_id, recorded_from, region) where next_due < 'infinity';
create index hazards_by_place  on rows.hazards (region, next_due, hazard_id, recorded_from) include (sector, stage, level)
  where next_due < 'infinity';
create index hazards_by_debtor on rows.hazards (coalesce(clock_bodies[1], ''), next_due, hazard_id, recorded_from, region) where next_due < 'infinity';
-- What a body owes, whichever of a hazard's clocks it is; what a committee office owes for its region, where nobody is named.
create index hazards_by_duties  on rows.hazards using gin (clock_bodies) with (gin_pending_list_limit = 256) where next_due < 'infinity';
create index hazards_of_offices on rows.hazards (region, next_due) where next_due < 'infinity' and array_position(clock_bodies, null) is not null;

create index history_by_hazard   on rows.hazard_history (hazard_id, recorded_from);
create index history_by_recorded on rows.hazard_history (epoch, first_recorded_at, hazard_id, recorded_from, recorded_to, region) where live;
create index history_by_due      on rows.hazard_history (epoch, next_due, hazard_id, recorded_from, recorded_to, region) include (sector, stage, level) where live and next_due < 'infinity';
create index history_by_place    on rows.hazard_history (epoch, region, next_due) include (sector, stage, level, recorded_from, recorded_to)
  where live and next_due < 'infinity';
create index history_by_listing  on rows.hazard_history (epoch, listing_deadline, hazard_id, recorded_from, recorded_to, region) where live and listing_deadline is not null;
create index quiet_by_recorded   on rows.hazard_history (first_recorded_at, hazard_id, recorded_from, recorded_to, region) where not live;

-- What a list shows beyond the columns, once for every version, by the version's position: superseding a version
-- copies its narrow row and leaves this where it is.
create table rows.hazard_items (
  position bigint not null primary key,
  item     json   not null
);
alter table rows.hazard_items alter column item set storage main;
-- 来源编号: hazards by the number of the system that reported them, or by the system.
create index items_by_reference on rows.hazard_items ((item #>> '{reference,id}'), (item #>> '{reference,system}'))
  where item #>> '{reference,system}' is not null;
create index items_by_system on rows.hazard_items ((item #>> '{reference,system}')) where item #>> '{reference,system}' is not null;

-- An epoch ends when more live versions were superseded in it than hazards were live at its start (at least 5,000).
-- So an epoch never holds more than twice the live hazards, and a version has two copies on average at most.
create table rows.epochs (
  epoch  int         not null primary key,
  starts timestamptz not null unique,
  live   bigint      not null -- hazards that were live when it began
);
insert into rows.epochs values (0, '-infinity', 0);

-- The words of a hazard, with the times they were in force, for search by any part of them.
create table rows.hazard_texts (
  hazard_id     uuid        not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  words         text        not null,
  grams         int[]       not null, -- every character and pair of neighbours in words; 0: only the first are here; county and township, negative
  first_recorded_at timestamptz not null, -- the hazard's: a search has the newest first, and looks no others up
  primary key (hazard_id, recorded_from)
);
create index texts_by_gram on rows.hazard_texts using gin (grams);
