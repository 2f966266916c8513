using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>
/// docs/openapi.json is the contract that callers build on. What they rely on is not taken away; what is added is published by
/// <c>HAZARDS_RENEW_CONTRACT=1 ./hazards test ContractTests</c>. Where something must go in spite of that, and whoever it is for
/// was told, <c>HAZARDS_RENEW_CONTRACT=breaking</c> says so.
/// </summary>
public sealed class ContractTests
{
    private const string Published = "docs/openapi.json";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public async Task The_published_contract_is_kept()
    {
        var today = (await Contract.OfThisBuildAsync()).Document;
        var file = Repository.Find(Published);
        if (JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(file)), today))
            return;
        var breaking = ContractChange.Breaking(JsonNode.Parse(await File.ReadAllTextAsync(file))!, today);
        var renew = Environment.GetEnvironmentVariable("HAZARDS_RENEW_CONTRACT");
        if (renew == "breaking" || (renew == "1" && breaking.Count == 0))
        {
            await File.WriteAllTextAsync(file, today.ToJsonString(Indented) + "\n");
            return;
        }

        breaking.ShouldBeEmpty(
            $"this takes from callers what {Published} promises them; a new address or member beside the old one does not");
        Assert.Fail($"{Published} lacks what was added; publish it by: HAZARDS_RENEW_CONTRACT=1 ./hazards test ContractTests");
    }

    [Fact]
    public async Task Every_body_has_a_whole_example_that_its_schema_takes() =>
        string.Join('\n', (await Contract.OfThisBuildAsync()).WrongExamples()).ShouldBeEmpty();

    [Theory]
    [InlineData("remove operation", "GET /api/v1/hazards/{id} was removed")]
    [InlineData("rename operation", "GET /api/v1/hazards/{id}: operationId getHazard became other")]
    [InlineData("remove answer's member", "GET /api/v1/hazards/{id} 200: the member hazard was removed")]
    [InlineData("answer's member may go", "GET /api/v1/hazards/{id} 200: the member hazard may now be left out")]
    [InlineData("require member", "POST /api/v1/hazards body: the member category became required")]
    [InlineData("remove request's member", "POST /api/v1/hazards body: the member category was removed")]
    [InlineData("narrow codes", "the code hotline was removed")]
    [InlineData("lower maximum", "GET /api/v1/hazards: query limit: maximum became 20")]
    [InlineData("require parameter", "GET /api/v1/hazards: the parameter query limit became required")]
    public async Task A_change_that_breaks_a_caller_is_named(string change, string named)
    {
        var before = (await Contract.OfThisBuildAsync()).Document;
        var after = before.DeepClone();
        var schemas = after["components"]!["schemas"]!;
        var paths = after["paths"]!;
        switch (change)
        {
            case "remove operation": paths["/api/v1/hazards/{id}"]!.AsObject().Remove("get"); break;
            case "rename operation": paths["/api/v1/hazards/{id}"]!["get"]!["operationId"] = "other"; break;
            case "remove answer's member": schemas["HazardDetails"]!["properties"]!.AsObject().Remove("hazard"); break;
            case "answer's member may go": schemas["HazardDetails"]!["required"] = new JsonArray(); break;
            case "require member": schemas["ReportHazardRequest"]!["required"]!.AsArray().Add("category"); break;
            case "remove request's member": schemas["ReportHazardRequest"]!["properties"]!.AsObject().Remove("category"); break;
            case "narrow codes": schemas["ReportSource"]!["enum"]!.AsArray().RemoveAt(0); break;
            case "lower maximum": after["components"]!["parameters"]!["Query-limit"]!["schema"]!["maximum"] = 20; break;
            case "require parameter": after["components"]!["parameters"]!["Query-limit"]!["required"] = true; break;
        }

        ContractChange.Breaking(before, after).ShouldContain(found => found.Contains(named, StringComparison.Ordinal));
        ContractChange.Breaking(before, before.DeepClone()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_added_breaks_nobody()
    {
        var before = (await Contract.OfThisBuildAsync()).Document;
        var after = before.DeepClone();
        after["paths"]!["/api/v1/more"] = before["paths"]!["/api/v1/me"]!.DeepClone();
        after["components"]!["schemas"]!["HazardDetails"]!["properties"]!["more"] = new JsonObject { ["type"] = "string" };
        after["components"]!["schemas"]!["ReportHazardRequest"]!["properties"]!["more"] = new JsonObject { ["type"] = "string" };
        after["components"]!["schemas"]!["ReportSource"]!["enum"]!.AsArray().Add("rumour");
        ContractChange.Breaking(before, after).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_in_the_document_is_left_open()
    {
        var document = (await Contract.OfThisBuildAsync()).Document;
        Each(document["components"]!["schemas"]!).Where(s => $"{s["type"]}" == "array" && s["items"] is null).Select(s => s.GetPath())
            .ShouldBeEmpty();
        Each(document["paths"]!).Where(s => $"{s["type"]}" == "array" && s["items"] is null).Select(s => s.GetPath()).ShouldBeEmpty();
        foreach (var operation in document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject()).Select(o => o.Value!))
            $"{operation["operationId"]}".ShouldMatch("^(get|post)([A-Z][A-Za-z0-9]*)+$");
    }

    private static IEnumerable<JsonObject> Each(JsonNode? node) => node switch
    {
        JsonObject found => found.SelectMany(m => Each(m.Value)).Prepend(found),
        JsonArray list => list.SelectMany(Each),
        _ => [],
    };
}
