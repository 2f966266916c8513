using System.Data;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>
/// Makes a part of the database, or brings it up to date. Several nodes may start at once: an advisory lock lets one do the work.
/// What a new database gets at once, and an older one file by file, is said by <see cref="MigrationModule"/>; a test holds
/// that both become the same.
/// </summary>
public static class Migrations
{
    // Any constant will do, as long as no other program uses it in this database: "migrate" in ASCII.
    private const long LockKey = 0x6D_69_67_72_61_74_65;

    /// <summary>With three seconds' waiting each, half an hour.</summary>
    private const int MostTries = 300;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(3);

    private const string RecordsSql = """
        create schema if not exists migrations;
        create table if not exists migrations.applied (
          module     text        not null,
          name       text        not null,
          checksum   text        not null,
          applied_at timestamptz not null default clock_timestamp(),
          primary key (module, name)
        )
        """;

    /// <summary>Brings a module's part of the database up to date.</summary>
    /// <param name="dataSource">The database; its user must be allowed to create what the files create.</param>
    /// <param name="module">What it is made of.</param>
    /// <param name="cancellationToken">Stops waiting for another node, or between files.</param>
    /// <returns>The names of the files that are recorded as applied from now on.</returns>
    /// <exception cref="MigrationException">An applied file was changed, a new one sorts before it, or a file failed.</exception>
    public static Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource dataSource, MigrationModule module, CancellationToken cancellationToken = default) =>
        RunAsync(dataSource, module, null, cancellationToken);

    /// <param name="dataSource">The database.</param>
    /// <param name="module">What it is made of.</param>
    /// <param name="prepare">
    /// Called before each file that an older database is brought up to date with, with its name and the connection: for work that
    /// is too long for the file's one transaction. It may be interrupted and is called again then.
    /// </param>
    /// <param name="cancellationToken">Stops between files.</param>
    internal static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource dataSource,
        MigrationModule module,
        Func<string, NpgsqlConnection, CancellationToken, Task>? prepare,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(module);
        List<MigrationFile> pending = [];
        await AloneAsync(dataSource, async connection =>
        {
            var applied = await AppliedAsync(connection, module.Name, cancellationToken);
            pending = Pending(module, applied);
            if (applied.Count == 0 && !module.Baseline.IsEmpty)
                await ApplyAsync(connection, module, [.. module.Baseline, .. module.Functions], pending, cancellationToken);
            else
                foreach (var file in pending)
                {
                    if (prepare is not null)
                        await prepare(file.Name, connection, cancellationToken);
                    await UpgradeAsync(connection, module, file, file == pending[^1], cancellationToken);
                }
        }, cancellationToken);
        return [.. pending.Select(f => f.Name)];
    }

    /// <summary>Does something while no other node migrates.</summary>
    internal static async Task AloneAsync(
        NpgsqlDataSource dataSource, Func<NpgsqlConnection, Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await work(connection);
        }
        finally
        {
            // A connection that was cut has let go of it, and what cut it is what the caller must hear.
            if (connection.State == ConnectionState.Open)
                await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static async Task<Dictionary<string, string>> AppliedAsync(
        NpgsqlConnection connection, string module, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, RecordsSql, cancellationToken);
        await using var command = new NpgsqlCommand("select name, checksum from migrations.applied where module = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = module });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetString(0), reader.GetString(1));
        return applied;
    }

    /// <summary>Files that were applied by a newer version of the program and are not known to this one are left alone.</summary>
    private static List<MigrationFile> Pending(MigrationModule module, Dictionary<string, string> applied)
    {
        var last = applied.Keys.Max(StringComparer.Ordinal);
        var pending = new List<MigrationFile>();
        foreach (var file in module.Upgrades)
        {
            if (!applied.TryGetValue(file.Name, out var checksum))
            {
                if (string.CompareOrdinal(file.Name, last) < 0)
                    throw new MigrationException(
                        $"{module.Name}/{file.Name} is new, but {last} was applied already: give it a later number.");
                pending.Add(file);
            }
            else if (checksum != file.Checksum)
            {
                throw new MigrationException(
                    $"{module.Name}/{file.Name} was changed after it was applied to this database (applied {checksum[..12]}…, " +
                    $"now {file.Checksum[..12]}…): restore the file and make the change in a new one.");
            }
        }

        return pending;
    }

    /// <summary>
    /// Applies a file of an older database, and with the last the functions as they are now. One that sets <c>lock_timeout</c> would
    /// rather be tried again than have everybody wait behind it while it waits for a long reader.
    /// </summary>
    private static async Task UpgradeAsync(
        NpgsqlConnection connection, MigrationModule module, MigrationFile file, bool last, CancellationToken cancellationToken)
    {
        MigrationFile[] run = last && !module.Functions.IsEmpty ? [file, module.DropFunctions, .. module.Functions] : [file];
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ApplyAsync(connection, module, run, [file], cancellationToken);
                return;
            }
            catch (MigrationException e) when (attempt < MostTries && e.InnerException is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }
        }
    }

    /// <summary>Runs files and records what is applied with them: both, or neither.</summary>
    private static async Task ApplyAsync(
        NpgsqlConnection connection, MigrationModule module, IEnumerable<MigrationFile> run, IEnumerable<MigrationFile> recorded,
        CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var file in run)
            try
            {
                await ExecuteAsync(connection, file.Sql, cancellationToken);
            }
            catch (PostgresException e)
            {
                throw new MigrationException($"{module.Name}/{file.Name} failed: {e.MessageText}", e);
            }

        await using var record = new NpgsqlCommand(
            "insert into migrations.applied (module, name, checksum) select $1, * from unnest($2, $3)", connection);
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = module.Name });
        record.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. recorded.Select(f => f.Name)] });
        record.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. recorded.Select(f => f.Checksum)] });
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The database cannot be brought up to date; nothing of the offending file was applied.</summary>
public sealed class MigrationException : Exception
{
    /// <summary>Creates the exception.</summary>
    public MigrationException() { }

    /// <summary>Creates the exception.</summary>
    public MigrationException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    public MigrationException(string message, Exception? innerException) : base(message, innerException) { }
}
