using Hazards.Evidence.Proof;
using Hazards.Projections.Store.Auditing;
using Npgsql;

namespace Hazards.Store.Tests;

/// <summary>
/// What is done to a log behind the service's back, by somebody who may do everything in the database, and what the audit says
/// of it.
/// </summary>
[Trait("Server", "any")]
public sealed class AuditTests : IAsyncLifetime
{
    private const int Streams = 30;
    private const int Each = 11;
    private const long All = Streams * Each;

    private static readonly TreeHash Hash = TreeHash.Sha256;
    private static readonly byte[] AppendKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly LogDatabase database = new();
    private readonly NoteSigner signer = NoteSigner.Create("hazards/test");
    private KeptCheckpoint? kept;

    public async Task InitializeAsync()
    {
        await database.InitializeAsync();
        await using var log = Open();
        var streams = Enumerable.Range(0, Streams).Select(_ => Guid.CreateVersion7()).ToArray();
        for (var version = 0; version < Each; version++)
        {
            foreach (var stream in streams)
                await log.CommitAsync(new Append([new StreamAppend(stream, "hazard", version, [Some.Event($$"""{"n": {{version}}, "text": "第 {{stream}} 号"}""")])]));
            await SignAsync(signer);
        }
        var root = await new TreeStore(database.DataSource, Hash).RootAsync(All);
        kept = new KeptCheckpoint("市档案馆", Hash.Name, All, root);
    }

