using System.Text;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store.Auditing;
using Npgsql;

namespace Hazards.Store.Tests;

[Trait("Server", "any")]
public sealed class TreeTests
{
    [Fact]
    public void An_envelope_holds_everything_the_log_keeps_in_one_form()
    {
        var recorded = new RecordedEvent(
            7, Guid.Parse("0190a8d3-0000-7000-8000-000000000001"), Guid.Parse("0190a8d3-0000-7000-8000-000000000002"), "hazard", 3,
            "hazard_verified", "Hazards.Domain.HazardVerified, Hazards.Domain",
            """{ "level" : "major", "basis":"判定标准\n第五条", "n": 1.50 }"""u8.ToArray(), """{"actor":"张工"}"""u8.ToArray(),
            new DateTimeOffset(2026, 11, 22, 9, 30, 0, 123, 400, TimeSpan.FromHours(8)), "request-1", null);
        Encoding.UTF8.GetString(Envelope.Write(recorded)).ShouldBe(
            """{"causation":null,"correlation":"request-1","data":{"basis":"判定标准\n第五条","level":"major","n":1.5},"dotnetType":"Hazards.Domain.HazardVerified, Hazards.Domain","envelope":1,"headers":{"actor":"张工"},"id":"0190a8d3-0000-7000-8000-000000000001","position":7,"recordedAt":"2026-11-22T01:30:00.123400Z","stream":"0190a8d3-0000-7000-8000-000000000002","streamType":"hazard","type":"hazard_verified","version":3}""");
    }

