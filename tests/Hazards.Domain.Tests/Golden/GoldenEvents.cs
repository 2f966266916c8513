using System.Collections.Immutable;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Persons;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Golden;

/// <summary>
/// What every golden file must load as: each event once with everything in it and once with nothing that may be left out.
/// </summary>
internal static class GoldenEvents
{
    private static readonly CreditCode Code = CreditCode.Parse("91350100M000100Y43");
    private static readonly Sha256Digest File = Sha256Digest.Of("台账.xlsx"u8);
    private static readonly Sha256Digest Row = Sha256Digest.Of("第3行"u8);
    private static readonly DateOnly Later = new(2026, 5, 31);
    private static readonly LegOrder FullTerritorial = new(
        Leg.Territorial, CountyGovernment.Id, Deadline, "督促企业停气整改", CountyOffice.Id, "副区长王某", true);
    private static readonly LegOrder FullSectoral = new(Leg.Sectoral, GasRegulator.Id, Later, "监督更换老化管道", Supervision.Id, "局长赵某");
    private static readonly Looked Look = new(Wudu, [World.Id, OtherId])
    {
        Enterprise = Code, Body = GasCompany.Id, Purpose = "“3·2”事故调查 调查字〔2026〕1号", Key = new("0195f0a0-0000-7000-8000-00000000000b"),
        Asked = new AskedFor("GET", "/api/v1/hazards/{id}/events", $"/api/v1/hazards/{World.Id}/events", 404)
        {
            Query = "asOf=2026-03-02T09:00:00+08:00", Refusal = "hazard.not_found", Records = 12, FirstPosition = 4711, LastPosition = 4800,
        },
    };

    private static readonly Looked BareLook = new(Longnan, []);
    private static readonly LegOrder Bare = new(Leg.Sole, GasCompany.Id, Deadline, "更换老化管道");
    private static readonly Guid Key = new("0195f0a0-0000-7000-8000-00000000000a");
    private static readonly ImmutableSortedDictionary<PlanPart, string> NoParts = ImmutableSortedDictionary<PlanPart, string>.Empty;

    private static readonly HazardReported SomebodyReported =
        new(ReportSource.Public, HazardKind.Safety, Wudu, Gas, null, "漏气", "漏气", null, null, null, null, null)
        {
            Reporter = SealedOnce.WhistleBlower,
        };

    private static readonly LedgerRowRecorded WithContact =
        new("隐患台账", File, "Sheet1", 3, Row, "已整改", [new("整改责任人", "H3", "王五 （电话已封存）")], [])
        {
            Contact = SealedOnce.Witness with { Kind = PersonKind.Contact }, SealedCells = SealedOnce.Statement,
        };

