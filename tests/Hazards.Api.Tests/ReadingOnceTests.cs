using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Hazards.Api.Http.Access;
using Hazards.Api.Http.OpenApi;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.Routing;

namespace Hazards.Api.Tests;

/// <summary>A body is read once; the walk that explains what is wrong must find something exactly where that reading refuses.</summary>
public sealed partial class ReadingOnceTests
{
    private const int BodiesOfEach = 400;

    private static readonly JsonSerializerOptions Whole = new(DomainJson.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    private static readonly Caller Caller = new(
        new ApiKey(Guid.NewGuid(), default, "tests", BodyId.Parse("ws-gov"), [Role.Reporter], RegionCode.Nation, null, false, 1),
        new Body(BodyId.Parse("ws-gov"), "政府", BodyKind.Government, RegionCode.Nation, [], null, null, false, null, 1));

    [Fact]
    public async Task What_is_read_at_once_is_what_the_walk_finds_nothing_wrong_with()
    {
        var document = (await Contract.OfThisBuildAsync()).Document;
        await using var app = HazardsService.Build(
            new ServiceOptions("Host=nowhere") { Jobs = false, Daemon = false, Urls = "http://127.0.0.1:0" });
        var (read, refused, differing) = (0, 0, new List<string>());
        foreach (var endpoint in ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<Hazards.Api.Http.Operation>() is not { Body: { } type } about)
                continue;
            var path = endpoint.RoutePattern.RawText!;
            var content = document["paths"]![path]!["post"]!["requestBody"]!["content"]!;
            var schema = content["application/json"]!["schema"]!;
            for (var seed = 0; seed < BodiesOfEach; seed++)
            {
                var random = new Random(seed);
                var body = Spoilt(new Malformed(document, random, Guid.Empty.ToString()).Json(schema), random);
                var (once, walked) = Read(type, body, path.Contains("{leg}", StringComparison.Ordinal) ? "sole" : null);
                (read, refused) = walked is null ? (read, refused + 1) : (read + 1, refused);
                if (once != walked)
                    differing.Add($"{path} {body}: at once {once ?? "refused"}, walked {walked ?? "refused"}");
            }
        }

        differing.Take(10).ShouldBeEmpty($"{differing.Count} of {read + refused}");
        read.ShouldBeGreaterThan(refused / 20);
        refused.ShouldBeGreaterThan(read / 20);
    }

    /// <summary>What a caller would write with the best intentions, and what nobody would.</summary>
    private static string Spoilt(string json, Random random) => random.Next(10) switch
    {
        0 => Strings().Replace(
            json, m => random.Next(6) == 0 ? $"\"{m.Groups[1].Value}{new string('x', random.Next(2) == 0 ? 70 : 20_001)}\"" : m.Value),
        1 => Strings().Replace(json, m => random.Next(4) == 0 ? CultureInfo.InvariantCulture.TextInfo.ToTitleCase(m.Value) : m.Value),
        2 => Strings().Replace(json, m => random.Next(4) == 0 ? $"\" {m.Groups[1].Value}, x\"" : m.Value),
        3 => Strings().Replace(json, m => random.Next(4) == 0 ? "\"  \"" : m.Value),
        4 when json.Length > 2 => $"{{{json[1..^1]},{json[1..^1]}}}",
        5 => Names().Replace(json, m => random.Next(6) == 0 ? $"\"\\u{(int)m.Groups[1].Value[0]:x4}{m.Groups[1].Value[1..]}\":" : m.Value),
        _ => json,
    };

    [GeneratedRegex("(?<=[:\\[,])\"([^\"\\\\]*)\"(?!:)")]
    private static partial Regex Strings();

    [GeneratedRegex("\"(\\w+)\":")]
    private static partial Regex Names();

    private static (string? Once, string? Walked) Read(Type type, string body, string? leg) => ((string?, string?))typeof(ReadingOnceTests)
        .GetMethod(nameof(ReadAs), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [body, leg])!;

    private static (string? Once, string? Walked) ReadAs<T>(string body, string? leg) where T : class
    {
        using var json = JsonDocument.Parse(body);
        return (Said(OrderReader.TryRead<T>(json.RootElement, leg, Caller)), Said(OrderReader.Read<T>(json.RootElement, leg, Caller)));
    }

    private static string? Said<T>(Order<T>? order) where T : class => order is not { Refusal: null, Given: { } given }
        ? null
        : JsonSerializer.Serialize(order.Command, Whole)
            + $" {given.OccurredAt:O} {given.Document} {given.Attachments.Length} {given.By.Name}";
}