    [Theory, InlineData("sha256"), InlineData("sm3")]
    public async Task Every_event_is_proved_against_the_root_of_a_naive_recount(string name)
    {
        await using var database = await OwnDatabase.CreateAsync();
        var hash = name == "sm3" ? TreeHash.Sm3 : TreeHash.Sha256;
        await using var log = database.Open();
        var (grower, store) = (new TreeGrower(database.Service, hash), new TreeStore(database.DataSource, hash));
        (await store.HeadAsync()).ShouldBe(new TreeHead(0, hash.Empty));
        for (var i = 0; i < 6; i++)
        {
            await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 47 * (i + 1)));
            await grower.CatchUpAsync();
        }

        var leaves = new List<Digest>();
        await foreach (var e in log.ReadAllAsync(0))
            leaves.Add(hash.Leaf(Envelope.Write(e)));
        var head = await store.HeadAsync();
        head.ShouldBe(new TreeHead(leaves.Count, Naive(hash, [.. leaves])));
        foreach (var position in Enumerable.Range(1, leaves.Count).Where(p => p % 31 == 1 || p == leaves.Count))
            Verify.Inclusion(
                hash, position - 1, head.Size, leaves[position - 1], await store.InclusionAsync(position, head.Size),
                head.Root).ShouldBeTrue();
        foreach (var size in new[] { head.Size, 300 })
        {
            long[] positions = [.. Enumerable.Range(1, (int)size).Reverse()];
            var (root, proofs) = (await store.RootAsync(size), await new BulkProofs(store, size).InclusionAsync(positions));
            positions.Zip(proofs).ShouldAllBe(p => Verify.Inclusion(hash, p.First - 1, size, leaves[(int)p.First - 1], p.Second, root));
        }

        foreach (var earlier in new[] { 1, 47, 256, 300, leaves.Count })
        {
            var then = await store.RootAsync(earlier);
            then.ShouldBe(Naive(hash, [.. leaves.Take(earlier)]));
            Verify.Consistency(hash, earlier, head.Size, await store.ConsistencyAsync(earlier, head.Size), then, head.Root).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Two_that_grow_the_same_tree_do_not_disturb_each_other()
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var log = database.Open();
        var growers = Enumerable.Range(0, 3).Select(_ => new TreeGrower(database.Service, TreeHash.Sha256)).ToArray();
        var appending = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
                await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 9));
        });
        await Task.WhenAll([appending, .. growers.Select(async g =>
        {
            while (!appending.IsCompleted)
                await g.GrowAsync();
        })]);
        await growers[0].CatchUpAsync();
        var leaves = new List<Digest>();
        await foreach (var e in log.ReadAllAsync(0))
            leaves.Add(TreeHash.Sha256.Leaf(Envelope.Write(e)));
        (await new TreeStore(database.DataSource, TreeHash.Sha256).HeadAsync())
            .ShouldBe(new TreeHead(360, Naive(TreeHash.Sha256, [.. leaves])));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_tree_fed_by_the_process_is_the_one_read_from_the_database(bool givenTimes)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var node = database.Open(new EventLogOptions { AllowGivenTimes = givenTimes, AppendKey = new byte[32] });
        await using var other = database.Open();
        var feed = node.Feed();
        var grower = new TreeGrower(database.Service, TreeHash.Sha256, feed);
        var taken = Guid.CreateVersion7();
        await node.CommitAsync(Some.Append(taken));
        for (var round = 0; round < 6; round++)
        {
            var appends = Enumerable.Range(0, 40).Select(i => (i % 8) switch
            {
                0 => other.AppendAsync(Some.Append(Guid.CreateVersion7(), events: 3)),
                1 => node.AppendAsync(Some.Append(taken)), // loses
                2 => node.AppendAsync(Some.Append(Guid.CreateVersion7()) with { RecordedAt = DateTimeOffset.UtcNow.AddDays(i - 20) }),
                3 => node.AppendAsync(new Append([new StreamAppend(Guid.CreateVersion7(), "hazard", 0, [Some.Event("""{"z":1.50,"a":[1e2,-0.0,12345678901234567890],"":"\u6c14"}""")]), Some.On(Guid.CreateVersion7(), 0, 2)])),
                _ => node.AppendAsync(Some.Append(Guid.CreateVersion7(), events: 1 + i % 3)),
            }).ToArray();
            if (round % 2 == 0)
                await grower.CatchUpAsync();
            await Task.WhenAll(appends);
        }

        // A stream keeps the type it began with, whatever a later append says.
        await node.CommitAsync(new Append([new StreamAppend(taken, "body", 1, Some.Events(1))]));
        await grower.CatchUpAsync();
        (await new TreeStore(database.DataSource, TreeHash.Sha256).HeadAsync()).ShouldBe(await NaiveHeadAsync(node));
    }

    [Fact]
    public async Task A_connection_cut_in_mid_growth_leaves_nothing_half_done()
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var log = database.Open();
        var growers = Enumerable.Range(0, 2).Select(_ => new TreeGrower(database.Service, TreeHash.Sha256, log.Feed())).ToArray();
        for (var i = 0; i < 20; i++)
            await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 500));
        var cut = 0L;
        var covered = await Task.WhenAll(growers.Select(async grower =>
        {
            while (true)
                try
                {
                    return await grower.CoverAsync(10_000);
                }
                catch (NpgsqlException)
                {
                    // Another try goes on where the last batch ended.
                }
        }).Append(Task.Run(async () =>
        {
            while (cut < 3 && await SizeAsync() < 10_000)
                cut += await database.TerminateAsync("%tree%");
            return 10_000L;
        })));
        covered.ShouldAllBe(c => c == 10_000);
        (await SizeAsync()).ShouldBe(10_000);
        (await new TreeStore(database.DataSource, TreeHash.Sha256).HeadAsync()).ShouldBe(await NaiveHeadAsync(log));

        // The pool may hand out a connection that was cut.
        async Task<long> SizeAsync()
        {
            while (true)
                try
                {
                    return (await new TreeStore(database.DataSource, TreeHash.Sha256).HeadAsync()).Size;
                }
                catch (NpgsqlException)
                {
                    await Task.Delay(10);
                }
        }
    }

    private static async Task<TreeHead> NaiveHeadAsync(MartenEventLog log)
    {
        var leaves = new List<Digest>();
        await foreach (var e in log.ReadAllAsync(0))
            leaves.Add(TreeHash.Sha256.Leaf(Envelope.Write(e)));
        return new TreeHead(leaves.Count, Naive(TreeHash.Sha256, [.. leaves]));
    }

    /// <summary>
    /// A number that a batch took and came to nothing with is a position like any other: it has a leaf, a proof and a place in
    /// the audit.
    /// </summary>
    [Theory, InlineData(true), InlineData(false)]
    public async Task Tombstones_are_leaves_and_proved_and_audited(bool fed)
    {
        await using var database = await OwnDatabase.CreateAsync();
        var key = new byte[32];
        await using var log = database.Open(new EventLogOptions { AppendKey = key });
        var grower = new TreeGrower(database.Service, TreeHash.Sha256, fed ? log.Feed() : null);
        await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 3));
        await grower.CatchUpAsync();
        await database.ExecuteAsync("begin; select nextval('log.mt_events_sequence') from generate_series(1, 5); rollback");
        (await grower.CoverAsync(8)).ShouldBe(3);
        (await grower.IsBehindAsync()).ShouldBeFalse("nothing lies there yet");
        await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 2));
        (await grower.IsBehindAsync()).ShouldBeTrue();
        (await grower.CatchUpAsync()).ShouldBe(10);

        var events = await LogShould.BeWholeAsync(log);
        events.Where(e => e.Type == "tombstone").Select(e => e.Position).ShouldBe([4, 5, 6, 7, 8]);
        var store = new TreeStore(database.DataSource, TreeHash.Sha256);
        var head = await store.HeadAsync();
        head.ShouldBe(await NaiveHeadAsync(log));
        foreach (var e in events)
            Verify.Inclusion(
                TreeHash.Sha256, e.Position - 1, head.Size, TreeHash.Sha256.Leaf(Envelope.Write(e)),
                await store.InclusionAsync(e.Position, head.Size), head.Root).ShouldBeTrue();
        Verify.Consistency(TreeHash.Sha256, 5, head.Size, await store.ConsistencyAsync(5, head.Size), await store.RootAsync(5), head.Root)
            .ShouldBeTrue();
        var report = await LogAudit.RunAsync(database.ServiceConnectionString, new AuditQuestion { AppendKey = key });
        report.Findings.ShouldBeEmpty();
        report.Events.ShouldBe(10);
    }

    [Theory]
    [InlineData("update log.tiles set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)")]
    [InlineData("update log.tiles set hashes = substring(hashes for 32)")]
    [InlineData("update log.trees set size = size - 1")]
    [InlineData("update log.trees set root = '\\x00'")]
    [InlineData("delete from log.tiles")]
    [InlineData("truncate log.trees")]
    [InlineData("delete from log.checkpoints where false; truncate log.checkpoints")]
    public async Task What_is_stored_of_a_tree_only_grows(string sql)
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var log = database.Open();
        await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 5));
        await new TreeGrower(database.Service, TreeHash.Sha256).CatchUpAsync();
        await using var command = database.DataSource.CreateCommand(sql);
        (await Should.ThrowAsync<PostgresException>(async () => await command.ExecuteNonQueryAsync())).SqlState.ShouldBe(
            PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task A_proof_beyond_the_tree_is_refused()
    {
        await using var database = await OwnDatabase.CreateAsync();
        await using var log = database.Open();
        await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 5));
        await new TreeGrower(database.Service, TreeHash.Sha256).CatchUpAsync();
        var store = new TreeStore(database.DataSource, TreeHash.Sha256);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await store.InclusionAsync(6, 5));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await store.InclusionAsync(0, 5));
        await Should.ThrowAsync<InvalidOperationException>(async () => await store.InclusionAsync(1, 9));
    }

    private static Digest Naive(TreeHash hash, Digest[] leaves)
    {
        if (leaves.Length == 1)
            return leaves[0];
        var split = 1;
        while (split * 2 < leaves.Length)
            split *= 2;
        return hash.Node(Naive(hash, leaves[..split]), Naive(hash, leaves[split..]));
    }

    /// <summary>A database for one test: a tree covers the whole log, so the log must be its own.</summary>
    private sealed class OwnDatabase : IAsyncDisposable
    {
        private readonly LogDatabase _database = new();

        public NpgsqlDataSource DataSource => _database.DataSource;

        public NpgsqlDataSource Service => _database.Service;

        public string ServiceConnectionString => _database.ServiceConnectionString;

        public static async Task<OwnDatabase> CreateAsync()
        {
            var own = new OwnDatabase();
            await own._database.InitializeAsync();
            return own;
        }

        public MartenEventLog Open(EventLogOptions? options = null) => _database.Open(options);

        public Task<int> ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

        public Task<long> TerminateAsync(string queryLike) => _database.TerminateAsync(queryLike);

        public async ValueTask DisposeAsync() => await _database.DisposeAsync();
    }
}
