-- The role that the service runs as: made where it is missing, with what it sets for every session of its own. A role that
-- somebody made by hand keeps its password. ServiceRole.cs says what hazards.* is; it runs this as the owner.
do $$
declare
  service  constant text    := current_setting('hazards.role');
  login    constant boolean := current_setting('hazards.login');
  verifier constant text    := nullif(current_setting('hazards.verifier'), '');
  made     boolean          := current_setting('hazards.reset');
  setting  text;
begin
  -- Two starts at once; "role" in ASCII.
  perform pg_advisory_xact_lock(1919904869);
  if not exists (select from pg_roles where rolname = service) then
    begin
      execute format('create role %I %s', service, case when login then 'login' else 'nologin' end);
      made := true;
    exception when duplicate_object or unique_violation then
      null; -- roles belong to the whole server: another database's start has just made it
    end;
  end if;

  if login and made and verifier is not null then
    execute format('alter role %I login password %L', service, verifier);
  elsif not login then
    -- Nobody logs in as it: the owner acts as it (Options=-c role=…).
    execute format('grant %I to %I', service, current_user);
  end if;

  foreach setting in array string_to_array(current_setting('hazards.settings'), ' ') loop
    if not exists (select from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
                   where r.rolname = service and s.setdatabase = 0 and setting = any (s.setconfig)) then
      begin
        execute format('alter role %I set %I = %L', service, split_part(setting, '=', 1), split_part(setting, '=', 2));
      exception
        when insufficient_privilege then
          null; -- made by hand, and not this owner's to change: every connection asks for it as well
        when unique_violation or internal_error then
          null; -- another database's start is just doing it
      end;
    end if;
  end loop;
end $$;
