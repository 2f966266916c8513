-- Rows made before this lack nothing.
-- Who looked at what (查阅留痕), and the seals on enterprises' records (封存). docs/access-and-sealing.md draws both.
-- Everything here can be rebuilt from the log.

-- One row a look; what was looked at and why stands in the event itself.
create table rows.looks (
  position   bigint      not null primary key, -- of the event
  looked_at  timestamptz not null,             -- when it was recorded
  kind       text        not null collate "C", -- the event's alias
  region     text        not null collate "C",
  body       text        not null collate "C", -- who looked
  client     text        not null,
  enterprise text        null collate "C",     -- credit code asked for
  asked_body text        null collate "C"      -- body asked for
);
create index looks_by_time       on rows.looks (looked_at);
create index looks_by_region     on rows.looks (region, position);
create index looks_by_body       on rows.looks (body, position);
create index looks_by_client     on rows.looks (client, position);
create index looks_by_enterprise on rows.looks (enterprise, position) where enterprise is not null;
create index looks_by_asked_body on rows.looks (asked_body, position) where asked_body is not null;

-- The hazards that a look was at.
create table rows.look_hazards (
  hazard_id uuid   not null,
  position  bigint not null,
  primary key (hazard_id, position)
);

-- One row a seal: it is made once and lifted once.
create table rows.seals (
  seal_id       uuid        not null primary key,
  version       bigint      not null,
  position      bigint      not null,             -- of its first event
  recorded_from timestamptz not null,
  lifted_at     timestamptz null,                 -- when the lifting was recorded
  code          text        null collate "C",     -- credit code
  name_key      text        not null collate "C", -- the name without width, case and blanks
  region        text        not null collate "C",
  prefix        text        not null collate "C", -- what the codes of the regions under it begin with
  item          json        not null
);
-- The look-up of every command that a seal may freeze, and of every list that shows hazards.
create index seals_by_code   on rows.seals (code) where code is not null;
create index seals_by_name   on rows.seals (name_key);
create index seals_by_region on rows.seals (region, position);

create function rows.write_looks(
  streams uuid[], versions bigint[], last_events uuid[], kinds text[], regions text[], bodies text[], clients text[],
  enterprises text[], asked_bodies text[], hazard_lists text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  with looked as materialized (
    select g.*, e.seq_id as position, e."timestamp" as looked_at
    from unnest(streams, versions, last_events, kinds, regions, bodies, clients, enterprises, asked_bodies, hazard_lists)
         g (stream, version, last_event, kind, region, body, client, enterprise, asked_body, hazards)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.last_event
  ),
  hazards as (
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
  streams uuid[], versions bigint[], last_events uuid[], lifted boolean[], codes text[], names text[], regions text[],
  prefixes text[], items json[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.seals as s (seal_id, version, position, recorded_from, lifted_at, code, name_key, region, prefix, item)
  select g.stream, g.version, f.seq_id, f."timestamp", case when g.lifted then e."timestamp" end, g.code, g.name_key, g.region, g.prefix, g.item
  from unnest(streams, versions, last_events, lifted, codes, names, regions, prefixes, items)
       g (stream, version, last_event, lifted, code, name_key, region, prefix, item)
  join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.last_event
  join log.mt_events f on f.stream_id = g.stream and f.version = 1
  on conflict (seal_id) do update
  set version = excluded.version, lifted_at = excluded.lifted_at, item = excluded.item
$$;

-- 封存 and a change decided before it must not pass each other. Who decides a change that a seal would freeze says which
-- seals it saw: those up to a position of the log. Here, under the lock that orders all appends and in the transaction
-- that writes the change, a newer seal over the same records stops it: the append fails alone and is decided again.
-- What counts as the same records is said in C# (Seal.Covers); the same condition, by the indexes.
create function rows.require_unsealed(
  streams uuid[], versions bigint[], last_events uuid[], codes text[], names text[], regions text[], seen bigint[])
returns void language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  if exists (
    select from unnest(streams, versions, last_events, codes, names, regions, seen)
           g (stream, version, last_event, code, name_key, region, seen)
    join log.mt_events e on e.stream_id = g.stream and e.version = g.version and e.id = g.last_event
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
