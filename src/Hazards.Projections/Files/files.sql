-- Files by their digest. They are no rows: the log names them and cannot make them anew, so a rebuild leaves them alone.
create schema files;

create table files.blobs (
  digest     bytea       not null primary key check (octet_length(digest) = 32), -- SHA-256 of the bytes
  media_type text        not null,
  size       bigint      not null,
  bytes      bytea       not null,
  stored_at  timestamptz not null default clock_timestamp()
);

-- Photos and documents are compressed already; uncompressed, a part can be read without the rest.
alter table files.blobs alter column bytes set storage external;

-- The regions a file was put in for, before any event named it: who has jurisdiction there may read it.
create table files.owners (
  digest bytea not null references files.blobs,
  region text  not null collate "C",
  primary key (digest, region)
);

-- Who put a file in: until a record holds it, nobody else may open it or attach it. A sender is a system of a body (BODY/CLIENT).
-- What was put in before this, or is held by a record that is no hazard, stands in files.owners: who has jurisdiction there reads it.
create table files.uploads (
  digest      bytea       not null references files.blobs,
  sender      text        not null collate "C",
  uploaded_at timestamptz not null default clock_timestamp(),
  primary key (digest, sender)
);

-- How much each sender has put in, by day of China: what is taken of one is limited.
create table files.quotas (
  sender text   not null collate "C",
  day    date   not null,
  files  bigint not null,
  bytes  bigint not null,
  primary key (sender, day)
);

-- Files that nothing refers to and that nobody may attach any more; they go a day later, unless somebody puts them in again.
create table files.leaving (
  digest bytea       not null primary key check (octet_length(digest) = 32),
  since  timestamptz not null default clock_timestamp()
);

-- Which of these files something refers to: a record of a region, a hazard, or any event of the log, which alone decides. It reads
-- the whole log once, each event with its headers, where attachments stand, so it is asked for many files together. A paper, a report, an imported ledger is named by its event.
create function files.referred_to(digests bytea[]) returns setof bytea language sql stable
set search_path = pg_catalog
as $$
  select o.digest from files.owners o where o.digest = any (digests)
  union
  select decode(h.digest, 'hex') from rows.hazard_files h where h.digest = any (select encode(d, 'hex') from unnest(digests) d)
  union
  select decode(named.digest, 'hex')
  from log.mt_events e
  cross join lateral (select m[1] as digest from regexp_matches(e::text, '[0-9a-f]{64}', 'g') m) named
  where named.digest in (select encode(d, 'hex') from unnest(digests) d)
$$;

-- The only way out for a file that was put in: long ago, by nobody since, and named by nothing. In two steps, a day apart, so that
-- whoever attaches it while it is looked at is seen by the second: after the first it cannot be attached without being put in again.
-- It runs with the rights of the owner of the tables; the service itself may delete nothing.
--
-- What is stored for an event to name it (a paper, a picture of a ledger) leaves from the beginning, and stays when the event comes: a
-- paper whose append lost its race is not kept for ever. Stored again, it has its day again.
create function files.purge(older_than interval, most integer) returns integer language plpgsql security definer
set search_path = pg_catalog
as $$
declare
  candidates bytea[];
  gone       integer;
begin
  -- One at a time, whatever the node. "purge" in ASCII.
  perform pg_advisory_xact_lock(482805082981);
  perform set_config('files.purge', pg_current_xact_id()::text, true);

  -- Put in, held, named by a hazard, or no longer there: it stays, or is gone. Most papers end here, and the log need not be read for them.
  delete from files.leaving l
  where exists (select from files.uploads u where u.digest = l.digest)
     or exists (select from files.owners o where o.digest = l.digest)
     or exists (select from rows.hazard_files h where h.digest = encode(l.digest, 'hex'))
     or not exists (select from files.blobs b where b.digest = l.digest);

  select array_agg(l.digest) into candidates
  from (select digest from files.leaving where since < clock_timestamp() - interval '1 day' order by since limit most) l;
  if candidates is not null then
    delete from files.leaving l where l.digest in (select files.referred_to(candidates));
    with left_over as (
      -- Whoever stores it again meanwhile is waited for, and seen.
      select l.digest from files.leaving l where l.digest = any (candidates) and l.since < clock_timestamp() - interval '1 day' for update
    ), deleted as (
      delete from files.blobs b using left_over l
      where b.digest = l.digest and not exists (select from files.uploads u where u.digest = b.digest)
      returning 1
    )
    select count(*) into gone from deleted;
    delete from files.leaving l where l.digest = any (candidates) and l.since < clock_timestamp() - interval '1 day';
  end if;

  select array_agg(u.digest) into candidates
  from (
    select digest from files.uploads group by digest having max(uploaded_at) < clock_timestamp() - older_than order by max(uploaded_at) limit most
  ) u
  where not exists (select from files.owners o where o.digest = u.digest)
    and not exists (select from rows.hazard_files h where h.digest = encode(u.digest, 'hex'));
  if candidates is not null then
    select array_agg(c) into candidates from unnest(candidates) c where c not in (select files.referred_to(candidates));
    delete from files.uploads u where u.digest = any (candidates);
    insert into files.leaving (digest) select unnest(candidates) on conflict do nothing;
  end if;

  delete from files.quotas q where q.day < current_date - 7;
  return coalesce(gone, 0);
end $$;

-- 证据保全 (legal hold): no file is ever deleted or changed, whoever asks, sealed or not. The service's role has no right
-- to; this stops the owner of the tables as well, unless the triggers themselves are disabled, which is no accident.
create function files.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'files are neither changed nor deleted' using errcode = 'object_not_in_prerequisite_state';
end $$;

-- The same for everybody and everything but the purge.
create function files.refuse_unless_purged() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('files.purge', true) = pg_current_xact_id_if_assigned()::text and pg_trigger_depth() = 1
     and current_user = (select r.rolname from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = tg_relid) then
    return null;
  end if;
  raise exception 'files are neither changed nor deleted' using errcode = 'object_not_in_prerequisite_state';
end $$;

create trigger blobs_stay before update or delete or truncate on files.blobs
  for each statement execute function files.refuse_unless_purged();
create trigger uploads_stay before update or delete or truncate on files.uploads
  for each statement execute function files.refuse_unless_purged();
create trigger owners_stay before update or delete or truncate on files.owners
  for each statement execute function files.refuse_change();
