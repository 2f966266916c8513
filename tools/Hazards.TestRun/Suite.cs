using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Hazards.LocalPostgres;

namespace Hazards.TestRun;

/// <summary>One test assembly, built in the same configuration as this program.</summary>
internal sealed record Suite(string Name, string Assembly)
{
    private const int MostWarnings = 60, LongestWarning = 600;

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>
    /// The suites that use a database have the private cluster's library beside them. Its own tests start servers of every
    /// kind themselves.
    /// </summary>
    public bool NeedsServer => Name != "Hazards.LocalPostgres.Tests"
        && File.Exists(Path.Combine(Path.GetDirectoryName(Assembly)!, "Hazards.LocalPostgres.dll"));

    /// <summary>
    /// What is done again on another version of the server; null: nothing. The statements are tried where they are written, in
    /// the suites of the store and the rows; of the host's tests only what is about the server itself, as roles are, says that it is.
    /// </summary>
    public string? OnAnother => !NeedsServer ? null : Name switch
    {
        "Hazards.Api.Tests" => "Server=each",
        "Hazards.Pages.Tests" => null,
        _ => "Server!=any",
    };

    /// <summary>All suites of a checkout; those with a server first, since they take longest.</summary>
    public static IReadOnlyList<Suite> Find(string root)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var output = Path.Combine("bin", framework.Parent!.Name, framework.Name);
        var suites = Directory.GetFiles(Path.Combine(root, "tests"), "*.csproj", SearchOption.AllDirectories)
            .Select(project => (Name: Path.GetFileNameWithoutExtension(project), Folder: Path.GetDirectoryName(project)!))
            .Select(project => new Suite(project.Name, Path.Combine(project.Folder, output, project.Name + ".dll")));
        return [.. suites.OrderBy(suite => suite.NeedsServer ? 0 : 1).ThenBy(suite => suite.Name, StringComparer.Ordinal)];
    }

    public async Task<SuiteResult> RunAsync(LocalCluster? cluster, string? filter, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var results = Directory.CreateTempSubdirectory("hazards-results-");
        try
        {
            var report = Path.Combine(results.FullName, Name + ".trx");
            var said = await TestAsync(report, cluster?.ConnectionString, filter, cancellationToken);
            var result = File.Exists(report) ? Read(report, said) : SuiteResult.Broken(Name, said.Output);
            var on = NeedsServer && cluster is not null ? $" (PostgreSQL {cluster.ServerVersion})" : "";
            Console.WriteLine($"{(result.Failures.Count == 0 ? "✓" : "✗")} {Name}{on}: {result} · {clock.Elapsed.TotalSeconds:0.0} s");
            foreach (var failure in SuiteResult.Told(result.Failures)) Console.WriteLine(failure + "\n");
            if (result.Failures.Count > 0)
                foreach (var warning in Warnings(report)) Console.WriteLine(warning);
            return result;
        }
        finally
        {
            results.Delete(recursive: true);
        }
    }

    /// <summary>
    /// What the services under test complained of, each complaint once: a test that fails often shows only what followed from
    /// it.
    /// </summary>
    private static IEnumerable<string> Warnings(string report) => !File.Exists(report) ? [] : XDocument.Load(report)
        .Descendants(Trx + "ResultSummary").Descendants(Trx + "StdOut").SelectMany(said => said.Value.Split('\n'))
        .Where(line => line.Contains("\"LogLevel\":\"Error\"", StringComparison.Ordinal)
            || line.Contains("\"LogLevel\":\"Warning\"", StringComparison.Ordinal))
        .DistinctBy(line => line.IndexOf("\"Message\":", StringComparison.Ordinal) is > 0 and var at ? line[at..Math.Min(line.Length, at
            + 120)] : line)
        .TakeLast(MostWarnings).Select(line => line.Length > LongestWarning ? line[..LongestWarning] + "…" : line);

    private async Task<(int ExitCode, string Output)> TestAsync(
        string report, string? connectionString, string? filter, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "test", Assembly, "--nologo", "--logger", $"trx;LogFileName={report}",
                // A test that hangs fails instead of taking the run with it.
                "--blame-hang", "--blame-hang-timeout", "4m", "--blame-hang-dump-type", "none",
                "--results-directory", Path.GetDirectoryName(report)!,
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (filter is not null)
        {
            start.ArgumentList.Add("--filter");
            start.ArgumentList.Add(filter);
        }
        if (connectionString is not null) start.Environment["HAZARDS_TEST_POSTGRES"] = connectionString;

        using var process = new Process { StartInfo = Leash.On(start) };
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(output, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.StandardInput.Close();
            process.Kill(entireProcessTree: true);
            throw;
        }
        return (process.ExitCode, output.ToString());
    }

    private SuiteResult Read(string report, (int ExitCode, string Output) said)
    {
        var outcomes = XDocument.Load(report).Descendants(Trx + "UnitTestResult").ToList();
        var failures = outcomes.Where(outcome => Is(outcome, "Failed")).Select(Describe).ToList();
        // The test host died, or hung and was ended: what it had not begun is not in the report.
        if (said.ExitCode != 0 && (failures.Count == 0 || said.Output.Contains("Test Run Aborted", StringComparison.Ordinal))) failures.Add(
            SuiteResult.BrokenText(Name, said.Output));
        return new SuiteResult(
            outcomes.Count(outcome => Is(outcome, "Passed")), failures, outcomes.Count(outcome => Is(outcome, "NotExecuted")));
    }

    private static bool Is(XElement outcome, string value) => (string?)outcome.Attribute("outcome") == value;

    private static string Describe(XElement outcome)
    {
        var error = outcome.Descendants(Trx + "ErrorInfo").FirstOrDefault();
        var stack = ((string?)error?.Element(Trx + "StackTrace") ?? "").Split('\n')
            .Where(line => line.Contains(" in ", StringComparison.Ordinal)).Take(6);
        return string.Create(CultureInfo.InvariantCulture,
            $"✗ {(string?)outcome.Attribute("testName")}\n{(string?)error?.Element(Trx + "Message")}\n{string.Join('\n', stack)}");
    }

    private static void Keep(StringBuilder output, string? line)
    {
        if (line is null) return;
        lock (output) output.AppendLine(line);
    }
}
