using Npgsql;

namespace Hazards.Api.Running;

/// <summary>A connection string that names several hosts: a primary and its standbys, in any order.</summary>
internal static class Hosts
{
    // Connecting is quick or does not happen: the caller of a request is waiting. Several hosts share the time.
    private const int ConnectSeconds = 5;
    private const int LeastSeconds = 2;

    /// <summary>
    /// What the server is asked for at the beginning of a session: that it notices within half a minute when this machine is
    /// gone, and lets go of the locks the session held. By default that takes two hours.
    /// </summary>
    public const string ServerKeepalives = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4";

    /// <summary>
    /// The settings of connections that write: of several hosts the one that takes writes, unless the string itself says which.
    /// </summary>
    public static NpgsqlConnectionStringBuilder Writable(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (Count(settings) > 1 && settings.TargetSessionAttributes is null)
            settings.TargetSessionAttributes = "read-write";
        // Weasel, which Marten asks for the server's name, takes a later host's port for the first one's.
        if (HostsOf(settings) is [{ } first, ..] hosts && !first.Contains(':', StringComparison.Ordinal) && hosts.Any(
            h => h.Contains(':', StringComparison.Ordinal)))
            settings.Host = string.Join(',', [$"{first}:{settings.Port}", .. hosts[1..]]);
        // The other way round: an idle connection to a machine that is gone ends within a minute, and is not handed out again.
        if (!settings.TcpKeepAlive && settings.TcpKeepAliveTime == 0 && HostsOf(settings).All(IsNetwork))
            (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 10, 5);
        return settings;
    }

    /// <summary>How long one host is waited for.</summary>
    public static int SecondsToConnect(NpgsqlConnectionStringBuilder settings) => Math.Max(ConnectSeconds / Count(settings), LeastSeconds);

    /// <summary>A connection of its own, not of the pool, for a lock that is held as long as the work takes.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="name">What it is for, as the server's administrator sees it.</param>
    public static NpgsqlConnection Alone(string connectionString, string name)
    {
        var settings = Writable(connectionString);
        settings.Pooling = false;
        settings.ApplicationName = name;
        settings.Options = $"{settings.Options} {ServerKeepalives}".Trim();
        return new NpgsqlConnection(settings.ConnectionString);
    }

    private static int Count(NpgsqlConnectionStringBuilder settings) => Math.Max(1, HostsOf(settings).Length);

    private static string[] HostsOf(NpgsqlConnectionStringBuilder settings) =>
        settings.Host?.Split(',', StringSplitOptions.TrimEntries) ?? [];

    // Not a Unix socket, by its path or its abstract name.
    private static bool IsNetwork(string host) => host.Length > 0 && host[0] is not ('/' or '@');
}
