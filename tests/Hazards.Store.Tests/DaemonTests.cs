using Xunit.Abstractions;

namespace Hazards.Store.Tests;

/// <summary>What Marten's own daemon sees of a log that is written by group commit.</summary>
public sealed class DaemonTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Kills = 6;

    private readonly LogDatabase database = new();

    public Task InitializeAsync() => database.InitializeAsync();

    public Task DisposeAsync() => database.DisposeAsync();

    /// <summary>
    /// Two processes append and are killed again and again, wherever they happen to be in a batch: what they heard of is on
    /// disk, the log has no gap, and the daemon delivers every event once and in order, the tombstones of killed batches never.
    /// </summary>
    [Fact]
    public async Task Killing_the_processes_that_append_costs_a_subscription_nothing()
    {
        await using var daemon = await AttachedDaemon.StartAsync(database.Service);
        var acknowledged = (await Task.WhenAll(KillAgainAndAgainAsync(seed: 1), KillAgainAndAgainAsync(seed: 2))).SelectMany(a => a)
            .ToList();

        await using var log = database.Open();
        var last = await log.CommitAsync(Some.Append(Guid.CreateVersion7()));
        var events = await LogShould.BeWholeAsync(log);
        acknowledged.Except(events.Select(e => (e.StreamId, e.Version, e.Id, e.Position))).ShouldBeEmpty();
        await daemon.ReachAsync(last.LastPosition);
        ShouldHaveDelivered(daemon, events);
        output.WriteLine($"{2 * Kills} kills, {events.Count} positions, {acknowledged.Count} acknowledged, {daemon.Delivered.Count} delivered, {events.Count(IsTombstone)} tombstones");
    }

    private async Task<List<(Guid, long, Guid, long)>> KillAgainAndAgainAsync(int seed)
    {
        var random = new Random(seed);
        var acknowledged = new List<(Guid, long, Guid, long)>();
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = AppendingProcess.Start(database.ServiceConnectionString);
            await process.SayAsync(random.Next(20, 200));
            acknowledged.AddRange(await process.KillAsync());
        }

        return acknowledged;
    }

    [Fact]
    public async Task Numbers_that_came_to_nothing_are_filled_and_never_given_out_again()
    {
        await using var daemon = await AttachedDaemon.StartAsync(database.Service);
        await using var log = database.Open();
        await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 3));
        await daemon.ReachAsync(3);

        await database.ExecuteAsync("begin; select nextval('log.mt_events_sequence') from generate_series(1, 7); rollback");
        (await log.CommitAsync(Some.Append(Guid.CreateVersion7()))).FirstPosition.ShouldBe(11);

        await daemon.ReachAsync(11);
        var events = await LogShould.BeWholeAsync(log);
        events.Where(IsTombstone).Select(e => e.Position).ShouldBe([4, 5, 6, 7, 8, 9, 10]);
        ShouldHaveDelivered(daemon, events);
        (await database.ScalarAsync<long>("select last_value from log.mt_events_sequence")).ShouldBe(11);
    }

    [Fact]
    public async Task A_batch_that_is_refused_at_commit_leaves_tombstones_and_stalls_nobody()
    {
        await database.ExecuteAsync("""
            create function refuse_late() returns trigger language plpgsql as
              $$ begin raise exception 'refused at commit' using errcode = '23514'; end $$;
            create constraint trigger refuse_late after insert on log.mt_events deferrable initially deferred
              for each row when (new.type = 'refused_at_commit') execute function refuse_late()
            """);
        await using var daemon = await AttachedDaemon.StartAsync(database.Service);
        await using var log = database.Open();
        var numbered = 0L;
        for (var n = 0; n < 3; n++)
        {
            var refused = new Append(
                [new StreamAppend(Guid.CreateVersion7(), "hazard", 0, [Some.Event(new RefusedAtCommit("{}"u8.ToArray()))])]);
            await Should.ThrowAsync<AppendRejectedException>(() => log.AppendAsync(refused));
            var last = await log.CommitAsync(Some.Append(Guid.CreateVersion7()));
            last.LastPosition.ShouldBeGreaterThan(numbered + 1);
            numbered = last.LastPosition;
            await daemon.ReachAsync(numbered);
        }

        var events = await LogShould.BeWholeAsync(log);
        events.Count(IsTombstone).ShouldBe(3);
        ShouldHaveDelivered(daemon, events);
    }

    private static bool IsTombstone(RecordedEvent e) => e.Type == "tombstone";

    private static void ShouldHaveDelivered(AttachedDaemon daemon, List<RecordedEvent> events) =>
        daemon.Delivered.ShouldBe(events.Where(e => !IsTombstone(e)).Select(e => (e.Position, e.Id, e.Type)));
}
