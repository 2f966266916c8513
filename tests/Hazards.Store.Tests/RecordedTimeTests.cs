namespace Hazards.Store.Tests;

public sealed class RecordedTimeTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private readonly EventLogOptions givenTimes = new() { AllowGivenTimes = true };

    private static Append At(DateTimeOffset time, int events = 1) =>
        Some.Append(Guid.CreateVersion7(), events: events) with { RecordedAt = time };

    /// <summary>One test, because the log's clock only goes forward and the class shares one log.</summary>
    [Fact]
    public async Task Recorded_times_are_given_where_allowed_and_never_run_backwards()
    {
        await using var log = database.Open(givenTimes);
        var noon = new DateTimeOffset(2031, 5, 1, 12, 0, 0, TimeSpan.Zero);

        var first = await log.CommitAsync(At(noon, events: 3));
        first.RecordedAt.ShouldBe(noon.AddMicroseconds(2));

        // Set back: two microseconds later than the last, for what lies one apart was recorded together.
        (await log.CommitAsync(At(noon.AddHours(-1)))).RecordedAt.ShouldBe(noon.AddMicroseconds(4));
        (await log.CommitAsync(At(noon.AddMicroseconds(5), events: 2))).RecordedAt.ShouldBe(noon.AddMicroseconds(7));
        // Forward again.
        (await log.CommitAsync(At(noon.AddHours(1)))).RecordedAt.ShouldBe(noon.AddHours(1));

        // The database's clock is years behind the log now: it goes on by microseconds.
        await using var onClock = database.Open();
        (await onClock.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 2))).RecordedAt.ShouldBe(noon.AddHours(1).AddMicroseconds(3));
        // Without leave, a given time is not honoured.
        (await onClock.CommitAsync(At(noon.AddYears(1)))).RecordedAt.ShouldBe(noon.AddHours(1).AddMicroseconds(5));

        // One batch with times out of order.
        Task<AppendResult>[] batch;
        await using (await database.HoldAppendsAsync())
        {
            var before = log.AppendAsync(At(noon.AddHours(2)));
            batch = [
                before, log.AppendAsync(At(noon.AddHours(4), 2)), log.AppendAsync(At(noon.AddHours(3))),
                log.AppendAsync(At(noon.AddHours(5)))];
        }

        var results = (await Task.WhenAll(batch)).Cast<AppendResult.Committed>().Select(r => r.RecordedAt).ToList();
        results.ShouldBe([noon.AddHours(2), noon.AddHours(4).AddMicroseconds(1), noon.AddHours(4).AddMicroseconds(3), noon.AddHours(5)]);
        await LogShould.BeWholeAsync(log);
    }
}
