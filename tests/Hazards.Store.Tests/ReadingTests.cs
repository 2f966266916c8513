namespace Hazards.Store.Tests;

public sealed class ReadingTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private readonly EventLogOptions smallPages = new() { ReadPageSize = 3 };

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task A_stream_is_read_in_version_order_over_any_number_of_pages(int events)
    {
        await using var log = database.Open(smallPages);
        var stream = Guid.CreateVersion7();
        await log.CommitAsync(Some.Append(stream, events: events));
        (await log.StreamAsync(stream)).Select(e => e.Version).ShouldBe(Enumerable.Range(1, events).Select(n => (long)n));
    }

    [Fact]
    public async Task A_stream_is_read_from_a_version_and_as_of_an_instant()
    {
        await using var log = database.Open(smallPages);
        var stream = Guid.CreateVersion7();
        await log.CommitAsync(Some.Append(stream, events: 4));
        var then = await log.CommitAsync(Some.Append(stream, 4));
        await log.CommitAsync(Some.Append(stream, 5));

        (await log.ReadStreamAsync(stream, fromVersion: 3).ToListAsync()).Select(e => e.Version).ShouldBe([3, 4, 5, 6]);
        (await log.ReadStreamAsync(stream, recordedUpTo: then.RecordedAt).ToListAsync()).Select(e => e.Version).ShouldBe([1, 2, 3, 4, 5]);
        (await log.ReadStreamAsync(stream, 2, then.RecordedAt.AddMicroseconds(-1)).ToListAsync()).Select(e => e.Version)
            .ShouldBe([2, 3, 4]);
    }

    [Fact]
    public async Task A_stream_that_does_not_exist_is_empty()
    {
        await using var log = database.Open();
        (await log.StreamAsync(Guid.CreateVersion7())).ShouldBeEmpty();
    }

    [Fact]
    public async Task All_events_are_read_after_a_position_and_up_to_another()
    {
        await using var log = database.Open(smallPages);
        var first = await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 4));
        var second = await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 4));

        var read = await log.ReadAllAsync(first.LastPosition - 1, second.FirstPosition + 1).ToListAsync();

        read.Select(e => e.Position).ShouldBe([first.LastPosition, second.FirstPosition, second.FirstPosition + 1]);
    }

    [Fact]
    public async Task The_head_is_the_last_event()
    {
        await using var log = database.Open();
        var committed = await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 2));
        var head = await log.HeadAsync();
        head.Position.ShouldBeGreaterThanOrEqualTo(committed.LastPosition);
        var last = (await log.ReadAllAsync(head.Position - 1, head.Position).ToListAsync()).ShouldHaveSingleItem();
        last.RecordedAt.ShouldBe(head.RecordedAt);
    }
}

public sealed class EmptyLogTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task An_empty_log_has_position_0_and_nothing_to_read()
    {
        await using var log = database.Open();
        (await log.HeadAsync()).Position.ShouldBe(0);
        (await log.AllAsync()).ShouldBeEmpty();
        (await log.AppendAsync(Some.Append(Guid.CreateVersion7(), expectedVersion: 3))).ShouldBeOfType<AppendResult.Conflict>();
        (await log.CommitAsync(Some.Append(Guid.CreateVersion7()))).FirstPosition.ShouldBe(1);
    }
}
