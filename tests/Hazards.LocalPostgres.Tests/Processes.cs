using System.Diagnostics;

namespace Hazards.LocalPostgres.Tests;

/// <summary>Another process that holds a cluster, to be killed.</summary>
internal sealed class OtherHost : IDisposable
{
    private readonly Process _process;

    private OtherHost(Process process, string connectionString) => (_process, ConnectionString) = (process, connectionString);

    public string ConnectionString { get; }

    public static async Task<OtherHost> StartAsync(DataFolder folder, PostgresSource source)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "Hazards.TestRun.dll"),
                "hold", "--data", folder.Path, "--postgres", source.ToString(),
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        return new OtherHost(process, (await process.StandardOutput.ReadLineAsync()).ShouldNotBeNull());
    }

    /// <summary>kill -9</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}

internal static class Processes
{
    public static void Kill9(params int[] pids)
    {
        foreach (var pid in pids)
            using (var process = Process.GetProcessById(pid))
                process.Kill();
    }

    public static bool Runs(int pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    public static async Task EndAsync(int pid)
    {
        while (Runs(pid)) await AMoment();
    }

    /// <summary>Between two looks at what another process does: there is nothing to await.</summary>
    public static Task AMoment() => Task.Delay(20);

    public static int ParentOf(int pid) =>
        int.Parse(File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal)).AsSpan(5));
}
