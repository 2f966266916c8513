using Npgsql;

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
            await database.WaitForAsync("select exists (select from pg_stat_activity where datname = current_database() and query = 'listen log' and state = 'idle')");
            var committed = await writing.CommitAsync(Some.Append(Guid.CreateVersion7()));
            (await next).ShouldBeTrue();
            events.Current.Position.ShouldBe(committed.LastPosition);
            (await database.TerminateAsync("listen log")).ShouldBe(1);
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

    [Fact]
    public async Task A_subscriptions_position_is_kept_alone_or_with_its_work()
    {
        var positions = new SubscriptionPositions(database.DataSource);
        (await positions.LoadAsync("webhooks")).ShouldBe(0);
        await positions.SaveAsync("webhooks", 17);
        (await positions.LoadAsync("webhooks")).ShouldBe(17);

        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var failing = new NpgsqlBatch(connection);
        SubscriptionPositions.AddSaveTo(failing, "webhooks", 18);
        failing.BatchCommands.Add(new NpgsqlBatchCommand("select 1 / 0"));
        await Should.ThrowAsync<PostgresException>(() => failing.ExecuteNonQueryAsync());
        (await positions.LoadAsync("webhooks")).ShouldBe(17);
    }
}
