using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Proofs.Auditing;
using Hazards.Evidence.Proof;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>A database written by a version before opens, migrates and goes on; nothing that was written is changed.</summary>
[Trait("Server", "any")]
public sealed class OlderDatabaseTests(OlderDatabases older) : IClassFixture<OlderDatabases>
{
    [Theory, InlineData("last_landing"), InlineData("first_landing")]
    public async Task Its_migration_keeps_what_was_written_to_the_byte(string name)
    {
        await using var database = await older.CopyAsync(name);
        (await Database.MigrateAsync(database.Owner)).ShouldContain("log/0009_marten.sql");
        await database.KeepsEverythingAsync();
        using (var store = HazardsStore.Open(database.Owner))
            await store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
        (await database.ScalarAsync<long>(
            "select count(*) from pg_constraint where connamespace = 'log'::regnamespace and not convalidated")).ShouldBe(0);
        foreach (var refused in new[]
        {
            "update log.mt_events set type = 'x' where seq_id = 1", "delete from log.mt_events where seq_id = 1",
            "truncate log.mt_events cascade",
            $"update log.event_codes set code = '' where position = {database.Head}", "delete from log.event_codes",
            "truncate log.event_codes",
        })
            (await Should.ThrowAsync<PostgresException>(() => database.ExecuteAsync(refused))).SqlState.ShouldBe(
                PostgresErrorCodes.InsufficientPrivilege, refused);

        (await Database.MigrateAsync(database.Owner)).ShouldBeEmpty("once is enough");
        await database.KeepsEverythingAsync();
    }

    [Theory, InlineData("last_landing"), InlineData("first_landing")]
    public async Task The_service_answers_as_the_version_before_did_and_goes_on(string name)
    {
        await using var database = await older.CopyAsync(name);
        await TestServer.PrepareAsync(database.ConnectionString);
        await using var node = await Node.StartAsync(database);
        (await node.Of("admin").GetAsync("/health/ready")).Require(HttpStatusCode.OK);
        await AnswersAsBeforeAsync(node, database.Expected);
        await PersonsAreAsBeforeAsync(node, database.Expected);
        await OutcomesAreAsBeforeAsync(node, database.Expected);

        // It goes on at the next position, with a code.
        var before = await database.ScalarAsync<long>("select max(seq_id) from log.mt_events");
        var reported = (await node.Of(node.Reporter).PostAsync(
            "hazards", Another(database.Expected), ("Idempotency-Key", Guid.NewGuid().ToString()))).Require(HttpStatusCode.Created);
        (await database.ScalarAsync<long>($"select seq_id from log.mt_events where stream_id = '{reported["id"]}' and version = 1"))
            .ShouldBe(before + 1);
        (await database.ScalarAsync<long>($"select count(*) from log.event_codes where position = {before + 1}")).ShouldBe(1);
        (await database.ScalarAsync<long>("select count(*) from log.mt_events where type = 'tombstone'")).ShouldBe(0);
        (await database.ScalarAsync<long>("select max(seq_id) - count(*) from log.mt_events")).ShouldBe(0, "no position is missing");

        (await node.Services.GetRequiredService<AuditDesk>().RunAsync(AuditOrder.Full, 1, null, default)).Findings.ShouldBeEmpty();
        var rules = await node.Services.GetRequiredService<RulebookSource>().RefreshAsync(default);
        var comparison = await Rebuild.CompareAsync(database.Owner, node.Services.GetRequiredService<IEventLog>(), rules);
        comparison.Same.ShouldBeTrue($"{comparison.Live} ≠ {comparison.Rebuilt}");
    }

    /// <summary>What a batch burnt that the version before rolled back is counted again: nobody has read beyond it.</summary>
    [Fact]
    public async Task A_sequence_that_stood_ahead_is_set_to_the_last_position()
    {
        await using var database = await older.CopyAsync("first_landing");
        await database.ExecuteAsync($"select setval('log.mt_events_sequence', {database.Head + 3})");
        await Database.MigrateAsync(database.Owner);
        await database.KeepsEverythingAsync();
    }

