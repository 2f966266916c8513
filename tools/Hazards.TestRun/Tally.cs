namespace Hazards.TestRun;

/// <summary>What one suite's run came to.</summary>
internal sealed record SuiteResult(int Passed, IReadOnlyList<string> Failures, int Skipped)
{
    private const int LinesOfEachEnd = 20;

    /// <summary>A suite that could not be run counts as one failed test, so that it cannot go unnoticed.</summary>
    public static SuiteResult Broken(string name, string output) => new(0, [BrokenText(name, output)], 0);

    /// <summary>The first lines of a crash say what died of what, the last ones what became of the run.</summary>
    public static string BrokenText(string name, string output)
    {
        var lines = output.Split('\n');
        var shown = lines.Length <= 2 * LinesOfEachEnd ? lines : [.. lines.Take(LinesOfEachEnd), "…", .. lines.TakeLast(LinesOfEachEnd)];
        return $"✗ {name} 未能运行完 did not run to its end:\n{string.Join('\n', shown)}";
    }

    /// <summary>
    /// As they are told: those that failed with the same words are one, with the names of the others. A browser that is missing would
    /// otherwise fill the screen a hundred times.
    /// </summary>
    public static IEnumerable<string> Told(IEnumerable<string> failures) =>
        failures.GroupBy(Words).Select(same =>
        {
            string[] others = [.. same.Skip(1).Select(failure => failure.Split('\n')[0].TrimStart('✗', ' ')).Order(StringComparer.Ordinal)];
            return others.Length == 0
                ? same.First()
                : $"{same.First()}\n同样的话，另有 the same words of {others.Length}: {string.Join(", ", others)}";
        });

    /// <summary>Without the name, and without where.</summary>
    private static string Words(string failure) =>
        string.Join('\n', failure.Split('\n').Skip(1).Where(line => !line.StartsWith("   at ", StringComparison.Ordinal)));

    public override string ToString() =>
        $"{Passed} passed, {Failures.Count} failed" + (Skipped > 0 ? $", {Skipped} skipped" : "");
}

/// <summary>The sum over all suites.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private SuiteResult _sum = new(0, [], 0);

    public int Passed => _sum.Passed;
    public int Failed => _sum.Failures.Count;
    public IReadOnlyList<string> Failures => _sum.Failures;

    public void Add(SuiteResult result)
    {
        lock (_gate)
            _sum = new SuiteResult(_sum.Passed + result.Passed, [.. _sum.Failures, .. result.Failures], _sum.Skipped + result.Skipped);
    }

    public override string ToString() => _sum.ToString();
}
