-- Everything that the catalogue says of the schemas $1, a line an object and property: for two databases that must be the same.
-- Names instead of OIDs, lists in an order of their own. Search path: pg_catalog.
with schemas as (
  select n.oid, n.nspname as name, n.nspowner, n.nspacl from pg_namespace n where n.nspname = any ($1)
),
relations as (
  select c.*, s.name || '.' || c.relname as name from pg_class c join schemas s on s.oid = c.relnamespace
),
columns as (
  select r.name || '.' || a.attname as name, r.name as relation, a.*,
         -- What was dropped leaves a hole in the numbers.
         row_number() over (partition by a.attrelid order by a.attnum) as n
  from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
),
routines as (
  select p.*, p.oid::regprocedure::text as name from pg_proc p join schemas s on s.oid = p.pronamespace
)
select 'schema ' || name, concat_ws(' | ', nspowner::regrole, (select array_agg(a::text order by a::text) from unnest(nspacl) a), obj_description(oid, 'pg_namespace'))
from schemas
union all
select 'relation ' || r.name,
       concat_ws(' | ', r.relkind, r.relpersistence, r.relowner::regrole, a.amname, r.reltablespace, r.relrowsecurity, r.relforcerowsecurity,
                 r.relreplident, r.relispartition, (select array_agg(o order by o) from unnest(r.reloptions) o),
                 (select array_agg(o order by o) from pg_class t cross join unnest(t.reloptions) o where t.oid = r.reltoastrelid),
                 (select array_agg(g::text order by g::text) from unnest(r.relacl) g), obj_description(r.oid, 'pg_class'))
from relations r left join pg_am a on a.oid = r.relam
union all
select 'column ' || c.name,
       concat_ws(' | ', c.n, format_type(c.atttypid, c.atttypmod), c.attnotnull, c.attcollation::regcollation, c.attstorage, c.attcompression,
                 c.attstattarget, c.attidentity, c.attgenerated, c.attoptions, pg_get_expr(d.adbin, d.adrelid),
                 (select array_agg(g::text order by g::text) from unnest(c.attacl) g), col_description(c.attrelid, c.attnum))
from columns c left join pg_attrdef d on d.adrelid = c.attrelid and d.adnum = c.attnum
union all
select 'constraint ' || r.name || '.' || c.conname,
       concat_ws(' | ', pg_get_constraintdef(c.oid), c.convalidated, c.condeferrable, c.condeferred, obj_description(c.oid, 'pg_constraint'))
from relations r join pg_constraint c on c.conrelid = r.oid
union all
select 'index ' || i.indexrelid::regclass,
       concat_ws(' | ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indisclustered, i.indisreplident, i.indnullsnotdistinct)
from pg_index i join relations r on r.oid = i.indrelid
union all
select 'sequence ' || r.name,
       concat_ws(' | ', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle,
                 (select string_agg(concat_ws(' ', d.deptype, d.refobjid::regclass, d.refobjsubid), ',') from pg_depend d where d.objid = r.oid and d.deptype in ('a', 'i')),
                 pg_sequence_last_value(r.oid))
from relations r join pg_sequence q on q.seqrelid = r.oid
union all
select 'trigger ' || r.name || '.' || t.tgname, concat_ws(' | ', pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger'))
from relations r join pg_trigger t on t.tgrelid = r.oid where not t.tgisinternal
union all
select 'function ' || p.name,
       concat_ws(' | ', pg_get_functiondef(p.oid), p.proowner::regrole, (select array_agg(g::text order by g::text) from unnest(p.proacl) g),
                 obj_description(p.oid, 'pg_proc'))
from routines p where p.prokind in ('f', 'p')
union all
select 'type ' || t.oid::regtype, concat_ws(' | ', t.typtype, t.typowner::regrole, obj_description(t.oid, 'pg_type'))
from pg_type t join schemas s on s.oid = t.typnamespace
union all
select 'rule ' || r.name || '.' || w.rulename, pg_get_ruledef(w.oid) from relations r join pg_rewrite w on w.ev_class = r.oid
union all
select 'policy ' || r.name || '.' || p.polname, concat_ws(' | ', pg_get_expr(p.polqual, r.oid), pg_get_expr(p.polwithcheck, r.oid))
from relations r join pg_policy p on p.polrelid = r.oid
union all
select 'statistics ' || x.stxname, pg_get_statisticsobjdef(x.oid) from pg_statistic_ext x join schemas s on s.oid = x.stxnamespace
union all
select 'inheritance ' || i.inhrelid::regclass, i.inhparent::regclass::text from pg_inherits i join relations r on r.oid = i.inhrelid
union all
select 'default rights ' || s.name, concat_ws(' | ', d.defaclrole::regrole, d.defaclobjtype, d.defaclacl)
from pg_default_acl d join schemas s on s.oid = d.defaclnamespace
union all
select 'extension ' || e.extname, e.extversion from pg_extension e
union all
-- What the tables hold from the beginning.
select 'rows of ' || r.name, query_to_xml(format('select t::text from %s t order by t::text', r.name), true, false, '')::text
from relations r where r.relkind = 'r'
union all
select 'applied ' || a.module || '/' || a.name, a.checksum from migrations.applied a
order by 1
