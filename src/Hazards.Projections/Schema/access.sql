-- Who looked at what (查阅留痕), and the seals on enterprises' records (封存). docs/access-and-sealing.md draws both.

-- One row a look; what was looked at and why stands in the event itself.
create table rows.looks (
  position   bigint      not null primary key, -- of the event
  looked_at  timestamptz not null,             -- when it was recorded
  kind       text        not null collate "C", -- the event's alias
  region     text        not null collate "C",
  body       text        not null collate "C", -- who looked
  client     text        not null,
  enterprise text        null collate "C",     -- credit code asked for
  asked_body text        null collate "C"      -- body asked for
);
create index looks_by_time       on rows.looks (looked_at);
create index looks_by_region     on rows.looks (region, position);
create index looks_by_body       on rows.looks (body, position);
create index looks_by_client     on rows.looks (client, position);
create index looks_by_enterprise on rows.looks (enterprise, position) where enterprise is not null;
create index looks_by_asked_body on rows.looks (asked_body, position) where asked_body is not null;

-- The hazards that a look was at.
create table rows.look_hazards (
  hazard_id uuid   not null,
  position  bigint not null,
  primary key (hazard_id, position)
);

-- One row a seal: it is made once and lifted once.
create table rows.seals (
  seal_id       uuid        not null primary key,
  version       bigint      not null,
  position      bigint      not null,             -- of its first event
  recorded_from timestamptz not null,
  lifted_at     timestamptz null,                 -- when the lifting was recorded
  code          text        null collate "C",     -- credit code
  name_key      text        not null collate "C", -- the name without width, case and blanks
  region        text        not null collate "C",
  prefix        text        not null collate "C", -- what the codes of the regions under it begin with
  item          json        not null
);
-- The look-up of every command that a seal may freeze, and of every list that shows hazards.
create index seals_by_code   on rows.seals (code) where code is not null;
create index seals_by_name   on rows.seals (name_key);
create index seals_by_region on rows.seals (region, position);
