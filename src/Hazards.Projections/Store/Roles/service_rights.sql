-- What the service's role may do, table by table: what the code does and no more. It runs after every migration. Only what
-- differs is changed, so that it costs nothing at a start and takes no lock where there is nothing to do.
--
-- exact: rights on these schemas that are not named here are taken away. Without it they stay (whoever was granted by hand).
do $$
declare
  service constant text    := current_setting('hazards.role');
  role    constant oid     := (select r.oid from pg_roles r where r.rolname = service);
  exact   constant boolean := current_setting('hazards.exact');
  change  text;
begin
  -- Two at once would meet in the catalogue ("tuple concurrently updated"). "rights" in ASCII.
  perform pg_advisory_xact_lock(125797032031347);

  if not has_database_privilege(service, current_database(), 'connect') then
    execute format('grant connect on database %I to %I', current_database(), service);
  end if;

  for change in
    with wanted (name, rights) as (
      values
        -- The log: append and read. Triggers refuse the rest to everybody (Schema/triggers.sql).
        ('log.mt_events',                  '{SELECT,INSERT}'::text[]),
        ('log.event_codes',                '{SELECT,INSERT}'),
        ('log.append_keys',                '{SELECT,INSERT}'),
        ('log.mt_streams',                 '{SELECT,INSERT,UPDATE}'),
        ('log.mt_events_sequence',         '{SELECT,USAGE}'),
        -- Where Marten's daemon is.
        ('log.mt_event_progression',       '{SELECT,INSERT,UPDATE,DELETE}'),
        ('log.mt_event_projection_floors', '{SELECT,INSERT,UPDATE,DELETE}'),
        ('log.mt_high_water_skips',        '{SELECT,INSERT,UPDATE,DELETE}'),
        ('log.mt_doc_deadletterevent',     '{SELECT,INSERT,UPDATE,DELETE}'),
        -- The trees, which only grow; checkpoints gain signatures.
        ('log.trees',                      '{SELECT,INSERT,UPDATE}'),
        ('log.tiles',                      '{SELECT,INSERT,UPDATE}'),
        ('log.checkpoints',                '{SELECT,INSERT,UPDATE}'),
        ('log.witnessed',                  '{SELECT,INSERT,UPDATE}'),
        ('log.deliveries',                 '{SELECT,INSERT,UPDATE}'),
        ('log.timestamps',                 '{SELECT,INSERT}'),
        ('log.timestamping',               '{SELECT,INSERT,UPDATE}'),
        -- Rows can be made anew. Files are neither changed nor deleted; keys of persons are wrapped anew or destroyed.
        ('rows.*',                         '{SELECT,INSERT,UPDATE,DELETE}'),
        ('files.*',                        '{SELECT,INSERT}'),
        ('files.quotas',                   '{SELECT,INSERT,UPDATE}'),
        ('files.leaving',                  '{SELECT,INSERT,UPDATE}'),
        ('persons.*',                      '{SELECT,INSERT,UPDATE}'),
        -- Passwords, sessions, saved views: nothing of them is a record; sign-ins are, in the log.
        ('accounts.*',                     '{SELECT,INSERT,UPDATE,DELETE}'),
        -- Secrets of webhooks and how far each has got: that they were registered or changed is in the log.
        ('webhooks.*',                     '{SELECT,INSERT,UPDATE,DELETE}'),
        -- Packages of evidence: their drafts go, what was gathered stays.
        ('evidence.packages',              '{SELECT,INSERT,UPDATE,DELETE}'),
        ('evidence.parts',                 '{SELECT,INSERT,DELETE}'),
        ('evidence.chunks',                '{SELECT,INSERT,DELETE}'),
        ('evidence.gathered',              '{SELECT,INSERT}'),
        ('evidence.withheld',              '{SELECT,INSERT}'),
        -- Ledgers that somebody looks at before they are imported; they go after a day.
        ('imports.*',                      '{SELECT,INSERT,UPDATE,DELETE}'),
        -- Queues, dead letters and nodes.
        ('wolverine.*',                    '{SELECT,INSERT,UPDATE,DELETE}'),
        -- What /health/ready compares with.
        ('migrations.*',                   '{SELECT}')
    ),
    schemas as (
      select n.oid, n.nspname as name, n.nspacl as acl
      from pg_namespace n
      where n.nspname in (select split_part(w.name, '.', 1) from wanted w)
    ),
    relations as (
      select distinct on (c.oid) c.oid, c.relkind = 'S' as is_sequence, c.relacl as acl,
             case when c.relkind = 'S' and w.name like '%.*' then '{USAGE}'::text[] else coalesce(w.rights, '{}') end as rights
      from pg_class c
      join schemas s on s.oid = c.relnamespace
      left join wanted w on w.name in (s.name || '.' || c.relname, s.name || '.*')
      where c.relkind in ('r', 'p', 'v', 'S') and c.relowner <> role
        -- The sequence of an identity column is the table's own affair.
        and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'i' and c.relkind = 'S')
      order by c.oid, w.name like '%.*'
    ),
    held as (
      select r.oid, a.privilege_type as privilege
      from relations r cross join aclexplode(r.acl) a
      where a.grantee = role
    ),
    difference as (
      select r.oid, r.is_sequence,
             array(select unnest(r.rights)                                  except select h.privilege from held h where h.oid = r.oid) as missing,
             array(select h.privilege from held h where h.oid = r.oid and exact except select unnest(r.rights))                        as excess
      from relations r
    )
    select format('grant usage on schema %I to %I', s.name, service)
    from schemas s where not has_schema_privilege(service, s.oid, 'usage')
    union all
    select format('revoke create on schema %I from %I', s.name, service)
    from schemas s cross join aclexplode(s.acl) a where a.grantee = role and a.privilege_type = 'CREATE' and exact
    union all
    select format('grant %s on %s %s to %I', array_to_string(d.missing, ', '), case when d.is_sequence then 'sequence' else 'table' end, d.oid::regclass, service)
    from difference d where d.missing <> '{}'
    union all
    select format('revoke %s on %s %s from %I', array_to_string(d.excess, ', '), case when d.is_sequence then 'sequence' else 'table' end, d.oid::regclass, service)
    from difference d where d.excess <> '{}'
    union all
    select format('grant execute on routine %s to %I', p.oid::regprocedure, service)
    from pg_proc p join schemas s on s.oid = p.pronamespace
    where not has_function_privilege(service, p.oid, 'execute')
  loop
    execute change;
  end loop;
end $$;
