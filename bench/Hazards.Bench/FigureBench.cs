using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Bench;

/// <summary>
/// Official figures on many hazards: two years of a prefecture with eight counties, now and as known at instants of the
/// second half of that time. The facts are written set-wise by SQL and not by events, in the proportions of the field's
/// published figures, with as many superseded versions as lives have: a million hazards take two minutes instead of half
/// an hour. What is measured is what the service runs: <see cref="FigureQueries"/>.
/// </summary>
internal sealed class FigureBench(NpgsqlDataSource dataSource)
{
    private static readonly RegionCode Prefecture = RegionCode.Parse("4331");
    private static readonly DateOnly Begin = new(2024, 7, 1);
    private readonly FigureQueries _figures = new(dataSource);

    /// <summary>Writes the facts of so many hazards over 730 days; returns how many versions there are.</summary>
    public async Task<long> FillAsync(int hazards, CancellationToken cancellationToken)
    {
        await ExecuteAsync($"""
            create table public.bench_lives as
            select md5('h' || i)::uuid as id, date '{Begin:yyyy-MM-dd}' + (i::bigint * 730 / {hazards})::int as found,
                   (array['433101','433122','433123','433124','433125','433126','433127','433130'])[1 + (random() * 7)::int] || (100 + (random() * 11)::int) as region,
                   (array['fire_safety','industry_trade','construction','road_traffic','city_gas','hazardous_chemicals','special_equipment','non_coal_mine','education','crowded_places','culture_tourism','coal_mine','power','health','geology','other'])[1 + (power(random(), 1.6) * 15)::int] as sector,
                   random() < 0.45 as spot, random() < 0.006 as major, random() < 0.2 as dual, random() < 0.03 as stuck, random() < 0.015 as unfounded,
                   random() < 0.08 as late, random() < 0.45 as planned, random() < 0.03 as rechecked,
                   1 + (random() * 3)::int as verified, 3 + (random() * 6)::int as assigned, 5 + (random() * 6)::int as acknowledged, 15 + (random() * 25)::int as deadline,
                   12 + (random() * 35)::int as declared, 20 + (random() * 40)::int as accepted
            from generate_series(1, {hazards}) i;
            """, cancellationToken);
        // Each fact becomes known on its own day; a hazard has one version a day on which something became known of it.
        await ExecuteAsync("""
            insert into rows.hazard_facts
            select v.id, v.known, coalesce(lead(v.known) over (partition by v.id order by v.known), 'infinity'), v.found, v.region, v.sector,
                   case when v.sector = 'geology' then 'naturalDisaster' else 'safety' end,
                   case when v.step >= 1 or v.spot then case when v.major and not v.spot then 'major' else 'general' end end,
                   v.late, v.spot and v.step >= 1, v.unfounded and v.step >= 1 and not v.spot,
                   case when v.spot and v.step >= 1 then v.found when v.step = 3 then v.found + v.accepted end,
                   case when v.spot and v.step >= 1 then 'fixedOnTheSpot' when v.step = 3 then 'rectified' end,
                   case when v.step >= 2 and (v.major or v.planned) then v.found + v.assigned + 3 end, case when v.step >= 2 and (v.major or v.planned) then v.found + v.assigned + 3 end,
                   case when v.step >= 2 and v.major and v.dual then v.found + v.assigned + 4 end, null, 0, null, null
            from (
              select l.*, s.step,
                     (l.found + case s.step when 0 then case when l.late then 5 else 0 end when 1 then l.verified + 5
                       when 2 then l.assigned + 9 else l.accepted + 10 end)::timestamptz
                     + make_interval(secs => random() * 40000) as known
              from public.bench_lives l
              cross join generate_series(0, 3) s (step)
              where s.step <= 1 or (not l.spot and not l.unfounded and (s.step = 2 and (l.major or l.planned) or s.step = 3 and not l.stuck))) v;
            insert into rows.leg_facts
            select v.id, v.leg, 0, v.known, coalesce(lead(v.known) over (partition by v.id, v.leg order by v.known), 'infinity'),
                   case when v.leg = 'territorial' then 'gov-' || left(v.region, 6) else 'reg-' || left(v.region, 6) || '-' || length(v.sector) end,
                   v.region, v.sector, case when v.sector = 'geology' then 'naturalDisaster' else 'safety' end, case when v.major then 'major' else 'general' end, false,
                   v.found + v.assigned, v.found + v.assigned + 1, case when v.step >= 1 then v.found + v.acknowledged end, v.found + v.assigned + v.deadline,
                   case when v.step >= 2 then v.found + v.declared end, case when v.step = 3 then v.found + v.accepted end, null, case when v.step = 3 then v.found + v.accepted else 'infinity' end,
                   case when v.step >= 2 and v.declared % 13 = 0 then 1 else 0 end, case when v.step = 3 and v.rechecked then array[v.found + v.accepted + 60] end, null,
                   case when v.step >= 1 and (v.major or v.planned) then v.deadline * 0.7 end, case when v.step >= 1 and (v.major or v.planned) then v.found + v.assigned + 3 end
            from (
              select l.*, s.step, g.leg,
                     (l.found + case s.step when 0 then l.assigned when 1 then l.acknowledged + 6
                       when 2 then l.declared + 7 else l.accepted + 8 end)::timestamptz
                     + make_interval(secs => random() * 40000) as known
              from public.bench_lives l
              cross join generate_series(0, 3) s (step)
              cross join lateral (select unnest(case when l.dual then array['territorial', 'sectoral'] else array['sole'] end)) g (leg)
              where not l.spot and not l.unfounded and (s.step <= 1 or not l.stuck)) v;
            insert into rows.listing_facts
            select f.hazard_id, 0, min(f.recorded_from), 'infinity', f.region, f.sector, f.kind, case when random() < 0.3 then 'prefecture' else 'county' end, 'office', f.listed_on, null, true
            from rows.hazard_facts f where f.listed_on is not null group by f.hazard_id, f.region, f.sector, f.kind, f.listed_on;
            insert into rows.inspections (inspection_id, version, position, recorded_from, recorded_to, recorded_last, unit_key, unit_name, region, sector, on_date, campaign, voided, late, claimed, item)
            select md5('i' || l.id)::uuid, 1, 0, l.found::timestamptz + interval '9 hours', 'infinity',
                   l.found::timestamptz + interval '9 hours',
                   'unit-' || l.region || l.sector || (random() * 12)::int, 'unit',
                   l.region, case when random() < 0.2 then 'fire_safety' else l.sector end, l.found, null, false, false, 1, '{}'
            from public.bench_lives l;
            drop table public.bench_lives;
            """, cancellationToken);
        await ExecuteAsync("vacuum (analyze) rows.hazard_facts", cancellationToken);
        await ExecuteAsync("vacuum (analyze) rows.leg_facts", cancellationToken);
        await ExecuteAsync("vacuum (analyze) rows.listing_facts", cancellationToken);
        await ExecuteAsync("vacuum (analyze) rows.inspections", cancellationToken);
        await using var command = dataSource.CreateCommand(
            "select (select count(*) from rows.hazard_facts) + (select count(*) from rows.leg_facts)");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<IReadOnlyList<(string Name, Measured Now, Measured AsOf)>> RunAsync(
        int times, Action<string> say, CancellationToken cancellationToken)
    {
        var results = new List<(string, Measured, Measured)>();
        var months = Enumerable.Range(0, 18).Select(m => Period.Of(PeriodKind.Month, Begin.AddMonths(m + 4))).ToArray();
        var quarters = Enumerable.Range(0, 6).Select(q => Period.Of(PeriodKind.Quarter, Begin.AddMonths(3 * q + 3))).ToArray();
        await AddAsync("monthly table, prefecture 月报表", months, s => _figures.MonthlyTableAsync(s, Breakdown.Sector, cancellationToken));
        await AddAsync("monthly table by county 按县", months, s => _figures.MonthlyTableAsync(s, Breakdown.Region, cancellationToken));
        await AddAsync(
            "table since 1 January 累计", months, s => _figures.MonthlyTableAsync(s.Cumulated(), Breakdown.Sector, cancellationToken));
        await AddAsync(
            "table of a year 全年", [Period.Parse("2025")], s => _figures.MonthlyTableAsync(s, Breakdown.Sector, cancellationToken));
        await AddAsync(
            "ranking of bodies 部门排名", quarters, s => _figures.TalliesAsync(s, bodies: true, cancellationToken: cancellationToken));
        await AddAsync(
            "ranking of counties 县市区排名", quarters, s => _figures.TalliesAsync(s, bodies: false, cancellationToken: cancellationToken));
        await AddAsync("quotas 挂牌任务", quarters, s => _figures.ListingsAsync(s, cancellationToken: cancellationToken));
        await AddAsync("overdue, named 超期点名", months, s => _figures.OverdueAsync(s, 300, cancellationToken: cancellationToken));
        await AddAsync(
            "major hazards, a page 清单", months,
            s => _figures.HazardsAsync(s, new ListChoice(Level.Major, false, true), null, 200, cancellationToken));
        await AddAsync("difference over 30 days 差异", months, s =>
        {
            var to = s.KnownAt ?? ChinaTime.EndOf(s.Last.AddDays(40));
            return _figures.DifferenceAsync(s, Breakdown.Sector, to.AddDays(-30), to, cancellationToken);
        });
        return results;

        async Task AddAsync(string name, Period[] periods, Func<FigureScope, Task> ask)
        {
            say(name);
            var now = await Measure.TimesAsync($"{name}, now", times, i => ask(Scope(periods[i % periods.Length], null)));
            var asOf = await Measure.TimesAsync(
                $"{name}, as of", times,
                i => ask(Scope(periods[i % periods.Length], ChinaTime.EndOf(periods[i % periods.Length].Last.AddDays(i % 40)))));
            results.Add((name, now, asOf));
        }
    }

    private static FigureScope Scope(Period period, DateTimeOffset? knownAt) => new(Prefecture, period, knownAt, Begin.AddDays(800));

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 3600;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
