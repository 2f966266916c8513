using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>Policies and the calendar by REST, on two nodes of one database; reports are verified within ten working days here.</summary>
[Trait("Server", "any")]
public sealed class RulesTests : IAsyncLifetime
{
    internal const string Year2023 = """
        {
          "year": 2023,
          "source": { "title": "国务院办公厅关于2023年部分节假日安排的通知", "number": "国办发明电〔2022〕16号" },
          "holidays": [
            { "name": "元旦", "from": "2022-12-31", "to": "2023-01-02" },
            { "name": "春节", "from": "2023-01-21", "to": "2023-01-27" },
            { "name": "清明节", "from": "2023-04-05", "to": "2023-04-05" },
            { "name": "劳动节", "from": "2023-04-29", "to": "2023-05-03" },
            { "name": "端午节", "from": "2023-06-22", "to": "2023-06-24" },
            { "name": "中秋节、国庆节", "from": "2023-09-29", "to": "2023-10-06" }
          ],
          "worked": ["2023-01-28", "2023-01-29", "2023-04-23", "2023-05-06", "2023-06-25", "2023-10-07", "2023-10-08"]
        }
        """;

    internal static readonly Rulebook Working = new(
        [
            new Adopted(
                Policy.NationalBaseline with
                {
                    Clocks =
                    [
                        new ClockRule(ClockKind.Verify, 10, "测试", null, DayCount.Working),
                        .. Policy.NationalBaseline.Clocks.Where(c => c.Kind != ClockKind.Verify),
                    ],
                    // What these tests report was found in years whose calendar they change.
                    LateEntry = Backdating.Ever,
                }, RegionCode.Nation, DateOnly.MinValue, null),
        ],
        WorkCalendar.Shipped);

    private readonly Service one = new() { Options = o => o with { Rules = Working, RulesInterval = TimeSpan.FromMilliseconds(100) } };
    private readonly Service two = new() { Options = o => o with { Rules = Working, RulesInterval = TimeSpan.FromMilliseconds(100) } };
    private readonly Service deaf = new() { Options = o => o with { Rules = Working, RulesInterval = TimeSpan.FromHours(1) } };

