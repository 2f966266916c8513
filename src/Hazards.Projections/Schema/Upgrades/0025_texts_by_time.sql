-- Rows made before this lack nothing.
-- Functions: 9e341431db27b2c2516ce1f3c7b73476438e871bdcc2bfbbd529a3b1a7176d50
-- When a hazard was recorded stands with its text: a search sorts what it found and looks up a page of it, where it looked all of it up.
alter table rows.hazard_texts add column first_recorded_at timestamptz null;
drop index rows.texts_by_gram;
update rows.hazard_texts t set first_recorded_at = h.first_recorded_at from rows.hazards h where h.hazard_id = t.hazard_id;
alter table rows.hazard_texts alter column first_recorded_at set not null;
create index texts_by_gram on rows.hazard_texts using gin (grams);
