using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;
using Npgsql;

namespace Hazards.Api.Proofs;

/// <summary>
/// The trees as a subscription of Marten's daemon: when the mark moves, they are grown up to it, on the one node that leads.
/// What goes wrong pauses the subscription; the daemon starts it again where it was (<see cref="EventDaemon"/>).
/// </summary>
internal sealed class TreeSubscription : SubscriptionBase
{
    private readonly TimeSpan gather;
    private readonly Lazy<(TreeHash Hash, TreeGrower Grower)[]> trees;
    private TaskCompletionSource grown = NewSignal();

    public TreeSubscription(NpgsqlDataSource dataSource, ServiceOptions options, IServiceProvider services)
    {
        Name = "trees";
        gather = options.GrowEvery;
        // Marten's store is made with its subscriptions, and the log with the store. And only the node that leads keeps what it
        // commits, so as not to read it back.
        trees = new(() => [.. options.Trees.Select(hash => (hash, new TreeGrower(dataSource, hash, services.GetRequiredService<MartenEventLog>().Feed())))]);
        // The leaves are the events as they lie in the table, tombstones among them, and the grower reads those. The daemon need
        // load none: it tells how far the log has got. Tombstones are archived, and given to nobody.
        IncludeType<Tombstone>();
    }

    /// <summary>Completes when the trees have been grown on this node next. Take it before looking.</summary>
    public Task NextGrowth => Volatile.Read(ref grown).Task;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        // What is committed within a moment is covered together.
        await Task.Delay(gather, cancellationToken);
        try
        {
            await Task.WhenAll(trees.Value.Select(t => GrowAsync(t.Hash, t.Grower, page.SequenceCeiling, cancellationToken)));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The daemon would take it for its own end: it would neither count the page as done nor do it again.
            throw new TimeoutException("The trees were not grown in time.", e);
        }

        Interlocked.Exchange(ref grown, NewSignal()).TrySetResult();
        return NullChangeListener.Instance;
    }

    private static async Task GrowAsync(TreeHash hash, TreeGrower grower, long position, CancellationToken cancellationToken)
    {
        var covered = await grower.CoverAsync(position, cancellationToken);
        ProofTelemetry.Grown(hash.Name, covered, position);
        if (covered < position && await grower.IsBehindAsync(cancellationToken))
            throw new InvalidOperationException($"The tree {hash.Name} covers {covered} events, and the log has {position}.");
    }
}
