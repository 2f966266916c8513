using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Api.Http.Access;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>The whole service on a real Kestrel and a database of a test class's own, with a county's usual bodies and keys.</summary>
public sealed class Service : IAsyncLifetime
{
    public const string County = "532927";

    /// <summary>All tests of a class come from one address, and some try many keys.</summary>
    private static readonly LimitOptions Wide = new() { WrongKeysAMinute = 10_000 };

    private WebApplication app = null!;

    public Client Admin { get; private set; } = null!;

    /// <summary>The key of <see cref="Admin"/>, for callers that are no test.</summary>
    public string AdminKey { get; private set; } = "";

    /// <summary>安委办 of the county: coordinates, lists, inspects.</summary>
    public Client Office { get; private set; } = null!;

    public Client Gov { get; private set; } = null!;

    public Client Regulator { get; private set; } = null!;

    public Client Supervisor { get; private set; } = null!;

    public Client Enforcer { get; private set; } = null!;

    /// <summary>A key of another county.</summary>
    public Client Elsewhere { get; private set; } = null!;

    public string Address { get; private set; } = "";

    /// <summary>The database as its owner enters it.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>As the service does, which owns nothing.</summary>
    public string OfTheService => TestServer.LoginsOf(ConnectionString).Service;

    /// <summary>For what the service may not do.</summary>
    public NpgsqlDataSource Owner => owner ??= NpgsqlDataSource.Create(ConnectionString);

    private NpgsqlDataSource? owner;

    /// <summary>Changes how the service runs.</summary>
    internal Func<ServiceOptions, ServiceOptions> Options { get; init; } = o => o;

    public IServiceProvider Services => app.Services;

    public async Task InitializeAsync()
    {
        await StartAsync(await TestServer.CreateDatabaseAsync());
        await RegisterAsync();
    }

    /// <param name="connectionString">The database, as its owner.</param>
    public async Task StartAsync(string connectionString)
    {
        ConnectionString = connectionString;
        app = HazardsService.Build(Options(new ServiceOptions(await TestServer.PrepareAsync(connectionString)) { Limits = Wide, Keys = TestServer.KeysOf(connectionString), Urls = "http://127.0.0.1:0", JsonLogs = true, Log = new EventLogOptions { AppendTimeout = TimeSpan.FromSeconds(5) } }));
        await app.StartAsync();
        Address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        var file = Path.Combine(Path.GetTempPath(), $"hazards-key-{Guid.NewGuid():n}");
        var key = await ActivatorUtilities.CreateInstance<FirstKey>(app.Services)
            .EnsureAsync(file, BodyId.Parse("first-office"), "安委办", "tests", default);
        File.Delete(file);
        Admin = ClientOf(AdminKey = key);
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        await TestServer.DropDatabaseAsync(ConnectionString);
    }

