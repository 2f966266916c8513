using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit.Abstractions;
using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>
/// Ten thousand rows: how long looking at them takes. The bound is far above what was measured, as tests share their machine.
/// </summary>
public class SpeedFacts(ITestOutputHelper output)
{
    [Fact]
    public async Task A_preview_of_ten_thousand_rows()
    {
        var text = new StringBuilder("序号,检查时间,检查单位,企业名称,行业领域,地点,隐患内容,隐患等级,整改措施,整改责任单位,责任人,整改期限,整改情况,整改完成时间,备注\n");
        for (var i = 1; i <= 10_000; i++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{i},2026-03-{1 + i % 28:00},县应急管理局,第{i % 400}机械厂,工贸,{i % 37}号车间,配电箱未上锁，第{i}处,一般,立即整改到位,第{i % 400}机械厂,张三,2026-04-{1 + i % 28:00},{(i % 2 == 0 ? "已整改" : "未整改")},{(i % 2 == 0 ? "2026-03-29" : "")},\n");
        var bytes = Utf8(text.ToString());
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        using var file = await File_(bytes, "台账.csv");
        var opened = watch.Elapsed;
        var preview = (await LedgerPreview.CreateAsync(file)).Value!;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"opened {opened.TotalSeconds:f2} s, previewed {watch.Elapsed.TotalSeconds:f2} s, of the processor {(Environment.CpuUsage.TotalTime - before).TotalSeconds:f2} s"));
        preview.Verdicts[RowVerdict.Understood].ShouldBe(10_000);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }
}
