using Hazards.Domain;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Api.Reports;

/// <summary>Refusals about figures and reports.</summary>
internal static class FigureRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode PeriodKind = new(
        "report.period_kind", Invalid, "{report}的报表期应为{expected}，不能是“{value}”",
        "The period of this report must be {expected}, not “{value}”");
    public static readonly RefusalCode PeriodOpen = new(
        "report.period_open", Unprocessable, "报表期 {period} 到 {last} 才结束，不能定稿；查询中间数请加 provisional=true",
        "The period {period} ends on {last}; ask with provisional=true for figures so far, nothing can be frozen before");
    public static readonly RefusalCode NotRanked = new(
        "report.no_formula", Unprocessable, "{region} 在 {period} 适用的制度 {policy} 没有规定这种排名",
        "The policy {policy}, in force for {region} in {period}, has no formula for this ranking");
    public static readonly RefusalCode Outside = new(
        "report.outside_jurisdiction", Forbidden, "{region} 不在管辖范围 {jurisdiction} 内",
        "{region} lies outside the jurisdiction {jurisdiction}");
    public static readonly RefusalCode Role = new(
        "report.role", Forbidden, "报表定稿需要安委办经办或督查角色", "Freezing a report needs the role of coordinator or supervisor");
    public static readonly RefusalCode FrozenBefore = new(
        "report.frozen_before", Conflict, "此报表已定稿（第 {edition} 版）；要出新版，请在 reason 中写明原因",
        "This report is frozen already (edition {edition}); for a further edition say why in reason");
    public static readonly RefusalCode Unknown = new("report.unknown", NotFound, "没有这份定稿报表", "There is no such report");
    public static readonly RefusalCode TooLong = new(
        "report.too_many_rows", Unprocessable, "清单超过 {max} 条，请缩小区划或时期，或分页查询",
        "The list has more than {max} items; narrow the region or the period, or read it by pages");
    public static readonly RefusalCode NoSheet = new(
        "report.no_such_form", NotFound, "此报表没有 {value} 格式", "This report has no form {value}");
    public static readonly RefusalCode Order = new("report.instants", Invalid, "from 必须早于 to", "from must lie before to");
    public static readonly RefusalCode NoSuchLine = new(
        "report.no_such_line", Unprocessable, "表中没有“{value}”这一行：应为行业领域代码，或 {region} 下一级的区划代码",
        "The table has no line “{value}”: the code of a sector, or of a region one level below {region}");
    public static readonly RefusalCode NotOfHazards = new(
        "report.column_without_hazards", Unprocessable, "“{value}”一栏不按隐患计数", "The column “{value}” does not count hazards");
#pragma warning restore CS1591
}
