-- 账号: what opens an account, who is signed in, and what views people saved. None of it is a record: that an account was
-- opened, closed or signed in to is in the log (streams of type account). What is secret is here and never there.
create schema accounts;

create table accounts.secrets (
  account          uuid        not null primary key,      -- its stream in the log
  password_hash    text        not null,                  -- as ASP.NET Core Identity writes it
  password_version bigint      not null,                  -- the account's version that set it: no other may use it
  totp             bytea       null,                      -- the second factor, encrypted under a key that is not in the database
  totp_step        bigint      not null default 0,        -- the last step whose code was used: each opens once
  totp_pending     bytea       null,                      -- shown, and not yet confirmed by a code
  changed_at       timestamptz not null
);

create table accounts.sessions (
  id             uuid        not null primary key,
  digest         text        not null unique,             -- SHA-256 of the token in the cookie
  account        uuid        not null,
  rights_version bigint      not null,                    -- of the account when it began: an older one opens nothing
  created_at     timestamptz not null,
  last_seen_at   timestamptz not null,                    -- to the minute
  expires_at     timestamptz not null,
  ended_at       timestamptz null,
  address        text        null,
  agent          text        null,
  step           text        not null collate "C",        -- what must happen before it opens anything
  purpose        text        null                         -- 查阅事由, while it is set
);
create index sessions_by_account on accounts.sessions (account, created_at);

create table accounts.views (
  account    uuid        not null,
  page       text        not null,
  name       text        not null,
  query      text        not null,
  created_at timestamptz not null,
  primary key (account, page, name)
);
