using Hazards.Api.Proofs.Auditing;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>
/// What the migrations make is what the audit expects, on whichever server these tests run. Whoever adds a migration renews it:
/// <c>HAZARDS_RENEW_CATALOGUE=1 ./hazards test CatalogueTests</c>.
/// </summary>
[Trait("Server", "each")]
public sealed class CatalogueTests
{
    private const string Manifest = "src/Hazards.Api/Proofs/Auditing/Catalogue/manifest.txt";

    [Fact]
    public async Task The_manifest_is_what_the_migrations_make()
    {
        var database = await TestServer.CreateDatabaseAsync();
        try
        {
            var made = await LinesAsync(database);
            if (Environment.GetEnvironmentVariable("HAZARDS_RENEW_CATALOGUE") == "1")
                await File.WriteAllTextAsync(Repository.Find(Manifest), string.Join('\n', made) + "\n");
            var expected = await File.ReadAllLinesAsync(Repository.Find(Manifest));
            made.Except(expected).ShouldBeEmpty("renew it: HAZARDS_RENEW_CATALOGUE=1 ./hazards test CatalogueTests");
            expected.Except(made).ShouldBeEmpty("renew it: HAZARDS_RENEW_CATALOGUE=1 ./hazards test CatalogueTests");
        }
        finally
        {
            await TestServer.DropDatabaseAsync(database);
        }
    }

    [Fact]
    public async Task Rows_made_anew_are_in_the_same_tables()
    {
        var database = await TestServer.CreateDatabaseAsync();
        try
        {
            var before = await LinesAsync(database);
            await using (var owner = NpgsqlDataSource.Create(database))
            {
                await using var log = Hazards.Projections.Store.MartenEventLog.Open(owner);
                await Rebuild.RunAsync(owner, log, new Hazards.Domain.Rulebook([], Hazards.Domain.WorkCalendar.Shipped));
            }

            (await LinesAsync(database)).ShouldBe(before);
        }
        finally
        {
            await TestServer.DropDatabaseAsync(database);
        }
    }

    private static async Task<string[]> LinesAsync(string database)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return [.. (await CatalogueAudit.ReadAsync(connection, default)).Select(o => $"{o.Key}\t{o.Value}")];
    }
}
