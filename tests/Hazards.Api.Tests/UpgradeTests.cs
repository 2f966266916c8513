using Hazards.Domain.Codes;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>A database whose rows were made by an older program: no list may lack what the older rows did not hold.</summary>
[Trait("Server", "each")]
public sealed class UpgradeTests
{
    [Fact]
    public async Task Rows_older_than_their_tables_are_made_anew_before_anything_is_read_from_them()
    {
        var service = new Service();
        await service.InitializeAsync();
        try
        {
            foreach (var stage in new[] { Stage.Reported, Stage.Assigned, Stage.Rectifying })
                await service.HazardAsync(stage, stage == Stage.Rectifying ? "major" : "general");
            await service.StopAsync();
            await using var database = NpgsqlDataSource.Create(service.ConnectionString);
            var before = await RowsDigest.ComputeAsync(database);

            // As a database of the version before looks after its tables were migrated.
            await ExecuteAsync(database, "truncate rows.hazard_facts, rows.leg_facts, rows.inbox; delete from migrations.rows_made");
            await using (var connection = await database.OpenConnectionAsync())
                (await RowsAge.IsCurrentAsync(connection)).ShouldBeFalse();
            (await Database.MigrateAsync(database)).ShouldContain(done => done.StartsWith("rows made anew", StringComparison.Ordinal));

            (await RowsDigest.ComputeAsync(database)).ShouldBe(before);
            (await Database.MigrateAsync(database)).ShouldBeEmpty();
        }
        finally
        {
            await TestServer.DropDatabaseAsync(service.ConnectionString);
        }
    }

    [Fact]
    public async Task A_crash_while_they_are_made_anew_leaves_it_to_the_next_start()
    {
        var connectionString = await TestServer.CreateEmptyDatabaseAsync();
        try
        {
            await using var database = NpgsqlDataSource.Create(connectionString);
            await Database.MigrateAsync(database);
            await ExecuteAsync(
                database,
                "delete from migrations.rows_made; insert into log.mt_streams (id, version) values ('00000000-0000-0000-0000-000000000001', 1); insert into log.mt_events (seq_id, id, stream_id, version, data, type) values (1, gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 1, '{}', 'of_another_program')");
            await Should.ThrowAsync<IOException>(() => RowsAge.EnsureAsync(database, _ => throw new IOException("the machine went down")));
            (await RowsAge.EnsureAsync(database, _ => Task.CompletedTask)).ShouldBeTrue();
            (await RowsAge.EnsureAsync(database, _ => throw new InvalidOperationException("once is enough"))).ShouldBeFalse();
        }
        finally
        {
            await TestServer.DropDatabaseAsync(connectionString);
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
