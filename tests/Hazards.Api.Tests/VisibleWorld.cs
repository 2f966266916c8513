using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Accounts;
using Hazards.Api.Administration.Webhooks;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>
/// Three places: a county (532927) with two enterprises next to one another, a county far away (110101), and one (532928) that none
/// of the keys belongs to, where everything that can be recorded is recorded. And a key for every role in the first two, keys of
/// both enterprises, one that was revoked, and none.
/// </summary>
public sealed class VisibleWorld : IAsyncLifetime
{
    private const string Outside = "532928";

    private readonly Place closed = new();

    public Service Service { get; } = new()
    {
        Options = o => o with { Webhooks = new WebhookOptions { Every = null }, RequireSecondFactor = false, SignInAttemptsAMinute = 100 },
    };

    internal List<Seer> Callers { get; } = [];

    /// <summary>People with accounts, who have signed in.</summary>
    internal List<Person> People { get; } = [];

    public async Task InitializeAsync()
    {
        await Service.InitializeAsync();
        await Service.BodyAsync("bj-all", "东城区某单位", "government", "110101");
        await Service.BodyAsync("yp-awb", Secret(closed, "永平县安委办"), "committeeOffice", Outside);
        await Service.BodyAsync("yp-gov", Secret(closed, "永平县人民政府"), "government", Outside);
        var (inside, one, two) = (new Place(), new Place(), new Place());
        inside.Ids["region"] = Service.County;
        closed.Ids["region"] = Outside;
        await EnterpriseAsync(one, "ws-one", Service.County, 1);
        await EnterpriseAsync(two, "ws-two", Service.County, 2);
        await EnterpriseAsync(closed, "yp-one", Outside, 3);
        await FillAsync(inside, one, Service.County, "ws-awb", "ws-gov");
        await FillAsync(closed, closed, Outside, "yp-awb", "yp-gov");
        await HazardAsync(two, Service.County, Service.Office, Service.Gov, "ws-gov");
        foreach (var (kind, id) in one.Ids)
            inside.Ids.TryAdd(kind, id);
        (await Service.Admin.PostAsync("policies", new()
        {
            ["shipped"] = "qingdao-3x@1", ["jurisdiction"] = Outside, ["effectiveFrom"] = Some.InDays(3),
        })).Require(HttpStatusCode.Created);
        closed.Ids["policy"] = "qingdao-3x@1";
        await KeysAsync(inside, one, two);
        await PeopleAsync(inside, one, two);
        closed.Ids["authority"] =
            (await Service.Admin.GetAsync($"authority/changes?region={Outside}")).Json["items"]![0]!["position"]!.ToString();
    }

    public Task DisposeAsync()
    {
        foreach (var person in People)
            person.Dispose();
        return Service.DisposeAsync();
    }

