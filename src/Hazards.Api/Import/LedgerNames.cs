using System.Text.RegularExpressions;

namespace Hazards.Api.Import;

/// <summary>
/// What a ledger is called where nobody has named it: its title or its file without the month it was sent for, so that the
/// same ledger sent every month is known as the same, and short enough to be a name.
/// </summary>
internal static partial class LedgerNames
{
    private const int Longest = 50;
    private const int Shortest = 2;

    private static readonly char[] Around = [' ', '　', '-', '_', '.', '·', '、', '，', ',', '：', ':', '（', '）', '(', ')', '《', '》'];

    /// <summary>The name of a ledger with this title or file name.</summary>
    public static string Of(string title)
    {
        title = string.Join(
            ' ', title.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Trim();
        var timeless = Empty().Replace(Times().Replace(title, ""), "").Trim(Around);
        var name = timeless.Length >= Shortest ? timeless : title;
        if (name.Length <= Longest)
            return name;
        // Never half of a surrogate pair.
        return name[..(char.IsHighSurrogate(name[Longest - 1]) ? Longest - 1 : Longest)].Trim();
    }

    [GeneratedRegex(@"(截至|截止)?\d{4}\s*年(度)?|[（(]?\d{1,2}\s*月(份)?[）)]?|\d{1,2}\s*日|第[一二三四1-4]季度|[上下]半年|\d{4}[-_./]\d{1,2}([-_./]\d{1,2})?|(?<=[-_ ])\d{1,8}$", RegexOptions.CultureInvariant)]
    private static partial Regex Times();

    [GeneratedRegex(@"[（(]\s*[）)]", RegexOptions.CultureInvariant)]
    private static partial Regex Empty();
}
