using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using NpgsqlTypes;

namespace Hazards.Projections.Figures;

/// <summary>
/// A table of facts as known at an instant: the versions in force now, and for an instant of the past the superseded
/// ones besides, each by its own partial index.
/// </summary>
internal static class FactSource
{
    // Sixty days, as 0022_lists_at_scale.sql has it.
    private const string Long = "1440:00:00";

    // A look-up costs some microseconds; a year has to be worth it.
    private const int MostDays = 366;

    /// <summary>
    /// The last day before a leg's body is late with the rectification as it is owed now: its deadline; or, where it was told later or what
    /// it had declared came back later, that. As <c>LegState.FirstLate</c> has it.
    /// </summary>
    /// <param name="alias">Of the facts, with its dot.</param>
    public static string LastInTime(string alias = "") =>
        $"greatest({alias}deadline, {alias}assigned_on, {alias}resumed_on - 1,"
            + $" case when {alias}late is not null then (select max(upper(r)) - 1 from unnest({alias}late) r) end)";

    /// <param name="columns">What is read, over alias f.</param>
    /// <param name="table">The table.</param>
    /// <param name="where">Takes the parameters.</param>
    /// <param name="condition">What must hold, over alias f.</param>
    /// <param name="knownAt">The instant; null for now.</param>
    public static string Of(string columns, string table, Conditions where, string condition, DateTimeOffset? knownAt)
    {
        if (knownAt is not { } known)
            return $"select {columns} from rows.{table} f where f.recorded_to = 'infinity' and {condition}";
        var instant = where.Instant(known);
        return $"""
            select {columns} from rows.{table} f where f.recorded_to = 'infinity' and f.recorded_from <= {instant} and {condition}
            union all
            select {columns} from rows.{table} f where f.recorded_to < 'infinity' and f.recorded_from <= {instant} and f.recorded_to > {instant} and {condition}
            """;
    }

    /// <summary>
    /// On one of these days, for an index that has the region behind the day: within a region it is looked up day by day, so that
    /// what was elsewhere is not read.
    /// </summary>
    /// <param name="column">The day.</param>
    /// <param name="where">Takes the parameters.</param>
    /// <param name="first">The first day.</param>
    /// <param name="last">The last day.</param>
    /// <param name="region">Where.</param>
    public static string Days(string column, Conditions where, DateOnly first, DateOnly last, RegionCode region)
    {
        var count = last.DayNumber - first.DayNumber + 1;
        if (region.IsNation || count is < 1 or > MostDays)
            return $"{column} between {where.Date(first)} and {where.Date(last)}";
        var days = Enumerable.Range(0, count).Select(first.AddDays).ToArray();
        return $"{column} = any ({where.Parameter(days, NpgsqlDbType.Array | NpgsqlDbType.Date)})";
    }

    /// <summary>
    /// Terms on legs that were in hand between two days: assigned by the last, and not finished before the first. As known earlier, each
    /// part reads what was so then and neither what was finished since nor what had ended long before: what a version says was
    /// recorded by the instant, so nothing in it is finished after the instant's day.
    /// </summary>
    /// <inheritdoc cref="Of"/>
    /// <param name="columns">What is read, over alias f.</param>
    /// <param name="where">Takes the parameters.</param>
    /// <param name="from">The first day, a parameter.</param>
    /// <param name="to">The last day, a parameter.</param>
    /// <param name="condition">What must hold besides, over alias f.</param>
    /// <param name="knownAt">The instant; null for now.</param>
    /// <param name="owed">Also those whose end counts later than it is said to have been: few, by leg_facts_owed.</param>
    public static string InHand(
        string columns, Conditions where, string from, string to, string condition, DateTimeOffset? knownAt, bool owed)
    {
        if (owed)
            return InHand(columns, where, from, to, condition, knownAt, owed: false) + "\n    union all\n    "
                + Of(
                    columns, "leg_facts", where,
                    $"f.owed_until >= {from} and f.finished_on < {from} and f.assigned_on <= {to} and {condition}", knownAt);
        var assigned = $"f.assigned_on <= {to} and {condition}";
        if (knownAt is not { } known)
            return Of(columns, "leg_facts", where, $"f.finished_on >= {from} and {assigned}", null);
        // A caller's clock may run ahead by minutes, past midnight.
        var (instant, latest) = (where.Instant(known), where.Date(ChinaTime.DateAt(known).AddDays(1)));
        const string unfinished = "f.finished_on = 'infinity'";
        var finished = $"f.finished_on >= {from} and f.finished_on <= {latest}";
        var superseded = $"f.recorded_to < 'infinity' and f.recorded_from <= {instant} and f.recorded_to > {instant}";
        const string lived = "f.recorded_to - f.recorded_from";
        string[] parts =
        [
            $"f.recorded_to = 'infinity' and f.recorded_from <= {instant} and {finished}",
            $"f.recorded_to = 'infinity' and f.recorded_from <= {instant} and {unfinished}",
            $"{superseded} and f.finished_on < 'infinity' and {finished}",
            $"{superseded} and {unfinished} and f.recorded_from > {instant} - interval '{Long}' and {lived} <= '{Long}'",
            $"{unfinished} and f.recorded_to < 'infinity'"
            + $" and tstzrange(f.recorded_from, f.recorded_to) @> {instant} and {lived} > '{Long}'",
        ];
        return string.Join(
            "\n    union all\n    ", parts.Select(part => $"select {columns} from rows.leg_facts f where {part} and {assigned}"));
    }

