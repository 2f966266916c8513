using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>What local ledgers do that no standard knows: 同上, units in the header, a yes-or-no column beside the level.</summary>
public class LocalHabitFacts
{
    private static async Task<IReadOnlyList<LedgerRow>> Read(string text) => await Records(Utf8(text));

    [Fact]
    public async Task Who_supervises_is_not_who_must_act()
    {
        var row = (await Read("序号,企业名称,隐患描述,监管责任单位,整改责任单位\n1,永昌化工,阀门渗漏,县应急管理局,永昌化工\n")).Single();
        row.Understood!.ResponsibleUnit!.Name.ShouldBe("永昌化工");
        row.Understood.ResponsibleUnits.Select(u => u.Name).ShouldBe(["县应急管理局", "永昌化工"]);
    }

    [Fact]
    public async Task Money_is_in_the_unit_that_the_header_says()
    {
        var rows = await Read("编号,隐患内容,整改资金（元）\n1,阀门渗漏,3500\n2,护栏缺失,12.8万元\n3,配电箱未接地,5000元\n");
        rows.Select(r => r.Understood!.Funds).ShouldBe([0.35m, 12.8m, 0.5m]);
        (await Read("编号,隐患内容,整改资金（万元）\n1,阀门渗漏,3.5\n")).Single().Understood!.Funds.ShouldBe(3.5m);
    }

    [Fact]
    public async Task Ditto_is_what_stands_above_and_a_stroke_is_nothing()
    {
        var rows = await Read(
            "编号,检查时间,隐患内容,责任单位,整改期限\n1,2026-03-10,门锁损坏,城南幼儿园,2026-03-20\n2,同上,消火栓无水,〃,同上\n3,2026-03-11,线路老化,/,—\n4,同上,台阶破损,同上,无\n");
        rows[1].Understood!.FoundAt!.Value.Day.ShouldBe(new DateOnly(2026, 3, 10));
        rows[1].Understood!.ResponsibleUnit!.Name.ShouldBe("城南幼儿园");
        rows[1].Notes.Where(n => n.Code == "cell.ditto").Count().ShouldBe(3);
        rows[2].Understood!.ResponsibleUnit.ShouldBeNull();
        rows[2].Understood!.Deadline.ShouldBeNull();
        // What stands above is nothing.
        rows[3].Understood!.ResponsibleUnit.ShouldBeNull();
        rows[3].Notes.ShouldContain(n => n.Code == "cell.ditto_of_nothing");
        rows[3].Verdict.ShouldBe(RowVerdict.Partly);
    }

    [Fact]
    public async Task A_column_that_calls_it_major_is_not_ignored()
    {
        var rows = await Read("序号,隐患描述,隐患等级,是否重大隐患\n1,油罐渗漏,一般,是\n2,油罐渗漏二,,是\n3,油罐渗漏三,一般,否\n");
        rows[0].Understood!.Level!.Value.ShouldBeNull();
        rows[0].Notes.ShouldContain(n => n.Code == "level.contradictory");
        rows[1].Understood!.Level!.Value.ShouldBe(LedgerLevel.Major);
        rows[2].Understood!.Level!.Value.ShouldBe(LedgerLevel.General);
    }

    [Fact]
    public async Task Without_a_column_for_the_unit_the_inspected_one_must_act()
    {
        var row = (await Read("序号,检查时间,被检查单位,存在的问题,整改状态\n1,2026-03-03,城东加油站,灭火器过期,已整改\n")).Single();
        row.Understood!.ResponsibleUnit!.Name.ShouldBe("城东加油站");
        row.Notes.ShouldContain(n => n.Code == "responsibleUnit.is_enterprise");
    }
}
