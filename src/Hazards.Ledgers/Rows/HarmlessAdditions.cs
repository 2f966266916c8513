using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>
/// What may stand beside 已整改 or 已销号 and takes nothing back: when (3月20日), who saw it (验收人：张三, 县应急局), where it is shown
/// (详见附件), what was done (更换了阀门). A list of what is harmless, not of what is not: nobody can list all doubts.
/// </summary>
internal static partial class HarmlessAdditions
{
    private const int Longest = 120;

    /// <summary>Whether every clause of an addition is harmless; none is.</summary>
    public static bool Are(string addition)
    {
        var plain = Words.HalfWidth(addition).Trim();
        if (plain.Length == 0) return true;
        if (plain.Length > Longest || States.TakesBack(plain)) return false;
        plain = Dates().Replace(plain, " ");
        return Clauses().Split(plain).All(clause => clause.Trim() is not { Length: > 0 } said || IsHarmless(said));
    }

    /// <summary>The date at the beginning of a text; empty where none is.</summary>
    public static string LeadingDate(string text) =>
        text.Trim() is { Length: > 0 } said && char.IsDigit(said[0]) && Dates().Match(said) is { Success: true, Index: 0 } date
            ? date.Value
            : "";

    private static bool IsHarmless(string clause) =>
        (States.IsStateWord(clause) || Bare().IsMatch(clause) || Shown().IsMatch(clause) || Who().IsMatch(clause) || Work().IsMatch(clause)
            || Chinese.IsPersonsName(clause))
        && !States.TakesBack(clause);

    [GeneratedRegex(@"[,，。.;；、\s:()\[\]【】]+", RegexOptions.CultureInvariant)]
    private static partial Regex Clauses();

    /// <summary>2026年3月20日, 2026-3-20, 3月20日, 20260320.</summary>
    [GeneratedRegex(@"(?<![0-9])(?:(?:(?:20)?[0-9]{2}\s*[-./年]\s*[0-9]{1,2}\s*[-./月]|[0-9]{1,2}\s*月)\s*[0-9]{1,2}\s*[日号]?"
        + @"|20[0-9]{6})(?![0-9])|^\s*[0-9]{1,2}[./][0-9]{1,2}\s*$", RegexOptions.CultureInvariant)]
    public static partial Regex Dates();

    /// <summary>What is left beside a date, or stands alone: 于…完成, 100%, √, 全部.</summary>
    [GeneratedRegex("^(?:[已于在经均√✓✔☑]|整改|治理|处理|完成|完毕|到位|验收|复查|核查|合格|通过|销号|闭环|核销|办结|归档|销案|当[天日]|[上下]午|时间|日期|全部"
        + "|100(?:.0+)?%)+$", RegexOptions.CultureInvariant)]
    private static partial Regex Bare();

    /// <summary>见附件2, 附照片, 整改报告, 第12号.</summary>
    [GeneratedRegex("^(?:[详请参]?见|后?附有?|已附|有|另附|资料)*(?:现场|整改|复查|验收|销号|前后|对比|后|前|相关|佐证)*(?:附[件图表]|图|照片|图片|影像|视频|报告|回复|回执|通知书|复查意见书|意见书"
        + "|验收单|销号单|整改单|资料|材料|备注|台账|清单|档案)+[0-9一二三四五六七八九十-]*[张份页幅]?$"
        + "|^(?:企业|单位|现场|均|并)*已?(?:提交|上传|留存|附上?|拍摄?)了?(?:现场|整改|前后|相关|佐证)*(?:照片?|图片|报告|资料|材料|影像|视频)$|^(?:照片|图片|资料|材料|报告|影像"
        + "|视频)(?:均?已)?(?:上传|留存|归档|存档|附后|提交|齐[全备])$"
        + "|^(?:效果良好|运行正常|恢复正常|已?符合(?:要求|规定|标准)|满足要求|清理干净|完好)$"
        + "|^(?:编号)?[第0-9A-Za-z〔〕年字-]{2,20}号$", RegexOptions.CultureInvariant)]
    private static partial Regex Shown();

    /// <summary>县应急局, 由县应急局验收, 验收人.</summary>
    [GeneratedRegex("^(?!.*(?:[转移退让请求说称]|[报送]送|经查|抽查))(?:[由经])?[\u4e00-\u9fff]{2,16}(?<![报送交移转退让])(?:局|委|办|站|大队|所|科|公司|厂|矿|政府|中心|组|安监员"
        + "|专家|监理)(?:现场|已|组织|人员|共同)*(?:复查|验收|核查|销号|确认|合格|通过|完成|同意|签字|整改)*$"
        + "|^(?:验收|复查|核查|销号|整改|责任|检查|经办|签字|确认|复核)(?:人员?|单位|部门|时间|日期)(?:[\u4e00-\u9fff]{2,3})?$"
        + "|^[\u4e00-\u9fff]{2,3}(?:现场)?(?:复查|验收|核查|确认|签字)(?:合格|通过)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Who();

    private const string Works = "(?:更换|加装|加设|加固|加强|补[充齐设装办贴签]|增[设加补配]|拆除|清[理除运扫洗空]|修[复理缮补订改]|安装|重装|张贴|粘贴|配[备齐置]|设[置立]|维[修护]|检[修测验]"
        + "|校[验准]|培训|教育|制定|完善|整理|移[除走开]"
        + "|固定|紧固|封[堵闭盖]|疏通|关[闭停]|停[用产止业]|隔离|悬挂|建立|健全|签订|购[买置]|采购|调整|恢复|焊接|喷涂|粉刷|铺设|架[空设]|接地|上锁|换[新装]|规范|纠正|改正|处[罚理置]|罚款|约谈|断电|报废|砌筑"
        + "|浇筑|支护|回填|覆盖|包扎|绝缘|清淤|排水|通风|消除|落实|组织|开展|撤[出离除]|转移人员)";

    /// <summary>更换阀门, 已拆除, 灭火器已更换, 对线路进行了改造.</summary>
    [GeneratedRegex("^(?:.{0,24}(?:已经?|全部|进行了?|予以|现场|当场|立即|并|且|重点)|[对将把].{1,24})?(?:按(?:要求|规定|标准|方案)(?:进行)?|及时|统一|全面"
        + "|集中)?" + Works + "[^%]{0,40}(?<!中|方案|计划|合同|期间|意见|通知|申请|要求)$", RegexOptions.CultureInvariant)]
    private static partial Regex Work();
}
