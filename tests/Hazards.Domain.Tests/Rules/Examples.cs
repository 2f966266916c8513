using System.Collections.Immutable;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>A command with the story and the body from which it may be given.</summary>
internal sealed record Example(Story Given, Body By, IHazardCommand Command)
{
    public CommandRule Rule => Command.Rule;
}

/// <summary>One good example of every command on a hazard.</summary>
internal static class Examples
{
    private static readonly Sha256Digest File = Sha256Digest.Of("ledger"u8);

    public static readonly ImmutableDictionary<string, Example> ByRule = new Example[]
    {
        new(
            Stories.Reported, CountyOffice,
            new RecordLedgerRow("隐患台账", File, "Sheet1", 3, Sha256Digest.Of("row"u8), "已整改", [new("序号", "A3", "1")], ["C3"])),
        new(
            Stories.Reported.And(new LedgerRowRecorded("隐患台账", File, "Sheet1", 3, Sha256Digest.Of("row"u8), "已整改", [], [])), CountyOffice,
            new WithdrawImported(new("0195f0a0-0000-7000-8000-00000000000c"), "列映射有误，重新导入")),
        new(Stories.Reported, CountyOffice, new VerifyHazard(Level.Major, "判定标准第五条", "属实")),
        new(Stories.Verified, CountyOffice, new RegradeHazard(Level.Major, "专家复核", "判定标准第五条")),
        new(Stories.Reported, CountyOffice, new RejectHazard("现场无此设施")),
        new(Stories.Reported, CountyOffice, new MergeHazard(OtherId, "同一处") { Target = Stories.Reported.Then with { Id = OtherId } }),
        new(Stories.Reported, Emergency, new FixOnTheSpot("当场关闭阀门", "站长")),
        new(Stories.OwnReport, GasCompany, new FixByOwnCheck("更换软管", "安全员")),
        new(Stories.FixedOnTheSpot, CountyOffice, new WithdrawFix("误登，尚未整改")),
        new(Stories.Verified, CountyOffice, new AssignHazard([Territorial(), Sectoral()])),
        new(Stories.Assigned, GasCompany, new AcknowledgeAssignment(Leg.Sole, "王某")),
        new(Stories.Rectifying, GasCompany, new ReturnAssignment(Leg.Sole, "不属本单位")),
        new(
            Stories.Rectifying, CountyOffice,
            new ReassignLeg(Leg.Sole, GasRegulator.Id, Deadline, "由主管部门牵头", "责任调整", Supervision.Id, "赵某")),
        new(Stories.MajorRectifying, GasCompany, new SubmitPlan(Leg.Sole, SixParts, 30m)),
        new(Stories.MajorPlanned, CountyOffice, new ReviewPlan(Leg.Sole, Verdict.Pass, "可行")),
        new(Stories.Rectifying, GasCompany, new TakeInterimMeasures(Leg.Sole, "设置警戒")),
        new(Stories.Rectifying, Emergency, new SuspendProduction(true, "全部供气")),
        new(Stories.Rectifying.And(Emergency, new ProductionSuspended(true, "全部供气")), GasCompany, new RequestResumption(Leg.Sole, "已检测合格")),
        new(Stories.Rectifying.And(Emergency, new ProductionSuspended(true, "全部供气"))
            .And(GasCompany, new ResumptionRequested(Leg.Sole, "已检测合格")), Emergency, new ReviewResumption(Verdict.Pass, "现场合格")),
        new(Stories.Rectifying, GasCompany, new ReportProgress(Leg.Sole, 40, "已开挖", 3.2m)),
        new(Stories.Rectifying, GasCompany, new RequestExtension(Leg.Sole, Deadline.AddDays(20), "材料未到")),
        new(
            Stories.Rectifying.And(GasCompany, new ExtensionRequested(Leg.Sole, Deadline, Deadline.AddDays(20), "材料未到")), CountyOffice,
            new DecideExtension(Leg.Sole, true, null, "同意")),
        new(Stories.Rectifying, GasCompany, new DeclareCompletion(Leg.Sole, "已更换", 12.5m)),
        new(Stories.Declared, Emergency, new Reinspect(Leg.Sole, Verdict.Pass, "合格", "李工")),
        new(Stories.Accepted, Emergency, new WithdrawAcceptance(Leg.Sole, "验收后又漏气", Deadline)),
        new(Stories.Rectifying, CityOffice, new ListHazard(ListingLevel.Prefecture, Deadline, "限期整改", "陇南日报")),
        new(Stories.Listed, CityOffice, new DelistHazard(DelistingGround.ListedInError, "挂牌有误")),
        new(Stories.ListedQuietly, CityOffice, new PublishListing("陇南日报")),
        new(Stories.Listed, CityOffice, new FileListing(ProvinceOffice.Id)),
        new(Stories.Delisted, CityOffice, new PublishDelisting("陇南日报")),
        new(Stories.Rectifying, CountyOffice, new NameSupervisor(Leg.Sole, Supervision.Id, "重点督办")),
        new(Stories.Rectifying, Supervision, new Urge("请抓紧", Leg.Sole)),
        new(Stories.Rectifying, Supervision, new IssueNotice("十日内整改", Leg.Sole, Deadline)),
        new(Stories.Noticed, GasCompany, new AnswerNotice(Leg.Sole, "已更换管道")),
        new(Stories.Rectifying, Supervision, new RecordVisit("进展缓慢", Leg.Sole, "督查组")),
        new(Stories.Rectifying, Supervision, new Escalate(CitySupervision.Id, "久拖不决")),
        new(Stories.Rectifying, Supervision, new HoldInterview("公司负责人", "限期整改", Leg.Sole)),
        new(Stories.Rectifying, Supervision, new CirculateCriticism("整改不力", Leg.Sole)),
        new(Stories.Rectifying, Supervision, new Expose("陇南日报", "重大隐患曝光")),
        new(Stories.Rectifying, Emergency, new ImposePenalty("武都燃气公司", "罚款", 5m)),
        new(Stories.Rectifying, Emergency, new ReferToJustice("区公安分局", "涉嫌危险作业罪")),
        new(Stories.Proposed, CountyOffice, new DeclineStep(SupervisionStep.Interview, ClockKind.Rectify, Deadline, "已约定整改时间", Leg.Sole)),
        new(Stories.Assigned, CountyOffice, new IssuePaper(PaperKind.AssignmentOrder)),
        new(Stories.Accepted, CountyOffice, new CloseHazard("整改到位")),
        new(Stories.Closed, CountyOffice, new LookBack(LookbackResult.Holding, "未反弹", "李工")),
        new(Stories.Closed, CountyOffice, new ReopenHazard("群众再次举报", [Sole()])),
        new(Stories.Rectifying, CountyOffice, new CorrectHazard(CorrectableField.Title, "调压柜漏气", "名称有误")),
        new(Stories.Rectifying, GasCompany, new AddComment("材料已订购")),
        new(Stories.Rectifying, Emergency, new RecordWitness("孙某某", "13800002222", null, null, null, "当晚闻到气味") { Seal = Story.Seal }),
    }.ToImmutableDictionary(e => e.Rule.Name);

    /// <summary>The names of all commands on a hazard, for theories.</summary>
    public static TheoryData<string> Names => [.. ByRule.Keys.Order(StringComparer.Ordinal)];
}
