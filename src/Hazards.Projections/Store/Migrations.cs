using System.Data;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>
/// Runs a module's numbered SQL files (<c>0001_tables.sql</c>, …), embedded in its assembly, each once and in order.
/// Several nodes may start at once: an advisory lock lets one do the work. Each file is a transaction with the record
/// of its application. A file is never changed once applied; a change is a new file.
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
    /// <param name="module">The name under which the files are recorded.</param>
    /// <param name="assembly">The assembly that embeds them.</param>
    /// <param name="resourcePrefix">What their resource names begin with; what follows is the file's name.</param>
    /// <param name="cancellationToken">Stops waiting for another node, or between files.</param>
    /// <returns>The names of the files applied now.</returns>
    /// <exception cref="MigrationException">An applied file was changed, a new one sorts before it, or a file failed.</exception>
    public static Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource dataSource,
        string module,
        Assembly assembly,
        string resourcePrefix,
        CancellationToken cancellationToken = default) =>
        RunAsync(dataSource, module, FilesOf(assembly, resourcePrefix), null, cancellationToken);

    /// <param name="dataSource">The database.</param>
    /// <param name="module">The name under which the files are recorded.</param>
    /// <param name="files">The files, in order.</param>
    /// <param name="prepare">
    /// Called before each file that is applied, with its name and the connection: for work that is too long for the file's
    /// one transaction. It may be interrupted and is called again then.
    /// </param>
    /// <param name="cancellationToken">Stops between files.</param>
    internal static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource dataSource,
        string module,
        IReadOnlyList<MigrationFile> files,
        Func<string, NpgsqlConnection, CancellationToken, Task>? prepare,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            var applied = await AppliedAsync(connection, module, cancellationToken);
            var pending = Pending(module, files, applied);
            foreach (var file in pending)
            {
                if (prepare is not null)
                    await prepare(file.Name, connection, cancellationToken);
                await ApplyAsync(connection, module, file, cancellationToken);
            }

            return [.. pending.Select(f => f.Name)];
        }
        finally
        {
            // A connection that was cut has let go of it, and what cut it is what the caller must hear.
            if (connection.State == ConnectionState.Open)
                await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    internal static List<MigrationFile> FilesOf(Assembly assembly, string prefix)
    {
        var names = assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        List<MigrationFile> files = [.. names.Select(n => new MigrationFile(n[prefix.Length..].TrimStart('.'), Read(assembly, n)))];
        return files.Count > 0
            ? files
            : throw new MigrationException($"No migrations named {prefix}*.sql are embedded in {assembly.GetName().Name}.");
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd();
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
    private static List<MigrationFile> Pending(string module, IReadOnlyList<MigrationFile> files, Dictionary<string, string> applied)
    {
        var last = applied.Keys.Max(StringComparer.Ordinal);
        var pending = new List<MigrationFile>();
        foreach (var file in files)
        {
            if (!applied.TryGetValue(file.Name, out var checksum))
            {
                if (string.CompareOrdinal(file.Name, last) < 0)
                    throw new MigrationException($"{module}/{file.Name} is new, but {last} was applied already: give it a later number.");
                pending.Add(file);
            }
            else if (checksum != file.Checksum)
            {
                throw new MigrationException(
                    $"{module}/{file.Name} was changed after it was applied to this database (applied {checksum[..12]}…, " +
                    $"now {file.Checksum[..12]}…): restore the file and make the change in a new one.");
            }
        }

        return pending;
    }

    /// <summary>
    /// Applies a file. One that sets <c>lock_timeout</c> would rather be tried again than have everybody wait behind it while
    /// it waits for a long reader.
    /// </summary>
    private static async Task ApplyAsync(
        NpgsqlConnection connection, string module, MigrationFile file, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ApplyOnceAsync(connection, module, file, cancellationToken);
                return;
            }
            catch (MigrationException e) when (attempt < MostTries && e.InnerException is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }
        }
    }

    private static async Task ApplyOnceAsync(
        NpgsqlConnection connection, string module, MigrationFile file, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, file.Sql, cancellationToken);
        }
        catch (PostgresException e)
        {
            throw new MigrationException($"{module}/{file.Name} failed: {e.MessageText}", e);
        }

        await using var record = new NpgsqlCommand(
            "insert into migrations.applied (module, name, checksum) values ($1, $2, $3)", connection);
        foreach (var value in new[] { module, file.Name, file.Checksum })
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        await record.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>A migration: its name, which orders it, and its SQL.</summary>
internal sealed record MigrationFile(string Name, string Sql)
{
    /// <summary>SHA-256 of the text, whatever its line endings (a checkout may convert them).</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.Replace("\r\n", "\n", StringComparison.Ordinal))));
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
