using System.Net;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Http.Access;
using Hazards.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>
/// One node takes an authority away while another is hammered by whoever relies on it, with all that it remembers: nothing is accepted
/// that comes after it in the log.
/// </summary>
public sealed class OvertakenTests(OvertakenTests.Nodes nodes) : IClassFixture<OvertakenTests.Nodes>
{
    private const int Callers = 8;

    private Service Here => nodes.Here;

    private static JsonObject Reason => new() { ["reason"] = "演练" };

    [Fact]
    public async Task Nothing_is_done_by_a_key_after_it_was_revoked()
    {
        var (id, client, secret) = await KeyAsync("ws-awb", "reporter", "coordinator");
        await HammerAsync(nodes.There.ClientOf(secret), c => c.PostAsync("hazards", Some.Report()), () => RevokeAsync(id), "key.revoked",
            "api_key_revoked", id, $"e.headers ->> 'client' = '{client}'");
    }

    [Fact]
    public async Task Nothing_is_done_by_a_token_after_its_key_was_revoked()
    {
        var (id, client, _) = await KeyAsync("ws-awb", "reporter");
        var token = nodes.Authority.Token(new Claim("sub", id.ToString()));
        await HammerAsync(nodes.There.ClientOf(token), c => c.PostAsync("hazards", Some.Report()), () => RevokeAsync(id), "key.revoked",
            "api_key_revoked", id, $"e.headers ->> 'client' = '{client}'");
    }

