-- What the supervisor's lists need: orders of what is due, and the notices with their answers. docs/rows.md names the indexes.
-- Notices of before are made from the log (RowsAge).

-- What is due, by level, by place and by who owes the earliest duty; of each, the earliest due first. They hold only hazards with a clock.
create index hazards_by_level  on rows.hazards (level, next_due, hazard_id, recorded_from, region) where next_due < 'infinity';
create index hazards_by_place  on rows.hazards (region, next_due, hazard_id, recorded_from) where next_due < 'infinity';
create index hazards_by_debtor on rows.hazards (coalesce(clock_bodies[1], ''), next_due, hazard_id, recorded_from, region) where next_due < 'infinity';

-- 督办单: one row for every body that a notice was sent to, and what ended its silence: an act of the leg's own, or that the leg
-- was accepted, given to another or the hazard ended.
create table rows.notices (
  position         bigint      not null, -- of the notice's event
  leg              text        not null collate "C", -- empty: the service's own clock, for a duty of no leg
  hazard_id        uuid        not null,
  body             text        not null collate "C", -- who was sent it; empty: nobody is named
  sender           text        not null collate "C",
  sent_at          timestamptz not null,             -- when it was recorded
  reply_by         date        null,
  region           text        not null collate "C", -- the hazard's then
  sector           text        not null collate "C",
  settled_position bigint      null,
  settled_at       timestamptz null,                 -- when that was recorded
  answered         boolean     null,                 -- by the leg's own body; false: it ended otherwise
  primary key (position, leg)
);
create index notices_silent    on rows.notices (position, leg, region) where settled_position is null;
create index notices_by_end    on rows.notices (settled_at);
create index notices_by_body   on rows.notices (body, position, leg);
create index notices_by_hazard on rows.notices (hazard_id, position);

create function rows.write_notices(
  events uuid[], streams uuid[], versions bigint[], legs text[], bodies text[], senders text[], replies date[], regions text[], sectors text[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  insert into rows.notices (position, leg, hazard_id, body, sender, sent_at, reply_by, region, sector)
  select e.seq_id, n.leg, n.stream, n.body, n.sender, e."timestamp", n.reply_by, n.region, n.sector
  from unnest(events, streams, versions, legs, bodies, senders, replies, regions, sectors)
       n (event, stream, version, leg, body, sender, reply_by, region, sector)
  join log.mt_events e on e.stream_id = n.stream and e.version = n.version and e.id = n.event
  on conflict do nothing
$$;

-- What ends the silence after notices; sent only for hazards that were sent one. A leg of '*' is every leg.
create function rows.write_answers(events uuid[], streams uuid[], versions bigint[], legs text[], bodies text[], answers boolean[])
returns void language sql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  with acts as materialized (
    select e.seq_id as position, e."timestamp" as at, a.stream, a.leg, a.body, a.answer
    from unnest(events, streams, versions, legs, bodies, answers) a (event, stream, version, leg, body, answer)
    join log.mt_events e on e.stream_id = a.stream and e.version = a.version and e.id = a.event
  ),
  first as materialized (
    select distinct on (n.position, n.leg) n.position, n.leg, a.position as settled, a.at, a.answer
    from acts a
    join rows.notices n on n.hazard_id = a.stream and n.position < a.position
    where n.settled_position is null and (a.leg in (n.leg, '*') or (n.leg = '' and n.body = a.body))
    order by n.position, n.leg, a.position
  )
  update rows.notices n
  set settled_position = f.settled, settled_at = f.at, answered = f.answer
  from first f
  where n.position = f.position and n.leg = f.leg
$$;
