using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Hazards.Api.Tests;

/// <summary>
/// What lies outside a caller's jurisdiction, and what nobody has: every operation of the interface answers for both with the same
/// status and the same words, and neither shows nor changes anything outside. An enterprise's neighbours are outside to it.
/// </summary>
[Trait("Server", "any")]
public sealed partial class VisibilityTests(VisibleWorld world, ITestOutputHelper output) : IClassFixture<VisibleWorld>
{
    // Both cores, and what waits for the database meanwhile.
    private const int AtOnce = 12;

    [Fact]
    public async Task What_lies_outside_and_what_nobody_has_are_answered_alike_by_every_operation_for_every_key()
    {
        var operations = Operation.Of((await world.Service.ClientOf(null).GetAsync("/openapi/v1.json")).Json);
        operations.Length.ShouldBeGreaterThan(240);
        var before = await world.VersionsAsync();
        var (wrong, asked) = (new ConcurrentBag<string>(), 0);
        var work = from caller in world.Callers from operation in operations select (caller, operation);
        await Parallel.ForEachAsync(work, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (pair, _) =>
        {
            var (caller, operation) = pair;
            foreach (var attempt in operation.Attempts(caller))
            {
                Interlocked.Increment(ref asked);
                var answer = await caller.SendAsync(attempt.Ask);
                if (Leak(caller, attempt.Ask, answer) is { } leak)
                    wrong.Add($"{caller.Name}: {attempt.Ask} shows {leak}: {Short(answer.Text)}");
                if ((int)answer.Status >= 500 && answer.Status != HttpStatusCode.ServiceUnavailable)
                    wrong.Add($"{caller.Name}: {attempt.Ask} → {(int)answer.Status}");
                if (attempt.Alike is not { } other)
                    continue;
                Interlocked.Increment(ref asked);
                var twin = await caller.SendAsync(other);
                if ((answer.Status, Plain(answer, attempt.Ask)) is var one && (twin.Status, Plain(twin, other)) is var two && one != two)
                    wrong.Add($"{caller.Name}: {attempt.Ask}\n    outside  {(int)one.Status} {Short(one.Item2)}\n    invented {(int)two.Status} {Short(two.Item2)}");
            }
        });
        output.WriteLine($"{asked} requests: {operations.Length} operations, {world.Callers.Count} keys");
        wrong.ShouldBeEmpty($"{wrong.Count} of {asked}:\n{string.Join('\n', wrong.Order(StringComparer.Ordinal).Take(200))}");
        (await world.VersionsAsync()).ShouldBe(before, "something outside was changed by a key that may not");
    }

    private static string Short(string text) => text.Length > 300 ? text[..300] : text;

    /// <summary>A word or an identity of what is not there for the caller, which it did not say itself.</summary>
    private static string? Leak(Seer caller, Asking ask, Answer answer) =>
        // What the keys of the county asked for stands in its record of looks, as they asked it.
        ask.Path.Contains("/access", StringComparison.Ordinal)
            ? null
            : caller.Outside.SelectMany(s => s.Secrets)
                .FirstOrDefault(w => answer.Text.Contains(w, StringComparison.Ordinal) && !ask.Says(w));

    /// <summary>An answer without what the caller said itself, and without the time and the number of the request.</summary>
    private static string Plain(Answer answer, Asking ask)
    {
        if (answer.ContentHeaders.ContentType?.MediaType is not { } type
            || !(type.EndsWith("json", StringComparison.Ordinal) || type.StartsWith("text/", StringComparison.Ordinal)))
            return $"{answer.ContentHeaders.ContentType?.MediaType}";
        // Who looked changes with every look; a printed page says in words at which position of the log it was made.
        if (ask.Path.Contains("/access", StringComparison.Ordinal))
            return "";
        if (type == "text/html")
            return Digits().Replace(answer.Text, "");
        var text = ask.Named.Aggregate(answer.Text, (t, said) => t.Replace(said, "∎", StringComparison.Ordinal));
        return Passing().Replace(text, "");
    }

    [GeneratedRegex("\\d+")]
    private static partial Regex Digits();

    [GeneratedRegex("\"(traceId|position)\":(\"[^\"]*\"|\\d+)|\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)?|\"next\":\"[^\"]*\"")]
    private static partial Regex Passing();
}

/// <summary>A request of the matrix.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Path">Where, with the query.</param>
/// <param name="Body">The body of a POST.</param>
/// <param name="Named">The identities it names.</param>
internal sealed record Asking(HttpMethod Method, string Path, JsonObject? Body, IReadOnlyList<string> Named)
{
    public bool Says(string word) =>
        Path.Contains(word, StringComparison.Ordinal) || (Body?.ToJsonString().Contains(word, StringComparison.Ordinal) ?? false);

