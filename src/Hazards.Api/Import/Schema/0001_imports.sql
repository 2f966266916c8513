-- 待导入的台账: ledgers that were uploaded and are looked at before anything is written. They are no record: nothing of them
-- is in the log, and they go after a day. What is imported in the end is kept among the files, by its digest.
create schema imports;

create table imports.drafts (
  id         uuid        not null primary key,
  owner      uuid        not null,            -- the key or account that uploaded it: nobody else sees it
  file_name  text        not null,
  file       bytea       not null,            -- empty once its import has begun
  mapping    text        null,                -- as JSON; null: guessed
  sheet      text        null,                -- where the guess is to look, if somebody has pointed at it
  header_row int         null,
  header_rows int        null,
  ledger     text        null,
  region     text        null,
  import     uuid        null,                -- the import it became
  changed_at timestamptz not null default clock_timestamp()
);
alter table imports.drafts alter column file set storage external; -- xlsx is compressed already
create index drafts_by_owner   on imports.drafts (owner, changed_at);
create index drafts_by_changed on imports.drafts (changed_at);

-- For the list of imports. Few events ever enter it.
create index mt_events_imports on log.mt_events (seq_id) where type = 'ledger_import_started';
