-- The inbox: one row for every addressee that an event was told (the event's own headers say whom), and the openings.
-- docs/inbox-and-papers.md draws it.
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
