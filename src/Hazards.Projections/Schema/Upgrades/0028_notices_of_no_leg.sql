-- Rows made before this lack nothing.
-- Functions: c1adbd601074c0c687412c6c32b0b558906a68b1e1e020cee4ce94e74a3b1402
-- What was asked of a committee office before anything was assigned ends when it is verified or assigned.
with first as (
  select distinct on (n.position, n.leg) n.position, n.leg, e.seq_id as settled, e."timestamp" as at
  from rows.notices n
  join log.mt_events e on e.stream_id = n.hazard_id and e.seq_id > n.position and e.type in ('hazard_verified', 'hazard_assigned')
  where n.leg = '' and n.body = '' and n.awaits is null and (n.settled_position is null or n.settled_position > e.seq_id)
  order by n.position, n.leg, e.seq_id
)
update rows.notices n
set settled_position = f.settled, settled_at = f.at, answered = true
from first f
where n.position = f.position and n.leg = f.leg;
