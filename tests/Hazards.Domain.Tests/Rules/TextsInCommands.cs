using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>Every text of every command is checked: what no store could keep or no page could show is refused.</summary>
public sealed class TextsInCommands
{
    public static IEnumerable<object[]> All => Each(Varied.Texts);

    public static IEnumerable<object[]> Required => Each(Varied.RequiredTexts);

    [Theory, MemberData(nameof(All))]
    public void Too_long_is_refused(string name, string text)
    {
        Give(name, text, new string('长', 10_000)).ThenRefused(InputRefusals.TooLong, Field(text));
        Give(name, text, new string(' ', 10_000)).Decision.Refusal.ShouldNotBeNull();
    }

    [Theory, MemberData(nameof(All))]
    public void Broken_characters_are_refused(string name, string text)
    {
        foreach (var broken in new[] { "坏\ud800字", "坏\udc00", "坏\0字" })
            Give(name, text, broken).ThenRefused(InputRefusals.NotClean, Field(text));
    }

    [Theory, MemberData(nameof(Required))]
    public void Missing_is_refused(string name, string text)
    {
        foreach (var blank in new[] { null, "", "  \t ", "　" })
            Give(name, text, blank).ThenRefused(InputRefusals.Missing, Field(text));
    }

    [Theory, MemberData(nameof(All))]
    public void Sql_is_only_text(string name, string text)
    {
        // A major hazard's plan may not be kept elsewhere, whatever is written there.
        if ((name, text) != ("submit_plan", nameof(SubmitPlan.KeptElsewhere)))
            Give(name, text, "'; drop table mt_events; --").ThenItHappens();
    }

    private static IEnumerable<object[]> Each(Func<IHazardCommand, IEnumerable<string>> texts) =>
        Examples.ByRule.OrderBy(e => e.Key, StringComparer.Ordinal)
            .SelectMany(e => texts(e.Value.Command), (e, text) => new object[] { e.Key, text });

    private static Outcome Give(string name, string text, string? value)
    {
        var (given, by, command) = Examples.ByRule[name];
        return given.When(command is RecordLedgerRow or WithdrawImported ? As(by, Role.Importer) : As(by), command.With(text, value));
    }

    private static string Field(string text) => char.ToLowerInvariant(text[0]) + text[1..];
}
