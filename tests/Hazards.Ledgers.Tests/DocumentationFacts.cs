using System.Reflection;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers.Tests;

public partial class DocumentationFacts
{
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "ledgers.md"));

    private static IEnumerable<T> Catalogue<T>(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public).Select(f => f.GetValue(null)).OfType<T>();

    [Fact]
    public void Every_refusal_and_note_is_in_the_documentation_and_nothing_else()
    {
        var codes = Catalogue<RefusalKind>(typeof(Refusals)).Select(r => r.Code)
            .Concat(Catalogue<NoteKind>(typeof(NoteKinds)).Select(n => n.Code)).ToList();
        codes.ShouldBeUnique();
        var tables = Page[Page.IndexOf("## 拒绝代码", StringComparison.Ordinal)..];
        Code().Matches(tables).Select(m => m.Groups[1].Value).ShouldBe(codes, ignoreOrder: true);
    }

    [Fact]
    public void Notes_are_documented_with_their_severity()
    {
        foreach (var note in Catalogue<NoteKind>(typeof(NoteKinds)))
            Page.Split('\n').Single(line => line.StartsWith('|') && line.Contains($"`{note.Code}`", StringComparison.Ordinal))
                .ShouldContain($"| {note.Severity.ToString().ToLowerInvariant()} |", Case.Sensitive, note.Code);
    }

    [Fact]
    public void Every_field_is_in_the_documentation()
    {
        foreach (var field in Enum.GetNames<LedgerField>())
            Page.ShouldContain(char.ToLowerInvariant(field[0]) + field[1..], Case.Sensitive);
    }

    [Fact]
    public void The_mapping_in_the_documentation_is_valid() =>
        LedgerMapping.Parse(Page[Page.IndexOf("```json", StringComparison.Ordinal)..].Split("```")[1][4..]).Refusal.ShouldBeNull();

    [Fact]
    public void Sentences_are_in_both_languages()
    {
        foreach (var (zh, en) in Catalogue<RefusalKind>(typeof(Refusals)).Select(r => (r.Zh, r.En)).Concat(Catalogue<NoteKind>(typeof(NoteKinds)).Select(n => (n.Zh, n.En))))
        {
            zh.ShouldMatch("[\u4e00-\u9fff]");
            en.ShouldNotMatch("[\u4e00-\u9fff]");
        }
    }

    [Fact]
    public void Readings_have_Chinese_names()
    {
        foreach (var name in Enum.GetValues<LedgerSkip>().Select(LedgerChinese.Of))
            name.ShouldNotMatch("[A-Za-z]");
    }

    [GeneratedRegex("`([a-zA-Z]+\\.[a-z0-9_]+)`")]
    private static partial Regex Code();
}
