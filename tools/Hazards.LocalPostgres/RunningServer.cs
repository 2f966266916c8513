using System.Globalization;
using Npgsql;

namespace Hazards.LocalPostgres;

/// <summary>The server that another process of this machine runs on a data folder, as its <c>postmaster.pid</c> tells it.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="Sockets">Where it listens.</param>
/// <param name="Password">How it is entered.</param>
internal sealed record RunningServer(int Pid, string Sockets, string Password)
{
    // Lines of postmaster.pid (PostgreSQL's miscadmin.h).
    private const int PidLine = 0, SocketLine = 4, StatusLine = 7;

    /// <summary>Null while there is none that takes connections.</summary>
    public static async Task<RunningServer?> FindAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            var said = await File.ReadAllLinesAsync(Path.Combine(folder, "cluster", "postmaster.pid"), cancellationToken);
            return said.Length > StatusLine && said[StatusLine].Trim() == "ready"
                && int.TryParse(said[PidLine], CultureInfo.InvariantCulture, out var pid)
                ? new RunningServer(pid, said[SocketLine], await File.ReadAllTextAsync(Path.Combine(folder, "password"), cancellationToken))
                : null;
        }
        catch (IOException)
        {
            return null; // not yet, or just going
        }
    }

    /// <summary>The version of the server, once it has the product's database; null while it does not answer or has none.</summary>
    public static async Task<Version?> VersionAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection.PostgreSqlVersion;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }
}