    public override string ToString() => $"{Method} {Path} {Body?.ToJsonString()}";
}

/// <summary>A request, and the same about what nobody has: both are to be answered alike.</summary>
internal sealed record Attempt(Asking Ask, Asking? Alike);

/// <summary>A key, with what is there for it and what is not.</summary>
internal sealed class Seer(string name, string address, string? key, Place inside, params Place[] outside)
{
    private readonly Client client = new(address, key);

    public string Name => name;

    public Place Inside => inside;

    public IReadOnlyList<Place> Outside => outside;

    public Task<Answer> SendAsync(Asking ask) => client.SendAsync(ask.Method, ask.Path,
        ask.Body is null ? null : new StringContent(ask.Body.ToJsonString(), Encoding.UTF8, "application/json"));
}

/// <summary>Things of one place: their identities by kind, and words that only they hold.</summary>
internal sealed class Place
{
    public Dictionary<string, string> Ids { get; } = [];

    public List<string> Words { get; } = [];

    /// <summary>The enterprise whose it is.</summary>
    public JsonObject? Enterprise { get; set; }

    /// <summary>What it has of a kind; what nobody has, where it has none.</summary>
    public string this[string kind] => Ids.TryGetValue(kind, out var id) ? id : Nobody.Ids[kind];

    /// <summary>Nothing of this was ever recorded.</summary>
    public static Place Nobody { get; } = Invented();

    public IEnumerable<string> Secrets =>
        Words.Concat(Ids.Where(i => i.Key is not ("region" or "policy" or "authority")).Select(i => i.Value));

    /// <summary>
    /// What a request about a kind may name; a position of the log is a number like many, unless it is what is asked about.
    /// </summary>
    public IEnumerable<string> Named(string? kind) => Ids.Where(i => i.Key is not "authority" || kind == "authority").Select(i => i.Value);

    private static Place Invented()
    {
        var place = new Place();
        foreach (var kind in new[] { "hazard", "verified", "key", "account", "campaign", "inspection", "seal", "evidence", "message", "person", "report", "import", "draft", "webhook", "session", "job" })
            place.Ids[kind] = Guid.CreateVersion7().ToString("D");
        place.Ids["authority"] = "999999999";
        place.Ids["body"] = "nobody-awb";
        place.Ids["client"] = "nobody-client";
        place.Ids["enterprise"] = "91350100M000100Y43";
        place.Ids["region"] = "532930";
        place.Ids["file"] = new string('7', 64);
        place.Ids["policy"] = "nobody-rules@1";
        return place;
    }
}

/// <summary>An operation of the OpenAPI document, and how the matrix asks it.</summary>
internal sealed partial record Operation(HttpMethod Method, string Path, IReadOnlyList<string> Query, bool HasBody, bool NeedsReason)
{
    private static readonly Place Nobody = Place.Nobody;

    // Longest first: what a path's identities are identities of.
    private static readonly (string Prefix, string Kind)[] Kinds =
    [
        ("/replay/enterprises/", "enterprise"), ("/replay/hazards/", "hazard"), ("/replay/regions/", "region"), ("/replay/bodies/", "body"),
        ("/authority/changes/", "authority"), ("/imports/drafts/", "draft"), ("/inspections/", "inspection"), ("/campaigns/", "campaign"),
        ("/evidence/", "evidence"),
        ("/policies/", "policy"), ("/accounts/", "account"), ("/webhooks/", "webhook"), ("/api-keys/", "key"), ("/hazards/", "hazard"),
        ("/imports/", "import"), ("/reports/", "report"), ("/persons/", "person"), ("/bodies/", "body"), ("/files/", "file"),
        ("/inbox/", "message"), ("/seals/", "seal"),
    ];

    // Query parameters that name something.
    private static readonly Dictionary<string, string> Naming = new()
    {
        ["hazard"] = "hazard", ["body"] = "body", ["owes"] = "body", ["asked"] = "body", ["supervisor"] = "body", ["sender"] = "body",
        ["listedBy"] = "body", ["enterprise"] = "enterprise", ["inspection"] = "inspection", ["campaign"] = "campaign",
        ["client"] = "client",
        ["stream"] = "hazard",
    };

    private static readonly Dictionary<string, string> Always = new()
    {
        ["period"] = "2026-01", ["from"] = "2026-01-01", ["to"] = "2026-01-31",
    };

