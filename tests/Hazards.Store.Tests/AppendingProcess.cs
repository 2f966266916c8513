using System.Diagnostics;
using Npgsql;

namespace Hazards.Store.Tests;

/// <summary>
/// A process that appends without end, on several streams at a time, and says on its output what was acknowledged: this
/// test assembly, started with <c>append</c> and a connection string. It ends with its parent, or is killed.
/// </summary>
internal sealed class AppendingProcess : IDisposable
{
    private const string Verb = "append";
    private const int Writers = 6;

    // A line that a kill cut short has no end mark.
    private const string End = ".";

    private readonly Process process;
    private readonly Task reading;
    private readonly List<(Guid Stream, long Version, Guid Id, long Position)> acknowledged = [];
    private readonly SemaphoreSlim said = new(0);

    private AppendingProcess(Process process)
    {
        this.process = process;
        reading = ReadAsync();
    }

    /// <summary>The test platform loads this assembly as a library; as a program it is this process.</summary>
    public static async Task<int> Main(string[] args)
    {
        if (args is not [Verb, var connectionString])
            return 64;
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var log = LogDatabase.Open(dataSource);
        var writing = Enumerable.Range(0, Writers).Select(_ => WriteAsync(log));
        // Reading the console blocks, whatever its name says.
        await Task.WhenAny([Task.Run(Console.In.ReadToEnd), .. writing]);
        return 0;
    }

    private static async Task WriteAsync(MartenEventLog log)
    {
        var stream = Guid.CreateVersion7();
        for (var version = 0L; ;)
        {
            var append = Some.Append(stream, version, events: 1 + (int)(version % 3));
            var committed = await log.CommitAsync(append);
            var lines = append.Streams[0].Events.Select(
                (e, n) => $"{stream} {version + n + 1} {e.Id} {committed.FirstPosition + n} {End}\n");
            // One write: what is on the pipe has been acknowledged.
            Console.Out.Write(string.Concat(lines));
            version += append.Streams[0].Events.Count;
        }
    }

    public static AppendingProcess Start(string connectionString)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in (string[])[typeof(AppendingProcess).Assembly.Location, Verb, connectionString])
            start.ArgumentList.Add(argument);
        return new AppendingProcess(Process.Start(start)!);
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(' ') is not [var stream, var version, var id, var position, End])
                continue;
            acknowledged.Add((Guid.Parse(stream), long.Parse(version), Guid.Parse(id), long.Parse(position)));
            said.Release();
        }

        // It ended, whether or not all was said that somebody waits for.
        said.Release(1_000_000);
    }

    /// <summary>Waits until it has said so many more.</summary>
    public async Task SayAsync(int events)
    {
        for (var n = 0; n < events; n++)
            await said.WaitAsync();
        process.HasExited.ShouldBeFalse("the appending process ended by itself");
    }

    /// <summary>kill -9, then all it had said.</summary>
    public async Task<IReadOnlyList<(Guid Stream, long Version, Guid Id, long Position)>> KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        return acknowledged;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
        said.Dispose();
    }
}
