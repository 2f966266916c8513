-- What was recorded together is one version, as for hazards.
create function rows.write_bodies(
  stream uuid[], version bigint[], event uuid[], body_id text[], name text[], kind text[], region text[], sectors text[],
  dissolved boolean[], body json[])
returns void language plpgsql set enable_seqscan = off as $$
#variable_conflict use_column
declare
  tick constant interval := interval '1 microsecond';
  new  record;
  old  record;
begin
  for new in
    select b.*, e.seq_id, e."timestamp" as recorded
    from unnest(stream, version, event, body_id, name, kind, region, sectors, dissolved, body)
         b (stream, version, event, body_id, name, kind, region, sectors, dissolved, body)
    join log.mt_events e on e.stream_id = b.stream and e.version = b.version and e.id = b.event
  loop
    select b.version, b.position, b.recorded_from, b.recorded_last into old
    from rows.bodies b where b.body_id = new.body_id and b.recorded_to = 'infinity';
    if old.position = new.seq_id - (new.version - old.version)
       and old.recorded_last = new.recorded - (new.version - old.version) * tick then
      delete from rows.bodies b where b.body_id = new.body_id and b.recorded_to = 'infinity';
    else
      old.recorded_from := new.recorded - (new.version - coalesce(old.version, 0) - 1) * tick;
      update rows.bodies b set recorded_to = old.recorded_from where b.body_id = new.body_id and b.recorded_to = 'infinity';
    end if;
    insert into rows.bodies
    values (new.body_id, new.version, new.seq_id, old.recorded_from, 'infinity', new.recorded, new.name, new.kind, new.region,
            string_to_array(new.sectors, ','), new.dissolved, new.body);
  end loop;
end $$;

create function rows.write_keys(
  stream uuid[], version bigint[], event uuid[], key_id uuid[], digest text[], region text[], key json[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.api_keys (key_id, version, position, digest, region, key)
  select k.key_id, k.version, e.seq_id, k.digest, k.region, k.key
  from unnest(stream, version, event, key_id, digest, region, key) k (stream, version, event, key_id, digest, region, key)
  join log.mt_events e on e.stream_id = k.stream and e.version = k.version and e.id = k.event
  on conflict (key_id) do update
  set version = excluded.version, position = excluded.position, digest = excluded.digest,
      region = excluded.region, key = excluded.key
$$;

create function rows.write_accounts(
  stream uuid[], version bigint[], event uuid[], account_id uuid[], login text[], region text[], account json[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.accounts (account_id, version, position, login, region, account)
  select a.account_id, a.version, e.seq_id, a.login, a.region, a.account
  from unnest(stream, version, event, account_id, login, region, account)
       a (stream, version, event, account_id, login, region, account)
  join log.mt_events e on e.stream_id = a.stream and e.version = a.version and e.id = a.event
  on conflict (account_id) do update
  set version = excluded.version, position = excluded.position, region = excluded.region, account = excluded.account
$$;

create function rows.write_webhooks(
  stream uuid[], version bigint[], event uuid[], webhook_id uuid[], region text[], active boolean[], webhook json[])
returns void language sql set enable_seqscan = off as $$
  insert into rows.webhooks (webhook_id, version, position, region, active, webhook)
  select w.webhook_id, w.version, e.seq_id, w.region, w.active, w.webhook
  from unnest(stream, version, event, webhook_id, region, active, webhook)
       w (stream, version, event, webhook_id, region, active, webhook)
  join log.mt_events e on e.stream_id = w.stream and e.version = w.version and e.id = w.event
  on conflict (webhook_id) do update
  set version = excluded.version, position = excluded.position, region = excluded.region, active = excluded.active,
      webhook = excluded.webhook
$$;
