namespace Hazards.LocalPostgres;

/// <summary>The settings of a private server, given on its command line so that they hold whoever made the cluster.</summary>
internal static class ServerSettings
{
    public static IEnumerable<string> Arguments(LocalClusterOptions options, string sockets)
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "",
            ["port"] = "5432", // only names the socket: nothing listens on TCP
            ["unix_socket_directories"] = sockets.Contains(',', StringComparison.Ordinal) ? $"\"{sockets}\"" : sockets,
            ["unix_socket_permissions"] = "0700",
            ["cluster_name"] = LocalCluster.DatabaseName,
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["lc_messages"] = "C", // the startup reads the log
            ["max_connections"] = "200",
            ["shared_buffers"] = options.SharedBuffers,
            ["effective_cache_size"] = "4GB",
            ["work_mem"] = "16MB",
            ["maintenance_work_mem"] = "256MB",
            ["wal_buffers"] = "16MB",
            ["max_wal_size"] = "4GB",
            ["checkpoint_timeout"] = "15min",
            ["random_page_cost"] = "1.1",
            ["jit"] = "off", // the queries are short: compiling them costs more than it saves
            ["autovacuum"] = "on",
            ["fsync"] = "on",
            ["synchronous_commit"] = "on",
            ["full_page_writes"] = "on",
        };
        if (!options.Durable)
            settings["fsync"] = settings["synchronous_commit"] = settings["full_page_writes"] = "off";
        foreach (var (name, value) in options.Settings) settings[name] = value;
        return settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"]);
    }
}
