using System.Net;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>What a caller may do about a hazard now: why, where, and what the form asks.</summary>
[Trait("Server", "any")]
public sealed class StepTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task What_is_due_stands_first_with_its_clause_and_its_address()
    {
        var id = await service.HazardAsync();
        var answer = (await service.Office.GetAsync($"hazards/{id}/steps")).Require(HttpStatusCode.OK).Json;
        var duty = answer["duties"]!.AsArray().ShouldHaveSingleItem()!;
        duty["clock"]!["code"]!.ToString().ShouldBe("verify");
        duty["own"]!.GetValue<bool>().ShouldBeTrue();
        duty["daysLeft"]!.GetValue<int>().ShouldBe(3);
        duty["colour"]!.ToString().ShouldBe("amber");
        duty["rule"]!["clause"]!.ToString().ShouldBe("产品默认值");
        var step = answer["steps"]![0]!;
        step["name"]!.ToString().ShouldBe("verify");
        step["urgency"]!["code"]!.ToString().ShouldBe("due");
        step["why"]!["chinese"]!.ToString().ShouldContain("核实定级");
        step["address"]!.ToString().ShouldBe($"/api/v1/hazards/{id}/verification");
        var level = Field(step, "level");
        level["required"]!.GetValue<bool>().ShouldBeTrue();
        level["codes"]!.AsArray().Select(c => c!["code"]!.ToString()).ShouldBe(["general", "major"]);
        // What it says is taken at the address it names.
        (await service.Office.SendAsync(
            HttpMethod.Post, step["address"]!.ToString(),
            Json(new JsonObject { ["level"] = level["default"]!.DeepClone() }))).Require(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_double_assignment_is_proposed_whole_and_taken_as_proposed()
    {
        var id = await service.HazardAsync(Stage.Verified);
        var step = await StepAsync(service.Office, id, "assign");
        var legs = new JsonArray();
        foreach (var leg in Field(step, "legs")["fields"]!.AsArray().Where(l => l!["name"]!.ToString() != "sole"))
        {
            var order = new JsonObject { ["leg"] = leg!["name"]!.DeepClone() };
            foreach (var field in leg["fields"]!.AsArray().Where(f => f!["default"] is not null))
                order[field!["name"]!.ToString()] = field["default"]!.DeepClone();
            legs.Add(order);
        }

        (await service.Office.PostAsync($"hazards/{id}/assignments", new JsonObject { ["legs"] = legs })).Require(HttpStatusCode.OK);
        var hazard = (await service.Office.GetAsync($"hazards/{id}")).Json["hazard"]!;
        hazard["legs"]!["territorial"]!["body"]!.ToString().ShouldBe("ws-gov");
        hazard["legs"]!["sectoral"]!["body"]!.ToString().ShouldBe("ws-gas");
    }

    [Fact]
    public async Task Each_leg_sees_its_own_steps_and_nobody_those_of_others()
    {
        var id = await service.HazardAsync(Stage.Assigned);
        (await NamesAsync(service.Gov, id)).ShouldContain("acknowledge territorial");
        (await NamesAsync(service.Gov, id)).ShouldNotContain("acknowledge sectoral");
        (await NamesAsync(service.Regulator, id)).ShouldContain("acknowledge sectoral");
        (await NamesAsync(service.Supervisor, id)).ShouldNotContain(n => n.StartsWith("acknowledge", StringComparison.Ordinal));
        (await NamesAsync(service.Supervisor, id)).ShouldContain("urge ");
    }

    [Fact]
    public async Task The_past_has_duties_and_no_steps()
    {
        var id = await service.HazardAsync();
        var then = DateTimeOffset.UtcNow;
        (await service.Office.PostAsync($"hazards/{id}/verification", new JsonObject { ["level"] = "general" })).Require(HttpStatusCode.OK);
        var past = (await service.Office.GetAsync($"hazards/{id}/steps?asOf={Uri.EscapeDataString(ChinaTime.Format(then))}"))
            .Require(HttpStatusCode.OK).Json;
        past["steps"]!.AsArray().ShouldBeEmpty();
        past["duties"]![0]!["clock"]!["code"]!.ToString().ShouldBe("verify");
    }

    [Fact]
    public async Task Outside_the_jurisdiction_there_is_no_such_hazard()
    {
        var id = await service.HazardAsync();
        var outside = (await service.Elsewhere.GetAsync($"hazards/{id}/steps"))
            .Refused(HttpStatusCode.NotFound, HazardRefusals.NotFound.Code);
        var nothing = (await service.Elsewhere.GetAsync($"hazards/{Guid.CreateVersion7()}/steps"))
            .Refused(HttpStatusCode.NotFound, HazardRefusals.NotFound.Code);
        outside["detail"].ShouldBe(nothing["detail"]);
    }

    [Fact]
    public void Every_field_of_every_command_has_a_name_in_both_languages()
    {
        var catalogue = service.Services.GetRequiredService<StepCatalogue>();
        catalogue.All.Select(e => e.Rule.Name).Order(StringComparer.Ordinal)
            .ShouldBe(CommandRules.All.Where(r => r != CommandRules.Report && r != CommandRules.RecordLedgerRow
                && r != CommandRules.WithdrawImported).Select(r => r.Name).Order(StringComparer.Ordinal));
        foreach (var entry in catalogue.All)
            foreach (var field in StepFields.Of(entry).SelectMany(f => (f.Fields ?? []).Append(f)))
            {
                var label = StepFields.NameOf(entry.Rule.Name, field.Name).ShouldNotBeNull($"{entry.Rule.Name}.{field.Name}");
                label.Chinese.ShouldNotBeNullOrWhiteSpace();
                label.English.ShouldNotBeNullOrWhiteSpace();
            }
    }

    private static JsonNode Field(JsonNode step, string name) => step["fields"]!.AsArray().Single(f => f!["name"]!.ToString() == name)!;

    private static async Task<JsonNode> StepAsync(Client client, string id, string name) =>
        (await client.GetAsync($"hazards/{id}/steps")).Require(HttpStatusCode.OK).Json["steps"]!.AsArray()
            .Single(s => s!["name"]!.ToString() == name)!;

    private static async Task<string[]> NamesAsync(Client client, string id) =>
        [.. (await client.GetAsync($"hazards/{id}/steps")).Require(HttpStatusCode.OK).Json["steps"]!.AsArray().Select(s => $"{s!["name"]} {s["leg"]}")];

    private static StringContent Json(JsonObject body) => new(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
}
