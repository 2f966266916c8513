using System.Diagnostics;

namespace Hazards.Evidence.Tests;

/// <summary>Programs of the machine, where it has them.</summary>
internal static class Tools
{
    public static bool Has(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, name)));

    public static async Task<(int Code, string Output)> RunAsync(string tool, string arguments, string? folder = null)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}

/// <summary>A theory whose first argument is a program; skipped where the machine lacks one of those it names.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ToolTheoryAttribute : TheoryAttribute
{
    public ToolTheoryAttribute() => Skip = Tools.Has("unzip") && Tools.Has("python3") ? null! : "unzip and python3 are not both here";
}

internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string extension) =>
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), Guid.NewGuid().ToString("n") + extension);

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
