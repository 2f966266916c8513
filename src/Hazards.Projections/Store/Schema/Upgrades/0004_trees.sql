-- The Merkle trees over the log: leaf n is the event at position n + 1. Everything here can be
-- made anew from the events; what was published of it is kept by others as well, which is what makes it proof.

-- How far each tree has come. One row a hash function.
create table log.trees (
  hash text   not null primary key, -- sha256, sm3
  size bigint not null,
  root bytea  not null
);

-- 256 hashes of a level in eight, as C2SP tlog-tiles lays them out; the last tile of a level grows.
create table log.tiles (
  hash   text     not null,
  level  smallint not null,
  index  bigint   not null,
  hashes bytea    not null check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0),
  primary key (hash, level, index)
);
alter table log.tiles alter column hashes set storage external;

-- The checkpoints that were signed, with the cosignatures of witnesses as they come in.
create table log.checkpoints (
  hash      text        not null,
  size      bigint      not null,
  root      bytea       not null,
  note      text        not null, -- the signed note, as published
  signed_at timestamptz not null default clock_timestamp(),
  primary key (hash, size)
);

-- A tile only grows, a tree only grows, a checkpoint only gains signatures.
create function log.refuse_shrinking_tile() returns trigger language plpgsql as $$
begin
  if (new.hash, new.level, new.index) = (old.hash, old.level, old.index)
     and length(new.hashes) >= length(old.hashes)
     and substring(new.hashes for length(old.hashes)) = old.hashes then
    return new;
  end if;
  raise exception 'log.tiles only grows: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;

create function log.refuse_shrinking_tree() returns trigger language plpgsql as $$
begin
  if new.hash = old.hash and (new.size > old.size or new = old) then
    return new;
  end if;
  raise exception 'log.trees only grows: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;

create function log.refuse_unsigning() returns trigger language plpgsql as $$
begin
  if (new.hash, new.size, new.root, new.signed_at) = (old.hash, old.size, old.root, old.signed_at)
     and starts_with(new.note, old.note) then
    return new;
  end if;
  raise exception 'log.checkpoints only gains signatures: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;

create trigger refuse_update before update on log.tiles       for each row execute function log.refuse_shrinking_tile();
create trigger refuse_update before update on log.trees       for each row execute function log.refuse_shrinking_tree();
create trigger refuse_update before update on log.checkpoints for each row execute function log.refuse_unsigning();

do $$
declare
  t text;
begin
  foreach t in array array['tiles', 'trees', 'checkpoints'] loop
    execute format('create trigger refuse_delete before delete on log.%I for each row execute function log.refuse_change()', t);
    execute format('create trigger refuse_truncate before truncate on log.%I for each statement execute function log.refuse_change()', t);
    execute format('alter table log.%I enable always trigger refuse_update', t);
    execute format('alter table log.%I enable always trigger refuse_delete', t);
    execute format('alter table log.%I enable always trigger refuse_truncate', t);
  end loop;
end $$;
