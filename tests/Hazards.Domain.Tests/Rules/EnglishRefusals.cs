using System.Text.RegularExpressions;

namespace Hazards.Domain.Tests.Rules;

/// <summary>An English refusal is wholly English: its text, and what the text is filled with.</summary>
public sealed partial class EnglishRefusals
{
    [Fact]
    public void No_text_of_the_catalogue_holds_chinese()
    {
        foreach (var refusal in Documents.Refusals)
            refusal.English.ShouldNotMatch(@"[\u3000-\u9fff\uff00-\uffef]", refusal.Code);
    }

    /// <summary>
    /// What a refusal is filled with is a <see cref="Words"/> where it is said otherwise in each language: nothing passes the
    /// Chinese term alone.
    /// </summary>
    [Fact]
    public void No_refusal_is_filled_with_a_chinese_term()
    {
        var sources = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal));
        foreach (var file in sources)
            foreach (var said in Said().Matches(File.ReadAllText(file)).Select(m => m.Value))
                foreach (var fact in Facts().Matches(said).Where(f => !f.Value.Contains("new Words(", StringComparison.Ordinal)))
                    fact.Value.ShouldNotMatch(
                        @"CodeList\.Chinese|\.Chinese\b(?!.*English)|""[^""]*[\u4e00-\u9fff]", $"{Path.GetFileName(file)}: {said}");
    }

    [Fact]
    public void Terms_are_said_as_codes()
    {
        var refusal = HazardRefusals.Role.Because(
            null, ("command", Words.Of(CommandRules.Verify)), ("roles", Words.Of(CommandRules.Verify.Roles)));
        refusal.Chinese.ShouldContain("核实定级");
        refusal.English.ShouldContain("coordinator, importer");
        refusal.ShouldBeEnglish();
    }

    /// <summary>All that a refusal is filled with, on however many lines; a policy's findings are such refusals.</summary>
    [GeneratedRegex(@"(?:Because|findings\.Add)\((?>[^()]+|\((?<open>)|\)(?<-open>))*(?(open)(?!))\)")]
    private static partial Regex Said();

    [GeneratedRegex(@"\(""[a-zA-Z]+"", (?!new Words|\()[^()]*(?:\([^()]*\)[^()]*)*\)")]
    private static partial Regex Facts();
}