    /// <summary>A rolling upgrade migrates while nodes of the version before append.</summary>
    [Fact]
    public async Task An_append_that_is_under_way_keeps_its_code()
    {
        await using var database = await older.CopyAsync("first_landing");
        await using var node = await database.Owner.OpenConnectionAsync();
        await using var append = await node.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"""
            select pg_advisory_xact_lock(7311142570156650343);
            insert into log.mt_streams (id, type, version) values ('00000000-0000-4000-8000-000000000001', 'hazard', 1);
            insert into log.mt_events (seq_id, id, stream_id, version, data, type, mac)
            values ({database.Head + 1}, gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 1, '{"{}"}', 'comment_added', '\xc0de')
            """, node))
            await command.ExecuteNonQueryAsync();

        var migrating = LogMigrations.RunAsync(database.Owner);
        await WaitingAsync(database, "advisory");
        await append.CommitAsync();
        await migrating;
        (await database.ScalarAsync<byte[]>($"select code from log.event_codes where position = {database.Head + 1}"))
            .ShouldBe([0xC0, 0xDE]);
        (await database.ScalarAsync<long>("select nextval('log.mt_events_sequence')")).ShouldBe(database.Head + 2);
    }

    [Fact]
    public async Task A_migration_that_is_killed_leaves_nothing_half_done_and_is_run_again()
    {
        await using var database = await older.CopyAsync("last_landing");
        var applied = await database.ScalarAsync<long>("select count(*) from migrations.applied");
        await using (var reader = await database.Owner.OpenConnectionAsync())
        {
            // Codes are moved, column and functions dropped by the time it wants this table.
            await using var reading = await reader.BeginTransactionAsync();
            await using (var command = new NpgsqlCommand("lock table log.mt_streams in row exclusive mode", reader))
                await command.ExecuteNonQueryAsync();
            var migrating = Database.MigrateAsync(database.Owner);
            var backend = await WaitingAsync(database, "relation");
            await database.ExecuteAsync($"select pg_terminate_backend({backend})");
            await Should.ThrowAsync<Exception>(() => migrating);
        }

        (await database.ScalarAsync<long>("select count(*) from migrations.applied where name = '0009_marten.sql'")).ShouldBe(0);
        (await database.ScalarAsync<long>("select count(*) from migrations.applied"))
            .ShouldBe(applied + 1, "its codes have a table already");
        (await database.ScalarAsync<long>("select count(mac) from log.mt_events"))
            .ShouldBe(database.Expected["withAppendCode"]!.GetValue<long>());
        (await database.ScalarAsync<long>("select count(*) from pg_proc where pronamespace = 'log'::regnamespace and proname = 'append'"))
            .ShouldBe(2, "older nodes go on");
        await Database.MigrateAsync(database.Owner);
        await database.KeepsEverythingAsync();
    }

    private static async Task AnswersAsBeforeAsync(Node node, JsonNode expected)
    {
        foreach (var said in expected["answers"]!.AsArray())
        {
            var answer = (await node.Of("admin").GetAsync(PathOf(said!))).Require(HttpStatusCode.OK);
            JsonNode.DeepEquals(answer.Json, said!["answer"]).ShouldBeTrue($"{said["path"]}\n{answer.Text}");
        }

        foreach (var hazard in expected["hazards"]!.AsArray())
        {
            var now = (await node.Of("admin").GetAsync($"hazards/{hazard!["id"]}")).Require(HttpStatusCode.OK);
            (now["version"], now.Json["stage"]!["code"]!.ToString())
                .ShouldBe((hazard["version"]!.ToString(), hazard["stage"]!.ToString()), hazard["id"]!.ToString());
            (await node.Of("admin").GetAsync($"hazards/{hazard["id"]}/events"))
                .Require(HttpStatusCode.OK).Json["events"]!.AsArray().Count.ShouldBe(hazard["events"]!.GetValue<int>());
        }

        var then = (await node.Of("admin").GetAsync(PathOf(expected["asOf"]!))).Require(HttpStatusCode.OK);
        (then["version"], then.Json["stage"]!["code"]!.ToString())
            .ShouldBe((expected["asOf"]!["version"]!.ToString(), expected["asOf"]!["stage"]!.ToString()));

        // A recorded proof holds by itself, with what anybody can compute.
        var proof = expected["answers"]!.AsArray()
            .First(a => a!["path"]!.ToString().Contains("inclusion", StringComparison.Ordinal))!["answer"]!;
        var leaf = await LeafAsync(node, proof["position"]!.GetValue<long>());
        leaf.ToString().ShouldBe(proof["leaf"]!.ToString());
        Verify.Inclusion(TreeHash.Sha256, proof["index"]!.GetValue<long>(), proof["size"]!.GetValue<long>(), leaf,
            [.. proof["path"]!.AsArray().Select(h => DigestOf(h!))], DigestOf(proof["root"]!)).ShouldBeTrue();

        var key = node.Of(expected["evidence"]!["key"]!.ToString());
        var (package, _) = await key.BytesAsync(PathOf(expected["evidence"]!));
        Convert.ToHexStringLower(SHA256.HashData(package)).ShouldBe(expected["evidence"]!["sha256"]!.ToString());
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, package);
        var verification = Hazards.Evidence.PackageVerifier.Verify(file);
        File.Delete(file);
        verification.Fits.ShouldBeTrue(string.Join("\n", verification.Checks));

        if (expected["report"] is { } report)
        {
            var verified = (await node.Of("hd-office").PostTextAsync(PathOf(report), "")).Require(HttpStatusCode.OK);
            JsonNode.DeepEquals(verified.Json, report["answer"]).ShouldBeTrue(verified.Text);
        }

        if (expected["seals"] is { } seals)
            (await node.Of("admin").GetAsync("seals?active=true")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
                .Select(s => s!["id"]!.ToString()).ShouldBe(seals.AsArray().Select(s => s!.ToString()));
        if (expected["policies"] is { } policies)
            (await node.Of("admin").GetAsync("policies")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
                .Select(p => p!["version"]!.ToString()).ShouldBe(policies.AsArray().Select(p => p!["version"]!.ToString()));
    }

    private static async Task PersonsAreAsBeforeAsync(Node node, JsonNode expected)
    {
        foreach (var person in expected["persons"]!.AsArray())
        {
            var answer = await node.Of(person!["key"]!.ToString()).PostAsync(PathOf(person), person["body"]!.DeepClone().AsObject());
            ((int)answer.Status).ShouldBe(person["status"]!.GetValue<int>(), answer.Text);
            JsonNode.DeepEquals(answer.Json["data"], person["data"]).ShouldBeTrue(answer.Text);
            (answer.Json["statement"]?.ToString()).ShouldBe(person["statement"]?.ToString());
            (answer.Json["code"]?.ToString()).ShouldBe(person["code"]?.ToString());
        }
    }

    private static async Task OutcomesAreAsBeforeAsync(Node node, JsonNode expected)
    {
        var first = expected["idempotency"]!;
        var key = ("Idempotency-Key", first["key"]!.ToString());
        // To the letter: a key goes with the bytes that were sent.
        var again = (await node.Of(node.Reporter).PostTextAsync("hazards", first["body"]!.ToString(), key)).Require(HttpStatusCode.Created);
        again["id"].ShouldBe(first["hazard"]!.ToString());
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        (await node.Of(node.Reporter).PostAsync("hazards", Another(expected), key))
            .Refused(HttpStatusCode.Conflict, "idempotency.key_reused");
        var change = expected["sealed"]!;
        (await node.Of(change["key"]!.ToString()).PostAsync(PathOf(change), change["body"]!.DeepClone().AsObject()))
            .Refused(HttpStatusCode.Locked, change["code"]!.ToString());
    }

    private static JsonObject Another(JsonNode expected)
    {
        var body = JsonNode.Parse(expected["idempotency"]!["body"]!.ToString())!.AsObject();
        body["title"] = "另一条";
        return body;
    }

    private static async Task<Digest> LeafAsync(Node node, long position)
    {
        await foreach (var e in node.Services.GetRequiredService<IEventLog>().ReadAllAsync(position - 1, position))
            return TreeHash.Sha256.Leaf(Envelope.Write(e));
        throw new InvalidOperationException("There is no such event.");
    }

    private static Digest DigestOf(JsonNode text) =>
        Digest.TryParse(text.ToString(), out var digest) ? digest : throw new FormatException(text.ToString());

    private static string PathOf(JsonNode asked) => asked["path"]!.ToString().TrimStart('/');

    /// <summary>The backend that waits for a lock.</summary>
    private static async Task<int> WaitingAsync(OlderDatabase database, string kind)
    {
        for (var deadline = DateTime.UtcNow.AddMinutes(1); DateTime.UtcNow < deadline; await Task.Delay(20))
        {
            var waiting = await database.ScalarAsync<int>($"""
                select coalesce(max(l.pid), 0) from pg_locks l join pg_stat_activity a using (pid)
                where not l.granted and l.locktype = '{kind}' and a.datname = current_database()
                """);
            if (waiting != 0)
                return waiting;
        }

        throw new TimeoutException("Nothing waits.");
    }

    /// <summary>This version's service on such a database, as a role that owns nothing.</summary>
    private sealed class Node(WebApplication app, OlderDatabase database) : IAsyncDisposable
    {
        public IServiceProvider Services => app.Services;

        public string Reporter => database.Expected["idempotency"]!["apiKey"]!.ToString();

        private string Address =>
            app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();

        public static async Task<Node> StartAsync(OlderDatabase database)
        {
            var app = HazardsService.Build(new ServiceOptions(database.OfTheService)
            {
                Keys = TestServer.KeysOf(database.ConnectionString), Urls = "http://127.0.0.1:0", JsonLogs = true, Jobs = false,
            });
            await app.StartAsync();
            return new Node(app, database);
        }

        public Client Of(string key) => new(Address, database.Expected["apiKeys"]![key]!.ToString());

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
