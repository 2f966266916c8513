using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>kill -9 of the service under load: what was acknowledged is there, and nothing is half done.</summary>
[Trait("Server", "any")]
public sealed class CrashTests
{
    private const int Writers = 64;

    [Fact]
    public async Task Kill_of_the_service_under_64_writers_loses_no_acknowledged_event()
    {
        var database = await TestServer.CreateDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("hazards-crash-");
        try
        {
            var acknowledged = new ConcurrentDictionary<string, byte>();
            for (var kill = 0; kill < 2; kill++)
                await WriteUntilKilledAsync(database, folder.FullName, acknowledged, atLeast: 300);
            acknowledged.Count.ShouldBeGreaterThan(600);
            await VerifyAsync(database, acknowledged);
        }
        finally
        {
            folder.Delete(recursive: true);
            await TestServer.DropDatabaseAsync(database);
        }
    }

    /// <summary>kill -9 of a rebuild: its scratch tables are gone with the next start, and the live rows are as they were.</summary>
    [Fact]
    public async Task A_rebuild_that_is_killed_leaves_no_scratch_tables()
    {
        var database = await TestServer.CreateDatabaseAsync();
        try
        {
            await using var source = Database.Open(database);
            foreach (var kind in new[] { "--check", "" })
            {
                // Appends are held, so that it waits for them with all its tables made.
                await using var held = await source.OpenConnectionAsync();
                await using var transaction = await held.BeginTransactionAsync();
                await using (var hold = new NpgsqlCommand("select pg_advisory_xact_lock(7311142570156650343)", held))
                    await hold.ExecuteNonQueryAsync();
                using var rebuild = Process.Start(new ProcessStartInfo("dotnet", [typeof(HazardsService).Assembly.Location, "rebuild", "--postgres", TestServer.LoginsOf(database).Service, "--owner", database, .. kind.Length > 0 ? new[] { kind } : []]) { RedirectStandardOutput = true })!;
                while (!await IsAsync(source, $"exists (select from pg_locks where {Ours} and not granted)"))
                {
                    rebuild.HasExited.ShouldBeFalse();
                    await Task.Delay(20);
                }

                (await IsAsync(source, "exists (select from pg_namespace where nspname in ('rows_next', 'rows_check'))")).ShouldBeTrue();
                rebuild.Kill();
                await rebuild.WaitForExitAsync();
                await transaction.RollbackAsync();
                while (await IsAsync(source, $"exists (select from pg_locks where {Ours} and pid <> pg_backend_pid())"))
                    await Task.Delay(20);

                await Database.MigrateAsync(source);
                (await IsAsync(source, "exists (select from pg_namespace where nspname in ('rows_next', 'rows_check'))")).ShouldBeFalse();
            }
        }
        finally
        {
            await TestServer.DropDatabaseAsync(database);
        }
    }

    // pg_locks shows those of the whole server, where other tests are at work.
    private const string Ours = "locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";

    private static async Task<bool> IsAsync(NpgsqlDataSource source, string condition)
    {
        await using var command = source.CreateCommand($"select {condition}");
        return await command.ExecuteScalarAsync() is true;
    }

    private static async Task WriteUntilKilledAsync(
        string database, string folder, ConcurrentDictionary<string, byte> acknowledged, int atLeast)
    {
        using var service = await ServeCommandProcess.StartAsync(database, folder);
        using var over = new CancellationTokenSource();
        var before = acknowledged.Count;
        var key = (await File.ReadAllTextAsync(Path.Combine(folder, "key"))).Trim();
        var writers = Enumerable.Range(0, Writers).Select(_ => WriteAsync(new Client(service.Address, key), acknowledged, over.Token))
            .ToArray();
        while (acknowledged.Count < before + atLeast)
        {
            service.Process.HasExited.ShouldBeFalse(await service.SaidAsync());
            await Task.Delay(20);
        }
        service.Process.Kill();
        await service.Process.WaitForExitAsync();
        await over.CancelAsync();
        await Task.WhenAll(writers);
    }

    private static async Task WriteAsync(Client client, ConcurrentDictionary<string, byte> acknowledged, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                var report = await client.PostAsync("hazards", Some.Report());
                if (report.Status != HttpStatusCode.Created)
                    continue;
                Take(report);
                var id = report["id"];
                var comment = await client.PostAsync($"hazards/{id}/comments", new JsonObject { ["text"] = "已电话核实" });
                if (comment.Status == HttpStatusCode.OK)
                    Take(comment);
            }
            catch (HttpRequestException)
            {
                // The service is gone: what was under way was not acknowledged.
            }
        }

        void Take(Answer answer)
        {
            foreach (var e in answer.Json["events"]!.AsArray())
                acknowledged.TryAdd($"{answer["id"]} {e!["version"]} {e["position"]} {e["type"]}", 0);
        }
    }

    private static async Task VerifyAsync(string database, ConcurrentDictionary<string, byte> acknowledged)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var log = MartenEventLog.Open(source, rows: new RowWriter());
        var expected = 0L;
        var missing = new HashSet<string>(acknowledged.Keys);
        await foreach (var e in log.ReadAllAsync(0))
        {
            e.Position.ShouldBe(++expected, "positions have no gaps");
            missing.Remove($"{e.StreamId} {e.Version} {e.Position} {e.Type}");
        }
        missing.ShouldBeEmpty();
        (await Rebuild.CompareAsync(source, log, Rulebook.Baseline)).Same.ShouldBeTrue("rows equal a rebuild");
    }
}
