using System.Diagnostics;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Supervision;

/// <summary>What a pass did.</summary>
/// <param name="Today">The date it went by.</param>
/// <param name="Rang">Hazards for which something was written.</param>
/// <param name="Events">Events written.</param>
/// <param name="Failed">Hazards that could not be rung; the next pass tries again.</param>
internal sealed record ClockPass(DateOnly Today, int Rang, int Events, int Failed);

/// <summary>
/// Turns passed deadlines into events. Any number of nodes may run it: an append on an older version loses and finds,
/// on the newer one, that nothing is left to do. The schedule asks one of them, so that the others need not try; nothing but
/// the load depends on that.
/// </summary>
[LogCategory("Hazards.Api.Ringing.ClockWorker")]
internal sealed partial class ClockWorker(
    NpgsqlDataSource dataSource, ClockQueries clocks, HazardStore hazards, Recounting recounting, RulebookSource rules, ServiceOptions options, TimeProvider clock, ILogger<ClockWorker> logger)
{
    private const int PageSize = 200;

    // So many appends at a time share a commit.
    private const int AtOnce = 8;

    /// <summary>Rings for every hazard that has something to ring for, in the order of the days on which it had.</summary>
    /// <remarks>Ended by an exception only where the database is gone; a single hazard that fails is passed over.</remarks>
    public async Task<ClockPass> PassAsync(CancellationToken cancellationToken = default)
    {
        var began = Stopwatch.GetTimestamp();
        var now = await NowAsync(cancellationToken);
        var today = ChinaTime.DateAt(now);
        using var activity = ClockTelemetry.Begin(await clocks.BacklogAsync(today, cancellationToken), today);
        var round = new Round(today, now);
        // First, so that nothing rings for a day that the newest calendar has moved.
        round.Events = round.Rang = await recounting.RunAsync(cancellationToken);
        DueRing? after = null;
        while (await clocks.DueAsync(today, after, PageSize, cancellationToken) is { IsEmpty: false } page)
        {
            // Hazards of one day in any order, one day after the other.
            foreach (var day in page.GroupBy(d => d.Day))
                await RingAsync(round, day.Select(d => d.Id), cancellationToken);
            after = page[^1];
        }

        ClockTelemetry.End(began);
        return new ClockPass(today, round.Rang, round.Events, round.Failed);
    }

    /// <summary>A pass, said when it did something.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await PassAsync(cancellationToken) is { Events: > 0 } pass)
            LogPass(pass.Rang, pass.Events, pass.Failed);
    }

    /// <summary>
    /// The earlier of this node's clock and the database's: a node that runs ahead notices nothing before its time. A
    /// log that takes given times is a simulation's, and goes by the simulation's clock alone.
    /// </summary>
    private async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        var node = clock.GetUtcNow();
        if (options.Log.AllowGivenTimes)
            return node;
        await using var command = dataSource.CreateCommand("select clock_timestamp()");
        var database = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
        return node < database ? node : database;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "clocks: {Hazards} hazards rang, {Events} events, {Failed} failed")]
    private partial void LogPass(int hazards, int events, int failed);

    [LoggerMessage(Level = LogLevel.Error, Message = "clocks: hazard {Hazard} could not be rung: {Error}: {Why}")]
    private partial void LogHazardFailed(HazardId hazard, string error, string why);

    private Task RingAsync(Round round, IEnumerable<HazardId> ids, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (id, stop) =>
        {
            try
            {
                await RingAsync(round, id, stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested && !DatabaseTrouble.IsAway(e))
            {
                Interlocked.Increment(ref round.Failed);
                ClockTelemetry.Failed(e);
                LogHazardFailed(id, e.GetType().Name, e.Message);
            }
        });

    private async Task RingAsync(Round round, HazardId id, CancellationToken cancellationToken)
    {
        var terms = new Terms { CausationId = "clock", RecordedAt = options.Log.AllowGivenTimes ? round.Now : null };
        if (await hazards.RingAsync(id, round.Today, round.Now, terms, cancellationToken) is Outcome<Hazard>.Done done)
        {
            ClockTelemetry.Rang(done);
            Interlocked.Increment(ref round.Rang);
            Interlocked.Add(ref round.Events, done.Events.Length);
            return;
        }

        // Another node was quicker; or the row was written before rows had a day to ring on.
        if (await hazards.LoadAsync(id, null, cancellationToken) is { } hazard)
            await clocks.NoteRingAsync(id, hazard.Version, Ring.NextRing(hazard, rules.Current), cancellationToken);
    }

    private sealed class Round(DateOnly today, DateTimeOffset now)
    {
        public int Rang;
        public int Events;
        public int Failed;

        public DateOnly Today => today;

        public DateTimeOffset Now => now;
    }
}
