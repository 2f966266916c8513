using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Hazards.LocalPostgres;

/// <summary>
/// A PostgreSQL of one's own, for development, demos and tests. It listens on a private Unix socket only, and it never
/// outlives the process that started it. Other processes of this machine may join it (<see cref="LocalClusterOptions.Join"/>).
/// </summary>
/// <remarks>
/// Run as root, the server runs under the account that owns the data folder, else <c>postgres</c>, else <c>nobody</c>.
/// A server that dies is started again within about a second; connections then fail until it has recovered.
/// </remarks>
public sealed class LocalCluster : IAsyncDisposable
{
    /// <summary>The database made in every private cluster: UTF8, locale C.UTF-8.</summary>
    public const string DatabaseName = "hazards";

    /// <summary>The owner of the cluster: a superuser whose password is kept in the data folder.</summary>
    public const string UserName = "hazards";

    /// <summary>The login for the service; whoever owns the tables makes it.</summary>
    public const string ServiceName = "hazards_service";

    // sun_path holds 104 bytes on macOS and 108 on Linux, with the closing zero.
    private const int LongestSocketPath = 103;
    private const string SocketName = ".s.PGSQL.5432";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // Another process may take a while to make or recover the cluster it runs.
    private static readonly TimeSpan PatienceWithOthers = TimeSpan.FromSeconds(60);

    // Null where another process runs the server.
    private readonly ClusterFolder? _folder;
    private readonly Watchdog? _watchdog;
    private readonly int _joined;
    private int _disposed;

    private LocalCluster(ClusterFolder folder, Server server, Watchdog watchdog, string connectionString, string servicePassword)
    {
        (_folder, _watchdog) = (folder, watchdog);
        ServiceConnectionString = AsService(connectionString, servicePassword);
        (ServerVersion, DataDirectory, Source, ConnectionString) = (server.Version, folder.Path, server.ToString(), connectionString);
    }

    private LocalCluster(RunningServer running, Version version, string folder, string connectionString, string servicePassword)
    {
        ServiceConnectionString = AsService(connectionString, servicePassword);
        _joined = running.Pid;
        (ServerVersion, DataDirectory, ConnectionString) = (version, folder, connectionString);
        Source = $"PostgreSQL {version}（进程 process {running.Pid}）";
    }

    /// <summary>An Npgsql connection string to the database <see cref="DatabaseName"/>, as its owner.</summary>
    public string ConnectionString { get; }

    /// <summary>The same as <see cref="ServiceName"/>, with a password that is kept in the data folder.</summary>
    public string ServiceConnectionString { get; }

    /// <summary>The server's version, e.g. 15.14.</summary>
    public Version ServerVersion { get; }

    /// <summary>The folder with the cluster, its log (<c>server.log</c>) and its passwords.</summary>
    public string DataDirectory { get; }

    /// <summary>What was used, for people: version and folder of the server's programs.</summary>
    public string Source { get; }

    /// <summary>The process id of the server as it runs now.</summary>
    public int ServerProcessId => _watchdog?.ServerPid ?? _joined;

