using System.Collections.Concurrent;
using Hazards.Domain;
using Hazards.Projections.Store;

namespace Hazards.Api.LifeCycle.Papers;

/// <summary>
/// Gives numbers. A series is a stream whose version is its last number; the number is taken by appending to it together
/// with the act, all or nothing. Two who want the same number meet at the log: one has it, the other decides again. So no
/// number is lost in a crash and none is given twice; the turns here only spare useless work.
/// </summary>
/// <param name="log">The log.</param>
internal sealed class PaperNumbers(IEventLog log)
{
    /// <summary>The type of a series' stream.</summary>
    public const string StreamType = "numbers";

    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(2);

    private readonly Turns turns = new();
    private readonly ConcurrentDictionary<Guid, long> lastSeen = new();

    /// <summary>Begins to take numbers for one append; dispose it when that has been answered.</summary>
    public Taking Begin() => new(this);

    private async Task<long> LastAsync(Guid stream, CancellationToken cancellationToken)
    {
        // From where it was last seen: a year's series is not read from its beginning for every paper.
        var last = lastSeen.GetValueOrDefault(stream);
        foreach (var e in await log.FetchAsync(stream, fromVersion: last + 1, cancellationToken: cancellationToken))
            last = e.Version;
        lastSeen.AddOrUpdate(stream, last, (_, other) => Math.Max(other, last));
        return last;
    }

    /// <summary>The numbers of one append.</summary>
    public sealed class Taking(PaperNumbers numbers) : IDisposable
    {
        private readonly Dictionary<Guid, long> taken = [];
        private readonly List<IDisposable> held = [];

        /// <summary>The next number of a series; and the one after that when asked again.</summary>
        public async Task<long> NextAsync(PaperSeries series, CancellationToken cancellationToken)
        {
            var stream = series.StreamId;
            if (!taken.TryGetValue(stream, out var last))
            {
                // Nobody waits for ever: without a turn the log still decides.
                if (await numbers.turns.TakeAsync(stream, LongestTurn, cancellationToken) is { } turn)
                    held.Add(turn);
                last = await numbers.LastAsync(stream, cancellationToken);
            }

            return taken[stream] = last + 1;
        }

        public void Dispose()
        {
            foreach (var turn in held)
                turn.Dispose();
            held.Clear();
        }
    }
}
