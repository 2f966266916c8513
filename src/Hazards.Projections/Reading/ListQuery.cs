using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Writing;
using Npgsql;

namespace Hazards.Projections.Reading;

/// <summary>
/// One page of a list. Now, it reads rows.hazards; as of an instant it merges the versions that are still in force with
/// the superseded ones of that instant's epoch, and those that no longer were live. Every part is read in the list's
/// order and no further than the page.
/// </summary>
internal sealed class ListQuery(
    NpgsqlDataSource dataSource, Rulebook rules, Scope scope, HazardFilter filter, ListOrder order, byte[] hash, string? cursorText,
    int limit)
{
    private readonly PageCursor? cursor = PageCursor.Read(cursorText, hash);

    public async Task<Page<HazardItem>> RunAsync(CancellationToken cancellationToken)
    {
        var items = ImmutableArray.CreateBuilder<HazardItem>();
        PageCursor last = default;
        // Nearly every page lies in one segment, and a segment that is not reached is not read.
        for (var segment = cursor?.Segment ?? 0; segment < order.Segments.Length; segment++)
        {
            var where = new Conditions().Apply(scope, filter);
            if (!where.Possible || (!order.HasKey(segment) && where.Clocked))
                break;
            await using var command = dataSource.CreateCommand(Sql(where, segment, limit + 1 - items.Count));
            where.AddTo(command);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (items.Count == limit)
                    return new Page<HazardItem>(items.DrainToImmutable(), last.Write(hash));
                items.Add(HazardReader.Item(reader, scope.Today, rules));
                last = new PageCursor(
                    segment, HazardReader.Key(reader, 6, order.IsDate),
                    reader.GetGuid(0).ToString("N") + (order.Lead is null ? "" : reader.GetString(7)));
            }
        }

        return new Page<HazardItem>(items.DrainToImmutable(), null);
    }

    private string Sql(Conditions where, int segment, int rows)
    {
        var hasKey = order.HasKey(segment);
        var lead = order.Lead is { } first ? $", {first} as lead" : "";
        var sorted = order.Lead is null ? "" : $"lead {Direction}, ";
        var key = hasKey ? $"h.{order.Column}" : $"null::{(order.IsDate ? "date" : "timestamptz")}";
        var after = After(where, segment, hasKey);
        var parts = Sources.Of(scope, where, where.LiveOnly || order.LiveOnly(segment), order.ByRecorded).Select(source => $"""
            (select h.hazard_id, h.version, h.position, h.first_recorded_at, h.recorded_last, {key} as key{lead}
              from {source.Table} h
              where {where.Sql}
                and {source.InForce} and {order.Segments[segment]}{after}
              order by {(order.Lead is { } by ? $"{by} {Direction}, " : "")}{(hasKey ? $"h.{order.Column} {Direction}, " : "")}h.hazard_id {Direction}
              limit {rows})
            """);
        return $"""
            select p.hazard_id, p.version, p.position, p.first_recorded_at, p.recorded_last, i.item, p.key{(order.Lead is null ? "" : ", p.lead")}
            from (
              select * from (
              {string.Join("\n  union all\n  ", parts)}) u
              order by {sorted}key {Direction}, hazard_id {Direction} limit {rows}) p
            cross join lateral (select i.item from rows.hazard_items i where i.position = p.position limit 1) i
            order by {sorted.Replace("lead", "p.lead", StringComparison.Ordinal)}p.key {Direction}, p.hazard_id {Direction}
            """;
    }

    private string Direction => order.Descending ? "desc" : "asc";

    private string After(Conditions where, int segment, bool hasKey)
    {
        if (cursor is not { } c || c.Segment != segment)
            return "";
        var beyond = order.Descending ? "<" : ">";
        var id = where.Parameter(c.HazardId, NpgsqlTypes.NpgsqlDbType.Uuid);
        if (order.Lead is { } lead)
            return $" and ({lead}, h.{order.Column}, h.hazard_id) {beyond} ({where.Text(c.Rest)}, {HazardReader.KeyParameter(where, c.Key, order.IsDate)}, {id})";
        return hasKey
            ? $" and (h.{order.Column}, h.hazard_id) {beyond} ({HazardReader.KeyParameter(where, c.Key, order.IsDate)}, {id})"
            : $" and h.hazard_id {beyond} {id}";
    }
}
