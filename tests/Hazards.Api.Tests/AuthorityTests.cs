using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Tests;

/// <summary>
/// Administrators of a county (532927), its prefecture (5329), its province (53) and the county beside it (532901), in a place
/// where the policy of 532901 lets a coordinator answer for duties as well.
/// </summary>
public sealed class Levels : IAsyncLifetime
{
    private static readonly Policy Together = Policy.NationalBaseline with
    {
        Version = "dali-rules@1", RolesTogether = [new TogetherRule(Role.Coordinator, Role.Responsible, "测试")],
    };

    private int made;

    public const string Beside = "532901";

    public Service Service { get; } = new()
    {
        Options = o => o with
        {
            Rules = new Rulebook([new Adopted(Together, RegionCode.Parse(Beside), DateOnly.MinValue, null)], WorkCalendar.Shipped),
        },
    };

    public Dictionary<string, Client> Callers { get; } = [];

    public async Task InitializeAsync()
    {
        await Service.InitializeAsync();
        await Service.BodyAsync("yn-awb", "云南省安委办", "committeeOffice", "53");
        await Service.BodyAsync("dl-awb", "大理市安委办", "committeeOffice", Beside);
        Callers["county"] = await Service.KeyAsync("ws-awb", Service.County, "administrator");
        Callers["prefecture"] = await Service.KeyAsync("dali-awb", "5329", "administrator");
        Callers["province"] = await Service.KeyAsync("yn-awb", "53", "administrator");
        Callers["beside"] = await Service.KeyAsync("dl-awb", Beside, "administrator");
        Callers["office"] = Service.Office;
    }

    public Task DisposeAsync() => Service.DisposeAsync();

    public int Next() => Interlocked.Increment(ref made);

    /// <summary>A body that nobody has touched: its id and region.</summary>
    /// <param name="target">Of the county, of the prefecture but in the county, of the prefecture, of the county beside.</param>
    public async Task<(string Body, string Region)> BodyAsync(string target)
    {
        var (by, region) = target switch
        {
            "county's" => ("county", Service.County),
            "prefecture's in the county" => ("prefecture", Service.County),
            "prefecture's" => ("prefecture", "5329"),
            _ => ("beside", Beside),
        };
        return (await RegisterAsync(Callers[by], region), region);
    }

    public async Task<string> RegisterAsync(Client by, string region, string kind = "regulator", string? keeper = null)
    {
        var id = $"body-{Next()}";
        (await by.PostAsync("bodies", new()
        {
            ["id"] = id, ["name"] = $"单位{id}", ["kind"] = kind, ["region"] = region, ["sectors"] = new JsonArray(), ["keeper"] = keeper,
        })).Require(HttpStatusCode.Created);
        return id;
    }

    public Task<Answer> MintAsync(Client by, string body, string region, params string[] roles) =>
        by.PostAsync("api-keys", new() { ["client"] = $"client {Next()}", ["body"] = body, ["region"] = region, ["roles"] = Roles(roles) });

    public Task<Answer> OpenAsync(Client by, string body, string region, params string[] roles) =>
        by.PostAsync("accounts", new()
        {
            ["login"] = $"login-{Next()}", ["name"] = "张三", ["body"] = body, ["region"] = region, ["roles"] = Roles(roles),
        });

    public async Task<string> SealAsync(string body, string region)
    {
        var key = (await MintAsync(Service.Admin, body, region, "investigator")).Require(HttpStatusCode.Created)["secret"];
        return (await Service.ClientOf(key).PostAsync("seals", new()
        {
            ["enterprise"] = new JsonObject { ["name"] = $"企业{Next()}" }, ["region"] = region, ["reason"] = "事故调查",
            ["documentNumber"] = $"调查字〔2026〕{Next()}号",
        })).Require(HttpStatusCode.Created)["id"];
    }

    public static JsonObject Lifting => new() { ["reason"] = "调查结束", ["documentNumber"] = "调查字〔2026〕999号" };

