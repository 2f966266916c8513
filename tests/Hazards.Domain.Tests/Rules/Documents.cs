using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Hazards.Domain.Codes;

namespace Hazards.Domain.Tests.Rules;

/// <summary>
/// docs/closed-loop.md and docs/refusals.md say what the code says. After a change of the table or of a text,
/// <c>HAZARDS_WRITE_DOCS=1</c> writes the generated parts anew; a refusal's code never changes.
/// </summary>
public sealed partial class Documents
{
    /// <summary>Every refusal the domain knows.</summary>
    internal static readonly RefusalCode[] Refusals =
    [
        .. typeof(RefusalCode).Assembly.GetTypes()
        .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .Where(f => f.FieldType == typeof(RefusalCode)).Select(f => (RefusalCode)f.GetValue(null)!)
            .OrderBy(r => r.Code, StringComparer.Ordinal),
    ];

    [Fact]
    public void The_closed_loop_lists_every_command_as_the_table_has_it() => ShouldHold("closed-loop.md", "commands", Commands());

    [Fact]
    public void The_closed_loop_draws_where_every_command_leads() => ShouldHold("closed-loop.md", "transitions", Drawings());

    [Fact]
    public void Campaigns_list_every_command_as_the_table_has_it() => ShouldHold("campaigns.md", "commands", CampaignCommands());

    [Fact]
    public void The_closed_loop_lists_every_clock() => ShouldHold("closed-loop.md", "clocks", Clocks());

    [Fact]
    public void The_refusals_are_listed_with_both_texts() => ShouldHold("refusals.md", "refusals", RefusalTable());

    [Fact]
    public void Codes_of_refusals_are_unique_dotted_and_in_two_languages()
    {
        Refusals.Select(r => r.Code).ShouldBeUnique();
        Refusals.ShouldAllBe(r => CodeForm().IsMatch(r.Code));
        Refusals.ShouldAllBe(r => r.Chinese.Any(c => c > 0x4e00) && r.English.Length > 0);
        foreach (var refusal in Refusals)
            Facts(refusal.English).Except(Facts(refusal.Chinese)).ShouldBeEmpty(refusal.Code);
    }

    [Fact]
    public void A_code_of_a_refusal_never_goes_away()
    {
        var path = Repository.PathOf("tests", "Hazards.Domain.Tests", "Golden", "refusal-codes.txt");
        if (Environment.GetEnvironmentVariable("HAZARDS_WRITE_DOCS") == "1")
            File.WriteAllLines(
                path, (File.Exists(path) ? File.ReadAllLines(path) : []).Union(Refusals.Select(r => r.Code)).Order(StringComparer.Ordinal));
        Refusals.Select(r => r.Code).ShouldBe(File.ReadAllLines(path));
    }

    private static string Commands()
    {
        var table = new StringBuilder("| 命令 command | 事项 act | 角色 roles | 与隐患的关系 relation | 环节 stages | 责任方状态 leg stages | 封存期间 when sealed |\n|---|---|---|---|---|---|---|\n");
        foreach (var rule in CommandRules.All)
            table.Append($"| `{rule.Name}` | {rule.Chinese}<br>{rule.English} | {Names(rule.Roles)} | {CodeList.Chinese(rule.Relation)} | {Stages(rule)} | {Names(rule.LegStages)} | {CodeList.Chinese(rule.WhenSealed)} |\n");
        return table.ToString();
    }

    private static string Drawings() =>
        Drawing(Transitions.OfHazards.Where(t => !t.Imported).Select(t => (Name(t.From), CodeList.Chinese(t.To), t.By)))
        + "\n责任方各自流转 each leg by itself:\n\n"
        + Drawing(Transitions.OfLegs.Select(t => (Name(t.From), CodeList.Chinese(t.To), t.By)));

    private static string Drawing(IEnumerable<(string From, string To, CommandRule By)> transitions) =>
        "```mermaid\nstateDiagram-v2\n    direction LR\n"
        + string.Concat(transitions.GroupBy(t => (t.From, t.To), t => $"{t.By.Chinese} {t.By.Name}")
            .Select(t => $"    {t.Key.From} --> {t.Key.To}: {string.Join("、", t)}\n"))
        + "```\n";

