-- The rows of bodies and keys: every version with its bounds. They change rarely, so the past is not kept apart.

create table rows.bodies (
  body_id       text        not null collate "C",
  version       bigint      not null,
  position      bigint      not null,
  recorded_from timestamptz not null,
  recorded_to   timestamptz not null,
  recorded_last timestamptz not null, -- of its last event
  name          text        not null,
  kind          text        not null collate "C",
  region        text        not null collate "C",
  sectors       text[]      not null,
  dissolved     boolean     not null,
  body          json        not null,
  primary key (body_id, recorded_from)
);
create index bodies_by_region on rows.bodies (region, body_id);

create table rows.api_keys (
  key_id   uuid   not null primary key,
  version  bigint not null,
  position bigint not null,
  digest   text   not null unique,
  region   text   not null collate "C",
  key      json   not null
);
create index keys_by_region on rows.api_keys (region, key_id);

-- Writes bodies whose append was accepted: the event's id is unique to the append. What was recorded together is one
-- version, as for hazards (0003_write.sql).
create function rows.write_bodies(
  streams uuid[], versions bigint[], last_events uuid[], ids text[], names text[], kinds text[], regions text[],
  sector_lists text[], ended boolean[], bodies json[])
returns void language plpgsql set enable_seqscan = off as $$
declare
  tick constant interval := interval '1 microsecond';
  new  record;
  old  record;
begin
  for new in
    select b.*, e.seq_id, e."timestamp" as recorded
    from unnest(streams, versions, last_events, ids, names, kinds, regions, sector_lists, ended, bodies)
         b (stream, version, last_event, id, name, kind, region, sectors, dissolved, body)
    join log.mt_events e on e.stream_id = b.stream and e.version = b.version and e.id = b.last_event
  loop
    select b.version, b.position, b.recorded_from, b.recorded_last into old
    from rows.bodies b where b.body_id = new.id and b.recorded_to = 'infinity';
    if old.position = new.seq_id - (new.version - old.version)
       and old.recorded_last = new.recorded - (new.version - old.version) * tick then
      delete from rows.bodies b where b.body_id = new.id and b.recorded_to = 'infinity';
    else
      old.recorded_from := new.recorded - (new.version - coalesce(old.version, 0) - 1) * tick;
      update rows.bodies b set recorded_to = old.recorded_from where b.body_id = new.id and b.recorded_to = 'infinity';
    end if;
    insert into rows.bodies
    values (new.id, new.version, new.seq_id, old.recorded_from, 'infinity', new.recorded, new.name, new.kind, new.region,
            string_to_array(new.sectors, ','), new.dissolved, new.body);
  end loop;
end $$;

create function rows.write_keys(
  streams uuid[], versions bigint[], last_events uuid[], ids uuid[], digests text[], regions text[], keys json[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.api_keys (key_id, version, position, digest, region, key)
  select k.id, k.version, e.seq_id, k.digest, k.region, k.key
  from unnest(streams, versions, last_events, ids, digests, regions, keys)
       k (stream, version, last_event, id, digest, region, key)
  join log.mt_events e on e.stream_id = k.stream and e.version = k.version and e.id = k.last_event
  on conflict (key_id) do update
  set version = excluded.version, position = excluded.position, digest = excluded.digest,
      region = excluded.region, key = excluded.key
$$;
