-- 推送: what messages to other systems are signed with, and how far each subscription has got. None of it is a record: that a
-- subscription was registered, changed, paused, resumed or removed is in the log (streams of type webhook).
create schema webhooks;

create table webhooks.secrets (
  webhook        uuid        not null primary key,        -- its stream in the log
  version        bigint      not null,                    -- the subscription's version that set it
  secret         bytea       not null,                    -- encrypted under a key that is not in the database
  previous       bytea       null,                        -- the one before, which signs as well
  previous_until timestamptz null                         -- until then
);

create table webhooks.progress (
  webhook       uuid        not null primary key,
  position      bigint      not null,                     -- of the log: all up to it was delivered, or was not to be sent
  version       bigint      not null,                     -- the subscription's version for which failures are counted
  attempts      integer     not null default 0,           -- failures in a row of the message that is next
  failing_since timestamptz null,
  next_at       timestamptz null                          -- not tried again before
);

-- The newest of each subscription, for whoever looks after it.
create table webhooks.deliveries (
  webhook      uuid        not null,
  position     bigint      not null,
  event        uuid        not null,
  type         text        not null,
  attempts     integer     not null,
  first_at     timestamptz not null,
  last_at      timestamptz not null,
  outcome      text        not null collate "C",
  status       integer     null,
  milliseconds integer     not null,
  primary key (webhook, position)
);
