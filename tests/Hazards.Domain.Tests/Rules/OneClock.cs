using System.Text.RegularExpressions;

namespace Hazards.Domain.Tests.Rules;

/// <summary>What time it is, the clock says that the service was given, so that a test or a simulated year may give another.</summary>
public sealed partial class OneClock
{
    // Ages of files are told by the machine that wrote them.
    private static readonly string[] OfFiles = ["PrivateFile.cs"];

    [Fact]
    public void Tells_the_time_everywhere() =>
        Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !f.Contains("Hazards.LocalPostgres", StringComparison.Ordinal) && !OfFiles.Contains(Path.GetFileName(f)))
            .Where(f => OfTheMachine().IsMatch(File.ReadAllText(f))).ShouldBeEmpty();

    [GeneratedRegex(@"DateTime(Offset)?\.(Utc)?(Now|Today)\b")]
    private static partial Regex OfTheMachine();
}
