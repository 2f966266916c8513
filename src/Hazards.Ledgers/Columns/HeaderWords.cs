using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>
/// What headers of real ledgers say, best word first. Written as found, brackets and spaces left out.
/// Chinese puts the head of a phrase last, so a header that ends in one of these words means it too.
/// </summary>
internal static partial class HeaderWords
{
    private const string Lists = """
        externalId: 序号 编号 隐患编号 问题编号 序列号 流水号 台账编号 隐患序号 NO ID
        foundAt: 检查时间 发现时间 排查时间 检查日期 发现日期 排查日期 隐患发现时间 隐患排查时间 问题发现时间 上报时间 上报日期 登记时间 登记日期 录入时间 巡查时间 巡查日期 督查时间 报告时间 时间 日期
        inspectionBody: 检查单位 排查单位 检查部门 发现单位 检查组 检查机构 督查单位 执法单位 检查主体 上报单位 巡查单位 牵头检查单位 排查部门 检查组别 督导单位 督导组 抽查部门
        inspectors: 检查人 检查人员 排查人 排查人员 发现人 发现人员 巡查人 巡查人员 检查专家 专家 上报人 登记人 填报人 督查人员 执法人员 网格员
        source: 隐患来源 问题来源 来源 检查类型 检查方式 检查形式 排查类型 排查方式 检查名称 发现途径 专项行动
        project: 检查项目 项目 项目名称 工程名称 标段 工程项目 受检项目 被检查项目 检查对象 排查对象
        place: 检查工点 地点 隐患地点 检查地点 隐患位置 位置 部位 隐患部位 存在部位 工点 具体位置 场所 检查部位 检查场所 发生地点 区域 作业地点 所在位置 隐患所在地 地址 详细地址
        region: 所属地区 行政区划 县市区 县区 区县 市县区 区市县 所属县区 所在县区 县市 旗县区 所在地区 属地 所属区域 辖区 所属乡镇 乡镇 乡镇街道 镇街 街道
        sector: 行业领域 行业 所属行业 所属领域 行业类别 行业类型 领域
        enterprise: 企业名称 单位名称 生产经营单位 受检单位 被检查单位 被检单位 隐患单位 企业 存在隐患单位 生产经营单位名称 受检企业 场所名称 被抽查单位 被督导单位 被查单位 被检查企业 检查企业 隐患所在单位 经营单位 企业单位名称
        creditCode: 统一社会信用代码 社会信用代码 信用代码
        description: 隐患内容 隐患问题描述 隐患描述 问题描述 存在问题 隐患 存在的问题 存在隐患 问题隐患 主要问题 隐患情况 问题内容 安全隐患 存在的隐患 隐患问题 事故隐患 问题 隐患名称 检查发现问题 发现的问题 发现问题 隐患和问题 存在的主要问题 隐患事项 主要隐患 存在问题及隐患 存在的安全隐患 具体问题 问题清单 隐患具体内容 隐患基本情况 检查情况
        category: 隐患类型 专业类别 隐患类别 隐患分类 问题类型 问题类别 类别 类型 专业 分类 隐患种类 所属专业
        level: 隐患等级 隐患级别 级别 等级 问题等级 隐患程度 严重程度 分级 隐患分级 一般隐患 一般事故隐患 一般安全隐患
        isMajor: 是否重大隐患 是否重大事故隐患 是否重大 是否为重大隐患 是否为重大事故隐患 是否构成重大隐患 是否属于重大隐患 重大事故隐患 重大隐患
        basis: 判定依据 检查依据 依据 法规依据 违反条款 法律依据 整改依据 对应条款 标准依据
        measures: 整改要求措施 整改措施 治理措施 整改要求 防范措施 整改方案 整改建议 整改意见 治理方案 处理意见 处理措施 管控措施 整治措施 措施 整改内容 对策措施
        funds: 整改资金 治理资金 资金 投入资金 整改投入 资金投入 所需资金 整改经费 资金落实 计划资金
        deadline: 整改期限 整改时限 整改限期 完成时限 整改截止日 截止日期 截止时间 截止日 限改时间 治理期限 限期 整改截止时间 整改截止日期 要求整改时间 要求完成时间 计划完成时间 整改期 期限 时限 计划整改时间 限改日期 治理时限 限期整改时间 拟完成时间 整改要求完成时间
        responsibleUnit: 整改责任单位 责任单位 责任部门 整改单位 治理单位 整改责任部门 治理责任单位 整改部门 主体责任单位 责任科室 责任区队 责任主体 监管单位 监管责任单位 行业主管部门 主管部门 督办单位 监管部门 属地责任单位 牵头单位 责任班组 落实单位 整改落实单位 督导单位 监督单位 包抓单位
        responsiblePerson: 整改责任人 责任人 整改负责人 负责人 治理责任人 单位负责人 责任人员 落实人 整改人 主要负责人 整改人员 责任领导 包保责任人 隐患责任人
        result: 整改结果 整改落实情况 治理结果 整改情况说明 整改说明 处理结果 整改进展 整改进展情况 进展情况 治理情况 落实情况 整改效果 整改描述
        completedAt: 整改完成日期 整改完成时间 完成时间 完成日期 实际完成时间 整改日期 整改时间 治理完成时间 实际整改时间 完成整改时间 治理完成日期 实际完成日期
        reinspectedAt: 复查时间 复查日期 复检时间 复检日期 核查时间 核查日期 复核时间
        reinspectedBy: 复查人 复查人员 复检人 复检人员 核查人 核查人员 复核人 督办人
        acceptedAt: 验收时间 验收日期 验收通过时间
        acceptedBy: 验收人 验收人员 验收责任人 验收负责人
        closedAt: 销号时间 销号日期 闭环时间 闭环日期 核销时间 核销日期 办结时间
        state: 销号情况 状态 隐患状态 整改状态 闭环情况 治理状态 当前状态 整改情况 完成情况 整改完成情况 是否整改 是否整改到位 是否完成 是否完成整改 整改进度 完成进度 治理进度 进度 是否销号 是否闭环 是否复查合格 是否验收 销号状态 处理状态 办理状态 销号 整改与否 闭环状态 复查情况 复查结果 验收结果 验收情况
        shift: 班次 班别 检查班次
        remark: 备注 说明 备注说明 其他
        """;

