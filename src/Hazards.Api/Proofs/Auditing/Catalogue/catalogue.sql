-- What the schemas of the product hold, one line an object: its name, and what it is. Made for PostgreSQL 15 to 18: what one of
-- them says and another does not (constraints of columns that are not null) is left out, and what an administrator may tune
-- without harm (storage parameters, statistics). The search path is pg_catalog alone while it runs.
with schemas as (
  select n.oid, n.nspname as name, n.nspacl as acl, n.nspowner as owner
  from pg_namespace n
  where n.nspname in ('log', 'rows', 'files', 'persons', 'evidence', 'imports', 'accounts', 'webhooks', 'wolverine', 'migrations')
),
relations as (
  select c.*, s.name || '.' || c.relname as name from pg_class c join schemas s on s.oid = c.relnamespace
),
-- What an extension brought along is the extension's.
extended as (
  select d.classid, d.objid from pg_depend d where d.deptype = 'e'
),
owner as (
  select c.relowner as oid from pg_class c where c.oid = to_regclass('log.mt_events')
),
-- Whoever may append is the service, whatever its name is here.
services as (
  select distinct a.grantee as oid
  from pg_class c cross join aclexplode(c.relacl) a
  where c.oid = to_regclass('log.mt_events') and a.privilege_type = 'INSERT' and a.grantee not in (0, c.relowner)
),
routines as (
  select p.*, format('%s.%s(%s)', s.name, p.proname, pg_get_function_identity_arguments(p.oid)) as name
  from pg_proc p join schemas s on s.oid = p.pronamespace
),
granted (name, owner, acl) as (
  select 'schema ' || s.name, s.owner, s.acl from schemas s
  union all
  select 'table ' || r.name, r.relowner, r.relacl from relations r where r.relacl is not null
  union all
  select 'column ' || r.name || '.' || a.attname, r.relowner, a.attacl
  from relations r join pg_attribute a on a.attrelid = r.oid where a.attacl is not null
  union all
  select 'function ' || p.name, p.proowner, p.proacl from routines p where p.proacl is not null
),
owned (name, owner) as (
  select 'schema ' || s.name, s.owner from schemas s
  union all
  select 'table ' || r.name, r.relowner from relations r where r.relkind <> 'i'
  union all
  select 'function ' || p.name, p.proowner from routines p
)

select 'table ' || r.name as name,
       concat_ws(' ', r.relkind, r.relpersistence, am.amname, case when r.relrowsecurity then 'row security' end,
                 case when r.relforcerowsecurity then 'forced' end, case when r.relispartition then 'partition' end) as what
from relations r left join pg_am am on am.oid = r.relam
where r.relkind not in ('i', 'I')
union all
select 'column ' || r.name || '.' || a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
                 case when a.attcollation <> 0 then 'collate ' || (select c.collname from pg_collation c where c.oid = a.attcollation) end,
                 'identity ' || nullif(a.attidentity::text, ''), 'generated ' || nullif(a.attgenerated::text, ''),
                 'default ' || pg_get_expr(d.adbin, d.adrelid))
from relations r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
where r.relkind not in ('i', 'I', 'S')
union all
-- A dump that is restored drops brackets within a chain of conditions.
select 'constraint ' || r.name || '.' || c.conname,
       case c.contype when 'c' then translate(pg_get_constraintdef(c.oid), '()', '') else pg_get_constraintdef(c.oid) end
from relations r join pg_constraint c on c.conrelid = r.oid where c.contype <> 'n'
union all
select 'index ' || s.name || '.' || c.relname,
       concat_ws(' ', pg_get_indexdef(i.indexrelid), case when not i.indisvalid then 'invalid' end,
                 case when not i.indisready then 'not ready' end, case when not i.indislive then 'not live' end)
