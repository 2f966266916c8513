using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>The OpenAPI document says all there is, in Chinese first.</summary>
[Trait("Server", "any")]
public sealed partial class DocumentTests(Service service) : IClassFixture<Service>
{
    [Fact]
    public async Task Every_endpoint_is_in_the_document_with_chinese_text()
    {
        var document = await DocumentAsync();
        document["openapi"]!.ToString().ShouldStartWith("3.1");
        var endpoints = service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).ToArray();
        endpoints.Length.ShouldBeGreaterThan(50);
        foreach (var endpoint in endpoints)
        {
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single().ToLowerInvariant();
            var operation = document["paths"]![endpoint.RoutePattern.RawText!.Replace("**", "", StringComparison.Ordinal)]?[method];
            operation.ShouldNotBeNull($"{method} {endpoint.RoutePattern.RawText}");
            Chinese().IsMatch(operation["summary"]!.ToString()).ShouldBeTrue();
        }

        foreach (var (name, parameter) in document["components"]!["parameters"]!.AsObject())
            Chinese().IsMatch(parameter!["description"]!.ToString()).ShouldBeTrue(name);
    }

    [Fact]
    public async Task Every_command_has_an_endpoint()
    {
        var described = (await DocumentAsync())["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject())
            .Select(o => o.Value!["summary"]!.ToString()).ToHashSet();
        foreach (var rule in CommandRules.All.Where(r => r != CommandRules.RecordLedgerRow))
            described.ShouldContain($"{rule.Chinese} · {rule.English}");
    }

    [Fact]
    public async Task Every_refusal_says_in_two_languages_what_is_wrong()
    {
        foreach (var entry in (await service.Office.GetAsync("codes/refusals")).Json["items"]!.AsArray())
        {
            Chinese().IsMatch(entry!["chinese"]!.ToString()).ShouldBeTrue(entry["code"]!.ToString());
            entry["english"]!.ToString().ShouldNotBeNullOrWhiteSpace();
        }
    }

    [Fact]
    public async Task The_page_is_there_and_the_root_leads_to_the_pages_for_people()
    {
        (await service.ClientOf(null).GetAsync("/")).Headers.Location!.ToString().ShouldBe("/sign-in?to=%2F");
        (await service.ClientOf(null).GetAsync("/docs/index.html")).Require(HttpStatusCode.OK).Text.ShouldContain("隐患");
    }

    private async Task<JsonNode> DocumentAsync() =>
        (await service.ClientOf(null).GetAsync("/openapi/v1.json")).Require(HttpStatusCode.OK).Json;

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Chinese();
}
