namespace Hazards.LocalPostgres;

/// <summary>Finds the PostgreSQL servers installed on this machine.</summary>
internal static class InstalledServers
{
    // Where packages put server programs; * is a version.
    private static readonly string[] UsualPlaces =
    [
        "/usr/lib/postgresql/*/bin",                                // Debian, Ubuntu
        "/usr/pgsql-*/bin",                                         // RedHat and its kin, from PostgreSQL's own packages
        "/usr/lib64/pgsql/bin", "/usr/lib64/postgresql-*/bin",      // Gentoo and others
        "/usr/lib/postgresql*/bin",                                 // SUSE
        "/usr/libexec/postgresql*",                                 // Alpine
        "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
        "/opt/local/lib/postgresql*/bin",                           // MacPorts
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        "/usr/local/pgsql/bin",                                     // built from source
    ];

    /// <summary>All that work and are new enough, the newest first.</summary>
    public static async Task<IReadOnlyList<Server>> FindAsync(Account account, CancellationToken cancellationToken)
    {
        var found = new List<Server>();
        foreach (var folder in await FoldersAsync(cancellationToken))
            if (await Server.ProbeAsync(folder, PostgresSource.Installed, account, cancellationToken) is { } server
                && server.Version.Major >= LocalClusterOptions.OldestMajor)
                found.Add(server);
        return [.. found.OrderByDescending(server => server.Version)];
    }

    private static async Task<IEnumerable<string>> FoldersAsync(CancellationToken cancellationToken)
    {
        List<string> folders = [.. Command.SearchPath];
        if (Command.Find("pg_config") is { } pgConfig
            && await Command.RunAsync([pgConfig, "--bindir"], cancellationToken) is { Ok: true } answer)
            folders.Add(answer.Output.Trim());
        folders.AddRange(UsualPlaces.SelectMany(Expand));
        return folders.Where(folder => File.Exists(Path.Combine(folder, "postgres"))).Select(RealPath).Distinct();
    }

    // Many distributions link /usr/bin/postgres to the versioned folder: one server, not two.
    private static string RealPath(string folder)
    {
        var program = Path.Combine(folder, "postgres");
        var target = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        return Path.GetDirectoryName(target)!;
    }

    /// <summary>The existing folders that a pattern with at most one starred part names.</summary>
    internal static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) return Directory.Exists(pattern) ? [pattern] : [];
        var start = pattern.LastIndexOf('/', star);
        var end = pattern.IndexOf('/', star);
        var (parent, name, rest) = end < 0
            ? (pattern[..start], pattern[(start + 1)..], "")
            : (pattern[..start], pattern[(start + 1)..end], pattern[(end + 1)..]);
        return Directory.Exists(parent)
            ? Directory.GetDirectories(parent, name).Select(folder => Path.Combine(folder, rest)).Where(Directory.Exists)
            : [];
    }
}