from pg_index i join pg_class c on c.oid = i.indexrelid join schemas s on s.oid = c.relnamespace
union all
select 'trigger ' || r.name || '.' || t.tgname,
       pg_get_triggerdef(t.oid) || case t.tgenabled when 'A' then ' always' when 'D' then ' disabled' when 'R' then ' on replicas only' else '' end
from relations r join pg_trigger t on t.tgrelid = r.oid where not t.tgisinternal
union all
select 'trigger ' || r.name || '.' || c.conname || ' ' || t.tgtype::text, 'disabled'
from relations r join pg_trigger t on t.tgrelid = r.oid join pg_constraint c on c.oid = t.tgconstraint
where t.tgisinternal and t.tgenabled not in ('O', 'A')
union all
select 'rule ' || r.name || '.' || w.rulename, pg_get_ruledef(w.oid) || case when w.ev_enabled <> 'O' then ' ' || w.ev_enabled::text else '' end
from relations r join pg_rewrite w on w.ev_class = r.oid
union all
select 'policy ' || r.name || '.' || p.polname,
       concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, r.oid), pg_get_expr(p.polwithcheck, r.oid))
from relations r join pg_policy p on p.polrelid = r.oid
union all
select 'child ' || i.inhrelid::regclass::text, 'of ' || i.inhparent::regclass::text
from pg_inherits i
where i.inhparent in (select r.oid from relations r) or i.inhrelid in (select r.oid from relations r)
union all
select 'function ' || p.name,
       concat_ws(' ', p.prokind, 'returns ' || pg_get_function_result(p.oid), l.lanname, p.provolatile, p.proparallel,
                 case when p.proisstrict then 'strict' end, case when p.prosecdef then 'security definer' end,
                 case when p.proleakproof then 'leakproof' end, array_to_string(p.proconfig, ' '),
                 encode(sha256(convert_to(replace(p.prosrc, chr(13), '') || coalesce(p.probin, '') || coalesce(pg_get_function_sqlbody(p.oid), ''), 'UTF8')), 'hex'))
from routines p join pg_language l on l.oid = p.prolang
union all
select 'type ' || s.name || '.' || t.typname, t.typtype::text
from pg_type t join schemas s on s.oid = t.typnamespace
where t.typrelid = 0 and not exists (select from pg_type e where e.typarray = t.oid)
union all
select 'operator ' || o.oid::regoperator::text, o.oprcode::text from pg_operator o join schemas s on s.oid = o.oprnamespace
union all
select 'operator class ' || s.name || '.' || o.opcname, '' from pg_opclass o join schemas s on s.oid = o.opcnamespace
union all
-- Beyond the product's schemas: what changes the meaning of statements that name nothing of it.
select 'event trigger ' || e.evtname, concat_ws(' ', e.evtevent, e.evtenabled, e.evtfoid::regproc)
from pg_event_trigger e where not exists (select from extended x where x.classid = 'pg_event_trigger'::regclass and x.objid = e.oid)
union all
select 'function ' || p.oid::regprocedure::text, 'hides one of pg_catalog'
from pg_proc p
where p.oid >= 16384 and p.pronamespace <> 'pg_catalog'::regnamespace
  and p.pronamespace in (select n.oid from pg_namespace n where n.nspname in ('public', current_user, session_user))
  and exists (select from pg_proc b where b.pronamespace = 'pg_catalog'::regnamespace and b.proname = p.proname)
  and not exists (select from extended x where x.classid = 'pg_proc'::regclass and x.objid = p.oid)
union all
select 'operator ' || o.oid::regoperator::text, 'hides one of pg_catalog'
from pg_operator o
where o.oid >= 16384 and not exists (select from schemas s where s.oid = o.oprnamespace)
  and o.oprnamespace in (select n.oid from pg_namespace n where n.nspname in ('public', 'pg_catalog', current_user, session_user))
  and not exists (select from extended x where x.classid = 'pg_operator'::regclass and x.objid = o.oid)
