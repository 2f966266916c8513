using Hazards.Domain;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

/// <summary>An answer is kept exactly as long as nothing was recorded that could change it.</summary>
[Trait("Server", "any")]
public sealed class KeptAnswersTests(RowsDatabase database) : IClassFixture<RowsDatabase>
{
    private readonly KeptAnswers kept = new(database.DataSource);
    private int counted;

    [Fact]
    public async Task One_for_now_is_kept_until_the_next_event()
    {
        await using var log = database.Open();
        var stories = await BeginAsync(log);
        var first = await AskAsync("now", null);
        (await AskAsync("now", null)).ShouldBe(first);
        (await AskAsync("another", null)).ShouldNotBe(first);
        await NextAsync(log, stories);
        (await AskAsync("now", null)).ShouldNotBe(first);
    }

    [Fact]
    public async Task One_as_known_before_the_last_event_is_kept_and_one_at_it_or_later_is_not()
    {
        await using var log = database.Open();
        var stories = await BeginAsync(log);
        var (past, at, later) = (stories.Now.AddYears(-1), await HeadAsync(), stories.Now.AddYears(1));
        var before = (Past: await AskAsync("as of", past), At: await AskAsync("as of", at), Later: await AskAsync("as of", later));
        await NextAsync(log, stories);
        (await AskAsync("as of", past)).ShouldBe(before.Past);
        (await AskAsync("as of", at)).ShouldNotBe(before.At, "more may have been recorded at that very instant");
        (await AskAsync("as of", later)).ShouldNotBe(before.Later);
    }

    [Fact]
    public async Task Those_who_ask_together_wait_for_one_count()
    {
        await using var log = database.Open();
        await BeginAsync(log);
        var hold = new TaskCompletionSource();
        var asking = Enumerable.Range(0, 20)
            .Select(_ => kept.GetAsync("together", null, async _ => { await hold.Task; return Count(); }, _ => 1, default)).ToArray();
        using var left = new CancellationTokenSource();
        var leaving = kept.GetAsync("together", null, async _ => { await hold.Task; return Count(); }, _ => 1, left.Token);
        await left.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => leaving);
        hold.SetResult();
        (await Task.WhenAll(asking)).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_failed_is_asked_again()
    {
        await using var log = database.Open();
        await BeginAsync(log);
        await Should.ThrowAsync<TimeoutException>(
            () => kept.GetAsync<string>("fails", null, _ => throw new TimeoutException(), _ => 1, default));
        (await AskAsync("fails", null)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Rows_made_anew_are_counted_anew()
    {
        await using var log = database.Open();
        var stories = await BeginAsync(log);
        var past = stories.Now.AddYears(-1);
        var before = await AskAsync("rebuilt", past);
        await database.ExecuteAsync("create table rows.anew (like rows.hazards); alter table rows.hazards rename to old_hazards; alter table rows.anew rename to hazards");
        (await AskAsync("rebuilt", past)).ShouldNotBe(before);
        await database.ExecuteAsync("drop table rows.hazards; alter table rows.old_hazards rename to hazards");
    }

    private string Count() => $"count {Interlocked.Increment(ref counted)}";

    private Task<string> AskAsync(string question, DateTimeOffset? knownAt) =>
        kept.GetAsync(question, knownAt, _ => Task.FromResult(Count()), _ => 1, default);

    private async Task<Stories> BeginAsync(MartenEventLog log)
    {
        var stories = new Stories(
            (int)await database.ScalarAsync<long>("select count(*) from log.mt_events"), (await HeadAsync()).AddMinutes(1));
        await NextAsync(log, stories);
        return stories;
    }

    private static async Task NextAsync(MartenEventLog log, Stories stories) =>
        (await log.AppendAsync(stories.Next())).ShouldBeOfType<AppendResult.Committed>();

    private async Task<DateTimeOffset> HeadAsync() =>
        new(
            await database.ScalarAsync<DateTime>("""select coalesce(max(e."timestamp"), '2026-01-01') from log.mt_events e"""),
            TimeSpan.Zero);
}
