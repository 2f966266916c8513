using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Api.Http.OpenApi;
using Json.Schema;

namespace Hazards.Api.Tests;

/// <summary>
/// What the service promises: its OpenAPI document, against which every answer is held that a test gets, whichever service of
/// this build gave it. Read once for the assembly; a schema is made ready when the first answer needs it.
/// </summary>
internal sealed class Contract
{
    private static readonly string[] Methods = ["get", "post"];

    private static readonly Lazy<Task<Contract>> Served = new(ReadAsync);

    private const string Id = "https://hazards.test/contract.json";

    private static readonly EvaluationOptions Quick = new() { OutputFormat = OutputFormat.Flag, RequireFormatValidation = true };
    private static readonly EvaluationOptions Saying = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private readonly Lock building = new();
    private readonly BuildOptions build = new() { SchemaRegistry = new SchemaRegistry() };
    private readonly ConcurrentDictionary<string, JsonSchema> schemas = [];
    private readonly (string Method, string[] Path, JsonNode Operation)[] operations;

    private Contract(JsonNode node)
    {
        Document = node;
        JsonSchema.FromText(Defined($$"""{ "$id": "{{Id}}", "$defs": {{node["components"]!["schemas"]!.ToJsonString()}} }"""), build);
        operations = [.. node["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Where(o => Methods.Contains(o.Key))
            .Select(o => (o.Key.ToUpperInvariant(), p.Key.Split('/'), o.Value!)))];
    }

    /// <summary>The document.</summary>
    public JsonNode Document { get; }

    /// <summary>The contract of this build. It is the same whatever stands in the database, so none is needed.</summary>
    public static Task<Contract> OfThisBuildAsync() => Served.Value;

    /// <summary>Says how an answer breaks the contract; null when it keeps it, or the address is none of the document's.</summary>
    public string? Broken(string method, string path, int status, string? mediaType, ReadOnlyMemory<byte> body)
    {
        if (method == "HEAD" || Find(method, path) is not { } operation)
            return null;
        var name = operation["operationId"]!.ToString();
        if (operation["responses"]![$"{status}"] is not { } response)
            return $"{name} answered {status}, which is not listed";
        if (response["$ref"]?.ToString() is { } shared)
            response = Document["components"]!["responses"]![shared.Split('/')[^1]]!;
        var content = response["content"]?.AsObject();
        if (content is null or { Count: 0 })
            return body.IsEmpty ? null : $"{name} {status} has a body, and none is listed";
        var listed = content.FirstOrDefault(c => c.Key == mediaType || c.Key == "*/*");
        if (listed.Key is null)
            return $"{name} {status} came as “{mediaType}”; listed: {string.Join(", ", content.Select(c => c.Key))}";
        return mediaType is "application/json" or "application/problem+json" ? Wrong(name, status, listed.Value!["schema"]!, body) : null;
    }

    /// <summary>The operation of an address.</summary>
    public JsonNode? Find(string method, string path)
    {
        var parts = path.Split('?')[0].Split('/');
        // A fixed word goes before a parameter, as in the service.
        return operations.Where(o => o.Method == method && Fits(o.Path, parts)).OrderBy(o => o.Path.Count(p => p.StartsWith('{')))
            .FirstOrDefault().Operation;
    }

    /// <summary>Bodies without an example, and examples that their own schema refuses.</summary>
    public IEnumerable<string> WrongExamples() =>
        from o in operations
        let body = o.Operation["requestBody"]?["content"]?["application/json"]
        where body is not null
        let name = o.Operation["operationId"]!.ToString()
        let wrong = body["example"] is { } example
            ? Wrong(name, 0, body["schema"]!, JsonSerializer.SerializeToUtf8Bytes(example))
            : $"{name} has no example"
        where wrong is not null
        select wrong;

    private static bool Fits(string[] pattern, string[] path) =>
        (pattern.Length == path.Length || (pattern[^1] == "{path}" && path.Length > pattern.Length))
        && pattern.Zip(path).All(p => p.First == p.Second
            || (p.First.StartsWith('{') && p.Second.Length > 0 && p.Second.EndsWith(p.First.Split('}')[1], StringComparison.Ordinal)));

    private string? Wrong(string name, int status, JsonNode schema, ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        var ready = Ready(Defined(schema.ToJsonString()));
        if (ready.Evaluate(json.RootElement, Quick).IsValid)
            return null;
        var said = ready.Evaluate(json.RootElement, Saying).Details!
            .Where(d => d.Errors is { Count: > 0 })
            .SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value} ({d.SchemaLocation.ToString().Split('#')[^1]})"));
        var whole = json.RootElement.GetRawText();
        return $"{name} {status} is not as its schema says:\n{string.Join('\n', said.Take(8))}\n{(whole.Length > 1500 ? whole[..1500] + "…" : whole)}";
    }

    // Building reads and writes what all schemas share.
    private JsonSchema Ready(string schema)
    {
        if (schemas.TryGetValue(schema, out var known))
            return known;
        lock (building)
            return schemas.GetOrAdd(schema, t => JsonSchema.FromText(t, build));
    }

    /// <summary>The document's components, as the definitions of one schema.</summary>
    private static string Defined(string schema) => schema.Replace("\"#/components/schemas/", $"\"{Id}#/$defs/", StringComparison.Ordinal);

    private static async Task<Contract> ReadAsync()
    {
        await using var app = HazardsService.Build(
            new ServiceOptions("Host=nowhere") { Jobs = false, Daemon = false, Urls = "http://127.0.0.1:0" });
        return new Contract(JsonNode.Parse(await ApiDocument.WriteAsync(app))!);
    }
}

/// <summary>Holds every answer against the contract before a test sees it.</summary>
internal sealed class KeepsTheContract(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var contract = await Contract.OfThisBuildAsync();
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (contract.Broken(
            request.Method.Method, request.RequestUri!.AbsolutePath, (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType, body) is { } how)
            throw new ContractBrokenException($"{request.Method} {request.RequestUri.PathAndQuery}: {how}");
        return response;
    }
}

/// <summary>An answer that the OpenAPI document does not allow.</summary>
public sealed class ContractBrokenException(string message) : Exception(message);
