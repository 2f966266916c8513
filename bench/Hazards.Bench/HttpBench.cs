using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Bench;

/// <summary>
/// A command as its caller feels it: by HTTP, with key, jurisdiction, idempotency key, decision and answer.
/// </summary>
internal sealed class HttpBench : IAsyncDisposable
{
    /// <summary>On how many hazards a client reports progress in turn.</summary>
    public const int HazardsPerClient = 4;

    private const string County = Facts.County;

    private readonly Processor processor;
    private readonly Served served;
    private readonly Dictionary<string, string> keys = [];
    private readonly ConcurrentQueue<string> assigned = new();
    private string[] underWay = [];

    private HttpBench(NpgsqlDataSource dataSource, Served served) => (this.served, processor) = (served, new Processor(dataSource));

    /// <summary>Starts the service on a migrated database and registers a county.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="connectionString">The same, with its password.</param>
    /// <param name="folder">For the keys.</param>
    /// <param name="stop">Stops.</param>
    public static async Task<HttpBench> StartAsync(
        NpgsqlDataSource dataSource, string connectionString, string folder, CancellationToken stop)
    {
        var bench = new HttpBench(dataSource, await Served.StartAsync(connectionString, folder, stop));
        bench.keys["admin"] = bench.served.Key;
        foreach (var (id, kind, roles) in new[]
        {
            ("ws-awb", "committeeOffice", new[] { "reporter", "coordinator" }), ("ws-gov", "government", ["responsible"]),
            ("ws-gas", "regulator", ["responsible"]),
        })
        {
            await bench.PostAsync("admin", "bodies", new JsonObject
            {
                ["id"] = id, ["name"] = $"巍山县{id}", ["kind"] = kind, ["region"] = County, ["sectors"] = id == "ws-gas" ? new JsonArray("city_gas") : [],
            });
            var key = await bench.PostAsync("admin", "api-keys", new JsonObject
            {
                ["client"] = id, ["body"] = id, ["region"] = County, ["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]),
            });
            bench.keys[id] = key["secret"]!.ToString();
        }

        return bench;
    }

    /// <summary>A hazard is reported.</summary>
    public Task<Cost> ReportAsync(int clients, TimeSpan time, CancellationToken stop) =>
        processor.CostAsync($"report, {clients}", clients, time, (_, _) => ReportAsync(), stop);

    /// <summary>Progress is reported on a leg under way.</summary>
    public async Task<Cost> ProgressAsync(int clients, TimeSpan time, CancellationToken stop)
    {
        while (underWay.Length < clients * HazardsPerClient)
        {
            var id = await AssignedAsync();
            await PostAsync("ws-gov", $"hazards/{id}/legs/territorial/acknowledgement", []);
            underWay = [.. underWay, id];
        }

        var said = new long[clients];
        return await processor.CostAsync($"progress, {clients}", clients, time, (client, _) =>
        {
            var at = said[client]++;
            return PostAsync(
                "ws-gov", $"hazards/{underWay[client * HazardsPerClient + at % HazardsPerClient]}/legs/territorial/progress",
                Facts.Progress(at));
        }, stop);
    }

    /// <summary>An assignment is acknowledged; as many are made beforehand as a run may take.</summary>
    public async Task<Cost> AcknowledgeAsync(int clients, TimeSpan time, int most, CancellationToken stop)
    {
        await Parallel.ForAsync(
            0, Math.Max(0, most - assigned.Count), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = stop },
            async (_, _) => assigned.Enqueue(await AssignedAsync()));
        return await processor.CostAsync($"acknowledge, {clients}", clients, time, async (_, _) =>
        {
            if (!assigned.TryDequeue(out var id))
                throw new InvalidOperationException("too few were assigned for the time");
            await PostAsync("ws-gas", $"hazards/{id}/legs/sectoral/acknowledgement", []);
        }, stop);
    }

    /// <summary>A comment on a hazard that has had as many already.</summary>
    public async Task<Cost> CommentAsync(int before, TimeSpan time, CancellationToken stop)
    {
        var id = await ReportAsync();
        for (var i = 0; i < before; i++)
            await PostAsync("ws-awb", $"hazards/{id}/comments", Facts.Comment(i));
        return await processor.CostAsync(
            $"comment after {before}, 1", 1, time, (_, round) => PostAsync("ws-awb", $"hazards/{id}/comments", Facts.Comment(round)), stop);
    }

    private async Task<string> ReportAsync() => (await PostAsync("ws-awb", "hazards?anew=true", Facts.Report()))["id"]!.ToString();

    private async Task<string> AssignedAsync()
    {
        var id = await ReportAsync();
        await PostAsync("ws-awb", $"hazards/{id}/verification", new JsonObject { ["level"] = "general" });
        var deadline = ChinaTime.DateAt(DateTimeOffset.UtcNow).AddDays(30)
            .ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await PostAsync("ws-awb", $"hazards/{id}/assignments", new JsonObject
        {
            ["legs"] = new JsonArray(
                new JsonObject { ["leg"] = "territorial", ["body"] = "ws-gov", ["deadline"] = deadline, ["instructions"] = "限期整改" },
                new JsonObject { ["leg"] = "sectoral", ["body"] = "ws-gas", ["deadline"] = deadline, ["instructions"] = "限期整改" }),
        });
        return id;
    }

    private Task<JsonNode> PostAsync(string who, string path, JsonObject body) => served.PostAsync(keys[who], path, body);

    public async ValueTask DisposeAsync()
    {
        await processor.DisposeAsync();
        await served.DisposeAsync();
    }
}

/// <summary>What is sent, here and to the plain endpoint.</summary>
internal static class Facts
{
    public const string County = "532927";

    public static JsonObject Report(string region = County) => new()
    {
        ["source"] = "hotline", ["region"] = region, ["sector"] = "city_gas", ["title"] = "燃气阀井泄漏",
        ["description"] = "古城南门阀井有燃气味，检测浓度超标，现场已设警戒，等待处置",
    };

    public static JsonObject Comment(long at) => new() { ["text"] = $"已电话通知值班人员，第 {at} 次" };

    public static JsonObject Progress(long at) => new() { ["percent"] = 60, ["note"] = $"更换阀门，已完成防护栏杆安装，第 {at} 次" };
}
