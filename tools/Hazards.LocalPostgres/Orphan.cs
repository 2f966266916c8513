using System.Globalization;

namespace Hazards.LocalPostgres;

/// <summary>
/// A server that an earlier host left running, or the traces of one that is gone. Asked only while holding the folder's
/// lock, so no living host owns what is found here.
/// </summary>
internal static class Orphan
{
    /// <summary>Stops a server that still runs on the folder, and clears lock files that name a process which is another's.</summary>
    public static async Task ClearAsync(
        ClusterFolder folder, Server server, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (PostmasterPid(folder) is not { } pid || !ProcessExists(pid)) return; // PostgreSQL clears a dead pid itself
        if (await IsServerOfAsync(pid, folder.Cluster, cancellationToken))
            await StopAsync(pid, folder, server, progress, cancellationToken);
        else if (OperatingSystem.IsLinux() && !AnyProcessIn(folder.Cluster))
            RemoveLockFiles(folder);
        // else: some process of a killed server may still write; PostgreSQL refuses to start beside it and says so.
    }

    private static async Task StopAsync(
        int pid, ClusterFolder folder, Server server, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        progress?.Report($"发现上次遗留的数据库服务(进程 {pid}),正在停止… Stopping the server that an earlier run left behind (process {pid})…");
        var result = await Command.RunAsync(
            folder.Account.Wrap(server.PgCtl, "stop", "--pgdata", folder.Cluster, "--mode", "fast", "--wait", "--timeout", "60"),
            cancellationToken);
        if (!result.Ok && PostmasterPid(folder) == pid && await IsServerOfAsync(pid, folder.Cluster, cancellationToken))
            throw new LocalClusterException(LocalClusterErrors.StopFailed,
                $"无法停止上次遗留的数据库服务(进程 {pid}):\n{result.Said}\n请手工停止该进程后重试。",
                $"The server that an earlier run left behind (process {pid}) did not stop (see above). Stop it and try again.");
    }

    /// <summary>The process id in postmaster.pid, or null. PostgreSQL writes it negative for a server in single-user mode.</summary>
    private static int? PostmasterPid(ClusterFolder folder)
    {
        try
        {
            var first = File.ReadLines(Path.Combine(folder.Cluster, "postmaster.pid")).FirstOrDefault();
            return int.TryParse(first, CultureInfo.InvariantCulture, out var pid) ? Math.Abs(pid) : null;
        }
        catch (IOException)
        {
            return null; // gone, or just going
        }
    }

    private static bool ProcessExists(int pid)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (Exception problem) when (problem is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    // A pid alone proves nothing: after a restart of the machine it may be anybody's. A PostgreSQL server works in its
    // data folder; elsewhere than on Linux its command line has to do.
    private static async Task<bool> IsServerOfAsync(int pid, string cluster, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux()) return WorkingFolder(pid.ToString(CultureInfo.InvariantCulture)) == cluster;
        var answer = await Command.RunAsync(
            ["ps", "-ww", "-o", "command=", "-p", pid.ToString(CultureInfo.InvariantCulture)], cancellationToken);
        return answer.Ok && answer.Output.Contains("postgres", StringComparison.Ordinal)
            && answer.Output.Contains(cluster, StringComparison.Ordinal);
    }

    private static bool AnyProcessIn(string cluster) =>
        Directory.GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Any(name => char.IsAsciiDigit(name![0]) && WorkingFolder(name) == cluster);

    private static string? WorkingFolder(string pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null; // another user's process, or one that has just ended
        }
    }

    private static void RemoveLockFiles(ClusterFolder folder)
    {
        File.Delete(Path.Combine(folder.Cluster, "postmaster.pid"));
        foreach (var file in Directory.GetFiles(folder.Path, ".s.PGSQL.*")) File.Delete(file);
    }
}
