using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.LifeCycle.Papers;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>
/// The service under a policy that has it make the papers: notices on their act, orders and closures always, directives on
/// request.
/// </summary>
public sealed class PaperService : IAsyncLifetime
{
    private static readonly Policy Policy = Policy.NationalBaseline with
    {
        Version = "papers@1",
        Ladder = [new LadderStep(1, SupervisionStep.Notice, StepMode.Automatic)],
        Papers =
        [
            new PaperRule(PaperKind.AssignmentOrder, "双重交办制度"),
            new PaperRule(PaperKind.SupervisionNotice, "督办制度"),
            new PaperRule(PaperKind.ListingNotice, "挂牌督办办法"),
            new PaperRule(PaperKind.DelistingNotice, "挂牌督办办法"),
            new PaperRule(PaperKind.ClosureNotice, "销号制"),
            new PaperRule(PaperKind.Criticism, "通报制"),
            new PaperRule(PaperKind.RectificationDirective, "挂牌督办办法", Always: false),
        ],
    };

    public Service Service { get; } = new()
    {
        Options = o =>
            o with { Rules = new Rulebook([new Adopted(Policy, RegionCode.Nation, DateOnly.MinValue, null)], WorkCalendar.Shipped) },
    };

    public Task InitializeAsync() => Service.InitializeAsync();

    public Task DisposeAsync() => Service.DisposeAsync();
}

/// <summary>文书: numbered without gaps, made with the act, kept by digest.</summary>
[Trait("Server", "any")]
public sealed class PaperTests(PaperService papers) : IClassFixture<PaperService>
{
    private readonly Service service = papers.Service;
    private static readonly int Year = ChinaTime.DateAt(DateTimeOffset.UtcNow).Year;

    [Fact]
    public async Task A_notice_without_a_number_gets_one_and_its_paper_is_kept_by_digest()
    {
        var id = await service.HazardAsync(Stage.Rectifying);
        (await NoticeAsync(id)).Require(HttpStatusCode.OK);
        var list = (await service.Office.GetAsync($"hazards/{id}/papers")).Require(HttpStatusCode.OK);
        list.Json["papers"]!.AsArray().Select(p => p!["paper"]!["code"]!.ToString()).ShouldBe(["assignmentOrder", "supervisionNotice"]);
        var notice = list.Json["papers"]![1]!;
        notice["number"]!.ToString().ShouldStartWith($"巍山县政府督查室督〔{Year}〕");
        notice["to"]!.AsArray().Select(b => b!.ToString()).ShouldBe(["ws-gov", "ws-gas"]);
        foreach (var file in notice["files"]!.AsArray())
        {
            var read = await service.Gov.GetAsync(file!["link"]!.ToString());
            read.Require(HttpStatusCode.OK).ContentHeaders.ContentType!.MediaType.ShouldBe(file["mediaType"]!.ToString());
            (await service.Elsewhere.GetAsync(file["link"]!.ToString())).Refused(HttpStatusCode.NotFound, "file.not_found");
        }

        var html = (await service.Gov.GetAsync(notice["files"]![1]!["link"]!.ToString())).Text;
        html.ShouldContain("燃气阀井泄漏");
        html.ShouldContain("巍山县人民政府、巍山县住建局：");
        html.ShouldContain("三日内报告");
    }