    public static Task<Answer> AdoptAsync(Client by, string version, string region, int inDays, JsonObject? privacy = null)
    {
        var document = new JsonObject
        {
            ["version"] = version, ["title"] = "制度", ["jurisdiction"] = region, ["effectiveFrom"] = Some.InDays(inDays),
            ["effectiveTo"] = Some.InDays(inDays), ["base"] = "national-baseline@2",
            ["sources"] = new JsonArray(new JsonObject { ["title"] = "文件" }), ["dueSoonDays"] = 5,
        };
        if (privacy is not null)
            document["privacy"] = privacy;
        return by.PostAsync("policies", new() { ["document"] = document });
    }

    public static JsonArray Roles(params string[] roles) => [.. roles.Select(r => (JsonNode)r)];
}

/// <summary>Authority above, not beside: who may do what to whose bodies, keys, accounts, seals and policies.</summary>
[Trait("Server", "any")]
public sealed class AuthorityTests(Levels levels) : IClassFixture<Levels>
{
    private const string Ok = "";

    private static readonly string[] Callers = ["county", "prefecture", "province", "beside", "office"];

    private static readonly string[] Targets = ["county's", "prefecture's in the county", "prefecture's", "the county beside's"];

    /// <summary>What each caller is told of each target, in the order of <see cref="Callers"/> and <see cref="Targets"/>.</summary>
    private static readonly Dictionary<string, string[][]> Table = new()
    {
        ["mint"] = Usual("api_key.region_outside", "api_key.forbidden"),
        ["revoke"] = Usual("api_key.not_found", "api_key.forbidden"),
        ["rename"] = Hiding(Usual("body.forbidden", "body.forbidden"), "body.not_found"),
        ["change"] = Hiding(Usual("body.forbidden", "body.forbidden"), "body.not_found"),
        ["dissolve"] = Hiding(Usual("body.forbidden", "body.forbidden"), "body.not_found"),
        ["set letterhead"] = Hiding(Usual("body.forbidden", "body.forbidden"), "body.not_found"),
        ["open account"] = Usual("account.region_outside", "account.forbidden"),
        ["close account"] = Usual("account.not_found", "account.forbidden"),
        ["change roles"] = Usual("account.not_found", "account.forbidden"),
        ["reset password"] = Usual("account.not_found", "account.forbidden"),
        ["register webhook"] = Usual("webhook.region_outside", "webhook.forbidden"),
        ["remove webhook"] = Usual("webhook.not_found", "webhook.forbidden"),
        // A seal is lifted by the body that made it or by one of a wider region: never by one beside it.
        ["lift seal"] =
        [
            ["seal.not_yours", "seal.not_yours", "seal.not_found", "seal.not_found"],
            [Ok, Ok, "seal.not_yours", Ok],
            [Ok, Ok, Ok, Ok],
            ["seal.not_found", "seal.not_found", "seal.not_found", "seal.not_yours"],
            ["role.forbidden", "role.forbidden", "role.forbidden", "role.forbidden"],
        ],
        ["adopt policy"] = Usual("policy.forbidden", "policy.forbidden", "authority.policy_above"),
        ["withdraw policy"] = Hiding(Usual("policy.forbidden", "policy.forbidden", "authority.policy_above"), "policy.not_found"),
    };

    public static TheoryData<string> Operations => [.. Table.Keys];

    [Theory, MemberData(nameof(Operations))]
    public async Task Every_operation_by_every_caller_on_every_target(string operation)
    {
        var wrong = new List<string>();
        for (var c = 0; c < Callers.Length; c++)
            for (var t = 0; t < Targets.Length; t++)
            {
                var answer = await TryAsync(operation, levels.Callers[Callers[c]], Targets[t]);
                var said = (int)answer.Status < 400 ? Ok : answer["code"];
                if (said != Table[operation][c][t])
                    wrong.Add($"{operation} {Targets[t]} by {Callers[c]}: “{said}” instead of “{Table[operation][c][t]}”: {answer.Text}");
            }
        wrong.ShouldBeEmpty(string.Join('\n', wrong));
    }

