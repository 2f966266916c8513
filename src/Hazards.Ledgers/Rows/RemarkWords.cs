using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>
/// What remarks and accounts say against the columns: that it is not done, or major, or due on another day. They are only ever
/// asked about.
/// </summary>
internal static partial class RemarkWords
{
    /// <summary>Stories longer than this are looked at as far as this.</summary>
    private const int Longest = 400;

    /// <summary>复查发现未整改到位, 又出现渗漏, 此条重复，作废: what a finished hazard does not say.</summary>
    public static string? NotDone(string text, LedgerState state)
    {
        var said = Cut(text);
        if (Undone().Match(said) is { Success: true } undone) return undone.Value;
        if (state >= LedgerState.Accepted && NotAccepted().Match(said) is { Success: true } waiting) return waiting.Value;
        return state >= LedgerState.Closed && NotClosed().Match(said) is { Success: true } open ? open.Value : null;
    }

    /// <summary>此条重复，作废: whatever state the row has.</summary>
    public static string? Void(string text) => Voids().Match(Cut(text)) is { Success: true } match ? match.Value : null;

    /// <summary>已于3月15日销号, where the state says less.</summary>
    public static string? Done(string text) =>
        Cut(text) is var said && Finished().Match(said) is { Success: true } match && !Undone().IsMatch(said)
            && !States.TakesBack(match.Value)
            ? match.Value
            : null;

    /// <summary>限3月20日前整改完毕, 3月底前完成.</summary>
    public static string? Due(string text) =>
        Cut(text) is var said && Dues().Match(said) is { Success: true } match && !Extension().IsMatch(said) ? match.Value : null;

    /// <summary>经批准延期至2026-06-30: what it says, the date behind it, and whether somebody has only asked for it.</summary>
    public static (string Said, string Date, bool IsDoubtful)? Extended(string text)
    {
        var said = Cut(text);
        if (Extension().Match(said) is not { Success: true } match || NotExtended().IsMatch(said)) return null;
        var dates = HarmlessAdditions.Dates().Matches(said[match.Index..]);
        return (said, dates.Count == 1 ? dates[0].Value : "", Asked().IsMatch(said));
    }

    /// <summary>Whether a text calls the hazard of its row major.</summary>
    public static bool SaysMajor(string text) =>
        text.Contains("重大", StringComparison.Ordinal) && Major().IsMatch(Title().Replace(Cut(text), ""));

    private static string Cut(string text) => Words.HalfWidth(text.Length > Longest ? text[..Longest] : text);

    [GeneratedRegex("(?:尚|仍|还|均|都|并|暂|一直)?未(?:能|曾|见|按[\u4e00-\u9fff]{0,6})?(?:完全|彻底|全部|有效|真正|及时|如期|按期)?(?:整改|完成|治理|落实|改正|修复|更换|处理|解决"
        + "|消除|到位|达到)(?!期间)"
        + "|没有?(?:整改|完成|治理|落实|改正|修复|处理|解决|消除)|整改不(?:到位|彻底|力|合格|完全|符合)|(?:拒不|不予|无法|暂不|暂缓)整改|(?:复查|验收|核查|复核|整改)(?:均|后|时"
        + "|结果[:为]?)?(?:不合格|不通过|不符合|未通过|未合格)|不合格(?=$|[,。;、\\s])|未通过"
        + "|反弹|复发|回潮|再次(?:出现|发现|发生)|又(?:出现|发现|发生|漏|坏)|[仍还尚](?:有|存在|在)[\u4e00-\u9fff]|仍[然旧]?(?:漏|未|不)|假整改|虚假|弄虚作假|谎报|重新(?:立案|打开|整改|开案)"
        + "|退回|返工|移交(?:执法|公安|司法|法院|立案)|隐患(?:依旧|依然|仍)|误销|错销|撤销(?:销号|验收)|取消(?:销号|验收)|只?整改(?:了)?(?:一半|部分)|部分(?:未"
        + "|没)", RegexOptions.CultureInvariant)]
    private static partial Regex Undone();

