using System.Globalization;
using System.Security.Cryptography;

namespace Hazards.LocalPostgres;

/// <summary>
/// The folder that keeps one private cluster: <c>cluster/</c> (PostgreSQL's own), <c>server.log</c>, <c>password</c>,
/// <c>service-password</c>, and <c>lock</c>, held by the one host that runs it.
/// </summary>
internal sealed class ClusterFolder : IDisposable
{
    /// <summary>Where root keeps what an unprivileged account could not reach below the checkout.</summary>
    public const string Elsewhere = "/var/lib/hazards";

    private const string TemporaryPrefix = "hazards-pg-";

    // Where data that may be lost are kept. Measured, 60 databases made and dropped: 2.6 s of processor time on a disk, 8.0 s where
    // many were dropped just before, 2.1 s here.
    private const string Memory = "/dev/shm";
    private const long Room = 6L << 30;
    private const int LogLimit = 16 * 1024 * 1024;

    private readonly FileStream _lock;

    private ClusterFolder(string path, bool temporary, Account account, FileStream held) =>
        (Path, Temporary, Account, _lock) = (path, temporary, account, held);

    public string Path { get; }
    public bool Temporary { get; }
    public Account Account { get; }
    public string Cluster => System.IO.Path.Combine(Path, "cluster");
    public string Log => System.IO.Path.Combine(Path, "server.log");
    private string PasswordFile => System.IO.Path.Combine(Path, "password");