    /// <summary>By the file's name without its ending: the alias, and for the bare one <c>.minimal</c> behind it.</summary>
    public static readonly ImmutableSortedDictionary<string, IDomainEvent> ByName = new (IDomainEvent Full, IDomainEvent? Minimal)[]
    {
        (new HazardReported(
            ReportSource.Hotline, HazardKind.NaturalDisaster, RegionCode.Parse("621202101"), Gas, "设备设施", "调压箱漏气 <紧急> & “重大”",
            "第一行\n第二行\t含制表符，表情😀", new Enterprise("武都燃气公司", Code), new Place("东江镇", 104.926337m, 33.392211m),
            new ExternalReference("12345", "LN-2026-0001"), "李某", "一般3级"),
         new HazardReported(ReportSource.Other, HazardKind.Safety, Wudu, Gas, null, "漏气", "漏气", null, null, null, null, null)),
        (new LedgerRowRecorded("隐患台账", File, "Sheet1", 3, Row, "已整改", [new("序号", "A3", "1"), new("问题", "B3", "漏气\n漏水")], ["C3：日期无法识别"]),
         new LedgerRowRecorded("隐患台账", File, "Sheet1", 1, Row, null, [], [])),
        (new HazardVerified(Level.Major, "城镇燃气经营安全重大隐患判定标准第五条", "属实"), new HazardVerified(Level.General, null, null)),
        (new HazardRegraded(Level.General, Level.Major, "判定标准第五条", "专家复核"), new HazardRegraded(Level.Major, Level.General, null, "降级")),
        (new HazardRejected("现场无此设施"), null),
        (new HazardWithdrawn(new("0195f0a0-0000-7000-8000-00000000000c"), "列映射有误，重新导入"), null),
        (new HazardMerged(OtherId, "同一处"), null),
        (new DuplicateAbsorbed(OtherId, "同一处"), null),
        (new HazardFixedOnTheSpot("当场关闭阀门", "站长"), new HazardFixedOnTheSpot("当场关闭阀门", null)),
        (new HazardFixedByOwnCheck("更换软管", "安全员"), new HazardFixedByOwnCheck("更换软管", null)),
        (new FixWithdrawn("误登，尚未整改"), null),
        (new AcceptanceWithdrawn(Leg.Sectoral, "验收后又漏气", Later), null),
        (new HazardAssigned([FullTerritorial, FullSectoral]), new HazardAssigned([Bare])),
        (new AssignmentAcknowledged(Leg.Territorial, "王某"), new AssignmentAcknowledged(Leg.Sole, null)),
        (new AssignmentReturned(Leg.Sectoral, "不属本单位"), null),
        (new LegReassigned(GasCompany.Id, FullSectoral, "责任调整"), new LegReassigned(GasRegulator.Id, Bare, "责任调整")),
        (new PlanSubmitted(Leg.Sole, SixParts, 30.25m, "档案室"), new PlanSubmitted(Leg.Sole, NoParts, null, null)),
        (new PlanReviewed(Leg.Sole, Verdict.Fail, "资金未落实"), new PlanReviewed(Leg.Sole, Verdict.Pass, null)),
        (new InterimMeasuresTaken(Leg.Sole, "设置警戒"), null),
        (new ProductionSuspended(true, "全部供气"), new ProductionSuspended(false, "东江片区")),
        (new ResumptionRequested(Leg.Sole, "已检测合格"), null),
        (new ResumptionReviewed(Verdict.Pass, "现场合格"), new ResumptionReviewed(Verdict.Fail, "仍有泄漏")),
        (new ProgressReported(Leg.Sole, 40, 3.2m, "已开挖"), new ProgressReported(Leg.Sole, 0, null, "未开工")),
        (new ExtensionRequested(Leg.Sole, Deadline, Later, "材料未到"), null),
        (new ExtensionGranted(Leg.Sole, Deadline, Later, "同意"), new ExtensionGranted(Leg.Sole, Deadline, Later, null)),
        (new ExtensionRefused(Leg.Sole, "理由不足"), null),
        (new CompletionDeclared(Leg.Sole, "已更换", 12.5m), new CompletionDeclared(Leg.Sole, "已更换", null)),
        (new LegAccepted(Leg.Sole, "合格", "李工"), new LegAccepted(Leg.Sole, "合格", null)),
        (new ReinspectionFailed(Leg.Sole, "仍有泄漏", "李工", Later), new ReinspectionFailed(Leg.Sole, "仍有泄漏", null, Deadline)),
        (new HazardListed(ListingLevel.Prefecture, Deadline, "限期整改", "陇南日报"), new HazardListed(
            ListingLevel.County, Deadline, "限期整改", null)),
        (new HazardDelisted(ListingLevel.Prefecture, DelistingGround.Accepted, "验收合格"), null),
        (new LegUrged(Leg.Territorial, "请抓紧"), new LegUrged(null, "请抓紧")),
        (new SupervisionNoticeAnswered(Leg.Territorial, Paper, "已更换管道"), null),
        (new SupervisionNoticeIssued(Leg.Territorial, "十日内整改", Deadline), new SupervisionNoticeIssued(null, "十日内整改", null)),
        (new SupervisionVisitMade(Leg.Sole, "进展缓慢", "督查组"), new SupervisionVisitMade(null, "进展缓慢", null)),
        (new SupervisionEscalated(CitySupervision.Id, "久拖不决"), null),
        (new InterviewHeld(Leg.Sole, "公司负责人", "限期整改"), new InterviewHeld(null, "公司负责人", "限期整改")),
        (new ReportFrozen(
            ReportKind.MonthlyTable, Wudu, Period.Parse("2026-07"), 2, new DateTimeOffset(2026, 8, 3, 2, 0, 0, TimeSpan.Zero), 4711,
            "national-baseline@2", 1, File, Row, "补录后更正"),
         new ReportFrozen(
             ReportKind.Quotas, Wudu, Period.Parse("2026Q3"), 1, new DateTimeOffset(2026, 10, 3, 2, 0, 0, TimeSpan.Zero), 4711,
             "national-baseline@2", 1, File, null, null)),
        (new ReportDeadlineMissed(
            ReportKind.QuarterlyReport, Wudu, Period.Parse("2026Q3"), Deadline,
            new DateTimeOffset(2026, 10, 16, 2, 0, 0, TimeSpan.Zero)), null),
        (new CriticismCirculated(Leg.Sole, "整改不力"), new CriticismCirculated(null, "整改不力")),
        (new HazardExposed("陇南日报", "重大隐患曝光"), null),
        (new PenaltyImposed("武都燃气公司", "罚款", 5m), new PenaltyImposed("武都燃气公司", "警告", null)),
        (new JudicialReferralMade("区公安分局", "涉嫌危险作业罪"), null),
        (new HazardClosed(ClosureGround.UnitClosed, "关闭取缔"), new HazardClosed(ClosureGround.Rectified, null)),
        (new LookbackMade(LookbackResult.Recurred, "再次漏气", "李工"), new LookbackMade(LookbackResult.Holding, "未反弹", null)),
        (new HazardReopened("再次漏气", [FullTerritorial, FullSectoral]), new HazardReopened("再次漏气", [])),
        (new HazardCorrected(CorrectableField.EnterpriseCreditCode, "91350100M000100Y43", "91620000000000000X", "录错"), new HazardCorrected(
            CorrectableField.Category, null, null, "录错")),
        (new CommentAdded("材料已订购"), null),
        (new WitnessRecorded(SealedOnce.Witness, SealedOnce.Statement), new WitnessRecorded(SealedOnce.Witness, null)),

        (new PersonErased(World.Id, PersonKind.Reporter, "本人申请删除"), null),

        (new PolicyAdopted(
            PolicyText.Of(PolicyVersion.Parse("wudu-rules@2"), "{\"version\":\"wudu-rules@2\"}"), Wudu, new DateOnly(2026, 5, 1),
            new DateOnly(2027, 4, 30), [PolicyText.Of(PolicyVersion.Parse("national-baseline@2"), "{}")]),
         new PolicyAdopted(PolicyText.Of(PolicyVersion.Parse("wudu-rules@1"), "{}"), Wudu, new DateOnly(2026, 5, 1), null, [])),
        (new PolicyWithdrawn(PolicyVersion.Parse("wudu-rules@2"), new DateOnly(2026, 12, 31), "机构改革"), null),
        (new CalendarYearAdded(new CalendarYear(2027, new PolicySource("放假通知", "国办发明电〔2026〕1号", "第一条"), [new Holiday("元旦", new DateOnly(2026, 12, 31), new DateOnly(2027, 1, 2))], [new DateOnly(2027, 1, 3)])), null),
        (new CalendarYearAmended(
            new CalendarYear(2027, new PolicySource("调整通知"), [new Holiday("元旦", new DateOnly(2027, 1, 1), new DateOnly(2027, 1, 1))], []),
            "延长假期"), null),

        (new ListingPublished(ListingLevel.Prefecture, "陇南日报", Deadline), null),
        (new ListingFiled(ListingLevel.County, CityOffice.Id, Deadline), null),
        (new DelistingPublished(ListingLevel.Prefecture, "陇南日报", Later), null),
        (new SupervisorNamed(Leg.Territorial, Supervision.Id, CitySupervision.Id, "提级督办"), new SupervisorNamed(
            Leg.Sole, null, Supervision.Id, "补明督办单位")),
        (new DeadlineMissed(ClockKind.Acknowledge, Leg.Sectoral, GasRegulator.Id, Start, Deadline, Start.AddDays(40)), new DeadlineMissed(
            ClockKind.Verify, null, null, Start, Deadline, Start.AddDays(40))),
        (new StepProposed(SupervisionStep.Interview, ClockKind.Rectify, Leg.Territorial, Deadline, 7, Supervision.Id), new StepProposed(
            SupervisionStep.Escalation, ClockKind.Assign, null, Deadline, 30, null)),
        (new StepDeclined(SupervisionStep.Interview, ClockKind.Rectify, Leg.Territorial, Deadline, "已当面督促"), new StepDeclined(
            SupervisionStep.Escalation, ClockKind.Assign, null, Deadline, "已交办")),
        (new DeadlinesRecounted(
            0,
            [new DueMoved(ClockKind.Reinspect, Leg.Sole, Start, Deadline, Later, false), new DueMoved(ClockKind.Publish, null, Start, Deadline, Later, true)]), null),
        (new DeadlineMoved(Leg.Sole, Deadline, Later, "停产停业十日"), null),
        (new LegVacated(Leg.Sectoral, GasRegulator.Id, PassingCause.Dissolved, OtherRegulator.Id), new LegVacated(
            Leg.Sole, GasCompany.Id, PassingCause.Elsewhere, null)),
        (new DutiesPassed(CountyOffice.Id, CityOffice.Id, PassingCause.OwnLeg), null),
        (new PaperIssued(PaperKind.SupervisionNotice, Leg.Territorial, [CountyGovernment.Id]), new PaperIssued(
            PaperKind.ClosureNotice, null, [])),

        (new LetterheadSet(
            CountyOffice.Id, "武都区安全生产委员会办公室文件", "武安委办", Letterhead.UsualWords.Clear().Add(PaperKind.SupervisionNotice, "督字"),
            "武都区安全生产委员会办公室", "（印章）", "张工，0939-1234567"),
         new LetterheadSet(CountyOffice.Id, "武都区安委办文件", "武安委办", Letterhead.UsualWords.Clear(), "武都区安委办", "（印章）", null)),
        (new PaperNumbered(PaperKind.SupervisionNotice, World.Id, Key, Paper), null),
        (new AuthorityChangeOpened(Key, "office:6212"), null),
        (new MessageOpened(World.Id, Key, CountyGovernment.Id.Value), null),

        (new BodyRegistered(
            GasRegulator.Id, "武都区住建局", BodyKind.Regulator, Wudu, [Gas, SectorCode.Parse("construction")], Code, CountyGovernment.Id),
         new BodyRegistered(CountyOffice.Id, "武都区安委办", BodyKind.CommitteeOffice, Wudu, [], null, null)),
        (new BodyRenamed("原名", "新名", "机构改革"), null),
        (new BodyChanged(BodyKind.Regulator, Longnan, [Gas], Code, CityGovernment.Id, "职能划转"), new BodyChanged(
            BodyKind.Enterprise, RegionCode.Nation, [], null, null, "职能划转")),
        (new BodyDissolved(Emergency.Id, "机构改革"), new BodyDissolved(null, "机构改革")),

        (new ApiKeyIssued(Key, File, "12345热线平台", Hotline.Id, [Role.Reporter, Role.ListingAuthority], Longnan, Start.AddYears(1)),
         new ApiKeyIssued(Key, File, "督查", Supervision.Id, [], RegionCode.Nation, null)),
        (new ApiKeyRevoked("泄露"), null),
        (new SystemNameGranted("12345热线", Longnan, Hotline.Id, "12345热线平台"), null),
        (new SystemNameReleased("12345热线", Longnan, "系统停用"), null),

        (new AccountOpened(Key, "张伟@陇南", "张伟", Hotline.Id, [Role.Reporter, Role.Coordinator], Longnan), null),
        (new AccountChanged("张伟", Supervision.Id, [Role.Supervisor], RegionCode.Nation), null),
        (new AccountClosed("调离"), null),
        (new AccountPasswordSet(true, false), null),
        (new AccountSecondFactorSet(), null),
        (new AccountSecondFactorRemoved("手机遗失"), null),
        (new SignedIn(Key, SignInMethod.Oidc, "2001:db8::1"), new SignedIn(Key, SignInMethod.Local, null)),
        (new SignInRefused(SignInRefusal.Password, "203.0.113.7", Start), new SignInRefused(SignInRefusal.Factor, null, null)),
        (new SignedOut(Key, SignOutReason.PasswordChanged), null),
        (new SignInUnknown("203.0.113.7"), new SignInUnknown(null)),

        (new WebhookRegistered(
            Key, "https://receiver.example/hazards?from=陇南", Hotline.Id, Longnan, ["hazard_assigned", "hazard_closed"], "12345热线平台"),
         new WebhookRegistered(Key, "https://receiver.example/", Supervision.Id, RegionCode.Nation, [], null)),
        (new WebhookChanged("https://receiver.example/hazards", Hotline.Id, Wudu, ["hazard_closed"], "张工，0939-1234567"),
         new WebhookChanged("https://receiver.example/", Hotline.Id, Longnan, [], null)),
        (new WebhookPaused(WebhookPause.Administrator, "对方升级"), new WebhookPaused(WebhookPause.Gone, null)),
        (new WebhookResumed(), null),
        (new WebhookSecretRotated(), null),
        (new WebhookRemoved("系统停用"), null),

        (new LogKeyIntroduced(
            "hazards/4f1d", "sha256", "hazards/4f1d+00000001+AQ==", "hazards log key\nhazards/4f1d\n\n— hazards/4f1d AAAA\n"),
         new LogKeyIntroduced("hazards/4f1d/sm3", "sm3", "hazards/4f1d/sm3+00000001+AQ==")),
        (new LogKeyRetired("sha256", "hazards/4f1d+00000001+AQ==", "定期轮换"), null),
        (new AppendKeyIntroduced("0123456789abcdef"), null),
        (new AuditCompleted(
            false, 1, 1000, [new AuditedRoot("sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", 990)], 1.25, 1,
            [new AuditNoted("stream_versions", 77, 90, 1, Key)]),
         new AuditCompleted(true, 1, 0, [], 0, 0, [])),
        (new CredentialsBound(12), null),
        (new IdentityContradicted("api_key", Key, ["digest", "roles"]), null),
        (new WitnessRegistered("审计局+00000001+BA==", "州审计局", "https://witness.example/"), new WitnessRegistered(
            "审计局+00000001+BA==", "州审计局")),
        (new WitnessedLogAdded("hazards/9c+00000001+AQ==", "州审计局"), null),
        (new WitnessedLogRemoved("hazards/9c+00000001+AQ==", "机构改革"), null),
        (new WitnessRetired("审计局+00000001+BA==", "机构改革"), null),

        (new CampaignOpened(Key, "燃气安全专项行动", CampaignKind.SpecialPeriod, Deadline, Later, [Gas], [Wudu, Wenxian], CityOffice.Id, "逐户检查"),
         new CampaignOpened(Key, "大检查", CampaignKind.Campaign, Deadline, Later, [], [Longnan], CityGovernment.Id, null)),
        (new CampaignChanged("燃气安全专项行动", Deadline, Later, [Gas], [Wudu], "逐户检查", "延长"),
         new CampaignChanged("大检查", Deadline, Later, [], [Longnan], null, "改名")),
        (new CampaignEnded(Later, "检查120户"), null),
        (new InspectionMade(
            Key, new Enterprise("武都燃气公司", Code), RegionCode.Parse("621202101"), Gas, Deadline, InspectionSource.GridWorker, "李工、王工",
            "调压箱漏气", 2, World.Id.StreamId, new ExternalReference("互联网+执法", "8")),
         new InspectionMade(Key, new Enterprise("武都燃气公司"), Wudu, Gas, Deadline, InspectionSource.Inspection, null, null, null, null, null)),
        (new InspectionCorrected(
            new Enterprise("武都燃气公司", Code), Wudu, Gas, Deadline, InspectionSource.Expert, "李工", "无", 0, World.Id.StreamId, "漏录"),
         new InspectionCorrected(new Enterprise("武都燃气公司"), Wudu, Gas, Deadline, InspectionSource.Other, null, null, null, null, "漏录")),
        (new InspectionVoided("重复录入"), null),

        (new LedgerImportStarted("台账.xlsx", File, "隐患台账", "{\"title\":\"B\"}", Wudu), null),
        (new LedgerRowsImported([new ImportedRow("Sheet1", 3, RowOutcome.Entered, World.Id, 4, Stage.Closed, ["C3：日期无法识别"], ["level.mapped: 3级"], [new("序号", "A3", "1")])]),
         new LedgerRowsImported([new ImportedRow("Sheet1", 1, RowOutcome.Skipped, null, 0, null, [], [], [])])),
        (new LedgerImportUndone("列映射有误，重新导入", 4), null),
        (new LedgerImportFinished(10, 4, 1, 1, 2, 2, 1, 20, 3, "sheet.pictures: 工作表“现场”里有 3 张图片\ncolumn.unmapped: 列“照片”没有映射"),
            new LedgerImportFinished(10, 4, 1, 1, 2, 2, 1, 20, 3)),

        (new EvidenceRequested(
            "〔2026〕1号事故调查", Longnan, [World.Id, OtherId],
            new EvidenceFilter(Code, Wudu, GasRegulator.Id, Deadline, Later, Deadline, Later), Deadline, Later, [Start, Start.AddDays(1)],
            AttachmentChoice.Withhold, TreeChoice.Sm3, [Key]),
         new EvidenceRequested("审计", RegionCode.Nation, [World.Id], null, null, null, [], AttachmentChoice.Include, TreeChoice.Sha256, [])),
        (new EvidenceCounted(4710, [new CountedStream(World.Id.StreamId, 12, 3), new CountedStream(Key, 2)]), null),
        (new EvidenceMade(File, 4711, 1234, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 56), null),
        (new EvidenceFailed("附件已被改动"), null),
        (new EvidenceDownloaded(File, 100, 200), null),

        (new RecordsRead(Look), new RecordsRead(BareLook)),
        (new RecordsExported(
            Look, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "monthly-table-621202-2026-07.xlsx", 20481,
            File), new RecordsExported(BareLook, "text/csv", null, null, null)),
        (new EvidenceTaken(Look, Key, 0, 1048576), new EvidenceTaken(BareLook, Key, null, null)),
        (new PersonalDataViewed(Look, Key, ["name", "phone"]), new PersonalDataViewed(BareLook, Key, [])),
        (new SealedAttemptRefused(Look, "correct", "enterprise.sealed", [Key], Start, "description"), new SealedAttemptRefused(
            BareLook, "reject", "enterprise.sealed", [], Start, null)),
        (new RecordsSealed(Key, new Enterprise("武都燃气公司", Code), Wudu, "2026年3月2日燃气爆炸事故调查", "武都区“3·2”事故调查组", Start, Start.AddHours(2)),
         new RecordsSealed(Key, new Enterprise("武都燃气公司"), RegionCode.Nation, "调查", "调查组", Start, Start)),
        (new RecordsUnsealed("调查结束"), null),
    }.SelectMany(Named).Append(("hazard_reported.person", SomebodyReported)).Append(("ledger_row_recorded.contact", WithContact))
        .Concat(Kept)
        .ToImmutableSortedDictionary(p => p.Name, p => p.Event, StringComparer.Ordinal);

