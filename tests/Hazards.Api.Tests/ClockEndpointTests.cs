using System.Net;
using System.Text.Json.Nodes;
using Hazards.Api.Supervision;
using Hazards.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>
/// Clocks over REST: open duties, missed deadlines, proposals, the board of double supervision, and the commands that go with
/// them.
/// </summary>
[Trait("Server", "any")]
public sealed class ClockEndpointTests(Backdating own) : IClassFixture<Backdating>
{
    private readonly Service service = own.Service;

    [Fact]
    public async Task What_was_missed_is_listed_and_its_proposals_are_decided()
    {
        var id = await LateAsync("阀井逾期");
        (await service.Services.GetRequiredService<ClockWorker>().PassAsync()).Failed.ShouldBe(0);

        var missed = (await service.Office.GetAsync("missed?clock=rectify&body=ws-gas&limit=1")).Require(HttpStatusCode.OK);
        var first = missed.Json["items"]![0]!;
        first["hazard"]!["id"]!.ToString().ShouldBe(id);
        first["clock"]!["chinese"]!.ToString().ShouldBe("完成整改");
        first["body"]!["name"]!.ToString().ShouldBe("巍山县住建局");
        (await service.Elsewhere.GetAsync("missed")).Require(HttpStatusCode.OK).Json["items"]!.AsArray().ShouldBeEmpty();
        (await service.Office.GetAsync($"missed?from={Some.InDays(1)}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .ShouldBeEmpty();

        var duties = (await service.Office.GetAsync("clocks?body=ws-gas&clock=rectify&overdue=true"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        duties.ShouldAllBe(d => d!["daysOverdue"]!.GetValue<int>() > 0 && d["body"]!["id"]!.ToString() == "ws-gas");
        (await service.Office.GetAsync("clocks?body=ws-gas&overdue=false")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .ShouldAllBe(d => d!["daysOverdue"]!.GetValue<int>() <= 0);

        var proposal = (await service.Office.GetAsync("proposals?body=ws-awb")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .First(p => p!["hazard"]!["id"]!.ToString() == id && p["step"]!["code"]!.ToString() == "interview")!;
        var decline = new JsonObject
        {
            ["step"] = "interview", ["clock"] = proposal["clock"]!["code"]!.ToString(), ["leg"] = proposal["leg"]!["code"]!.ToString(),
            ["due"] = proposal["due"]!.ToString(), ["reason"] = "已当面交代",
        };
        (await service.Supervisor.PostAsync($"hazards/{id}/declined-steps", Copy(decline)))
            .Refused(HttpStatusCode.Forbidden, "step.not_asked");
        (await service.Office.PostAsync($"hazards/{id}/declined-steps", Copy(decline))).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/declined-steps", Copy(decline)))
            .Refused(HttpStatusCode.Conflict, "step.not_proposed");
        (await service.Office.GetAsync("proposals?clock=nonsense")).Refused(HttpStatusCode.BadRequest, "input.unknown_code");
        (await service.Office.GetAsync("missed?cursor=nonsense")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Both_legs_stand_side_by_side_with_their_supervisors()
    {
        var id = await LateAsync("双重督办");
        (await service.Office.PostAsync(
            $"hazards/{id}/legs/sectoral/supervisor",
            new JsonObject { ["body"] = "ws-duc", ["reason"] = "督查室督办" })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync(
            $"hazards/{id}/legs/territorial/supervisor",
            new JsonObject { ["body"] = "ws-duc", ["reason"] = "督查室督办" })).Refused(HttpStatusCode.UnprocessableEntity,
            "assignment.same_supervisor");
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", [])).Require(HttpStatusCode.OK);
        var board = (await service.Office.GetAsync("boards/dual?supervisor=ws-duc")).Require(HttpStatusCode.OK);
        var shown = board.Json["items"]!.AsArray().Single(i => i!["hazard"]!["id"]!.ToString() == id)!;
        shown["legs"]!.AsArray().Select(l => l!["leg"]!["code"]!.ToString()).ShouldBe(["sectoral", "territorial"], "the silent one on top");
        shown["daysSilent"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(59);
        shown["legs"]![0]!["supervisor"]!["name"]!.ToString().ShouldBe("巍山县政府督查室");
        (await service.Office.GetAsync("boards/dual?limit=0")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await service.Office.GetAsync($"boards/dual?asOf={Uri.EscapeDataString("2020-01-01T00:00:00+08:00")}"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_listing_is_published_and_filed_and_its_end_published()
    {
        var id = await service.HazardAsync(Domain.Codes.Stage.Rectifying);
        (await service.Office.PostAsync($"hazards/{id}/listing-publication", new JsonObject { ["medium"] = "大理日报" }))
            .Refused(HttpStatusCode.Conflict, "listing.not_listed");
        (await service.Office.PostAsync(
            $"hazards/{id}/listing",
            new JsonObject
            {
                ["level"] = "county", ["deadline"] = Some.InDays(20), ["requirements"] = "限期整改", ["documentNumber"] = "巍安委办督〔2026〕7号",
            })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/listing-filing", new JsonObject { ["with"] = "ws-gov" }))
            .Refused(HttpStatusCode.UnprocessableEntity, "filing.not_higher");
        (await service.Office.PostAsync($"hazards/{id}/listing-filing", new JsonObject { ["with"] = "dali-awb" }))
            .Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/listing-publication", new JsonObject { ["medium"] = "大理日报" }))
            .Require(HttpStatusCode.OK);
        (await service.Office.PostAsync(
            $"hazards/{id}/delisting",
            new JsonObject
            {
                ["ground"] = "listedInError", ["reason"] = "挂牌有误", ["documentNumber"] = "巍安委办督〔2026〕8号",
            })).Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/delisting-publication", new JsonObject { ["medium"] = "大理日报" }))
            .Require(HttpStatusCode.OK);
    }

    /// <summary>Handed over to two legs sixty days ago, due thirty days ago, and entered only now.</summary>
    private async Task<string> LateAsync(string title)
    {
        var then = DateTimeOffset.UtcNow.AddDays(-60);
        JsonObject At(JsonObject body)
        {
            body["occurredAt"] = ChinaTime.Format(then);
            return body;
        }

        var report = Some.Report();
        report["title"] = title;
        var id = (await service.Office.PostAsync("hazards", At(report))).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync($"hazards/{id}/verification", At(new JsonObject { ["level"] = "general" })))
            .Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/assignments", At(Some.DualAssignment(Some.InDays(-30))))).Require(HttpStatusCode.OK);
        return id;
    }

    private static JsonObject Copy(JsonObject body) => body.DeepClone().AsObject();
}
