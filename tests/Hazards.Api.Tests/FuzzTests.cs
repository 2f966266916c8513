using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>
/// Every operation of the contract is asked wrong in every way that comes to mind: no answer is a 500, and none has a status, a
/// media type or a shape that the contract does not list. <c>HAZARDS_FUZZ_REQUESTS</c> asks more often; the seed is always the
/// same, so a failure comes again.
/// </summary>
[Trait("Server", "any")]
public sealed class FuzzTests(Service service) : IClassFixture<Service>
{
    private const int Workers = 4;

    private static readonly HttpClient Http = new(new KeepsTheContract(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
    })) { Timeout = TimeSpan.FromSeconds(60) };

    // What would end the run itself: a wait, or an audit of the whole log at each request.
    private static readonly HashSet<string> Slow = ["postLogAudits", "postLogKeysRotation"];

    [Fact]
    public async Task Nothing_that_is_asked_breaks_the_service_or_the_contract()
    {
        var requests = int.TryParse(
            Environment.GetEnvironmentVariable("HAZARDS_FUZZ_REQUESTS"), CultureInfo.InvariantCulture, out var asked)
            ? asked
            : 1_000;
        var contract = await Contract.OfThisBuildAsync();
        var hazard = await service.HazardAsync(Stage.Assigned);
        string?[] keys = [service.AdminKey, service.Office.Key, service.Gov.Key, service.Supervisor.Key, null];
        var operations = contract.Document["paths"]!.AsObject()
            .SelectMany(p => p.Value!.AsObject().Select(o => (Path: p.Key, Method: o.Key, Operation: o.Value!)))
            .Where(o => !Slow.Contains(o.Operation["operationId"]!.ToString())).ToArray();
        var wrong = new ConcurrentQueue<string>();
        var statuses = new ConcurrentDictionary<int, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (number, stop) =>
        {
            var (path, method, operation) = operations[number % operations.Length];
            using var request = new Malformed(contract.Document, new Random(number), hazard)
                .Request(service.Address, path, method, operation);
            if (keys[number / operations.Length % keys.Length] is { } key)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            try
            {
                using var response = await Http.SendAsync(request, stop);
                statuses.AddOrUpdate((int)response.StatusCode, 1, (_, n) => n + 1);
                if ((int)response.StatusCode >= 500)
                    wrong.Enqueue($"{number} {method} {request.RequestUri!.PathAndQuery}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(stop)}");
            }
            catch (Exception e) when (e is ContractBrokenException or HttpRequestException or OperationCanceledException)
            {
                wrong.Enqueue($"{number} {e.Message}");
            }
        });
        Console.WriteLine($"{requests} requests: {string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Key} × {s.Value}"))}");
        wrong.Take(20).ShouldBeEmpty($"{wrong.Count} of {requests} requests");
        statuses.Keys.ShouldContain((int)HttpStatusCode.OK);
    }
}

/// <summary>A request that is nearly right: as the contract says, but for one or two things.</summary>
internal sealed class Malformed(JsonNode document, Random random, string hazard)
{
    private static readonly string[] InPath =
    [
        "%00", "%zz", "%c0%af", "%ff", "..%2f..", "%25", "a%0ab", "00000000-0000-0000-0000-000000000000", "1", "-1", "latest",
        "9223372036854775808", "%F0%9F%92%A5", "x",
        "territorial", "ws-gov", "WS-GOV", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "'--",
    ];

    private static readonly string[] InQuery =
    [
        "", "%00", "a%00b", "%zz", "%ff", "-1", "0", "9223372036854775808", "1e400", "NaN", "true", "2026-02-30", "2026-01-01T00:00:00Z",
        "9999-12-31T23:59:59%2B14:00",
        "0001-01-01T00:00:00-14:00", "532927", "e30", "eyJhIjoiXHUwMDAwIn0", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "MjAyNi0wMS0wMVwwfDEy",
        "1%7C2%7C3", ",,,", "%F0%9F%92%A5", "'%3B--", "%25%5F",
    ];

    private static readonly string[] InHeaders = [
        "", "\"", "\"1\"", "W/\"1\"", "*", "%00", "%zz", "%ff%fe", "a b", "é", new('x', 600), "\"99999999999999999999\"", "en;q=x", "1",
        "q=1,,;"];

    private static readonly string[] Values =
    [
        "null", "[null]", "[[]]", "{}", "{\"a\":null}", "[{}]", "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\uffff\"", "1", "-1",
        "1.5", "1e400", "99999999999999999999999999", "-9223372036854775809",
        "true", "\"2026-02-30\"", "\"9999-12-31\"", "\"0001-01-01\"", "\"0001-01-01T00:00:00+14:00\"",
        "\"9999-12-31T23:59:59.9999999-14:00\"", "\"532927\"", "\"x\"", "[1,2,3]", "[\"a\",null]", "\"a\\tb\"",
    ];

