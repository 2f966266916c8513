-- Rows made before this lack nothing.
-- The grams of a text have its county and township among them, as negative numbers: a search within one looks at no others. A text begins
-- anew where its hazard's region was corrected, as it would have been written.
create function pg_temp.places(region text) returns int[] language sql immutable as $$
  select case when length(region) >= 9 then array[-left(region, 6)::int, -left(region, 9)::int]
              when length(region) >= 6 then array[-left(region, 6)::int]
              else '{}' end
$$;

-- Of hazards whose region was corrected: since when each region held.
create temporary table moved on commit drop as
select hazard_id, recorded_from, region
from (
  select v.*, lag(v.region) over (partition by v.hazard_id order by v.recorded_from) is distinct from v.region as anew
  from (
    select h.hazard_id, h.recorded_from, h.region from rows.hazards h
    union
    select h.hazard_id, h.recorded_from, h.region from rows.hazard_history h) v
  where v.hazard_id in (
    select o.hazard_id from rows.hazard_history o join rows.hazards n on n.hazard_id = o.hazard_id where o.region <> n.region)) v
where anew;
create index on moved (hazard_id, recorded_from);

insert into rows.hazard_texts (hazard_id, recorded_from, recorded_to, words, grams)
select t.hazard_id, m.recorded_from, t.recorded_to, t.words, t.grams
from moved m
join rows.hazard_texts t on t.hazard_id = m.hazard_id and t.recorded_from < m.recorded_from and t.recorded_to > m.recorded_from;

update rows.hazard_texts t set recorded_to = l.until
from (
  select o.hazard_id, o.recorded_from, lead(o.recorded_from, 1, 'infinity') over (partition by o.hazard_id order by o.recorded_from) as until
  from rows.hazard_texts o
  where o.hazard_id in (select m.hazard_id from moved m)) l
where t.hazard_id = l.hazard_id and t.recorded_from = l.recorded_from and t.recorded_to <> l.until;

update rows.hazard_texts t
set grams = array(
  select distinct g
  from unnest(t.grams || pg_temp.places(coalesce(
    (select m.region from moved m where m.hazard_id = t.hazard_id and m.recorded_from <= t.recorded_from order by m.recorded_from desc limit 1),
    (select h.region from rows.hazards h where h.hazard_id = t.hazard_id)))) g
  order by g);
