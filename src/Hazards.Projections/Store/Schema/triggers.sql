-- Append-only by force. The triggers bind everybody, the owner and superusers too, and fire even where
-- session_replication_role = replica (enable always). The only way round is DDL on the table itself, which the
-- service's role cannot do. The file's name puts it after the tables.

create function log.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'log.% is append-only: % refused', tg_table_name, tg_op
    using errcode = 'insufficient_privilege',
          hint = 'A wrong fact is corrected by a further event.';
end $$;

-- The archive path, off by default: the table's owner may mark events as archived, and change nothing else, in a
-- session that says  set log.archive = 'on'.
create function log.refuse_change_but_archiving() returns trigger language plpgsql as $$
declare
  marked log.mt_events := old;
begin
  marked.is_archived := true;
  if current_setting('log.archive', true) = 'on'
     and pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage')
     and new is not distinct from marked then
    return new;
  end if;
  raise exception 'log.% is append-only: % refused', tg_table_name, tg_op
    using errcode = 'insufficient_privilege',
          hint = 'A wrong fact is corrected by a further event.';
end $$;

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

create function log.refuse_forgetting() returns trigger language plpgsql as $$
begin
  if new.origin = old.origin and (new.size > old.size or (new.size = old.size and new.root = old.root)) then
    return new;
  end if;
  raise exception 'log.witnessed only grows: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;

-- Which of them stands guard over the updates of each table; nothing is ever deleted or truncated.
do $$
declare
  t record;
begin
  for t in
    select * from (values
      ('mt_events',   'refuse_change_but_archiving'),
      ('event_codes', 'refuse_change'),
      ('trees',       'refuse_shrinking_tree'),
      ('tiles',       'refuse_shrinking_tile'),
      ('checkpoints', 'refuse_unsigning'),
      ('timestamps',  'refuse_change'),
      ('witnessed',   'refuse_forgetting')) guarded (name, guard)
  loop
    execute format('create trigger refuse_update before update on log.%I for each row execute function log.%I()', t.name, t.guard);
    execute format('create trigger refuse_delete before delete on log.%I for each row execute function log.refuse_change()', t.name);
    execute format('create trigger refuse_truncate before truncate on log.%I for each statement execute function log.refuse_change()', t.name);
    execute format('alter table log.%I enable always trigger refuse_update', t.name);
    execute format('alter table log.%I enable always trigger refuse_delete', t.name);
    execute format('alter table log.%I enable always trigger refuse_truncate', t.name);
  end loop;
end $$;
