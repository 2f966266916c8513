-- The keys of reporters, whistle-blowers and witnesses, one each, wrapped under a master key that is not in the database.
-- They are no rows: the log cannot make them anew, and that is their point. docs/personal-data.md tells the rest.
create schema persons;

create table persons.keys (
  person       uuid        not null primary key,
  hazard_id    uuid        not null,
  kind         text        not null collate "C",
  master       text        null collate "C",     -- the master key it is wrapped under
  wrapped      bytea       null,                 -- null: destroyed
  made_at      timestamptz not null default clock_timestamp(),
  destroyed_at timestamptz null,
  check ((wrapped is null) = (destroyed_at is not null) and (master is null) = (wrapped is null))
);

-- What a new master key must still wrap anew.
create index keys_by_master on persons.keys (master, person) where master is not null;

-- A destroyed key is not put back by mistake, and no row goes: it says that there was a key.
create function persons.keep_destroyed() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' or old.wrapped is null
     or (old.person, old.hazard_id, old.kind, old.made_at) is distinct from (new.person, new.hazard_id, new.kind, new.made_at) then
    raise exception 'a key of a person is wrapped anew or destroyed, nothing else' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;

create trigger keep_destroyed before update or delete on persons.keys for each row execute function persons.keep_destroyed();
create trigger keep_all before truncate on persons.keys for each statement execute function persons.keep_destroyed();
