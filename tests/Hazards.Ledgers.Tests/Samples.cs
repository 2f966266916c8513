using System.Text;

namespace Hazards.Ledgers.Tests;

/// <summary>Invented ledgers in the shapes of real ones.</summary>
internal static class Samples
{
    /// <summary>Two-row header with merged cells, serial and text dates, several hazards in a cell, strays, a footer.</summary>
    public static byte[] Construction() => new Workbook().Sheet("城建（2031）")
        .Row(1, "序号", "检查时间", "检查单位", "检查人", "检查项目", "检查工点", "隐患问题描述", "隐患类型", "隐患等级", "整改要求（措施）", "整改期限",
            "整改责任单位", null, null, null, "整改责任人", "整改完成日期", "销号情况")
        .Row(2, null, null, null, null, null, null, null, null, null, null, null, "建设", "设计", "施工", "监理")
        .Row(3, 1, Day(3, 3), "河东指挥部", "甲某、乙某", "一标", "石门隧道", "1.2号台车踏板缺失。\n2.洞口无警示灯。", "一般", 3, "补齐。", Day(3, 10),
            "河东指挥部", null, "四局项目部", null, "丙某", Day(3, 9), "已整改")
        .Row(4, 2, Day(3, 4), "河东指挥部", "甲某", "二标", "青河桥", " 临边无栏杆，存在高处坠落风险。", "高处作业", "3级", "立即设置栏杆。", Day(3, 11),
            "河东指挥部", "设计院", "六局项目部", "河东监理", "丁某", Day(3, 12), "整改完成")
        .Row(5, 3, "2031.7.17", "河东指挥部", "乙某", "二标", "青河桥", "基坑边堆土过高，按《铁路工程重大事故隐患判定标准》第四条属重大事故隐患。", "一般", 3, "清走。", "2031.7.27",
            "河东指挥部", null, "六局项目部", "2031.7.20", "丁某", "2031.7.25", "已销号")
        .Row(6, 4, Day(8, 1), "河西指挥部", "戊某", "三标", "南站", "外架连墙件缺失。", "脚手架", "一般3级", "补设。", Day(8, 9),
            "河西指挥部", "设计院", "九局项目部", "河西监理", Day(8, 8), "已整改", "已销号")
        .Row(
            7, 5, Day(8, 4), "河西指挥部", "戊某", "三标", "南站", "配电箱未上锁。", "用电", "5级", "上锁。", Day(8, 11), "河西指挥部", null, "九局项目部", null, null, null,
            "待整改")
        .Row(8, 6, Day(8, 5), "河西指挥部", "戊某", "三标", "南站", "电缆拖地。", "用电", 3, "架空。", Day(8, 12), "河西指挥部", null, "九局项目部")
        .Row(9).Row(10, "填写要求：1.此表只填一般隐患。\n2.责任单位只选负责整改的单位").Row(11)
        .Merge(
            "P1:P2", "Q1:Q2", "R1:R2", "L1:O1", "A10:R12", "A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:E2", "F1:F2", "G1:G2", "H1:H2", "I1:I2",
            "J1:J2", "K1:K2")
        .ToBytes();

    public static DateOnly Day(int month, int day) => new(2031, month, day);

    public static byte[] Fixture(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static async Task<LedgerResult<LedgerFile>> Open(byte[] bytes, string name = "ledger.xlsx", LedgerLimits? limits = null)
    {
        using var stream = new MemoryStream(bytes);
        return await LedgerFile.OpenAsync(stream, name, limits);
    }

    public static async Task<LedgerFile> File_(byte[] bytes, string name = "ledger.xlsx")
    {
        var opened = await Open(bytes, name);
        opened.Refusal.ShouldBeNull();
        return opened.Value!;
    }

    public static async Task<List<LedgerRow>> Rows(byte[] bytes, LedgerMapping? mapping = null, string name = "ledger.csv")
    {
        using var file = await File_(bytes, name);
        mapping ??= MappingGuesser.Guess(file).Value.ShouldNotBeNull().Mapping;
        var reader = LedgerReader.Open(file, mapping);
        reader.Refusal.ShouldBeNull();
        var rows = new List<LedgerRow>();
        await foreach (var row in reader.Value!.ReadAsync()) rows.Add(row);
        return rows;
    }

    public static async Task<List<LedgerRow>> Records(byte[] bytes, LedgerMapping? mapping = null, string name = "ledger.csv") =>
        [.. (await Rows(bytes, mapping, name)).Where(r => r.Verdict != RowVerdict.Skipped)];

    public static string[] Codes(this LedgerRow row) => [.. row.Notes.Select(n => n.Code)];
}
