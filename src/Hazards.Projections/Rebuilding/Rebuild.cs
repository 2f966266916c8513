using Hazards.Domain;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections;

/// <summary>How far a rebuild has come.</summary>
/// <param name="Position">The last event folded.</param>
/// <param name="Head">The log's last event when it was last looked at.</param>
public readonly record struct RebuildProgress(long Position, long Head);

/// <summary>The live rows beside rows made anew from the log, up to the same event.</summary>
/// <param name="Position">That event.</param>
/// <param name="Live">What the service reads.</param>
/// <param name="Rebuilt">What the log says.</param>
public sealed record RowsComparison(long Position, RowsDigest Live, RowsDigest Rebuilt)
{
    /// <summary>Whether every row is the same.</summary>
    public bool Same => Live == Rebuilt;
}

/// <summary>
/// Makes all rows anew from the log, beside the live ones and while these go on. Appends wait only for the last events
/// and the exchange of the tables. Memory is bounded: states that have not been needed for long are folded again.
/// </summary>
public static class Rebuild
{
    private const string Next = "rows_next";
    private const string Check = "rows_check";
    private const string DropScratch = $"drop schema if exists {Next} cascade; drop schema if exists {Check} cascade";

    // pg_advisory_lock: one rebuild at a time; "rebuild" in ASCII.
    private const long RebuildLock = 0x72_65_62_75_69_6C_64;

    /// <summary>Makes the rows anew and puts them in the place of the live ones.</summary>
    /// <param name="dataSource">The database, as the owner of the tables.</param>
    /// <param name="log">The log on it.</param>
    /// <param name="rules">The policies and the calendar.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellationToken">Gives up; the live rows stay as they are.</param>
    /// <exception cref="RebuildBusyException">Another rebuild is running.</exception>
    public static async Task RunAsync(
        NpgsqlDataSource dataSource, IEventLog log, Rulebook rules, IProgress<RebuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await using var rebuilding = await BeginAsync(dataSource, log, rules, Next, progress, cancellationToken);
        while (!await rebuilding.Copy.WhileAppendsWaitAsync(Exchange, cancellationToken))
        {
            // A reader held on to a table for longer than appends should wait; meanwhile the log has gone on.
        }
    }

    /// <summary>Makes the rows anew in a schema of their own, compares them with the live ones, and drops them.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task<RowsComparison> CompareAsync(
        NpgsqlDataSource dataSource, IEventLog log, Rulebook rules, IProgress<RebuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await using var rebuilding = await BeginAsync(dataSource, log, rules, Check, progress, cancellationToken);
        RowsComparison? comparison = null;
        await rebuilding.Copy.WhileAppendsWaitAsync(
            async (connection, position) => comparison = new RowsComparison(
                position,
                await RowsDigest.ComputeAsync(connection, "rows", cancellationToken),
                await RowsDigest.ComputeAsync(connection, Check, cancellationToken)),
            cancellationToken);
        return comparison!;
    }

    /// <summary>
    /// Drops the tables that a rebuild which was killed has left behind: at the next start, migration or rebuild. Those of
    /// one that runs are left alone; its lock tells.
    /// </summary>
    /// <param name="dataSource">The database, as the owner of the tables.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there were any.</returns>
    public static async Task<bool> SweepAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await AskAsync(
            connection, $"select exists (select from pg_namespace where nspname in ('{Next}', '{Check}'))", cancellationToken)
            || !await AskAsync(connection, $"select pg_try_advisory_lock({RebuildLock})", cancellationToken))
            return false;
        try
        {
            await ExecuteAsync(connection, DropScratch, cancellationToken);
            return true;
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({RebuildLock})", CancellationToken.None);
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string question, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(question, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Rebuilding> BeginAsync(
        NpgsqlDataSource dataSource, IEventLog log, Rulebook rules, string schema, IProgress<RebuildProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(rules);
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            if (!await AskAsync(connection, $"select pg_try_advisory_lock({RebuildLock})", cancellationToken))
                throw new RebuildBusyException();
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        var rebuilding = new Rebuilding(connection, schema, new RowsCopy(connection, log, rules, schema, progress));
        try
        {
            await ExecuteAsync(
                connection, $"{DropScratch};\ncreate schema {schema};\n{ProjectionMigrations.SqlFor(schema)}", cancellationToken);
            await rebuilding.Copy.CatchUpAsync(cancellationToken);
            return rebuilding;
        }
        catch
        {
            await rebuilding.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Moves the tables and not the schemas: the functions stay, and what they call by name are now the new tables. The
    /// rights that were granted on the old ones are granted on the new.
    /// </summary>
    private static async Task Exchange(NpgsqlConnection connection, long position)
    {
        await using var exchange = new NpgsqlCommand($"""
            create schema rows_old;
            do $$
            declare
              t record;
              g record;
            begin
              for t in
                select c.relname as name, c.relacl as acl from pg_class c
                where c.relnamespace = 'rows'::regnamespace and c.relkind = 'r'
              loop
                execute format('alter table rows.%I set schema rows_old', t.name);
                execute format('alter table {Next}.%I set schema rows', t.name);
                for g in select a.privilege_type, a.grantee from aclexplode(t.acl) a where a.grantee <> 0 loop
                  execute format('grant %s on rows.%I to %s', g.privilege_type, t.name, g.grantee::regrole);
                end loop;
              end loop;
            end $$;
            drop schema rows_old cascade
            """, connection);
        await exchange.ExecuteNonQueryAsync();
    }

    private sealed class Rebuilding(NpgsqlConnection connection, string schema, RowsCopy copy) : IAsyncDisposable
    {
        public RowsCopy Copy => copy;

        public async ValueTask DisposeAsync()
        {
            await using (connection)
            {
                if (connection.State != System.Data.ConnectionState.Open)
                    return;
                try
                {
                    await ExecuteAsync(
                        connection, $"drop schema if exists {schema} cascade; select pg_advisory_unlock({RebuildLock})",
                        CancellationToken.None);
                }
                catch (NpgsqlException)
                {
                    // The connection is lost, and with it the lock: the next one sweeps. What is said is why it was lost.
                }
            }
        }
    }
}

/// <summary>Another rebuild of the rows is running on this database.</summary>
public sealed class RebuildBusyException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RebuildBusyException() : base("另一个重建正在这个数据库上进行，请等它结束 · another rebuild is running on this database; wait until it has ended") { }
}
