using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Hazards.Api.Tests;

/// <summary><c>hazards serve</c> in a process of its own, which migrates as the owner and serves as the service's role.</summary>
internal sealed class ServeCommandProcess : IDisposable
{
    // A start takes four seconds of a processor; a busy machine has little of one to give.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(150);

    private readonly Task<string> output;
    private readonly Task<string> errors;

    private ServeCommandProcess(Process process, string address)
    {
        (Process, Address) = (process, address);
        output = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    public Process Process { get; }

    public string Address { get; }

    /// <param name="database">The database, as its owner.</param>
    /// <param name="folder">Where the first key is written.</param>
    /// <param name="environment">What else it is told.</param>
    public static async Task<ServeCommandProcess> StartAsync(
        string database, string folder, params (string Name, string Value)[] environment)
    {
        var address = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(HazardsService).Assembly.Location, "serve", "--urls", address, "--bootstrap-key-file", Path.Combine(folder, "key")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HAZARDS_POSTGRES"] = TestServer.LoginsOf(database).Service, ["HAZARDS_OWNER"] = database },
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var service = new ServeCommandProcess(Process.Start(start)!, address);
        var client = new Client(address, null);
        var patience = Stopwatch.StartNew();
        while (true)
        {
            if (service.Process.HasExited || patience.Elapsed > Longest)
                throw new InvalidOperationException($"the service did not start: {await service.SaidAsync()}");
            try
            {
                if ((await client.GetAsync("/health/ready")).Status == HttpStatusCode.OK)
                    return service;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50);
        }
    }

    /// <summary>What it has said, once it has ended.</summary>
    public async Task<string> SaidAsync() => Process.HasExited ? $"{await output}{await errors}" : "running";

    /// <summary>SIGTERM, as a service manager stops it; how long it took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var began = Stopwatch.GetTimestamp();
        using (var kill = Process.Start("kill", ["-TERM", $"{Process.Id}"]))
            await kill.WaitForExitAsync();
        await Process.WaitForExitAsync();
        return Stopwatch.GetElapsedTime(began);
    }

    public void Dispose()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.Dispose();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
