using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Daemon.HighWater;
using Marten.Subscriptions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hazards.Store.Tests;

/// <summary>
/// Marten's own daemon on the log of a test: a subscription that writes down what it is given. Its mark waits for a gap for
/// ever, so that one which is not filled stalls the test instead of being skipped after three seconds.
/// </summary>
internal sealed class AttachedDaemon : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DocumentStore store;
    private readonly Recorder recorder;
    private readonly IProjectionDaemon daemon;

    private AttachedDaemon(DocumentStore store, Recorder recorder, IProjectionDaemon daemon)
    {
        this.store = store;
        this.recorder = recorder;
        this.daemon = daemon;
    }

    /// <summary>What was delivered so far, in that order.</summary>
    public IReadOnlyList<(long Position, Guid Id, string Type)> Delivered
    {
        get
        {
            lock (recorder.Delivered)
                return [.. recorder.Delivered];
        }
    }

    /// <summary>The daemon's high-water mark.</summary>
    public long Mark => daemon.Tracker.HighWaterMark;

    public static async Task<AttachedDaemon> StartAsync(NpgsqlDataSource dataSource)
    {
        var recorder = new Recorder();
        var store = HazardsStore.Open(dataSource, more: o =>
        {
            LogDatabase.Map(o);
            o.Projections.Wakeup = new PostgresqlListenWakeup(dataSource, NullLogger.Instance);
            o.Projections.StaleSequenceThreshold = TimeSpan.FromHours(1);
            o.Projections.Subscribe(recorder);
        });
        var daemon = await store.BuildProjectionDaemonAsync(logger: NullLogger.Instance);
        await daemon.StartAllAsync();
        return new AttachedDaemon(store, recorder, daemon);
    }

    /// <summary>Waits until mark and subscription have come to a position; fails, and says where they stand, when they do not.</summary>
    public async Task ReachAsync(long position)
    {
        try
        {
            await daemon.Tracker.WaitForHighWaterMark(position, Patience);
            await daemon.Tracker.WaitForShardState(new ShardState(Recorder.Shard, position), Patience);
        }
        catch (TimeoutException e)
        {
            var agents = daemon.CurrentAgents().Select(a => $"{a.Name.Identity} {a.Status} at {a.Position}: {a.Failure?.Detail}");
            throw new TimeoutException($"{e.Message}; mark {Mark}; {string.Join("; ", agents)}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await daemon.StopAllAsync();
        daemon.Dispose();
        // It listens until it is told to stop, and nobody of Marten's does.
        ((StoreOptions)store.Options).Projections.Wakeup?.Dispose();
        store.Dispose();
    }

    private sealed class Recorder : SubscriptionBase
    {
        public const string Shard = "recorder:All";

        public Recorder() => Name = "recorder";

        public List<(long, Guid, string)> Delivered { get; } = [];

        public override Task<IChangeListener> ProcessEventsAsync(
            EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
        {
            lock (Delivered)
                Delivered.AddRange(page.Events.Select(e => (e.Sequence, e.Id, e.EventTypeName)));
            return Task.FromResult(NullChangeListener.Instance);
        }
    }
}
