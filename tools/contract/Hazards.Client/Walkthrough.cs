using System.Globalization;
using System.Net.Http.Headers;

namespace Hazards.Client;

/// <summary>docs/walkthrough.md once more, by a client that NSwag generated from docs/openapi.json.</summary>
public static class Walkthrough
{
    /// <summary>Walks; throws when an answer is not what it should be.</summary>
    /// <returns>The hazard that was closed and opened again.</returns>
    public static async Task<Guid> WalkAsync(string address, string adminKey)
    {
        var admin = Of(address, adminKey);
        await admin.PostBodiesAsync(Body("cs-dali", "大理州安全生产委员会办公室", BodyKind.CommitteeOffice, "5329"));
        await admin.PostBodiesAsync(Body("cs-office", "巍山县安全生产委员会办公室", BodyKind.CommitteeOffice, "532927"));
        await admin.PostBodiesAsync(Body("cs-gov", "巍山县人民政府", BodyKind.Government, "532927"));
        await admin.PostBodiesAsync(Body("cs-housing", "巍山县住房和城乡建设局", BodyKind.Regulator, "532927", "city_gas"));
        var dali = await KeyAsync("cs-dali", "5329", Role.Coordinator, Role.ListingAuthority, Role.Supervisor, Role.Inspector);
        var office = await KeyAsync("cs-office", "532927", Role.Reporter, Role.Coordinator, Role.Inspector);
        var gov = await KeyAsync("cs-gov", "532927", Role.Responsible);
        var housing = await KeyAsync("cs-housing", "532927", Role.Responsible);

        await SilentLegAsync(office, gov, dali);
        var reported = await office.PostHazardsAsync(new ReportHazardRequest
        {
            Source = ReportSource.Inspection, Region = "532927", Sector = "city_gas", Title = "燃气公司储配站与居民楼安全间距不足",
            Description = "储配站西侧新建居民楼距储罐仅12米", Enterprise = new Enterprise { Name = "巍山某燃气有限公司" }, OccurredAt = Ago(20),
        });
        var id = reported.Id;
        await RefusedAsync(
            "grading.basis_required",
            () => office.PostHazardVerificationAsync(id, new VerifyHazardRequest { Level = Level.Major, OccurredAt = Ago(19) }));
        Expect(
            "verified",
            (await office.PostHazardVerificationAsync(
                id, new VerifyHazardRequest { Level = Level.Major, Basis = "重大隐患判定标准第四条", OccurredAt = Ago(19) })).Stage.Code);
        await office.PostHazardAssignmentsAsync(
            id, new AssignHazardRequest { Legs = Legs(40), OccurredAt = Ago(18), DocumentNumber = "巍安委办交〔2026〕7号" });
        await dali.PostHazardListingAsync(id, new ListHazardRequest
        {
            Level = ListingLevel.Prefecture, Deadline = Day(40), Requirements = "限期整改，按月报告", PublishedIn = "大理州人民政府网站",
            DocumentNumber = "大安委办督〔2026〕3号", OccurredAt = Ago(17),
        });
        if ((await dali.GetListsListedAsync(region: "5329")).Items.All(i => i.Hazard.Id != id))
            throw new InvalidOperationException("it is not listed");
        await RefusedAsync(
            "leg.not_yours", () => gov.PostHazardLegAcknowledgementAsync(id, Leg.Sectoral, body: new AcknowledgeAssignmentRequest()));

        var parts = new Dictionary<string, string>
        {
            ["goals"] = "消除重大隐患", ["measures"] = "搬迁储罐", ["funds"] = "企业自筹", ["responsible"] = "公司总经理", ["timeLimits"] = "按交办期限",
            ["emergency"] = "停气检修预案",
        };
        await gov.PostHazardLegAcknowledgementAsync(id, Leg.Territorial, body: new AcknowledgeAssignmentRequest { OccurredAt = Ago(17) });
        await RefusedAsync("plan.parts_missing", () => gov.PostHazardLegPlansAsync(id, Leg.Territorial,
            body: new SubmitPlanRequest { Parts = new Dictionary<string, string> { ["measures"] = "搬迁" } }));
        await housing.PostHazardLegAcknowledgementAsync(id, Leg.Sectoral, body: new AcknowledgeAssignmentRequest { OccurredAt = Ago(17) });
        foreach (var (client, leg) in new[] { (gov, Leg.Territorial), (housing, Leg.Sectoral) })
        {
            await client.PostHazardLegPlansAsync(
                id, leg, body: new SubmitPlanRequest { Parts = parts, Funds = 120.5, OccurredAt = Ago(15) });
            await office.PostHazardLegPlanReviewsAsync(
                id, leg, body: new ReviewPlanRequest { Verdict = Verdict.Pass, Comments = "方案可行", OccurredAt = Ago(14) });
        }

        await housing.PostHazardLegExtensionRequestsAsync(
            id, Leg.Sectoral, new RequestExtensionRequest { To = Day(60), Reason = "检测机构排期延迟" });
        await dali.PostHazardLegExtensionDecisionsAsync(id, Leg.Sectoral, new DecideExtensionRequest { Grant = true, Comments = "同意延期一次" });
        await gov.PostHazardLegCompletionAsync(
            id, Leg.Territorial, body: new DeclareCompletionRequest { Results = "已搬迁储罐一台", OccurredAt = Ago(9) });
        await RefusedAsync("role.forbidden", () => gov.PostHazardLegReinspectionsAsync(id, Leg.Territorial,
            body: new ReinspectRequest { Verdict = Verdict.Pass, Findings = "自查合格" }));
        await office.PostHazardLegReinspectionsAsync(id, Leg.Territorial,
            body: new ReinspectRequest { Verdict = Verdict.Fail, Findings = "仍有一台储罐未搬迁", Inspectors = "县安委办复查组", OccurredAt = Ago(7) });
        foreach (var (client, leg) in new[] { (gov, Leg.Territorial), (housing, Leg.Sectoral) })
        {
            await RefusedAsync("hazard.stage_forbids", () => office.PostHazardClosureAsync(id, body: new CloseHazardRequest()));
            await client.PostHazardLegCompletionAsync(
                id, leg, body: new DeclareCompletionRequest { Results = "储罐均已搬迁", OccurredAt = Ago(4) });
            await office.PostHazardLegReinspectionsAsync(
                id, leg, body: new ReinspectRequest { Verdict = Verdict.Pass, Findings = "间距满足要求", OccurredAt = Ago(3) });
        }

        await RefusedAsync("closure.still_listed", () => office.PostHazardClosureAsync(id, body: new CloseHazardRequest()));
        await dali.PostHazardDelistingAsync(
            id,
            new DelistHazardRequest
            {
                Ground = DelistingGround.Accepted, Reason = "两方均验收合格", DocumentNumber = "大安委办督〔2026〕9号", OccurredAt = Ago(1),
            });
        Expect("closed", (await office.PostHazardClosureAsync(id, body: new CloseHazardRequest { Remarks = "验收合格，予以销号" })).Stage.Code);
        await RefusedAsync(
            "hazard.not_open",
            () => gov.PostHazardLegProgressAsync(id, Leg.Territorial, new ReportProgressRequest { Percent = 100, Note = "补报" }));
        var before = DateTimeOffset.UtcNow;
        await office.PostHazardLookbacksAsync(
            id, new LookBackRequest { Result = LookbackResult.Recurred, Findings = "防火墙被拆除一段，隐患反弹", Legs = Legs(15) });
        Expect(Stage.Assigned, (await office.GetHazardAsync(id)).Hazard.Stage);
        if ((await dali.GetBoardsClosedLoopAsync(region: "5329")).Cells.Count == 0)
            throw new InvalidOperationException("the board is empty");
        Expect(Stage.Closed, (await dali.GetHazardAsync(id, asOf: before)).Hazard.Stage);
        if ((await dali.GetHazardEventsAsync(id)).Events.All(e => e.Type != "reinspection_failed"))
            throw new InvalidOperationException("what failed is not told");
        await PackageAsync(id, dali, office);
        return id;

        async Task<HazardsClient> KeyAsync(string body, string region, params Role[] roles) =>
            Of(address, (await admin.PostApiKeysAsync(
                new IssueKeyRequest { Client = body, Body = body, Region = region, Roles = roles })).Secret);
    }

