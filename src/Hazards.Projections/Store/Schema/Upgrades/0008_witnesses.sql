-- What this deployment witnesses for other logs: the newest checkpoint of each that it cosigned. It only grows: whoever
-- was told that a log has n events is never told that it has fewer, or others.
create table log.witnessed (
  origin      text        not null primary key,
  size        bigint      not null,
  root        bytea       not null,
  note        text        not null, -- the checkpoint as it was submitted, with our cosignature
  cosigned_at timestamptz not null default clock_timestamp()
);

create function log.refuse_forgetting() returns trigger language plpgsql as $$
begin
  if new.origin = old.origin and (new.size > old.size or (new.size = old.size and new.root = old.root)) then
    return new;
  end if;
  raise exception 'log.witnessed only grows: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;

create trigger refuse_update   before update   on log.witnessed for each row       execute function log.refuse_forgetting();
create trigger refuse_delete   before delete   on log.witnessed for each row       execute function log.refuse_change();
create trigger refuse_truncate before truncate on log.witnessed for each statement execute function log.refuse_change();
alter table log.witnessed enable always trigger refuse_update;
alter table log.witnessed enable always trigger refuse_delete;
alter table log.witnessed enable always trigger refuse_truncate;

-- How far our own checkpoints have got with each witness they are sent to.
create table log.deliveries (
  witness  text        not null primary key, -- its verifier key
  size     bigint      not null default 0,   -- the newest checkpoint it cosigned
  attempts int         not null default 0,   -- failed ones since the last that succeeded
  tried_at timestamptz null,
  next_at  timestamptz null,                 -- not before
  trouble  text        null
);
