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
internal sealed class ListQuery(NpgsqlDataSource dataSource, Policy policy, Scope scope, HazardFilter filter, ListOrder order, byte[] hash, string? cursorText, int limit)
{
    private readonly PageCursor? cursor = PageCursor.Read(cursorText, hash);
    private readonly Conditions where = new Conditions().Apply(scope, filter);

    public async Task<Page<HazardItem>> RunAsync(CancellationToken cancellationToken)
    {
        if (!where.Possible)
            return new Page<HazardItem>([], null);
        await using var command = dataSource.CreateCommand(Sql());
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = ImmutableArray.CreateBuilder<HazardItem>();
        PageCursor last = default;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (items.Count == limit)
                return new Page<HazardItem>(items.DrainToImmutable(), last.Write(hash));
            items.Add(HazardReader.Item(reader, scope.Today, policy));
            last = new PageCursor(reader.GetInt32(6), HazardReader.Key(reader, 7, order.IsDate), reader.GetGuid(0).ToString("N"));
        }

        return new Page<HazardItem>(items.DrainToImmutable(), null);
    }

    private string Sql()
    {
        return $"""
            select p.hazard_id, p.version, p.position, p.first_recorded_at, p.recorded_last, i.item, p.segment, p.key
            from (
              select * from (
              {string.Join("\n  union all\n  ", Parts())}) u
              order by segment, key {Direction}, hazard_id {Direction} limit {limit + 1}) p
            cross join lateral (select i.item from rows.hazard_items i where i.position = p.position limit 1) i
            order by p.segment, p.key {Direction}, p.hazard_id {Direction}
            """;
    }

    private string Direction => order.Descending ? "desc" : "asc";

    private IEnumerable<string> Parts()
    {
        foreach (var (table, inForce) in Sources.Of(scope, where))
            for (var segment = cursor?.Segment ?? 0; segment < order.Segments.Length; segment++)
                yield return Part(table, inForce, segment);
    }

    private string Part(string table, string inForce, int segment)
    {
        var hasKey = segment == 0;
        var key = hasKey ? $"h.{order.Column}" : $"null::{(order.IsDate ? "date" : "timestamptz")}";
        return $"""
            (select h.hazard_id, h.version, h.position, h.first_recorded_at, h.recorded_last, {segment} as segment, {key} as key
              from {table} h
              where {where.Sql}
                and {inForce} and {order.Segments[segment]}{After(segment, hasKey)}
              order by {(hasKey ? $"h.{order.Column} {Direction}, " : "")}h.hazard_id {Direction}
              limit {limit + 1})
            """;
    }

    private string After(int segment, bool hasKey)
    {
        if (cursor is not { } c || c.Segment != segment)
            return "";
        var beyond = order.Descending ? "<" : ">";
        var id = where.Parameter(c.HazardId, NpgsqlTypes.NpgsqlDbType.Uuid);
        return hasKey
            ? $" and (h.{order.Column}, h.hazard_id) {beyond} ({HazardReader.KeyParameter(where, c.Key, order.IsDate)}, {id})"
            : $" and h.hazard_id {beyond} {id}";
    }
}
