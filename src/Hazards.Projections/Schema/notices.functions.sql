create function rows.write_notices(
  stream uuid[], version bigint[], event uuid[], leg text[], body text[], sender text[], reply_by date[], region text[], sector text[],
  awaits text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.notices (position, leg, hazard_id, body, sender, sent_at, reply_by, region, sector, awaits)
  select e.seq_id, n.leg, n.stream, n.body, n.sender, e."timestamp", n.reply_by, n.region, n.sector, n.awaits
  from unnest(stream, version, event, leg, body, sender, reply_by, region, sector, awaits)
       n (stream, version, event, leg, body, sender, reply_by, region, sector, awaits)
  join log.mt_events e on e.stream_id = n.stream and e.version = n.version and e.id = n.event
  on conflict do nothing
$$;

-- What ends the silence after notices; sent only for hazards that were sent one. A leg of '*' is every leg.
create function rows.write_answers(
  stream uuid[], version bigint[], event uuid[], leg text[], body text[], answers boolean[], replied text[], duty text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  with acts as materialized (
    select e.seq_id as position, e."timestamp" as at, a.stream, a.leg, a.body, a.answers, a.replied, a.duty
    from unnest(stream, version, event, leg, body, answers, replied, duty) a (stream, version, event, leg, body, answers, replied, duty)
    join log.mt_events e on e.stream_id = a.stream and e.version = a.version and e.id = a.event
  ),
  first as materialized (
    select distinct on (n.position, n.leg) n.position, n.leg, a.position as settled, a.at,
           case when n.leg = a.duty then n.body = a.body else a.answers end as answers
    from acts a
    join rows.notices n on n.hazard_id = a.stream and n.position < a.position
    where n.settled_position is null
      and (a.leg in (n.leg, '*') or n.leg = '' and n.body = a.body and a.leg <> '-' or n.leg = a.duty
        or not a.answers and starts_with(n.leg, '~' || a.leg || ':'))
      and (n.awaits is null or not a.answers or n.awaits = a.replied)
    order by n.position, n.leg, a.position
  )
  update rows.notices n
  set settled_position = f.settled, settled_at = f.at, answered = f.answers
  from first f
  where n.position = f.position and n.leg = f.leg
$$;
