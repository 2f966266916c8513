-- Nothing of the tables changes. Rows made before this were folded by a rule that let an older act, entered late, move a
-- leg's or a supervisor's last act back; they are made anew from the log (RowsAge).
comment on schema rows is 'What lists and boards are read from; made from the events of the schema log.';
