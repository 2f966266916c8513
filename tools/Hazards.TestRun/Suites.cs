using System.Diagnostics;
using Hazards.LocalPostgres;

namespace Hazards.TestRun;

/// <summary>
/// Runs the test assemblies of a checkout, two at a time, on one private cluster; the last line printed is
/// "N passed, N failed" (", N skipped").
/// </summary>
internal static class Suites
{
    private const int AtOnce = 2;

    public static async Task<int> RunAsync(string root, Arguments arguments, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var suites = Suite.Find(root);
        var total = new Tally();
        var used = await PassAsync(suites, arguments.Source, arguments.Filters, total, cancellationToken);
        if (arguments.Both && used is { Major: < 18 })
            await OnEmbeddedAsync([.. suites.Where(suite => suite.NeedsServer)], arguments.Filters, total, cancellationToken);

        Console.WriteLine();
        // Each was told whole when its suite ended; here they are together.
        foreach (var failure in total.Failures) Console.WriteLine(failure.Split('\n')[0]);
        Console.WriteLine($"用时 took {clock.Elapsed.TotalSeconds:0} s");
        Console.WriteLine(total);
        return total.Failed == 0 && total.Passed > 0 ? 0 : 1;
    }

    // A second major version is worth having, but a machine without it has still tested everything once. What is
    // done twice, the suite says.
    private static async Task OnEmbeddedAsync(
        IReadOnlyList<Suite> suites, IReadOnlyList<string> filters, Tally total, CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(suites, PostgresSource.Embedded, filters, total, cancellationToken, another: true);
        }
        catch (LocalClusterException problem) when (problem.Code is LocalClusterErrors.NoServer
            or LocalClusterErrors.DownloadFailed or LocalClusterErrors.PlatformUnsupported)
        {
            Console.WriteLine(problem.Message);
        }
    }

    private static async Task<Version?> PassAsync(
        IReadOnlyList<Suite> suites, PostgresSource source, IReadOnlyList<string> filters, Tally total, CancellationToken cancellationToken, bool another = false)
    {
        await using var cluster = suites.Any(suite => suite.NeedsServer) ? await StartAsync(source, cancellationToken) : null;
        if (cluster is not null) Console.WriteLine($"{cluster.Source}");
        var results = Directory.CreateTempSubdirectory("hazards-results-");
        try
        {
            await Parallel.ForEachAsync(
                suites,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (suite, token) => total.Add(await suite.RunAsync(results.FullName, cluster?.ConnectionString, FilterOf(filters, another ? suite.OnAnother : null), token)));
        }
        finally
        {
            results.Delete(recursive: true);
        }
        return cluster?.ServerVersion;
    }

    /// <summary>Any of the words, and besides a condition; null takes every test.</summary>
    private static string? FilterOf(IReadOnlyList<string> words, string? besides)
    {
        var any = string.Join('|', words.Select(word => word.IndexOfAny(['=', '~']) < 0 ? $"FullyQualifiedName~{word}" : word));
        return (any, besides) switch { ("", _) => besides, (_, null) => any, _ => $"({any})&{besides}" };
    }

    private static Task<LocalCluster> StartAsync(PostgresSource source, CancellationToken cancellationToken) =>
        LocalCluster.StartAsync(
            new LocalClusterOptions
            {
                Source = source,
                Durable = false,
                SharedBuffers = "256MB",
                Settings = new Dictionary<string, string> { ["max_connections"] = "400" },
                Progress = new Told(),
            },
            cancellationToken);
}
