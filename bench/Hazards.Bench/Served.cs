using System.Net.Http.Headers;
using System.Text.Json;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hazards.Api.Http;
using Hazards.Api.Http.Access;
using Hazards.Api.Running;
using Hazards.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Bench;

/// <summary>The service on a migrated database, and its callers: one process, so that its processor time is of both.</summary>
internal sealed class Served : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 });

    private Served(WebApplication app) => this.app = app;

    /// <summary>The first key: the whole nation, every role that a first key has.</summary>
    public required string Key { get; init; }

    /// <summary>Starts it.</summary>
    /// <param name="connectionString">The database, with its password.</param>
    /// <param name="folder">For the keys.</param>
    /// <param name="stop">Stops.</param>
    public static async Task<Served> StartAsync(string connectionString, string folder, CancellationToken stop)
    {
        var app = HazardsService.Build(new ServiceOptions(connectionString)
        {
            Keys = Path.Combine(folder, "keys"), Urls = "http://127.0.0.1:0", JsonLogs = true, Limits = LimitOptions.None,
        });
        await app.StartAsync(stop);
        var key = await ActivatorUtilities.CreateInstance<FirstKey>(app.Services)
            .EnsureAsync(Path.Combine(folder, "first-key"), BodyId.Parse("first-office"), "安委办", "bench", stop);
        var served = new Served(app) { Key = key };
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        served.http.BaseAddress = new Uri(address + "/api/v1/");
        return served;
    }

    /// <summary>
    /// Reads an answer, every byte of it, and makes nothing of it: a text of two hundred kilobytes costs its caller as much as the service,
    /// and both are in this process. It must not be a refusal.
    /// </summary>
    /// <summary>The address of the page after the first of a list; null where there is none.</summary>
    public async Task<string?> NextAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        using var answer = await http.SendAsync(request);
        using var page = await JsonDocument.ParseAsync(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        return page.RootElement.TryGetProperty("next", out var next) && next.GetString() is { } cursor ? $"{path}&cursor={cursor}" : null;
    }

    public async Task ReadAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        await answer.Content.CopyToAsync(Stream.Null);
    }

    /// <summary>The answer to an act, under an idempotency key of its own; it must not be refused.</summary>
    public async Task<JsonNode> PostAsync(string key, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return JsonNode.Parse(await SendAsync(request, key))!;
    }

    private async Task<string> SendAsync(HttpRequestMessage request, string key)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? text
            : throw new InvalidOperationException($"{request.RequestUri}: {(int)answer.StatusCode} {text}");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
