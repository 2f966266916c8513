using System.Net;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>上报单位保密: an enterprise reads of its hazards everything but which other enterprise reported them.</summary>
[Trait("Server", "any")]
public sealed class DiscretionTests(Service service) : IClassFixture<Service>
{
    private const string Number = "巍宝单号甲";

    [Fact]
    public async Task An_enterprise_is_not_told_which_other_one_reported_its_hazard()
    {
        var (own, rival) = ("南诏化工有限公司", "巍宝商贸有限公司");
        await service.BodyAsync("nz-chem", own, "enterprise", Service.County);
        await service.BodyAsync("wb-trade", rival, "enterprise", Service.County);
        var (mine, theirs) = (
            await service.KeyAsync("nz-chem", Service.County, "reporter", "responsible"),
            await service.KeyAsync("wb-trade", Service.County, "reporter"));
        var report = Some.Report();
        report["source"] = "gridWorker";
        report["enterprise"] = new JsonObject { ["name"] = own };
        report["reference"] = new JsonObject { ["system"] = "巍宝物业系统", ["id"] = Number };
        var title = report["title"]!.ToString();
        (report["actor"], report["foundBy"]) = ("巍宝经理", "巍宝保安");
        var id = (await theirs.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        (await service.Office.PostAsync($"hazards/{id}/verification", new JsonObject { ["level"] = "general" })).Require(HttpStatusCode.OK);

        string[] views =
        [
            "hazards?limit=200", "hazards?limit=200&format=csv&columns=id,title,reference", $"hazards/{id}", $"hazards/{id}/events",
            $"replay/hazards/{id}/timeline", "events?after=0&limit=500", "inbox", "inbox/duties",
            $"hazards/{id}/told", $"hazards/{id}/papers",
        ];
        foreach (var view in views)
        {
            var shown = (await mine.GetAsync(view)).Text;
            foreach (var word in new[] { "wb-trade", rival, "巍宝" })
                shown.ShouldNotContain(word, Case.Insensitive, view);
            // Who reported it, and who oversees both, read it whole.
            if (view.Contains(id, StringComparison.Ordinal) && !view.EndsWith("papers", StringComparison.Ordinal))
                foreach (var by in new[] { service.Office, theirs })
                    (await by.GetAsync(view)).Text.ShouldContain("wb-trade", Case.Insensitive, view);
        }

        var hazard = (await mine.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK);
        hazard.Json["hazard"]!["reportedBy"]!.ToString().ShouldBe("withheld");
        hazard.Json["names"]!["bodies"]!["withheld"]!.ToString().ShouldBe("（不公开）");
        hazard.Json["hazard"]!["title"]!.ToString().ShouldBe(report["title"]!.ToString());

        // Whatever it tries is refused, or done, without a word of who reported it.
        foreach (var (noun, body) in new (string, JsonObject)[]
        {
            ("own-check-fix", new() { ["measures"] = "自行更换" }), ("on-the-spot-fix", new() { ["measures"] = "当场更换" }),
            ("rejection", new() { ["reason"] = "不属实" }), ("merge", new() { ["into"] = id, ["reason"] = "同一处" }),
            ("corrections", new() { ["field"] = "title", ["to"] = "另一个", ["reason"] = "笔误" }), ("comments", new() { ["text"] = "已知" }),
            ("fix-withdrawal", new() { ["reason"] = "误登" }), ("closure", []), ("urgings", new() { ["message"] = "请抓紧" }),
            ("reopening", new() { ["reason"] = "反弹" }), ("assignments", Some.DualAssignment()),
            ("papers", new() { ["paper"] = "assignmentSlip" }),
        })
        {
            var answer = (await mine.PostAsync($"hazards/{id}/{noun}", body)).Text;
            foreach (var word in new[] { "wb-trade", rival, "巍宝" })
                answer.ShouldNotContain(word, Case.Insensitive, noun);
        }

        // Nor can it guess what it is not shown: it finds nothing by it. By all else it does, as do the others by everything.
        string[] hidden =
        [
            $"system={Uri.EscapeDataString("巍宝物业系统")}", $"reference={Number}", $"q={Number}", $"q={Number[..3]}", $"q={title} {Number}",
        ];
        var now = Uri.EscapeDataString(DateTimeOffset.UtcNow.ToString("O"));
        foreach (var guess in hidden)
        {
            Found(await mine.GetAsync($"hazards?{guess}")).ShouldBe(0, guess);
            Found(await mine.GetAsync($"hazards?{guess}&asOf={now}")).ShouldBe(0, guess);
            foreach (var by in new[] { service.Office, theirs })
                Found(await by.GetAsync($"hazards?{guess}")).ShouldBe(1, guess);
        }
        Found(await mine.GetAsync($"hazards?q={title}")).ShouldBe(1);

        // Whoever answers for it is known to it anyway.
        var order = new JsonObject
        {
            ["legs"] = new JsonArray(new JsonObject
            {
                ["leg"] = "sole", ["body"] = "wb-trade", ["deadline"] = Some.InDays(20), ["instructions"] = "更换软管",
            }),
        };
        (await service.Office.PostAsync($"hazards/{id}/assignments", order)).Require(HttpStatusCode.OK);
        (await mine.GetAsync($"hazards/{id}")).Require(HttpStatusCode.OK).Json["hazard"]!["reportedBy"]!.ToString().ShouldBe("wb-trade");
        foreach (var guess in hidden)
            Found(await mine.GetAsync($"hazards?{guess}")).ShouldBe(1, guess);

        static int Found(Answer answer) => answer.Require(HttpStatusCode.OK).Json["items"]!.AsArray().Count;
    }
}
