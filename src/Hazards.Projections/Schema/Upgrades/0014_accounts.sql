-- Rows made before this lack nothing.
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

create function rows.write_accounts(
  streams uuid[], versions bigint[], last_events uuid[], ids uuid[], logins text[], regions text[], accounts json[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.accounts (account_id, version, position, login, region, account)
  select a.id, a.version, e.seq_id, a.login, a.region, a.account
  from unnest(streams, versions, last_events, ids, logins, regions, accounts)
       a (stream, version, last_event, id, login, region, account)
  join log.mt_events e on e.stream_id = a.stream and e.version = a.version and e.id = a.last_event
  on conflict (account_id) do update
  set version = excluded.version, position = excluded.position, region = excluded.region, account = excluded.account
$$;
