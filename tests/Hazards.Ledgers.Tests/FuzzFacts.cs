using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>Whatever bytes come, there is a refusal or there are rows; never an exception, and never a lost cell.</summary>
public class FuzzFacts
{
    private const string Header = "编号,发现时间,检查单位,地点,隐患内容,隐患等级,责任单位,状态,备注\n";

    private static readonly LedgerLimits Limits = new()
    {
        FileBytes = 1 << 20, InflatedBytes = 8 << 20, PartBytes = 4 << 20, Cells = 50_000,
    };

    private static async Task Survives(byte[] bytes, string name)
    {
        var opened = await Open(bytes, name, Limits);
        if (!opened.IsOk)
        {
            opened.Refusal.Code.ShouldNotBeNullOrEmpty();
            return;
        }
        using var file = opened.Value;
        var preview = await LedgerPreview.CreateAsync(file);
        if (!preview.IsOk) return;
        var reader = LedgerReader.Open(file, preview.Value.Mapping).Value!;
        var read = new Dictionary<(string, int), int>();
        var keys = new HashSet<string>();
        await foreach (var row in reader.ReadAsync())
        {
            read[(row.Sheet, row.Number)] = row.Cells.Count + read.GetValueOrDefault((row.Sheet, row.Number));
            if (row.Verdict == RowVerdict.Skipped) row.Skip.ShouldNotBeNull();
            else keys.Add(row.Key.ShouldNotBeNull()).ShouldBeTrue($"key {row.Key} twice");
        }
        foreach (var sheet in reader.Tables.Select(t => t.Sheet))
            foreach (var rows in sheet.ReadRows().Where(r => !r.IsBlank).GroupBy(r => r.Number))
                read[(sheet.Name, rows.Key)].ShouldBeGreaterThanOrEqualTo(rows.Sum(r => r.Cells.Count), "no cell may be lost");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_bytes(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(1, 2_000)];
            random.NextBytes(bytes);
            if (i % 4 == 0) bytes = [.. "PK\x03\x04"u8, .. bytes];
            if (i % 4 == 1) for (var b = 0; b < bytes.Length; b++) bytes[b] |= 1;
            await Survives(bytes, i % 2 == 0 ? "x.xlsx" : "x.csv");
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Workbooks_cut_short_or_with_bytes_changed(int seed)
    {
        var random = new Random(seed);
        var whole = Construction();
        for (var i = 0; i < 150; i++)
        {
            var bytes = i % 3 == 0 ? whole[..random.Next(1, whole.Length)] : (byte[])whole.Clone();
            for (var n = random.Next(1, 6); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await Survives(bytes, "x.xlsx");
        }
    }

    /// <summary>Changed inside, so that the zip is whole and what breaks is the XML.</summary>
    [Theory]
    [InlineData(21, "xl/worksheets/sheet1.xml")]
    [InlineData(22, "xl/sharedStrings.xml")]
    [InlineData(23, "xl/workbook.xml")]
    [InlineData(24, "xl/styles.xml")]
    [InlineData(25, "[Content_Types].xml")]
    [InlineData(26, "xl/_rels/workbook.xml.rels")]
    public async Task Parts_with_characters_changed(int seed, string part)
    {
        var random = new Random(seed);
        var whole = Construction();
        for (var i = 0; i < 60; i++)
        {
            var bytes = Workbook.Tamper(whole, part, xml =>
            {
                var text = xml.ToCharArray();
                for (var n = random.Next(1, 8); n > 0; n--) text[random.Next(text.Length)] = "0129-<>/\"=ABZr:&; \u0001中"[random.Next(20)];
                return new string(text);
            });
            await Survives(bytes, "x.xlsx");
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public async Task Csv_of_random_fields(int seed)
    {
        var random = new Random(seed);
        string[] fields = ["", "1", "C", "3级", "重大", "已整改", "已销号", "2031-12-10 00:10:47", "2031.7.17", "县煤炭局", "综采队", "顶板漏矸，护顶不及时",
            "\"含,逗号\"", "\"含\n换行\"", "...", "1.甲\n2.乙", "合计", "备注：", "隐患内容", "\"", "' OR 1=1 --", "=1+1", "45660", "９９", "\t"];
        for (var i = 0; i < 150; i++)
        {
            var text = new System.Text.StringBuilder(random.Next(4) == 0 ? "" : Header);
            for (var row = random.Next(0, 12); row > 0; row--)
                text.AppendJoin(',', Enumerable.Range(0, random.Next(1, 13)).Select(_ => fields[random.Next(fields.Length)])).Append('\n');
            await Survives(Utf8(text.ToString()), "x.csv");
        }
    }
}
