-- Begins an epoch and sums up the board when it is time for either. Called by the row writer now and then, under the
-- log's lock, so that all nodes agree without asking each other. Costs two short counts when it is not time.
create function rows.keep() returns void language plpgsql
set enable_seqscan = off
as $$
declare
  now_in rows.epochs;
  summed rows.board_checkpoints;
begin
  select * into now_in from rows.epochs order by epoch desc limit 1;
  if (select count(*) from rows.hazard_history h where h.epoch = now_in.epoch and h.live) > greatest(5000, now_in.live) then
    -- At the newest row and not at the log's head: a rebuild writes rows of long ago.
    insert into rows.epochs
    values (now_in.epoch + 1, (select max(h.recorded_from) from rows.hazards h),
            (select count(*) from rows.hazards h where h.next_due < 'infinity'));
  end if;

  select * into summed from rows.board_checkpoints order by position desc limit 1;
  if (select count(*) from rows.board_changes c where c.position > summed.position) > greatest(4096, summed.cells) then
    perform rows.sum_board(summed.position);
  end if;
end $$;

create function rows.sum_board(last bigint) returns void language sql as $$
  with upto as (
    select c.position, c.recorded_at from rows.board_changes c order by c.position desc limit 1
  ),
  totals as (
    insert into rows.board_totals (checkpoint, region, sector, stage, level, n)
    select (select position from upto), region, sector, stage, level, sum(n)
    from (
      select region, sector, stage, level, n from rows.board_totals where checkpoint = last
      union all
      select region, sector, stage, level, 1 from rows.board_changes where position > last
      union all
      select was_region, was_sector, was_stage, was_level, -1 from rows.board_changes where position > last and was_region is not null) c
    group by region, sector, stage, level
    having sum(n) <> 0
    returning 1
  )
  insert into rows.board_checkpoints (position, recorded_at, cells)
  select position, recorded_at, (select count(*) from totals) from upto
$$;

-- The position of the last event recorded at or before an instant. Positions have no gaps and times increase with
-- them, so it is found by halving: some twenty look-ups by primary key, whatever the log's size.
create function rows.position_at(instant timestamptz) returns bigint language plpgsql stable as $$
declare
  low  bigint := 0;
  high bigint := coalesce((select max(e.seq_id) from log.mt_events e), 0);
  mid  bigint;
begin
  while low < high loop
    mid := (low + high + 1) / 2;
    if (select e."timestamp" from log.mt_events e where e.seq_id = mid) <= instant then
      low := mid;
    else
      high := mid - 1;
    end if;
  end loop;
  return low;
end $$;
