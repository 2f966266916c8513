using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Year;

/// <summary>What the service answered.</summary>
internal sealed record Reply(int Status, JsonNode Json)
{
    public bool Done => Status is 200 or 201;

    public string? Code => Json["code"]?.ToString();
}

/// <summary>Calls the service as the bodies of the prefecture do, each with a key of its own for every role.</summary>
internal sealed class Callers(HttpClient http, string administratorKey, RegionCode jurisdiction)
{
    private readonly ConcurrentDictionary<(BodyId, Role), Lazy<Task<string>>> _keys = new();
    private long _requests;

    /// <summary>Requests sent so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    public async Task<Reply> PostAsync(Body by, Role role, string path, JsonObject body, CancellationToken cancellationToken) =>
        await SendAsync(await KeyAsync(by, role), HttpMethod.Post, path, body, cancellationToken);

    public async Task<JsonNode> GetAsync(Body by, Role role, string path, CancellationToken cancellationToken) =>
        Require(await SendAsync(await KeyAsync(by, role), HttpMethod.Get, path, null, cancellationToken), path).Json;

    /// <summary>The same; a refusal is an answer too.</summary>
    public async Task<Reply> TryGetAsync(Body by, Role role, string path, CancellationToken cancellationToken) =>
        await SendAsync(await KeyAsync(by, role), HttpMethod.Get, path, null, cancellationToken);

    /// <summary>A file.</summary>
    public async Task<byte[]> GetBytesAsync(Body by, Role role, string path, CancellationToken cancellationToken)
    {
        using var response = await AskAsync(await KeyAsync(by, role), HttpMethod.Get, path, null, cancellationToken);
        return await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>As the administrator.</summary>
    public async Task<JsonNode> AdministerAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        Require(await SendAsync(administratorKey, HttpMethod.Post, path, body, cancellationToken), path).Json;

    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public static Reply Require(Reply reply, string path) =>
        reply.Done ? reply : throw new InvalidOperationException($"{path}: {reply.Status} {reply.Json}");

    private Task<string> KeyAsync(Body by, Role role) =>
        _keys.GetOrAdd((by.Id, role), _ => new Lazy<Task<string>>(() => IssueAsync(by, role))).Value;

    private async Task<string> IssueAsync(Body by, Role role)
    {
        var issued = await AdministerAsync("api-keys", new JsonObject
        {
            ["client"] = $"{by.Id}/{CodeList.Code(role)}", ["body"] = by.Id.Value, ["region"] = jurisdiction.Value, ["roles"] = new JsonArray(CodeList.Code(role)),
        }, CancellationToken.None);
        return issued["secret"]!.ToString();
    }

    private async Task<Reply> SendAsync(string key, HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var response = await AskAsync(key, method, path, body, cancellationToken);
        return new Reply((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!);
    }

    private async Task<HttpResponseMessage> AskAsync(
        string key, HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        using var request = new HttpRequestMessage(method, $"{Links.Root}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(DomainJson.Options), Encoding.UTF8, "application/json");
        return await http.SendAsync(request, cancellationToken);
    }
}