    public async Task StopAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (owner is not null)
            await owner.DisposeAsync();
        owner = null;
    }

    /// <summary>The administrator's key at another service on the same database.</summary>
    public Client ClientAt(string address) => new(address, AdminKey);

    public Client ClientOf(string? key) => new(Address, key);

    public async Task<Client> KeyAsync(string body, string region, params string[] roles)
    {
        var answer = await Admin.PostAsync("api-keys", new JsonObject
        {
            ["client"] = $"client-{body}-{Guid.NewGuid():n}"[..40], ["body"] = body, ["region"] = region, ["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]),
        });
        answer.Status.ShouldBe(HttpStatusCode.Created);
        return ClientOf(answer["secret"]);
    }

    /// <summary>How many events there are, but for the tombstones that fill burnt numbers.</summary>
    public async Task<long> EventsAsync()
    {
        await using var command = app.Services.GetRequiredService<Npgsql.NpgsqlDataSource>()
            .CreateCommand("select count(*) from log.mt_events where type <> 'tombstone'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<long> HeadAsync() => (await app.Services.GetRequiredService<IEventLog>().HeadAsync()).Position;

    /// <summary>A hazard reported by the county's office, at a stage.</summary>
    public async Task<string> HazardAsync(Stage stage = Stage.Reported, string level = "general")
    {
        var id = (await Office.PostAsync("hazards", Some.Report())).Require(HttpStatusCode.Created)["id"];
        if (stage == Stage.Reported)
            return id;
        (await Office.PostAsync(
            $"hazards/{id}/verification",
            new JsonObject { ["level"] = level, ["basis"] = level == "major" ? "判定标准第五条" : null })).Require(HttpStatusCode.OK);
        if (stage == Stage.Verified)
            return id;
        (await Office.PostAsync($"hazards/{id}/assignments", Some.DualAssignment())).Require(HttpStatusCode.OK);
        if (stage == Stage.Assigned)
            return id;
        await Gov.PostAsync($"hazards/{id}/legs/territorial/acknowledgement", []);
        (await Regulator.PostAsync($"hazards/{id}/legs/sectoral/acknowledgement", [])).Require(HttpStatusCode.OK);
        return id;
    }

    private async Task RegisterAsync()
    {
        await BodyAsync("ws-awb", "巍山县安委办", "committeeOffice", County);
        await BodyAsync("ws-gov", "巍山县人民政府", "government", County);
        await BodyAsync("ws-gas", "巍山县住建局", "regulator", County, "city_gas");
        await BodyAsync("ws-duc", "巍山县政府督查室", "supervisionOffice", County);
        await BodyAsync("ws-new", "南诏镇人民政府", "government", "532927100");
        await BodyAsync("dali-awb", "大理州安委办", "committeeOffice", "5329");
        await BodyAsync("bj-awb", "东城区安委办", "committeeOffice", "110101");
        Office = await KeyAsync("ws-awb", County, "reporter", "coordinator", "inspector", "listingAuthority");
        Gov = await KeyAsync("ws-gov", County, "responsible");
        Regulator = await KeyAsync("ws-gas", County, "responsible");
        Supervisor = await KeyAsync("ws-duc", County, "supervisor");
        Enforcer = await KeyAsync("ws-awb", County, "enforcer", "inspector");
        Elsewhere = await KeyAsync("bj-awb", "110101", "coordinator", "reporter");
    }

    public async Task BodyAsync(string id, string name, string kind, string region, params string[] sectors) =>
        (await Admin.PostAsync("bodies", new JsonObject
        {
            ["id"] = id, ["name"] = name, ["kind"] = kind, ["region"] = region,
            ["sectors"] = new JsonArray([.. sectors.Select(s => (JsonNode)s)]),
        })).Require(HttpStatusCode.Created);
}

/// <summary>Things tests need some of.</summary>
public static class Some
{
    public static JsonObject Report() => new()
    {
        ["source"] = "hotline", ["region"] = Service.County, ["sector"] = "city_gas", ["title"] = "燃气阀井泄漏",
        ["description"] = "古城南门阀井有燃气味，检测浓度超标",
    };

    public static JsonObject DualAssignment(string deadline = "") => new()
    {
        ["legs"] = new JsonArray(Leg("territorial", "ws-gov", deadline), Leg("sectoral", "ws-gas", deadline)),
    };

    public static JsonObject Leg(string leg, string body, string deadline = "") => new()
    {
        ["leg"] = leg, ["body"] = body, ["deadline"] = deadline.Length > 0 ? deadline : InDays(30), ["instructions"] = "限期整改",
    };

    /// <summary>A ledger as it is sent.</summary>
    public static ByteArrayContent Csv(string text) => Csv(Encoding.UTF8.GetBytes(text));

    public static ByteArrayContent Csv(byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } };

    public static string InDays(int days) =>
        ChinaTime.DateAt(DateTimeOffset.UtcNow).AddDays(days).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Calls the service with one key.</summary>
public sealed class Client(string address, string? key)
{
    /// <summary>The key.</summary>
    public string? Key => key;

    private static readonly HttpClient Http = new(new KeepsTheContract(new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = 64 })) { Timeout = TimeSpan.FromSeconds(60) };

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    /// <summary>A file, with its media type.</summary>
    public async Task<(byte[] Bytes, string? MediaType)> BytesAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/api/v1/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadAsByteArrayAsync(), response.Content.Headers.ContentType?.MediaType);
    }

    // The tests report the same words over and over, and mean another hazard each time.
    public Task<Answer> PostAsync(string path, JsonObject body, params (string Name, string Value)[] headers) =>
        SendAsync(
            HttpMethod.Post, path == "hazards" ? "hazards?anew=true" : path,
            new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), headers);

    public Task<Answer> PostTextAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, "application/json"), headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method,
            path.StartsWith('/') ? address + path : $"{address}/api/v1/{path}") { Content = content };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }
}

/// <summary>What the service answered.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string this[string name] => Json[name]!.ToString();

    public string ETag => Headers.ETag!.Tag;

    public Answer Require(HttpStatusCode status)
    {
        Status.ShouldBe(status, Text);
        return this;
    }

    /// <summary>A problem with this code, as every error must look.</summary>
    public Answer Refused(HttpStatusCode status, string code)
    {
        Status.ShouldBe(status, Text);
        ContentHeaders.ContentType!.MediaType.ShouldBe("application/problem+json");
        this["code"].ShouldBe(code, Text);
        this["status"].ShouldBe(((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture));
        this["type"].ShouldBe($"/problems/{code}");
        this["detail"].ShouldNotBeNullOrWhiteSpace();
        this["detail"].ShouldNotContain("{");
        this["traceId"].ShouldNotBeNullOrWhiteSpace();
        Text.ShouldNotContain("   at ");
        return this;
    }
}