    /// <summary>The version of every stream of the place that no key belongs to; who looked is recorded where they look from.</summary>
    public async Task<string> VersionsAsync()
    {
        await using var command = Service.Owner.CreateCommand("""
            select string_agg(s.id || ' ' || s.version, ', ' order by s.id) from log.mt_streams s
            where s.type <> 'access' and (s.id = any ($1) or s.id in (select e.stream_id from log.mt_events e where e.data::text like '%yp-%'))
            """);
        command.Parameters.AddWithValue(closed.Ids.Values.Where(v => Guid.TryParse(v, out _)).Select(Guid.Parse).ToArray());
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task KeysAsync(Place inside, Place one, Place two)
    {
        foreach (var role in Enum.GetValues<Role>().Where(r => r != Role.Clock))
        {
            var asks =
                role is Role.Coordinator or Role.Investigator or Role.Administrator or Role.Importer or Role.Supervisor or Role.Responsible
                ? "!"
                : "";
            await KeyAsync($"county {role}{asks}", "ws-awb", Service.County, inside, [closed], CodeList.Code(role));
            // Where nothing is its own, one role is as another but for what it may ask at all: these may ask most.
            if (role is Role.Administrator or Role.Investigator or Role.Supervisor or Role.Reporter
                || Environment.GetEnvironmentVariable("HAZARDS_EVERY_KEY") == "1")
                await KeyAsync(
                    $"far away {role}{(role is Role.Administrator ? "!" : "")}", "bj-all", "110101", new Place(), [closed],
                    CodeList.Code(role));
        }

        await KeyAsync("enterprise!", "ws-one", Service.County, one, [two, closed], "reporter", "responsible");
        foreach (var (id, kind, parent) in new[] { ("ws-one-team", "unit", "ws-one"), ("ws-one-shift", "unit", "ws-one-team"), ("ws-one-desk", "system", "ws-one"), ("ws-odd", "unit", null) })
            await PartAsync(id, kind, parent);
        await KeyAsync("its team!", "ws-one-team", Service.County, new Place(), [one, two, closed], "reporter", "responsible");
        await KeyAsync(
            "a shift of its team, investigating!", "ws-one-shift", Service.County, new Place(), [one, two, closed], "investigator");
        await KeyAsync("its own system, administering", "ws-one-desk", Service.County, new Place(), [one, two, closed], "administrator");
        await KeyAsync("a unit of nobody knows whom, supervising", "ws-odd", Service.County, new Place(), [one, two, closed], "supervisor");
        await KeyAsync("its neighbour!", "ws-two", Service.County, two, [one, closed], "reporter", "responsible");
        await KeyAsync("its neighbour, investigating!", "ws-two", Service.County, two, [one, closed], "investigator");
        var revoked = (await Service.Admin.PostAsync("api-keys", Key("ws-awb", Service.County, "every"))).Require(HttpStatusCode.Created);
        (await Service.Admin.PostAsync($"api-keys/{revoked["id"]}/revocation", new() { ["reason"] = "测试" })).Require(HttpStatusCode.OK);
        Callers.Add(new Seer("revoked", Service.Address, revoked["secret"], inside, closed));
        Callers.Add(new Seer("none", Service.Address, null, inside, closed));
    }

    private async Task PeopleAsync(Place inside, Place one, Place two)
    {
        await PersonAsync("administrator of another county", "bj-all", "110101", new Place(), [closed], Role.Administrator);
        await PersonAsync("investigator elsewhere", "bj-all", "110101", new Place(), [closed], Role.Investigator, Role.Supervisor);
        await PersonAsync("administrator", "ws-awb", Service.County, inside, [closed], Role.Administrator, Role.Importer);
        await PersonAsync("coordinator", "ws-awb", Service.County, inside, [closed], Role.Coordinator, Role.Supervisor, Role.Investigator);
        await PersonAsync("reporter", "ws-awb", Service.County, inside, [closed], Role.Reporter);
        await PersonAsync("of the enterprise", "ws-one", Service.County, one, [two, closed], Role.Reporter, Role.Responsible);
        await PersonAsync("of its team", "ws-one-team", Service.County, new Place(), [one, two, closed], Role.Reporter, Role.Responsible);
    }

    private async Task PersonAsync(string name, string body, string region, Place inside, Place[] outside, params Role[] roles)
    {
        var (login, services) = ($"person.{People.Count}", Service.Services);
        await services.GetRequiredService<AccountStore>()
            .EnsureDemoAsync(login, "never typed anywhere", name, BodyId.Parse(body), [.. roles], RegionCode.Parse(region));
        var (opened, refusal) = await services.GetRequiredService<SignIn>().PasswordAsync(login, "never typed anywhere", null, null);
        refusal.ShouldBeNull();
        People.Add(await new Person(name, Service.Address, opened!.Token, inside, outside).ReadyAsync());
    }

    private async Task KeyAsync(string name, string body, string region, Place inside, Place[] outside, params string[] roles) =>
        Callers.Add(new Seer(name, Service.Address, (await Service.KeyAsync(body, region, roles)).Key, inside, outside));

    private async Task PartAsync(string id, string kind, string? parent) => (await Service.Admin.PostAsync("bodies", new()
    {
        ["id"] = id, ["name"] = id, ["kind"] = kind, ["region"] = Service.County, ["parent"] = parent,
    })).Require(HttpStatusCode.Created);

    private async Task EnterpriseAsync(Place place, string id, string region, int number)
    {
        var (name, code) = (Secret(place, "某燃气公司"), CodeOf(number));
        (await Service.Admin.PostAsync("bodies", new()
        {
            ["id"] = id, ["name"] = name, ["kind"] = "enterprise", ["region"] = region, ["creditCode"] = code,
        })).Require(HttpStatusCode.Created);
        place.Ids["enterprise"] = code;
        place.Enterprise = new JsonObject { ["name"] = name, ["creditCode"] = code };
    }

    /// <summary>Everything that can be recorded in a place; what is an enterprise's own apart from what is the county's.</summary>
    private async Task FillAsync(Place place, Place own, string region, string awb, string gov)
    {
        var office = await Service.KeyAsync(awb, region, "reporter", "coordinator", "inspector", "listingAuthority");
        var authority = await Service.KeyAsync(gov, region, "responsible");
        place.Ids["body"] = awb;
        await HazardAsync(own, region, office, authority, gov);
        place.Ids["verified"] = await ReportAsync(own, region, office, null);
        place.Ids["campaign"] = await MadeAsync(office, "campaigns", new()
        {
            ["name"] = Secret(place, "专项行动"), ["from"] = Some.InDays(-20), ["to"] = Some.InDays(30), ["regions"] = new JsonArray(region),
            ["sectors"] = new JsonArray("city_gas"),
        });
        place.Ids["inspection"] = await MadeAsync(office, "inspections", new()
        {
            ["unit"] = new JsonObject { ["name"] = Secret(place, "被检查单位") }, ["region"] = region, ["sector"] = "city_gas",
            ["on"] = Some.InDays(0),
            ["campaign"] = place.Ids["campaign"], ["findings"] = Secret(place, "阀门"),
        });
        place.Ids["seal"] = await MadeAsync(Service.Admin, "seals", new()
        {
            ["enterprise"] = new JsonObject { ["name"] = Secret(place, "封存的公司") }, ["region"] = region, ["reason"] = Secret(place, "事故"), ["documentNumber"] = $"调〔2026〕{region}号",
        });
        place.Ids["evidence"] = await MadeAsync(
            office, "evidence", new() { ["reason"] = Secret(place, "调查"), ["hazards"] = new JsonArray(own.Ids["hazard"]) });
        place.Ids["report"] = await MadeAsync(
            office, "reports", new() { ["kind"] = "monthlyTable", ["region"] = region, ["period"] = "2026-01" });
        var key = (await Service.Admin.PostAsync("api-keys", Key(awb, region, Secret(place, "client")))).Require(HttpStatusCode.Created);
        (place.Ids["key"], place.Ids["client"]) = (key["id"], key.Json["key"]!["client"]!.ToString());
        place.Ids["account"] = await MadeAsync(Service.Admin, "accounts", new()
        {
            ["login"] = $"u{region}", ["name"] = Secret(place, "王某"), ["body"] = awb, ["region"] = region, ["roles"] = new JsonArray("reporter"),
        });
        place.Ids["webhook"] = await MadeAsync(Service.Admin, "webhooks", new()
        {
            ["address"] = $"https://{Secret(place, "hooks")}.example.cn/in", ["body"] = awb, ["region"] = region,
        });
        await ImportAsync(place, region, awb);
    }

    private async Task ImportAsync(Place place, string region, string awb)
    {
        var importer = await Service.KeyAsync(awb, region, "importer");
        var ledger = $"""
            编号,发现时间,检查单位,地点,隐患内容,隐患等级,责任单位,状态
            1,2026-03-02,{Secret(place, "县煤炭局")},主井口,{Secret(place, "井口防冻设施未开启")},C,运输队,未整改
            """;
        var name = Secret(place, "ledger");
        place.Ids["import"] = (await SendAsync("imports?fileName=a.csv&ledger=" + name)).Require(HttpStatusCode.Created)["id"];
        place.Ids["draft"] = (await SendAsync("imports/drafts?fileName=a.csv&ledger=" + name)).Require(HttpStatusCode.Created)["id"];

        Task<Answer> SendAsync(string path)
        {
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes(ledger));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            return importer.SendAsync(HttpMethod.Post, path, content);
        }
    }

