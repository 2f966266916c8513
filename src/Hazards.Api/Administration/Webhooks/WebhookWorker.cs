using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Webhooks;

/// <summary>
/// Tells other systems what happens, on the node that leads (<see cref="Jobs.Schedule"/>). Each subscription reads the log by
/// itself, in its order, from where it is: one that does not answer holds up no other, nor any command. A message that was sent
/// and whose position was not kept is sent again, with the same identity: at least once.
/// </summary>
/// <remarks>A subscription reads every event that it asks for, so that each costs a look-up of the hazard; there are some dozens.</remarks>
internal sealed class WebhookWorker(
    WebhookProgress progress, WebhookStore store, WebhookSender sender, IEventLog log, IHazardQueries hazards, IRegistryQueries registry,
    ServiceOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>At so many messages at once to those that answer.</summary>
    private const int MostAtOnce = 24;

    /// <summary>And to those that have not the last time: they wait for one another, and for nobody else.</summary>
    private const int MostFailingAtOnce = 8;

    private const int MostRead = 5000;
    private const int MostRemembered = 10_000;

    private readonly SemaphoreSlim turns = new(MostAtOnce);
    private readonly SemaphoreSlim failingTurns = new(MostFailingAtOnce);
    private readonly Dictionary<Guid, Task> running = [];

    /// <summary>Begins whatever is due, and waits for it no longer than until the next turn. Called by one loop.</summary>
    /// <exception cref="Exception">
    /// What went wrong with one that was begun before (the database is away, the key folder cannot be read): it is begun again all
    /// the same, and whoever watches the schedule is told.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var ended = running.Where(r => r.Value.IsCompleted).ToArray();
        foreach (var (id, _) in ended)
            running.Remove(id);
        foreach (var due in await progress.DueAsync(cancellationToken))
            if (!running.ContainsKey(due.Webhook.Id))
                running[due.Webhook.Id] = Task.Run(() => ReadAsync(due, cancellationToken), CancellationToken.None);
        var all = Task.WhenAll(running.Values);
        await Task.WhenAny(all, Task.Delay(options.Webhooks.Every ?? TimeSpan.Zero, cancellationToken));
        if (cancellationToken.IsCancellationRequested)
        {
            // Another node goes on: nothing of this one's is to be under way then.
            await Task.WhenAny(all);
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (ended.FirstOrDefault(e => e.Value.IsFaulted).Value is { } failed)
            await failed;
    }

    private async Task ReadAsync(DueWebhook due, CancellationToken stop)
    {
        var (webhook, kept, read) = (due.Webhook, due.Position, due.Position);
        // As its keys end with it.
        var body = await registry.PlacedAsync(webhook.Body, stop);
        if (body is { Dissolved: true })
        {
            await store.GiveUpAsync(webhook, WebhookPause.Dissolved, stop);
            return;
        }

        // An enterprise hears of its own hazards only, as by its key.
        var scope = new Scope(webhook.Region, null, default) { Own = body is { SeesOnlyItsOwn: true } ? body : null };
        var regions = new Dictionary<Guid, RegionCode?>();
        await foreach (var e in log.ReadAllAsync(due.Position, due.Head, stop))
        {
            if (await RegionAsync(webhook, scope, e, regions, stop) is { } region)
            {
                if (!await SendAsync(due with { Position = kept, Attempts = kept == due.Position ? due.Attempts : 0 }, e, region, stop))
                    return;
                kept = e.Position;
            }

            read = e.Position;
            if (read - kept < MostRead)
                continue;
            if (!await progress.SkipAsync(webhook, kept, read, stop))
                return;
            kept = read;
        }

        if (read > kept)
            await progress.SkipAsync(webhook, kept, read, stop);
    }

    /// <summary>Where the hazard is, when the subscription is to be told of the event: as in the feed of a key of its region.</summary>
    private async ValueTask<RegionCode?> RegionAsync(
        Webhook webhook, Scope scope, RecordedEvent e, Dictionary<Guid, RegionCode?> known, CancellationToken stop)
    {
        if (e.StreamType != HazardStore.StreamType || !webhook.Wants(e.Type))
            return null;
        if (!known.TryGetValue(e.StreamId, out var region))
        {
            if (known.Count >= MostRemembered)
                known.Clear();
            known[e.StreamId] = region = (await hazards.FindAsync(scope, new HazardId(e.StreamId), stop))?.Region;
        }
        return region ?? (scope.Own is null ? Departure.From(e, webhook.Region) : null);
    }

    /// <summary>Sends one message; false when the subscription goes on another time.</summary>
    private async Task<bool> SendAsync(DueWebhook due, RecordedEvent e, RegionCode region, CancellationToken stop)
    {
        var webhook = due.Webhook;
        var turn = due.Attempts == 0 ? turns : failingTurns;
        await turn.WaitAsync(stop);
        WebhookAttempt attempt;
        try
        {
            attempt = await sender.SendAsync(webhook, WebhookMessage.Of(e, region), stop);
        }
        finally
        {
            turn.Release();
        }

        if (attempt.Outcome == WebhookOutcome.Delivered)
            return await progress.DeliveredAsync(webhook, due.Position, e, attempt, stop);
        var now = clock.GetUtcNow();
        var since = due.Attempts == 0 ? now : due.FailingSince ?? now;
        await progress.FailedAsync(webhook, due.Position, e, attempt, due.Attempts + 1, since, now + DelayAfter(due.Attempts + 1), stop);
        if (attempt.Outcome == WebhookOutcome.Gone)
            await store.GiveUpAsync(webhook, WebhookPause.Gone, stop);
        else if (now - since >= options.Webhooks.GiveUpAfter)
            await store.GiveUpAsync(webhook, WebhookPause.Failing, stop);
        return false;
    }

    private TimeSpan DelayAfter(int attempts) => options.Webhooks.Delays[Math.Min(attempts, options.Webhooks.Delays.Length) - 1];

    public void Dispose()
    {
        turns.Dispose();
        failingTurns.Dispose();
    }
}
