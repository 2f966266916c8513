using System.Collections.Frozen;
using Hazards.Domain;
using Hazards.Ledgers;

namespace Hazards.Api.Pages.Importing;

/// <summary>What ledgers are about, in both languages.</summary>
internal static class LedgerWords
{
    private static readonly FrozenDictionary<LedgerField, string> Fields = new Dictionary<LedgerField, string>
    {
        [LedgerField.ExternalId] = "编号", [LedgerField.FoundAt] = "发现时间", [LedgerField.InspectionBody] = "检查单位", [LedgerField.Inspectors] = "检查人", [LedgerField.Source] = "隐患来源",
        [LedgerField.Project] = "检查项目", [LedgerField.Place] = "地点", [LedgerField.Region] = "所属地区", [LedgerField.Sector] = "行业领域", [LedgerField.Enterprise] = "企业名称",
        [LedgerField.CreditCode] = "统一社会信用代码", [LedgerField.Description] = "隐患内容（必需）", [LedgerField.Category] = "隐患类型", [LedgerField.Level] = "等级", [LedgerField.IsMajor] = "是否重大（是/否）", [LedgerField.Basis] = "判定依据",
        [LedgerField.Measures] = "整改措施", [LedgerField.Funds] = "整改资金（万元）", [LedgerField.Deadline] = "整改期限", [LedgerField.ResponsibleUnit] = "责任单位", [LedgerField.ResponsiblePerson] = "责任人",
        [LedgerField.Result] = "整改情况", [LedgerField.CompletedAt] = "整改完成日期", [LedgerField.ReinspectedAt] = "复查时间", [LedgerField.ReinspectedBy] = "复查人", [LedgerField.AcceptedAt] = "验收时间",
        [LedgerField.AcceptedBy] = "验收人", [LedgerField.ClosedAt] = "销号时间", [LedgerField.State] = "状态", [LedgerField.Shift] = "班次", [LedgerField.Remark] = "备注",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<LedgerState, string> States = new Dictionary<LedgerState, string>
    {
        [LedgerState.Reported] = "已登记、未处理", [LedgerState.Assigned] = "已交办、未整改", [LedgerState.Planned] = "已五定", [LedgerState.Rectifying] = "整改中", [LedgerState.Declared] = "已整改（未验收）",
        [LedgerState.Accepted] = "验收合格", [LedgerState.Closed] = "已销号", [LedgerState.FixedOnTheSpot] = "立行立改", [LedgerState.Unfounded] = "不属实",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<RowVerdict, string> Verdicts = new Dictionary<RowVerdict, string>
    {
        [RowVerdict.Understood] = "全部读懂", [RowVerdict.Partly] = "部分读懂", [RowVerdict.Kept] = "未读懂，原文保留", [RowVerdict.Skipped] = "非数据行",
    }.ToFrozenDictionary();

    public static string Say(this PageCall page, LedgerField field) => page.T(Fields[field], English(field));

    public static string Say(this PageCall page, LedgerState state) => page.T(States[state], English(state));

    public static string Say(this PageCall page, RowVerdict verdict) => page.T(Verdicts[verdict], English(verdict));

    public static string Say(this PageCall page, LedgerLevel level) => level == LedgerLevel.Major ? page.T("重大", "Major") : page.T("一般", "General");

    public static string Code<T>(T value) where T : struct, Enum => char.ToLowerInvariant(value.ToString()[0]) + value.ToString()[1..];

    /// <summary>A note of a row without its code, in the sentence it comes with.</summary>
    public static (string Code, string Text) Note(string note) => note.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon ? (note[..colon], note[(colon + 2)..]) : ("", note);

    private static string English<T>(T value) where T : struct, Enum => PageWords.Of(Code(value));
}
