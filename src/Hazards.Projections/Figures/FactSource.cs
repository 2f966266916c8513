using Hazards.Projections.Reading;

namespace Hazards.Projections.Figures;

/// <summary>
/// A table of facts as known at an instant: the versions in force now, and for an instant of the past the superseded
/// ones besides, each by its own partial index.
/// </summary>
internal static class FactSource
{
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

    /// <summary>The position of the last event known at an instant.</summary>
    public static string Position(Conditions where, DateTimeOffset? knownAt) =>
        knownAt is { } known ? $"rows.position_at({where.Instant(known)})" : "coalesce((select max(e.seq_id) from log.mt_events e), 0)";

    /// <summary>Region, kind and campaign, over alias f.</summary>
    public static string Within(Conditions where, FigureScope scope, bool campaigns)
    {
        var condition = "not f.dismissed";
        if (!scope.Region.IsNation)
            condition += $" and f.region >= {where.Text(scope.Region.Prefix)} and f.region < {where.Text(scope.Region.Prefix + ":")}";
        if (scope.Kind is { } kind)
            condition += $" and f.kind = {where.Text(Domain.Codes.CodeList.Code(kind))}";
        if (campaigns && scope.Campaign is { } campaign)
            condition += $" and f.campaign = {where.Parameter(campaign, NpgsqlTypes.NpgsqlDbType.Uuid)}";
        return condition;
    }
}