    private static string Name<T>(T? before) where T : struct, Enum => before is { } stage ? CodeList.Chinese(stage) : "[*]";

    private static string CampaignCommands()
    {
        var table = new StringBuilder("| 命令 command | 事项 act | 角色 roles | 关系 relation | 封存期间 when sealed |\n|---|---|---|---|---|\n");
        foreach (var rule in CampaignRules.All)
            table.Append($"| `{rule.Name}` | {rule.Chinese}<br>{rule.English} | {Names(rule.Roles)} | {CodeList.Chinese(rule.Relation)} | {CodeList.Chinese(rule.WhenSealed)} |\n");
        return table.ToString();
    }

    private static string Stages(CommandRule rule) =>
        rule.Stages.IsEmpty ? "（由此开始）" : rule.Stages.Length == Enum.GetValues<Stage>().Length ? "任何环节" : Names(rule.Stages)
            + OfImported(rule);

    private static string OfImported(CommandRule rule) => rule.StagesOfImported.IsEmpty ? ""
        : $"<br>台账导入{(rule.OnlyUntouched ? "而无人办理过的" : "的")}还可在 imported{(rule.OnlyUntouched ? " and not acted on" : "")}: {Names(rule.StagesOfImported)}";

    private static string Clocks()
    {
        var table = new StringBuilder("| 时钟 clock | 事项 duty | 全国基线的期限 baseline | 依据 source |\n|---|---|---|---|\n");
        foreach (var entry in CodeList.Of<ClockKind>())
        {
            CodeList.TryParse<ClockKind>(entry.Code, out var kind).ShouldBeTrue();
            var rules = Policy.NationalBaseline.Clocks.Where(c => c.Kind == kind).ToArray();
            table.Append($"| `{entry.Code}` | {entry.Chinese}<br>{entry.English} | {string.Join("；", rules.Select(r => $"{(r.Level is { } l ? CodeList.Chinese(l) : "")}{r.Days}日"))} | {string.Join("；", rules.Select(r => r.Source).Distinct())} |\n");
        }
        return table.ToString();
    }

    private static string RefusalTable()
    {
        var table = new StringBuilder("| 代码 code | HTTP | 类别 kind | 中文 | English |\n|---|---|---|---|---|\n");
        foreach (var refusal in Refusals)
            table.Append($"| `{refusal.Code}` | {Status(refusal.Kind)} | {refusal.Kind} | {refusal.Chinese} | {refusal.English} |\n");
        return table.ToString();
    }

    private static int Status(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => 400,
        RefusalKind.Unauthenticated => 401,
        RefusalKind.Forbidden => 403,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.Gone => 410,
        RefusalKind.Stale => 412,
        RefusalKind.TooLarge => 413,
        RefusalKind.Unsupported => 415,
        RefusalKind.Unprocessable => 422,
        RefusalKind.Locked => 423,
        RefusalKind.TooMany => 429,
        RefusalKind.Unavailable => 503,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Names<T>(IEnumerable<T> values) where T : struct, Enum => string.Join("、", values.Select(CodeList.Chinese));

    private static IEnumerable<string> Facts(string text) => Placeholder().Matches(text).Select(m => m.Value);

    private static void ShouldHold(string document, string part, string expected)
    {
        var path = Repository.PathOf("docs", document);
        var text = File.ReadAllText(path);
        var (begin, end) = ($"<!-- generated: {part} -->\n", $"<!-- end: {part} -->");
        var from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var to = text.IndexOf(end, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("HAZARDS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, text[..from] + expected + text[to..]);
            return;
        }
        text[from..to].ShouldBe(expected, $"docs/{document} is not what the code says; run the tests with HAZARDS_WRITE_DOCS=1");
    }

    [GeneratedRegex(@"^[a-z_]+(\.[a-z_]+)+$")]
    private static partial Regex CodeForm();

    [GeneratedRegex(@"\{[a-zA-Z]+\}")]
    private static partial Regex Placeholder();
}
