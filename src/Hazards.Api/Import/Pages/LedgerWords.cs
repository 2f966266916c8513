using System.Collections.Frozen;
using Hazards.Api.Http.Pages;
using Hazards.Ledgers;

namespace Hazards.Api.Import.Pages;

/// <summary>What ledgers are about, in both languages.</summary>
internal static class LedgerWords
{
    private static readonly FrozenDictionary<LedgerState, string> States = new Dictionary<LedgerState, string>
    {
        [LedgerState.Reported] = "已登记、未处理", [LedgerState.Assigned] = "已交办、未整改", [LedgerState.Planned] = "已五定",
        [LedgerState.Rectifying] = "整改中", [LedgerState.Declared] = "已整改（未验收）",
        [LedgerState.Accepted] = "验收合格", [LedgerState.Closed] = "已销号", [LedgerState.FixedOnTheSpot] = "立行立改",
        [LedgerState.Unfounded] = "不属实",
    }.ToFrozenDictionary();

    public static string Say(this PageCall page, LedgerField field) => page.T(LedgerChinese.Of(field), English(field));

    public static string Say(this PageCall page, LedgerState state) => page.T(States[state], English(state));

    public static string Say(this PageCall page, RowVerdict verdict) => page.T(LedgerChinese.Of(verdict), English(verdict));

    public static string Say(this PageCall page, LedgerLevel level) =>
        level == LedgerLevel.Major ? page.T("重大", "Major") : page.T("一般", "General");

    public static string Code<T>(T value) where T : struct, Enum => char.ToLowerInvariant(value.ToString()[0]) + value.ToString()[1..];

    /// <summary>A note of a row without its code, in the sentence it comes with.</summary>
    public static (string Code, string Text) Note(string note) =>
        note.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon ? (note[..colon], note[(colon + 2)..]) : ("", note);

    private static string English<T>(T value) where T : struct, Enum => PageWords.Of(Code(value));
}