    /// <summary>The request, for the same seed the same.</summary>
    public HttpRequestMessage Request(string address, string path, string method, JsonNode operation)
    {
        var parameters = operation["parameters"]!.AsArray().Select(p => Found(p!)).ToArray();
        foreach (var parameter in parameters.Where(p => $"{p["in"]}" == "path"))
            path = path.Replace($"{{{parameter["name"]}}}", random.Next(3) > 0 ? hazard : One(InPath), StringComparison.Ordinal);
        var query = parameters.Where(p => $"{p["in"]}" == "query" && $"{p["name"]}" != "wait" && random.Next(4) == 0)
            .Select(p => $"{p["name"]}={(random.Next(3) == 0 ? One(InQuery) : Uri.EscapeDataString(Text(p["schema"]!)))}").ToList();
        if (random.Next(40) == 0)
            query.Add($"{One(["a", "%00", "asOf", "cursor", ""])}={One(InQuery)}");
        var uri = new Uri(
            address + path + (query.Count > 0 ? "?" + string.Join('&', query) : ""),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), uri) { Content = Body(operation) };
        foreach (var header in parameters.Where(p => $"{p["in"]}" == "header" && random.Next(12) == 0))
            request.Headers.TryAddWithoutValidation($"{header["name"]}", One(InHeaders));
        return request;
    }

    /// <summary>An object that is nearly as a schema says.</summary>
    public string Json(JsonNode schema) => Object(Found(schema), 0, top: true);

    private ByteArrayContent? Body(JsonNode operation)
    {
        if (operation["requestBody"]?["content"]?.AsObject().First() is not { } content)
            return null;
        var bytes = content.Key == "application/json"
            ? Encoding.UTF8.GetBytes(Broken(Json(content.Value!["schema"]!)))
            : Bytes();
        var body = new ByteArrayContent(bytes);
        if (random.Next(30) > 0)
            body.Headers.TryAddWithoutValidation(
                "Content-Type",
                random.Next(30) == 0
                    ? One(["text/plain", "application/json; charset=gbk", "x", "multipart/form-data", "multipart/form-data; boundary=x"])
                    : content.Key);
        return body;
    }

    private byte[] Bytes()
    {
        var bytes = new byte[random.Next(0, 400)];
        random.NextBytes(bytes);
        return bytes;
    }

    private string Broken(string json) => random.Next(25) switch
    {
        0 => json[..random.Next(json.Length)],
        1 => string.Concat(Enumerable.Repeat("[", 500)) + json,
        2 => $"[{json}]",
        3 => json.Replace("}", ",\"\":1}", StringComparison.Ordinal),
        4 => "\uFEFF" + json,
        5 => json + json,
        _ => json,
    };

    private string Object(JsonNode schema, int depth, bool top = false)
    {
        var members = schema["properties"]?.AsObject() ?? [];
        var must = schema["required"]?.AsArray().Select(r => $"{r}").ToHashSet() ?? [];
        var given = members.Where(m => must.Contains(m.Key) ? random.Next(20) > 0 : random.Next(top ? 3 : 2) == 0)
            .Select(m => $"\"{m.Key}\":{(random.Next(8) == 0 ? One(Values) : Value(m.Value!, depth + 1))}");
        return $"{{{string.Join(',', given)}}}";
    }

    private string Value(JsonNode schema, int depth)
    {
        var found = Found(schema);
        if (depth > 6)
            return "null";
        return $"{found["type"]}" switch
        {
            "object" when found["properties"] is not null => Object(found, depth),
            "object" => $"{{\"{One(["goals", "measures", "", "x", "\\u0000"])}\":{(random.Next(4) == 0 ? "null" : "\"x\"")}}}",
            "array" => $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(5) == 0 ? "null" : Value(found["items"]!, depth + 1)))}]",
            "integer" => One(["0", "1", "50", "-1", "2147483648"]),
            "number" => One(["0", "1.5", "1e28", "-3"]),
            "boolean" => One(["true", "false"]),
            "string" => JsonValue.Create(Text(found)).ToJsonString(),
            _ => One(Values),
        };
    }

    /// <summary>A text that may well be right.</summary>
    private string Text(JsonNode schema)
    {
        var found = Found(schema["items"] ?? schema);
        if (found["enum"]?.AsArray() is { } codes)
            return $"{codes[random.Next(codes.Count)]}";
        if (found["examples"]?[0] is { } example)
            return $"{example}";
        return $"{found["format"]}" == "uuid" ? hazard : One(["燃气阀井泄漏", "x", "1", "ws-gov", "true"]);
    }

    private string One(string[] choices) => choices[random.Next(choices.Length)];

    private JsonNode Found(JsonNode node)
    {
        while (node["$ref"]?.ToString() is { } reference)
            node = reference.Split('/').Skip(1).Aggregate(document, (n, part) => n[part]!);
        return node;
    }
}
