-- Rows made before this lack nothing.
-- 回复督办通知: where a notice is to be replied to by a day, its silence ends with the reply, or when what it asked for is over; what
-- else the leg's body does is no reply. Notices of before there were replies asked for none of this kind.
alter table rows.notices add column awaits text null collate "C"; -- the notice's 文号, where a reply to it is owed

-- 0016_lists.sql, with what is awaited and what is replied to.
drop function rows.write_notices(uuid[], uuid[], bigint[], text[], text[], text[], date[], text[], text[]);
create function rows.write_notices(
  events uuid[], streams uuid[], versions bigint[], legs text[], bodies text[], senders text[], replies date[], regions text[], sectors text[],
  awaited text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.notices (position, leg, hazard_id, body, sender, sent_at, reply_by, region, sector, awaits)
  select e.seq_id, n.leg, n.stream, n.body, n.sender, e."timestamp", n.reply_by, n.region, n.sector, n.awaits
  from unnest(events, streams, versions, legs, bodies, senders, replies, regions, sectors, awaited)
       n (event, stream, version, leg, body, sender, reply_by, region, sector, awaits)
  join log.mt_events e on e.stream_id = n.stream and e.version = n.version and e.id = n.event
  on conflict do nothing
$$;

drop function rows.write_answers(uuid[], uuid[], bigint[], text[], text[], boolean[]);
create function rows.write_answers(
  events uuid[], streams uuid[], versions bigint[], legs text[], bodies text[], answers boolean[], replied text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  with acts as materialized (
    select e.seq_id as position, e."timestamp" as at, a.stream, a.leg, a.body, a.answer, a.replied
    from unnest(events, streams, versions, legs, bodies, answers, replied) a (event, stream, version, leg, body, answer, replied)
    join log.mt_events e on e.stream_id = a.stream and e.version = a.version and e.id = a.event
  ),
  first as materialized (
    select distinct on (n.position, n.leg) n.position, n.leg, a.position as settled, a.at, a.answer
    from acts a
    join rows.notices n on n.hazard_id = a.stream and n.position < a.position
    where n.settled_position is null and (a.leg in (n.leg, '*') or (n.leg = '' and n.body = a.body))
      and (n.awaits is null or not a.answer or n.awaits = a.replied)
    order by n.position, n.leg, a.position
  )
  update rows.notices n
  set settled_position = f.settled, settled_at = f.at, answered = f.answer
  from first f
  where n.position = f.position and n.leg = f.leg
$$;
