using System.CommandLine;
using Hazards.LocalPostgres;

namespace Hazards.Api.Cli;

/// <summary>
/// Which database a command works on, and as whom: <c>--data</c>, <c>--postgres</c> and <c>--owner</c>, or the environment's.
/// </summary>
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

    private readonly Option<string?> owner = OwnerOption();

    private readonly Option<string?> keys = KeysOption();

    /// <summary>As whom the tables are made: <c>--owner</c>, <c>HAZARDS_OWNER</c>.</summary>
    public static Option<string?> OwnerOption() =>
        new("--owner") { Description = "表的属主的连接串，用于迁移 the owner's connection string, for migrations (HAZARDS_OWNER)" };

    /// <summary>Where the keys are: <c>--keys</c>, <c>HAZARDS_KEYS</c>.</summary>
    public static Option<string?> KeysOption() => new("--keys") { Description = "密钥目录 the folder of the keys (HAZARDS_KEYS; <data>/keys)" };

    public void AddTo(Command command)
    {
        command.Add(data);
        command.Add(postgres);
        command.Add(owner);
        command.Add(keys);
    }

    public string KeysOf(ParseResult parsed) => Path.GetFullPath(KeysGiven(parsed.GetValue(keys)) ?? Path.Combine(DataOf(parsed), "keys"));

    /// <summary>The folder given, or the environment's.</summary>
    public static string? KeysGiven(string? given) =>
        given is { Length: > 0 } ? given : Environment.GetEnvironmentVariable("HAZARDS_KEYS") is { Length: > 0 } set ? set : null;

    public string DataOf(ParseResult parsed) => Path.GetFullPath(parsed.GetRequiredValue(data));

    /// <summary>
    /// The logins that were given; null when none was. One alone does everything. The environment's owner belongs to the
    /// environment's database: never to another that the command line names.
    /// </summary>
    public static DatabaseLogins? LoginsGiven(string? postgres, string? owner) =>
        LoginsGiven(postgres, owner, Environment.GetEnvironmentVariable);

    internal static DatabaseLogins? LoginsGiven(string? postgres, string? owner, Func<string, string?> environment)
    {
        string? Set(string name) => environment(name) is { Length: > 0 } set ? set : null;
        if (postgres is not { Length: > 0 })
            (postgres, owner) = (Set("HAZARDS_POSTGRES"), owner ?? Set("HAZARDS_OWNER"));
        return (postgres ?? owner) is { } one ? DatabaseLogins.Of(one, postgres is null ? null : owner) : null;
    }

    /// <summary>The database named, or a private cluster in the data folder; dispose it when done.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="alone">Refuses a private cluster that another process runs; otherwise the command works on it beside that.</param>
    public async Task<OwnedDatabase> OpenAsync(ParseResult parsed, CancellationToken cancellationToken, bool alone = false)
    {
        var opened = await FindAsync(parsed, alone, cancellationToken);
        try
        {
            await Database.EnsureServiceAsync(opened.Logins, cancellationToken);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    private async Task<OwnedDatabase> FindAsync(ParseResult parsed, bool alone, CancellationToken cancellationToken)
    {
        var wanted = parsed.GetValue(postgres) is { Length: > 0 } given ? given : Environment.GetEnvironmentVariable("HAZARDS_POSTGRES");
        var source = wanted switch
        {
            null or "" or "auto" => PostgresSource.Auto,
            "installed" => PostgresSource.Installed,
            "embedded" => PostgresSource.Embedded,
            _ => (PostgresSource?)null,
        };
        if (source is null || wanted is null or "" && LoginsGiven(null, parsed.GetValue(owner)) is not null)
            return new OwnedDatabase(LoginsGiven(parsed.GetValue(postgres), parsed.GetValue(owner))!, "连接串 as given", KeysOf(parsed), null);
        var folder = DataOf(parsed);
        var cluster = await LocalCluster.StartAsync(new LocalClusterOptions
        {
            Source = source.Value,
            DataDirectory = Path.Combine(folder, "postgres"),
            CacheDirectory = folder,
            Join = !alone,
            Progress = new Saying(),
        }, cancellationToken);
        return new OwnedDatabase(
            new DatabaseLogins(cluster.ServiceConnectionString, cluster.ConnectionString) { IsPrivate = true }, cluster.Source,
            KeysOf(parsed), cluster);
    }

    private sealed class Saying : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine(value);
    }
}

/// <summary>A database, the keys that belong to it, and the cluster that was started for it.</summary>
internal sealed record OwnedDatabase(DatabaseLogins Logins, string Source, string Keys, LocalCluster? Cluster) : IAsyncDisposable
{
    /// <summary>As the service.</summary>
    public string ConnectionString => Logins.Service;

    /// <inheritdoc cref="Database.PrepareAsync"/>
    public Task<IReadOnlyList<string>> PrepareAsync(CancellationToken cancellationToken) =>
        Database.PrepareAsync(Logins, cancellationToken);

    public ValueTask DisposeAsync() => Cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
