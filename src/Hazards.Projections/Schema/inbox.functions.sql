-- Writes what events tell. An event whose append lost is not in the log under this id, and tells nobody.
create function rows.write_inbox(
  stream uuid[], version bigint[], event uuid[], message_id uuid[], addressee text[], region text[], told_as text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.inbox (message_id, addressee, position, told_at, hazard_id, region, told_as)
  select i.message_id, i.addressee, e.seq_id, e."timestamp", i.stream, i.region, i.told_as
  from unnest(stream, version, event, message_id, addressee, region, told_as)
       i (stream, version, event, message_id, addressee, region, told_as)
  join log.mt_events e on e.stream_id = i.stream and e.version = i.version and e.id = i.event
$$;

create function rows.write_files(stream uuid[], version bigint[], event uuid[], digest text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.hazard_files (digest, hazard_id, position)
  select distinct f.digest, f.stream, e.seq_id
  from unnest(stream, version, event, digest) f (stream, version, event, digest)
  join log.mt_events e on e.stream_id = f.stream and e.version = f.version and e.id = f.event
$$;

-- The stream of an opening is its message.
create function rows.write_openings(stream uuid[], version bigint[], event uuid[], body text[], actor text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  with opened as (
    insert into rows.inbox_openings (message_id, body, actor, position, opened_at)
    select o.stream, o.body, o.actor, e.seq_id, e."timestamp"
    from unnest(stream, version, event, body, actor) o (stream, version, event, body, actor)
    join log.mt_events e on e.stream_id = o.stream and e.version = o.version and e.id = o.event
    on conflict do nothing
    returning message_id, position, opened_at
  )
  update rows.inbox i
  set opened_position = o.position, opened_at = o.opened_at
  from (select distinct on (message_id) * from opened order by message_id, position) o
  where i.message_id = o.message_id and i.opened_position is null
$$;
