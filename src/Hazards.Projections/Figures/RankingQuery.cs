using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Npgsql;

namespace Hazards.Projections.Figures;

/// <summary>
/// What the measures of a ranking count, by body or by county. Each measure reads the legs that it concerns in the period,
/// by an index on the date that makes them so, and no others.
/// </summary>
internal sealed class RankingQuery(NpgsqlDataSource dataSource, FigureScope scope, bool bodies, bool presentDeadline)
{
    private readonly Conditions where = new();

    public async Task<Dictionary<string, (long Legs, List<Tally> Tallies)>> RunAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql());
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, (long Legs, List<Tally> Tallies)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = reader.GetString(0);
            if (!found.TryGetValue(key, out var of))
                found[key] = of = (0, []);
            var tally = new Tally(Codes.Read<RankingMeasure>(reader.GetString(1)), reader.GetInt64(2), reader.GetInt64(3));
            of.Tallies.Add(tally);
            if (tally.Measure == RankingMeasure.RectificationRate)
                found[key] = (tally.Denominator, of.Tallies);
        }
        return found;
    }

    private string Sql()
    {
        // The days of the period that have come: what falls due later is not overdue yet.
        var until = scope.Today < scope.Last ? scope.Today : scope.Last;
        var (first, last) = (where.Date(scope.First), where.Date(until));
        var within = FactSource.Within(where, scope, ofHazards: false);
        return $"""
            {OnTime(first, last, within)}
            union all
            {InHand(first, last, within)}
            union all
            {Measure(RankingMeasure.AcknowledgedInTime,
                $"f.ack_due between {first} and {last}"
                    + " and not (f.acknowledged_on is null and f.ended_on is not null and coalesce(f.owed_until, f.ended_on) <= f.ack_due)",
                "(f.acknowledged_on <= f.ack_due)::int", within)}
            union all
            {Measure(RankingMeasure.FirstPassRate, $"f.finished_on between {first} and {last} and f.accepted_on is not null", "(f.failed = 0)::int", within)}
            union all
            {Measure(RankingMeasure.NoRecurrence,
                $"(f.looked_on is not null or f.reopened_on is not null) and (f.reopened_on between {first} and {last} or exists (select from unnest(f.looked_on) d (day) where d.day between {first} and {last}))",
                $"(not coalesce(f.reopened_on between {first} and {last}, false))::int", within)}
            """;
    }

    /// <summary>
    /// A leg with a deadline in the period is on time if it met it, and missed none of the period before: one that is not present any more
    /// counts in its own period. Few missed one: all of them are looked through.
    /// </summary>
    private string OnTime(string first, string last, string within)
    {
        var present = $"f.deadline between {first} and {last}"
            + " and not (f.declared_on is null and f.ended_on is not null and coalesce(f.owed_until, f.ended_on) <= f.deadline)";
        const string met = "(f.declared_on <= f.deadline)::int";
        if (presentDeadline)
            return Measure(RankingMeasure.OnTimeRate, present, met, within);
        // Nobody misses what fell due before it was his.
        present += " and f.assigned_on <= f.deadline";
        var missed = $"exists (select from unnest(f.late_due) d (due) where d.due between {first} and {last} and d.due >= f.assigned_on)";
        string Legs(string condition, string n) => FactSource.Of(
            $"{Key} as key, {n} as n", "leg_facts", where, $"{condition} and {within}", scope.KnownAt);
        return $"""
            select key, '{CodeList.Code(RankingMeasure.OnTimeRate)}', coalesce(sum(n), 0)::bigint, count(*)
            from (
              {Legs(present, $"case when f.late_due is not null and {missed} then 0 else {met} end")}
              union all
              {Legs($"f.late_due is not null and {missed} and not ({present})", "0")}) m
            group by key
            """;
    }

    /// <summary>Assigned by the end, and not finished before the beginning: one look at them for both measures that concern them.</summary>
    private string InHand(string first, string last, string within)
    {
        var (accepted, days) = presentDeadline
            ? ($"f.accepted_on <= {last}",
                $"greatest(0, least({last}, coalesce(f.declared_on, f.ended_on, {last})) - greatest({first} - 1, f.deadline))")
            : ($"f.accepted_on <= {last} and (f.owed_until is null or f.owed_until <= {last})",
                $"greatest(0, least({last}, coalesce(f.owed_until, f.declared_on, f.ended_on, {last}))"
                + $" - greatest({first} - 1, {FactSource.LastInTime("f.")}))"
                + " + case when f.late is null then 0 else (select coalesce(sum("
                + $"greatest(0, least({last} + 1, upper(r)) - greatest({first}, lower(r)))), 0) from unnest(f.late) r) end");
        var legs = FactSource.InHand(
            $"{Key} as key, ({accepted})::int as accepted, {days} as days", where, first, last, within, scope.KnownAt, !presentDeadline);
        return $"""
            select key, m.measure, m.n, legs
            from (select key, coalesce(sum(accepted), 0)::bigint as accepted, sum(days)::bigint as days, count(*) as legs from ({legs}) l group by key) g
            cross join lateral (values ('{CodeList.Code(RankingMeasure.RectificationRate)}', accepted), ('{CodeList.Code(RankingMeasure.OverdueDays)}', days)) m (measure, n)
            """;
    }

    private string Key => bodies ? "f.body" : "left(f.region, 6)";

    private string Measure(RankingMeasure measure, string condition, string numerator, string within) => $"""
        select key, '{CodeList.Code(measure)}', coalesce(sum(n), 0)::bigint, count(*)
        from ({FactSource.Of($"{Key} as key, {numerator} as n", "leg_facts", where, $"{condition} and {within}", scope.KnownAt)}) m
        group by key
        """;
}
