using System.Net;
using System.Text.Json.Nodes;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>收件箱: told with the act, opened by persons, seen by those who look into it.</summary>
[Trait("Server", "any")]
public sealed class InboxTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task An_assignment_is_in_both_inboxes_with_the_answer_and_nobody_has_opened_it()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        foreach (var (client, body) in new[] { (service.Gov, "ws-gov"), (service.Regulator, "ws-gas") })
        {
            var inbox = (await client.GetAsync($"inbox?hazard={id}")).Require(HttpStatusCode.OK);
            inbox["body"].ShouldBe(body);
            var message = inbox.Json["items"]!.AsArray().ShouldHaveSingleItem()!;
            message["as"]!["code"]!.ToString().ShouldBe("todo");
            message["event"]!["chinese"]!.ToString().ShouldBe("交办");
            message["title"]!.ToString().ShouldBe("燃气阀井泄漏");
            message["openings"]!.AsArray().ShouldBeEmpty();
            message["links"]!["hazard"]!.ToString().ShouldEndWith(id);
            int.Parse(inbox.Json["counts"]!["todo"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task A_report_from_elsewhere_is_in_the_office_s_inbox_by_way_of_its_region()
    {
        var hotline = await service.KeyAsync("ws-duc", Service.County, "reporter");
        var id = (await hotline.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created)["id"];
        var message = (await service.Office.GetAsync($"inbox?hazard={id}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .ShouldHaveSingleItem()!;
        message["address"]!.ToString().ShouldBe("office:532927");
        var duty = (await service.Office.GetAsync("inbox/duties?limit=200")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .Single(d => d!["hazard"]!.ToString() == id)!;
        duty["clocks"]!.AsArray().ShouldHaveSingleItem()!["kind"]!.ToString().ShouldBe("verify");
        (await service.Gov.GetAsync("inbox/duties?limit=200")).Text.ShouldNotContain(id);
    }

    [Fact]
    public async Task Each_person_opens_a_message_once_and_the_record_says_when()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        var message = await MessageAsync(service.Gov, id);
        var head = await service.HeadAsync();
        var opened = (await OpenAsync(service.Gov, message, "李科长")).Require(HttpStatusCode.OK);
        opened["first"].ShouldBe("true");
        var again = (await OpenAsync(service.Gov, message, "李科长")).Require(HttpStatusCode.OK);
        again["first"].ShouldBe("false");
        again["openedAt"].ShouldBe(opened["openedAt"]);
        (await service.HeadAsync()).ShouldBe(head + 1);
        (await OpenAsync(service.Gov, message, "王主任")).Require(HttpStatusCode.OK);
        var seen = (await service.Gov.GetAsync($"inbox/{message}")).Require(HttpStatusCode.OK);
        seen.Json["openings"]!.AsArray().Select(o => o!["actor"]!.ToString()).ShouldBe(["李科长", "王主任"]);
        (await service.Gov.GetAsync($"inbox?hazard={id}&unread=true")).Json["items"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_opened_by_twenty_at_once_is_opened_once_by_each()
    {
        var message = await MessageAsync(service.Gov, await service.HazardAsync(Stage.Assigned));
        var head = await service.HeadAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => OpenAsync(service.Gov, message, $"第{n % 4}人")));
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        answers.Count(a => a["first"] == "true").ShouldBe(4);
        (await service.HeadAsync()).ShouldBe(head + 4);
    }

    [Fact]
    public async Task Nobody_opens_what_was_told_to_another()
    {
        var message = await MessageAsync(service.Gov, await service.HazardAsync(Stage.Assigned));
        (await OpenAsync(service.Regulator, message, "张三")).Refused(HttpStatusCode.NotFound, "message.not_found");
        (await OpenAsync(service.Supervisor, message, "督查员")).Refused(HttpStatusCode.NotFound, "message.not_found");
        (await service.Regulator.GetAsync($"inbox/{message}")).Refused(HttpStatusCode.NotFound, "message.not_found");
        (await OpenAsync(service.Gov, Guid.NewGuid().ToString(), "张三")).Refused(HttpStatusCode.NotFound, "message.not_found");
        (await service.Regulator.GetAsync("inbox?body=ws-gov")).Refused(HttpStatusCode.Forbidden, "inbox.not_yours");
        (await service.Gov.GetAsync("inbox?colour=red")).Refused(HttpStatusCode.BadRequest, "query.unknown_parameter");
        (await service.Gov.GetAsync("inbox?as=maybe")).Refused(HttpStatusCode.BadRequest, "input.unknown_code");
        (await service.Gov.GetAsync("inbox?cursor=zzz")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Who_watches_sees_another_s_inbox_without_opening_it()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        (await service.Supervisor.GetAsync($"inbox?body=ws-gov&hazard={id}"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray().Count.ShouldBe(1);
        (await service.Gov.GetAsync($"inbox?hazard={id}&unread=true")).Json["items"]!.AsArray().Count.ShouldBe(1);
        var stranger = await service.KeyAsync("bj-awb", "110101", "supervisor");
        (await stranger.GetAsync("inbox?body=ws-gov")).Refused(HttpStatusCode.NotFound, "body.not_found");
    }

    [Fact]
    public async Task An_investigator_sees_who_was_told_who_opened_it_and_who_never_did()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        var before = DateTimeOffset.UtcNow;
        await OpenAsync(service.Gov, await MessageAsync(service.Gov, id), "李科长");
        var investigator = await service.KeyAsync("ws-duc", Service.County, "investigator");
        var told = (await investigator.GetAsync($"hazards/{id}/told")).Require(HttpStatusCode.OK);
        var assigned = told.Json["events"]!.AsArray().Single(e => e!["event"]!["code"]!.ToString() == "hazard_assigned")!;
        var gov = assigned["to"]!.AsArray().Single(t => t!["address"]!.ToString() == "ws-gov")!;
        gov["openings"]!.AsArray().ShouldHaveSingleItem()!["actor"]!.ToString().ShouldBe("李科长");
        told.Json["neverOpened"]!.AsArray().Select(u => u!["address"]!.ToString()).ShouldContain("ws-gas");
        told.Json["neverOpened"]!.AsArray().Select(u => u!["address"]!.ToString()).ShouldNotContain("ws-gov");

        var earlier = (await investigator.GetAsync($"hazards/{id}/told?asOf={Uri.EscapeDataString(before.ToString("O"))}"))
            .Require(HttpStatusCode.OK);
        earlier.Json["neverOpened"]!.AsArray().Select(u => u!["address"]!.ToString()).ShouldContain("ws-gov", "then nobody had opened it");
        (await service.Elsewhere.GetAsync($"hazards/{id}/told")).Refused(HttpStatusCode.NotFound, "hazard.not_found");
    }

    private static async Task<string> MessageAsync(Client client, string hazard) =>
        (await client.GetAsync($"inbox?hazard={hazard}")).Require(HttpStatusCode.OK).Json["items"]![0]!["id"]!.ToString();

    private static Task<Answer> OpenAsync(Client client, string message, string actor) =>
        client.PostAsync($"inbox/{message}/opening", new JsonObject { ["actor"] = actor });
}
