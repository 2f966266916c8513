namespace Hazards.Store.Tests;

public sealed class SubscriptionTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    /// <summary>So long that a test which needed the poll would not end.</summary>
    private readonly EventLogOptions neverPolling = new() { PollInterval = TimeSpan.FromHours(1) };

    [Fact]
    public async Task A_subscription_is_woken_by_a_commit_of_its_own_process()
    {
        await using var log = database.Open(neverPolling);
        await using var events = log.SubscribeAsync((await log.HeadAsync()).Position).GetAsyncEnumerator();
        for (var n = 0; n < 3; n++)
        {
            var next = events.MoveNextAsync();
            var committed = await log.CommitAsync(Some.Append(Guid.CreateVersion7()));
            (await next).ShouldBeTrue();
            events.Current.Position.ShouldBe(committed.LastPosition);
        }
    }

    [Fact]
    public async Task A_subscription_is_woken_by_a_commit_of_another_process_even_after_its_listener_died()
    {
        await using var reading = database.Open(neverPolling);
        await using var writing = database.Open();
        await using var events = reading.SubscribeAsync((await writing.HeadAsync()).Position).GetAsyncEnumerator();
        for (var n = 0; n < 3; n++)
        {
            var next = events.MoveNextAsync();
            await database.WaitForAsync("select exists (select from pg_stat_activity where datname = current_database() and query like '%-- heard' and state = 'idle')");
            var committed = await writing.CommitAsync(Some.Append(Guid.CreateVersion7()));
            (await next).ShouldBeTrue();
            events.Current.Position.ShouldBe(committed.LastPosition);
            // The one before may still be listed, and the new one not yet.
            while (await database.TerminateAsync("%-- heard") == 0)
                await Task.Delay(20);
        }
    }

    [Fact]
    public async Task A_subscription_ends_when_it_is_cancelled()
    {
        await using var log = database.Open(neverPolling);
        using var cancel = new CancellationTokenSource();
        await using var events = log.SubscribeAsync((await log.HeadAsync()).Position, cancel.Token).GetAsyncEnumerator();
        var next = events.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => next);
    }
}
