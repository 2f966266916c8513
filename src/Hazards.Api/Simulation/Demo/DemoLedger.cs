using System.Globalization;
using System.Text;
using Hazards.Api.Import;
using Hazards.Api.Simulation.Year;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;

namespace Hazards.Api.Simulation.Demo;

/// <summary>A mine's own ledger, imported some days ago: with it imported rows are among the hazards.</summary>
internal sealed class DemoLedger(DemoStores stores, DemoPlan plan)
{
    private const int Rows = 24;

    private static readonly (string Place, string Text, string Level, string Category)[] Findings =
    [
        ("主井口", "主井井口防冻设施未开启", "C", "其他"), ("2105综采工作面", "2105综采工作面支架漏液", "C", "采煤"), ("2105回风顺槽", "甲烷传感器吊挂位置不符合规定", "B", "通风"),
        ("皮带巷", "一部皮带机尾托辊不转3处", "C", "运输"), ("地面变电所", "绝缘手套超过检验期", "C", "机电"), ("油脂库", "灭火器压力不足", "C", "其他"),
    ];

    private static readonly string[] States = ["已现场处理", "已销号", "已现场处理", "已整改", "已销号", "已五定"];

    /// <summary>The day on which it is imported.</summary>
    public DateOnly On => plan.Last.AddDays(-4);

    /// <summary>Imports it; the rows.</summary>
    public async Task<int> ImportAsync(SimulatedClock clock, CancellationToken cancellationToken)
    {
        clock.MoveTo(ChinaTime.StartOf(On).AddHours(7.5));
        using var content = new MemoryStream(Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(Text())).ToArray());
        var by = Demo.ActorOf(stores.Prefecture.Office, Role.Importer);
        var upload = new LedgerUpload("龙山县洛塔煤矿隐患台账.csv", content) { Mapping = LedgerMapping.Shipped("coal-mine"),
            Region = RegionCode.Parse("433130") };
        var (plan, refusal) = await LedgerImport.OpenAsync(upload, by, cancellationToken);
        if (plan is null)
            throw new InvalidOperationException(refusal!.English);
        using (plan)
            await stores.Ledgers.RunAsync(plan, by, null, null, cancellationToken);
        return Rows;
    }

    private string Text()
    {
        var text = new StringBuilder("编号,发现时间,班次,检查人,检查单位,地点,隐患内容,隐患等级,专业类别,责任单位,责任人,状态,备注\n");
        for (var row = 1; row <= Rows; row++)
        {
            var (place, finding, level, category) = Findings[row % Findings.Length];
            var found = ChinaTime.StartOf(On.AddDays((row - Rows) / 2 - 1)).ToOffset(TimeSpan.FromHours(8)).AddHours(9).AddMinutes(row * 7);
            text.Append(CultureInfo.InvariantCulture,
                $"{row},{found:yyyy-MM-dd HH:mm:ss},八点班,检查员甲、检查员乙,县煤炭局,{place},{place}{finding}（第{row}次排查）,{level},{category},综采一队,队长乙,{States[row % States.Length]},\n");
        }
        return text.ToString();
    }
}
