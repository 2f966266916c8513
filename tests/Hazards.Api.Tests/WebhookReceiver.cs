using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hazards.Api.Tests;

/// <summary>A message as it arrived.</summary>
public sealed record Received(string Path, string Id, string Timestamp, string Signature, string Body)
{
    public string Type => Json["type"]!.ToString();

    public JsonNode Data => Json["data"]!;

    private JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>Whether the secret signed it, reckoned as the specification of Standard Webhooks says.</summary>
    public bool IsSignedBy(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{Id}.{Timestamp}.{Body}")));
        return Signature.Split(' ').Contains(expected);
    }
}

/// <summary>Other systems: each path is one, and answers as it is told.</summary>
public sealed class WebhookReceiver : IAsyncLifetime
{
    private readonly ConcurrentQueue<Received> received = [];
    private readonly ConcurrentDictionary<string, Func<HttpContext, int, Task>> answers = [];
    private WebApplication app = null!;

    public Uri Address { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(TakeAsync);
        await app.StartAsync();
        var features = app.Services.GetRequiredService<IServer>().Features;
        Address = new Uri(features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    /// <summary>A system of its own, and where it is.</summary>
    /// <param name="answer">Its status the so-manieth time, from 1; 204 when left out.</param>
    public string Open(Func<int, int>? answer = null) => Open((http, times) =>
    {
        http.Response.StatusCode = answer?.Invoke(times) ?? 204;
        return Task.CompletedTask;
    });

    public string Open(Func<HttpContext, int, Task> answer)
    {
        var path = $"/{Guid.NewGuid():n}";
        answers[path] = answer;
        return new Uri(Address, path).ToString();
    }

    /// <summary>One that takes the message and never answers.</summary>
    public string OpenSilent() => Open((http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted));

    /// <summary>What arrived at an address, in order; every attempt.</summary>
    public IReadOnlyList<Received> At(string address) => [.. received.Where(r => r.Path == new Uri(address).AbsolutePath)];

    /// <summary>Waits until so many have arrived.</summary>
    public async Task<IReadOnlyList<Received>> WaitAsync(string address, int count)
    {
        await Until(() => Task.FromResult(At(address).Count >= count), $"{count} messages; there are {At(address).Count}");
        return At(address);
    }

    public static async Task Until(Func<Task<bool>> holds, string what)
    {
        for (var began = Environment.TickCount64; !await holds(); await Task.Delay(50))
            if (Environment.TickCount64 - began > 60_000)
                throw new TimeoutException(what);
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var (path, headers) = (http.Request.Path.ToString(), http.Request.Headers);
        var body = await reader.ReadToEndAsync();
        received.Enqueue(new Received(
            path, $"{headers["webhook-id"]}", $"{headers["webhook-timestamp"]}", $"{headers["webhook-signature"]}", body));
        if (answers.TryGetValue(path, out var answer))
            await answer(http, received.Count(r => r.Path == path));
        else
            http.Response.StatusCode = 404;
    }
}