    /// <summary>Whatever one leg does, the lists name the other.</summary>
    private static async Task SilentLegAsync(HazardsClient office, HazardsClient gov, HazardsClient dali)
    {
        var pond = (await office.PostHazardsAsync(new ReportHazardRequest
        {
            Source = ReportSource.Expert, Region = "532927", Sector = "city_gas", Title = "储配站围堰开裂", Description = "专家会诊发现围堰开裂，汛期可能渗漏",
            OccurredAt = Ago(30),
        })).Id;
        await office.PostHazardVerificationAsync(pond, new VerifyHazardRequest { Level = Level.General, OccurredAt = Ago(29) });
        await office.PostHazardAssignmentsAsync(pond, new AssignHazardRequest
        {
            Legs = Legs(-8, "cs-dali"), OccurredAt = Ago(28),
        });
        await gov.PostHazardLegAcknowledgementAsync(
            pond, Leg.Territorial, body: new AcknowledgeAssignmentRequest { ResponsiblePerson = "分管副县长", OccurredAt = Ago(27) });
        await gov.PostHazardLegProgressAsync(
            pond, Leg.Territorial, new ReportProgressRequest { Percent = 60, Note = "已修补两处", Spent = 3.5, OccurredAt = Ago(15) });
        if ((await dali.GetListsOverdueAsync(region: "532927")).Items.All(i => i.Hazard.Id != pond))
            throw new InvalidOperationException("the silent leg is not listed");
        await dali.PostHazardUrgingsAsync(pond, new UrgeRequest { Leg = Leg.Sectoral, Message = "交办已28天仍未签收，请立即办理" });
        await dali.PostHazardNoticesAsync(pond, new IssueNoticeRequest
        {
            Leg = Leg.Sectoral, Requirements = "三日内书面说明", ReplyBy = Day(3), DocumentNumber = "大政督〔2026〕15号",
        });
    }

