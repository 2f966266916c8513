-- The rows: what lists and boards are read from. docs/rows.md draws them. Everything here can be rebuilt from the log.
create schema rows;
comment on schema rows is 'What lists and boards are read from; made from the events of the schema log.';