    /// <summary>The same with the level that keeps them.</summary>
    private static IEnumerable<(string Name, IDomainEvent Event)> Kept =>
    [
        ("body_registered.kept", new BodyRegistered(CountyOffice.Id, "武都区安委办", BodyKind.CommitteeOffice, Wudu, [], null, null, Longnan)),
        ("body_changed.kept", new BodyChanged(BodyKind.CommitteeOffice, Wudu, [], null, null, "移交", Longnan)),
        ("hazard_corrected.moved", new HazardCorrected(CorrectableField.Region, "621202", "621222", "录错") { TakesOver = true }),
        ("deadlines_recounted.kept", new DeadlinesRecounted(
            1, [new DueMoved(ClockKind.Acknowledge, Leg.Sole, Start, Later, Deadline, false) { Kept = true }])),
        ("leg_urged.against", new LegUrged(Leg.Sectoral, "请审查方案") { Duties = [ClockKind.ReviewPlan], Against = CountyOffice.Id }),
        ("supervision_notice_issued.against", new SupervisionNoticeIssued(Leg.Sectoral, "请审查方案", null)
            { Duties = [ClockKind.ReviewPlan], Against = CountyOffice.Id }),
        ("criticism_circulated.against", new CriticismCirculated(Leg.Sectoral, "久不审查")
            { Duties = [ClockKind.ReviewPlan], Against = CountyOffice.Id }),
        ("supervision_notice_issued.owed", new SupervisionNoticeIssued(Leg.Territorial, "十日内整改", Deadline) { ReplyOwed = true }),
        ("ledger_import_started.called",
            new LedgerImportStarted("县台账.xlsx", File, "全市台账", "{\"title\":\"B\"}", Wudu) { Called = "县台账" }),
        ("evidence_requested.counts", new EvidenceRequested(
            "审计", RegionCode.Nation, [World.Id], null, null, null, [], AttachmentChoice.Include, TreeChoice.Sha256, []) { Counts = true }),
        ("evidence_requested.disclose_by", new EvidenceRequested(
            "审计", RegionCode.Nation, [World.Id], null, null, null, [], AttachmentChoice.Include, TreeChoice.Sha256, [Key])
            {
                Counts = true, DiscloseBy = [Role.Coordinator, Role.Enforcer],
            }),
        ("policy_adopted.kept", new PolicyAdopted(
            PolicyText.Of(PolicyVersion.Parse("wudu-rules@1"), "{}"), Wudu, new DateOnly(2026, 5, 1), null, [], Longnan)),
    ];