    /// <summary>A package of evidence, which the county does not see.</summary>
    private static async Task PackageAsync(Guid id, HazardsClient dali, HazardsClient office)
    {
        var asked = await dali.PostEvidenceAsync(
            new RequestEvidenceRequest { Reason = "燃气公司储配站隐患调查", DocumentNumber = "大安委办函〔2026〕11号", Hazards = [id] });
        var made = await dali.GetEvidenceRequestAsync(asked.Id);
        for (; made.EndedAt is null; made = await dali.GetEvidenceRequestAsync(asked.Id))
            await Task.Delay(200);
        Expect("ready", made.State.Code);
        using var package = await dali.GetEvidenceRequestPackageAsync(asked.Id);
        Expect(made.Digest, Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(package.Stream)));
        await RefusedAsync("evidence.not_found", () => office.GetEvidenceRequestAsync(asked.Id));
    }

    private static HazardsClient Of(string address, string key)
    {
        var http = new HttpClient { BaseAddress = new Uri(address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return new HazardsClient(http);
    }

    private static RegisterBodyRequest Body(string id, string name, BodyKind kind, string region, params string[] sectors) =>
        new() { Id = id, Name = name, Kind = kind, Region = region, Sectors = sectors };

    private static LegOrder[] Legs(int days, string? supervisor = null) =>
    [
        new() { Leg = Leg.Territorial, Body = "cs-gov", Deadline = Day(days), Instructions = "组织搬迁和警戒", Supervisor = supervisor },
        new() { Leg = Leg.Sectoral, Body = "cs-housing", Deadline = Day(days), Instructions = "督促企业按标准整改" },
    ];

    private static DateTimeOffset Ago(int days) => DateTimeOffset.UtcNow.AddDays(-days);

    private static DateTimeOffset Day(int days) =>
        new(DateTime.Parse(DateTime.UtcNow.AddHours(8).AddDays(days)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), TimeSpan.Zero);

    private static void Expect<T>(T wanted, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(wanted, found))
            throw new InvalidOperationException($"expected {wanted}, found {found}");
    }

    private static async Task RefusedAsync<T>(string code, Func<Task<T>> call)
    {
        try
        {
            await call();
        }
        catch (ApiException<ProblemDetails> refused)
        {
            Expect(code, refused.Result.Code);
            return;
        }

        throw new InvalidOperationException($"expected {code}, and it was done");
    }
}
