using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Http.Pages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>The same of every page and every form of a page, by those who sign in.</summary>
public sealed partial class VisibilityTests
{
    [Fact]
    public async Task What_lies_outside_and_what_nobody_has_are_shown_alike_by_every_page_to_every_account()
    {
        var pages = Mapped.Of(world.Service.Services);
        pages.Length.ShouldBeGreaterThan(85);
        var before = await world.VersionsAsync();
        var (wrong, asked) = (new ConcurrentBag<string>(), 0);
        var work = from person in world.People from page in pages select (person, page);
        await Parallel.ForEachAsync(work, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (pair, _) =>
        {
            var (person, page) = pair;
            foreach (var (ask, alike) in page.Attempts(person))
            {
                Interlocked.Increment(ref asked);
                var answer = await person.SendAsync(ask);
                if (person.Leak(ask, answer) is { } leak)
                    wrong.Add($"{person.Name}: {ask} shows {leak}: {Around(answer.Text, leak)}");
                if ((int)answer.Status >= 500)
                    wrong.Add($"{person.Name}: {ask} → {(int)answer.Status}");
                if (alike is null)
                    continue;
                Interlocked.Increment(ref asked);
                var twin = await person.SendAsync(alike);
                if (ask.Plain(answer) is var one && alike.Plain(twin) is var two && one != two)
                    wrong.Add($"{person.Name}: {ask}\n    outside  {Differing(one, two)}\n    invented {Differing(two, one)}");
            }
        });
        output.WriteLine($"{asked} requests: {pages.Length} pages and forms, {world.People.Count} accounts");
        wrong.ShouldBeEmpty($"{wrong.Count} of {asked}:\n{string.Join('\n', wrong.Order(StringComparer.Ordinal).Take(100))}");
        (await world.VersionsAsync()).ShouldBe(before, "something outside was changed by an account that may not");
    }

    private static string Around(string text, string word) =>
        text.IndexOf(word, StringComparison.Ordinal) is var at ? text[Math.Max(0, at - 120)..Math.Min(text.Length, at + 60)] : "";

    /// <summary>One text from a little before where it differs from another.</summary>
    private static string Differing(string one, string other)
    {
        var at = one.Zip(other).TakeWhile(c => c.First == c.Second).Count();
        return one[..Math.Min(one.Length, 3)] + " …" + one[Math.Max(0, at - 80)..Math.Min(one.Length, at + 120)];
    }
}

/// <summary>A request of a page.</summary>
/// <param name="Path">Where, with the query.</param>
/// <param name="Form">What is sent; null for looking.</param>
/// <param name="Named">The identities it may name.</param>
internal sealed partial record PageAsking(string Path, IReadOnlyDictionary<string, string>? Form, IReadOnlyList<string> Named)
{
    public bool Says(string word) =>
        Path.Contains(word, StringComparison.Ordinal) || (Form?.Values.Any(v => v.Contains(word, StringComparison.Ordinal)) ?? false);

    /// <summary>An answer without what was said, without numbers, and without what only proves where a form came from.</summary>
    public string Plain(PageAnswer answer)
    {
        // Who looked changes with every look.
        if (Path.Contains("/access", StringComparison.Ordinal))
            return $"{(int)answer.Status}";
        var text = Named.Aggregate(
            $"{(int)answer.Status} {answer.Location} {answer.Text}", (t, said) => t.Replace(said, "∎", StringComparison.Ordinal));
        return Passing().Replace(text, "");
    }

    public override string ToString() =>
        $"{(Form is null ? "GET" : "POST")} {Path} {(Form is null ? "" : string.Join('&', Form.Select(f => $"{f.Key}={f.Value}")))}";

    [GeneratedRegex("CfDJ8[\\w-]+|page-[0-9a-f-]{32,36}|\\d+")]
    private static partial Regex Passing();
}

/// <summary>What a page answered.</summary>
internal sealed record PageAnswer(HttpStatusCode Status, string? Location, string Text);