    /// <summary>
    /// Finds or fetches a PostgreSQL, makes the cluster on first use, starts it and waits until it accepts connections.
    /// What an earlier, killed host left behind is stopped or recovered first.
    /// </summary>
    /// <exception cref="LocalClusterException">With a code of <see cref="LocalClusterErrors"/>; nothing is left running.</exception>
    public static async Task<LocalCluster> StartAsync(LocalClusterOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (OperatingSystem.IsWindows()) throw WindowsUnsupported();
        var patience = DateTime.UtcNow + PatienceWithOthers;
        while (true)
        {
            try
            {
                return await StartOwnAsync(options, cancellationToken);
            }
            catch (LocalClusterException busy) when (options is { Join: true, DataDirectory: not null } && busy.Code == LocalClusterErrors.DataBusy)
            {
                if (await JoinAsync(options, cancellationToken) is { } joined) return joined;
                if (DateTime.UtcNow > patience) throw;
            }

            // The other process is about to have its server ready, or to end.
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task<LocalCluster?> JoinAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(options.DataDirectory!);
        if (await RunningServer.FindAsync(folder, cancellationToken) is not { } running) return null;
        var connection = Connection(running.Sockets, running.Password);
        connection.Database = DatabaseName;
        if (await RunningServer.VersionAsync(connection.ConnectionString, cancellationToken) is not { } version) return null;
        options.Progress?.Report($"使用另一进程正在运行的数据库 Working on the server that another process runs: {folder}");
        var account = await Account.ChooseAsync(folder + "/", cancellationToken);
        return new LocalCluster(
            running, version, folder, connection.ConnectionString,
            await ClusterFolder.ServicePasswordAsync(folder, account, cancellationToken));
    }

    private static async Task<LocalCluster> StartOwnAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var folder = await ClusterFolder.OpenAsync(options, cancellationToken);
            try
            {
                return await StartAsync(folder, options, cancellationToken);
            }
            catch
            {
                folder.Dispose();
                throw;
            }
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            throw new LocalClusterException(LocalClusterErrors.DataUnusable,
                $"无法使用数据目录:{problem.Message} 请检查属主、权限和磁盘空间。",
                $"The data folder cannot be used: {problem.Message} Check who owns it, its permissions and the disk.", problem);
        }
    }

    /// <summary>Shuts the server down cleanly, waits for its end, and deletes a temporary cluster. One that was joined goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_watchdog is not null) await _watchdog.DisposeAsync();
        _folder?.Dispose();
    }

    private static async Task<LocalCluster> StartAsync(
        ClusterFolder folder, LocalClusterOptions options, CancellationToken cancellationToken)
    {
        var server = await ServerChoice.MakeAsync(options, folder, cancellationToken);
        await Orphan.ClearAsync(folder, server, options.Progress, cancellationToken);
        if (folder.DataMajor is null)
        {
            options.Progress?.Report($"正在新建数据库({server})… Making a new cluster ({server})…");
            await folder.InitializeAsync(server, options.Durable, cancellationToken);
        }

        folder.TurnLog();
        var logStart = File.Exists(folder.Log) ? new FileInfo(folder.Log).Length : 0;
        var sockets = await SocketFolderAsync(folder, cancellationToken);
        var connection = Connection(sockets, folder.Password);
        var watchdog = Watchdog.Start(
            folder, sockets, [server.Postgres, "-D", folder.Cluster, .. ServerSettings.Arguments(options, sockets)]);
        try
        {
            await using (var first = await Startup.ConnectAsync(
                connection, watchdog, folder, logStart, options.Progress, cancellationToken))
                await PrepareDatabaseAsync(first, cancellationToken);
            connection.Database = DatabaseName;
            return new LocalCluster(
                folder, server, watchdog, connection.ConnectionString,
                await ClusterFolder.ServicePasswordAsync(folder.Path, folder.Account, cancellationToken));
        }
        catch
        {
            await watchdog.DisposeAsync();
            throw;
        }
    }

    private static string AsService(string owner, string password) =>
        new NpgsqlConnectionStringBuilder(owner) { Username = ServiceName, Password = password }.ConnectionString;

    private static NpgsqlConnectionStringBuilder Connection(string sockets, string password) => new()
    {
        Host = sockets,
        Username = UserName,
        Password = password,
        Database = "postgres",
        // Nothing on this machine can listen in on a private socket; asking for encryption would only cost round trips.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        IncludeErrorDetail = true,
    };

    private static async Task PrepareDatabaseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var look = new NpgsqlCommand(
            """
            select exists (select from pg_database where datname = $1),
                   exists (select from pg_available_extensions where name = 'pg_trgm')
            """, connection) { Parameters = { new() { Value = DatabaseName } } };
        bool made, trigrams;
        await using (var row = await look.ExecuteReaderAsync(cancellationToken))
        {
            await row.ReadAsync(cancellationToken);
            (made, trigrams) = (row.GetBoolean(0), row.GetBoolean(1));
        }
        if (!trigrams)
            throw new LocalClusterException(LocalClusterErrors.ContribMissing,
                "这个 PostgreSQL 缺少扩展 pg_trgm(中文检索需要)。请安装同版本的 postgresql-contrib。",
                "This PostgreSQL lacks the extension pg_trgm, which Chinese full-text search needs. Install postgresql-contrib of the same version.");
        if (made) return;
        await using var make = new NpgsqlCommand(
            $"create database {DatabaseName} template template0 encoding 'UTF8' locale 'C.UTF-8'", connection);
        await make.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<string> SocketFolderAsync(ClusterFolder folder, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(Path.Combine(folder.Path, SocketName)) <= LongestSocketPath) return folder.Path;
        // The name cannot be guessed, so nobody can have put a folder of theirs there.
        var shorter = "/tmp/hazards-" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        await folder.Account.MakePrivateFolderAsync(shorter, cancellationToken);
        return shorter;
    }

    private static LocalClusterException WindowsUnsupported() => new(LocalClusterErrors.PlatformUnsupported,
        "自带的 PostgreSQL 只支持 Linux 和 macOS;Windows 请用 WSL,或用 HAZARDS_POSTGRES 指定已有的数据库。",
        "A private PostgreSQL works on Linux and macOS; on Windows use WSL, or name an existing database in HAZARDS_POSTGRES.");
}