union all
select 'function ' || p.oid::regprocedure::text, 'in pg_catalog, not the server''s own'
from pg_proc p join pg_language l on l.oid = p.prolang
where p.pronamespace = 'pg_catalog'::regnamespace and (p.oid >= 16384 or l.lanname not in ('internal', 'c', 'sql'))
  and not exists (select from extended x where x.classid = 'pg_proc'::regclass and x.objid = p.oid)
union all
select format('cast %s to %s', c.castsource::regtype, c.casttarget::regtype), c.castfunc::regproc::text
from pg_cast c where c.oid >= 16384 and not exists (select from extended x where x.classid = 'pg_cast'::regclass and x.objid = c.oid)
union all
select format('setting %s of %s', split_part(g.setting, '=', 1), coalesce(nullif(d.setrole, 0)::regrole::text, 'everybody')), g.setting
from pg_db_role_setting d cross join unnest(d.setconfig) g (setting)
where d.setdatabase in (0, (select b.oid from pg_database b where b.datname = current_database()))
  and d.setrole in (select 0::oid union all select oid from owner union all select oid from services)
  and split_part(g.setting, '=', 1) in (
    'search_path', 'role', 'session_replication_role', 'session_preload_libraries', 'local_preload_libraries', 'row_security',
    'ignore_system_indexes', 'ignore_checksum_failure', 'zero_damaged_pages', 'transform_null_equals', 'default_table_access_method', 'log.archive')
union all
-- Rights: reading does no harm to the record, so an auditor's role is none of ours; everything else is the service's and named.
select format('grant %s on %s to %s', a.privilege_type, g.name,
              case when a.grantee = 0 then 'public' when a.grantee in (select oid from services) then 'service' else quote_ident(a.grantee::regrole::text) end),
       case when a.is_grantable then 'with grant option' else '' end
from (select distinct g.name, g.owner, g.acl from granted g) g cross join aclexplode(g.acl) a
where a.grantee <> g.owner and a.grantee not in (select oid from owner)
  and (a.privilege_type not in ('SELECT', 'USAGE', 'EXECUTE') or a.grantee in (select oid from services) or a.is_grantable)
union all
select 'owner of ' || o.name, o.owner::regrole::text
from owned o where o.owner not in (select oid from owner)
union all
-- A member of a role acts as it. A superuser needs no membership, and the owner none in what is its own. From PostgreSQL 16 on
-- whoever makes a role is a member that has nothing of it.
select format('membership of %s in %s', case when m.member in (select oid from services) then 'service' else quote_ident(u.rolname) end,
              case when m.roleid in (select oid from owner) then 'owner' when m.roleid in (select oid from services) then 'service' else quote_ident(g.rolname) end),
       case when m.admin_option then 'with admin option' else '' end
from pg_auth_members m join pg_roles g on g.oid = m.roleid join pg_roles u on u.oid = m.member
where (m.roleid in (select oid from owner union all select oid from services)
       or g.rolname in ('pg_write_all_data', 'pg_write_server_files', 'pg_read_server_files', 'pg_execute_server_program')
       or (g.rolsuper and m.member in (select oid from services)))
  and not u.rolsuper and m.member not in (select oid from owner)
  and (coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true) or coalesce((to_jsonb(m) ->> 'set_option')::boolean, true))
union all
-- The superuser that a server begins with (10) may be the owner; an owner that may make roles makes the service's.
select format('attribute %s of %s', a.name, case when r.oid in (select oid from owner) then 'owner' else 'service' end), 'set'
from pg_roles r
cross join lateral (values
  ('SUPERUSER', r.rolsuper), ('BYPASSRLS', r.rolbypassrls), ('REPLICATION', r.rolreplication),
  ('CREATEROLE', r.rolcreaterole and r.oid not in (select oid from owner)), ('CREATEDB', r.rolcreatedb and r.oid not in (select oid from owner))) a (name, held)
where a.held and r.oid <> 10 and r.oid in (select oid from owner union all select oid from services)
order by 1, 2