/// <summary>Somebody who signed in, with what is there for him and what is not.</summary>
internal sealed class Person(string name, string address, string session, Place inside, params Place[] outside) : IDisposable
{
    private readonly HttpClient http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 16 })
    {
        BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(1),
    };

    private string cookies = $"{SessionCookie.Name}={session}";
    private string token = "";

    public string Name => name;

    public Place Inside => inside;

    public IReadOnlyList<Place> Outside => outside;

    /// <summary>Gets what proves that a form comes from a page of ours.</summary>
    public async Task<Person> ReadyAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/field/token") { Headers = { { "Cookie", cookies } } };
        using var response = await http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, name);
        token = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["token"]!.ToString();
        cookies += "; " + response.Headers.GetValues("Set-Cookie").First().Split(';')[0];
        return this;
    }

    public async Task<PageAnswer> SendAsync(PageAsking ask)
    {
        using var request = new HttpRequestMessage(ask.Form is null ? HttpMethod.Get : HttpMethod.Post, ask.Path)
        {
            Headers = { { "Cookie", cookies }, { "Accept", "text/html" } },
        };
        if (ask.Form is { } form)
            request.Content = new FormUrlEncodedContent(form.Append(new("_form", token)).Append(new("_key", $"page-{Guid.NewGuid()}")));
        using var response = await http.SendAsync(request);
        return new PageAnswer(response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A word or an identity of what is not there for him, which he did not say himself.</summary>
    public string? Leak(PageAsking ask, PageAnswer answer) =>
        // What others of his body asked for stands in the record of looks, as they asked it.
        ask.Path.Contains("/access", StringComparison.Ordinal) ? null
            : outside.SelectMany(s => s.Secrets).FirstOrDefault(w => answer.Text.Contains(w, StringComparison.Ordinal) && !ask.Says(w));

    public void Dispose() => http.Dispose();
}

/// <summary>A page or a form as it is mapped, and how the matrix asks it.</summary>
internal sealed partial record Mapped(string Method, string Pattern)
{
    // Longest first: what the variable of an address is the identity of.
    private static readonly (string Prefix, string Kind)[] Kinds =
    [
        ("/investigation/enterprise/", "enterprise"), ("/investigation/evidence/", "evidence"), ("/investigation/hazard/", "hazard"),
        ("/investigation/region/", "region"), ("/investigation/seals/", "seal"), ("/investigation/body/", "body"),
        ("/admin/authority/", "authority"),
        ("/account/sessions/", "session"), ("/figures/campaigns/", "campaign"), ("/admin/accounts/", "account"),
        ("/admin/webhooks/", "webhook"),
        ("/admin/policies/", "policy"), ("/figures/reports/", "report"), ("/imports/drafts/", "draft"), ("/admin/bodies/", "body"),
        ("/admin/keys/", "key"),
        ("/admin/jobs/", "job"), ("/hazards/", "hazard"), ("/imports/", "import"), ("/bodies/", "body"), ("/inbox/", "message"),
    ];

    /// <summary>Query parameters of pages that name something.</summary>
    private static readonly (string Pattern, string Query, string Kind)[] Queries =
    [
        ("/overdue", "owes", "body"), ("/overdue", "body", "body"), ("/chains", "body", "body"), ("/chains", "sender", "body"),
        ("/dual", "supervisor", "body"),
        ("/listed", "listedBy", "body"), ("/hazards", "body", "body"), ("/hazards", "owes", "body"),
        ("/hazards", "enterprise", "enterprise"),
        ("/hazards", "campaign", "campaign"), ("/hazards", "inspection", "inspection"), ("/investigation", "q", "hazard"),
        ("/investigation", "q", "enterprise"),
        ("/investigation", "body", "body"), ("/investigation/evidence", "hazard", "hazard"),
        ("/investigation/evidence", "enterprise", "enterprise"),
        ("/investigation/evidence", "body", "body"), ("/investigation/seals", "enterprise", "enterprise"),
        ("/investigation/person", "name=x&body", "body"),
        ("/investigation/access", "hazard", "hazard"), ("/compare", "from=2026-01-01&list=stages&hazard", "hazard"),
        ("/overview", "region", "region"), ("/overview/trend", "region", "region"), ("/leader", "region", "region"),
        ("/figures", "region", "region"),
        ("/figures/rankings", "region", "region"), ("/figures/heat", "region", "region"), ("/figures/bulletin", "region", "region"),
        ("/figures/rows", "column=found&line=total&region", "region"),
    ];

    // What everybody has, and nobody could do with: the forms without a page of their own that name nothing.
    private static readonly Func<Place, Dictionary<string, string>> Nothing = _ => [];

    /// <summary>
    /// What is sent to each form, by whose things it names; where the address names one, what lies there is another's too.
    /// </summary>
    private static readonly Dictionary<string, Func<Place, Dictionary<string, string>>[]> Forms = new()
    {
        ["/account"] = [Nothing], ["/account/sessions/{session}/end"] = [Nothing],
        ["/admin/accounts"] = [p => new() { ["login"] = "li.si", ["name"] = "李四", ["body"] = p["body"], ["region"] = Service.County, ["roles"] = "reporter" }],
        ["/admin/accounts/{id}"] =
        [
            p => new() { ["what"] = "change", ["name"] = "李四", ["body"] = p["body"] }, Reasoned("close"), Reasoned("password"),
            Reasoned("factor"),
            p => new() { ["what"] = "end", ["session"] = p["session"] },
        ],
        ["/admin/authority/{position}/opening"] = [_ => new() { ["to"] = "/admin/authority" }],
        ["/admin/bodies"] = [p => new() { ["id"] = "a-new-one", ["name"] = "新单位", ["kind"] = "unit", ["region"] = Service.County, ["parent"] = p["body"] }],
        ["/admin/bodies/{id}"] =
        [
            p => new() { ["what"] = "change", ["parent"] = p["body"], ["reason"] = "变更" }, p => new()
            {
                ["what"] = "dissolve", ["successor"] = p["body"], ["reason"] = "撤并",
            },
            _ => new() { ["what"] = "rename", ["name"] = "名", ["reason"] = "更名" }, _ => new() { ["what"] = "letterhead", ["name"] = "名" },
        ],
        ["/admin/calendar"] = [Nothing], ["/admin/jobs/{id}/replay"] = [Nothing],
        ["/admin/keys"] = [p => new() { ["client"] = "c", ["body"] = p["body"], ["region"] = Service.County, ["roles"] = "reporter" }],
        ["/admin/keys/{id}/revocation"] = [Reasoned("")],
        ["/admin/policies"] = [_ => new() { ["what"] = "shipped", ["shipped"] = "qingdao-3x@1", ["effectiveFrom"] = Some.InDays(9), ["jurisdiction"] = "532928" }],
        ["/admin/policies/{version}"] = [_ => new() { ["reason"] = "停用", ["lastDay"] = Some.InDays(9) }],
        ["/admin/webhooks"] = [p => new() { ["address"] = "https://hooks.example.cn/in", ["body"] = p["body"], ["region"] = Service.County }],
        ["/admin/webhooks/{id}"] =
        [
            Reasoned("pause"), Reasoned("remove"), Reasoned("resume"), Reasoned("rotate"), Reasoned("test"),
            p => new()
            {
                ["what"] = "change", ["address"] = "https://hooks.example.cn/in", ["body"] = p["body"], ["region"] = Service.County,
            },
        ],
        ["/field"] = [Nothing], ["/field/photos"] = [Nothing],
        ["/field/reports"] = [p => new() { ["account"] = p["account"], ["report"] = p["hazard"], ["what"] = "x", ["attachments"] = $$"""[{"digest":"{{p["file"]}}"}]""" }],
        ["/figures/reports"] = [_ => new() { ["kind"] = "monthlyTable", ["region"] = "532928", ["period"] = "2026-01" }],
        ["/figures/reports/{id}"] = [_ => new() { ["edition"] = "1" }],
        ["/hazards/{id}"] =
        [
            _ => new() { ["_step"] = "comment", ["text"] = "批注" }, _ => new() { ["_step"] = "urge", ["message"] = "请尽快" }, _ => new()
            {
                ["_step"] = "verify", ["level"] = "general",
            },
            p => new() { ["_step"] = "merge", ["into"] = p["hazard"], ["reason"] = "同一处" },
            p => new()
            {
                ["_step"] = "assign", ["legs.sole.body.other"] = p["body"], ["legs.sole.deadline"] = Some.InDays(20),
                ["legs.sole.instructions"] = "限期",
            },
            p => new()
            {
                ["_step"] = "reassign", ["_leg"] = "sole", ["body"] = p["body"], ["deadline"] = Some.InDays(20), ["instructions"] = "限期",
                ["reason"] = "职责",
            },
            p => new() { ["_step"] = "escalate", ["to"] = p["body"], ["reason"] = "逾期" },
        ],
        ["/imports"] = [Nothing], ["/imports/drafts/{id}"] = [_ => new() { ["what"] = "guess", ["ledger"] = "x" }], ["/imports/drafts/{id}/rows"] = [Nothing],
        ["/imports/{id}"] = [Reasoned("")], ["/inbox/{id}/opening"] = [_ => new() { ["to"] = "/inbox" }],
        ["/investigation/evidence"] =
        [
            p => new() { ["reason"] = "调查", ["hazards"] = p["hazard"] }, p => new() { ["reason"] = "调查", ["body"] = p["body"] },
            p => new() { ["reason"] = "调查", ["enterprise"] = p["enterprise"] },
        ],
        ["/investigation/evidence/{id}"] = [Nothing], ["/investigation/log"] = [Nothing], ["/investigation/purpose"] = [_ => new() { ["purpose"] = "", ["back"] = "/investigation" }],
        ["/investigation/seals"] =
        [
            p => new()
            {
                ["name"] = "某公司", ["creditCode"] = p["enterprise"], ["region"] = "532928", ["reason"] = "事故",
                ["documentNumber"] = "调〔2026〕9号", ["authority"] = p["body"],
            },
        ],
        ["/investigation/seals/{id}"] = [_ => new() { ["reason"] = "解除", ["documentNumber"] = "调〔2026〕10号" }], ["/investigation/verification"] = [Nothing],
        ["/overdue/act"] =
        [
            p => new() { ["step"] = "urge", ["hazard"] = p["hazard"] + ":1" }, p => new()
            {
                ["step"] = "urge", ["hazard"] = p["hazard"] + ":1", ["text"] = "请尽快", ["go"] = "do",
            },
        ],
        ["/views"] = [_ => new() { ["page"] = "/hazards", ["query"] = "region=532928", ["name"] = "x" }], ["/views/delete"] = [_ => new() { ["page"] = "/hazards", ["name"] = "x" }],
    };

    private string? Kind => Kinds.FirstOrDefault(k => Pattern.StartsWith(k.Prefix + '{', StringComparison.Ordinal)).Kind;

    private bool NeedsOne => Pattern.Contains('{', StringComparison.Ordinal);

    /// <summary>All but those for everybody, who has not signed in.</summary>
    public static Mapped[] Of(IServiceProvider services)
    {
        Mapped[] all =
        [
            .. from endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
               where endpoint.Metadata.GetMetadata<PageMark>() is not null
                   && !endpoint.RoutePattern.RawText!.StartsWith("/sign-", StringComparison.Ordinal)
               from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
               where endpoint.RoutePattern.RawText != "/live" // an open stream; it says no more than that something happened
               select new Mapped(method, endpoint.RoutePattern.RawText!),
        ];
        all.Where(p => p.Method == "POST" && !Forms.ContainsKey(p.Pattern)).ShouldBeEmpty("forms that do not stand in Mapped.Forms");
        all.Where(p => p.NeedsOne && p.Kind is null).ShouldBeEmpty("addresses of which nobody knows what they name");
        return all;
    }

    /// <summary>How one asks it: about what is there for him, and about what lies outside and what nobody has.</summary>
    public IEnumerable<(PageAsking Ask, PageAsking? Alike)> Attempts(Person by)
    {
        if (Method == "GET")
            yield return (Ask(by.Inside, null), null);
        foreach (var outside in by.Outside)
        {
            if (Method == "GET")
            {
                // The shelf of shipped policies is everybody's; what a region is called is no secret.
                if (NeedsOne && outside.Ids.ContainsKey(Kind!) && Kind is not "policy")
                    yield return (Ask(outside, null), Kind == "region" ? null : Ask(Place.Nobody, null));
                foreach (var (_, query, kind) in Queries.Where(q => q.Pattern == Pattern && outside.Ids.ContainsKey(q.Kind)))
                    yield return (Ask(by.Inside, null, outside, $"?{query}={outside[kind]}"), kind == "region" ? null : Ask(
                        by.Inside, null, Place.Nobody, $"?{query}={Place.Nobody[kind]}"));
                continue;
            }

            foreach (var form in Forms[Pattern])
            {
                if (NeedsOne && outside.Ids.ContainsKey(Kind!) && Kind is not "policy")
                    yield return (Ask(outside, form(Place.Nobody)), Ask(Place.Nobody, form(Place.Nobody)));
                var (named, nobody) = (form(outside), form(Place.Nobody));
                if (!named.OrderBy(f => f.Key, StringComparer.Ordinal).SequenceEqual(nobody.OrderBy(f => f.Key, StringComparer.Ordinal)))
                    yield return (Ask(by.Inside, named, outside), Ask(by.Inside, nobody));
                else if (!NeedsOne)
                    yield return (Ask(by.Inside, named), null);
            }
        }
    }

    private static Func<Place, Dictionary<string, string>> Reasoned(string what) => _ => new() { ["what"] = what, ["reason"] = "原因" };

    /// <param name="place">Whose thing the address names.</param>
    /// <param name="form">What is sent.</param>
    /// <param name="named">Whose things the form or the query names.</param>
    /// <param name="query">The query.</param>
    private PageAsking Ask(Place place, Dictionary<string, string>? form, Place? named = null, string query = "") => new(
        Variable().Replace(Pattern, Kind is null ? "" : Uri.EscapeDataString(place[Kind])) + query, form,
        [.. place.Named(null).Concat(named?.Named(null) ?? []).Concat(Place.Nobody.Named(null)).Distinct().Where(n => !n.All(char.IsDigit)).OrderByDescending(v => v.Length)]);

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Variable();
}
