-- Who put a file in: until a record holds it, nobody else may open it or attach it. A sender is a system of a body (BODY/CLIENT).
-- What was put in before this, or is held by a record that is no hazard, stands in files.owners: who has jurisdiction there reads it.
create table files.uploads (
  digest      bytea       not null references files.blobs,
  sender      text        not null collate "C",
  uploaded_at timestamptz not null default clock_timestamp(),
  primary key (digest, sender)
);

create trigger uploads_stay before update or delete or truncate on files.uploads
  for each statement execute function files.refuse_change();
