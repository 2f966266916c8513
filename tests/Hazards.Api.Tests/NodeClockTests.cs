using System.Text;
using Hazards.Api.Import;
using Hazards.Api.Investigation;
using Hazards.Api.Supervision.Campaigns;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>Nodes whose clocks differ: who does not say when something happened is never refused for another node's clock.</summary>
[Trait("Server", "any")]
public sealed class NodeClockTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 9, 0, 0, ChinaTime.Offset);

    private string database = "";
    private Node ahead = null!;
    private Node behind = null!;

    public async Task InitializeAsync()
    {
        database = await TestServer.CreateDatabaseAsync();
        ahead = await Node.StartAsync(database, Now.AddMinutes(20));
        behind = await Node.StartAsync(database, Now);
        await Town.RegisterAsync(ahead);
    }

    public async Task DisposeAsync()
    {
        await ahead.DisposeAsync();
        await behind.DisposeAsync();
        await TestServer.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task A_step_without_a_time_follows_one_that_a_node_ahead_recorded()
    {
        var id = await ahead.ReportAsync();
        await ahead.DoAsync(id, Town.Office, new VerifyHazard(Level.General));
        var order = new LegOrder(Leg.Sole, Town.Government.Id, ChinaTime.DateAt(Now).AddDays(30), "限期整改");

        var assigned = await behind.DoAsync(id, Town.Office, new AssignHazard([order]));

        assigned.Legs[Leg.Sole].AssignedAt.ShouldBe(ahead.Clock.Now);
        var acknowledged = await behind.DoAsync(id, Town.Government, new AcknowledgeAssignment(Leg.Sole, null));
        acknowledged.Legs[Leg.Sole].AcknowledgedAt.ShouldBe(ahead.Clock.Now);
        (await behind.StoryAsync(id)).ShouldAllBe(e => e.Context.Entry == Entry.Prompt);
    }

    /// <summary>Being quicker than the clock's next look, after midnight or after an outage, makes no deadline unmissed.</summary>
    [Fact]
    public async Task What_was_missed_is_on_record_though_the_act_comes_before_the_clock_looks()
    {
        var id = await behind.ReportAsync();
        behind.Clock.Now = Now.AddDays(60);
        await behind.DoAsync(id, Town.Office, new VerifyHazard(Level.General));
        (await behind.StoryAsync(id)).Select(e => e.Event.GetType()).ShouldBe(
            [typeof(HazardReported), typeof(DeadlineMissed), typeof(HazardVerified)]);
        (await behind.Worker.PassAsync()).Failed.ShouldBe(0);
        (await behind.StoryAsync(id)).Count(e => e.Event is DeadlineMissed { Clock: ClockKind.Verify }).ShouldBe(1);
    }

    /// <summary>The newest event need not be the latest: a comment entered late lies before the step it follows.</summary>
    [Fact]
    public async Task Nor_does_a_late_entry_between_them_matter()
    {
        var id = await ahead.ReportAsync();
        ahead.Clock.Now = Now.AddMinutes(40);
        await ahead.DoAsync(id, Town.Office, new VerifyHazard(Level.General));
        await ahead.DoAsync(id, Town.Office, new AddComment("补录"), Now.AddMinutes(30));

        var regraded = await behind.DoAsync(id, Town.Office, new RegradeHazard(Level.Major, "复核", "判定标准第五条"));

        regraded.GradedAt.ShouldBe(Now.AddMinutes(40));
        regraded.LatestOccurredAt.ShouldBe(Now.AddMinutes(40));
    }

    [Fact]
    public async Task A_seal_that_a_node_ahead_recorded_is_lifted()
    {
        var order = new SealRecords(new Enterprise("巍山某燃气有限公司"), Town.County, "事故调查");
        var given = Node.Given(Town.Office, paper: true);
        var seal = (await ahead.Get<SealStore>().SealAsync(order, given, new Terms { RecordedAt = ahead.Clock.Now }, default))
            .ShouldBeOfType<Outcome<Seal>.Done>().After;
        (await behind.Get<SealStore>().LiftAsync(seal.Id, new LiftSeal("结案"), given, new Terms { RecordedAt = behind.Clock.Now }, default))
            .ShouldBeOfType<Outcome<Seal>.Done>().After.Lifting!.At.ShouldBe(seal.Since);
    }

    [Fact]
    public async Task What_an_inspection_found_is_reported_though_its_day_has_not_begun_here()
    {
        ahead.Clock.Now = new DateTimeOffset(2026, 7, 2, 0, 5, 0, ChinaTime.Offset);
        behind.Clock.Now = ahead.Clock.Now.AddMinutes(-20);
        var visit = new MakeInspection(new Enterprise("巍山某燃气有限公司"), Town.County, Town.Gas, new DateOnly(2026, 7, 2));
        var given = Node.Given(Town.Office, paper: true);
        var made = (await ahead.Get<InspectionStore>().EnterAsync(visit, given, new Terms { RecordedAt = ahead.Clock.Now }, default))
            .ShouldBeOfType<Outcome<Inspection>.Done>().After;

        var report = new ReportHazard(ReportSource.Inspection, Town.County, Town.Gas, "燃气阀井泄漏", "检测浓度超标") { Inspection = made.Id };
        (await behind.Hazards.ReportAsync(report, given, new Terms { RecordedAt = behind.Clock.Now }))
            .ShouldBeOfType<Outcome<Hazard>.Done>().After.FoundAt.ShouldBe(new DateTimeOffset(2026, 7, 2, 0, 0, 0, ChinaTime.Offset));
        (await behind.Get<InspectionStore>().ExecuteAsync(
            made.Id, new CorrectInspection("笔误", Findings: "一处"), given, new Terms { RecordedAt = behind.Clock.Now }, default))
            .ShouldBeOfType<Outcome<Inspection>.Done>();
    }

    /// <summary>What the ledger does not date happens when it is imported.</summary>
    [Fact]
    public async Task A_ledger_is_brought_up_to_date_by_a_node_behind()
    {
        (await ImportAsync(ahead, "未五定")).Finished!.Entered.ShouldBe(1);
        var report = await ImportAsync(behind, "已整改");
        report.Finished!.Updated.ShouldBe(1);
        report.Rows.SelectMany(r => r.NotUnderstood)
            .ShouldNotContain(
                n => n.StartsWith("occurred_at", StringComparison.Ordinal),
                string.Join('\n', report.Rows.SelectMany(r => r.NotUnderstood)));
        (await behind.LoadAsync(report.Rows.Single(r => r.Outcome == RowOutcome.Updated).Hazard!.Value)).Stage.ShouldBe(Stage.AwaitingAcceptance);
    }

    private static async Task<ImportReport> ImportAsync(Node node, string state)
    {
        var importer = new Actor("导入", Town.Office, [Role.Importer], "tests", Town.County);
        var csv = $"编号,检查人,检查单位,地点,隐患内容,隐患等级,责任单位,状态\n1,甲,县煤炭局,主井口,主井井口防冻设施未开启,一般,运输队,{state}\n";
        var (plan, refusal) = await LedgerImport.OpenAsync(
            new LedgerUpload("t.csv", new MemoryStream(Encoding.UTF8.GetBytes(csv))) { Ledger = "clock", Region = Town.County }, importer);
        refusal.ShouldBeNull();
        using (plan)
            return (await node.Get<LedgerImport>().RunAsync(plan!, importer)).Report.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_time_that_was_given_is_judged_as_before()
    {
        var id = await ahead.ReportAsync();
        (await behind.TryAsync(id, Town.Office, new VerifyHazard(Level.General), Now)).Refusal.Code.ShouldBe("occurred_at.before_found");
        (await behind.TryAsync(id, Town.Office, new VerifyHazard(Level.General), Now.AddMinutes(20))).Refusal.Code.ShouldBe("occurred_at.future");
    }
}