    /// <summary>Headers that may hold either a state or a story; which, only their cells can tell.</summary>
    private static readonly HashSet<string> StateOrResult = [
        "整改进度", "完成进度", "治理进度", "进度", "整改情况", "完成情况", "整改完成情况", "复查情况", "验收情况", "复查结果", "验收结果"];

    /// <summary>Sub-headers under 整改责任单位, and what stands before it in a plain header.</summary>
    private static readonly string[] UnitRoles = [
        "施工", "建设", "监理", "设计", "勘察", "属地", "行业", "主管", "监管", "监督", "督办", "督导", "包抓", "牵头", "配合", "整改", "主体"];

    private static readonly Dictionary<string, (LedgerField Field, int Rank)> Exact = Load();
    private static readonly (string Word, LedgerField Field)[] ByLength =
        [.. Exact.Where(e => e.Key.Length >= 2).OrderByDescending(e => e.Key.Length).Select(e => (e.Key, e.Value.Field))];

    /// <summary>Longer texts are instructions or data.</summary>
    private const int LongestHeader = 120;

    /// <summary>A meaning found in a header, and how sure that is from 0 to 1.</summary>
    internal readonly record struct Match(LedgerField Field, string? Role, double Confidence);

    /// <summary>一般隐患 over √, beside 重大隐患; over sentences it is what is wrong.</summary>
    public static bool IsGeneralTick(LedgerColumn column) =>
        column.Path.Count > 0 && Words.Normalise(column.Path[^1]) is "一般隐患" or "一般事故隐患" or "一般安全隐患" or "一般";

    /// <summary>序号 counts the lines of a table; 编号 names what stands on one.</summary>
    public static bool IsCounter(LedgerColumn column) => column.Path.Count > 0 && Words.Normalise(column.Path[^1]) is "序号" or "序列号" or "NO";

    public static bool MayBeStateOrResult(string header) => StateOrResult.Contains(Words.Normalise(Words.WithoutBrackets(header)));

    /// <summary>What a header path (整改责任单位, 施工) means; null when no word in it is known.</summary>
    public static Match? Find(IReadOnlyList<string> path)
    {
        if (path.Count == 0 || path.Sum(p => p.Length) > LongestHeader) return null;
        var whole = string.Concat(path);
        if (Extended().IsMatch(whole)) return IsExtension(whole) ? new(LedgerField.Deadline, null, 0.7) : null;
        if (NamesUnitAndPerson(whole) && FindPart(whole) is { Field: LedgerField.ResponsiblePerson or LedgerField.ResponsibleUnit })
            return IsSupervisor(whole) ? null : new(LedgerField.ResponsibleUnit, null, 0.75);
        return FindWord(path) is { } found && !(found.Field == LedgerField.ResponsiblePerson && IsSupervisor(whole)) ? found : null;
    }

