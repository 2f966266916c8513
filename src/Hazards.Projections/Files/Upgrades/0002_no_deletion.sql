-- 证据保全 (legal hold): no file is ever deleted or changed, whoever asks, sealed or not. The service's role has no right
-- to; this stops the owner of the tables as well, unless the triggers themselves are disabled, which is no accident.
create function files.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'files are neither changed nor deleted' using errcode = 'object_not_in_prerequisite_state';
end $$;

create trigger blobs_stay before update or delete or truncate on files.blobs
  for each statement execute function files.refuse_change();
create trigger owners_stay before update or delete or truncate on files.owners
  for each statement execute function files.refuse_change();
