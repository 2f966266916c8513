using System.Net;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>What every operation makes of a query that cannot be meant: none reads it as a question with nothing in the answer.</summary>
public sealed class QueryTests(Service service) : IClassFixture<Service>
{
    private const string Own = "532927";
    private const string Person = "&name=x&body=ws-gov";

    // What an operation cannot do without.
    private static readonly Dictionary<string, string> Needed = new()
    {
        ["period"] = "2026-01", ["from"] = "2026-01-01T00:00:00%2B08:00", ["column"] = "foundGeneral",
    };

    [Fact]
    public async Task No_figure_and_no_list_is_of_a_region_outside_or_around_the_callers_own()
    {
        var asked = 0;
        // What is in force anywhere is no secret, and nobody's record.
        foreach (var (path, names) in await OperationsAsync(n => n.Contains("region"), except: "policy"))
            foreach (var (region, where) in new[] { ("53", "around"), ("110101", "elsewhere") })
            {
                var given = names.Where(n => Needed.ContainsKey(n) && n != "to").Select(n => $"&{n}={ValueOf(n, path)}");
                var answer = await service.Office.GetAsync($"{path}?region={region}{string.Concat(given)}");
                asked++;
                answer.Status.ShouldBe(HttpStatusCode.Forbidden, $"{path} {where}: {answer.Text}");
                answer["code"].ShouldEndWith("outside_jurisdiction");
                answer.Text.ShouldContain(Own, Case.Sensitive, "and whose it is");
            }
        asked.ShouldBeGreaterThan(100);
        (await service.Office.GetAsync("policy?region=110101")).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_period_ends_before_it_begins()
    {
        var asked = 0;
        foreach (var (begin, end) in new[] { ("from", "to"), ("foundFrom", "foundTo") })
            foreach (var (path, names) in await OperationsAsync(n => n.Contains(begin) && n.Contains(end), except: "log/proofs"))
            {
                // Of days or of instants: the contract says which, and nothing else may be wrong.
                var days = begin == "foundFrom" || Days.Any(d => path.StartsWith(d, StringComparison.Ordinal));
                var (late, early) = days ? ("2026-03-02", "2026-03-01") : ("2026-03-02T00:00:00%2B08:00", "2026-03-01T00:00:00%2B08:00");
                var given = names.Where(n => Needed.ContainsKey(n) && n != begin).Select(n => $"&{n}={ValueOf(n, path)}");
                var answer = await service.Supervisor.GetAsync($"{path}?{begin}={late}&{end}={early}{string.Concat(given)}");
                asked++;
                answer.Status.ShouldBe(HttpStatusCode.BadRequest, $"{path}: {answer.Text}");
                answer["field"].ShouldBe(begin, path);
                answer["code"].ShouldBeOneOf("query.reversed", "replay.backwards", "report.instants");
            }
        asked.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task Reports_of_a_year_are_listed_back_from_the_end_that_is_given()
    {
        var answer = (await service.Office.GetAsync("reports?to=2024-01-31")).Require(HttpStatusCode.OK);
        (answer["from"], answer["to"]).ShouldBe(("2023-01-31", "2024-01-31"));
    }

    [Theory]
    [InlineData("hazards?q=%C1%F7%CD%C1"), InlineData("lists/overdue?q=%ED%A0%80")]
    [InlineData("hazards?q=a%F0%9F%98"), InlineData("bodies?name=%FF")]
    [InlineData("hazards?%C1%F7=1"), InlineData("regions?q=%B5%D8"), InlineData("hazards?q=ok&system=%C0%AF")]
    public async Task What_is_not_UTF_8_is_searched_as_nothing_else(string path) =>
        (await service.Office.GetAsync(path)).Refused(HttpStatusCode.BadRequest, "query.broken_utf8");

    [Theory]
    [InlineData("hazards?q=100%25"), InlineData("hazards?q=50%"), InlineData("hazards?q=%zz")]
    [InlineData("hazards?q=%E7%85%A4%E6%B0%94+%F0%9F%98%80")]
    public async Task What_is_UTF_8_or_no_escape_at_all_is_searched(string path) =>
        (await service.Office.GetAsync(path)).Require(HttpStatusCode.OK);

    [Fact]
    public async Task A_purpose_that_is_not_UTF_8_is_not_recorded_as_something_else()
    {
        (await service.Office.GetAsync("hazards", ("X-Purpose", "%C1%F7"))).Refused(HttpStatusCode.BadRequest, "request.header_malformed");
        (await service.Office.GetAsync("hazards", ("X-Purpose", "%E6%A0%B8%E6%9F%A5"))).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_only_a_file_has_is_not_asked_of_the_data()
    {
        var lists = await OperationsAsync(n => n.Contains("columns") && n.Contains("format"));
        lists.Count.ShouldBeGreaterThan(3);
        string[] files = [".csv", ".xlsx"];
        foreach (var (path, _) in lists.Where(l => !files.Any(f => l.Path.EndsWith(f, StringComparison.Ordinal))))
        {
            foreach (var given in new[] { "columns=region", "lang=en", "columns=region&format=json" })
                (await service.Office.GetAsync($"{path}?{given}")).Refused(HttpStatusCode.BadRequest, "query.only_of_files");
            (await service.Office.GetAsync($"{path}?lang=en&format=csv")).Require(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_record_that_nobody_knows_is_no_filter()
    {
        var nobody = Guid.NewGuid();
        foreach (var name in new[] { "campaign", "inspection", "hazard" })
        {
            var operations = await OperationsAsync(n => n.Contains(name));
            operations.ShouldNotBeEmpty();
            foreach (var (path, names) in operations)
            {
                var needed = names.Where(
                    n => Needed.ContainsKey(n) && (n != "from" || path.EndsWith("difference", StringComparison.Ordinal)));
                var given = needed.Select(n => $"&{n}={ValueOf(n, path)}");
                (await service.Supervisor.GetAsync($"{path}?{name}={nobody}{string.Concat(given)}"))
                    .Refused(HttpStatusCode.NotFound, $"{name}.not_found")["field"].ShouldBe(name, path);
            }
        }
    }

    [Fact]
    public async Task A_body_that_nobody_knows_has_looked_at_nothing()
    {
        foreach (var name in new[] { "body", "asked" })
            (await service.Supervisor.GetAsync($"access?{name}=nobody-such")).Refused(
                HttpStatusCode.UnprocessableEntity, "body.name_unknown")["field"].ShouldBe(name);
        (await service.Admin.GetAsync("accounts?body=nobody-such")).Refused(HttpStatusCode.UnprocessableEntity, "body.name_unknown");
    }

    [Fact]
    public async Task A_cursor_is_one_that_was_given()
    {
        var asked = 0;
        foreach (var (path, names) in await OperationsAsync(n => n.Contains("cursor")))
            foreach (var cursor in new[] { "0", "1", "5", "99999999", "MQ", "AAAAAAAAAAAAAAAAAAAAAAAAAA" })
            {
                var given = names.Where(n => Needed.ContainsKey(n) && n != "to").Select(n => $"&{n}={ValueOf(n, path)}");
                var answer = await (path.StartsWith("evidence", StringComparison.Ordinal) ? service.Supervisor : service.Admin)
                    .GetAsync($"{path}?cursor={cursor}{string.Concat(given)}{(path.Contains("/persons", StringComparison.Ordinal) ? Person : "")}");
                asked++;
                answer.Status.ShouldBe(HttpStatusCode.BadRequest, $"{path} {cursor}: {answer.Text}");
                answer["code"].ShouldBeOneOf("cursor.invalid", "query.not_of_files");
            }
        asked.ShouldBeGreaterThan(200);
    }

    private static readonly string[] Days = ["inspections", "missed", "reports"];

    private static string ValueOf(string name, string path) => name switch
    {
        "from" when Days.Any(d => path.StartsWith(d, StringComparison.Ordinal)) => "2026-01-01",
        "period" when path.Contains("quarterly", StringComparison.Ordinal) => "2026Q1",
        "period" when path.Contains("annual", StringComparison.Ordinal) => "2025",
        _ => Needed[name],
    };

    /// <summary>What is asked by GET without an identity in its path, with the names of its parameters.</summary>
    private async Task<IReadOnlyList<(string Path, string[] Names)>> OperationsAsync(Func<string[], bool> take, string? except = null)
    {
        var document = (await service.ClientOf(null).GetAsync("/openapi/v1.json")).Require(HttpStatusCode.OK).Json;
        return
        [
            .. from path in document["paths"]!.AsObject()
            where path.Value!["get"] is not null && !path.Key.Contains('{', StringComparison.Ordinal)
            let names = (path.Value["get"]!["parameters"]?.AsArray() ?? []).Select(p => Resolved(document, p!))
                .Where(p => p["in"]!.ToString() == "query").Select(p => p["name"]!.ToString()).ToArray()
            let at = path.Key.Replace("/api/v1/", "", StringComparison.Ordinal)
            where take(names) && (except is null || !at.StartsWith(except, StringComparison.Ordinal))
            select (at, names),
        ];
    }

    private static JsonNode Resolved(JsonNode document, JsonNode node) =>
        node["$ref"]?.ToString() is { } reference
            ? reference[2..].Split('/').Aggregate(document, (at, part) => at[part]!)
            : node;
}