    private static async Task HazardAsync(Place place, string region, Client office, Client authority, string gov)
    {
        var bytes = new StringContent(Secret(place, "附件"), Encoding.UTF8, "text/plain");
        place.Ids["file"] = (await office.SendAsync(HttpMethod.Post, "files", bytes)).Require(HttpStatusCode.Created)["digest"];
        var id = place.Ids["hazard"] = await ReportAsync(place, region, office, place.Ids["file"]);
        (await office.PostAsync($"hazards/{id}/assignments", new() { ["legs"] = new JsonArray(Some.Leg("sole", gov)) }))
            .Require(HttpStatusCode.OK);
        var inbox = (await authority.GetAsync("inbox?limit=200")).Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        place.Ids["message"] = inbox.First(m => m!["hazard"]!.ToString() == id)!["id"]!.ToString();
        var enforcer = await office.GetAsync($"hazards/{id}/persons");
        place.Ids["person"] = enforcer.Json["persons"]!.AsArray()[0]!["person"]!.ToString();
    }

    private static async Task<string> ReportAsync(Place place, string region, Client office, string? file)
    {
        var report = Some.Report();
        (report["region"], report["title"], report["enterprise"]) = (region, Secret(place, "阀井泄漏"), place.Enterprise!.DeepClone());
        report["reporter"] = new JsonObject { ["name"] = "赵某某", ["phone"] = "13800000001" };
        if (file is not null)
            report["attachments"] = new JsonArray(new JsonObject { ["digest"] = file });
        var id = (await office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        (await office.PostAsync($"hazards/{id}/verification", new() { ["level"] = "general" })).Require(HttpStatusCode.OK);
        return id;
    }

    private static async Task<string> MadeAsync(Client by, string path, JsonObject body)
    {
        var answer = await by.PostAsync(path, body);
        ((int)answer.Status).ShouldBeInRange(200, 202, $"{path}: {answer.Text}");
        return answer["id"];
    }

    private static JsonObject Key(string body, string region, string client) => new()
    {
        ["client"] = client, ["body"] = body, ["region"] = region, ["roles"] = new JsonArray("reporter"),
    };

    /// <summary>A text with a word in it that nothing else holds.</summary>
    private static string Secret(Place place, string text)
    {
        var word = $"x{Guid.NewGuid():n}"[..12];
        place.Words.Add(word);
        return text + word;
    }

    // GB 32100-2015: the check character of a unified social credit code.
    private static string CodeOf(int number)
    {
        const string characters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        var code = $"91530100MA6K{number:D5}";
        var (sum, weight) = (0, 1);
        foreach (var c in code)
            (sum, weight) = (sum + characters.IndexOf(c, StringComparison.Ordinal) * weight, weight * 3 % 31);
        return code + characters[(31 - sum % 31) % 31];
    }
}
