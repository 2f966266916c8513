-- Who wrote an event: HMAC-SHA256 over its identity, place and contents with a key that is kept outside the database. An
-- event that was put into the table by anybody else has none, or a wrong one. It stood in mt_events.mac, which is no column
-- of Marten's; the codes of before are moved while appends go on (CodesMove), the last of them by 0009_marten.sql.
create table log.event_codes (
  position bigint not null constraint pkey_event_codes primary key,
  code     bytea  not null
);

create trigger refuse_update   before update   on log.event_codes for each row       execute function log.refuse_change();
create trigger refuse_delete   before delete   on log.event_codes for each row       execute function log.refuse_change();
create trigger refuse_truncate before truncate on log.event_codes for each statement execute function log.refuse_change();
alter table log.event_codes enable always trigger refuse_update;
alter table log.event_codes enable always trigger refuse_delete;
alter table log.event_codes enable always trigger refuse_truncate;

-- A role that may append may do so after this as well, whether or not it is granted anew.
do $$
declare
  appender text;
begin
  for appender in
    select distinct a.grantee::regrole::text
    from pg_class c, aclexplode(c.relacl) a
    where c.oid = 'log.mt_events'::regclass and a.privilege_type = 'INSERT' and a.grantee not in (0, c.relowner)
  loop
    execute format('grant select, insert on log.event_codes to %s', appender);
  end loop;
end $$;