    public async Task InitializeAsync()
    {
        await one.InitializeAsync();
        await two.StartAsync(one.ConnectionString);
        await deaf.StartAsync(one.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await deaf.StopAsync();
        await two.StopAsync();
        await one.DisposeAsync();
    }

    [Fact]
    public async Task A_policy_is_checked_adopted_superseded_and_withdrawn()
    {
        var wrong = await one.Admin.PostTextAsync(
            "policies/check",
            Document().Replace(
                "\"dueSoonDays\": 5",
                "\"dueSoonDay\": 5,\n  \"ladder\": [{ \"daysOverdue\": 0, \"step\": \"visit\", \"mode\": \"automatic\" }]",
                StringComparison.Ordinal));
        wrong.Require(HttpStatusCode.OK).Json["findings"]!.AsArray().Select(f => ((int)f!["line"]!, (string?)f["code"])).ShouldBe(
            [(8, "file.unknown_member"), (9, "policy.ladder_before_due"), (9, "policy.step_not_automatic")]);
        (await one.Admin.PostTextAsync("policies/check", Document())).Require(HttpStatusCode.OK).Json["policy"]!["dueSoonDays"]!.ToString()
            .ShouldBe("5");
        (await one.Admin.PostTextAsync("policies/check", "{")).Require(HttpStatusCode.OK).Json["findings"]![0]!["code"]!.ToString()
            .ShouldBe("file.syntax");

        (await Adopt(one.Office, Document())).Refused(HttpStatusCode.Forbidden, "policy.forbidden");
        (await Adopt(one.Admin, Document(from: Some.InDays(0)))).Refused(HttpStatusCode.UnprocessableEntity, "policy.too_soon");
        (await Adopt(one.Admin, Document(days: 999))).Refused(HttpStatusCode.UnprocessableEntity, "policy.document_wrong")["detail"]
            .ShouldContain("999");
        (await one.Admin.PostAsync("policies", [])).Refused(HttpStatusCode.BadRequest, "policy.nothing_given");

        var adopted = (await Adopt(one.Admin, Document(), ("Idempotency-Key", "adopt-1"))).Require(HttpStatusCode.Created);
        adopted.Json["policy"]!["state"]!.ToString().ShouldBe("coming");
        (await Adopt(one.Admin, Document(), ("Idempotency-Key", "adopt-1")))
            .Require(HttpStatusCode.Created).Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        (await Adopt(one.Admin, Document())).Refused(HttpStatusCode.Conflict, "policy.adopted_already");
        (await Adopt(one.Admin, Document(days: 6))).Refused(HttpStatusCode.Conflict, "policy.version_reused");

        // The other node decides by it once it has read the log; a policy applies nowhere before its day.
        await Until(async () => (await two.ClientOf(one.AdminKey)
            .GetAsync($"policy?region={Service.County}&on={Some.InDays(40)}"))["version"] == "weishan-rules@1");
        (await two.ClientOf(one.AdminKey).GetAsync($"policy?region={Service.County}&on={Some.InDays(0)}"))["version"]
            .ShouldBe(Policy.NationalBaseline.Version);
        (await one.Admin.GetAsync("policies/weishan-rules@1")).Require(HttpStatusCode.OK).Json["policy"]!["dueSoonDays"]!.ToString()
            .ShouldBe("5");

        (await Adopt(one.Admin, Document("weishan-other@1", Some.InDays(50)))).Refused(HttpStatusCode.Conflict, "policy.overlaps");
        (await Adopt(one.Admin, Document("weishan-rules@2", Some.InDays(60), 7))).Require(HttpStatusCode.Created);
        var list = (await one.Admin.GetAsync("policies")).Require(HttpStatusCode.OK);
        list.Json["items"]!.AsArray().Select(p => (p!["version"]!.ToString(), p["to"]?.ToString()))
            .ShouldBe([("weishan-rules@1", Some.InDays(59)), ("weishan-rules@2", null)]);
        (await one.Admin.GetAsync($"policies?asOf={Uri.EscapeDataString(adopted["recordedAt"])}")).Json["items"]!.AsArray().Count.ShouldBe(1);
        (await one.Elsewhere.GetAsync("policies")).Json["items"]!.AsArray().ShouldBeEmpty();

        (await one.Admin.PostAsync("policies/weishan-rules@2/withdrawal", new JsonObject { ["reason"] = "文件有误" }))
            .Require(HttpStatusCode.OK).Json["policy"]!["state"]!.ToString().ShouldBe("past");
        (await one.Admin.PostAsync("policies/weishan-rules@2/withdrawal", new JsonObject { ["reason"] = "再次" }))
            .Refused(HttpStatusCode.Conflict, "policy.ended");
        (await one.Admin.PostAsync("policies/nothing@1/withdrawal", new JsonObject { ["reason"] = "x" }))
            .Refused(HttpStatusCode.NotFound, "policy.not_found");
        (await one.Admin.GetAsync("policies/none")).Refused(HttpStatusCode.BadRequest, "policy.version_malformed");
    }

    [Fact]
    public async Task A_shipped_policy_is_adopted_by_its_name()
    {
        var shipped = (await one.Office.GetAsync("policies/shipped")).Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        shipped.Select(s => s!["version"]!.ToString()).ShouldContain("qingdao-3x@1");
        (await one.Office.GetAsync("policies/qingdao-3x@1")).Require(HttpStatusCode.OK).Json["document"]!["base"]!.ToString()
            .ShouldBe("national-baseline@2");
        var order = new JsonObject { ["shipped"] = "qingdao-3x@1", ["jurisdiction"] = Service.County, ["effectiveFrom"] = Some.InDays(3) };
        (await one.Admin.PostAsync("policies", order)).Require(HttpStatusCode.Created).Json["policy"]!["jurisdiction"]!.ToString()
            .ShouldBe(Service.County);
        var policy = (await one.Office.GetAsync($"policy?on={Some.InDays(3)}")).Require(HttpStatusCode.OK);
        policy["version"].ShouldBe("qingdao-3x@1");
        policy.Json["extension"]!["count"]!.ToString().ShouldBe("working");
    }

    [Fact]
    public async Task Of_two_adoptions_at_once_that_overlap_one_is_refused()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Adopt(i % 2 == 0 ? one.Admin : two.Admin, Document($"race-{i}@1"))));
        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers.Where(a => a.Status != HttpStatusCode.Created).ShouldAllBe(a => a["code"] == "policy.overlaps");
    }

    [Fact]
    public async Task The_calendar_counts_says_what_is_provisional_and_takes_a_year()
    {
        (await one.Office.GetAsync("calendar?year=2026")).Require(HttpStatusCode.OK).Json["years"]![0]!["source"]!["number"]!.ToString()
            .ShouldBe("国办发明电〔2025〕7号");
        (await one.Office.GetAsync("calendar?year=2023")).Refused(HttpStatusCode.NotFound, "calendar.not_found");
        (await one.Office.GetAsync("calendar/working-days?from=2026-09-18&days=3")).Require(HttpStatusCode.OK)["date"]
            .ShouldBe("2026-09-22");
        var before = (await one.Office.GetAsync("calendar/working-days?from=2023-09-20&days=10")).Require(HttpStatusCode.OK);
        (before["date"], before["provisional"]).ShouldBe(("2023-10-04", "true"));
        (await one.Office.GetAsync("calendar/working-days?from=2026-09-18")).Refused(HttpStatusCode.BadRequest, "input.missing");
        (await one.Office.GetAsync("calendar/working-days?from=2026-09-18&days=99999"))
            .Refused(HttpStatusCode.BadRequest, "input.out_of_range");

        (await Announce(one.Office, Year2023)).Refused(HttpStatusCode.Forbidden, "calendar.forbidden");
        (await Announce(one.Admin, Year2023.Replace("\"2023-10-08\"", "\"2023-10-09\"", StringComparison.Ordinal)))
            .Refused(HttpStatusCode.UnprocessableEntity, "calendar.file_wrong");
        (await Announce(one.Admin, Year2023, "调整")).Refused(HttpStatusCode.Conflict, "calendar.not_announced");
        (await Announce(one.Admin, Year2023)).Require(HttpStatusCode.Created)["edition"].ShouldBe("1");
        (await Announce(one.Admin, Year2023)).Refused(HttpStatusCode.Conflict, "calendar.announced_already");
        (await Announce(one.Admin, Year2023, "没有变化")).Refused(HttpStatusCode.UnprocessableEntity, "calendar.nothing_changes");
        var after = (await one.Office.GetAsync("calendar/working-days?from=2023-09-20&days=10")).Require(HttpStatusCode.OK);
        (after["date"], after["provisional"], after["edition"]).ShouldBe(("2023-10-10", "false", "1"));
    }

    [Fact]
    public async Task Due_dates_are_recounted_once_whatever_the_nodes_do_and_a_rebuild_gives_the_same_rows()
    {
        var concerned = new List<string>();
        for (var i = 0; i < 12; i++)
            concerned.Add(await ReportAsync(one, "2023-09-20T09:00:00+08:00"));
        var elsewhere = await ReportAsync(one, "2025-03-03T09:00:00+08:00");
        (await Due(one, concerned[0])).ShouldBe(("2023-10-04", true));

        (await Announce(one.Admin, Year2023)).Require(HttpStatusCode.Created);
        await Until(async () => (await RecountedAsync()).Count == 12);
        foreach (var node in (Service[])[one, two, deaf])
            await node.Services.GetRequiredService<Recounting>().RunAsync(default);
        var recounted = await RecountedAsync();
        recounted.Select(r => r.Stream.ToString()).ShouldBe(concerned, ignoreOrder: true);
        recounted.ShouldAllBe(r => r.Event.FromEdition == 0 && r.Event.Moved.Single().From == new DateOnly(2023, 10, 4)
            && r.Event.Moved.Single().To == new DateOnly(2023, 10, 10) && !r.Event.Moved.Single().Provisional);
        foreach (var id in concerned)
            (await Due(two, id)).ShouldBe(("2023-10-10", false));
        (await Due(two, elsewhere)).ShouldBe(("2025-03-17", false));

        // Amended once more: only what it concerns is written again; and nobody is late on a day that had been said to be free.
        (await Announce(one.Admin, Year2023.Replace("\"to\": \"2023-10-06\"", "\"to\": \"2023-10-05\"", StringComparison.Ordinal), "少放一天"))
            .Require(HttpStatusCode.Created);
        await Until(async () => (await RecountedAsync()).Count == 24);
        (await RecountedAsync()).Skip(12).ShouldAllBe(
            r => r.Event.Moved.Single().To == new DateOnly(2023, 10, 10) && r.Event.Moved.Single().Kept == true);
        (await Due(one, concerned[3])).ShouldBe(("2023-10-10", false));

        var source = one.Owner;
        var rules = await deaf.Services.GetRequiredService<RulebookSource>().RefreshAsync(default);
        rules.Calendar.Edition.ShouldBe(2);
        var comparison = await Rebuild.CompareAsync(source, one.Services.GetRequiredService<IEventLog>(), rules);
        comparison.Rebuilt.ShouldBe(comparison.Live);
    }

    [Fact]
    public async Task A_node_that_has_not_heard_of_an_edition_reads_it_before_it_acts()
    {
        var id = await ReportAsync(one, "2023-09-20T09:00:00+08:00");
        var deafRules = deaf.Services.GetRequiredService<RulebookSource>();
        await deafRules.RefreshAsync(default);
        (await Announce(one.Admin, Year2023)).Require(HttpStatusCode.Created);
        await Until(async () => (await RecountedAsync()).Count == 1);
        deafRules.Current.Calendar.Edition.ShouldBe(0);
        var office = deaf.ClientOf(one.AdminKey);
        (await office.PostAsync($"hazards/{id}/comments", new JsonObject { ["text"] = "已告知" })).Require(HttpStatusCode.OK);
        deafRules.Current.Calendar.Edition.ShouldBe(1);
        (await Due(deaf, id)).ShouldBe(("2023-10-10", false));
        (await RecountedAsync()).Count.ShouldBe(1);
    }

    /// <summary>What is next recorded of a hazard begins with the recount, and so it does for the one it is merged into.</summary>
    [Fact]
    public async Task An_act_first_records_what_the_calendar_moved()
    {
        var alone = new Service { Options = deaf.Options };
        await alone.InitializeAsync();
        try
        {
            var id = await ReportAsync(alone, "2023-09-20T09:00:00+08:00");
            var target = await ReportAsync(alone, "2023-09-20T10:00:00+08:00");
            (await Announce(alone.Admin, Year2023)).Require(HttpStatusCode.Created);
            (await alone.Admin.PostAsync($"hazards/{id}/merge", new JsonObject { ["into"] = target, ["reason"] = "同一处" }))
                .Require(HttpStatusCode.OK);
            (await RecountedAsync(alone)).Select(r => r.Stream.ToString()).ShouldBe([id, target], ignoreOrder: true);
            (await Due(alone, target)).ShouldBe(("2023-10-10", false));
            (await alone.Services.GetRequiredService<Recounting>().RunAsync(default)).ShouldBe(0);
            var rules = alone.Services.GetRequiredService<RulebookSource>().Current;
            (await Rebuild.CompareAsync(alone.Owner, alone.Services.GetRequiredService<IEventLog>(), rules)).Same.ShouldBeTrue();
        }
        finally
        {
            await alone.DisposeAsync();
        }
    }

    private static string Document(string version = "weishan-rules@1", string? from = null, int days = 5) => $$"""
        {
          "version": "{{version}}",
          "title": "巍山县隐患闭环制度",
          "jurisdiction": "532927",
          "effectiveFrom": "{{from ?? Some.InDays(30)}}",
          "base": "national-baseline@2",
          "sources": [{ "title": "巍山县安委会文件" }],
          "dueSoonDays": {{days}}
        }
        """;

    private static Task<Answer> Adopt(Client client, string document, params (string, string)[] headers) =>
        client.PostAsync("policies", new JsonObject { ["document"] = JsonNode.Parse(document) }, headers);

    internal static Task<Answer> Announce(Client client, string year, string? reason = null)
    {
        var order = new JsonObject { ["document"] = JsonNode.Parse(year) };
        if (reason is not null)
            order["reason"] = reason;
        return client.PostAsync("calendar/years", order);
    }

    private static async Task<string> ReportAsync(Service node, string found)
    {
        var report = Some.Report();
        report["occurredAt"] = found;
        return (await node.Admin.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
    }

    private static async Task<(string, bool)> Due(Service node, string id)
    {
        var clock = (await node.Admin.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK).Json["clocks"]![0]!;
        return (clock["due"]!.ToString(), clock["provisional"] is { } provisional && (bool)provisional);
    }

    private async Task<List<(Guid Stream, DeadlinesRecounted Event)>> RecountedAsync(Service? node = null)
    {
        var found = new List<(Guid, DeadlinesRecounted)>();
        await foreach (var e in (node ?? one).Services.GetRequiredService<IEventLog>().ReadAllAsync(0))
            if (e.Type == "deadlines_recounted")
                found.Add((e.StreamId, (DeadlinesRecounted)DomainJson.ReadEvent(e.Type, e.Data.Span)));
        return found;
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
            await Task.Delay(50, patience.Token);
    }
}
