using System.Diagnostics;
using Hazards.LocalPostgres;

namespace Hazards.TestRun;

/// <summary>
/// Runs the test assemblies of a checkout, two at a time, each on a private cluster; the last line printed is
/// "N passed, N failed" (", N skipped").
/// </summary>
internal static class Suites
{
    // Its name and what it said: whoever sees only the end of a run can tell.
    private const int LinesOfFailure = 8;

    private const int AtOnce = 2;

    public static async Task<int> RunAsync(string root, Arguments arguments, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var suites = Suite.Find(root);
        var total = new Tally();
        await using var server = suites.Any(suite => suite.NeedsServer) ? await StartAsync(arguments.Source, cancellationToken) : null;
        await using var another = arguments.Both && server is { ServerVersion.Major: < 18 } ? await EmbeddedAsync(cancellationToken) : null;
        // What is done again follows what is done once, still two at a time: no processor waits for the longest suite to end.
        var runs = suites.Select(suite => (suite, server, besides: (string?)null));
        if (another is not null)
            runs = runs.Concat(suites.Where(suite => suite.OnAnother is not null)
                .Select(suite => (suite, (LocalCluster?)another, suite.OnAnother)));
        await Parallel.ForEachAsync(
            runs,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (run, token) => total.Add(await run.suite.RunAsync(run.server, FilterOf(arguments.Filters, run.besides), token)));

        Console.WriteLine();
        // Each was told whole when its suite ended; here they are together.
        foreach (var failure in SuiteResult.Told(total.Failures)) Console.WriteLine(string.Join('\n', Short(failure.Split('\n'))));
        Console.WriteLine($"用时 took {clock.Elapsed.TotalSeconds:0} s");
        Console.WriteLine(total);
        return total.Failed == 0 && total.Passed > 0 ? 0 : 1;
    }

    // The last line may name others that failed with the same words.
    private static string[] Short(string[] lines) =>
        lines.Length <= LinesOfFailure ? lines : [.. lines.Take(LinesOfFailure - 1), lines[^1]];

    // A second major version is worth having, but a machine without it still tests everything once. What is done twice, the
    // suite says.
    private static async Task<LocalCluster?> EmbeddedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await StartAsync(PostgresSource.Embedded, cancellationToken);
        }
        catch (LocalClusterException problem) when (problem.Code is LocalClusterErrors.NoServer
            or LocalClusterErrors.DownloadFailed or LocalClusterErrors.PlatformUnsupported)
        {
            Console.WriteLine(problem.Message);
            return null;
        }
    }

    /// <summary>Any of the words, and besides a condition; null takes every test.</summary>
    private static string? FilterOf(IReadOnlyList<string> words, string? besides)
    {
        var any = string.Join('|', words.Select(word => word.IndexOfAny(['=', '~']) < 0 ? $"FullyQualifiedName~{word}" : word));
        return (any, besides) switch { ("", _) => besides, (_, null) => any, _ => $"({any})&{besides}" };
    }

    private static async Task<LocalCluster> StartAsync(PostgresSource source, CancellationToken cancellationToken)
    {
        var cluster = await LocalCluster.StartAsync(
            new LocalClusterOptions
            {
                Source = source,
                Durable = false,
                SharedBuffers = "256MB",
                Settings = new Dictionary<string, string> { ["max_connections"] = "400" },
                Progress = new Told(),
            },
            cancellationToken);
        Console.WriteLine($"{cluster.Source}");
        return cluster;
    }
}
