using System.ComponentModel;
using System.Diagnostics;

namespace Hazards.LocalPostgres;

internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public bool Ok => ExitCode == 0;

    /// <summary>What the command said, for an error message: its last lines.</summary>
    public string Said => string.Join('\n', (Error + "\n" + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(12));
}

internal static class Command
{
    /// <summary>The full path of a program on the PATH, or null.</summary>
    public static string? Find(string program) =>
        SearchPath.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static IEnumerable<string> SearchPath =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted);

    public static async Task<CommandResult> RunAsync(
        IEnumerable<string> words, CancellationToken cancellationToken, string workingDirectory = "/")
    {
        var start = Prepare(words, workingDirectory);
        start.RedirectStandardInput = true;
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
                var error = process.StandardError.ReadToEndAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
                return new CommandResult(process.ExitCode, await output, await error);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception problem)
        {
            return new CommandResult(127, "", $"{start.FileName}: {problem.Message}");
        }
    }

    public static ProcessStartInfo Prepare(IEnumerable<string> words, string workingDirectory = "/")
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var first = true;
        foreach (var word in words)
        {
            if (first) start.FileName = word;
            else start.ArgumentList.Add(word);
            first = false;
        }
        // A user's PGDATA or PGOPTIONS is about another server.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        return start;
    }
}
