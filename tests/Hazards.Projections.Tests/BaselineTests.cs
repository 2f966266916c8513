using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections.Tests;

/// <summary>A new database gets its tables at once, an older one file by file: both must become the same.</summary>
public sealed class BaselineTests
{
    private static readonly ImmutableArray<MigrationModule> WithHistory =
        [LogMigrations.Module, ProjectionMigrations.Rows, ProjectionMigrations.Files];

    private const string FunctionsLine = "-- Functions: ";

    [Fact]
    public async Task A_new_database_is_what_an_upgraded_one_is()
    {
        await using var made = await Scratch.MakeAsync(m => m);
        await using var upgraded = await Scratch.MakeAsync(m => m with { Baseline = [] });
        var (one, other) = (await made.EverythingAsync(), await upgraded.EverythingAsync());
        one.Keys.Except(other.Keys).ShouldBeEmpty("only the baseline makes it: Upgrades lack a file");
        other.Keys.Except(one.Keys).ShouldBeEmpty("only the upgrades make it: the baseline lacks it");
        foreach (var (name, what) in one)
            other[name].ShouldBe(what, name);
        one.Count.ShouldBeGreaterThan(700, "the query sees them all");
    }

    /// <summary>What was applied is nothing to be applied again, by this version or one that adds a file.</summary>
    [Fact]
    public async Task A_new_database_has_had_every_upgrade()
    {
        await using var made = await Scratch.MakeAsync(m => m);
        foreach (var module in WithHistory)
            (await made.RunAsync(module with { Baseline = [] })).ShouldBeEmpty(module.Name);
    }

    [Fact]
    public async Task Two_nodes_that_start_at_once_on_an_empty_database_make_one()
    {
        await using var scratch = await Scratch.MakeAsync(_ => null);
        var runs = await Task.WhenAll(scratch.RunAsync(LogMigrations.Module), scratch.RunAsync(LogMigrations.Module));
        runs.Select(r => r.Count).Order().ShouldBe([0, LogMigrations.Module.Upgrades.Length]);
        runs = await Task.WhenAll(scratch.RunAsync(ProjectionMigrations.Rows), scratch.RunAsync(ProjectionMigrations.Rows));
        runs.Select(r => r.Count).Order().ShouldBe([0, ProjectionMigrations.Rows.Upgrades.Length]);
    }

    /// <summary>Older nodes know by a new file that the functions are not theirs any more.</summary>
    [Fact]
    public void A_change_of_functions_comes_with_a_file()
    {
        var functions = string.Concat(ProjectionMigrations.Rows.Functions.Select(f => f.Checksum));
        var line = FunctionsLine + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(functions)));
        var said = ProjectionMigrations.Rows.Upgrades.SelectMany(f => f.Sql.Split('\n'))
            .Last(l => l.StartsWith(FunctionsLine, StringComparison.Ordinal));
        said.TrimEnd().ShouldBe(
            line, $"functions changed: add a file to Schema/Upgrades with the line “{line}”, or correct it there if it has not landed");
    }

    /// <summary>Functions are dropped and made anew: none of them may be missed by it, or another's be lost.</summary>
    [Fact]
    public async Task Every_function_of_the_rows_stands_in_a_file_of_functions()
    {
        await using var made = await Scratch.MakeAsync(m => m);
        var before = (await made.EverythingAsync()).Where(o => o.Key.StartsWith("function rows.", StringComparison.Ordinal)).ToArray();
        await made.ExecuteAsync(ProjectionMigrations.Rows.DropFunctions.Sql);
        (await made.EverythingAsync()).Keys.ShouldNotContain(k => k.StartsWith("function rows.", StringComparison.Ordinal));
        foreach (var file in ProjectionMigrations.Rows.Functions)
            await made.ExecuteAsync(file.Sql);
        (await made.EverythingAsync()).Where(o => o.Key.StartsWith("function rows.", StringComparison.Ordinal)).ShouldBe(before);
    }

    private sealed class Scratch(string server, string name) : IAsyncDisposable
    {
        private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 5, CommandTimeout = 120 }.ConnectionString);

        /// <summary>A database with the modules as they are given back; null: without.</summary>
        public static async Task<Scratch> MakeAsync(Func<MigrationModule, MigrationModule?> as_)
        {
            var server = await SharedServer.ConnectionStringAsync();
            var scratch = new Scratch(server, $"baseline_{Guid.NewGuid():n}");
            await SharedServer.CreateAsync(scratch.Name);
            foreach (var module in WithHistory)
                if (as_(module) is { } given)
                    await scratch.RunAsync(given);
            if (as_(LogMigrations.Module) is not null)
                await ServiceRole.EnsureAsync(scratch.source, "hazards_tests", new ServiceLogin("of the tests"));
            return scratch;
        }

        private string Name => name;

        public Task<IReadOnlyList<string>> RunAsync(MigrationModule module) =>
            module.Name == LogMigrations.Module.Name
                ? LogMigrations.RunAsync(source, module, CancellationToken.None)
                : Migrations.RunAsync(source, module);

        public async Task<Dictionary<string, string>> EverythingAsync()
        {
            await using var connection = await source.OpenConnectionAsync();
            await using (var path = new NpgsqlCommand("set search_path = pg_catalog", connection))
                await path.ExecuteNonQueryAsync();
            await using var command = new NpgsqlCommand(
                await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "everything.sql")), connection);
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. WithHistory.Select(m => m.Name)] });
            await using var reader = await command.ExecuteReaderAsync();
            var everything = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await reader.ReadAsync())
                everything.Add(reader.GetString(0), reader.GetString(1));
            return everything;
        }

        public async Task ExecuteAsync(string sql)
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await source.DisposeAsync();
            await SharedServer.ExecuteAsync($"drop database if exists {name} with (force)");
        }
    }
}