    [Fact]
    public async Task A_county_does_not_impersonate_a_group_of_its_province_that_is_registered_in_it()
    {
        var (county, province) = (levels.Callers["county"], levels.Callers["province"]);
        var group = await levels.RegisterAsync(province, Service.County, "investigation");
        (await levels.Service.Admin.GetAsync($"bodies/{group}")).Require(HttpStatusCode.OK)["keeper"].ShouldBe("53");
        var key = (await levels.MintAsync(province, group, "53", "investigator")).Require(HttpStatusCode.Created)["id"];
        var local = (await levels.MintAsync(province, group, Service.County, "investigator")).Require(HttpStatusCode.Created)["id"];
        var seal = await levels.SealAsync(group, Service.County);
        Revoked(await county.PostAsync($"api-keys/{key}/revocation", Reason), HttpStatusCode.NotFound, "api_key.not_found");
        Revoked(await county.PostAsync($"api-keys/{local}/revocation", Reason));
        Revoked(await levels.MintAsync(county, group, Service.County, "reporter"));
        Revoked(await levels.OpenAsync(county, group, Service.County, "investigator"));
        Revoked(await county.PostAsync($"bodies/{group}/renaming", new() { ["name"] = "县调查组", ["reason"] = "x" }));
        Revoked(await county.PostAsync($"bodies/{group}/dissolution", Reason));
        Revoked(await levels.Callers["prefecture"].PostAsync($"seals/{seal}/lifting", Levels.Lifting));
        Revoked(await county.PostAsync($"seals/{seal}/lifting", Levels.Lifting), code: "seal.not_yours");
        (await province.PostAsync($"seals/{seal}/lifting", Levels.Lifting)).Require(HttpStatusCode.OK);

        static void Revoked(Answer answer, HttpStatusCode status = HttpStatusCode.Forbidden, string code = "authority.body_above") =>
            answer.Refused(status, code);
    }

    [Fact]
    public async Task What_the_deployment_s_first_key_set_up_is_the_place_s_until_its_keys_reach_further()
    {
        var county = levels.Callers["county"];
        var body = await levels.RegisterAsync(levels.Service.Admin, Service.County);
        (await levels.MintAsync(county, body, Service.County, "reporter")).Require(HttpStatusCode.Created);
        var wide = (await levels.MintAsync(levels.Service.Admin, body, "53", "reporter")).Require(HttpStatusCode.Created)["id"];
        (await levels.MintAsync(county, body, Service.County, "reporter")).Refused(HttpStatusCode.Forbidden, "authority.body_above");
        (await levels.Service.Admin.PostAsync($"api-keys/{wide}/revocation", Reason)).Require(HttpStatusCode.OK);
        (await levels.MintAsync(county, body, Service.County, "reporter")).Require(HttpStatusCode.Created);
        var group = await levels.RegisterAsync(levels.Service.Admin, Service.County, "investigation");
        (await levels.MintAsync(county, group, Service.County, "reporter")).Refused(HttpStatusCode.Forbidden, "authority.body_above");
    }

    [Fact]
    public async Task A_level_leaves_a_body_to_the_place_or_takes_it_over()
    {
        var (county, prefecture) = (levels.Callers["county"], levels.Callers["prefecture"]);
        var left = await levels.RegisterAsync(prefecture, Service.County, keeper: Service.County);
        (await levels.MintAsync(county, left, Service.County, "reporter")).Require(HttpStatusCode.Created);
        JsonObject Up() => new() { ["reason"] = "x", ["keeper"] = "5329" };
        (await county.PostAsync($"bodies/{left}/changes", Up())).Refused(HttpStatusCode.Forbidden, "authority.keeper_outside");
        (await prefecture.PostAsync($"bodies/{left}/changes", Up())).Require(HttpStatusCode.OK);
        (await levels.MintAsync(county, left, Service.County, "reporter")).Refused(HttpStatusCode.Forbidden, "authority.body_above");
        (await county.PostAsync("bodies", new()
        {
            ["id"] = "too-high", ["name"] = "x", ["kind"] = "unit", ["region"] = Service.County, ["keeper"] = "53",
        })).Refused(HttpStatusCode.Forbidden, "authority.keeper_outside");
    }

