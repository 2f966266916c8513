using JasperFx;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>The migrations of the schema <c>log</c>: our own files, then what Marten has to change of its own tables.</summary>
public static class LogMigrations
{
    // A reader of events and the writer go on meanwhile; it has been valid from the start for what they write.
    private const string CheckStreamsSql = """
        do $$ begin
          if exists (select from pg_constraint where conrelid = 'log.mt_events'::regclass and conname = 'fkey_mt_events_stream_id' and not convalidated) then
            alter table log.mt_events validate constraint fkey_mt_events_stream_id;
          end if;
        end $$
        """;

    /// <summary>Our own files.</summary>
    public static MigrationModule Module { get; } = new("log", typeof(LogMigrations).Assembly, "Hazards.Projections.Store.Schema.");

    /// <summary>Creates the log's tables and functions, or brings them up to date.</summary>
    /// <exception cref="MigrationException">See <see cref="Migrations"/>.</exception>
    public static Task<IReadOnlyList<string>> RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        RunAsync(dataSource, Module, cancellationToken);

    internal static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource dataSource, MigrationModule module, CancellationToken cancellationToken)
    {
        var applied = await Migrations.RunAsync(dataSource, module, PrepareAsync, cancellationToken);
        // Marten's changes are no transaction, and two nodes that make them at once fail each other.
        await Migrations.AloneAsync(dataSource, async connection =>
        {
            await using (var check = new NpgsqlCommand(CheckStreamsSql, connection) { CommandTimeout = 0 })
                await check.ExecuteNonQueryAsync(cancellationToken);
            // An older Marten's idea of its tables must not be put over a newer one's. So whoever has Marten change them (another
            // version of it, another setting of ours) adds a file to the schema's as well, be it an empty one.
            if (await IsNewerAsync(connection, module.Names.Last(), cancellationToken))
                return;
            using var store = HazardsStore.Open(dataSource);
            await store.Storage.Database.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate, ct: cancellationToken);
        }, cancellationToken);
        return applied;
    }

    private static async Task<bool> IsNewerAsync(NpgsqlConnection connection, string last, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """select exists (select from migrations.applied where module = 'log' and name collate "C" > $1)""", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = last });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static Task PrepareAsync(string file, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        file == CodesMove.Before ? CodesMove.RunAsync(connection, CodesMove.Part, cancellationToken) : Task.CompletedTask;
}
