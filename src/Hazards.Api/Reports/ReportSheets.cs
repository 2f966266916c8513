using Hazards.Domain;

namespace Hazards.Api.Reports;

/// <summary>Reports as xlsx, in their own layouts.</summary>
internal static class ReportSheets
{
    public const string MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static byte[] Of(ReportAnswer report)
    {
        var book = new Workbook();
        if (report.Table is { } table)
            Table(book, report, table, "月报表");
        if (report.Previous is { } previous)
            Table(book, report with { Title = $"{report.RegionName}{Period.Parse(previous.Period).Chinese}（对比）" }, previous, "上期");
        if (report.OpenMajor is { } open)
            Major(book, report, open);
        if (report is { Hazards: { } hazards, Measures: { } measures })
        {
            Hazards(book, report, hazards);
            Measures(book, report, measures);
        }
        else if (report.Hazards is { } regimes)
            Regimes(book, report, regimes);
        if (report.Overdue is { } overdue)
            Overdue(book, report, overdue);
        if (report.Ranking is { } ranking)
            Rank(book, report, ranking);
        if (report.Quotas is { } quotas)
            Quotas(book, report, quotas);
        return book.ToBytes();
    }

    /// <summary>事故隐患排查治理情况月报表: a header of two rows with merged cells, a line a sector, the sum, and how it is defined.</summary>
    private static void Table(Workbook book, ReportAnswer report, TableSection table, string name)
    {
        var sheet = book.Add(name, 20, 11, 10, 10, 10, 10, 12, 10, 11, 11, 9, 10, 14);
        Begin(sheet, report);
        sheet.Row(
            34, CellStyle.Head, table.Breakdown.Chinese, "排查治理隐患企业（家）", "一般隐患", null, null, "重大隐患", null, null, null, null, null, null,
            "累计落实治理资金（万元）");
        sheet.Row(
            48, CellStyle.Head, null, null, "排查（项）", "整改（项）", "整改率（%）", "排查（项）", "整改销号（项）", "整改率（%）", "列入治理计划（项）", "其中：达到“五到位”（项）",
            "挂牌督办（项）", "其中：省级挂牌（项）", null);
        sheet.Row(18, CellStyle.Head, "甲", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        var head = sheet.LastRow - 2;
        foreach (var column in new[] { 0, 1, 12 })
            sheet.Merge(column, head, column, head + 1);
        sheet.Merge(2, head, 4, head).Merge(5, head, 11, head);
        foreach (var line in table.Lines)
            Line(sheet, line, CellStyle.Text, CellStyle.Number, CellStyle.Rate, CellStyle.Amount);
        Line(sheet, table.Total, CellStyle.Total, CellStyle.TotalNumber, CellStyle.TotalRate, CellStyle.TotalAmount);
        sheet.Across(
            CellStyle.Note,
            $"另计：立行立改 {table.Total.OnTheSpot} 项，{(table.Total.OwnChecks is { } own ? $"企业自查自改 {own} 项，" : "")}尚未定级 {table.Total.Ungraded} 项。", 16);
        End(sheet, report);
    }

    private static void Line(Sheet sheet, TableLine l, CellStyle text, CellStyle number, CellStyle rate, CellStyle amount) => sheet.Row(20,
    [
        new(l.Name, text), new(l.Inspected, number), new(l.FoundGeneral, number), new(l.RectifiedGeneral, number),
        Rate(l.GeneralRate, text, rate),
        new(l.FoundMajor, number), new(l.RectifiedMajor, number), Rate(l.MajorRate, text, rate), new(l.Planned, number),
        new(l.FiveInPlace, number),
        new(l.Listed, number), new(l.ListedByProvince, number), new(l.Funds, amount),
    ]);

    private static SheetCell Rate(decimal? value, CellStyle text, CellStyle rate) => value is { } known ? new(known, rate) : new("—", text);

    private static void Major(Workbook book, ReportAnswer report, IReadOnlyList<HazardCard> cards)
    {
        var sheet = book.Add("重大隐患", 6, 26, 14, 14, 40, 30, 40, 12, 10);
        Begin(sheet, report with { Title = report.Title + "附表：期末未销号重大隐患" });
        sheet.Row(34, CellStyle.Head, "序号", "隐患", "区划", "行业", "现状及产生原因", "危害程度和整改难易程度", "治理方案", "整改期限", "环节");
        var n = 0;
        foreach (var c in cards)
            sheet.Row(CellStyle.Text, ++n, c.Title, c.Region, c.Sector, c.State, c.Harm ?? "未载明", PlanText(c), c.Ledger.Deadline, c.Stage);
        End(sheet, report);
    }

    private static string PlanText(HazardCard card)
    {
        var plans = card.Plans.Where(p => p.Parts.Count > 0 || p.KeptElsewhere is not null)
            .Select(p => $"{p.Leg}（{p.Body}）：{string.Join("；", p.Parts.Select(part => $"{part.Key}：{part.Value}"))}{(p.KeptElsewhere is null ? "" : $"存放于{p.KeptElsewhere}")}").ToArray();
        return plans.Length == 0 ? "未报方案" : string.Join('\n', plans);
    }

    private static void Hazards(Workbook book, ReportAnswer report, IReadOnlyList<HazardCard> cards)
    {
        var sheet = book.Add("隐患清单", 6, 12, 24, 14, 14, 10, 40, 20, 20, 12, 12, 12);
        Begin(sheet, report with { Title = $"{report.RegionName}{report.PeriodName}隐患清单" });
        sheet.Row(30, CellStyle.Head, "序号", "发现日期", "隐患", "区划", "行业", "等级", "隐患描述", "所属单位", "责任单位", "整改期限", "环节", "销号日期");
        var n = 0;
        foreach (var c in cards)
            sheet.Row(CellStyle.Text, ++n, c.FoundOn, c.Title, c.Region, c.Sector, c.Level, c.State, c.Enterprise,
                c.Assigned is null ? null : string.Join('、', c.Assigned.Legs.Select(l => l.Body)), c.Ledger.Deadline, c.Stage,
                c.Closed.ClosedOn);
        End(sheet, report);
    }

    private static void Measures(Workbook book, ReportAnswer report, IReadOnlyList<MeasureLine> lines)
    {
        var sheet = book.Add("措施清单", 6, 24, 12, 22, 14, 60, 12, 12, 12, 10);
        Begin(sheet, report with { Title = $"{report.RegionName}{report.PeriodName}措施清单" });
        sheet.Row(30, CellStyle.Head, "序号", "隐患", "责任方", "责任单位", "责任人", "整改措施", "落实资金（万元）", "整改期限", "方案审查", "进度（%）");
        var n = 0;
        foreach (var m in lines)
            sheet.Row(
                CellStyle.Text, ++n, m.Title, m.Leg, m.Body, m.Responsible,
                m.Parts.Count > 0 ? string.Join('\n', m.Parts.Select(p => $"{p.Key}：{p.Value}")) : m.KeptElsewhere ?? "未报方案", m.Funds,
                m.Deadline, m.Review, m.Percent);
        End(sheet, report);
    }

    /// <summary>一单四制: one line a major hazard, the four regimes side by side.</summary>
    private static void Regimes(Workbook book, ReportAnswer report, IReadOnlyList<HazardCard> cards)
    {
        var sheet = book.Add("一单四制", 6, 24, 14, 14, 12, 20, 26, 12, 12, 10, 12, 12, 12, 10, 10, 20);
        Begin(sheet, report);
        sheet.Row(24, CellStyle.Head, "序号", "重大隐患", "区划", "行业", "交办制", null, null, "台账制", null, null, "销号制", null, null, "通报制", null, null);
        sheet.Row(
            34, CellStyle.Head, null, null, null, null, "交办日期", "交办单位", "责任单位（督办单位）", "整改期限", "挂牌", "进度（%）", "验收日期", "销号日期", "回头看（次）",
            "催办、通知（次）", "通报（次）", "文号");
        var head = sheet.LastRow - 1;
        for (var column = 0; column < 4; column++)
            sheet.Merge(column, head, column, head + 1);
        sheet.Merge(4, head, 6, head).Merge(7, head, 9, head).Merge(10, head, 12, head).Merge(13, head, 15, head);
        var n = 0;
        foreach (var c in cards)
            sheet.Row(CellStyle.Text, ++n, c.Title, c.Region, c.Sector, c.Assigned?.On, c.Assigned?.By,
                c.Assigned is null
                    ? "未交办"
                    : string.Join(
                        '\n', c.Assigned.Legs.Select(l => $"{l.Leg}：{l.Body}{(l.Supervisor is null ? "" : $"（{l.Supervisor}）")}")),
                c.Ledger.Deadline, c.Ledger.Listing, c.Ledger.Percent, c.Closed.AcceptedOn, c.Closed.ClosedOn, c.Closed.Lookbacks,
                c.Circulated.Urged + c.Circulated.Notices, c.Circulated.Criticisms, string.Join('\n', c.Circulated.Documents));
        End(sheet, report);
    }

    private static void Overdue(Workbook book, ReportAnswer report, OverdueSection overdue)
    {
        var sheet = book.Add("超期点名", 6, 26, 30, 10, 14, 12, 12, 10, 10, 10, 10);
        Begin(sheet, report);
        sheet.Row(30, CellStyle.Head, "序号", "责任单位", "隐患", "等级", "责任方", "事项", "期限", "超期（天）", "催办（次）", "督办通知（次）", "通报批评（次）");
        var n = 0;
        foreach (var o in overdue.Named)
            sheet.Row(
                CellStyle.Text, ++n, o.BodyName, o.Title, o.Level, o.Leg, o.Duty.Chinese, o.Due, o.Days, o.Urged, o.Notices, o.Criticisms);
        sheet.Across(CellStyle.Note, $"共超期 {overdue.All} 项，列出 {overdue.Named.Count} 项。", 16);
        End(sheet, report);
    }

    private static void Rank(Workbook book, ReportAnswer report, RankingSection ranking)
    {
        double[] widths = [8, 32, 10, 12, .. ranking.Formula.Select(_ => 18d)];
        var sheet = book.Add("排名", widths);
        Begin(sheet, report);
        object?[] head = ["名次", "单位", "得分", "在办（件）", .. ranking.Formula.Select(f => $"{f.Measure.Chinese}\n权重 {f.Weight:0.##}")];
        sheet.Row(40, CellStyle.Head, head);
        foreach (var l in ranking.Lines)
        {
            object?[] cells = [l.Rank is { } rank ? rank : "不排名", l.Name, l.Score, l.Legs, .. l.Measures.Select(m => m.Value is { } v
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{v:0.00}（{m.Numerator}/{m.Denominator}）") : "—")];
            sheet.Row(CellStyle.Text, cells);
        }
        sheet.Across(CellStyle.Note, $"公式依据：{ranking.Source}", 16);
        End(sheet, report);
    }

    private static void Quotas(Workbook book, ReportAnswer report, IReadOnlyList<QuotaLine> lines)
    {
        var sheet = book.Add("挂牌任务", 22, 16, 14, 10, 10, 10, 40);
        Begin(sheet, report);
        sheet.Row(30, CellStyle.Head, "区划", "挂牌层级", "隐患类别", "应挂", "已挂", "完成", "依据");
        foreach (var l in lines)
            sheet.Row(
                CellStyle.Text, l.RegionName, l.Listing.Chinese, l.HazardKind?.Chinese ?? "不限", l.Required, l.Listed, l.Met ? "是" : "否",
                l.Source);
        End(sheet, report);
    }

    private static void Begin(Sheet sheet, ReportAnswer report)
    {
        sheet.Across(CellStyle.Title, report.Title, 32);
        sheet.Across(
            CellStyle.Caption,
            $"填报单位：{report.RegionName}        报表期：{report.PeriodName}（{report.From:yyyy-MM-dd} 至 {report.To:yyyy-MM-dd}）"
                + (report.Provisional ? "        期内数，尚未定稿" : "") + (report.Narrowed is { } part ? $"        {part}" : ""), 20);
    }

    /// <summary>The time of making is the instant of knowledge, never a clock's: the same report is the same bytes.</summary>
    private static void End(Sheet sheet, ReportAnswer report)
    {
        foreach (var note in report.Notes ?? [])
            sheet.Across(CellStyle.Note, note, 14);
        sheet.Across(
            CellStyle.Note,
            $"制表时间：{(report.KnownAt is { } at ? ChinaTime.Format(at) : "即时")}        数据截至事件 {report.Position}        适用制度：{report.Policy}",
            16);
    }
}