    [Fact]
    public async Task No_key_or_account_has_every_role_or_roles_that_do_not_go_together()
    {
        var county = levels.Callers["county"];
        string[] every = [.. Enum.GetValues<Role>().Where(r => r != Role.Clock).Select(CodeList.Code)];
        foreach (var roles in (string[][])[every, ["administrator", "investigator"], ["responsible", "coordinator"]])
            foreach (var by in (Client[])[county, levels.Service.Admin])
            {
                Refused(await levels.MintAsync(by, "ws-awb", Service.County, roles));
                Refused(await levels.OpenAsync(by, "ws-awb", Service.County, roles));
            }
        var account = (await levels.OpenAsync(county, "ws-awb", Service.County, "coordinator")).Require(HttpStatusCode.Created)["id"];
        Refused(await county.PostAsync($"accounts/{account}/changes", new() { ["roles"] = Levels.Roles("coordinator", "responsible") }));
        (await levels.MintAsync(levels.Callers["beside"], "dl-awb", Levels.Beside, "coordinator", "responsible"))
            .Require(HttpStatusCode.Created);
        (await levels.Service.Admin.GetAsync("me")).Require(HttpStatusCode.OK).Text
            .ShouldContain("investigator", Case.Sensitive, "the first key has every role");

        static void Refused(Answer answer) => answer.Refused(HttpStatusCode.UnprocessableEntity, "authority.roles_incompatible");
    }

