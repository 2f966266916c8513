-- What is stored for an event to name it (a paper, a picture of a ledger) leaves from the beginning, and stays when the event comes: a
-- paper whose append lost its race is not kept for ever. Stored again, it has its day again.
create or replace function files.purge(older_than interval, most integer) returns integer language plpgsql security definer
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
