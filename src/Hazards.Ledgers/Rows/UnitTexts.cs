using System.Buffers;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>
/// Reads what clerks write where a body should stand: 监管：应急局, 交通局牵头, 甲公司与乙公司, 负责人：王五, 各有关企业. Roles and labels are taken
/// off, several bodies told apart, and phrases that name no particular body are nobody.
/// </summary>
internal static partial class UnitTexts
{
    /// <summary>Nothing longer names bodies; it keeps the patterns away from long texts.</summary>
    private const int Longest = 200;

    private static readonly SearchValues<char> Marks = SearchValues.Create(":：(（[【人"), Joins = SearchValues.Create("+＋&＆\\|｜");

    /// <summary>A part of a cell: a body with the role that the cell's own words give it, or a person.</summary>
    /// <param name="Name">As written.</param>
    /// <param name="Role">监管, 牵头 …; empty where the words say that it must act; null where they say nothing.</param>
    /// <param name="IsPerson">Whether a label says that it is a person.</param>
    internal readonly record struct Part(string Name, string? Role, bool IsPerson = false);

    /// <summary>永昌化工厂. is 永昌化工厂; Co., Ltd. keeps its stop.</summary>
    public static string WithoutEnd(string text)
    {
        var plain = text.Trim().Trim('“', '”', '"', '《', '》', '「', '」').TrimEnd('。', '，', ',', '；', ';', '、', '：', ':', '！', '…', ' ');
        return plain.Length > 1 && plain[^1] is '.' or '．' && plain[^2] >= '\u4e00' ? plain.TrimEnd('.', '．') : plain;
    }

    /// <summary>各乡镇, 相关部门, XX公司, 业主, 见附件, 已倒闭: nobody in particular. 阳光小区业主委员会 is somebody.</summary>
    public static bool NamesNobody(string text)
    {
        var plain = WithoutEnd(text);
        return plain.Length is > 0 and <= 20 && (IsVague(plain) || Anonymous().IsMatch(plain) || Elsewhere().IsMatch(plain)
            || plain.AsSpan().ContainsAny('（', '(') && IsVague(Words.WithoutBrackets(plain)));

        static bool IsVague(string name) => Everybody().IsMatch(name) || Anybody().IsMatch(name);
    }

    /// <summary>The labelled parts of a text, and what is left of it without them; null where no word of it is a label or a role.</summary>
    public static (List<Part> Parts, string Left)? Labelled(string text)
    {
        if (text.Length > Longest || !text.AsSpan().ContainsAny(Marks) && !text.Contains("单位", StringComparison.Ordinal)
            && !text.Contains("部门", StringComparison.Ordinal) && !EndsInRole().IsMatch(text)) return null;
        List<Part> parts = [];
        if (PersonOf().Match(text) is { Success: true } person
            && Chinese.IsPersonsName(person.Groups["name"].Value) && EndsAsBody().IsMatch(person.Groups["body"].Value))
            return ([new(person.Groups["name"].Value, null, true)], person.Groups["body"].Value);
        if (PlayedBy().Match(text) is { Success: true } played
            && NamesNobody(played.Groups["part"].Value) && EndsAsBody().IsMatch(played.Groups["body"].Value))
            return ([new(played.Groups["body"].Value, RoleOf(""))], "");
        var rest = RoleBehind().Replace(text, match => Take(parts, match));
        rest = Label().Replace(rest, match =>
        {
            parts.Add(new(match.Groups["name"].Value, RoleOf(match.Groups["role"].Value), match.Groups["who"].Success));
            return "；";
        });
        rest = RoleInBrackets().Replace(rest, match => Take(parts, match));
        List<string> left = [];
        foreach (var piece in Pieces().Split(rest))
        {
            var said = piece.Trim(' ', '(', ')', '（', '）', '[', ']', '【', '】', '、', '/');
            if (BeginsWithRole().Match(said) is { Success: true } begins && EndsAsBody().IsMatch(begins.Groups["name"].Value))
                Take(parts, begins);
            else if (EndsInRole().Match(said) is { Success: true } ends && EndsAsBody().IsMatch(ends.Groups["name"].Value))
                parts.Add(new(ends.Groups["name"].Value, RoleOf(ends.Groups["role"].Value)));
            else if (said.Length > 0) left.Add(parts.Count == 0 ? piece.Trim() : said);
        }
        return parts.Count == 0 ? null : (parts, string.Join('；', left));

        static string Take(List<Part> parts, Match match)
        {
            parts.Add(new(match.Groups["name"].Value, RoleOf(match.Groups["role"].Value)));
            return "；";
        }
    }

