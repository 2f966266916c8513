using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
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
            .Select(_ => WaitAsync(default)).ToArray();
        using var left = new CancellationTokenSource();
        var leaving = WaitAsync(left.Token);
        await left.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => leaving);
        hold.SetResult();
        (await Task.WhenAll(asking)).Distinct().ShouldHaveSingleItem();

        Task<string> WaitAsync(CancellationToken stop) => kept.GetAsync(
            "together", null, RegionCode.Nation, async _ => { await hold.Task; return Count(); }, _ => 1, stop);
    }

    [Fact]
    public async Task What_failed_is_asked_again()
    {
        await using var log = database.Open();
        await BeginAsync(log);
        await Should.ThrowAsync<TimeoutException>(
            () => kept.GetAsync<string>("fails", null, RegionCode.Nation, _ => throw new TimeoutException(), _ => 1, default));
        (await AskAsync("fails", null)).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_failed_when_nobody_waited_any_more_is_asked_again()
    {
        await using var log = database.Open();
        await BeginAsync(log);
        foreach (var knownAt in new DateTimeOffset?[] { null, DateTimeOffset.UnixEpoch })
        {
            var (begun, hold, failed) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
            using var left = new CancellationTokenSource();
            var leaving = kept.GetAsync<string>("left", knownAt, RegionCode.Nation, async _ =>
            {
                begun.SetResult();
                await hold.Task;
                failed.SetResult();
                throw new TimeoutException();
            }, _ => 1, left.Token);
            await begun.Task;
            await left.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => leaving);
            hold.SetResult();
            await failed.Task;
            await UntilAsync(async () => await AskAsync("left", knownAt) is not null);
        }

        // The count has failed; that it is forgotten follows at once.
        static async Task UntilAsync(Func<Task<bool>> holds)
        {
            for (var tries = 100; ; tries--)
                try
                {
                    (await holds()).ShouldBeTrue();
                    return;
                }
                catch (TimeoutException) when (tries > 0)
                {
                    await Task.Delay(10);
                }
        }
    }

    [Fact]
    public async Task One_for_now_is_not_given_for_an_instant_after_the_last_event()
    {
        await using var log = database.Open();
        var stories = await BeginAsync(log);
        var now = await AskAsync("both", null);
        var at = stories.Now.AddYears(1);
        (await AskAsync("both", at)).ShouldNotBe(now, "the count for now may have what came after that instant");
        (await AskAsync("both", null)).ShouldBe(now);
    }

    /// <summary>Rounds begin one after the other and end in any order: nobody stands lower than what he was told.</summary>
    [Fact]
    public void A_slow_round_takes_nothing_back()
    {
        var random = new Random(20261130);
        string[] regions = ["621202101", "621202102", "621221100", "433101101"];
        for (var time = 0; time < 2_000; time++)
        {
            var heads = new RegionHeads(database.DataSource);
            heads.Take(0, 1, null);
            var rounds = new List<(long Since, long Upto, List<(string, long)>? Changes)>();
            for (long since = 1, upto; rounds.Count < 6; since = random.Next(2) == 0 ? upto : since)
            {
                upto = since + random.Next(1, 5);
                rounds.Add((since, upto, random.Next(4) == 0
                    ? null : [.. Enumerable.Range(1, (int)(upto - since)).Select(n => (regions[random.Next(regions.Length)], since + n))]));
            }
            var told = regions.ToDictionary(r => r, _ => 1L);
            foreach (var (since, upto, changes) in rounds.OrderBy(_ => random.Next()))
            {
                // A round from further on than what is known does not begin before that is known.
                heads.Take(0, since, []);
                heads.Take(since, upto, changes);
                foreach (var region in regions)
                {
                    var last = changes?.Where(c => c.Item1 == region).Select(c => c.Item2).DefaultIfEmpty(0).Max() ?? upto;
                    told[region] = Math.Max(told[region], last);
                    heads.Of(RegionCode.Parse(region)).Position.ShouldBeGreaterThanOrEqualTo(told[region]);
                    heads.Of(RegionCode.Parse(region[..6])).Position.ShouldBeGreaterThanOrEqualTo(told[region]);
                }
            }
        }
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

    [Fact]
    public async Task What_is_kept_of_a_region_is_what_would_be_found_there_now()
    {
        await using var log = database.Open();
        var stories = await BeginAsync(log);
        RegionCode[] regions =
        [
            RegionCode.Nation, .. Town.Places.SelectMany(p => Enumerable.Range(1, p.Value.Length).Where(n => n is 2 or 4 or 6 or 9 or 12)
                .Select(n => RegionCode.Parse(p.Value[..n]))).Distinct(),
        ];
        var (asked, before) = (0, counted);
        for (var step = 0; step < 150; step++)
        {
            await NextAsync(log, stories);
            foreach (var region in regions)
            {
                asked++;
                var answer = await kept.GetAsync("found there", null, region, async _ =>
                {
                    Count();
                    return await FoundAsync(region);
                }, _ => 1, default);
                answer.ShouldBe(await FoundAsync(region), $"{region}, step {step}");
            }
        }
        (counted - before).ShouldBeLessThan(asked * 2 / 3, "what happens elsewhere makes nothing anew");
    }

    [Theory]
    [InlineData("621202101201", "621202101202")] // within a township
    [InlineData("621202101", "621202102")]
    [InlineData("621202", "621221")]
    [InlineData("621202101201", "621221100")]
    public async Task A_hazard_that_is_moved_concerns_where_it_was_and_where_it_is(string from, string to)
    {
        await using var log = database.Open();
        var stories = await BeginAsync(log);
        (await log.AppendAsync(stories.Report(region: RegionCode.Parse(from)))).ShouldBeOfType<AppendResult.Committed>();
        var regions = new[] { from, to }.SelectMany(c => new[] { c, c[..6], c[..4], c[..2] }).Distinct().Select(RegionCode.Parse).ToArray();
        var before = await AskAllAsync();
        var elsewhere = await AskAsync("where", null, RegionCode.Parse("621223"));
        (await log.AppendAsync(stories.Corrected(stories.Hazards.Last().Key, RegionCode.Parse(to))))
            .ShouldBeOfType<AppendResult.Committed>();
        (await AskAllAsync()).Intersect(before).ShouldBeEmpty();
        (await AskAsync("where", null, RegionCode.Parse("621223"))).ShouldBe(elsewhere);

        async Task<string[]> AskAllAsync()
        {
            var answers = new List<string>();
            foreach (var region in regions)
                answers.Add(await AskAsync("where", null, region));
            return [.. answers];
        }
    }

    [Fact]
    public async Task What_is_of_no_hazard_concerns_every_region()
    {
        await using var log = database.Open();
        await BeginAsync(log);
        var county = Town.County;
        var before = await AskAsync("names", null, county);
        var registered = new BodyRegistered(
            BodyId.Parse("kept-anew"), "某新设单位", BodyKind.Regulator, Town.OtherCounty, [], null, null);
        var append = new StreamAppend(
            registered.Id.StreamId, "body", 0, [Told.Event(registered)], new PendingState.OfBody(Body.Apply(null, registered)));
        (await log.AppendAsync(new Append([append]))).ShouldBeOfType<AppendResult.Committed>();
        (await AskAsync("names", null, county)).ShouldNotBe(before);
    }

    [Fact]
    public async Task Who_looked_or_signed_in_concerns_no_region()
    {
        await using var log = database.Open();
        await BeginAsync(log);
        var before = await AskAsync("looked at", null);
        var context = Town.Act(Town.Offices[0], DateTimeOffset.UtcNow, DateTimeOffset.UtcNow).Context(Role.Coordinator);
        var look = new RecordsRead(new Looked(Town.County, []));
        await AppendAsync(Guid.CreateVersion7(), "access", 0, look, new PendingState.OfLook(look, context));
        var opened = new AccountOpened(Guid.CreateVersion7(), "kept", "某人", Town.Offices[0], [Role.Reporter], Town.County);
        var account = Account.Apply(null, opened);
        await AppendAsync(opened.Id, "account", 0, opened, new PendingState.OfAccount(account));
        var signedIn = new SignedIn(Guid.NewGuid(), SignInMethod.Local, null);
        await AppendAsync(opened.Id, "account", 1, signedIn, new PendingState.OfAccount(Account.Apply(account, signedIn)));
        (await AskAsync("looked at", null)).ShouldBe(before);

        async Task AppendAsync(Guid stream, string kind, long version, IDomainEvent happened, PendingState after)
        {
            var append = new StreamAppend(stream, kind, version, [Told.Event(happened, DomainJson.Write(context))], after);
            (await log.AppendAsync(new Append([append]))).ShouldBeOfType<AppendResult.Committed>();
        }
    }

    [Fact]
    public async Task A_log_that_is_shorter_than_it_was_makes_everything_anew()
    {
        await using var log = database.Open();
        var stories = await BeginAsync(log);
        await NextAsync(log, stories);
        var first = await AskAsync("cut", null);
        // As another server would be that took over without the last event, and was given another in its place.
        await database.ExecuteAsync("""
            alter table log.mt_events disable trigger refuse_delete;
            create table rows.lost as select * from log.mt_events where seq_id = (select max(seq_id) from log.mt_events);
            delete from log.mt_events where seq_id in (select seq_id from rows.lost)
            """);
        var cut = await AskAsync("cut", null);
        cut.ShouldNotBe(first);
        await database.ExecuteAsync("""
            insert into log.mt_events select * from rows.lost;
            drop table rows.lost;
            alter table log.mt_events enable always trigger refuse_delete
            """);
        (await AskAsync("cut", null)).ShouldNotBeOneOf(first, cut);
    }

    private Task<string> FoundAsync(RegionCode region) => database.ScalarAsync<string>($"""
        select coalesce(string_agg(h.hazard_id || ' ' || h.version || ' ' || h.region, ',' order by h.hazard_id), '')
        from rows.hazards h where starts_with(h.region, '{region.Prefix}')
        """);

    private string Count() => $"count {Interlocked.Increment(ref counted)}";

    private Task<string> AskAsync(string question, DateTimeOffset? knownAt, RegionCode? region = null) =>
        kept.GetAsync(question, knownAt, region ?? RegionCode.Nation, _ => Task.FromResult(Count()), _ => 1, default);

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
