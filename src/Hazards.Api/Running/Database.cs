using Hazards.Projections.Store;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api;

/// <summary>The database the service keeps everything in.</summary>
public static class Database
{
    /// <summary>What the names of the packages' own migrations begin with.</summary>
    internal const string EvidenceMigrations = "Hazards.Api.Evidence.Schema.";

    /// <summary>What the names of the migrations of Wolverine's tables begin with.</summary>
    internal const string JobMigrations = "Hazards.Api.Jobs.Schema.";

    /// <summary>A pool for the whole process. Connects when first used.</summary>
    public static NpgsqlDataSource Open(string connectionString)
    {
        var settings = Hosts.Writable(connectionString);
        settings.ApplicationName = "hazards";
        // Connecting is quick or does not happen: the caller of a request is waiting.
        if (!Gives(connectionString, "Timeout"))
            settings.Timeout = Hosts.SecondsToConnect(settings);
        if (!Gives(connectionString, "Command Timeout", "CommandTimeout"))
            settings.CommandTimeout = 20;
        if (!Gives(connectionString, "Max Auto Prepare", "MaxAutoPrepare"))
            settings.MaxAutoPrepare = 50;
        // A list's plan depends on its values: the county with two overdue hazards is not read like the one with two
        // thousand. Measured on 100,000 hazards, a plan for all values made the overdue list ten times slower. The log's
        // writer, whose statements look up keys only, says otherwise for its own connection. No parallel workers either:
        // starting them costs more than any of these statements, and the cores belong to the other callers.
        if (!Gives(connectionString, "Options"))
            settings.Options = $"-c plan_cache_mode=force_custom_plan -c max_parallel_workers_per_gather=0 {Hosts.ServerKeepalives}";
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>
    /// Brings the tables of the log, the rows, the files and the packages of evidence up to date; returns what was applied. Rows that an older
    /// program made without what the tables now hold are made anew from the log, which takes its time.
    /// </summary>
    public static async Task<IReadOnlyList<string>> MigrateAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var log = await LogMigrations.RunAsync(dataSource, cancellationToken);
        var rows = await ProjectionMigrations.RunAsync(dataSource, cancellationToken);
        var files = await ProjectionMigrations.RunFilesAsync(dataSource, cancellationToken);
        var evidence = await Migrations.RunAsync(dataSource, "evidence", typeof(Database).Assembly, EvidenceMigrations, cancellationToken);
        var jobs = await Migrations.RunAsync(dataSource, Messaging.Schema, typeof(Database).Assembly, JobMigrations, cancellationToken);
        var persons = await ProjectionMigrations.RunPersonsAsync(dataSource, cancellationToken);
        await Rebuild.SweepAsync(dataSource, cancellationToken);
        var made = await RowsAge.EnsureAsync(dataSource, stop => RowsMaking.RunAsync(dataSource, stop), cancellationToken);
        return [.. log.Select(n => $"log/{n}"), .. rows.Select(n => $"rows/{n}"), .. files.Select(n => $"files/{n}"), .. evidence.Select(n => $"evidence/{n}"), .. jobs.Select(n => $"{Messaging.Schema}/{n}"), .. persons.Select(n => $"persons/{n}"), .. made ? [$"rows made anew by {RowsAge.Newest}"] : Array.Empty<string>()];
    }

    /// <summary>For commands that would put what this program makes in the place of what a newer one has made.</summary>
    /// <exception cref="MigrationException">A newer program has migrated the database.</exception>
    public static async Task RefuseNewerAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        if (KnownMigrations.NewerIn(await KnownMigrations.ReadAsync(dataSource, cancellationToken)) is { } newer)
            throw new MigrationException($"数据库已由更新的版本升级（{newer}），请使用新版本 · a newer version has migrated the database ({newer}): use that version.");
    }

    /// <summary>
    /// Makes and grants a role that may append and read but neither change an event nor alter a table; the service runs
    /// as it with <c>Options=-c role=…</c> in its connection string and <c>serve --no-migrate</c>.
    /// </summary>
    /// <returns>False when the role does not exist and this user may not make it.</returns>
    public static async Task<bool> GrantAsync(NpgsqlDataSource owner, string role, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(owner);
        if (!await ServiceRole.GrantLogAsync(owner, role, cancellationToken))
            return false;
        await ProjectionMigrations.GrantAsync(owner, role, cancellationToken);
        await ProjectionMigrations.GrantFilesAsync(owner, role, cancellationToken);
        await ProjectionMigrations.GrantPersonsAsync(owner, role, cancellationToken);
        // What /health/ready compares with. GrantLogAsync has refused names that are not plain.
        await using var records = owner.CreateCommand($"""
            grant usage on schema migrations to {role}; grant select on migrations.applied, migrations.rows_made to {role};
            grant usage on schema evidence to {role}; grant select, insert, update, delete on all tables in schema evidence to {role};
            grant usage on schema {Messaging.Schema} to {role}; grant select, insert, update, delete on all tables in schema {Messaging.Schema} to {role};
            grant usage on all sequences in schema {Messaging.Schema} to {role}
            """);
        await records.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    private static bool Gives(string connectionString, params ReadOnlySpan<string> names)
    {
        var given = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connectionString };
        foreach (var name in names)
            if (given.ContainsKey(name))
                return true;
        return false;
    }
}
