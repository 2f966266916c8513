using System.Net.Sockets;
using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>Tells a database that is unwell, where trying again helps, from data that it will always refuse.</summary>
public static class DatabaseTrouble
{
    /// <summary>
    /// A database that is gone, going or overloaded: lost connections, shutdown, fail-over to a read-only standby, timeouts, exhausted
    /// resources; not one that was asked something wrong. SQLSTATE classes: PostgreSQL's manual, appendix A.
    /// </summary>
    public static bool IsUnwell(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } =>
            state[..2] is "08" or "40" or "53" or "55" or "57" or "58" || state == PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException or TimeoutException or SocketException => true,
        IOException { InnerException: SocketException } => true,
        _ => false,
    };

    /// <summary>The same, also where the log says it: what did not go now goes later.</summary>
    public static bool IsAway(Exception exception) => exception is LogUnavailableException || IsUnwell(exception);

    /// <summary>
    /// A database that does not take statements of ours: it lacks a table, right or function, for its schema is not the one that this
    /// program was made for.
    /// </summary>
    public static bool IsOfTheSchema(Exception? exception) => exception switch
    {
        null => false,
        PostgresException { SqlState: var state } => state[..2] is "42" or "26" or "0A",
        _ => IsOfTheSchema(exception.InnerException),
    };

    /// <summary>
    /// True when the failure says nothing about the data of an append: the database is unwell, or has another schema.
    /// </summary>
    internal static bool IsTheDatabases(Exception exception) => IsUnwell(exception) || exception switch
    {
        PostgresException { SqlState: var state } e => state[..2] is "XX" || IsOfTheSchema(e) || IsAnotherWriters(e),
        IOException or ObjectDisposedException => true,
        LogUnavailableException or OperationCanceledException or JasperFx.ConcurrencyException => true,
        // Marten wraps what the database said.
        { InnerException: { } inner } => IsTheDatabases(inner),
        _ => false,
    };

    /// <summary>What the database itself said, out of what Marten wrapped it in.</summary>
    internal static Exception Of(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
            if (e is PostgresException)
                return e;
        return exception;
    }

    /// <summary>
    /// Another writer, one without the lock, has taken the positions: the batch is judged again on the log as it is then. Or
    /// something has swallowed the stream that the events belong to.
    /// </summary>
    private static bool IsAnotherWriters(PostgresException e) =>
        e is { SchemaName: HazardsStore.Schema, SqlState: PostgresErrorCodes.UniqueViolation,
            TableName: "mt_events" or "mt_streams" or "event_codes" or "append_keys" }
            or { SchemaName: HazardsStore.Schema, SqlState: PostgresErrorCodes.ForeignKeyViolation, TableName: "mt_events" };
}
