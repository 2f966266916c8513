-- The rows of bodies and keys: every version with its bounds. They change rarely, so the past is not kept apart.

create table rows.bodies (
  body_id       text        not null collate "C",
  version       bigint      not null,
  position      bigint      not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  recorded_last timestamptz not null, -- of its last event
  name          text        not null,
  kind          text        not null collate "C",
  region        text        not null collate "C",
  sectors       text[]      not null,
  dissolved     boolean     not null,
  body          json        not null,
  primary key (body_id, recorded_from)
);
create index bodies_by_region on rows.bodies (region, body_id);

create table rows.api_keys (
  key_id   uuid   not null primary key,
  version  bigint not null,
  position bigint not null,
  digest   text   not null unique,
  region   text   not null collate "C",
  key      json   not null
);
create index keys_by_region on rows.api_keys (region, key_id);

-- The rows of accounts: as they are now; every sign-in replaces one. Their past is in the log.
create table rows.accounts (
  account_id uuid   not null primary key,
  version    bigint not null,
  position   bigint not null,
  login      text   not null unique collate "C",
  region     text   not null collate "C",
  account    json   not null
);
create index accounts_by_region on rows.accounts (region, account_id);

-- The rows of webhooks: as they are now. Their past is in the log; how far each has got, in the schema webhooks.
create table rows.webhooks (
  webhook_id uuid    not null primary key,
  version    bigint  not null,
  position   bigint  not null,
  region     text    not null collate "C",
  active     boolean not null,                            -- neither paused nor removed
  webhook    json    not null
);
create index webhooks_by_region on rows.webhooks (region, webhook_id);