    private static Match? FindWord(IReadOnlyList<string> path)
    {
        if (path.Count > 1 && FindExact(path[^2]) is { Field: LedgerField.Level }
            && Words.Normalise(path[^1]) is "重大" or "重大隐患") return new(LedgerField.IsMajor, null, 0.9);
        return FindExact(string.Concat(path))
            ?? FindRole(path)
            ?? FindExact(path[^1])
            ?? FindPart(string.Concat(path));
    }

    /// <summary>Which state a column asks about: 是否销号 for closed, 验收合格 for accepted, 是否整改 for declared; null for 状态.</summary>
    public static LedgerState? AskedBy(LedgerColumn column) =>
        Has(column, "销号", "闭环", "核销", "办结", "归档") ? LedgerState.Closed : Has(column, "复查", "复核", "核查", "验收") ? LedgerState.Accepted
        : Has(column, "整改", "完成", "治理", "整治", "处理") ? LedgerState.Declared : null;

    /// <summary>What 是 or 否 says under a header.</summary>
    public static LedgerState AnswerOf(LedgerColumn column, bool yes) =>
        (AskedBy(column) ?? LedgerState.Declared) is var asked && yes ? asked
        : asked == LedgerState.Declared ? LedgerState.Assigned : LedgerState.Rectifying;

    /// <summary>Whether a column's header alone says that it holds a state of the hazard; 审核状态 does not.</summary>
    public static bool SaysState(LedgerColumn column) =>
        column.Path.Count > 0 && (IsKnown(column.Path[^1]) || AskedBy(column) is not null || Has(column, "隐患状态"));

    private static bool Has(LedgerColumn column, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
            if (column.Header.Contains(word, StringComparison.Ordinal))
                return true;
        return false;
    }

    /// <summary>延期后期限, 延期至: the deadline that came after the first. 延期申请时间, 是否延期 and 延期原因 are none.</summary>
    public static bool IsExtension(LedgerColumn column) => IsExtension(string.Concat(column.Path));

    private static bool IsExtension(string header) => Extended().IsMatch(header) && !OfExtending().IsMatch(header);

    /// <summary>整改截止日, 最后期限: may be a deadline by its words, where no list knows them. 有效期限 and 权限 are none.</summary>
    public static bool SoundsLikeDeadline(string header) => DeadlineSounds().IsMatch(header) && !NoDeadlines().IsMatch(header);

    /// <summary>整改时间, 完成时间: when it was done, or is to be.</summary>
    public static bool MayBeDoneOrDue(LedgerColumn column) =>
        column.Path.Count > 0 && Words.Normalise(Words.WithoutBrackets(column.Path[^1]))
            is "整改时间" or "整改日期" or "完成时间" or "完成日期" or "办结时间" or "办结日期" or "治理时间";

    /// <summary>上报时间, 检定日期: dates of something else.</summary>
    public static bool IsOtherDate(string header) => OtherDates().IsMatch(header) || NoDeadlines().IsMatch(header);

    /// <summary>是否延期: whether there is an extension, and not until when.</summary>
    public static bool AsksForExtension(string header) => header.Contains("是否", StringComparison.Ordinal) && Extended().IsMatch(header);

    [GeneratedRegex("延期|展期|顺延|延至|延后|宽限|延长(?:后|至|期限|时限|时间|日期)|(?:变更|调整|修改)后.*(?:期|限|时间|日期)", RegexOptions.CultureInvariant)]
    private static partial Regex Extended();

    [GeneratedRegex("申请|批准|审批|批复|次数|原因|理由|是否|天数|文号|单位|人$|情况|说明|手续|依据|材料", RegexOptions.CultureInvariant)]
    private static partial Regex OfExtending();

    [GeneratedRegex("限|截止|截至|到期|延期|展期|(?:预计|计划|拟|要求|应)完成|(?:整改|完成|治理|销号|办理|处理|计划|预计)[^评]*期$", RegexOptions.CultureInvariant)]
    private static partial Regex DeadlineSounds();

    [GeneratedRegex("有效|使用|保质|质保|合同|证|权限|限[值速额载高重宽压流位员]|[上下]限|年限|极限|局限|不限|无限|界限|责任限|保险|租赁|检[验定测]|周期|学期|工期|前期|后期|长期|短期|近期|定期|首期|分期"
        + "|是否", RegexOptions.CultureInvariant)]
    private static partial Regex NoDeadlines();