    /// <summary>Bodies that name something, by path: made for the place whose things they name.</summary>
    private static readonly (string Path, Func<Place, JsonObject> Body)[] Bodies =
    [
        ("/hazards", p => Report(p, "campaign")), ("/hazards", p => Report(p, "inspection")), ("/hazards", p => Report(p, "file")),
        ("/hazards",
            p => new()
            {
                ["source"] = "hotline", ["region"] = p["region"], ["sector"] = "city_gas", ["title"] = "t", ["description"] = "d",
            }),
        ("/hazards/{id}/merge", p => new() { ["into"] = p["hazard"], ["reason"] = "同一处" }),
        ("/hazards/{id}/assignments", p => new() { ["legs"] = new JsonArray(Some.Leg("sole", p["body"])) }),
        ("/hazards/{id}/legs/{leg}/reassignment", p => new()
        {
            ["body"] = p["body"], ["deadline"] = Some.InDays(20), ["instructions"] = "限期", ["reason"] = "职责",
        }),
        ("/hazards/{id}/legs/{leg}/supervisor", p => new() { ["body"] = p["body"], ["reason"] = "职责" }),
        ("/hazards/{id}/escalations", p => new() { ["to"] = p["body"], ["reason"] = "逾期" }),
        ("/hazards/{id}/comments", p => new() { ["text"] = "批注", ["attachments"] = new JsonArray(
            new JsonObject { ["digest"] = p["file"] }) }),
        ("/hazards/{id}/corrections", p => new() { ["field"] = "region", ["to"] = p["region"], ["reason"] = "更正" }),
        ("/hazards/batch", p => new() { ["step"] = "urge", ["text"] = "请尽快", ["hazards"] = new JsonArray(
            new JsonObject { ["id"] = p["hazard"] }) }),
        ("/bodies", p => new()
        {
            ["id"] = $"new-{Guid.NewGuid():n}"[..20], ["name"] = "新单位", ["kind"] = "unit", ["region"] = Service.County, ["parent"] = p["body"],
        }),
        ("/bodies/{id}/changes", p => new() { ["parent"] = p["body"], ["reason"] = "变更" }),
        ("/bodies/{id}/dissolution", p => new() { ["successor"] = p["body"], ["reason"] = "撤并" }),
        ("/api-keys",
            p => new() { ["client"] = "c", ["body"] = p["body"], ["region"] = Service.County, ["roles"] = new JsonArray("reporter") }),
        ("/accounts",
            p => new()
            {
                ["login"] = "li.si", ["name"] = "李四", ["body"] = p["body"], ["region"] = Service.County,
                ["roles"] = new JsonArray("reporter"),
            }),
        ("/webhooks", p => new() { ["address"] = "https://hooks.example.cn/in", ["body"] = p["body"], ["region"] = Service.County }),
        ("/inspections", p => Visit(p)), ("/inspections/batch", p => new() { ["items"] = new JsonArray(Visit(p)) }),
        ("/inspections/{id}/corrections", p => new() { ["campaign"] = p["campaign"], ["reason"] = "更正" }),
        ("/evidence", p => new() { ["reason"] = "调查", ["hazards"] = new JsonArray(p["hazard"]) }),
    ];