    public static async Task<ClusterFolder> OpenAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        var wanted = options.DataDirectory is { } named ? System.IO.Path.GetFullPath(named) : null;
        var account = await Account.ChooseAsync(Directory.Exists(wanted) ? wanted + "/" : null, cancellationToken);
        var place = wanted is null
            ? await TemporaryPlaceAsync(account, options.Durable, cancellationToken)
            : await PlaceAsync(wanted, account, options.Progress, cancellationToken);
        await account.MakePrivateFolderAsync(place, cancellationToken);
        var path = await account.EnterAsync(place, cancellationToken) ?? throw Unusable(place);
        var lockFile = System.IO.Path.Combine(path, "lock");
        var held = FolderLock.TryTake(lockFile) ?? throw Busy(path);
        await account.GiveAsync(lockFile, cancellationToken); // so that the owner of the data can run them without root
        return new ClusterFolder(path, wanted is null, account, held);
    }

    /// <summary>The major version that made the data; null when there are none yet.</summary>
    public int? DataMajor
    {
        get
        {
            if (!Directory.Exists(Cluster)) return null;
            var file = System.IO.Path.Combine(Cluster, "PG_VERSION");
            return File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var major)
                ? major
                : throw new LocalClusterException(LocalClusterErrors.DataUnusable,
                    $"{Cluster} 不是 PostgreSQL 数据目录(没有 PG_VERSION)。未作任何改动;请核对后移走该目录。",
                    $"{Cluster} is no PostgreSQL cluster (it has no PG_VERSION). It was left as it is; look at it and move it away.");
        }
    }

    public string Password => File.Exists(PasswordFile)
        ? File.ReadAllText(PasswordFile)
        : throw new LocalClusterException(LocalClusterErrors.DataUnusable,
            $"缺少 {PasswordFile},无法登录该数据库。请从备份恢复此文件。",
            $"{PasswordFile} is missing, so the database cannot be entered. Restore the file from a backup.");

    /// <summary>Makes the cluster. It appears in one rename, so that half a cluster is never taken for one.</summary>
    public async Task InitializeAsync(Server server, bool durable, CancellationToken cancellationToken)
    {
        foreach (var leftover in Directory.GetDirectories(Path, "cluster.new-*")) Directory.Delete(leftover, recursive: true);
        await WritePasswordAsync(cancellationToken);
        var made = $"{Cluster}.new-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        List<string> command =
        [
            server.Initdb, "--pgdata", made, "--username", LocalCluster.UserName, "--pwfile", PasswordFile,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums", "--no-instructions",
        ];
        if (!durable) command.Add("--no-sync");
        var result = await Command.RunAsync(Account.Wrap(command), cancellationToken);
        if (!result.Ok)
            throw new LocalClusterException(LocalClusterErrors.InitFailed,
                $"initdb 失败({server}):\n{result.Said}\n请检查磁盘空间、权限以及系统是否有 C.UTF-8 区域设置。",
                $"initdb failed ({server}, see above). Check disk space, permissions and that the system has the locale C.UTF-8.");
        Directory.Move(made, Cluster);
    }

    /// <summary>Keeps the log of the last runs from growing without end.</summary>
    public void TurnLog()
    {
        if (File.Exists(Log) && new FileInfo(Log).Length > LogLimit) File.Move(Log, Log + ".1", overwrite: true);
    }

    /// <summary>What the server logged from a byte offset on: its last lines.</summary>
    public string LogTail(long from)
    {
        if (!File.Exists(Log)) return "";
        using var stream = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(Math.Min(from, stream.Length), SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        return string.Join('\n', reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(12));
    }

    public void Dispose()
    {
        if (Temporary && Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        _lock.Dispose();
    }

    private async Task WritePasswordAsync(CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using (var writer = new StreamWriter(PasswordFile, options))
            await writer.WriteAsync(NewPassword());
        await Account.GiveAsync(PasswordFile, cancellationToken);
    }

    /// <summary>
    /// What the service logs in with, made when it is first asked for. It appears in one rename: of two that make it at once
    /// both read the same.
    /// </summary>
    public static async Task<string> ServicePasswordAsync(string folder, Account account, CancellationToken cancellationToken)
    {
        var file = System.IO.Path.Combine(folder, "service-password");
        if (!File.Exists(file))
        {
            var draft = $"{file}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            await using (var writer = new StreamWriter(draft, options))
                await writer.WriteAsync(NewPassword());
            await account.GiveAsync(draft, cancellationToken);
            try
            {
                File.Move(draft, file);
            }
            catch (IOException) when (File.Exists(file))
            {
                File.Delete(draft);
            }
        }

        return await File.ReadAllTextAsync(file, cancellationToken);
    }

    private static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static async Task<string> TemporaryPlaceAsync(Account account, bool durable, CancellationToken cancellationToken)
    {
        string[] disk = [System.IO.Path.GetTempPath(), "/tmp", "/var/tmp"];
        foreach (var parent in durable || !HasRoom(Memory) ? disk : [Memory, .. disk])
            if (await account.EnterAsync(parent, cancellationToken) is { } real)
            {
                Sweep(real);
                return System.IO.Path.Combine(real, TemporaryPrefix + RandomNumberGenerator.GetHexString(16, lowercase: true));
            }
        throw Unusable(System.IO.Path.GetTempPath());
    }

    // Linux keeps it in memory. A container has little of it, and what lies there counts as the memory of whoever wrote it.
    private static bool HasRoom(string folder) => Directory.Exists(folder)
        && new DriveInfo(folder).AvailableFreeSpace > Room && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes > 2 * Room;

    // A host killed before its server ran left a folder behind that nobody's watchdog removes.
    private static void Sweep(string parent)
    {
        foreach (var folder in new DirectoryInfo(parent).EnumerateDirectories(TemporaryPrefix + "*"))
            try
            {
                if (DateTime.UtcNow - folder.LastWriteTimeUtc < TimeSpan.FromHours(1)) continue;
                using var unused = FolderLock.TryTake(System.IO.Path.Combine(folder.FullName, "lock"));
                if (unused is not null) folder.Delete(recursive: true);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                // Another user's, or just being removed.
            }
    }

    // A checkout below /root or in a private temporary folder is closed to the account that root lends. Opening such
    // folders to it is not ours to do: the data go to a folder of their own, and a link stands where they were wanted.
    private static async Task<string> PlaceAsync(
        string wanted, Account account, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (new FileInfo(wanted).LinkTarget is { } target)
        {
            if (Directory.Exists(target)) return target;
            File.Delete(wanted); // what it pointed to was deleted
        }
        var parent = System.IO.Path.GetDirectoryName(wanted)!;
        Directory.CreateDirectory(parent);
        if (Directory.Exists(wanted) || await account.EnterAsync(parent, cancellationToken) is not null) return wanted;

        var place = System.IO.Path.Combine(Elsewhere, "data-" + RandomNumberGenerator.GetHexString(12, lowercase: true));
        Directory.CreateDirectory(place);
        Directory.CreateSymbolicLink(wanted, place);
        progress?.Report(
            $"PostgreSQL 的运行账户进不了 {parent},数据放在 {place}。 The account that runs PostgreSQL cannot enter {parent}; its data are in {place}.");
        return place;
    }

    private static LocalClusterException Busy(string path) => new(LocalClusterErrors.DataBusy,
        $"另一个进程正在使用 {path}。请先停止它,或另选数据目录。",
        $"Another process is running the server in {path}. Stop it first, or choose another data folder.");

    private static LocalClusterException Unusable(string path) => new(LocalClusterErrors.DataUnusable,
        $"PostgreSQL 的运行账户无法进入 {path}。请检查该目录及其上级目录的属主和权限。",
        $"The account that runs PostgreSQL cannot enter {path}. Check who owns it and the folders above it, and their permissions.");
}
