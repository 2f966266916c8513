using System.Net.Sockets;
using Npgsql;

namespace Hazards.Projections.Store.Appending;

/// <summary>Tells a database that is unwell, where trying again helps, from data that it will always refuse.</summary>
internal static class DatabaseTrouble
{
    /// <summary>Raised by log.append when an append of the batch is in the log already.</summary>
    public const string AlreadyInTheLog = "LG001";

    /// <summary>
    /// True when the failure says nothing about the data: lost connections, shutdown, fail-over to a read-only
    /// standby, timeouts, exhausted resources. SQLSTATE classes: PostgreSQL's manual, appendix A.
    /// </summary>
    public static bool IsTheDatabases(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } =>
            state[..2] is "08" or "40" or "53" or "55" or "57" or "58" or "XX" || state == PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException or TimeoutException or IOException or SocketException or ObjectDisposedException => true,
        LogUnavailableException or OperationCanceledException => true,
        _ => false,
    };
}
