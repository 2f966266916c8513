namespace Hazards.TestRun;

/// <summary>What one suite's run came to.</summary>
internal sealed record SuiteResult(int Passed, IReadOnlyList<string> Failures, int Skipped)
{
    private const int LastLines = 40;

    /// <summary>A suite that could not be run counts as one failed test, so that it cannot go unnoticed.</summary>
    public static SuiteResult Broken(string name, string output) => new(0, [BrokenText(name, output)], 0);

    public static string BrokenText(string name, string output) =>
        $"✗ {name} 未能运行完 did not run to its end:\n{string.Join('\n', output.Split('\n').TakeLast(LastLines))}";

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
