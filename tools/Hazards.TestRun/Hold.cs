using Hazards.LocalPostgres;

namespace Hazards.TestRun;

/// <summary>Keeps one cluster for whoever started this process.</summary>
internal static class Hold
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        await using var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions
            {
                DataDirectory = arguments.Data,
                Source = arguments.Source,
                Durable = arguments.Data is not null,
                SharedBuffers = "128MB",
                Progress = new Told(),
            },
            cancellationToken);
        Console.WriteLine(cluster.ConnectionString);
        // Reading the console does not itself heed a token.
        await Task.Run(Console.In.ReadToEnd, CancellationToken.None).WaitAsync(cancellationToken);
        return 0;
    }
}

/// <summary>Progress on standard error, in order: <see cref="Progress{T}"/> would hand lines to the thread pool.</summary>
internal sealed class Told : IProgress<string>
{
    public void Report(string value) => Console.Error.WriteLine(value);
}