    [Fact]
    public async Task No_body_commands_above_its_level()
    {
        var prefecture = levels.Callers["prefecture"];
        (await levels.MintAsync(prefecture, "ws-awb", "5329", "administrator")).Refused(HttpStatusCode.Forbidden, "authority.role_above");
        (await levels.OpenAsync(prefecture, "ws-awb", "5329", "investigator")).Refused(HttpStatusCode.Forbidden, "authority.role_above");
        (await levels.MintAsync(levels.Callers["county"], "ws-awb", "5329", "administrator"))
            .Refused(HttpStatusCode.Forbidden, "api_key.region_outside");
        (await levels.MintAsync(prefecture, "ws-awb", Service.County, "investigator")).Require(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_county_s_policy_opens_no_whistle_blowers_to_reporters()
    {
        JsonObject Privacy(params string[] seeWhistleBlowers) => new()
        {
            ["reporter"] = Levels.Roles(["coordinator", "supervisor", .. seeWhistleBlowers]),
            ["whistleBlower"] = Levels.Roles(seeWhistleBlowers),
            ["witness"] = Levels.Roles("investigator"), ["erase"] = Levels.Roles("administrator"), ["source"] = "测试",
        };
        var county = levels.Callers["county"];
        (await Levels.AdoptAsync(county, "open-county@1", Service.County, 900, Privacy("enforcer", "reporter")))
            .Refused(HttpStatusCode.Forbidden, "policy.privacy_above");
        (await Levels.AdoptAsync(county, "narrow-county@1", Service.County, 900, Privacy("investigator"))).Require(HttpStatusCode.Created);
        (await Levels.AdoptAsync(levels.Callers["prefecture"], "narrow-city@1", "5329", 901, Privacy("investigator")))
            .Require(HttpStatusCode.Created);
        (await Levels.AdoptAsync(county, "wide-county@1", Service.County, 901, Privacy("enforcer", "investigator")))
            .Refused(HttpStatusCode.Forbidden, "policy.privacy_above")["detail"].ShouldContain("narrow-city@1");
    }

    [Fact]
    public async Task The_level_above_is_told_of_what_is_granted_and_revoked()
    {
        var county = levels.Callers["county"];
        var body = await levels.RegisterAsync(county, Service.County);
        var key = (await levels.MintAsync(county, body, Service.County, "enforcer")).Require(HttpStatusCode.Created)["id"];
        (await county.PostAsync($"api-keys/{key}/revocation", Reason)).Require(HttpStatusCode.OK);
        var account = (await levels.OpenAsync(county, body, Service.County, "reporter")).Require(HttpStatusCode.Created)["id"];
        (await county.PostAsync($"accounts/{account}/changes", new() { ["roles"] = Levels.Roles("reporter", "enforcer") }))
            .Require(HttpStatusCode.OK);
        (await county.PostAsync($"accounts/{account}/closure", Reason)).Require(HttpStatusCode.OK);
        (await Levels.AdoptAsync(county, "told-county@1", Service.County, 950)).Require(HttpStatusCode.Created);
        (await county.PostAsync("policies/told-county@1/withdrawal", Reason)).Require(HttpStatusCode.OK);
        var prefecture = levels.Callers["prefecture"];
        const string changes = $"authority/changes?region={Service.County}";
        var items = (await prefecture.GetAsync($"{changes}&limit=8")).Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        items.Select(i => i!["event"]!["code"]!.ToString()).ShouldBe(
        [
            "policy_withdrawn", "policy_adopted", "account_closed", "account_changed", "account_password_set", "account_opened",
            "api_key_revoked", "api_key_issued",
        ]);
        items.ShouldAllBe(i => i!["region"]!.ToString() == Service.County && i["body"]!.ToString() == "ws-awb");
        items.ShouldAllBe(i => i!["told"]![0]!["office"]!.ToString() == "5329");
        items[7]!["data"]!["digest"].ShouldBeNull();
        items[7]!["data"]!["roles"]!.ToJsonString().ShouldContain("enforcer");
        var position = items[7]!["position"]!.ToString();
        items[7]!["openings"]!.AsArray().ShouldBeEmpty();
        var unseen = int.Parse(
            (await prefecture.GetAsync($"{changes}&unseen=true&limit=1")).Require(HttpStatusCode.OK)["unseen"],
            CultureInfo.InvariantCulture);
        unseen.ShouldBeGreaterThanOrEqualTo(8);
        (await prefecture.GetAsync("inbox?limit=1")).Require(HttpStatusCode.OK)["authority"].ShouldBe($"{unseen}");
        (await county.PostAsync($"authority/changes/{position}/opening", [])).Refused(HttpStatusCode.NotFound, "message.not_found");
        foreach (var again in new[] { true, false })
            (await prefecture.PostAsync($"authority/changes/{position}/opening", new() { ["actor"] = "州安委办 李主任" }))
                .Require(HttpStatusCode.OK)
                .Json["first"]!.GetValue<bool>().ShouldBe(again);
        items = (await prefecture.GetAsync($"{changes}&limit=8")).Require(HttpStatusCode.OK).Json["items"]!.AsArray();
        items[7]!["openings"]![0]!["actor"]!.ToString().ShouldBe("州安委办 李主任");
        (await prefecture.GetAsync($"{changes}&unseen=true&limit=200")).Require(HttpStatusCode.OK).Json["items"]!.AsArray()
            .ShouldNotContain(i => i!["position"]!.ToString() == position);
        (await prefecture.GetAsync("inbox?limit=1")).Require(HttpStatusCode.OK)["authority"].ShouldBe($"{unseen - 1}");
        var first = await prefecture.GetAsync($"{changes}&limit=1");
        var second = await prefecture.GetAsync($"{changes}&limit=1&cursor={Uri.EscapeDataString(first["next"])}");
        second.Require(HttpStatusCode.OK).Json["items"]![0]!["event"]!["code"]!.ToString().ShouldBe("policy_adopted");
        (await levels.Callers["province"].GetAsync("authority/changes")).Require(HttpStatusCode.OK).Text.ShouldContain(key);
        (await levels.Callers["beside"].GetAsync("authority/changes?limit=200")).Require(HttpStatusCode.OK).Text.ShouldNotContain(key);
        (await levels.Callers["beside"].GetAsync(changes)).Refused(HttpStatusCode.Forbidden, "region.outside_jurisdiction");
        (await levels.Service.Office.GetAsync("authority/changes")).Refused(HttpStatusCode.Forbidden, "authority.forbidden");
    }

    private static JsonObject Reason => new() { ["reason"] = "测试" };

    /// <summary>Each keeps what lies at its own level and below; nobody else anything.</summary>
    /// <param name="outside">What a caller is told of what lies outside its jurisdiction.</param>
    /// <param name="noAdministrator">What one is told who is no administrator.</param>
    /// <param name="above">What a county is told of what its prefecture keeps in it.</param>
    private static string[][] Usual(string outside, string noAdministrator, string above = "authority.body_above") =>
    [
        [Ok, above, outside, outside],
        [Ok, Ok, Ok, Ok],
        [Ok, Ok, Ok, Ok],
        [outside, outside, outside, Ok],
        [noAdministrator, noAdministrator, noAdministrator, noAdministrator],
    ];

    /// <summary>What lies beside a caller is not there for it, whatever its roles; what lies above it is.</summary>
    private static string[][] Hiding(string[][] usual, string unknown)
    {
        usual[0][3] = usual[3][0] = usual[3][1] = usual[4][3] = unknown;
        return usual;
    }

    private async Task<Answer> TryAsync(string operation, Client caller, string target)
    {
        if (operation.EndsWith("policy", StringComparison.Ordinal))
            return await TryPolicyAsync(operation, caller, target);
        var (body, region) = await levels.BodyAsync(target);
        return operation switch
        {
            "mint" => await levels.MintAsync(caller, body, region, "reporter"),
            "revoke" => await caller.PostAsync($"api-keys/{await KeyAsync(body, region)}/revocation", Reason),
            "rename" => await caller.PostAsync($"bodies/{body}/renaming", new() { ["name"] = "新名称", ["reason"] = "x" }),
            "change" => await caller.PostAsync($"bodies/{body}/changes", new() { ["kind"] = "unit", ["reason"] = "x" }),
            "dissolve" => await caller.PostAsync($"bodies/{body}/dissolution", Reason),
            "set letterhead" => await caller.PostAsync($"bodies/{body}/letterhead", new() { ["name"] = "版头" }),
            "open account" => await levels.OpenAsync(caller, body, region, "reporter"),
            "close account" => await caller.PostAsync($"accounts/{await AccountAsync(body, region)}/closure", Reason),
            "change roles" => await caller.PostAsync(
                $"accounts/{await AccountAsync(body, region)}/changes", new() { ["roles"] = Levels.Roles("inspector") }),
            "reset password" => await caller.PostAsync($"accounts/{await AccountAsync(body, region)}/password-reset", []),
            "register webhook" => await WebhookAsync(caller, body, region),
            "remove webhook" => await caller.PostAsync($"webhooks/{await WebhookAsync(body, region)}/removal", Reason),
            "lift seal" => await caller.PostAsync($"seals/{await levels.SealAsync(body, region)}/lifting", Levels.Lifting),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, null),
        };
    }

    private async Task<Answer> TryPolicyAsync(string operation, Client caller, string target)
    {
        var (name, day) = ($"policy-{levels.Next()}", 10 + 2 * levels.Next());
        var (by, region) = target switch
        {
            "county's" => ("county", Service.County),
            "prefecture's in the county" => ("prefecture", Service.County),
            "prefecture's" => ("prefecture", "5329"),
            _ => ("beside", Levels.Beside),
        };
        (await Levels.AdoptAsync(levels.Callers[by], $"{name}@1", region, day)).Require(HttpStatusCode.Created);
        return operation == "adopt policy"
            ? await Levels.AdoptAsync(caller, $"{name}@2", region, day + 1)
            : await caller.PostAsync($"policies/{name}@1/withdrawal", Reason);
    }

    private static Task<Answer> WebhookAsync(Client by, string body, string region) =>
        by.PostAsync("webhooks", new() { ["address"] = "https://hooks.invalid/hazards", ["body"] = body, ["region"] = region });

    private async Task<string> WebhookAsync(string body, string region) =>
        (await WebhookAsync(levels.Callers["province"], body, region)).Require(HttpStatusCode.Created)["id"];

    private async Task<string> KeyAsync(string body, string region) =>
        (await levels.MintAsync(levels.Callers["province"], body, region, "reporter")).Require(HttpStatusCode.Created)["id"];

    private async Task<string> AccountAsync(string body, string region) =>
        (await levels.OpenAsync(levels.Callers["province"], body, region, "reporter")).Require(HttpStatusCode.Created)["id"];
}
