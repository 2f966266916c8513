-- Rows made before this lack nothing.
-- The rows of webhooks: as they are now. Their past is in the log; how far each has got, in the schema webhooks.
create table rows.webhooks (
  webhook_id uuid    not null primary key,
  version    bigint  not null,
  position   bigint  not null,
  region     text    not null collate "C",
  active     boolean not null,                            -- neither paused nor removed
  webhook    json    not null
);
create index webhooks_by_region on rows.webhooks (region, webhook_id);

create function rows.write_webhooks(
  streams uuid[], versions bigint[], last_events uuid[], ids uuid[], regions text[], actives boolean[], webhooks json[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.webhooks (webhook_id, version, position, region, active, webhook)
  select w.id, w.version, e.seq_id, w.region, w.active, w.webhook
  from unnest(streams, versions, last_events, ids, regions, actives, webhooks)
       w (stream, version, last_event, id, region, active, webhook)
  join log.mt_events e on e.stream_id = w.stream and e.version = w.version and e.id = w.last_event
  on conflict (webhook_id) do update
  set version = excluded.version, position = excluded.position, region = excluded.region, active = excluded.active,
      webhook = excluded.webhook
$$;