    [GeneratedRegex("上报|登记|录入|填[报表写]|报送|检查|发现|排查|巡查|督查|复查|复检|核查|复核|验收|销号|闭环|核销|通知|下达|下发|交办|签[收发]|出生|生产|出厂|检[定验测]|校验|处罚|立案|批准|审批|申请|公示"
        + "|成立|注册|投[产用]|开工|竣工|发证|有效|更新|统计|制表|记录|回复|反馈|报告|合同|保险|入职|培训|建[成档]|事故|停产|复产", RegexOptions.CultureInvariant)]
    private static partial Regex OtherDates();

    /// <summary>Whether a header is one of the known words to the letter; what data says hardly ever is.</summary>
    public static bool IsKnown(string header) => FindExact(header) is not null;

    /// <summary>责任单位及责任人: one column for a body and a person.</summary>
    public static bool NamesUnitAndPerson(string header) => UnitAndPerson().IsMatch(header);

    /// <summary>监管责任人, 督办人: whoever supervises is not whoever must put it right.</summary>
    private static bool IsSupervisor(string header) => Supervisor().IsMatch(header);

    [GeneratedRegex("单位.*[及和、/与(（].*人|部门.*[及和、/与(（].*人", RegexOptions.CultureInvariant)]
    private static partial Regex UnitAndPerson();

    [GeneratedRegex("监管|监督|督办|督导|主管|属地|检查|包抓", RegexOptions.CultureInvariant)]
    private static partial Regex Supervisor();

    private static Match? FindExact(string header)
    {
        if (Lookup(Words.Normalise(header)) is { } whole) return new(whole.Field, RoleIn(header, whole.Field), 0.95 - Penalty(whole.Rank));
        if (Lookup(Words.Normalise(Words.WithoutBrackets(header))) is { } bare) return new(
            bare.Field, RoleIn(header, bare.Field), 0.9 - Penalty(bare.Rank));
        return null;
    }

    /// <summary>整改责任单位 over 施工: the sub-header is the role, unless it is a known header of its own (责任人).</summary>
    private static Match? FindRole(IReadOnlyList<string> path)
    {
        if (path.Count < 2 || FindExact(path[^1]) is not null) return null;
        return FindExact(path[^2]) is { Field: LedgerField.ResponsibleUnit } parent
            ? new(LedgerField.ResponsibleUnit, path[^1].Trim(), parent.Confidence)
            : null;
    }

    private static Match? FindPart(string header)
    {
        var plain = Words.Normalise(Words.WithoutBrackets(header));
        foreach (var (word, field) in ByLength)
            if (plain.EndsWith(word, StringComparison.Ordinal))
                return new(Planned(field, plain), RoleIn(header, field), 0.75);
        foreach (var (word, field) in ByLength)
            if (word.Length >= 3 && plain.Contains(word, StringComparison.Ordinal))
                return new(field, RoleIn(header, field), 0.6);
        return DueDay().IsMatch(plain) && !NoDeadlines().IsMatch(plain) ? new(LedgerField.Deadline, null, 0.7) : null;
    }

    [GeneratedRegex("(?:截止|截至|到期|限期|限定|最后|最迟|最晚)(?:整改|完成|治理)*(?:期限?|日期?|时间)?$", RegexOptions.CultureInvariant)]
    private static partial Regex DueDay();

    /// <summary>计划整改完成时间 is not when it was done but by when it is to be done.</summary>
    private static LedgerField Planned(LedgerField field, string header) =>
        field == LedgerField.CompletedAt
            && (header.StartsWith('应') || Array.Exists(PlanWords, word => header.Contains(word, StringComparison.Ordinal)))
            ? LedgerField.Deadline
            : field;

    private static readonly string[] PlanWords = ["计划", "要求", "拟", "预计", "限定", "目标", "最迟", "限期", "截止"];

    private static string? RoleIn(string header, LedgerField field) => field != LedgerField.ResponsibleUnit
        ? null
        : Array.Find(UnitRoles, role => role != "整改" && header.Contains(role, StringComparison.Ordinal));

    private static (LedgerField Field, int Rank)? Lookup(string plain) => Exact.TryGetValue(plain, out var found) ? found : null;

    /// <summary>The first words of a list are the surest; the last ones (时间, 问题) say little.</summary>
    private static double Penalty(int rank) => Math.Min(rank * 0.005, 0.15);

    private static Dictionary<string, (LedgerField, int)> Load()
    {
        var words = new Dictionary<string, (LedgerField, int)>(StringComparer.Ordinal);
        foreach (var line in Lists.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var field = Enum.Parse<LedgerField>(line[..colon], ignoreCase: true);
            var list = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (var rank = 0; rank < list.Length; rank++)
                words.TryAdd(list[rank].TrimEnd('\r'), (field, rank));
        }
        return words;
    }
}
