using System.Collections.Immutable;
using Hazards.Api.Investigation;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Lists;

/// <summary>
/// The feed other systems follow: every event of a hazard within the key's jurisdiction, in commit order, and the one by which a hazard
/// left it. Positions have no gaps and appear in order, so <c>next</c> is all a follower has to remember.
/// </summary>
internal static class FeedEndpoints
{
    private const int UsualItems = 100;
    private const int MostItems = 500;
    private const int MostScanned = 5000;
    private const int LongestWait = 30;

    public static void Map(IEndpointRouteBuilder api) =>
        api.Get("/events", new Operation(Tag.Feed, "事件流：按提交顺序，可长轮询", "The feed: events in commit order; can wait for new ones")
        {
            Query =
            [
                new("after", typeof(long), "从此位置之后读取，默认 0", "Reads what comes after this position; 0 when left out") { Least = 0 },
                new(
                    "limit", typeof(int), $"最多条数，1–{MostItems}，默认 {UsualItems}",
                    $"At most so many, 1 to {MostItems}; {UsualItems} when left out") { Least = 1, Most = MostItems },
                new(
                    "wait", typeof(int), $"没有新事件时最多等待的秒数，0–{LongestWait}",
                    $"Waits so many seconds when there is nothing new, 0 to {LongestWait}") { Least = 0, Most = LongestWait },
            ],
            Answer = typeof(FeedPage),
        }, ReadAsync).WithRequestTimeout(TimeSpan.FromSeconds(LongestWait + 30)).WithMetadata(new Waits());

    private static async Task<IResult> ReadAsync(Call call, IEventLog log, IHazardQueries hazards, Discretion discretion)
    {
        var after = call.Query.Number("after", 0, long.MaxValue) ?? 0;
        var limit = (int)(call.Query.Number("limit", 1, MostItems) ?? UsualItems);
        var wait = call.Query.Number("wait", 0, LongestWait) ?? 0;
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var reading = new Reading(hazards, discretion, call, after, limit);
        await foreach (var e in log.ReadAllAsync(after, null, call.Stop))
            if (!await reading.TakeAsync(e, call.Stop))
                break;
        if (reading.Next == after && await BeyondAsync(log, after, call.Stop) is { } beyond)
            return Call.Refuse(beyond);
        if (reading.Found.Count == 0 && wait > 0 && reading.Scanned < MostScanned)
            await WaitAsync(log, reading, TimeSpan.FromSeconds(wait), call.Stop);
        return Call.Json(new FeedPage(reading.Found.ToImmutable(), reading.Next));
    }

    /// <summary>
    /// Nothing will come after a position that the log never had for a long time, and then something else: a follower that has
    /// read so far follows a log that is no more. Whoever may read the feed learns where the log ends from <c>next</c> as well.
    /// </summary>
    private static async Task<Refusal?> BeyondAsync(IEventLog log, long after, CancellationToken stop)
    {
        var head = await log.HeadAsync(stop);
        return after > head.Position ? FeedRefusals.BeyondHead.Because("after", ("after", after), ("head", head.Position)) : null;
    }

    private static async Task WaitAsync(IEventLog log, Reading reading, TimeSpan wait, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(wait);
        try
        {
            await foreach (var e in log.SubscribeAsync(reading.Next, patience.Token))
                if (!await reading.TakeAsync(e, stop) || reading.Found.Count > 0)
                    return;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Nothing new in time: an empty page says so.
        }
    }

    /// <summary>Takes events of hazards that the caller may see, until the page is full.</summary>
    private sealed class Reading(IHazardQueries hazards, Discretion discretion, Call call, long after, int limit)
    {
        private readonly Scope scope = call.Scope();
        private readonly Dictionary<Guid, (bool Visible, BodyId? Hidden)> known = [];

        public ImmutableArray<HistoryEvent>.Builder Found { get; } = ImmutableArray.CreateBuilder<HistoryEvent>();

        public long Next { get; private set; } = after;

        public int Scanned { get; private set; }

        public async Task<bool> TakeAsync(RecordedEvent e, CancellationToken cancellationToken)
        {
            Next = e.Position;
            if (e.StreamType == HazardStore.StreamType)
            {
                if (await SeenAsync(e.StreamId, cancellationToken) is (true, var hidden))
                    Found.Add(Discretion.Shown(HistoryEvent.Of(e), hidden));
                else if (scope.Own is null && Departure.From(e, scope.Jurisdiction) is not null)
                    Found.Add(HistoryEvent.Of(e));
            }
            return Found.Count < limit && ++Scanned < MostScanned;
        }

        private async ValueTask<(bool Visible, BodyId? Hidden)> SeenAsync(Guid stream, CancellationToken cancellationToken)
        {
            if (scope.Jurisdiction.IsNation && scope.Own is null)
                return (true, null);
            if (!known.TryGetValue(stream, out var seen))
                known[stream] = seen = await hazards.FindAsync(scope, new HazardId(stream), cancellationToken) is { } hazard
                    ? (true, await discretion.HiddenAsync(
                        hazard.ReportedBy, hazard.Legs.Select(l => l.Body), call.Caller, cancellationToken))
                    : default;
            return seen;
        }
    }
}

/// <summary>A page of the feed.</summary>
/// <param name="Events">The events; possibly none, when those read lie outside the jurisdiction.</param>
/// <param name="Next">Ask for what comes after this position next time.</param>
internal sealed record FeedPage(ImmutableArray<HistoryEvent> Events, long Next) : IShowsHazards
{
    IEnumerable<HazardId> IShowsHazards.Shown => Events.Select(e => new HazardId(e.StreamId));
}

/// <summary>Refusals of the feed.</summary>
internal static class FeedRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode BeyondHead = new(
        "feed.beyond_head", RefusalKind.Unprocessable,
        "after 为 {after}，超出日志的最后位置 {head}。如果此前读到过该位置，数据库可能被恢复到旧备份：请停止同步并联系管理员；否则请从不大于 {head} 的位置读起",
        "after is {after}, beyond the log's last position, {head}. If you have read so far before, an older backup may have been restored: stop following and tell the operator; otherwise begin at {head} or before");
#pragma warning restore CS1591
}
