namespace Hazards.Projections.Reading;

/// <summary>The tables that together hold every hazard as it stood at the scope's instant, each hazard in exactly one.</summary>
internal static class Sources
{
    /// <summary>
    /// The version of the hazard of a row p that was in force at the scope's instant, if it fulfils the condition. By the primary
    /// key, and history_by_hazard.
    /// </summary>
    public static string VersionOf(Scope scope, Conditions where, string condition = "true")
    {
        const string columns = "h.hazard_id, h.version, h.position, h.first_recorded_at, h.recorded_last";
        if (scope.AsOf is not { } asOf)
            return $"select {columns} from rows.hazards h where h.hazard_id = p.hazard_id and {condition}";
        var instant = where.Instant(asOf);
        return $"""
            select {columns} from rows.hazards h where h.hazard_id = p.hazard_id and h.recorded_from <= {instant} and {condition}
            union all
            (select {columns} from rows.hazard_history h where h.hazard_id = p.hazard_id and h.recorded_from <= {instant} and h.recorded_to > {instant}
               and {condition}
             order by h.recorded_from desc limit 1)
            limit 1
            """;
    }

    /// <param name="scope">The instant.</param>
    /// <param name="where">Takes the parameters.</param>
    /// <param name="liveOnly">Nothing is asked for but hazards that something may still become due of.</param>
    /// <param name="byRecorded">In the order in which they were recorded.</param>
    /// <param name="recent">The instant was now a moment ago: little has changed since, and is found by that.</param>
    public static IEnumerable<(string Table, string InForce)> Of(
        Scope scope, Conditions where, bool liveOnly, bool byRecorded = false, bool recent = false)
    {
        if (scope.AsOf is not { } asOf)
        {
            yield return ("rows.hazards", "true");
            yield break;
        }

        var instant = where.Instant(asOf);
        // What was recorded later is implied by the bounds; said outright, it lets a list by 登记时间 begin at the instant
        // instead of passing over everything newer. Others have it in no index, and would look at the table for it.
        var bounds = $"h.recorded_from <= {instant}{(byRecorded ? $" and h.first_recorded_at <= {instant}" : "")}";
        yield return ("rows.hazards", bounds);
        if (recent)
        {
            // By hazards_by_changed, and history_by_hazard. A live version has copies, all the same: any one will do.
            yield return ($"""
                (select v.* from rows.hazards n
                 cross join lateral (
                   select v.* from rows.hazard_history v
                   where v.hazard_id = n.hazard_id and v.recorded_from <= {instant} and v.recorded_to > {instant} limit 1) v
                 where n.recorded_from > {instant})
                """, "true");
            yield break;
        }

        yield return ("rows.hazard_history", $"""
            h.live and {bounds} and h.recorded_to > {instant}
                and h.epoch = (select e.epoch from rows.epochs e where e.starts <= {instant} order by e.starts desc limit 1)
            """);
        if (!liveOnly)
            yield return (
                "rows.hazard_history",
                $"not h.live and h.first_recorded_at <= {instant} and h.recorded_from <= {instant} and h.recorded_to > {instant}");
    }
}
