using System.Text.RegularExpressions;

namespace Hazards.Domain.Tests.Rules;

/// <summary>What a document points to is there.</summary>
public sealed partial class DocumentPaths
{
    public static TheoryData<string> Documents() => new(
        Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.PathOf(), "*.md"))
            .Select(f => Path.GetRelativePath(Repository.PathOf(), f)));

    [Theory, MemberData(nameof(Documents))]
    public void Exist(string document)
    {
        var text = File.ReadAllText(Repository.PathOf(document));
        var folder = Path.GetDirectoryName(document)!;
        var paths = OfTheRepository().Matches(text).Select(m => m.Groups[1].Value)
            .Concat(Links().Matches(text).Select(m => Path.Combine(folder, m.Groups[1].Value)));
        paths.Where(p => !Path.Exists(Repository.PathOf(p))).ShouldBeEmpty(document);
    }

    [GeneratedRegex(@"`((?:src|tests|tools|bench|deploy|docs|samples)/[\w./-]*\w/?)`")]
    private static partial Regex OfTheRepository();

    [GeneratedRegex(@"\]\(((?!\w+:|#|/)[^)#\s]+)")]
    private static partial Regex Links();
}