    [Fact]
    public async Task Nor_where_each_act_is_on_a_hazard_that_is_remembered()
    {
        var (id, client, secret) = await KeyAsync("ws-awb", "coordinator");
        var hazards = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Here.HazardAsync()));
        var turn = 0;
        await HammerAsync(nodes.There.ClientOf(secret),
            c => c.PostAsync($"hazards/{hazards[Interlocked.Increment(ref turn) % Callers]}/comments", new() { ["text"] = "已通知值班" }),
            () => RevokeAsync(id), "key.revoked", "api_key_revoked", id, $"e.headers ->> 'client' = '{client}'");
    }

    [Fact]
    public async Task Nothing_is_done_on_behalf_of_a_body_after_it_was_dissolved()
    {
        var body = await BodyAsync();
        var (_, client, secret) = await KeyAsync(body, "reporter");
        await HammerAsync(
            nodes.There.ClientOf(secret), c => c.PostAsync("hazards", Some.Report()), () => DissolveAsync(body), "caller.body_dissolved",
            "body_dissolved", BodyId.Parse(body).StreamId, $"e.headers ->> 'client' = '{client}'");
    }

    [Fact]
    public async Task Nothing_is_assigned_to_a_body_after_it_was_dissolved()
    {
        var body = await BodyAsync();
        var hazards = new Queue<string>(
            await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => Here.HazardAsync(Domain.Codes.Stage.Verified))));
        await HammerAsync(nodes.OfficeThere, c =>
        {
            string hazard;
            lock (hazards)
                hazard = hazards.Dequeue();
            return c.PostAsync(
                $"hazards/{hazard}/assignments",
                new() { ["legs"] = new JsonArray(Some.Leg("territorial", body), Some.Leg("sectoral", "ws-gas")) });
        }, () => DissolveAsync(body), "body.dissolved", "body_dissolved", BodyId.Parse(body).StreamId,
        $"e.type = 'hazard_assigned' and e.data::text like '%{body}%'");
    }

    [Fact]
    public async Task Nothing_that_is_frozen_is_changed_after_the_seal()
    {
        var name = $"巍山燃气{Guid.NewGuid():n}"[..12];
        var hazards = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            var report = Some.Report();
            report["enterprise"] = new JsonObject { ["name"] = name };
            return (await Here.Office.PostAsync("hazards", report)).Require(HttpStatusCode.Created)["id"];
        }));
        var (turn, seal) = (0, "");
        await HammerAsync(nodes.OfficeThere, c =>
        {
            var n = Interlocked.Increment(ref turn);
            return c.PostAsync(
                $"hazards/{hazards[n % Callers]}/corrections", new() { ["field"] = "title", ["to"] = $"第{n}次更正", ["reason"] = "核对" });
        }, async () =>
        {
            var answer = await nodes.Investigator.PostAsync("seals", new()
            {
                ["enterprise"] = new JsonObject { ["name"] = name }, ["region"] = Service.County, ["reason"] = "事故调查",
                ["authority"] = "调查组",
                ["documentNumber"] = $"巍政调封〔2026〕{Random.Shared.Next(1, 9999)}号",
            });
            seal = answer.Require(HttpStatusCode.Created)["id"];
        }, "enterprise.sealed", "records_sealed", () => Guid.Parse(seal),
            $"e.type = 'hazard_corrected' and e.stream_id = any (array[{string.Join(',', hazards.Select(h => $"'{h}'"))}]::uuid[])");
    }

    /// <summary>
    /// What was adopted on one node is what the next command on another is decided by, though that one has not looked since.
    /// </summary>
    [Fact]
    public async Task The_next_command_on_another_node_knows_of_a_policy_adopted_meanwhile()
    {
        (await nodes.OfficeThere.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created);
        var rules = nodes.There.Services.GetRequiredService<RulebookSource>();
        var order = new JsonObject { ["shipped"] = "qingdao-3x@1", ["jurisdiction"] = Service.County, ["effectiveFrom"] = Some.InDays(3) };
        (await Here.Admin.PostAsync("policies", order)).Require(HttpStatusCode.Created);
        (await nodes.OfficeThere.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created);
        rules.Current.Adopted.ShouldContain(a => a.Policy.Version == "qingdao-3x@1");
    }

    private Task HammerAsync(Client client, Func<Client, Task<Answer>> send, Func<Task> change, string code, string type, Guid stream, string theirs) =>
        HammerAsync(client, send, change, code, type, () => stream, theirs);

    /// <summary>Several callers send without a pause until each is refused with the code; what they did is all before the change.</summary>
    private async Task HammerAsync(
        Client client, Func<Client, Task<Answer>> send, Func<Task> change, string code, string type, Func<Guid> stream, string theirs)
    {
        var accepted = 0;
        var callers = Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (true)
            {
                var answer = await send(client);
                if (answer.Status is HttpStatusCode.OK or HttpStatusCode.Created)
                    Interlocked.Increment(ref accepted);
                else if (answer["code"] == code)
                    return;
                else
                    answer.Refused(HttpStatusCode.ServiceUnavailable, "request.contended");
            }
        }).ToArray();
        while (Volatile.Read(ref accepted) < Callers * 4)
            await Task.WhenAny(Task.Delay(10), Task.WhenAll(callers));
        await change();
        await Task.WhenAll(callers);
        await using var later = Here.Owner.CreateCommand($"""
            select count(*) filter (where e.seq_id < c.seq_id), count(*) filter (where e.seq_id > c.seq_id)
            from (select seq_id from log.mt_events where stream_id = '{stream()}' and type = '{type}' order by seq_id limit 1) c
            cross join log.mt_events e where {theirs}
            """);
        await using var reader = await later.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        reader.GetInt64(0).ShouldBeGreaterThanOrEqualTo(Callers * 4);
        reader.GetInt64(1).ShouldBe(0);
    }

    private async Task<(Guid Id, string Client, string Secret)> KeyAsync(string body, params string[] roles)
    {
        var client = $"hammer-{Guid.NewGuid():n}"[..20];
        var answer = (await Here.Admin.PostAsync("api-keys", new()
        {
            ["client"] = client, ["body"] = body, ["region"] = Service.County,
            ["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]),
        })).Require(HttpStatusCode.Created);
        return (Guid.Parse(answer["id"]), client, answer["secret"]);
    }

    private async Task<string> BodyAsync()
    {
        var body = $"b-{Guid.NewGuid():n}"[..16];
        await Here.BodyAsync(body, $"巍山县{body}局", "government", Service.County);
        return body;
    }

    private async Task RevokeAsync(Guid key) =>
        (await Here.Admin.PostAsync($"api-keys/{key}/revocation", Reason)).Require(HttpStatusCode.OK);

    private async Task DissolveAsync(string body) =>
        (await Here.Admin.PostAsync($"bodies/{body}/dissolution", Reason)).Require(HttpStatusCode.OK);

    /// <summary>Two nodes on one database.</summary>
    public sealed class Nodes : IAsyncLifetime
    {
        public Service Here { get; } = new();

        public Service There { get; private set; } = null!;

        internal Provider Authority { get; } = new();

        public Client OfficeThere { get; private set; } = null!;

        public Client Investigator { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            await Here.InitializeAsync();
            await Authority.StartAsync();
            There = new Service { Options = o => o with { Tokens = new TokenOptions("hazards") { Authority = Authority.Root } } };
            await There.StartAsync(Here.ConnectionString);
            OfficeThere = There.ClientOf(Here.Office.Key);
            Investigator = await Here.KeyAsync("ws-gov", Service.County, "investigator");
        }

        public async Task DisposeAsync()
        {
            await There.StopAsync();
            await Authority.DisposeAsync();
            await Here.DisposeAsync();
        }
    }
}
