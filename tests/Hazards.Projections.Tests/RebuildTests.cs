using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

public sealed class RebuildTests(RowsDatabase database) : IClassFixture<RowsDatabase>
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_rebuild_gives_the_same_rows_and_takes_their_place()
    {
        await using var log = database.Open();
        var stories = new Stories(3, Begin);
        for (var i = 0; i < 400; i++)
            await log.AppendAsync(stories.Next());
        (await PassedOnAsync(log, stories)).ShouldBeGreaterThan(3, "others are asked from then on");
        var now = new Scope(RegionCode.Nation, null, ChinaTime.DateAt(stories.Now));
        var clocks = new ClockQueries(database.DataSource, () => Rulebook.Baseline);
        foreach (var asks in await Pages.AllAsync((c, n) => clocks.ProposalsAsync(now, new ClockFilter(), c, n), 200))
            asks.Asked.ShouldBe(
                stories.Hazards[asks.Hazard.Id].Missed.First(m => m.Kind == asks.Clock && m.Leg == asks.Leg && m.Due == asks.Due)
                    .Asked.TryGetValue(asks.Step, out var asked) ? asked : null);
        await RegisterAsync(log);
        await new Visits(log).TellAsync(Begin.AddYears(1));

        var comparison = await Rebuild.CompareAsync(database.DataSource, log, Rulebook.Baseline);
        comparison.Rebuilt.ShouldBe(comparison.Live);
        comparison.Same.ShouldBeTrue();

        // Appends go on while it is rebuilt.
        var progress = new List<RebuildProgress>();
        var rebuilding = Rebuild.RunAsync(database.DataSource, log, Rulebook.Baseline, new Progress(progress));
        for (var i = 0; i < 200; i++)
            (await log.AppendAsync(stories.Next())).ShouldBeOfType<AppendResult.Committed>();
        await rebuilding;
        progress.ShouldNotBeEmpty();

        for (var i = 0; i < 50; i++)
            (await log.AppendAsync(stories.Next())).ShouldBeOfType<AppendResult.Committed>();
        comparison = await Rebuild.CompareAsync(database.DataSource, log, Rulebook.Baseline);
        comparison.Rebuilt.ShouldBe(comparison.Live);
        var scope = new Scope(RegionCode.Nation, null, ChinaTime.DateAt(stories.Now));
        foreach (var hazard in stories.Hazards.Values)
            (await new HazardQueries(database.DataSource, () => Rulebook.Baseline)
                .FindAsync(scope, hazard.Id))!.Version.ShouldBe(hazard.Version);
    }

    private static async Task<int> PassedOnAsync(MartenEventLog log, Stories stories)
    {
        var count = 0;
        foreach (var hazard in stories.Hazards.Values.ToArray())
        {
            if (stories.Rung(hazard) is { } rung)
                await log.AppendAsync(rung);
            var asked = stories.Hazards[hazard.Id].Missed.SelectMany(m => m.Asked.Values).ToArray();
            if (asked.Length > 0 && stories.Gone(stories.Hazards[hazard.Id], asked[0]) is { } passed)
            {
                (await log.AppendAsync(passed)).ShouldBeOfType<AppendResult.Committed>();
                count++;
            }
        }
        return count;
    }

    /// <summary>The epochs of a rebuild begin when its rows were recorded, not when it runs.</summary>
    [Fact, Trait("Server", "any")]
    public async Task A_rebuild_with_epochs_of_its_own_looks_back_as_well()
    {
        await using var other = new OtherDatabase();
        await other.InitializeAsync();
        await using var log = other.Open();
        var stories = new Stories(6, Begin, reportOneIn: 50);
        for (var i = 0; i < 9000; i += 100)
            await AppendAsync(log, [.. Enumerable.Range(0, 100).Select(_ => stories.Next())]);

        await Rebuild.RunAsync(other.DataSource, log, Rulebook.Baseline);

        (await other.ScalarAsync<long>("select count(*) from rows.epochs")).ShouldBeGreaterThan(1);
        var queries = new HazardQueries(other.DataSource, () => Rulebook.Baseline);
        for (var part = 1; part < 8; part++)
        {
            var instant = Begin + (stories.Now - Begin) * part / 8;
            var scope = new Scope(RegionCode.Nation, instant, ChinaTime.DateAt(instant));
            var replay = await Replay.UpToAsync(log, instant);
            var items = await Pages.AllAsync((cursor, limit) => queries.OverdueAsync(scope, new HazardFilter(), cursor, limit), 200);
            items.Select(i => (i.Id, i.Version)).ShouldBe(
                replay.All.Where(h => Replay.IsOverdue(h, scope.Today)).Select(h => (h.Id, h.Version)), ignoreOrder: true);
        }
    }

    /// <summary>
    /// A writer keeps the plans that it made while the tables were small. They must be good for large ones: what is current is
    /// looked up by its key, and never by reading all that is.
    /// </summary>
    [Fact, Trait("Server", "any")]
    public async Task What_an_act_reads_does_not_grow_with_what_there_is()
    {
        await using var other = new OtherDatabase();
        await other.InitializeAsync();
        // Nobody analyses them meanwhile, which would have the plans made anew.
        await other.ExecuteAsync("""
            do $$ declare t record; begin
              for t in select schemaname, tablename from pg_tables where schemaname = 'rows' loop
                execute format('alter table %I.%I set (autovacuum_enabled = off)', t.schemaname, t.tablename);
              end loop;
            end $$
            """);
        const int Appends = 3000;
        var stories = new Stories(8, Begin, reportOneIn: 3);
        await using (var log = other.Open())
            for (var i = 0; i < Appends; i += 250)
                await AppendAsync(log, [.. Enumerable.Range(0, 250).Select(_ => stories.Next())]);

        // A connection tells what it has read when it ends, or a second later.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var read = await other.ScalarAsync<string>("""
            select coalesce(string_agg(indexrelname || ' ' || idx_tup_read, ', ' order by idx_tup_read desc), '') from pg_stat_user_indexes
            where schemaname = 'rows' and idx_tup_read > 8 *
            """ + Appends);
        read.ShouldBeEmpty();
    }

    private static async Task AppendAsync(MartenEventLog log, IReadOnlyList<Append> appends)
    {
        // Those of one stream must follow each other; the others may share a commit.
        var waiting = new List<Task<AppendResult>>();
        var streams = new HashSet<Guid>();
        foreach (var append in appends)
        {
            if (!streams.Add(append.Streams[0].StreamId))
            {
                await Task.WhenAll(waiting);
                streams = [append.Streams[0].StreamId];
            }

            waiting.Add(log.AppendAsync(append));
        }

        (await Task.WhenAll(waiting)).ShouldAllBe(r => r is AppendResult.Committed);
    }

    [Fact]
    public async Task A_changed_row_changes_the_digest()
    {
        await using var other = new OtherDatabase();
        await other.InitializeAsync();
        await using var log = other.Open();
        var stories = new Stories(4, Begin);
        for (var i = 0; i < 100; i++)
            await log.AppendAsync(stories.Next());
        var before = await RowsDigest.ComputeAsync(other.DataSource);
        await other.ExecuteAsync(
            "update rows.hazards set late = not late where hazard_id = (select min(hazard_id::text)::uuid from rows.hazards)");

        var after = await RowsDigest.ComputeAsync(other.DataSource);
        after.Hazards.ShouldNotBe(before.Hazards);
        after.History.ShouldBe(before.History);
        (await Rebuild.CompareAsync(other.DataSource, log, Rulebook.Baseline)).Same.ShouldBeFalse();
    }

    /// <summary>
    /// When the clock stands still, or was set back, appends lie further apart than the events of one append do: nobody may say that
    /// what was acknowledged first was never known alone.
    /// </summary>
    [Fact]
    public async Task What_is_recorded_while_the_clock_stands_still_is_a_version_each_live_and_rebuilt()
    {
        await using var other = new OtherDatabase();
        await other.InitializeAsync();
        await using var log = other.Open();
        var stories = new Stories(5, Begin);
        var acknowledged = new List<StreamVersion>();
        for (var i = 0; i < 150; i++)
            acknowledged.AddRange(
                (await log.AppendAsync(stories.Next() with { RecordedAt = Begin })).ShouldBeOfType<AppendResult.Committed>().Versions);
        var known = await other.ScalarAsync<string[]>("""
            select array_agg(hazard_id || ' ' || version)
            from (select hazard_id, version from rows.hazards union select hazard_id, version from rows.hazard_history) v
            """);
        var seen = known.ToHashSet();
        var hazards = known.Select(k => k.Split(' ')[0]).ToHashSet();
        acknowledged.Where(a => hazards.Contains($"{a.StreamId}")).ShouldAllBe(a => seen.Contains($"{a.StreamId} {a.Version}"));
        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(150);

        var comparison = await Rebuild.CompareAsync(other.DataSource, log, Rulebook.Baseline);
        comparison.Rebuilt.ShouldBe(comparison.Live);
    }

    /// <summary>What <c>kill -9</c> leaves behind: a schema half made, and no session that holds the rebuild's lock.</summary>
    [Fact]
    public async Task What_a_killed_rebuild_left_behind_is_swept_and_what_a_living_one_makes_is_not()
    {
        await using var other = new OtherDatabase();
        await other.InitializeAsync();
        await using var log = other.Open();
        await RegisterAsync(log);
        const string half = "create schema rows_next; create table rows_next.hazards (n int); create schema rows_check; create table rows_check.hazards (n int)";

        await other.ExecuteAsync(half);
        (await Rebuild.SweepAsync(other.DataSource)).ShouldBeTrue();
        (await ScratchAsync(other)).ShouldBe(0);
        (await Rebuild.SweepAsync(other.DataSource)).ShouldBeFalse();

        await other.ExecuteAsync(half);
        (await Rebuild.CompareAsync(other.DataSource, log, Rulebook.Baseline)).Same.ShouldBeTrue();
        (await ScratchAsync(other)).ShouldBe(0);

        // While one is at work the sweep takes nothing from it, and a second one is told.
        await using var appends = await other.DataSource.OpenConnectionAsync();
        await using var transaction = await appends.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("select pg_advisory_xact_lock(7311142570156650343)", appends))
            await hold.ExecuteNonQueryAsync();
        using var enough = new CancellationTokenSource();
        var living = Rebuild.RunAsync(other.DataSource, log, Rulebook.Baseline, cancellationToken: enough.Token);
        while (!await other.ScalarAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database()))"))
            await Task.Yield();
        (await Rebuild.SweepAsync(other.DataSource)).ShouldBeFalse();
        (await ScratchAsync(other)).ShouldBe(1);
        await Should.ThrowAsync<RebuildBusyException>(() => Rebuild.CompareAsync(other.DataSource, log, Rulebook.Baseline));

        // One that is stopped takes its own away.
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => living);
        (await ScratchAsync(other)).ShouldBe(0);
    }

    private static Task<long> ScratchAsync(RowsDatabase database) =>
        database.ScalarAsync<long>("select count(*) from pg_namespace where nspname in ('rows_next', 'rows_check', 'rows_old')");

    private static async Task RegisterAsync(MartenEventLog log)
    {
        var id = BodyId.Parse("gas-company");
        var registered = new BodyRegistered(id, "某燃气公司", BodyKind.Enterprise, Town.County, [], null, null);
        var body = Body.Apply(null, registered);
        await log.AppendAsync(
            new Append([new StreamAppend(id.StreamId, "body", 0, [Told.Event(registered)], new PendingState.OfBody(body))]));
        var renamed = new BodyRenamed(body.Name, "新燃气公司", "改制");
        body = Body.Apply(body, renamed);
        await log.AppendAsync(new Append([new StreamAppend(id.StreamId, "body", 1, [Told.Event(renamed)], new PendingState.OfBody(body))]));
        var issued = new ApiKeyIssued(Guid.CreateVersion7(), Sha256Digest.Of("key"u8), "hotline", id, [Role.Reporter], Town.County, null);
        await log.AppendAsync(new Append([new StreamAppend(issued.Id, "api_key", 0, [Told.Event(issued)], new PendingState.OfKey(ApiKey.Apply(null, issued)))]));
        var opened = new AccountOpened(Guid.CreateVersion7(), "zhang.wei", "张伟", id, [Role.Reporter], Town.County);
        var account = Account.Apply(null, opened);
        await log.AppendAsync(
            new Append([new StreamAppend(account.Id, "account", 0, [Told.Event(opened)], new PendingState.OfAccount(account))]));
        var signedIn = new SignedIn(Guid.CreateVersion7(), SignInMethod.Local, null);
        await log.AppendAsync(new Append([new StreamAppend(account.Id, "account", 1, [Told.Event(signedIn)], new PendingState.OfAccount(Account.Apply(account, signedIn)))]));
        var told = new WebhookRegistered(Guid.CreateVersion7(), "https://receiver.example/", id, Town.County, [], null);
        var webhook = Webhook.Apply(null, told);
        var first = new PendingState.OfWebhook(webhook);
        await log.AppendAsync(new Append([new StreamAppend(webhook.Id, "webhook", 0, [Told.Event(told)], first)]));
        var paused = new WebhookPaused(WebhookPause.Administrator, "升级");
        var state = new PendingState.OfWebhook(Webhook.Apply(webhook, paused));
        await log.AppendAsync(new Append([new StreamAppend(webhook.Id, "webhook", 1, [Told.Event(paused)], state)]));
    }

    private sealed class Progress(List<RebuildProgress> seen) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => seen.Add(value);
    }

    private sealed class OtherDatabase : RowsDatabase, IAsyncDisposable
    {
        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
    }
}
