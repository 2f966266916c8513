-- Append-only by force. The triggers bind everybody, the owner and superusers too, and fire even where
-- session_replication_role = replica (enable always). The only way round is DDL on the table itself, which the
-- service's role cannot do.

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

create trigger refuse_update before update on log.mt_events
  for each row execute function log.refuse_change_but_archiving();
create trigger refuse_delete before delete on log.mt_events
  for each row execute function log.refuse_change();
create trigger refuse_truncate before truncate on log.mt_events
  for each statement execute function log.refuse_change();

alter table log.mt_events enable always trigger refuse_update;
alter table log.mt_events enable always trigger refuse_delete;
alter table log.mt_events enable always trigger refuse_truncate;
