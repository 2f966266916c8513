using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>The lists a supervisor works with: windows and orders, files as shown, one step for many, notices and their answers.</summary>
[Trait("Server", "any")]
public sealed class ListTests(Backdating own) : IClassFixture<Backdating>
{
    private readonly Service service = own.Service;

    [Fact]
    public async Task What_is_due_is_listed_with_its_light_its_rule_and_both_legs()
    {
        var soon = await AssignedAsync("五日内到期", Some.InDays(5));
        var late = await AssignedAsync("已经超期", Some.InDays(-3));

        var overdue = await ListAsync("lists/overdue?owes=ws-gas&duty=rectify");
        overdue.ShouldContain(i => Id(i) == late);
        overdue.ShouldNotContain(i => Id(i) == soon);
        var item = overdue.Single(i => Id(i) == late);
        var duty = item["duties"]!.AsArray().First(d => d!["clock"]!["code"]!.ToString() == "rectify")!;
        duty["light"]!["code"]!.ToString().ShouldBe("overdue");
        duty["daysLeft"]!.GetValue<int>().ShouldBe(-3);
        duty["next"]!["chinese"]!.ToString().ShouldNotBeNullOrEmpty();
        duty["warning"]!["productDefault"]!.GetValue<bool>().ShouldBeTrue();
        duty["warning"]!["source"]!.ToString().ShouldBe("产品默认值");
        duty["rule"]!["policy"]!.ToString().ShouldBe("national-baseline@2");
        duty["rule"]!["clause"]!.ToString().ShouldNotBeEmpty();
        item["overdue"]!.AsArray().Count.ShouldBeGreaterThan(0, "as before");
        item["legs"]!.AsArray().Select(l => l!["leg"]!["code"]!.ToString()).ShouldBe(["territorial", "sectoral"]);
        item["legs"]!.AsArray().ShouldAllBe(l => l!["silent"]!.GetValue<bool>(), "nothing was heard for ten days");

        (await ListAsync("lists/overdue?within=7&owes=ws-gas&duty=rectify")).Select(Id).Where(i => i == soon || i == late)
            .ShouldBe([late, soon], ignoreOrder: true);
        (await ListAsync("lists/overdue?within=4&owes=ws-gas&duty=rectify")).ShouldNotContain(i => Id(i) == soon);
        (await ListAsync("lists/overdue?within=7&overdue=false"))
            .ShouldNotContain(i => Id(i) == late || Id(i) == soon, "neither was acknowledged in time");
        (await ListAsync("lists/overdue?overdue=false")).ShouldBeEmpty("what is overdue and is not");
        var clocks = (await service.Office.GetAsync($"hazards/{soon}")).Require(HttpStatusCode.OK).Json["clocks"]!.AsArray();
        var own = clocks.First(c => c!["kind"]!.ToString() == "rectify")!;
        own["light"]!.ToString().ShouldBe("yellow");
        own["daysLeft"]!.GetValue<int>().ShouldBe(5);
        own["open"].ShouldBeNull();

        var windows = (await service.Office.GetAsync("lists/overdue/windows")).Require(HttpStatusCode.OK);
        int.Parse(windows["overdue"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(2);
        (await service.Office.GetAsync("lists/overdue?daysOverLeast=9&daysOverMost=3"))
            .Refused(HttpStatusCode.BadRequest, "input.out_of_range")["field"].ShouldBe("daysOverLeast");
        (await service.Office.GetAsync("lists/overdue?within=-1")).Refused(HttpStatusCode.BadRequest, "input.out_of_range");
        (await service.Office.GetAsync("lists/overdue?columns=days,nonsense")).Refused(HttpStatusCode.BadRequest, "input.unknown_code");
    }

    /// <summary>
    /// What is kept of a list is never older than the log: whoever has acted sees it on the next page, and whoever may see less
    /// is shown less.
    /// </summary>
    [Theory, InlineData("hazards?limit=200"), InlineData("lists/overdue?within=30&limit=200"), InlineData("boards/closed-loop")]
    [InlineData("lists/overdue/counts")]
    public async Task A_list_that_is_asked_for_again_is_as_new_as_the_log(string list)
    {
        for (var round = 0; round < 3; round++)
        {
            var id = await AssignedAsync($"再看一遍{round}{list}", Some.InDays(-2 - round));
            var (first, second) = (await service.Office.GetAsync(list), await service.Office.GetAsync(list));
            second.Text.ShouldBe(first.Text);
            if (list.Contains("limit", StringComparison.Ordinal))
                first.Text.ShouldContain(id);
            await service.Office.PostAsync($"hazards/{id}/rejection", new JsonObject { ["reason"] = "录入错误", ["actor"] = "核查员" });
            (await service.Elsewhere.GetAsync(list)).Text.ShouldNotBe(first.Text, "another jurisdiction");
        }
    }

    /// <summary>安委办: what is owed in a county that has no committee office is owed by the next above that there is, and told it.</summary>
    [Fact]
    public async Task What_nobody_is_named_for_where_there_is_no_office_is_owed_by_the_one_above()
    {
        const string There = "532925";
        var prefecture = await service.KeyAsync("dali-awb", "5329", "reporter", "coordinator");
        var report = Some.Report();
        (report["region"], report["occurredAt"]) = (There, ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-40)));
        var id = (await prefecture.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        await service.BodyAsync("md-gov", "弥渡县人民政府", "government", There);
        var gov = await service.KeyAsync("md-gov", There, "reporter");
        report["title"] = "县里自己上报的";
        var other = (await gov.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        await OwnAsync(prefecture, "dali-awb", true);
        // An office of a township is none that a county's duties fall to.
        await service.BodyAsync("md-town", "弥城镇安委办", "committeeOffice", There + "100");
        await OwnAsync(prefecture, "dali-awb", true);
        (await prefecture.GetAsync("inbox")).Require(HttpStatusCode.OK).Text.ShouldContain(other);
        var message = (await prefecture.GetAsync("inbox")).Json["items"]!.AsArray().First(m => m!["hazard"]!.ToString() == other)!;
        (await prefecture.PostAsync($"inbox/{message["id"]}/opening", [])).Require(HttpStatusCode.OK);
        await RingAsync(id);
        var asOf = Uri.EscapeDataString(ChinaTime.Format(DateTimeOffset.UtcNow));
        await MissedByAsync("dali-awb", id);

        // Once it has one, it is its; what was known before stays known, and what was missed before is who missed it's.
        await service.BodyAsync("md-awb", "弥渡县安委办", "committeeOffice", There);
        await OwnAsync(prefecture, "dali-awb", false);
        await RingAsync(other);
        await MissedByAsync("dali-awb", id);
        await MissedByAsync("md-awb", other);
        await OwnAsync(await service.KeyAsync("md-awb", There, "coordinator"), "md-awb", true);
        var watching = await service.KeyAsync("dali-awb", "5329", "supervisor");
        foreach (var list in new[] { "clocks", "inbox/duties", "inbox" })
        {
            var told = list == "inbox" ? other : id;
            foreach (var body in new[] { "dali-awb", "md-awb" })
                (await watching.GetAsync($"{list}?body={body}&asOf={asOf}&limit=200")).Require(HttpStatusCode.OK).Text
                    .Contains(told, StringComparison.Ordinal).ShouldBe(body == "dali-awb", $"{list} of {body}");
        }

        // And when that goes, it falls back.
        (await service.Admin.PostAsync("bodies/md-awb/dissolution", new() { ["reason"] = "机构改革" })).Require(HttpStatusCode.OK);
        await OwnAsync(prefecture, "dali-awb", true);
        await MissedByAsync("dali-awb", id);
        await MissedByAsync("md-awb", other);

        async Task MissedByAsync(string body, string hazard)
        {
            foreach (var at in new[] { "", $"&asOf={Uri.EscapeDataString(ChinaTime.Format(DateTimeOffset.UtcNow))}" })
            {
                var item = (await prefecture.GetAsync($"missed?body={body}&region={There}{at}"))
                    .Require(HttpStatusCode.OK).Json["items"]!.AsArray().ShouldHaveSingleItem()!;
                (item["hazard"]!["id"]!.ToString(), item["office"]!["id"]!.ToString()).ShouldBe((hazard, body));
                item["body"]!["name"]!.ToString().ShouldBe("安委办");
            }
        }

        async Task OwnAsync(Client by, string body, bool owes)
        {
            foreach (var list in new[]
            {
                $"hazards?owes={body}&limit=200", $"clocks?body={body}&limit=200", "inbox/duties?limit=200",
                $"lists/overdue?owes={body}&limit=200", $"hazards?owes={body}&subordinates=true&limit=200",
                $"lists/overdue?owes={body}&subordinates=true&limit=200",
            })
                (await by.GetAsync(list)).Require(HttpStatusCode.OK).Text.Contains(id, StringComparison.Ordinal)
                    .ShouldBe(owes, $"{list} of {body}");
            (await by.GetAsync($"hazards/{id}/steps")).Require(HttpStatusCode.OK).Json["duties"]!.AsArray()
                .Any(d => (bool)d!["own"]!).ShouldBe(owes);
        }
    }

    /// <summary>
    /// 核实: nobody is named who must verify, so the county's committee office must; whoever asks for what it owes is told so.
    /// </summary>
    [Fact]
    public async Task What_an_office_owes_without_being_named_is_listed_as_its_own_everywhere()
    {
        var report = Some.Report();
        report["occurredAt"] = ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-40));
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        foreach (var list in new[] { "lists/overdue?owes=ws-awb", "lists/overdue?owes=ws-awb&duty=verify", "hazards?owes=ws-awb" })
        {
            (await AllAsync(list)).ShouldContain(id, Case.Sensitive, list);
            (await AllAsync(list.Replace("ws-awb", "ws-gas", StringComparison.Ordinal))).ShouldNotContain(id, Case.Sensitive, list);
            (await AllAsync(list.Replace("ws-awb", "dali-awb", StringComparison.Ordinal)))
                .ShouldNotContain(id, Case.Sensitive, "a county's are the county's");
        }

        var duties = (await service.Office.GetAsync("clocks?body=ws-awb&overdue=true&limit=200"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        duties.ShouldContain(d => d!["hazard"]!["id"]!.ToString() == id && d["clock"]!["code"]!.ToString() == "verify");
        (await service.Office.GetAsync("lists/overdue/windows?owes=ws-awb&duty=verify"))
            .Require(HttpStatusCode.OK).Json["overdue"]!.GetValue<int>().ShouldBeGreaterThan(0);
        await RingAsync(id);
        (await AllAsync("missed?body=ws-awb")).ShouldContain(id);
        (await AllAsync("missed?body=ws-gas")).ShouldNotContain(id);
        // 不能自己督办自己: the office above it is asked, and may do what is proposed, while nothing is assigned to anybody.
        (await AllAsync("proposals?body=ws-awb")).ShouldNotContain(id);
        var prefecture = await service.KeyAsync("dali-awb", "5329", "coordinator", "supervisor");
        (await prefecture.GetAsync("proposals?body=dali-awb&limit=200")).Require(HttpStatusCode.OK).Text.ShouldContain(id);
        var missed = (await service.Office.GetAsync($"hazards/{id}")).Json["hazard"]!["missed"]!.AsArray()[0]!;
        var decline = new JsonObject
        {
            ["step"] = "interview", ["clock"] = "verify", ["due"] = missed["due"]!.ToString(), ["reason"] = "正在核实",
        };
        (await service.Office.PostAsync($"hazards/{id}/declined-steps", decline)).Refused(HttpStatusCode.Conflict, "step.own_miss");
        (await prefecture.PostAsync($"hazards/{id}/declined-steps", decline)).Require(HttpStatusCode.OK);
        // Of what is assigned to nobody, it is the office's to be urged.
        var urged = (await prefecture.PostAsync("hazards/batch", new()
        {
            ["step"] = "urge", ["text"] = "请核实", ["overdueLegs"] = true, ["hazards"] = new JsonArray(new JsonObject { ["id"] = id }),
        })).Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        Outcome(urged[0]).ShouldBe("done");
        (await prefecture.PostAsync(
            $"hazards/{id}/criticisms", new() { ["text"] = "久不核实", ["documentNumber"] = "大安办〔2026〕90号" })).Require(HttpStatusCode.OK);
        var notice = new JsonObject { ["requirements"] = "立即核实", ["documentNumber"] = "大安办〔2026〕91号" };
        (await prefecture.PostAsync($"hazards/{id}/notices", notice)).Require(HttpStatusCode.OK);
        (await AllAsync("lists/notices?silent=true")).ShouldContain(id);
        (await service.Office.GetAsync($"inbox?hazard={id}")).Require(HttpStatusCode.OK).Text.ShouldContain("supervision_notice_issued");
        (await service.Office.PostAsync($"hazards/{id}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
        (await AllAsync("lists/notices?silent=true")).ShouldNotContain(id);
        (await AllAsync("lists/notices?silent=false")).ShouldContain(id);

        (await service.Office.GetAsync("clocks?body=ws-gas&limit=200")).Require(HttpStatusCode.OK).Text.ShouldNotContain(id);

        async Task<string> AllAsync(string list) => (await service.Office.GetAsync($"{list}&limit=200")).Require(HttpStatusCode.OK).Text;
    }

    /// <summary>
    /// 督办单: whatever was notified is answered or over by what happened, also to what was assigned after it or given back before.
    /// </summary>
    [Fact]
    public async Task A_notice_is_settled_whenever_it_was_sent_and_is_whose_it_was_to_act()
    {
        // Sent before anything was assigned: answered by the assignment.
        var early = await service.HazardAsync(Stage.Verified);
        await NoticeAsync(early, "501");
        (await OfAsync(early)).ShouldBe(["安委办 silent"]);
        (await service.Office.PostAsync($"hazards/{early}/assignments", Some.DualAssignment())).Require(HttpStatusCode.OK);
        (await OfAsync(early)).ShouldBe(["安委办 answered"]);

        // Of two legs one was given back: its assigner is asked, and answers by reassigning it.
        await NoticeAsync(early, "502");
        await ReturnAsync(early, "sectoral", service.Regulator);
        await NoticeAsync(early, "503");
        var sent = await OfAsync(early, "503");
        sent.ShouldBe(["巍山县人民政府 silent", "巍山县安委办 silent"], ignoreOrder: true);
        await ReassignAsync(early, "sectoral", "ws-gas");
        (await OfAsync(early, "503")).ShouldBe(["巍山县人民政府 silent", "巍山县安委办 answered"], ignoreOrder: true);

        // The only leg was given back: the same.
        var sole = await service.HazardAsync(Stage.Verified);
        (await service.Office.PostAsync($"hazards/{sole}/assignments", new() { ["legs"] = new JsonArray(Some.Leg("sole", "ws-gas")) }))
            .Require(HttpStatusCode.OK);
        await ReturnAsync(sole, "sole", service.Regulator);
        await NoticeAsync(sole, "505");
        (await OfAsync(sole)).ShouldBe(["巍山县安委办 silent"]);
        await ReassignAsync(sole, "sole", "ws-gas");
        (await OfAsync(sole)).ShouldBe(["巍山县安委办 answered"]);

        // A reply names its notice by the number.
        (await service.Supervisor.PostAsync($"hazards/{sole}/notices", Notice("506", Some.InDays(5)))).Require(HttpStatusCode.OK);
        (await service.Supervisor.PostAsync($"hazards/{sole}/notices", Notice("506", Some.InDays(6))))
            .Refused(HttpStatusCode.Conflict, "notice.number_waits");

        // And it lies where the hazard lies.
        var moved = await service.HazardAsync(Stage.Verified);
        await NoticeAsync(moved, "507");
        var before = Uri.EscapeDataString(ChinaTime.Format(DateTimeOffset.UtcNow));
        var prefecture = await service.KeyAsync("dali-awb", "5329", "coordinator", "supervisor");
        (await prefecture.PostAsync($"hazards/{moved}/corrections", new() { ["field"] = "region", ["to"] = "532930", ["reason"] = "登记有误" }))
            .Require(HttpStatusCode.OK);
        foreach (var (by, query, there) in new[]
        {
            (service.Office, "", false), (service.Office, $"&asOf={before}", true), (prefecture, "", true),
            (prefecture, "&region=532930", true), (prefecture, $"&region={Service.County}", false),
            (prefecture, $"&region={Service.County}&asOf={before}", true),
        })
            (await by.GetAsync($"lists/notices?limit=200{query}")).Require(HttpStatusCode.OK).Text.Contains(moved, StringComparison.Ordinal)
                .ShouldBe(there, query);

        async Task NoticeAsync(string id, string number) =>
            (await service.Supervisor.PostAsync($"hazards/{id}/notices", Notice(number, null))).Require(HttpStatusCode.OK);

        JsonObject Notice(string number, string? replyBy)
        {
            var notice = new JsonObject { ["requirements"] = "立即办理", ["documentNumber"] = $"巍督〔2026〕{number}号" };
            if (replyBy is not null)
                notice["replyBy"] = replyBy;
            return notice;
        }

        async Task ReturnAsync(string id, string leg, Client by) =>
            (await by.PostAsync($"hazards/{id}/legs/{leg}/return", new() { ["reason"] = "不属本单位职责" })).Require(HttpStatusCode.OK);

        async Task ReassignAsync(string id, string leg, string body) =>
            (await service.Office.PostAsync($"hazards/{id}/legs/{leg}/reassignment", new()
            {
                ["body"] = body, ["deadline"] = Some.InDays(20), ["instructions"] = "限期整改", ["reason"] = "改派",
            })).Require(HttpStatusCode.OK);

        async Task<string[]> OfAsync(string id, string? number = null) =>
            [.. (await service.Office.GetAsync("lists/notices?limit=200")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
                .Where(n => n!["hazard"]!["id"]!.ToString() == id
                    && (number is null || n["documentNumber"]!.ToString().EndsWith(number + "号", StringComparison.Ordinal)))
                .Select(n => $"{n!["body"]!["name"]} {(n["settledAt"] is null ? "silent" : (bool)n["answered"]! ? "answered" : "over")}")];
    }

    private async Task RingAsync(string id)
    {
        var ring = service.Services.GetRequiredService<HazardStore>().RingAsync(
            HazardId.Parse(id), ChinaTime.DateAt(DateTimeOffset.UtcNow), DateTimeOffset.UtcNow, new Terms { CausationId = "clock" });
        (await ring).ShouldBeOfType<Outcome<Hazard>.Done>();
    }

    /// <summary>As of an instant bodies are called what they were called then.</summary>
    [Fact]
    public async Task What_was_known_is_told_in_the_names_of_then()
    {
        await service.BodyAsync("ws-named", "巍山县安监局", "regulator", Service.County);
        var by = await service.KeyAsync("ws-named", Service.County, "reporter");
        var id = (await by.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created)["id"];
        var then = (await by.GetAsync($"hazards/{id}/events")).Json["events"]!.AsArray()[^1]!["recordedAt"]!.ToString();
        (await service.Admin.PostAsync("bodies/ws-named/renaming", new() { ["name"] = "巍山县应急局", ["reason"] = "机构改革" }))
            .Require(HttpStatusCode.OK);
        foreach (var path in new[]
        {
            $"hazards/{id}?", $"hazards/{id}/events?", $"hazards?region={Service.County}&limit=200&", "clocks?limit=200&",
        })
        {
            (await service.Admin.GetAsync(path)).Require(HttpStatusCode.OK).Text.ShouldNotContain("巍山县安监局", Case.Sensitive, path);
            var was = (await service.Admin.GetAsync($"{path}asOf={Uri.EscapeDataString(then)}")).Require(HttpStatusCode.OK).Text;
            was.ShouldContain("巍山县安监局", Case.Sensitive, path);
            was.ShouldNotContain("巍山县应急局", Case.Sensitive, path);
        }
    }

    /// <summary>The first and the last date there are begin and end outside of what an instant can be.</summary>
    [Theory]
    [InlineData("hazards?foundFrom=0001-01-01&foundTo=9999-12-31", true)]
    [InlineData("hazards?foundTo=0001-01-01", true)]
    [InlineData("hazards?foundFrom=9999-12-31", true)]
    [InlineData("clocks?dueBy=9999-12-31", true)]
    [InlineData("clocks?dueBy=0001-01-01", true)]
    [InlineData("missed?from=0001-01-01&to=9999-12-31", true)]
    [InlineData("hazards?asOf=9999-12-31", false)]
    [InlineData("lists/overdue?asOf=9999-12-31", false)]
    [InlineData("lists/listed?asOf=9999-12-31", false)]
    [InlineData("boards/closed-loop?asOf=9999-12-31", false)]
    [InlineData("clocks?asOf=9999-12-31", false)]
    [InlineData("bodies?asOf=9999-12-31", false)]
    [InlineData("hazards?asOf=0001-01-01", true)]
    [InlineData("lists/overdue?asOf=0001-01-01", true)]
    [InlineData("boards/closed-loop?asOf=0001-01-01", true)]
    public async Task The_ends_of_the_calendar_are_dates_like_others(string list, bool answered)
    {
        var answer = await service.Office.GetAsync(list);
        if (answered)
            answer.Require(HttpStatusCode.OK);
        else
            answer.Refused(HttpStatusCode.UnprocessableEntity, "as_of.future");
    }

    [Theory]
    [InlineData("due")]
    [InlineData("level")]
    [InlineData("region")]
    [InlineData("body")]
    public async Task Every_order_goes_page_by_page_and_loses_none(string sort)
    {
        for (var i = 0; i < 5; i++)
            await AssignedAsync($"翻页 {sort} {i}", Some.InDays(-2 - i), i % 2 == 0 ? "general" : "major");
        foreach (var asOf in new[] { "", $"&asOf={Uri.EscapeDataString(ChinaTime.Format(DateTimeOffset.UtcNow))}" })
        {
            var all = (await ListAsync($"lists/overdue?within=60&limit=200&sort={sort}{asOf}")).Select(Id).ToList();
            var paged = new List<string>();
            string? cursor = null;
            do
            {
                var page = (await service.Office.GetAsync($"lists/overdue?within=60&limit=2&sort={sort}{asOf}{(cursor is null ? "" : $"&cursor={cursor}")}")).Require(HttpStatusCode.OK).Json;
                paged.AddRange(page["items"]!.AsArray().Select(i => Id(i!)));
                cursor = page["next"]?.ToString();
            }
            while (cursor is not null);
            paged.ShouldBe(all);
            paged.ShouldBeUnique();
        }

        if (sort == "level")
            (await ListAsync("lists/overdue?within=60&limit=200&sort=level"))
                .Select(i => i["hazard"]!["level"]?.ToString() == "major" ? 0 : 1).ShouldBeInOrder();
    }

    [Fact]
    public async Task A_file_is_what_is_shown_and_no_formula()
    {
        await AssignedAsync("=HYPERLINK(\"http://x\",\"点我\")", Some.InDays(-40));
        await AssignedAsync("@SUM(1,2)，含\"引号\"", Some.InDays(-41));
        const string filter = "lists/overdue?owes=ws-gas&duty=rectify&columns=title,days,due";
        var shown = await ListAsync("lists/overdue?owes=ws-gas&duty=rectify&limit=200");

        var (bytes, mediaType) = await service.Office.BytesAsync($"{filter}&format=csv");
        mediaType.ShouldBe("text/csv");
        var csv = Encoding.UTF8.GetString(bytes);
        csv[0].ShouldBe('\uFEFF', "spreadsheets take it for UTF-8");
        var lines = csv.TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe("隐患,期限,到期日");
        lines.Length.ShouldBe(shown.Count + 1);
        lines.ShouldContain(l => l.StartsWith("\"'=HYPERLINK(\"\"http://x\"\"", StringComparison.Ordinal));
        lines.ShouldContain(l => l.StartsWith("\"'@SUM(1,2)，含\"\"引号\"\"\"", StringComparison.Ordinal));
        lines.Skip(1).ShouldAllBe(l => !"=+-@".Contains(l.TrimStart('"')[0]));

        var (sheet, sheetType) = await service.Office.BytesAsync($"{filter}&format=xlsx&lang=en");
        sheetType.ShouldBe("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        var xml = SheetOf(sheet);
        xml.ShouldContain("'=HYPERLINK");
        xml.ShouldNotContain("<f>");
        xml.IndexOf(">Hazard<", StringComparison.Ordinal).ShouldBeLessThan(xml.IndexOf(">Days<", StringComparison.Ordinal));

        var byAccept = await service.Office.GetAsync("hazards?columns=title", ("Accept", "text/csv"));
        byAccept.Require(HttpStatusCode.OK).ContentHeaders.ContentType!.MediaType.ShouldBe("text/csv");
        (await service.Office.GetAsync("lists/listed?format=csv")).Require(HttpStatusCode.OK);
        (await service.Office.GetAsync("lists/notices?format=xlsx")).Require(HttpStatusCode.OK);
        (await service.Office.GetAsync("lists/overdue?format=pdf")).Refused(HttpStatusCode.BadRequest, "input.unknown_code");
    }

    [Fact]
    public async Task A_step_for_many_is_looked_at_then_done_and_never_twice()
    {
        var one = await AssignedAsync("批量一", Some.InDays(-3));
        var two = await AssignedAsync("批量二", Some.InDays(-3));
        var reported = await service.HazardAsync();
        var head = await service.HeadAsync();
        JsonObject Batch(bool preview, string step = "urge") => new()
        {
            ["step"] = step, ["text"] = "请抓紧办理", ["preview"] = preview, ["overdueLegs"] = true, ["actor"] = "督查员",
            ["hazards"] = new JsonArray(new JsonObject { ["id"] = one, ["version"] = 3 }, new JsonObject { ["id"] = two }, new JsonObject { ["id"] = reported, ["version"] = 9 }),
        };

        var preview = (await service.Supervisor.PostAsync("hazards/batch", Batch(true)))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        preview.Select(Outcome).ShouldBe(["possible", "possible", "changed"]);
        preview[0]!["to"]!.AsArray().Select(b => b!["name"]!.ToString()).ShouldBe(["巍山县人民政府", "巍山县住建局"]);
        (await service.HeadAsync()).ShouldBe(head, "a preview writes nothing");

        var key = ("Idempotency-Key", $"batch-{Guid.NewGuid():n}");
        (await service.Supervisor.PostAsync("hazards/batch", Batch(false), key)).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .Select(Outcome).ShouldBe(["done", "done", "changed"]);
        head = await service.HeadAsync();
        (await service.Supervisor.PostAsync("hazards/batch", Batch(false), key)).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .Select(Outcome).ShouldBe(["repeated", "repeated", "changed"]);
        (await service.HeadAsync()).ShouldBe(head, "sent again, nothing is done twice");

        var notice = (await service.Supervisor.PostAsync("hazards/batch", Batch(true, "notice")))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        notice[1]!["refusal"]!["code"]!.ToString().ShouldBe("document_number.required");
        (await service.Gov.PostAsync("hazards/batch", Batch(true))).Refused(HttpStatusCode.Forbidden, "role.forbidden");
        (await service.Supervisor.PostAsync("hazards/batch", Batch(true, "penalty")))
            .Refused(HttpStatusCode.UnprocessableEntity, "batch.step");
        var replied = Batch(true);
        replied["replyBy"] = Some.InDays(3);
        (await service.Supervisor.PostAsync("hazards/batch", replied)).Refused(HttpStatusCode.BadRequest, "batch.of_notices");
        var elsewhere = Batch(true);
        (await service.Elsewhere.PostAsync("hazards/batch", elsewhere)).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .ShouldAllBe(r => r!["title"] == null && Outcome(r) == "refused");
    }

    [Fact]
    public async Task A_notice_is_silent_until_the_leg_answers_and_was_silent_before()
    {
        var id = await AssignedAsync("督办单", Some.InDays(20));
        (await service.Supervisor.PostAsync(
            $"hazards/{id}/notices",
            new JsonObject
            {
                ["requirements"] = "限期报告", ["replyBy"] = Some.InDays(3), ["documentNumber"] = "巍督办〔2026〕5号",
            })).Require(HttpStatusCode.OK);
        (await service.Supervisor.PostAsync($"hazards/{id}/urgings", new JsonObject { ["message"] = "请答复", ["leg"] = "sectoral" }))
            .Require(HttpStatusCode.OK);
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", [])).Require(HttpStatusCode.OK);
        (await ListAsync("lists/notices?silent=true&sender=ws-duc")).Count(n => n["hazard"]!["id"]!.ToString() == id)
            .ShouldBe(2, "it asked for a reply");
        (await ListAsync("clocks?clock=reply&body=ws-gov")).ShouldContain(i => i["hazard"]!["id"]!.ToString() == id);
        var before = DateTimeOffset.UtcNow;
        var reply = new JsonObject { ["text"] = "已责成停气整改", ["notice"] = "巍督办〔2026〕5号", ["actor"] = "李县长" };
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/notice-replies", reply)).Require(HttpStatusCode.OK);
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/notice-replies", reply.DeepClone().AsObject()))
            .Refused(HttpStatusCode.Conflict, "notice.none");

        var notices = (await ListAsync("lists/notices?sender=ws-duc")).Where(n => n["hazard"]!["id"]!.ToString() == id).ToList();
        notices.Select(n => n["body"]!["id"]!.ToString()).ShouldBe(["ws-gas", "ws-gov"], "the silent one on top");
        var (silent, answered) = (notices[0], notices[1]);
        silent["settledAt"].ShouldBeNull();
        silent["urged"]!.GetValue<int>().ShouldBe(1);
        silent["documentNumber"]!.ToString().ShouldBe("巍督办〔2026〕5号");
        answered["answered"]!.GetValue<bool>().ShouldBeTrue();
        answered["settledBy"]!["code"]!.ToString().ShouldBe("supervision_notice_answered");
        answered["urged"]!.GetValue<int>().ShouldBe(0);

        var then = Uri.EscapeDataString(ChinaTime.Format(before));
        (await ListAsync($"lists/notices?silent=true&asOf={then}")).Count(n => n["hazard"]!["id"]!.ToString() == id)
            .ShouldBe(2, "as known then, nobody had answered");
        (await ListAsync("lists/notices?silent=true&body=ws-gov")).ShouldNotContain(n => n["hazard"]!["id"]!.ToString() == id);
        var message = (await service.Regulator.GetAsync($"inbox?hazard={id}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .Single(m => m!["event"]!["code"]!.ToString() == "supervision_notice_issued")!["id"]!.ToString();
        (await service.Regulator.PostAsync($"inbox/{message}/opening", new JsonObject { ["actor"] = "李科" })).Require(HttpStatusCode.OK);
        var opened = (await ListAsync("lists/notices?body=ws-gas")).Single(n => n["hazard"]!["id"]!.ToString() == id);
        opened["openedAt"].ShouldNotBeNull();
        opened["settledAt"].ShouldBeNull("to open it is not to answer");
        (await service.Elsewhere.GetAsync("lists/notices")).Require(HttpStatusCode.OK).Json["items"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_register_says_what_is_published_filed_and_ready()
    {
        var id = await service.HazardAsync(Domain.Codes.Stage.Rectifying, "major");
        (await service.Office.PostAsync(
            $"hazards/{id}/listing",
            new JsonObject
            {
                ["level"] = "county", ["deadline"] = Some.InDays(2), ["requirements"] = "限期整改", ["documentNumber"] = "巍安委办督〔2026〕17号",
            })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/listing-publication", new JsonObject { ["medium"] = "大理日报" }))
            .Require(HttpStatusCode.OK);
        var item = (await ListAsync("lists/listed?listedBy=ws-awb")).Single(i => Id(i) == id);
        item["light"]!["code"]!.ToString().ShouldBe("red");
        item["publishedIn"]!.ToString().ShouldBe("大理日报");
        item["publication"]!["doneAt"].ShouldNotBeNull();
        item["filing"]!["doneAt"].ShouldBeNull();
        item["plans"]!.AsArray().ShouldAllBe(p => p!["state"]!["code"]!.ToString() == "owed");
        item["ready"]!.GetValue<bool>().ShouldBeFalse();
        (await ListAsync("lists/listed?listedBy=ws-gov")).ShouldBeEmpty();
        (await ListAsync("lists/listed?listingOverdue=true")).ShouldNotContain(i => Id(i) == id);
        var counts = (await service.Office.GetAsync("lists/listed/counts")).Require(HttpStatusCode.OK).Json;
        counts["listers"]!.AsArray().ShouldContain(l => l!["by"]!["id"]!.ToString() == "ws-awb");
        counts["counties"]!.AsArray().ShouldContain(c => c!["county"]!.ToString() == Service.County);
        counts["levels"]![0]!["ready"]!.GetValue<int>().ShouldBe(0);
    }

    private static string Outcome(JsonNode? row) => row!["outcome"]!["code"]!.ToString();

    private static string Id(JsonNode item) => item["hazard"]!["id"]!.ToString();

    private async Task<List<JsonNode>> ListAsync(string path) =>
        [.. (await service.Office.GetAsync(path)).Require(HttpStatusCode.OK).Json["items"]!.AsArray().Select(i => i!)];

    private static string SheetOf(byte[] xlsx)
    {
        using var zip = new ZipArchive(new MemoryStream(xlsx));
        using var reader = new StreamReader(zip.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        return reader.ReadToEnd();
    }

    /// <summary>Handed over to two legs ten days ago and entered only now.</summary>
    private async Task<string> AssignedAsync(string title, string deadline, string level = "general")
    {
        var then = ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-60));
        var report = Some.Report();
        (report["title"], report["occurredAt"]) = (title, then);
        var id = (await service.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync(
            $"hazards/{id}/verification",
            new JsonObject { ["level"] = level, ["basis"] = "判定标准第五条", ["occurredAt"] = then })).Require(HttpStatusCode.OK);
        var order = Some.DualAssignment(deadline);
        order["occurredAt"] = then;
        (await service.Office.PostAsync($"hazards/{id}/assignments", order)).Require(HttpStatusCode.OK);
        return id;
    }
}
