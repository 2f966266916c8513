-- The board's cells as changes: a hazard leaves one and enters another. Checkpoints keep the sums short.
create table rows.board_changes (
  position    bigint      not null primary key,
  recorded_at timestamptz not null,
  region      text        not null collate "C", -- township at the narrowest
  sector      text        not null collate "C",
  stage       text        not null collate "C",
  level       text        null collate "C",
  was_region  text        null collate "C", -- all null for a new hazard
  was_sector  text        null collate "C",
  was_stage   text        null collate "C",
  was_level   text        null collate "C"
);

-- A sum of all changes up to a position. The board as of an instant adds the changes since the last sum before it.
create table rows.board_checkpoints (
  position    bigint      not null primary key, -- every change up to here is in its totals
  recorded_at timestamptz not null,
  cells       bigint      not null
);
insert into rows.board_checkpoints values (0, '-infinity', 0);

create table rows.board_totals (
  checkpoint bigint not null,
  region     text   not null collate "C",
  sector     text   not null collate "C",
  stage      text   not null collate "C",
  level      text   null collate "C",
  n          bigint not null
);
create index totals_by_checkpoint on rows.board_totals (checkpoint, region) include (sector, stage, level, n);
