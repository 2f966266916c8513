using System.CommandLine;
using Hazards.LocalPostgres;

namespace Hazards.Api;

/// <summary>Which database a command works on: <c>--data</c>, <c>--postgres</c>, <c>HAZARDS_POSTGRES</c>.</summary>
internal sealed class DatabaseOptions
{
    private readonly Option<string> data = new("--data")
    {
        Description = "数据目录 the data folder",
        DefaultValueFactory = _ => LocalClusterOptions.DefaultCacheDirectory,
    };

    private readonly Option<string?> postgres = new("--postgres")
    {
        Description = "auto | installed | embedded | 连接串 a connection string (HAZARDS_POSTGRES)",
    };

    private readonly Option<string?> keys = KeysOption();

    /// <summary>Where the keys are: <c>--keys</c>, <c>HAZARDS_KEYS</c>.</summary>
    public static Option<string?> KeysOption() => new("--keys") { Description = "密钥目录 the folder of the keys (HAZARDS_KEYS; <data>/keys)" };

    public void AddTo(Command command)
    {
        command.Add(data);
        command.Add(postgres);
        command.Add(keys);
    }

    public string KeysOf(ParseResult parsed) => Path.GetFullPath(KeysGiven(parsed.GetValue(keys)) ?? Path.Combine(DataOf(parsed), "keys"));

    /// <summary>The folder given, or the environment's.</summary>
    public static string? KeysGiven(string? given) =>
        given is { Length: > 0 } ? given : Environment.GetEnvironmentVariable("HAZARDS_KEYS") is { Length: > 0 } set ? set : null;

    public string DataOf(ParseResult parsed) => Path.GetFullPath(parsed.GetRequiredValue(data));

    /// <summary>The database named, or a private cluster in the data folder; dispose it when done.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="alone">Refuses a private cluster that another process runs; otherwise the command works on it beside that.</param>
    public async Task<OwnedDatabase> OpenAsync(ParseResult parsed, CancellationToken cancellationToken, bool alone = false)
    {
        var wanted = parsed.GetValue(postgres) ?? Environment.GetEnvironmentVariable("HAZARDS_POSTGRES");
        var source = wanted switch
        {
            null or "" or "auto" => PostgresSource.Auto,
            "installed" => PostgresSource.Installed,
            "embedded" => PostgresSource.Embedded,
            _ => (PostgresSource?)null,
        };
        if (source is not { } own)
            return new OwnedDatabase(wanted!, "连接串 as given", KeysOf(parsed), null);
        var folder = DataOf(parsed);
        var cluster = await LocalCluster.StartAsync(new LocalClusterOptions
        {
            Source = own,
            DataDirectory = Path.Combine(folder, "postgres"),
            CacheDirectory = folder,
            Join = !alone,
            Progress = new Saying(),
        }, cancellationToken);
        return new OwnedDatabase(cluster.ConnectionString, cluster.Source, KeysOf(parsed), cluster);
    }

    private sealed class Saying : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine(value);
    }
}

/// <summary>A database, the keys that belong to it, and the cluster that was started for it.</summary>
internal sealed record OwnedDatabase(string ConnectionString, string Source, string Keys, LocalCluster? Cluster) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