    /// <summary>甲公司与乙公司, 甲公司+乙公司, 甲公司 乙公司, 应急局会同住建局, 永昌化工厂等3家: several bodies; null where it is one. 住房和城乡建设局 is one.</summary>
    public static List<string>? Several(string text)
    {
        if (text.Length > Longest || text.Contains("联合体", StringComparison.Ordinal)) return null;
        if (AndOthers().Match(text) is { Success: true } others && EndsAsBody().IsMatch(others.Groups["first"].Value))
            return [.. Listed().Split(others.Groups["first"].Value).Select(p => p.Trim()).Where(p => p.Length > 0)];
        text = Jointly().Replace(text, "");
        if (text.AsSpan().ContainsAny(Joins) && Plus().Split(text) is { Length: > 1 } sum && Array.TrueForAll(sum, EndsAsBody().IsMatch))
            return [.. sum.Select(p => p.Trim())];
        List<string> bodies = [];
        var from = 0;
        foreach (Match and in And().Matches(text))
        {
            var (left, right) = (text[from..and.Index].Trim(), text[(and.Index + and.Length)..].Trim());
            var blank = string.IsNullOrWhiteSpace(and.Value);
            if (left.Length < 3 || right.Length < 2 || !(blank ? StandsAlone() : EndsAsBody()).IsMatch(left)
                || !(blank ? StandsAlone() : EndsAsBody()).IsMatch(right)) continue;
            bodies.Add(left);
            from = and.Index + and.Length;
        }
        return bodies.Count == 0 ? null : [.. bodies, text[from..].Trim()];
    }

    /// <summary>永昌化工厂 李四, where no header says that a person is expected.</summary>
    public static bool WithPerson(string text) =>
        text.IndexOf(' ', StringComparison.Ordinal) is > 2 and var at && EndsAsBody().IsMatch(text[..at])
            && Chinese.IsPersonsName(text[(at + 1)..]);

    private static string? RoleOf(string word) => word switch
    {
        "监管" or "监督" or "督办" or "督导" or "主管" or "包抓" or "牵头" or "属地" or "检查" or "施工" or "建设" or "监理" or "设计" or "勘察" => word,
        "行业" or "行业主管" => "行业",
        "配合" or "协助" or "协办" => "配合",
        "主办" => "牵头",
        _ => "",
    };

    private const string Roles = "行业主管|监管|监督|督办|督导|主管|行业|配合|协助|协办|包抓|牵头|主办|属地|责任|整改|主体|主责|施工|建设|监理|设计|勘察|检查";