    public Task DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task An_untouched_log_holds()
    {
        var report = await AuditAsync();
        report.Findings.ShouldBeEmpty();
        (report.Size, report.Events, report.First).ShouldBe((All, All, 1));
        report.Trees.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            t => t.Root.ShouldBe(kept!.Root), t => t.Checkpoints.ShouldBe(Each), t => t.LastCheckpoint.ShouldBe(All),
            t => t.Uncovered.ShouldBe(0));
    }

    [Fact]
    public async Task What_no_checkpoint_covers_yet_is_said_and_is_no_finding()
    {
        await using (var log = Open())
            await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 3));
        var report = await AuditAsync();
        report.Findings.ShouldBeEmpty();
        report.Trees[0].ShouldSatisfyAllConditions(t => t.Uncovered.ShouldBe(3), t => t.UncoveredSince.ShouldNotBeNull());
    }

    [Fact]
    public async Task A_log_that_goes_on_growing_gives_no_false_alarm()
    {
        await using var log = Open();
        using var stop = new CancellationTokenSource();
        var busy = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await log.CommitAsync(Some.Append(Guid.CreateVersion7(), events: 5));
                await SignAsync(signer);
            }
        });
        for (var i = 0; i < 5; i++)
            (await AuditAsync()).Findings.ShouldBeEmpty();
        await stop.CancelAsync();
        await busy;
    }

    [Theory]
    [InlineData("""data = jsonb_set(data, '{text}', '"第 X 号"')""")]
    [InlineData("""headers = '{"actor": "u-2"}'""")]
    [InlineData("\"timestamp\" = \"timestamp\" + interval '1 microsecond'")]
    [InlineData("type = 'something_else'")]
    [InlineData("mt_dotnet_type = 'Else, Else'")]
    [InlineData("correlation_id = 'request-2'")]
    [InlineData("id = 'ffffffff-0000-0000-0000-000000000000'")]
    public async Task One_altered_event_is_named(string change)
    {
        await BehindTheBackAsync($"update log.mt_events set {change} where seq_id = 77");
        var finding = (await AuditAsync()).Findings.First(f => f.Code == "event_altered");
        finding.Positions.ShouldBe([77]);
        finding.English.ShouldContain("a checkpoint bears the tree out");
    }

    [Fact]
    public async Task An_actor_put_in_the_place_of_another_is_named_by_the_append_code_as_well()
    {
        await BehindTheBackAsync("""update log.mt_events set headers = '{"actor": "u-2"}' where seq_id = 77""");
        Codes(await AuditAsync()).ShouldBe(["event_altered@77", "event_code_wrong@77"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_deleted_event_leaves_a_gap()
    {
        await BehindTheBackAsync("delete from log.mt_events where seq_id = 100");
        Codes(await AuditAsync()).ShouldBe(["event_missing@100", "stream_versions@10"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_deleted_event_is_found_where_the_others_were_renumbered()
    {
        await BehindTheBackAsync("""
            delete from log.mt_events where seq_id = 100;
            update log.mt_events set seq_id = -seq_id where seq_id > 100;
            update log.mt_events set seq_id = -seq_id - 1 where seq_id < 0;
            delete from log.event_codes where position = 100;
            update log.event_codes set position = -position where position > 100;
            update log.event_codes set position = -position - 1 where position < 0
            """);
        var findings = (await AuditAsync()).Findings;
        findings.First(f => f.Code == "events_deleted").ShouldSatisfyAllConditions(f => f.First.ShouldBe(100), f => f.Count.ShouldBe(1));
        findings.ShouldNotContain(f => f.Code == "event_altered");
    }

    [Fact]
    public async Task An_inserted_event_is_found_where_the_others_were_renumbered()
    {
        await BehindTheBackAsync("""
            update log.mt_events set seq_id = -seq_id where seq_id >= 100;
            update log.mt_events set seq_id = -seq_id + 1 where seq_id < 0;
            update log.event_codes set position = -position where position >= 100;
            update log.event_codes set position = -position + 1 where position < 0;
            insert into log.mt_streams (id, type, version) values ('00000000-0000-0000-0000-0000000000fe', 'hazard', 1);
            insert into log.mt_events (seq_id, id, stream_id, version, data, type, "timestamp", mt_dotnet_type, headers)
              select 100, gen_random_uuid(), '00000000-0000-0000-0000-0000000000fe', 1, data, type, "timestamp" + interval '1 microsecond', mt_dotnet_type, headers from log.mt_events where seq_id = 99
            """);
        var findings = (await AuditAsync()).Findings;
        findings.First(f => f.Code == "events_inserted").ShouldSatisfyAllConditions(f => f.First.ShouldBe(100), f => f.Count.ShouldBe(1));
        findings.First(f => f.Code == "event_unauthenticated").Positions.ShouldBe([100]);
        findings.ShouldNotContain(f => f.Code == "event_altered");
    }

    [Fact]
    public async Task An_event_put_at_the_end_is_found_even_when_the_tree_took_it_in()
    {
        await BehindTheBackAsync($$"""
            insert into log.mt_streams (id, type, version) values ('00000000-0000-0000-0000-0000000000ff', 'hazard', 1);
            insert into log.mt_events (seq_id, id, stream_id, version, data, type, "timestamp", mt_dotnet_type, headers)
              values ({{All + 1}}, gen_random_uuid(), '00000000-0000-0000-0000-0000000000ff', 1, '{}', 'something_noted', now() + interval '1 minute', 'Hazards.Tests.SomethingNoted, Hazards.Tests', '{}')
            """);
        Codes(await AuditAsync()).ShouldBe([$"event_unauthenticated@{All + 1}"]);
        await SignAsync(signer);
        Codes(await AuditAsync()).ShouldBe([$"event_unauthenticated@{All + 1}"]);
    }

    [Fact]
    public async Task Two_swapped_events_are_named_both()
    {
        await BehindTheBackAsync("""
            update log.mt_events set seq_id = -1 where seq_id = 50;
            update log.mt_events set seq_id = 50 where seq_id = 60;
            update log.mt_events set seq_id = 60 where seq_id = -1
            """);
        var finding = (await AuditAsync()).Findings.First(f => f.Code == "events_swapped");
        finding.Positions.ShouldBe([50, 60]);
    }

    [Fact]
    public async Task Two_events_whose_times_were_swapped_as_well_are_named_both()
    {
        await BehindTheBackAsync($"""
            create temp table times as select seq_id, "timestamp" as at from log.mt_events where seq_id in (50, {All});
            update log.mt_events set seq_id = -1 where seq_id = 50;
            update log.mt_events set seq_id = 50 where seq_id = {All};
            update log.mt_events set seq_id = {All} where seq_id = -1;
            update log.mt_events e set "timestamp" = t.at from times t where t.seq_id = e.seq_id;
            update log.event_codes set position = -1 where position = 50;
            update log.event_codes set position = 50 where position = {All};
            update log.event_codes set position = {All} where position = -1
            """);
        Codes(await AuditAsync()).ShouldBe(["events_swapped@50"]);
    }

    [Fact]
    public async Task Two_events_that_exchanged_their_contents_are_named_both()
    {
        await BehindTheBackAsync("""
            update log.mt_events e set data = o.data from log.mt_events o
            where (e.seq_id = 50 and o.seq_id = 60) or (e.seq_id = 60 and o.seq_id = 50)
            """);
        var finding = (await AuditAsync()).Findings.First(f => f.Code == "events_swapped");
        finding.Positions.ShouldBe([50, 60]);
        finding.English.ShouldContain("data");
    }

    [Fact]
    public async Task A_tile_altered_to_fit_an_altered_event_is_caught_by_the_checkpoints()
    {
        await BehindTheBackAsync("""update log.mt_events set data = '{}' where seq_id = 77""");
        await RebuildTreeAsync();
        Codes(await AuditAsync(question => question with { AppendKey = null }))
            .ShouldBe(["checkpoint_root_differs@61", "kept_checkpoint_contradicted@61"], ignoreOrder: true);
        Codes(await AuditAsync()).ShouldContain("event_code_wrong@77");
    }

    [Fact]
    public async Task A_tile_that_alone_was_altered_is_told_from_an_altered_event()
    {
        await BehindTheBackAsync(
            $"update log.tiles set hashes = overlay(hashes placing '\\x00000000' from {76 * 32 + 1}) where level = 0 and index = 0");
        var findings = (await AuditAsync()).Findings;
        findings.First(f => f.Code == "tiles_altered" && f.First == 77).Positions.ShouldBe([77]);
        findings.ShouldNotContain(f => f.Code.StartsWith("event"));
    }

    [Theory]
    [InlineData("delete from log.tiles where level = 0 and index = 1", "tiles_missing@257")]
    [InlineData("update log.tiles set hashes = overlay(hashes placing '\\x00000000' from 1) where level = 1", "tiles_altered@")]
    [InlineData("update log.trees set root = overlay(root placing '\\x00000000' from 1)", "tree_head_altered@")]
    [InlineData("update log.checkpoints set root = overlay(root placing '\\x00000000' from 1) where size = 90", "checkpoint_altered@90")]
    [InlineData("update log.checkpoints set note = 'nothing' where size = 90", "checkpoint_unreadable@90")]
    [InlineData("update log.checkpoints c set note = replace(c.note, o.line, 'AAAA') from (select split_part(note, ' ', 3) as line from log.checkpoints where size = 90) o where c.size = 90", "checkpoint_unreadable@90")]
    public async Task What_is_stored_of_the_tree_is_checked_itself(string sql, string code)
    {
        await BehindTheBackAsync(sql);
        Codes(await AuditAsync()).ShouldContain(code);
    }

    [Fact]
    public async Task A_checkpoint_with_anothers_signature_is_a_forgery()
    {
        await BehindTheBackAsync("""
            update log.checkpoints c set note = split_part(c.note, E'\n\n', 1) || E'\n\n' || split_part(o.note, E'\n\n', 2)
            from log.checkpoints o where c.size = 90 and o.size = 120
            """);
        Codes(await AuditAsync()).ShouldBe(["checkpoint_signature_wrong@90"]);
    }

    [Fact]
    public async Task All_recomputed_and_signed_with_another_key_shows_the_other_key_and_contradicts_what_was_kept()
    {
        await BehindTheBackAsync("""update log.mt_events set data = '{}' where seq_id = 77""");
        await RebuildTreeAsync();
        await BehindTheBackAsync("delete from log.checkpoints");
        await SignAsync(NoteSigner.Create("hazards/test"));
        var findings = (await AuditAsync()).Findings;
        findings.ShouldContain(f => f.Code == "checkpoint_key_unknown");
        findings.ShouldContain(f => f.Code == "kept_checkpoint_contradicted" && f.Chinese.Contains("市档案馆"));
        findings.ShouldContain(f => f.Code == "event_code_wrong" && f.First == 77);
    }

    [Fact]
    public async Task A_log_put_back_to_an_older_backup_is_told_by_what_was_kept()
    {
        await BehindTheBackAsync("""
            delete from log.mt_events where seq_id > 120;
            update log.mt_streams set version = 4;
            delete from log.checkpoints where size > 120
            """);
        await RebuildTreeAsync();
        (await AuditAsync(question => question with { Kept = [] })).Findings.ShouldBeEmpty();
        var finding = (await AuditAsync()).Findings.ShouldHaveSingleItem();
        finding.ShouldSatisfyAllConditions(
            f => f.Code.ShouldBe("log_rolled_back"), f => f.First.ShouldBe(121), f => f.Last.ShouldBe(All),
            f => f.Count.ShouldBe(All - 120));
    }

    [Fact]
    public async Task A_stream_whose_version_was_changed_is_named()
    {
        var stream = await database.ScalarAsync<Guid>("select stream_id from log.mt_events where seq_id = 7");
        await database.ExecuteAsync($"update log.mt_streams set version = 12 where id = '{stream}'");
        (await AuditAsync()).Findings.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(f => f.Code.ShouldBe("stream_versions"), f => f.Stream.ShouldBe(stream), f => f.First.ShouldBe(7));
        await database.ExecuteAsync($"update log.mt_streams set version = 11 where id = '{stream}'; insert into log.mt_streams (id, type, version) values (gen_random_uuid(), 'hazard', 2)");
        (await AuditAsync()).Findings.ShouldHaveSingleItem().Code.ShouldBe("stream_without_events");
    }

    [Fact]
    public async Task The_leaf_of_a_row_is_the_leaf_of_the_event()
    {
        await database.ExecuteAsync("""
            insert into log.mt_streams (id, version) values ('00000000-0000-0000-0000-0000000000fd', 1);
            insert into log.mt_events (seq_id, id, stream_id, version, data, type, "timestamp", mt_dotnet_type, correlation_id, causation_id, headers)
            values (1001, gen_random_uuid(), '00000000-0000-0000-0000-0000000000fd', 1, '{"b":[1.50,-0.25,1e3,"\u4e2d\n\""],"a\u0001":{"":null}}', 'a"b\c', '2026-01-02 03:04:05.678901+08', null, null, E'tab\t"', null)
            """);
        var log = Open();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        foreach (var e in await log.AllAsync())
        {
            var (leaf, coded) = (default(Digest), false);
            var writer = new EventWriter();
            await new EventScan(connection, null).ReadAsync(e.Position, e.Position, (in EventBytes bytes) =>
            {
                leaf = Hash.Leaf(writer.Envelope(bytes));
                coded = writer.IsCoded(bytes, AppendKey);
            }, default);
            leaf.ShouldBe(Hash.Leaf(Envelope.Write(e)));
            coded.ShouldBe(e.Position <= All);
        }
        await log.DisposeAsync();
    }

    private MartenEventLog Open() => database.Open(new EventLogOptions { AppendKey = AppendKey });

    private async Task<AuditReport> AuditAsync(Func<AuditQuestion, AuditQuestion>? change = null)
    {
        var question = new AuditQuestion
        {
            Trees = [Hash], Keys = [new AuditKey(Hash.Name, signer.Verifier)], Kept = [kept!], AppendKey = AppendKey, AppendKeySince = 0,
            Readers = 2,
        };
        return await LogAudit.RunAsync(database.ServiceConnectionString, change is null ? question : change(question));
    }

    private static string[] Codes(AuditReport report) => [.. report.Findings.Select(f => $"{f.Code}@{f.First}")];

    private async Task SignAsync(NoteSigner by)
    {
        await new TreeGrower(database.Service, Hash).CatchUpAsync();
        var head = await new TreeStore(database.DataSource, Hash).HeadAsync();
        var checkpoint = new Checkpoint("hazards/test", head.Size, head.Root);
        await new CheckpointStore(database.Service, Hash).AddAsync(checkpoint, checkpoint.ToNote().SignedBy(by, DateTimeOffset.UtcNow));
    }

    /// <summary>As the owner of everything, with what protects the tables taken away for the moment.</summary>
    private async Task BehindTheBackAsync(string sql)
    {
        string[] tables = ["mt_events", "event_codes", "tiles", "trees", "checkpoints"];
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"{Triggers("disable")} {sql}; {Triggers("enable always")}", connection);
        await command.ExecuteNonQueryAsync();

        string Triggers(string what) =>
            string.Concat(tables.SelectMany(t => new[] { "refuse_update", "refuse_delete", "refuse_truncate" }.Select(g => $"alter table log.{t} {what} trigger {g};")));
    }

    private async Task RebuildTreeAsync()
    {
        await BehindTheBackAsync("delete from log.tiles; delete from log.trees");
        await new TreeGrower(database.Service, Hash).CatchUpAsync();
    }
}
