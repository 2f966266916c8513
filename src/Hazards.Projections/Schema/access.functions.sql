create function rows.write_looks(
  stream uuid[], version bigint[], event uuid[], kind text[], region text[], body text[], client text[], enterprise text[],
  asked_body text[], hazards text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  with looked as materialized (
    select g.*, e.seq_id as position, e."timestamp" as looked_at
    from unnest(stream, version, event, kind, region, body, client, enterprise, asked_body, hazards)
         g (stream, version, event, kind, region, body, client, enterprise, asked_body, hazards)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
  ),
  at as (
    insert into rows.look_hazards (hazard_id, position)
    select distinct h.id::uuid, l.position
    from looked l cross join lateral unnest(string_to_array(l.hazards, ',')) h (id)
    where l.hazards <> ''
  )
  insert into rows.looks (position, looked_at, kind, region, body, client, enterprise, asked_body)
  select l.position, l.looked_at, l.kind, l.region, l.body, l.client, l.enterprise, l.asked_body
  from looked l
$$;

create function rows.write_seals(
  stream uuid[], version bigint[], event uuid[], lifted boolean[], code text[], name_key text[], region text[], prefix text[],
  item json[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.seals as s (seal_id, version, position, recorded_from, lifted_at, code, name_key, region, prefix, item)
  select g.stream, g.version, f.seq_id, f."timestamp", case when g.lifted then e."timestamp" end, g.code, g.name_key, g.region, g.prefix, g.item
  from unnest(stream, version, event, lifted, code, name_key, region, prefix, item)
       g (stream, version, event, lifted, code, name_key, region, prefix, item)
  join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
  join log.mt_events f on f.stream_id = g.stream and f.version = 1
  on conflict (seal_id) do update
  set version = excluded.version, lifted_at = excluded.lifted_at, item = excluded.item
$$;

-- 封存 and a change decided before it must not pass each other. Who decides a change that a seal would freeze says which
-- seals it saw: those up to a position of the log. Here, under the lock that orders all appends and in the transaction
-- that writes the change, a newer seal over the same records stops it: the append fails alone and is decided again.
-- What counts as the same records is said in C# (Seal.Covers); the same condition, by the indexes.
create function rows.require_unsealed(
  stream uuid[], version bigint[], event uuid[], code text[], name_key text[], region text[], seen bigint[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  if exists (
    select from unnest(stream, version, event, code, name_key, region, seen)
           g (stream, version, event, code, name_key, region, seen)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.event
    where exists (
            select from rows.seals s
            where s.code = g.code and s.lifted_at is null and s.position > g.seen and starts_with(g.region, s.prefix))
       or exists (
            select from rows.seals s
            where s.name_key = g.name_key and (s.code is null or g.code is null)
              and s.lifted_at is null and s.position > g.seen and starts_with(g.region, s.prefix))) then
    raise exception 'the records were sealed meanwhile' using errcode = 'SL001';
  end if;
end $$;