    /// <summary>The headers of an event, full and bare.</summary>
    public static readonly ImmutableSortedDictionary<string, EventContext> Contexts = new Dictionary<string, EventContext>
    {
        ["event_context"] = new(Start, Entry.Late, "张工", CountyOffice.Id, Role.ListingAuthority, "督办系统", "national-baseline@1", Paper,
            [new Attachment(File, "通知书.pdf", "application/pdf", 20481), new Attachment(Row)]),
        ["event_context.minimal"] = new(Start.ToUniversalTime(), Entry.Prompt, "system", CountyOffice.Id, Role.Reporter, "tests", "national-baseline@1", null, []),
        ["event_context.told"] = new EventContext(Start, Entry.Prompt, "张工", CountyOffice.Id, Role.Coordinator, "督办系统", "national-baseline@1", null, [])
        {
            Told = [
                new Told(CountyGovernment.Id, null, TellAs.Todo), new Told(null, Wudu, TellAs.Warning),
                new Told(Supervision.Id, null, TellAs.Notice)],
        },
        ["event_context.late_entry"] = new EventContext(
            Start, Entry.Prompt, "张工", CountyOffice.Id, Role.Responsible, "督办系统", "national-baseline@1", null, [])
        {
            LateEntry = new LateEntryAllowed(24, "wudu-rules@1", "武都区隐患登记办法第七条"),
        },
        ["event_context.counts_from"] = new EventContext(
            Start, Entry.Late, "张工", CountyOffice.Id, Role.Responsible, "督办系统", "national-baseline@1", null, []) { CountsFrom = Later },
        ["event_context.binds_from"] = new EventContext(
            Start, Entry.Late, "张工", CountyOffice.Id, Role.Coordinator, "督办系统", "national-baseline@1", null, [])
        {
            CountsFrom = Later, BindsFrom = Later,
        },
        ["event_context.by_office"] = new EventContext(
            Start, Entry.Late, "张工", CountyOffice.Id, Role.Reporter, "督办系统", "national-baseline@1", null, [])
        {
            CountsFrom = Later, BindsFrom = Later, ByOffice = true,
        },
        ["event_context.clock"] = Clockwork.Context(Start, Entry.Late, Policy.NationalBaseline, WorkCalendar.Shipped) with { Calendar = 2 },
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static IEnumerable<(string Name, IDomainEvent Event)> Named((IDomainEvent Full, IDomainEvent? Minimal) pair)
    {
        var name = EventTypes.NameOf(pair.Full);
        yield return (name, pair.Full);
        if (pair.Minimal is { } minimal)
            yield return (name + ".minimal", minimal);
    }
}
