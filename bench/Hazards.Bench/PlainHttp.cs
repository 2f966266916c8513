using System.Net.Http.Json;
using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.Http;
using Wolverine.Http.Marten;
using Wolverine.Marten;

namespace Hazards.Bench;

/// <summary>The same facts as a plain endpoint takes them: Wolverine.Http's aggregate handlers on Marten with an inline snapshot.</summary>
/// <remarks>No key, no jurisdiction, no idempotency, no lists, no codes, no order across streams: what Marten alone costs by
/// HTTP.</remarks>
internal sealed class PlainHttp : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 });
    private readonly Processor processor;
    private string[] hazards = [];

    private PlainHttp(WebApplication app, NpgsqlDataSource dataSource)
    {
        (this.app, processor) = (app, new Processor(dataSource));
        http.BaseAddress = new Uri(
            app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    /// <summary>Starts it on an empty database.</summary>
    public static async Task<PlainHttp> StartAsync(NpgsqlDataSource dataSource, CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddMarten(o =>
        {
            o.Projections.Snapshot<PlainHazard>(SnapshotLifecycle.Inline);
            o.Events.AppendMode = JasperFx.Events.EventAppendMode.QuickWithServerTimestamps;
        }).UseNpgsqlDataSource().UseLightweightSessions().IntegrateWithWolverine();
        builder.Services.AddSingleton(dataSource);
        builder.Services.AddWolverineHttp();
        builder.Host.UseWolverine(o =>
        {
            o.ApplicationAssembly = typeof(PlainHttp).Assembly;
            o.Policies.AutoApplyTransactions();
        });
        var app = builder.Build();
        app.MapWolverineEndpoints();
        await app.Services.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await app.StartAsync(stop);
        return new PlainHttp(app, dataSource);
    }

    /// <summary>A hazard is reported: a stream started.</summary>
    public Task<Cost> ReportAsync(int clients, TimeSpan time, CancellationToken stop) =>
        processor.CostAsync($"report, {clients}, plain", clients, time, (_, _) => ReportAsync(), stop);

    /// <summary>Progress is reported: an event on a stream that is read first.</summary>
    public async Task<Cost> ProgressAsync(int clients, int perClient, TimeSpan time, CancellationToken stop)
    {
        while (hazards.Length < clients * perClient)
            hazards = [.. hazards, await ReportAsync()];
        var said = new long[clients];
        return await processor.CostAsync($"progress, {clients}, plain", clients, time, async (client, _) =>
        {
            var at = said[client]++;
            using var answer = await http.PostAsJsonAsync(
                $"plain/hazards/{hazards[client * perClient + at % perClient]}/progress", Facts.Progress(at));
            answer.EnsureSuccessStatusCode();
        }, stop);
    }

    private async Task<string> ReportAsync()
    {
        using var answer = await http.PostAsJsonAsync("plain/hazards", Facts.Report());
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["value"]!.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await processor.DisposeAsync();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

#pragma warning disable CA1515 // Wolverine generates code that calls these.
public sealed record PlainReported(string Source, string Region, string Sector, string Title, string Description);

public sealed record PlainProgress(int Percent, string Note);

public sealed class PlainHazard
{
    public Guid Id { get; set; }
    public int Version { get; set; }
    public string Source { get; set; } = "";
    public string Region { get; set; } = "";
    public string Sector { get; set; } = "";
    public string Title { get; set; } = "";
    public string Description { get; set; } = "";
    public int Percent { get; set; }
    public string Note { get; set; } = "";

    public void Apply(PlainReported e) =>
        (Source, Region, Sector, Title, Description) = (e.Source, e.Region, e.Sector, e.Title, e.Description);

    public void Apply(PlainProgress e) => (Percent, Note) = (e.Percent, e.Note);
}

public static class PlainEndpoints
{
    [WolverinePost("/plain/hazards")]
    public static (CreationResponse<Guid>, IStartStream) Report(PlainReported body)
    {
        var start = MartenOps.StartStream<PlainHazard>(Guid.CreateVersion7(), body);
        return (new CreationResponse<Guid>($"/plain/hazards/{start.StreamId}", start.StreamId), start);
    }

    [WolverinePost("/plain/hazards/{id}/progress"), EmptyResponse]
    public static PlainProgress Progress(PlainProgress body, [Aggregate] PlainHazard hazard) =>
        hazard.Percent > 100 ? throw new InvalidOperationException() : body;
}
#pragma warning restore CA1515
