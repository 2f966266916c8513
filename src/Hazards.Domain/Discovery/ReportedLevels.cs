using System.Text.RegularExpressions;

namespace Hazards.Domain;

/// <summary>
/// What a reporter's own words say of the level before anybody has graded it. Whatever is not plainly general may be major, and
/// what may be major is not ended on the spot.
/// </summary>
internal static partial class ReportedLevels
{
    /// <summary>Whether the words call it major.</summary>
    public static bool SaysMajor(string? level) => level is not null && Major().IsMatch(Denied().Replace(level, ""));

    /// <summary>
    /// Whether it may be major: the level given is not plainly general (重大, but also Ⅰ级, 红色, 严重, 2级, which mean major in one
    /// place and general in another), or the words say that it is.
    /// </summary>
    public static bool MayBeMajor(string? level, params ReadOnlySpan<string> words)
    {
        foreach (var said in words)
            if (CalledMajor().IsMatch(said))
                return true;
        if (string.IsNullOrWhiteSpace(level))
            return false;
        var rest = Denied().Replace(level, "");
        // 一般1级 contradicts itself.
        return Major().IsMatch(rest) || TopGrade().IsMatch(rest) || rest == level && !General().IsMatch(rest);
    }

    [GeneratedRegex("(?:非|不属于?|不是|不构成|未构成|未达到?|无|没有|不存在)(?:生产安全|安全生产)?重大(?:生产|安全|事故|危险源)*(?:隐患)?|(?:not|non)[ -]*(?:a )?major", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Denied();

    [GeneratedRegex("重大|特大|major", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Major();

    [GeneratedRegex("(?<![IVⅠⅡⅢⅣⅤ一二三四五0-9])(?:[1Ⅰ一]|I(?![IV]))\\s*[级类]|(?<![A-Za-z])A\\s*[级类]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TopGrade();

    [GeneratedRegex("一般|轻微|较小|较低|低风险|general|minor|^\\s*(?:[3-5ⅢⅣⅤ三四五CD]|III|IV|V)\\s*[级类]?\\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex General();

    [GeneratedRegex("(?<![不未非无没])(?:构成|属于|判定为|认定为|定性为|列为|涉嫌|存在|系)(?:一处|一项|一条|了)?(?:疑似)?(?:生产安全|安全生产)?重大(?:生产|安全|事故|火灾|交通)*隐患(?!判定|标准|排查|治理|台账|清单|公示|制度|库)", RegexOptions.CultureInvariant)]
    private static partial Regex CalledMajor();
}
