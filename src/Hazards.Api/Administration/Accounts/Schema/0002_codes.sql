-- Who wrote a password and who a session: HMAC-SHA256 under a key that is not in the database (CredentialCodes). Passwords of
-- before are given theirs at the next start, which is on record (credentials_bound); sessions of before are over.
alter table accounts.secrets add column code bytea null;
alter table accounts.sessions add column code bytea null;
update accounts.sessions set ended_at = clock_timestamp() where ended_at is null;
