using System.Net.Sockets;
using Npgsql;

namespace Hazards.Projections.Store.Appending;

/// <summary>Tells a database that is unwell, where trying again helps, from data that it will always refuse.</summary>
internal static class DatabaseTrouble
{
    /// <summary>
    /// True when the failure says nothing about the data: lost connections, shutdown, fail-over to a read-only standby,
    /// timeouts, exhausted resources; and statements of ours that the database does not take (a missing table, right or
    /// function: its schema is not the one this program was made for). SQLSTATE classes: PostgreSQL's manual, appendix A.
    /// </summary>
    public static bool IsTheDatabases(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } e =>
            state[..2] is "08" or "40" or "53" or "55" or "57" or "58" or "XX" or "42" or "26" or "0A"
            || state == PostgresErrorCodes.ReadOnlySqlTransaction || IsAnotherWriters(e),
        NpgsqlException or TimeoutException or IOException or SocketException or ObjectDisposedException => true,
        LogUnavailableException or OperationCanceledException or JasperFx.ConcurrencyException => true,
        // Marten wraps what the database said.
        { InnerException: { } inner } => IsTheDatabases(inner),
        _ => false,
    };

    /// <summary>What the database itself said, out of what Marten wrapped it in.</summary>
    public static Exception Of(Exception exception)
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
        e is { SchemaName: HazardsStore.Schema, SqlState: PostgresErrorCodes.UniqueViolation, TableName: "mt_events" or "mt_streams" or "event_codes" or "append_keys" }
            or { SchemaName: HazardsStore.Schema, SqlState: PostgresErrorCodes.ForeignKeyViolation, TableName: "mt_events" };
}
