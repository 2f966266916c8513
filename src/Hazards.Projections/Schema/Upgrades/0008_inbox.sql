-- The inbox: one row for every addressee that an event was told (the event's own headers say whom), and the openings.
-- docs/inbox-and-papers.md draws it. Everything here can be rebuilt from the log.

create table rows.inbox (
  message_id      uuid        not null primary key, -- made from the event's id and the addressee
  addressee       text        not null collate "C", -- a body, or office:REGION
  position        bigint      not null,             -- of the event
  told_at         timestamptz not null,             -- when the event was recorded
  hazard_id       uuid        not null,
  region          text        not null collate "C", -- the hazard's at that time
  told_as         text        not null collate "C", -- todo, warning, notice
  opened_position bigint      null,                 -- the first opening, by whomever
  opened_at       timestamptz null
);
create index inbox_by_addressee on rows.inbox (addressee, position);
create index inbox_unread       on rows.inbox (addressee, position, told_as) where opened_position is null;
create index inbox_by_hazard    on rows.inbox (hazard_id, position);

-- The first opening of a message by each person.
create table rows.inbox_openings (
  message_id uuid        not null,
  body       text        not null collate "C",
  actor      text        not null collate "C",
  position   bigint      not null,
  opened_at  timestamptz not null,
  primary key (message_id, body, actor)
);

-- Which events of which hazards name a file: who may see one of the hazards may see the file.
create table rows.hazard_files (
  digest    text   not null collate "C",
  hazard_id uuid   not null,
  position  bigint not null,
  primary key (digest, hazard_id, position)
);

-- Writes what events tell. An event whose append lost is not in the log under this id, and tells nobody.
create function rows.write_inbox(
  events uuid[], streams uuid[], versions bigint[], messages uuid[], addressees text[], regions text[], tells text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.inbox (message_id, addressee, position, told_at, hazard_id, region, told_as)
  select i.message, i.addressee, e.seq_id, e."timestamp", i.stream, i.region, i.told_as
  from unnest(events, streams, versions, messages, addressees, regions, tells)
       i (event, stream, version, message, addressee, region, told_as)
  join log.mt_events e on e.stream_id = i.stream and e.version = i.version and e.id = i.event
$$;

create function rows.write_files(events uuid[], streams uuid[], versions bigint[], digests text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.hazard_files (digest, hazard_id, position)
  select distinct f.digest, f.stream, e.seq_id
  from unnest(events, streams, versions, digests) f (event, stream, version, digest)
  join log.mt_events e on e.stream_id = f.stream and e.version = f.version and e.id = f.event
$$;

create function rows.write_openings(events uuid[], messages uuid[], versions bigint[], bodies text[], actors text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  with opened as (
    insert into rows.inbox_openings (message_id, body, actor, position, opened_at)
    select o.message, o.body, o.actor, e.seq_id, e."timestamp"
    from unnest(events, messages, versions, bodies, actors) o (event, message, version, body, actor)
    join log.mt_events e on e.stream_id = o.message and e.version = o.version and e.id = o.event
    on conflict do nothing
    returning message_id, position, opened_at
  )
  update rows.inbox i
  set opened_position = o.position, opened_at = o.opened_at
  from (select distinct on (message_id) * from opened order by message_id, position) o
  where i.message_id = o.message_id and i.opened_position is null
$$;
