using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>两个时刻之间: what changed, by whom, what was entered late; and the sums agree with the boards.</summary>
[Trait("Server", "any")]
public sealed class BoardChangesTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task What_changed_between_two_instants_is_said_by_hazard_with_who_and_what_was_late()
    {
        var known = await service.HazardAsync(Stage.Verified);
        var untouched = await service.HazardAsync();
        var from = await NowAsync(untouched);
        (await service.Office.PostAsync($"hazards/{known}/assignments", Some.DualAssignment())).Require(HttpStatusCode.OK);
        var late = (await service.Office.PostAsync(
            "hazards",
            With(Some.Report(), "occurredAt", ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-30))))).Require(HttpStatusCode.Created)["id"];
        var to = await NowAsync(late);
        var unseen = await service.HazardAsync();

        foreach (var until in new[] { $"&to={Escape(to)}", "" })
        {
            var changes = await ChangesAsync(from, until);
            changes.ContainsKey(untouched).ShouldBeFalse();
            changes.ContainsKey(unseen).ShouldBe(until == "");
            var moved = changes[known];
            (moved["stageFrom"]!["code"]!.ToString(), moved["stageTo"]!["code"]!.ToString()).ShouldBe(("verified", "assigned"));
            Codes(moved["entered"]!).ShouldBe(["dual"]);
            moved["events"]!.AsArray().ShouldHaveSingleItem()!["by"]!.ToString().ShouldBe("ws-awb");
            moved["changes"]!.AsArray()
                .ShouldContain(c => c!["field"]!["name"]!.ToString() == "stage" && c["fromShown"]!.ToString() == "待交办"
                    && c["field"]!["shown"]!.ToString() == "待签收");
            var entered = changes[late];
            entered["stageFrom"].ShouldBeNull();
            Codes(entered["entered"]!).ShouldContain("open");
            entered["events"]!.AsArray().ShouldHaveSingleItem()!["late"]!.GetValue<bool>().ShouldBeTrue();
            (await ChangesAsync(from, until + "&late=true")).Keys.ShouldBe([late]);
            (await ChangesAsync(from, until + "&list=dual&move=entered")).Keys.ShouldBe([known]);
            (await ChangesAsync(from, until + "&list=dual&move=left")).ShouldBeEmpty();
            (await ChangesAsync(from, until + "&new=true")).Keys.ShouldNotContain(known);
        }
        (await service.Elsewhere.GetAsync($"boards/changes?from={Escape(from)}")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task What_entered_less_what_left_is_the_difference_of_the_boards()
    {
        var first = await service.HazardAsync(Stage.Rectifying, "major");
        var from = await NowAsync(first);
        await service.HazardAsync(Stage.Rectifying, "major");
        var rejected = await service.HazardAsync();
        (await service.Office.PostAsync($"hazards/{rejected}/rejection", new JsonObject { ["reason"] = "不属实" })).Require(HttpStatusCode.OK);
        var spot = await service.HazardAsync();
        (await service.Office.PostAsync($"hazards/{spot}/on-the-spot-fix", new JsonObject { ["measures"] = "当场关阀" }))
            .Require(HttpStatusCode.OK);
        var to = await NowAsync(spot);
        foreach (var (region, at) in new[] { ("", $"&to={Escape(to)}"), ($"&region={Service.County}", $"&to={Escape(to)}"), ("", "") })
        {
            var counts = (await service.Office.GetAsync($"boards/changes/counts?from={Escape(from)}{at}{region}"))
                .Require(HttpStatusCode.OK).Json;
            var (before, after) = (await BoardAsync(from), await BoardAsync(at == "" ? null : to));
            foreach (var list in counts["lists"]!.AsArray().Where(l => before.ContainsKey(l!["list"]!["code"]!.ToString())))
            {
                var code = list!["list"]!["code"]!.ToString();
                (list["entered"]!.GetValue<int>() - list["left"]!.GetValue<int>()).ShouldBe(after[code] - before[code], code);
            }
            counts["new"]!.GetValue<int>().ShouldBe(3);
        }
    }

    [Fact]
    public async Task What_is_entered_late_of_a_hazard_that_left_is_counted_where_it_was()
    {
        var moved = (await service.Office.PostAsync(
            "hazards",
            With(Some.Report(), "occurredAt", ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-30))))).Require(HttpStatusCode.Created)["id"];
        var from = await NowAsync(moved);
        foreach (var to in new[] { "532927100", "532923" })
        {
            var correction = new JsonObject { ["field"] = "region", ["to"] = to, ["reason"] = "登记有误" };
            (await service.Admin.PostAsync($"hazards/{moved}/corrections", correction)).Require(HttpStatusCode.OK);
        }
        (await LateAsync()).ShouldBe(0);
        var comment = With(new JsonObject { ["text"] = "补录的批注" }, "occurredAt", ChinaTime.Format(DateTimeOffset.UtcNow.AddDays(-3)));
        (await service.Admin.PostAsync($"hazards/{moved}/comments", comment)).Require(HttpStatusCode.OK);
        (await LateAsync()).ShouldBe(1);

        async Task<int> LateAsync() => (await service.Office.GetAsync($"boards/changes/counts?from={Escape(from)}&region={Service.County}"))
            .Require(HttpStatusCode.OK).Json["late"]!.GetValue<int>();
    }

    [Fact]
    public async Task Pages_have_every_hazard_once()
    {
        var from = await NowAsync(await service.HazardAsync());
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
            made.Add(await service.HazardAsync());
        var to = await NowAsync(made[^1]);
        var found = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await service.Office.GetAsync($"boards/changes?from={Escape(from)}&to={Escape(to)}&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Require(HttpStatusCode.OK).Json;
            found.AddRange(page["items"]!.AsArray().Select(i => i!["hazard"]!.ToString()));
            cursor = page["next"]?.ToString();
        }
        while (cursor is not null);
        found.ShouldBe(made.AsEnumerable().Reverse(), "the last to change first");
    }

    [Fact]
    public async Task Bad_questions_are_refused_with_the_place()
    {
        (await service.Office.GetAsync("boards/changes")).Refused(HttpStatusCode.BadRequest, "input.missing")["field"].ShouldBe("from");
        (await service.Office.GetAsync("boards/changes/counts")).Refused(HttpStatusCode.BadRequest, "input.missing");
        (await service.Office.GetAsync($"boards/changes?from={Escape("2026-02-01T00:00:00+08:00")}&to={Escape("2026-01-01T00:00:00+08:00")}")).Refused(HttpStatusCode.BadRequest, "replay.backwards");
        (await service.Office.GetAsync($"boards/changes?from={Escape("2026-01-01T00:00:00+08:00")}&list=closet"))
            .Refused(HttpStatusCode.BadRequest, "input.unknown_code");
        (await service.Office.GetAsync($"boards/changes?from={Escape("2026-01-01T00:00:00+08:00")}&cursor=x")).Status.ShouldBe(
            HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_cell_of_the_monthly_table_leads_to_the_hazards_it_counts()
    {
        var period = Period.Of(PeriodKind.Month, ChinaTime.DateAt(DateTimeOffset.UtcNow)).Value;
        var major = await service.HazardAsync(Stage.Verified, "major");
        var table = (await service.Office.GetAsync($"figures/monthly-table?period={period}&provisional=true"))
            .Require(HttpStatusCode.OK).Json["table"]!;
        foreach (var column in new[] { "foundGeneral", "rectifiedGeneral", "foundMajor", "rectifiedMajor", "planned", "fiveInPlace", "listed", "listedByProvince", "onTheSpot", "ungraded" })
        {
            var hazards = (await service.Office.GetAsync($"figures/monthly-table/hazards?period={period}&provisional=true&limit=200&column={column}")).Require(HttpStatusCode.OK).Json["hazards"]!.AsArray();
            hazards.Count.ShouldBe((int)decimal.Parse(table["total"]![column]!.ToString(), CultureInfo.InvariantCulture), column);
            hazards.Any(h => h!["id"]!.ToString() == major).ShouldBe(column == "foundMajor", column);
        }
        (await service.Office.GetAsync($"figures/monthly-table/hazards?period={period}&provisional=true&column=foundMajor&line=education"))
            .Require(HttpStatusCode.OK).Json["hazards"]!.AsArray().ShouldBeEmpty();
        (await service.Office.GetAsync($"figures/monthly-table/hazards?period={period}&provisional=true"))
            .Refused(HttpStatusCode.BadRequest, "input.missing")["field"].ShouldBe("column");
        (await service.Office.GetAsync($"figures/monthly-table/hazards?period={period}&provisional=true&column=funds"))
            .Refused(HttpStatusCode.UnprocessableEntity, "report.column_without_hazards");
    }

    private async Task<Dictionary<string, JsonNode>> ChangesAsync(string from, string more) =>
        (await service.Office.GetAsync($"boards/changes?from={Escape(from)}{more}&limit=200"))
            .Require(HttpStatusCode.OK).Json["items"]!.AsArray().ToDictionary(i => i!["hazard"]!.ToString(), i => i!);

    private async Task<Dictionary<string, int>> BoardAsync(string? at)
    {
        var cells = (await service.Office.GetAsync($"boards/closed-loop{(at is null ? "" : $"?asOf={Escape(at)}")}"))
            .Require(HttpStatusCode.OK).Json["cells"]!.AsArray().Select(c => c!).ToArray();
        int Sum(Func<JsonNode, bool> which) => cells.Where(which).Sum(c => c["count"]!.GetValue<int>());
        bool Open(JsonNode c) => c["stage"]!.ToString() is not ("closed" or "rejected" or "merged");
        return new Dictionary<string, int>
        {
            ["open"] = Sum(Open), ["major"] = Sum(c => Open(c) && c["level"]?.ToString() == "major"),
            ["closed"] = Sum(c => c["stage"]!.ToString() == "closed"), ["overdue"] = cells.Sum(c => c["overdue"]!.GetValue<int>()),
        };
    }

    /// <summary>The instant of a hazard's last event.</summary>
    private async Task<string> NowAsync(string hazard) =>
        (await service.Office.GetAsync($"hazards/{hazard}/events"))
            .Require(HttpStatusCode.OK).Json["events"]!.AsArray()[^1]!["recordedAt"]!.ToString();

    private static IEnumerable<string> Codes(JsonNode list) => list.AsArray().Select(c => c!["code"]!.ToString());

    private static JsonObject With(JsonObject report, string name, JsonNode value)
    {
        report[name] = value;
        return report;
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