    [Fact]
    public async Task Numbers_have_no_gap_and_none_is_given_twice_however_many_ask_at_once()
    {
        var before = await LastAsync("ws-duc", "督");
        var hazards = new List<string>();
        for (var i = 0; i < 6; i++)
            hazards.Add(await service.HazardAsync(Stage.Rectifying));
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => NoticeAsync(hazards[n % 6])));
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);

        var numbers = new List<string>();
        foreach (var id in hazards)
            numbers.AddRange((await PapersAsync(id)).Where(p => p["paper"]!["code"]!.ToString() == "supervisionNotice")
                .Select(p => p["number"]!.ToString()));
        numbers.Order(StringComparer.Ordinal)
            .ShouldBe(Enumerable.Range(1, 60).Select(n => $"巍山县政府督查室督〔{Year}〕{before + n}号").Order(StringComparer.Ordinal));
        (await LastAsync("ws-duc", "督")).ShouldBe(before + 60);
    }

    [Fact]
    public async Task An_act_that_is_refused_or_repeated_takes_no_number()
    {
        var id = await service.HazardAsync(Stage.Rectifying);
        var before = await LastAsync("ws-duc", "督");
        (await service.Supervisor.PostAsync($"hazards/{id}/notices", new JsonObject { ["requirements"] = "" })).Status.ShouldNotBe(HttpStatusCode.OK);
        (await service.Supervisor.PostAsync(
            $"hazards/{id}/notices", new JsonObject { ["requirements"] = "三日内报告" },
            ("If-Match", "\"1\""))).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await LastAsync("ws-duc", "督")).ShouldBe(before);
        foreach (var _ in Enumerable.Range(0, 3))
            (await service.Supervisor.PostAsync(
                $"hazards/{id}/notices", new JsonObject { ["requirements"] = "三日内报告" },
                ("Idempotency-Key", $"notice-{id}"))).Require(HttpStatusCode.OK);
        (await LastAsync("ws-duc", "督")).ShouldBe(before + 1);
        (await service.Supervisor.PostAsync(
            $"hazards/{id}/notices",
            new JsonObject { ["requirements"] = "三日内报告", ["documentNumber"] = "巍政督〔2026〕9号" })).Require(HttpStatusCode.OK);
        (await LastAsync("ws-duc", "督")).ShouldBe(before + 1, "who brings a number takes none");
    }

    [Fact]
    public async Task An_order_and_a_closure_make_their_papers_themselves_and_a_directive_is_made_on_request()
    {
        var id = await service.HazardAsync(Stage.Rectifying);
        (await service.Office.PostAsync(
            $"hazards/{id}/papers",
            new JsonObject { ["paper"] = "rectificationDirective", ["leg"] = "sectoral" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/papers", new JsonObject { ["paper"] = "closureNotice" }))
            .Refused(HttpStatusCode.Conflict, "paper.too_early");
        (await service.Office.PostAsync($"hazards/{id}/papers", new JsonObject { ["paper"] = "criticism" }))
            .Refused(HttpStatusCode.UnprocessableEntity, "paper.with_act");
        (await service.Gov.PostAsync($"hazards/{id}/papers", new JsonObject { ["paper"] = "assignmentOrder" })).Status.ShouldBe(HttpStatusCode.Forbidden);
        await service.Gov.PostAsync($"hazards/{id}/legs/territorial/completion", new JsonObject { ["results"] = "已更换阀门" });
        await service.Regulator.PostAsync($"hazards/{id}/legs/sectoral/completion", new JsonObject { ["results"] = "已督促到位" });
        foreach (var leg in new[] { "territorial", "sectoral" })
            (await service.Office.PostAsync(
                $"hazards/{id}/legs/{leg}/reinspections",
                new JsonObject { ["verdict"] = "pass", ["findings"] = "合格" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/closure", [])).Require(HttpStatusCode.OK)["stage"].ShouldContain("closed");
        var made = await PapersAsync(id);
        made.Select(p => p["paper"]!["code"]!.ToString()).ShouldBe(["assignmentOrder", "rectificationDirective", "closureNotice"]);
        made[1]["to"]!.AsArray().ShouldHaveSingleItem()!.ToString().ShouldBe("ws-gas");
        (await service.Regulator.GetAsync($"inbox?hazard={id}")).Text.ShouldContain("制发文书");
    }

    [Fact]
    public async Task A_listing_and_its_end_have_papers_of_the_lister_s_own_series()
    {
        var id = await service.HazardAsync(Stage.Rectifying, "major");
        (await service.Office.PostAsync(
            $"hazards/{id}/listing",
            new JsonObject { ["level"] = "county", ["deadline"] = Some.InDays(60), ["requirements"] = "限期整改" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/delisting", new JsonObject { ["ground"] = "listedInError", ["reason"] = "挂牌有误" }))
            .Require(HttpStatusCode.OK);
        var made = await PapersAsync(id);
        made.Select(p => p["number"]!.ToString()[..6]).ShouldBe(["巍山县安委办"[..6], "巍山县安委办"[..6], "巍山县安委办"[..6]]);
        made.Select(p => p["paper"]!["code"]!.ToString()).ShouldBe(["assignmentOrder", "listingNotice", "delistingNotice"]);
        (await service.Office.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_clock_s_own_notice_bears_a_number_of_whoever_assigned_the_hazard()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        var before = await LastAsync("ws-awb", "督");
        var now = DateTimeOffset.UtcNow;
        var store = service.Services.GetRequiredService<HazardStore>();
        var hazard = HazardId.Parse(id);
        (await store.RingAsync(hazard, ChinaTime.DateAt(now).AddDays(20), now, Terms.None)).ShouldBeOfType<Outcome<Hazard>.Done>();
        var notices = (await PapersAsync(id)).Where(p => p["paper"]!["code"]!.ToString() == "supervisionNotice").ToArray();
        notices.Length.ShouldBe(2, "one for each leg that is silent");
        notices.Select(p => p["number"]!.ToString()).ShouldBe([$"巍山县安委办督〔{Year}〕{before + 1}号", $"巍山县安委办督〔{Year}〕{before + 2}号"]);
        notices.ShouldAllBe(n => n["files"]!.AsArray().Count == 2);
        (await store.RingAsync(hazard, ChinaTime.DateAt(now).AddDays(20), now, Terms.None)).ShouldBeOfType<Outcome<Hazard>.Refused>();
        (await LastAsync("ws-awb", "督")).ShouldBe(before + 2);
    }

    /// <summary>What the assigner is late with is asked of him, by who stands above him, and of no leg that did its part.</summary>
    [Fact]
    public async Task The_clock_s_own_notice_goes_to_who_is_late()
    {
        var id = await service.HazardAsync(Stage.Rectifying);
        var gas = await service.KeyAsync("ws-gas", Service.County, "responsible");
        foreach (var (leg, body) in new[] { ("territorial", service.Gov), ("sectoral", gas) })
            (await body.PostAsync($"hazards/{id}/legs/{leg}/completion", new() { ["results"] = "已整改" })).Require(HttpStatusCode.OK);
        var now = DateTimeOffset.UtcNow;
        (await service.Services.GetRequiredService<HazardStore>().RingAsync(
            HazardId.Parse(id), ChinaTime.DateAt(now).AddDays(30), now, Terms.None)).ShouldBeOfType<Outcome<Hazard>.Done>();
        var papers = (await PapersAsync(id)).Where(p => p["paper"]!["code"]!.ToString() == "supervisionNotice").ToArray();
        papers.Length.ShouldBe(2, "one for each leg that is not re-inspected");
        papers.ShouldAllBe(p => p["to"]!.ToJsonString() == "[\"ws-awb\"]" && p["number"]!.ToString().StartsWith("大理"));
        (await SilentAsync()).ShouldBe([("ws-awb", "sectoral"), ("ws-awb", "territorial")], ignoreOrder: true);
        (await service.Office.PostAsync(
            $"hazards/{id}/legs/territorial/reinspections", new() { ["verdict"] = "pass", ["findings"] = "合格" }))
            .Require(HttpStatusCode.OK);
        (await SilentAsync()).ShouldBe([("ws-awb", "sectoral")]);

        async Task<(string, string)[]> SilentAsync() =>
        [
            .. (await service.Office.GetAsync("lists/notices?silent=true&limit=200")).Json["items"]!.AsArray()
                .Where(n => n!["hazard"]!["id"]!.ToString() == id)
                .Select(n => (n!["body"]!["id"]!.ToString(), n["leg"]!["code"]!.ToString())),
        ];
    }

    [Fact]
    public async Task A_letterhead_is_set_by_the_administrator_and_used_from_then_on()
    {
        await service.BodyAsync("ws-letter", "巍山县应急局", "supervisionOffice", Service.County);
        var client = await service.KeyAsync("ws-letter", Service.County, "supervisor");
        var usual = (await client.GetAsync("bodies/ws-letter/letterhead", ("If-None-Match", "\"none\""))).Require(HttpStatusCode.OK);
        usual["name"].ShouldBe("巍山县应急局文件");
        (await client.GetAsync("bodies/ws-letter/letterhead", ("If-None-Match", usual.ETag))).Status.ShouldBe(HttpStatusCode.NotModified);
        (await service.Admin.PostAsync("bodies/ws-letter/renaming", new JsonObject { ["name"] = "巍山县应急管理局", ["reason"] = "机构改革" }))
            .Require(HttpStatusCode.OK);
        var renamed = (await client.GetAsync("bodies/ws-letter/letterhead", ("If-None-Match", usual.ETag))).Require(HttpStatusCode.OK);
        renamed["name"].ShouldBe("巍山县应急管理局文件", "the name changed, and the letterhead was not set");
        (await client.PostAsync("bodies/ws-letter/letterhead", new JsonObject { ["code"] = "巍应急" }))
            .Refused(HttpStatusCode.Forbidden, "body.forbidden");
        var set = (await service.Admin.PostAsync("bodies/ws-letter/letterhead", new JsonObject
        {
            ["name"] = "巍山彝族回族自治县应急管理局文件", ["code"] = "巍应急", ["words"] = new JsonObject { ["supervisionNotice"] = "督字" },
            ["contact"] = "李工，0872-6120000",
        })).Require(HttpStatusCode.OK);
        set.ETag.ShouldBe("\"1\"");
        (await service.Admin.PostAsync("bodies/ws-letter/letterhead", new JsonObject { ["code"] = new string('长', 41) })).Status.ShouldBe(
            HttpStatusCode.BadRequest);
        foreach (var (field, value) in new (string, JsonNode)[]
        {
            ("code", "巍〔2026〕"), ("words", new JsonObject { ["assignmentOrder"] = "交〔〕" }),
        })
            (await service.Admin.PostAsync("bodies/ws-letter/letterhead", new JsonObject { [field] = value }))
                .Refused(HttpStatusCode.BadRequest, "input.malformed");
        (await service.Admin.PostAsync("bodies/nobody/letterhead", [])).Refused(HttpStatusCode.NotFound, "body.not_found");

        var id = await service.HazardAsync(Stage.Rectifying);
        (await client.PostAsync($"hazards/{id}/notices", new JsonObject { ["requirements"] = "三日内报告" })).Require(HttpStatusCode.OK);
        var notice = (await PapersAsync(id))[1];
        notice["number"]!.ToString().ShouldBe($"巍应急督字〔{Year}〕1号");
        (await client.GetAsync(notice["files"]![1]!["link"]!.ToString())).Text.ShouldContain("李工，0872-6120000");
    }

    [Fact]
    public async Task A_lost_race_for_a_number_leaves_neither_the_act_nor_the_number()
    {
        var log = service.Services.GetRequiredService<IEventLog>();
        var series = new PaperSeries(BodyId.Parse("ws-race"), 2026, "巍试");
        var context = new EventContext(
            DateTimeOffset.UtcNow, Entry.Prompt, "张工", series.Body, Role.Supervisor, "tests", "papers@1", null, []);
        StreamAppend Number(long number) =>
            new(
                series.StreamId, PaperNumbers.StreamType, number - 1,
                [Facts.Of(new PaperNumbered(PaperKind.Criticism, new HazardId(Guid.NewGuid()), Guid.NewGuid(), series.At(number)), context, Terms.None)]);
        StreamAppend Act() => new(Guid.NewGuid(), "message", 0, [Facts.Of(new CommentAdded("随文"), context, Terms.None)]);
        (await log.AppendAsync(new Append([Act(), Number(1)]))).ShouldBeOfType<AppendResult.Committed>();
        var head = await service.HeadAsync();
        (await log.AppendAsync(new Append([Act(), Number(1)]))).ShouldBeOfType<AppendResult.Conflict>();
        (await log.AppendAsync(new Append([Act(), Number(3)]))).ShouldBeOfType<AppendResult.Conflict>("a gap cannot be made either");
        (await service.HeadAsync()).ShouldBe(head);

        // Who saw an old number asks the log, and goes on from the newest.
        using var taking = service.Services.GetRequiredService<PaperNumbers>().Begin();
        (await taking.NextAsync(series, default)).ShouldBe(2);
        (await taking.NextAsync(series, default)).ShouldBe(3);
        (await log.AppendAsync(new Append([Number(2)]))).ShouldBeOfType<AppendResult.Committed>();
        using var other = service.Services.GetRequiredService<PaperNumbers>().Begin();
        (await other.NextAsync(series, default)).ShouldBe(3);
    }

    [Fact]
    public void The_same_words_give_the_same_bytes_and_a_document_that_can_be_read()
    {
        var text = Sample();
        var one = PaperDocx.Write(text);
        one.ShouldBe(PaperDocx.Write(text));
        PaperHtml.Write(text).ShouldBe(PaperHtml.Write(text));
        using var zip = new ZipArchive(new MemoryStream(one));
        foreach (var entry in zip.Entries)
        {
            entry.LastWriteTime.Year.ShouldBe(2000);
            using var part = entry.Open();
            System.Xml.Linq.XDocument.Load(part).Root.ShouldNotBeNull();
        }

        zip.Entries.Select(e => e.FullName)
            .ShouldBe(["[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/styles.xml", "word/footer1.xml", "word/_rels/document.xml.rels"]);
    }

    [Fact]
    public void What_a_stranger_wrote_cannot_break_out_of_the_page()
    {
        var html = PaperHtml.Write(Sample() with { Title = "<script>alert(1)</script>", To = ["\"><img src=x onerror=alert(1)>"] });
        html.ShouldNotContain("<script>");
        html.ShouldNotContain("<img");
    }

    private static PaperText Sample() => new(
        PaperKind.SupervisionNotice,
        Letterhead.Usual(new Body(BodyId.Parse("ws-awb"), "巍山县安委办", BodyKind.CommitteeOffice, RegionCode.Parse("532927"), [], null, null, false, null, 1)),
        DocumentNumber.Parse("巍安委办督〔2026〕1号"), "关于“燃气阀井泄漏”隐患整改的督办通知书", ["巍山县人民政府"],
        [new PaperLine(1, "一、隐患基本情况"), new PaperLine(0, "阀井漏气。")], ["现场照片.jpg"], new DateOnly(2026, 3, 2), []);

    private async Task<JsonNode[]> PapersAsync(string id) =>
        [.. (await service.Office.GetAsync($"hazards/{id}/papers")).Require(HttpStatusCode.OK).Json["papers"]!.AsArray()!];

    private Task<Answer> NoticeAsync(string id) =>
        service.Supervisor.PostAsync($"hazards/{id}/notices", new JsonObject { ["requirements"] = "三日内报告" });

    /// <summary>The last number of a series, with every number before it there and in its place.</summary>
    private async Task<long> LastAsync(string body, string word)
    {
        var name = (await service.Office.GetAsync($"bodies/{body}"))["name"];
        var series = new PaperSeries(BodyId.Parse(body), Year, name + word);
        var last = 0L;
        await foreach (var e in service.Services.GetRequiredService<IEventLog>().ReadStreamAsync(series.StreamId))
        {
            e.Version.ShouldBe(++last);
            ((PaperNumbered)DomainJson.ReadEvent(e.Type, e.Data.Span)).Number.ShouldBe(series.At(last));
        }

        return last;
    }
}
