-- Rows made before this lack nothing.
-- What is current is looked up by its key. Said with =, the condition let a plan made while the tables were small walk an index
-- of everything current (one that is partial on it) for each row, until the tables were next analysed: seeding took five
-- times as long. Nothing is later than infinity, and >= does not make such an index eligible.
do $$
declare
  writer regproc;
begin
  foreach writer in array array[
    'rows.write_facts', 'rows.write_leg_facts', 'rows.write_listing_facts', 'rows.write_proposals', 'rows.write_dual']::regproc[]
  loop
    execute regexp_replace(pg_get_functiondef(writer), $re$(\m[a-z]\.recorded_to) = 'infinity'$re$, $to$\1 >= 'infinity'$to$, 'g');
  end loop;
end $$;
