-- The log: the events in Marten's layout, and what is ours beside them in tables of its own. Marten's own migration follows and
-- adds what it has besides (LogMigrations). docs/event-log.md draws it.
create schema log;