    /// <summary>The position of the last event known at an instant.</summary>
    public static string Position(Conditions where, DateTimeOffset? knownAt) =>
        knownAt is { } known ? $"rows.position_at({where.Instant(known)})" : "coalesce((select max(e.seq_id) from log.mt_events e), 0)";

    /// <summary>
    /// Whether it was closed by the end of the period: by the closure in force, or by one that a reopening took back later.
    /// </summary>
    /// <param name="scope">The period.</param>
    /// <param name="last">Its last day, a parameter.</param>
    /// <param name="alias">Of the facts.</param>
    public static string Closed(FigureScope scope, string last, string alias = "f") => By("closed_on", "closed_before", scope, last, alias);

    /// <summary>Whether it had a plan then; one that failed, or whose leg ended since, too.</summary>
    /// <inheritdoc cref="Closed"/>
    public static string Planned(FigureScope scope, string last, string alias = "f") => By("plan_on", "plan_before", scope, last, alias);

    /// <summary>Whether every plan there was then had all five.</summary>
    /// <inheritdoc cref="Closed"/>
    public static string FiveInPlace(FigureScope scope, string last, string alias = "f") => scope.InForceAlone
        ? $"({alias}.five_on <= {last}) is true"
        : $"case when {alias}.five_days is null then coalesce({alias}.five_on <= {last}, false)"
            + $" else exists (select from unnest({alias}.five_days) r where r @> {last}) end";

    private static string By(string day, string before, FigureScope scope, string last, string alias) => scope.InForceAlone
        ? $"({alias}.{day} <= {last}) is true"
        : $"(coalesce({alias}.{day} <= {last}, false) or {alias}.{before} is not null and"
            + $" exists (select from unnest({alias}.{before}) r where r @> {last}))";

    /// <summary>That a hazard was found in a campaign, over alias f.</summary>
    /// <inheritdoc cref="Within"/>
    public static string OfCampaign(Conditions where, Guid campaign, bool ofHazards)
    {
        var id = where.Parameter(campaign, NpgsqlDbType.Uuid);
        return ofHazards
            ? $"f.campaign = {id}"
            : $"f.hazard_id in (select o.hazard_id from rows.hazard_origins o where o.campaign = {id})";
    }

    /// <summary>Region, kind and campaign, over alias f.</summary>
    /// <param name="where">Takes the parameters.</param>
    /// <param name="scope">What is asked for.</param>
    /// <param name="ofHazards">Of hazards' facts, which say the campaign; of others, origins_by_campaign says it.</param>
    public static string Within(Conditions where, FigureScope scope, bool ofHazards)
    {
        var condition = "not f.dismissed";
        if (!scope.Region.IsNation)
            condition += $" and f.region >= {where.Text(scope.Region.Prefix)} and f.region < {where.Text(scope.Region.Prefix + ":")}";
        if (scope.Kind is { } kind)
            condition += $" and f.kind = {where.Text(CodeList.Code(kind))}";
        if (scope.Campaign is { } campaign)
            condition += $" and {OfCampaign(where, campaign, ofHazards)}";
        return condition;
    }
}