    [GeneratedRegex(@"(?<=^|[\s,，;；、/(（。\[【])(?:(?<who>(?:整改|现场|主要|安全|直接|单位|企业)?(?:负责人|责任人|联系人|经办人|法人代表|法定代表人|法人|经营者|业主))\s*[:：]"
        + @"|(?<role>" + Roles
        + @")(?:责任)?(?:(?:单位|部门|主体|方|机构)?\s*[:：]|(?:单位|部门|主体)\s*[为是]))\s*(?<name>[^,，;；、/()（）\[\]【】\s:：]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"(?<name>[^,，;；、/()（）\s]{2,40})[(（](?<role>" + Roles + @")(?:责任)?(?:单位|部门|主体|方)?[)）]", RegexOptions.CultureInvariant)]
    private static partial Regex RoleInBrackets();

    /// <summary>永昌化工厂（应急局监管）.</summary>
    [GeneratedRegex(@"[(（\[【](?<name>[^,，;；、/()（）\[\]【】\s:：]{2,20}?(?:局|委|办|镇|乡|街道|政府|公司|厂|矿|队|站|所|中心|部门))(?:为|是)?(?<role>监管|督办|督导|监督"
        + @"|配合|协助|协办|包抓|牵头|主办)(?:单位|部门)?[)）\]】]", RegexOptions.CultureInvariant)]
    private static partial Regex RoleBehind();

    /// <summary>监管部门应急局.</summary>
    [GeneratedRegex("^(?<role>" + Roles + ")(?:责任)?(?:单位|部门|主体)[为是]?(?<name>[^:：,，;；]{2,30})$", RegexOptions.CultureInvariant)]
    private static partial Regex BeginsWithRole();

    /// <summary>甲公司（负责人张三）, 张三（甲公司）.</summary>
    [GeneratedRegex("^(?<body>.{3,40}?)[（( ]?(?:负责人|责任人|联系人|法人|经理|经营者)[:：]?(?<name>[\u4e00-\u9fff]{2,4})[)）]?$"
        + "|^(?<name>[\u4e00-\u9fff]{2,4})[（(](?<body>[^()（）]{3,40})[)）]$", RegexOptions.CultureInvariant)]
    private static partial Regex PersonOf();

    /// <summary>施工单位（中铁四局）.</summary>
    [GeneratedRegex("^(?<part>[\u4e00-\u9fff]{2,10})[（(](?<body>[^()（）]{3,40})[)）]$", RegexOptions.CultureInvariant)]
    private static partial Regex PlayedBy();

    [GeneratedRegex("(?:联合|共同|分别|一起|各自)(?:负责|整改|落实|牵头|监管|督办|办理)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Jointly();

    [GeneratedRegex("^(?:交?由|请|责成|责令)?(?<name>.{2,30}?)(?:为|是)?(?<role>监管|督办|督导|监督|配合|协助|协办|包抓|牵头|主办|主责|负责|整改)(?:单位|部门|整改|落实"
        + "|办理)?$", RegexOptions.CultureInvariant)]
    private static partial Regex EndsInRole();

    [GeneratedRegex(@"[,，;；\n]", RegexOptions.CultureInvariant)]
    private static partial Regex Pieces();

    [GeneratedRegex("^(?<first>.{2,30}?)等(?:(?:[0-9]{1,4}|[一二三四五六七八九十两多几]{1,3})[家个户所]?)?(?:单位|企业|公司|部门"
        + "|乡镇)?$", RegexOptions.CultureInvariant)]
    private static partial Regex AndOthers();

    [GeneratedRegex("[、,，;；/]", RegexOptions.CultureInvariant)]
    private static partial Regex Listed();

    [GeneratedRegex(@"[+＋&＆\\|｜]", RegexOptions.CultureInvariant)]
    private static partial Regex Plus();

    [GeneratedRegex(@"\s+|以及|会同|协同|联合|暨|与|和|及", RegexOptions.CultureInvariant)]
    private static partial Regex And();

    [GeneratedRegex("(?:局|厅|公司|厂|矿|委|办|镇|乡|街道|政府|队|站|所|院|校|店|中心|集团|部|处|科|社区|村|银行|小学|中学|大学|超市|宾馆|合作社|委员会"
        + "|村委会)$", RegexOptions.CultureInvariant)]
    private static partial Regex EndsAsBody();

    /// <summary>Bodies that are no part of another one: 甲公司 乙公司 are two, 甲公司 安环科 is one.</summary>
    [GeneratedRegex("(?:公司|厂|矿|局|厅|镇|乡|政府|街道|集团|医院|学校|小学|中学|大学|银行|超市|村委会|委员会|宾馆|饭店|酒店|加油站|合作社)$", RegexOptions.CultureInvariant)]
    private static partial Regex StandsAlone();

    private const string Kinds = "(?:乡镇|镇街|镇|乡|街道|街道办|村|社区|村社|县区|县市区|区县|县|企业|公司|单位|部门|机构|科室|班组|车间|区队|队组|项目部|工厂|厂矿|厂|矿|学校|医院|商户|门店|商铺"
        + "|店铺|经营户|养殖户|农户|住户|居民|业主|个人|人员"
        + "|责任人|(?:施工|建设|监理|成员|责任|使用|运营|经营|产权|生产经营|管理|维保)单位|(?:主管|监管|职能|行业|行业主管|业务)部门|政府|党委|场所|小区|物业|工地|标段)";

    /// <summary>各有关企业, 县直相关部门, 属地政府, 全体施工单位.</summary>
    [GeneratedRegex("^(?:[省市县区镇]直|[本我该](?:公司|单位|企业|厂|矿|校|院))?(?:全体|全部|所有|全[省市县区镇乡村厂矿校]|各级|各个?|有关|相关|其[他它]|部分|多家|数家|个别|某[某个些]?|一些|辖区内?"
        + "|沿线|周边|附近|涉及的?|涉事|存在问题的?|以上|上述|所在地?|所属|属地|当地|对应|[省市县区镇]直)+"
        + Kinds + "(?:人民政府|政府)?(?:[和及与、各]+" + Kinds + ")?$", RegexOptions.CultureInvariant)]
    private static partial Regex Everybody();

    /// <summary>个人, 业主, 施工方, 责任单位: a part in the matter, and not who plays it.</summary>
    [GeneratedRegex("^(?:个人|本人|他人|第三方|第三方(?:机构|单位|公司)|保安|门卫|(?:各|责任|主管|监管|企业|施工)?单位负责人|业主|业主方|业主委员会|房东|房主|户主|住户|居民|村民|群众|商户|商家|经营户|经营者"
        + "|租户|租客|承租[人方户]|出租[人方]|产权[人方]|使用[人方]|当事人|责任[人方]|负责人|企业负责人|法人|法人代表|承包[人商方]|开发商|供应商|包工头|施工队|施工班组"
        + "|(?:施工|建设|监理|设计|总包|分包|甲|乙|丙|企业|公司|厂|矿|校|院|店|物业|运营|租赁|承建|管理|维保|责任|对)方|店[主家]|厂[主长]|老板|物业|物业公司|物业企业|司机|驾驶员|车主|船主|家长|员工|职工|工人"
        + "|作业人员|从业人员|监护人"
        + "|公司|工厂|学校|医院|商场|超市|饭店|宾馆|部门|乡镇|街道|政府|镇政府|乡政府|检查组|检查人员|执法人员|专家|专家组|工作组|领导小组|其[他它]|多家|多人|大家|全体"
        + "|(?:施工|建设|监理|设计|勘察|产权|使用|运营|运维|经营|管理|维保|养护|承包|分包|总包|施工总包|总承包|施工总承包|专业分包|劳务分包|物业|检查|排查|督查|巡查|执法|上报|填报|责任|整改|整改责任|主管|监管|行业主管"
        + "|牵头|配合|督办|权属|所属|承建|租赁|开发)(?:单位|企业|部门|主体|公司)|责任主体|单位名称|企业名称|单位全称|名称)(?:自行|自己|负责|整改|处理|落实"
        + "|解决)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Anybody();

    /// <summary>XX公司, 某企业, ××局.</summary>
    [GeneratedRegex(@"^(?:[XxＸｘ×*＊○〇_＿]{2,}.*|[XxＸｘ×*＊○〇](?:公司|企业|单位|厂|矿|店|局|部门|学校|医院|项目部)|某[\u4e00-\u9fff]{0,8}(?:公司|企业|单位|厂|矿|店|局|部门"
        + @"|学校|医院|工地|项目部|小区|镇|乡|村))$", RegexOptions.CultureInvariant)]
    private static partial Regex Anonymous();

    /// <summary>见附件, 同一单位, 已倒闭.</summary>
    [GeneratedRegex("^(?:同?检查单位|(?:暂时?|尚)?[待未](?:通知|明确|落实|确定|确认|定|知|核实|查明|联系|指定|分配|安排)(?:到?责任)?(?:单位|企业|主体|人|部门)?|无法联系|联系不上|失联|查不到"
        + "|(?:详见|详|见|参见|参照|参考|按|附|另见)(?!.{0,14}(?:公司|厂|局|矿)$).{0,12}(?:附件|附表|附后|通知书?|清单|备注|文件|方案|整改单|指令书?|台账|后|左|右|上|下|前|表|图|栏|项"
        + "|说明)[0-9一二三四五六七八九十]*|附件[0-9一二三四五六七八九十]*"
        + "|(?:同一|同1|同个|相同|一样的?|以上|上述|该|此)(?:家)?(?:单位|企业|公司|部门|责任单位)|(?:同|与)[左右前](?:列|栏|项)?"
        + "|(?:企业|单位|公司|该企业|该单位|现)?(?:已经?|均已|正在)?(?:倒闭|破产|注销|吊销|关闭|关停|停产|停业|歇业|拆除|搬[迁离走]|解散|撤销|不存在)|(?:暂?无|没有|查无|找不到|无法确定|未找到)(?:此|该"
        + "|具体|明确)?(?:责任)?(?:单位|企业|主体|业主|人)?|无主|无人(?:管理|负责)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Elsewhere();
}