    [GeneratedRegex("(?:待|未|等待|尚待|需|须|申请)(?:组织|县|市|区|局|专家|第三方|再次|重新|进行|安排)*(?:复查|验收|复核|核查)", RegexOptions.CultureInvariant)]
    private static partial Regex NotAccepted();

    [GeneratedRegex("(?:待|未|等待|尚待|不予|暂不|申请|不能)(?:予以|办理)?(?:销号|闭环|核销|办结)", RegexOptions.CultureInvariant)]
    private static partial Regex NotClosed();

    [GeneratedRegex("作废|(?:此|本|该)[条项](?:隐患)?(?:系|为|属)?(?:重复|误|错)|重复(?:登记|录入|填报|上报|报送)|(?:误|错)(?:报|登|录|填)|录入(?:错误|有误)|填报(?:错误|有误)|不属实"
        + "|不是隐患|不构成隐患|非隐患", RegexOptions.CultureInvariant)]
    private static partial Regex Voids();

    [GeneratedRegex("已(?:经|于|在|全部|按期|按要求|完成|[0-9年月日号./-]){0,16}(?:整改|销号|闭环|核销|办结|验收|复查)(?!中|期|方案|通知|单位|责任)[\u4e00-\u9fff]{0,4}|(?:复查"
        + "|验收)合格", RegexOptions.CultureInvariant)]
    private static partial Regex Finished();

    private const string Day = "(?:[0-9]{1,4}|[一二两三四五六七八九十半]{1,3})\\s*(?:[年月日号天周./-]|个[月周]|小时)|[月年季]底|季度|[上中下]旬|汛期|节前";

    [GeneratedRegex("(?:限期?|责令|要求|须|务必|应于|应在|最迟|最晚|不晚于|截[止至]|于|在)[^,。;,;]{0,10}?(?:" + Day + ")[^,。;,;]{0,10}?(?:前|内|止|底)[^,。;,;]{0,10}"
        + "|限期?[^,。;定]{0,4}(?:" + Day + ")[^,。;]{0,10}|(?:" + Day + ")[0-9日号月]{0,6}之?[前内][^,。;,;]{0,6}(?:整改|完成|到位|治理|办结|改正)|(?:整改|完成"
        + "|治理)(?:期限|时限|限期)[为是至:]?[^,。;]{2,14}|(?:计划|预计|拟|力争|确保"
        + "|承诺)[^,。;]{0,8}(?:" + Day + ")[^,。;]{0,10}", RegexOptions.CultureInvariant)]
    private static partial Regex Dues();

    [GeneratedRegex("延期|展期|顺延|延至|延后至|宽限|延长(?:整改)?(?:期限|时限|时间|至|到)|推迟(?:至|到)", RegexOptions.CultureInvariant)]
    private static partial Regex Extension();

    [GeneratedRegex("(?:未|无需|不需|没有|不再|不|无)(?:申请)?(?:延期|展期|顺延|宽限)", RegexOptions.CultureInvariant)]
    private static partial Regex NotExtended();

    [GeneratedRegex("申请|拟|建议|请[求示]|要求延|希望|待批|待审|未批|未获|未经|不同意|不予|未同意|能否|是否|考虑|预计|可能", RegexOptions.CultureInvariant)]
    private static partial Regex Asked();

    [GeneratedRegex("《[^》]*》", RegexOptions.CultureInvariant)]
    private static partial Regex Title();

    [GeneratedRegex("(?<!不属于?|[不未]构成|非|不是|不为|无|未发现|不存在|未认定为|未列为|防止|杜绝|避免|防范|排除|排查|遏制)(?:生产安全)?重大(?:生产安全|火灾|事故|安全)*隐患(?!判定|标准|排查|治理|库"
        + "|专项|整治|动态|清零|行动|督办制度|台账)"
        + "|(?:认定|判定|定性|升级?|升格|上升|列|评定|确定|调整|变更|改)(?:为|成|至)重大(?!危险源|风险|事件|事故(?!隐患)|活动|会议|节)", RegexOptions.CultureInvariant)]
    private static partial Regex Major();
}
