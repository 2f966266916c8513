using System.Diagnostics;
using Hazards.Domain;
using Hazards.Projections.Store;
using Hazards.Proof;
using Npgsql;

namespace Hazards.Api.Proving;

/// <summary>
/// Grows the trees after the log and signs a checkpoint now and then. Any number of nodes may run it: the trees and the
/// signatures each have a lock of their own, and who comes second finds the work done. Woken by commits; what a crash
/// leaves undone is done at the next start.
/// </summary>
internal sealed partial class TreeKeeper(
    NpgsqlDataSource dataSource, PostgresEventLog log, LogKeys keys, CheckpointDesk desk, ServiceOptions options, ILogger<TreeKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string? said;

    /// <summary>Introduces the key before anything is served, so that the first events are covered by it; without a database that waits.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Say(await keys.EnsureAsync(cancellationToken));
        }
        catch (Exception e) when (Door.IsTheDatabases(e))
        {
            LogTrouble(e.Message);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tending = keys.Trees.Select(hash => TendAsync(hash, stoppingToken));
        await Task.WhenAll(tending);
    }

    private async Task TendAsync(TreeHash hash, CancellationToken stop)
    {
        var grower = new TreeGrower(dataSource, hash, log.Feed());
        var covered = 0L;
        var signedAt = default(long?);
        var failed = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                covered = await grower.CatchUpAsync(stop);
                ProofTelemetry.Grown(hash.Name, covered, log.KnownPosition);
                if (covered > 0 && (signedAt is not { } last || Stopwatch.GetElapsedTime(last) >= options.CheckpointEvery))
                {
                    Say(await SignAsync(hash, covered, stop));
                    signedAt = Stopwatch.GetTimestamp();
                }

                if (failed)
                    desk.Note(hash, null);
                failed = false;
                await WaitAsync(hash, covered, signedAt, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever goes wrong now is tried again; the trees lag behind meanwhile, which the telemetry shows
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogTrouble(e.Message);
                failed = true;
                desk.Note(hash, ProofRefusals.SigningFailed.Because(null, ("what", e.GetType().Name)));
                await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<Refusal?> SignAsync(TreeHash hash, long covered, CancellationToken stop)
    {
        var (checkpoint, refusal) = await desk.SignNowAsync(hash, covered, stop);
        if (checkpoint is not null)
            ProofTelemetry.Signed(hash.Name, checkpoint.Size, checkpoint.SignedAt);
        return refusal;
    }

    /// <summary>Until there is something to cover, or to sign.</summary>
    private async Task WaitAsync(TreeHash hash, long covered, long? signedAt, CancellationToken stop)
    {
        var toSign = await desk.LatestAsync(hash, stop) is not { } latest || latest.Size < covered;
        var patience = toSign && signedAt is { } last ? options.CheckpointEvery - Stopwatch.GetElapsedTime(last) : Timeout.InfiniteTimeSpan;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (patience != Timeout.InfiniteTimeSpan)
            waiting.CancelAfter(patience > TimeSpan.Zero ? patience : TimeSpan.Zero);
        try
        {
            await log.WaitBeyondAsync(covered, waiting.Token);
            // What is committed within a moment is covered together.
            await Task.Delay(options.GrowEvery, waiting.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Time to sign.
        }
    }

    /// <summary>Once for every trouble, not every time it is met.</summary>
    private void Say(Refusal? refusal)
    {
        var before = Interlocked.Exchange(ref said, refusal?.Code);
        if (refusal is not null && before != refusal.Code)
            LogRefused(refusal.Code, refusal.Chinese, refusal.English);
    }

    [LoggerMessage(1, LogLevel.Error, "日志未能签名 the log is not signed ({Code}): {Chinese} · {English}")]
    private partial void LogRefused(string code, string chinese, string english);

    [LoggerMessage(2, LogLevel.Warning, "防篡改树暂未更新，将重试 the trees are not up to date, will try again: {Message}")]
    private partial void LogTrouble(string message);
}
