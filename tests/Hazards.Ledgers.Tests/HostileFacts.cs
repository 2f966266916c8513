using System.Text;

namespace Hazards.Ledgers.Tests;

/// <summary>
/// What is made to keep a reader busy: within the limits, and each read, previewed and understood in the time that its bytes
/// deserve. Measured alone, the dearest takes 2 s of processor time.
/// </summary>
public class HostileFacts
{
    private const string Header = "编号,发现时间,检查单位,地点,隐患内容,隐患等级,责任单位,状态\n";

    // Others run beside it; what is not linear takes minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly Dictionary<string, Func<string>> Files = new()
    {
        ["cells of 32 KB"] = () => Rows(100, $"1,2026-03-02,县煤炭局,主井口,{new string('长', 32_000)},C,运输队,未整改"),
        ["one word of 32 KB"] = () => Rows(50, $"1,2026-03-02,县煤炭局,主井口,{new string('a', 32_000)},C,运输队,未整改"),
        ["200,000 blank rows"] = () => Rows(200_000, ",,,,,,,"),
        ["200,000 empty lines"] = () => Rows(200_000, ""),
        ["a date again and again"] = () => Rows(20, $"1,{Again("2026-", 30_000)},县煤炭局,主井口,x,C,运输队,未整改"),
        ["a date in words again and again"] = () => Rows(20, $"1,{Again("2026年3月", 30_000)},县煤炭局,主井口,x,C,运输队,{Again("未", 30_000)}"),
        ["nothing but digits"] = () => Rows(20, $"{new string('2', 30_000)},{new string('2', 30_000)},县煤炭局,主井口,x,C,{Again("1.", 30_000)},未整改"),
        ["nothing but separators"] = () => Rows(20, $"1,2026-03-02,{Again("、", 30_000)},主井口,x,C,{Again("局，", 30_000)},未整改"),
        ["nothing but brackets"] = () => Rows(20, $"1,2026-03-02,县煤炭局,{Again("（", 30_000)},x,C,{Again("((", 30_000)},未整改"),
        ["nothing but blanks"] = () => Rows(20, $"1,2026-03-02,县煤炭局,{Again("\u3000", 30_000)},x,C,{Again(" \t", 30_000)},未整改"),
        ["quotes in pairs"] = () => Rows(20, $"1,2026-03-02,县煤炭局,\"{Again("\"\"", 30_000)}\",x,C,运输队,未整改"),
        ["lines within a cell"] = () => Rows(20, $"1,2026-03-02,县煤炭局,\"{Again("\n", 30_000)}\",x,C,运输队,未整改"),
        ["20,000 rows that are one"] = () => Rows(20_000, "1,2026-03-02,县煤炭局,主井口,井口防冻设施未开启,C,运输队,未整改"),
    };

    public static TheoryData<string> Names() => [.. Files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_costs_what_its_bytes_deserve(string name)
    {
        using var patience = new CancellationTokenSource(Patience);
        await ReadAsync(Files[name](), patience.Token);
    }

    [Fact]
    public async Task It_stops_when_nobody_waits_any_more()
    {
        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            while (true)
                await ReadAsync(Rows(60_000, "1,2026-03-02,县煤炭局,主井口,井口防冻设施未开启,C,运输队,未整改"), gone.Token);
        });
    }

    private static async Task ReadAsync(string text, CancellationToken stop)
    {
        using var content = LedgerFile.Over(Encoding.UTF8.GetBytes(text));
        var opened = await LedgerFile.OpenAsync(content, "x.csv", ct: stop);
        if (!opened.IsOk)
            return;
        using var file = opened.Value;
        var preview = await LedgerPreview.CreateAsync(file, ct: stop);
        if (!preview.IsOk)
            return;
        await foreach (var row in LedgerReader.Open(file, preview.Value.Mapping).Value!.ReadAsync(stop))
            row.ShouldNotBeNull();
    }

    private static string Rows(int count, string row) => Header + Again(row + "\n", count * (row.Length + 1));

    private static string Again(string text, int length) => new StringBuilder(length).Insert(0, text, length / text.Length).ToString();
}
