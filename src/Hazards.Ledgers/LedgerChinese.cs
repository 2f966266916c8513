using System.Collections.Frozen;

namespace Hazards.Ledgers;

/// <summary>What readings are called in Chinese sentences, where no name of this library's may stand.</summary>
public static class LedgerChinese
{
    /// <summary>Why a row holds no hazard.</summary>
    public static string Of(LedgerSkip skip) => skip switch
    {
        LedgerSkip.Title => "表头以上的标题",
        LedgerSkip.Header => "表头",
        LedgerSkip.HeaderRepeated => "重复的表头",
        LedgerSkip.Blank => "空行",
        LedgerSkip.NumberOnly => "只有序号",
        LedgerSkip.Section => "分段标题",
        LedgerSkip.Footer => "合计、说明或签字",
        LedgerSkip.Example => "填写示例",
        LedgerSkip.OtherTable => "另一个表头下的表",
        _ => throw new ArgumentOutOfRangeException(nameof(skip), skip, "no such reason"),
    };

    /// <summary>What a column is about.</summary>
    public static string Of(LedgerField field) => Fields[field];

    /// <summary>How far a row was understood.</summary>
    public static string Of(RowVerdict verdict) => verdict switch
    {
        RowVerdict.Understood => "全部读懂",
        RowVerdict.Partly => "部分读懂",
        RowVerdict.Kept => "未读懂，原文保留",
        RowVerdict.Skipped => "非数据行",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "no such verdict"),
    };

    private static readonly FrozenDictionary<LedgerField, string> Fields = new Dictionary<LedgerField, string>
    {
        [LedgerField.ExternalId] = "编号", [LedgerField.FoundAt] = "发现时间", [LedgerField.InspectionBody] = "检查单位",
        [LedgerField.Inspectors] = "检查人", [LedgerField.Source] = "隐患来源", [LedgerField.Project] = "检查项目", [LedgerField.Place] = "地点",
        [LedgerField.Region] = "所属地区", [LedgerField.Sector] = "行业领域", [LedgerField.Enterprise] = "企业名称",
        [LedgerField.CreditCode] = "统一社会信用代码", [LedgerField.Description] = "隐患内容（必需）", [LedgerField.Category] = "隐患类型",
        [LedgerField.Level] = "等级", [LedgerField.IsMajor] = "是否重大（是/否）", [LedgerField.Basis] = "判定依据",
        [LedgerField.Measures] = "整改措施", [LedgerField.Funds] = "整改资金（万元）", [LedgerField.Deadline] = "整改期限",
        [LedgerField.ResponsibleUnit] = "责任单位", [LedgerField.ResponsiblePerson] = "责任人", [LedgerField.Result] = "整改情况",
        [LedgerField.CompletedAt] = "整改完成日期", [LedgerField.ReinspectedAt] = "复查时间", [LedgerField.ReinspectedBy] = "复查人",
        [LedgerField.AcceptedAt] = "验收时间", [LedgerField.AcceptedBy] = "验收人", [LedgerField.ClosedAt] = "销号时间",
        [LedgerField.State] = "状态", [LedgerField.Shift] = "班次", [LedgerField.Remark] = "备注",
    }.ToFrozenDictionary();
}