    public static Operation[] Of(JsonNode document) =>
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           let said = operation.Value!
           let schema = Resolved(document, "schemas", said["requestBody"]?["content"]?["application/json"]?["schema"])
           select new Operation(
               new HttpMethod(operation.Key.ToUpperInvariant()), path.Key["/api/v1".Length..],
               [.. (said["parameters"]?.AsArray() ?? []).Select(p => Resolved(document, "parameters", p)).Where(p => p!["in"]!.ToString() == "query").Select(p => p!["name"]!.ToString()).Distinct()],
               schema is not null, schema?["properties"]?["reason"] is not null),
    ];

    /// <summary>How one caller asks it: about what is there for it, and about what lies outside and what nobody has.</summary>
    public IEnumerable<Attempt> Attempts(Seer caller)
    {
        var kind = Kinds.FirstOrDefault(
            k => Path.StartsWith(k.Prefix, StringComparison.Ordinal) && Path.Length > k.Prefix.Length && Path[k.Prefix.Length] == '{').Kind;
        var (plain, most) = (HasBody ? new JsonObject() : null, caller.Name.Contains('!'));
        // What is there for it, by the keys that see most; what names nothing, by all, but for the sheets, which show what the
        // figures show.
        if (most || kind is null && !Path.EndsWith("/file", StringComparison.Ordinal))
            yield return new Attempt(Ask(caller.Inside, plain), null);
        // The shelf of shipped policies is everybody's.
        if (kind is not null && Path != "/policies/{version}")
            foreach (var outside in caller.Outside)
                if (outside.Ids.ContainsKey(kind))
                    yield return new Attempt(Ask(outside, Reasoned()), Ask(Nobody, Reasoned()));
        // Every key goes through every path; what else may name something is asked by the keys that see most.
        if (!most)
            yield break;
        foreach (var outside in caller.Outside)
        {
            foreach (var named in Query.Where(q => Naming.TryGetValue(q, out var k) && outside.Ids.ContainsKey(k)))
                yield return new Attempt(Ask(caller.Inside, plain, outside, named), Ask(caller.Inside, plain, Nobody, named));
            // A region's name is no secret, and what it is called differs.
            if (Query.Contains("region") && outside.Ids.ContainsKey("region"))
                yield return new Attempt(Ask(caller.Inside, plain, outside, "region"), null);
            foreach (var (_, make) in Bodies.Where(b => b.Path == Path && Method == HttpMethod.Post))
                yield return new Attempt(Ask(caller.Inside, make(outside), outside), Ask(caller.Inside, make(Nobody)));
        }
    }

    private JsonObject? Reasoned() =>
        Bodies.FirstOrDefault(b => b.Path == Path) is { Body: { } make } ? make(Nobody)
        : !HasBody ? null : NeedsReason ? new JsonObject { ["reason"] = "原因" } : Usual();

    // So that more than its shape is looked at, where that takes no more than a few words.
    private JsonObject Usual() => Path[(Path.LastIndexOf('/') + 1)..] switch
    {
        "comments" => new() { ["text"] = "批注" },
        "verification" => new() { ["level"] = "general" },
        "urgings" => new() { ["message"] = "请尽快" },
        "end" => new() { ["summary"] = "结束" },
        "letterhead" => new() { ["name"] = "名" },
        "changes" => new() { ["name"] = "名" },
        _ => [],
    };

    /// <param name="place">Whose things the path names.</param>
    /// <param name="body">The body.</param>
    /// <param name="named">Whose things the body or the query names.</param>
    /// <param name="query">The query parameter that names one.</param>
    private Asking Ask(Place place, JsonObject? body, Place? named = null, string? query = null)
    {
        var kind = Kinds.FirstOrDefault(k => Path.StartsWith(k.Prefix, StringComparison.Ordinal)).Kind;
        if (kind == "hazard" && Path.EndsWith("/assignments", StringComparison.Ordinal))
            kind = "verified";
        var path = Placeholder().Replace(Path, m => m.Groups[1].Value switch
        {
            "leg" => "sole", "list" => "stages", "size" => "1", "path" => "0/000", "period" => "spring", "origin" => new string('0', 64),
            "person" => place["person"], "session" => place["key"],
            _ => kind is not null ? place[kind] : "11111111-1111-4111-8111-111111111111",
        });
        var given = Query.Where(Always.ContainsKey)
            .Where(q => q == "period" || (Path.Contains("difference", StringComparison.Ordinal)
                || Path.Contains("changes", StringComparison.Ordinal)))
            .Select(q => $"{q}={Always[q]}").ToList();
        if (query is not null)
            given.Add($"{query}={named![Naming.GetValueOrDefault(query, query)]}{(query == "stream" ? "&version=1" : "")}");
        return new Asking(Method, $"/api/v1{path}{(given.Count == 0 ? "" : "?" + string.Join('&', given))}", (JsonObject?)body?.DeepClone(),
            [.. place.Named(kind).Concat(named?.Named(kind) ?? []).Concat(Nobody.Ids.Values).Distinct().OrderByDescending(v => v.Length)]);
    }

    private static JsonObject Report(Place place, string naming)
    {
        var report = Some.Report();
        if (naming == "file")
            report["attachments"] = new JsonArray(new JsonObject { ["digest"] = place["file"] });
        else
            report[naming] = place[naming];
        return report;
    }

    private static JsonObject Visit(Place place) => new()
    {
        ["unit"] = new JsonObject { ["name"] = "某公司" }, ["region"] = Service.County, ["sector"] = "city_gas", ["on"] = Some.InDays(0),
        ["campaign"] = place["campaign"],
    };

    private static JsonNode? Resolved(JsonNode document, string kind, JsonNode? said) =>
        said?["$ref"]?.ToString() is { } reference ? document["components"]![kind]![reference[(reference.LastIndexOf('/') + 1)..]] : said;

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();
}
