using System.Text.Json;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store.Reading;
using Npgsql;

namespace Hazards.Projections.Store.Auditing;

/// <summary>
/// Finds out what was done to events that differ from the stored leaves, by undoing it: a guess is right when the leaf
/// comes out again.
/// </summary>
internal sealed class Tampering(NpgsqlDataSource dataSource, TreeHash hash)
{
    // So many of the differing events are looked at for shifts and exchanges.
    private const int MostEvents = 16;
    private const int FarthestShift = 64;
    private const int Everything = 0b111_1111;
    private const int Time = 0b100_0000;

    private static readonly string[] Parts = ["标识 id", "流 stream", "类型 type", "内容 data", "头 headers", "关联 correlation", "时间 time"];

    private readonly TreeStore store = new(dataSource, hash);
    private readonly StoredEvents reader = new(dataSource, 1);
    private readonly Dictionary<long, RecordedEvent?> events = [];

    /// <summary>What explains some of the positions; those are taken from the list.</summary>
    public async Task<List<AuditFinding>> ExplainAsync(List<long> altered, CancellationToken cancellationToken)
    {
        var found = new List<AuditFinding>();
        for (var i = 0; i < Math.Min(altered.Count, MostEvents); i++)
        {
            if (await ShiftAsync(altered[i], altered[^1], cancellationToken) is not { } shift)
                continue;
            found.Add(shift);
            altered.RemoveRange(i, altered.Count - i);
            break;
        }
        for (var i = 0; i < Math.Min(altered.Count, MostEvents); i++)
            for (var j = i + 1; j < Math.Min(altered.Count, MostEvents); j++)
                if (await ExchangeAsync(altered[i], altered[j], cancellationToken) is { } exchange)
                {
                    found.Add(exchange);
                    altered.RemoveAt(j);
                    altered.RemoveAt(i--);
                    break;
                }
        return found;
    }

    private async Task<AuditFinding?> ShiftAsync(long at, long last, CancellationToken cancellationToken)
    {
        // A single event elsewhere is an exchange, not a shift: the next one must have moved as far.
        for (var by = 1; by <= FarthestShift; by++)
        {
            if (await StoodAsync(at, at + by, cancellationToken) && await StoodAsync(
                at + 1, at + 1 + by, cancellationToken, orNoEvent: true))
                return Findings.Deleted(at, by, last);
            if (await StoodAsync(at + by, at, cancellationToken) && await StoodAsync(
                at + 1 + by, at + 1, cancellationToken, orNoLeaf: true))
                return Findings.Inserted(at, by, last);
        }
        return null;
    }

    /// <summary>Whether the event at a position was taken into the tree at another.</summary>
    private async Task<bool> StoodAsync(
        long now, long then, CancellationToken cancellationToken, bool orNoEvent = false, bool orNoLeaf = false)
    {
        if (await EventAsync(now, cancellationToken) is not { } e)
            return orNoEvent;
        return await LeafAsync(then, cancellationToken) is { } leaf ? Leaf(e with { Position = then }) == leaf : orNoLeaf;
    }

    private async Task<AuditFinding?> ExchangeAsync(long one, long other, CancellationToken cancellationToken)
    {
        if (await EventAsync(one, cancellationToken) is not { } a || await EventAsync(other, cancellationToken) is not { } b)
            return null;
        var (leafOne, leafOther) = (await LeafAsync(one, cancellationToken), await LeafAsync(other, cancellationToken));
        for (var parts = Everything; parts > 0; parts--)
            if (Leaf(With(a, b, parts)) == leafOne && Leaf(With(b, a, parts)) == leafOther)
                return (parts | Time) == Everything
                    ? Findings.Swapped(one, other)
                    : Findings.Exchanged(one, other, string.Join(", ", Parts.Where((_, i) => (parts & (1 << i)) != 0)));
        return null;
    }

    private static RecordedEvent With(RecordedEvent e, RecordedEvent from, int parts)
    {
        bool Has(int part) => (parts & (1 << part)) != 0;
        if (Has(0))
            e = e with { Id = from.Id };
        if (Has(1))
            e = e with { StreamId = from.StreamId, StreamType = from.StreamType, Version = from.Version };
        if (Has(2))
            e = e with { Type = from.Type, DotnetType = from.DotnetType };
        if (Has(3))
            e = e with { Data = from.Data };
        if (Has(4))
            e = e with { Headers = from.Headers };
        if (Has(5))
            e = e with { CorrelationId = from.CorrelationId, CausationId = from.CausationId };
        return Has(6) ? e with { RecordedAt = from.RecordedAt } : e;
    }

    private Digest? Leaf(RecordedEvent e)
    {
        try
        {
            return hash.Leaf(Envelope.Write(e));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<RecordedEvent?> EventAsync(long position, CancellationToken cancellationToken) =>
        events.TryGetValue(position, out var known) ? known
        : events[position] = position < 1
        ? null
        : (await reader.ReadPageAsync(position - 1, position, cancellationToken)).SingleOrDefault();

    private async Task<Digest?> LeafAsync(long position, CancellationToken cancellationToken)
    {
        var (tile, within) = Math.DivRem(position - 1, Tile.FullWidth);
        var leaves = position < 1 ? null : await store.TileAsync(new Tile(0, tile), cancellationToken);
        return leaves is { } hashes && within < hashes.Length ? hashes.Span[(int)within] : null;
    }
}
