-- 督办单: one row for every body that a notice was sent to, and what ended its silence: an act of the leg's own, or that the leg
-- was accepted, given to another or the hazard ended. Where a notice is to be replied to by a day (回复督办通知), its silence ends
-- with the reply, or when what it asked for is over; what else the leg's body does is no reply.
create table rows.notices (
  position         bigint      not null, -- of the notice's event
  leg              text        not null collate "C", -- empty: for a duty of no leg; ~leg:duty: of who decides on it
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
  awaits           text        null collate "C",     -- the notice's 文号, where a reply to it is owed
  primary key (position, leg)
);
create index notices_silent    on rows.notices (position, leg, region) where settled_position is null;
create index notices_by_end    on rows.notices (settled_at);
create index notices_by_body   on rows.notices (body, position, leg);
create index notices_by_hazard on rows.notices (hazard_id, position);
