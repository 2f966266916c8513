using System.Net;
using System.Text.Json.Nodes;

namespace Hazards.Api.Tests;

/// <summary>Texts of requests are as long as the published contract says, and a character more is refused.</summary>
[Trait("Server", "any")]
public sealed class TextLengthTests(TextLengthTests.Running running) : IClassFixture<TextLengthTests.Running>
{
    [Fact]
    public async Task Every_text_of_a_request_says_how_long_it_may_be_and_is_held_to_it()
    {
        var document = (await Contract.OfThisBuildAsync()).Document;
        var (held, wrong) = (0, new List<string>());
        foreach (var (path, schema) in Bodies(document))
            foreach (var (member, said) in schema["properties"]!.AsObject())
            {
                if (TextOf(said!) is not { } text)
                    continue;
                if (text["maxLength"] is not { } most)
                {
                    if (!new[] { "format", "pattern", "enum" }.Any(text.AsObject().ContainsKey))
                        wrong.Add($"{path}: {member} says not how long it may be");
                    continue;
                }

                var more = JsonValue.Create(new string('x', most.GetValue<int>() + 1));
                var given = new JsonObject
                {
                    [member] = $"{said!["type"]}" == "array" ? new JsonArray(more) : $"{said["type"]}" == "object" ? new JsonObject { ["x"] = more } : more,
                };
                var answer = await running.Service.Admin.PostAsync(Filled(path), given);
                // What is not there, and what takes codes for names, is said first.
                if (answer.Status == HttpStatusCode.NotFound || answer["code"] == "input.unknown_code")
                    continue;
                held++;
                if (answer["code"] != "input.too_long" || !answer.Text.Contains($"{most}", StringComparison.Ordinal))
                    wrong.Add($"{path}: {member} of {most} and one: {(int)answer.Status} {answer.Text}");
            }

        wrong.ShouldBeEmpty();
        held.ShouldBeGreaterThan(150);
    }

    /// <summary>Bodies of JSON but those of policies and calendars, which have readers of their own.</summary>
    private static IEnumerable<(string Path, JsonNode Schema)> Bodies(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        where !path.Key.EndsWith("/policies/check", StringComparison.Ordinal)
        let schema = path.Value!["post"]?["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]?.ToString()
        where schema is not null
        select (path.Key, document["components"]!["schemas"]![schema[(schema.LastIndexOf('/') + 1)..]]!);

    private static JsonNode? TextOf(JsonNode schema) => $"{schema["type"]}" switch
    {
        "string" => schema,
        "array" when $"{schema["items"]?["type"]}" == "string" => schema["items"],
        "object" when $"{schema["additionalProperties"]?["type"]}" == "string" => schema["additionalProperties"],
        _ => null,
    };

    private static string Filled(string path) => string.Join('/', path.Split('/').Select(p => p switch
    {
        "{leg}" => "sole",
        "{version}" => "nobody-rules@1",
        ['{', ..] => "01a1ff0e-6f8a-7c3e-9d51-0f6f3c1a2b3c",
        _ => p,
    }));

    public sealed class Running : IAsyncLifetime
    {
        public Service Service { get; } = new();

        public Task InitializeAsync() => Service.InitializeAsync();

        public Task DisposeAsync() => Service.DisposeAsync();
    }
}
