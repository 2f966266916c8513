using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;

namespace Hazards.Api.Proofs;

/// <summary>
/// Signs a checkpoint now and then over the trees, which <see cref="TreeSubscription"/> grows. Any number of nodes may run
/// it: signing has a lock, and who comes second finds the work done. The node that grows the trees knows at once that there
/// is something to sign; the others look as often as they may sign.
/// </summary>
[LogCategory("Hazards.Api.Proving.TreeKeeper")]
internal sealed partial class TreeKeeper(
    TreeSubscription trees, LogKeys keys, CheckpointDesk desk, ServiceOptions options, ILogger<TreeKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string? said;

    /// <summary>
    /// Introduces the key before anything is served, so that the first events are covered by it; without a database that waits.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Say(await keys.EnsureAsync(cancellationToken));
        }
        catch (Exception e) when (DatabaseTrouble.IsUnwell(e))
        {
            LogTrouble(e.Message);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tending = keys.Trees.Select(hash => TendAsync(hash, stoppingToken));
        await Task.WhenAll(tending);
    }

    private async Task TendAsync(TreeHash hash, CancellationToken stop)
    {
        // What was signed before is compared with the log once at every start, whether or not there is anything to sign.
        var compared = false;
        var failed = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var growth = trees.NextGrowth;
                if (await UnsignedAsync(hash, compared, stop) is { } covered)
                {
                    Say(await SignAsync(hash, covered, stop));
                    compared = true;
                    await Task.Delay(options.CheckpointEvery, stop);
                }
                else
                {
                    await growth.WaitAsync(options.CheckpointEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                if (failed)
                    desk.Note(hash, null);
                failed = false;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // whatever goes wrong now is tried again; checkpoints grow old meanwhile, which the telemetry shows
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

    /// <summary>How many events the tree covers, if the newest checkpoint covers fewer.</summary>
    private async Task<long?> UnsignedAsync(TreeHash hash, bool compared, CancellationToken stop)
    {
        var size = (await desk.Tree(hash).HeadAsync(stop)).Size;
        if (size == 0)
            return null;
        return !compared || await desk.LatestAsync(hash, stop) is not { } latest || latest.Size < size ? size : null;
    }

    private async Task<Refusal?> SignAsync(TreeHash hash, long covered, CancellationToken stop)
    {
        var (checkpoint, refusal) = await desk.SignNowAsync(hash, covered, stop);
        if (checkpoint is not null)
            ProofTelemetry.Signed(hash.Name, checkpoint.Size, checkpoint.SignedAt, options.Clock);
        return refusal;
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

    [LoggerMessage(2, LogLevel.Warning, "检查点暂未签发，将重试 no checkpoint was signed, will try again: {Message}")]
    private partial void LogTrouble(string message);
}
