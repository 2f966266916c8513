using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Writing;
using Npgsql;

namespace Hazards.Projections.Reading;

/// <summary>
/// One page of a list. Now, it reads rows.hazards; as of an instant it merges the versions that are still in force with
/// the superseded ones of that instant's epoch, and those that no longer were live. Every part is read in the list's
/// order and no further than the page. What words are looked for in, newest first, is read by the texts where they are few.
/// Where acts move hazards within the order, all pages after the first are as of the first: nothing is passed over.
/// </summary>
internal sealed class ListQuery(
    NpgsqlDataSource dataSource, Rulebook rules, Scope asked, HazardFilter filter, ListOrder order, byte[] hash, string? cursorText,
    int limit)
{
    // Three microseconds each; so many are found as soon by walking a list of a million.
    private const int FewTexts = 8_000;

    private readonly PageCursor? cursor = PageCursor.Read(cursorText, hash);
    private DateTimeOffset? pinned;

    private Scope Scope => pinned is { } at ? asked with { AsOf = at } : asked;

    /// <summary>Whether what is read now says as of when to go on.</summary>
    private bool Pins => order.Moves && Scope.AsOf is null;

    public async Task<Page<HazardItem>> RunAsync(CancellationToken cancellationToken)
    {
        var items = ImmutableArray.CreateBuilder<HazardItem>();
        PageCursor last = default;
        pinned = cursor?.At;
        // Nearly every page lies in one segment, and a segment that is not reached is not read.
        for (var segment = cursor?.Segment ?? 0; segment < order.Segments.Length; segment++)
        {
            var pins = Pins;
            var byTexts = order.ByRecorded && await FewTextsAsync(cancellationToken);
            var where = new Conditions().Apply(Scope, filter, textApart: byTexts);
            if (!where.Possible || (!order.HasKey(segment) && where.Clocked))
                break;
            var rows = limit + 1 - items.Count;
            await using var command = dataSource.CreateCommand(byTexts ? SqlByTexts(where, rows) : Sql(where, segment, rows));
            where.AddTo(command);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (items.Count == limit)
                    return new Page<HazardItem>(items.DrainToImmutable(), last.Write(hash));
                items.Add(HazardReader.Item(reader, Scope.Today, rules));
                last = new PageCursor(
                    segment, HazardReader.Key(reader, 6, order.IsDate),
                    reader.GetGuid(0).ToString("N") + (order.Lead is null ? "" : reader.GetString(7)))
                {
                    At = pins ? reader.GetFieldValue<DateTimeOffset>(reader.FieldCount - 1) : pinned,
                };
            }

            // The next segment is another statement.
            pinned ??= last.At;
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
        var parts = Sources.Of(Scope, where, where.LiveOnly || order.LiveOnly(segment), order.ByRecorded, pinned is not null)
            .Select(source => $"""
            (select h.hazard_id, h.version, h.position, h.first_recorded_at, h.recorded_last, {key} as key{lead}
              from {source.Table} h
              where {where.Sql}
                and {source.InForce} and {order.Segments[segment]}{after}
              order by {(order.Lead is { } by ? $"{by} {Direction}, " : "")}{(hasKey ? $"h.{order.Column} {Direction}, " : "")}h.hazard_id {Direction}
              limit {rows})
            """);
        return WithItems($"""
            select * from (
              {string.Join("\n  union all\n  ", parts)}) u
              order by {sorted}key {Direction}, hazard_id {Direction} limit {rows}
            """);
    }

    /// <summary>The rows of a page with their items, in the list's order.</summary>
    private string WithItems(string page)
    {
        var (lead, sorted) = order.Lead is null ? ("", "") : (", p.lead", $"p.lead {Direction}, ");
        var newest = Pins ? $", {PageCursor.Newest}" : "";
        return $"""
            select p.hazard_id, p.version, p.position, p.first_recorded_at, p.recorded_last, i.item, p.key{lead}{newest}
            from (
              {page}) p
            cross join lateral (select i.item from rows.hazard_items i where i.position = p.position limit 1) i
            order by {sorted}p.key {Direction}, p.hazard_id {Direction}
            """;
    }

    /// <summary>
    /// Whether it is cheaper to sort all texts that have the words than to walk the list until a page has them: as the server's own
    /// figures have it, and without asking where a township ends the search.
    /// </summary>
    private async Task<bool> FewTextsAsync(CancellationToken cancellationToken)
    {
        var where = new Conditions();
        if (where.Texts(Scope, filter) is not { } texts)
            return false;
        if (Conditions.RegionOf(Scope, filter).Level <= RegionLevel.Township)
            return true;
        await using var command = dataSource.CreateCommand($"explain (format json) select from rows.hazard_texts t where {texts}");
        where.AddTo(command);
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        return plan.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble() <= FewTexts;
    }

    /// <summary>By texts_by_gram; of those found, sorted, as many are looked up as a page takes.</summary>
    private string SqlByTexts(Conditions where, int rows)
    {
        var version = Sources.VersionOf(Scope, where, where.Sql);
        return WithItems($"""
            select h.*, p.key
              from (
                select t.hazard_id, t.first_recorded_at as key from rows.hazard_texts t
                where {where.Texts(Scope, filter)}{After(where, 0, hasKey: true, of: "t")}
                order by t.first_recorded_at {Direction}, t.hazard_id {Direction}) p
              cross join lateral ({version}) h
              order by p.key {Direction}, p.hazard_id {Direction} limit {rows}
            """);
    }

    private string Direction => order.Descending ? "desc" : "asc";

    private string After(Conditions where, int segment, bool hasKey, string of = "h")
    {
        if (cursor is not { } c || c.Segment != segment)
            return "";
        var beyond = order.Descending ? "<" : ">";
        var id = where.Parameter(c.HazardId, NpgsqlTypes.NpgsqlDbType.Uuid);
        if (order.Lead is { } lead)
            return $" and ({lead}, {of}.{order.Column}, {of}.hazard_id) {beyond} ({where.Text(c.Rest)}, {HazardReader.KeyParameter(where, c.Key, order.IsDate)}, {id})";
        return hasKey
            ? $" and ({of}.{order.Column}, {of}.hazard_id) {beyond} ({HazardReader.KeyParameter(where, c.Key, order.IsDate)}, {id})"
            : $" and {of}.hazard_id {beyond} {id}";
    }
}
