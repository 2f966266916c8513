using System.Net;
using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Npgsql;

namespace Hazards.Api.Running;

/// <summary>
/// Asks what the first callers will ask, so that these do not wait while the answers' code is compiled: through all that a request
/// passes, of the region of a hazard that is there, with a report that is refused. The answers go nowhere, and nothing is recorded.
/// </summary>
/// <remarks>
/// Who asks is said in the process: it has no key, and nothing that comes by a connection can say the same.
/// </remarks>
[LogCategory("WarmUp")]
internal sealed partial class WarmUp(
    IServiceScopeFactory scopes, Questions questions, Identities identities, HangUps hangUps, TimeProvider clock, ILogger<WarmUp> logger)
{
    private const string Client = "warm-up";

    // Whoever cannot answer within this is not made quicker by being asked.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Macao: no ledger here reaches so far.
    private static readonly RegionCode Nowhere = RegionCode.Parse("820000");

    private RequestDelegate first = _ => Task.CompletedTask;

    /// <summary>Has requests of its own begin where all others do; to be called before anything else is used.</summary>
    public static void Use(WebApplication app) => app.Use(next => app.Services.GetRequiredService<WarmUp>().first = next);

    /// <summary>Starts to serve, and says that it is ready once it has asked.</summary>
    public static async Task StartAsync(WebApplication app, CancellationToken stop)
    {
        var readiness = app.Services.GetRequiredService<Readiness>();
        readiness.Warming = true;
        await app.StartAsync(stop);
        await app.Services.GetRequiredService<WarmUp>().RunAsync(app.Lifetime.ApplicationStopping);
        readiness.Warming = false;
    }

    /// <summary>Asks; what fails, or takes too long, is somebody else's to report.</summary>
    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await hangUps.WithinAsync(Patience, AskAsync, stop);
        }
        catch (Exception e)
        {
            LogCold(e.Message);
        }
    }

    /// <summary>Asks all at once, as a start has more than one core, and says how each was answered.</summary>
    internal async Task<IReadOnlyDictionary<string, HttpStatusCode>> AskAsync(CancellationToken stop)
    {
        var (keys, answers) = (Task.Run(() => identities.WarmUpAsync(stop), stop), AnswersAsync(stop));
        await Task.WhenAll(keys, answers);
        return (await answers).ToDictionary(a => a.Asked, a => a.Status);
    }

    private async Task<(string Asked, HttpStatusCode Status)[]> AnswersAsync(CancellationToken stop)
    {
        var (hazard, region) = await AnyHazardAsync(stop);
        var body = Clockwork.Body with { Region = region };
        var key = new ApiKey(Guid.Empty, Sha256Digest.Of([]), Client, body.Id, [Role.Supervisor, Role.Reporter], region, null, false, 0);
        var caller = new Caller(key, body);
        List<string> paths = ["/boards/closed-loop", "/hazards", "/lists/overdue", "/lists/listed"];
        if (hazard is { } id)
            paths.Add($"/hazards/{id:D}");
        return await Task.WhenAll(paths.Select(path => Task.Run(() => SendAsync(caller, HttpMethods.Get, path, null, stop), stop))
            .Append(Task.Run(() => SendAsync(caller, HttpMethods.Post, "/hazards", ReportOf(region), stop), stop)));
    }

    private async Task<(Guid? Hazard, RegionCode Region)> AnyHazardAsync(CancellationToken stop)
    {
        await using var command = questions.Source.CreateCommand("select hazard_id, region from rows.hazards limit 1");
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop) ? (reader.GetGuid(0), RegionCode.Parse(reader.GetString(1))) : (null, Nowhere);
    }

    /// <summary>A report of what happens tomorrow, which is refused by the rules.</summary>
    private byte[] ReportOf(RegionCode region) => Encoding.UTF8.GetBytes($$"""
        {
          "source": "hotline", "region": "{{region}}", "sector": "city_gas", "title": "—", "description": "—",
          "occurredAt": "{{clock.GetUtcNow().AddDays(1):yyyy-MM-ddTHH:mm:ssZ}}"
        }
        """);

    private async Task<(string Asked, HttpStatusCode Status)> SendAsync(
        Caller caller, string method, string path, byte[]? body, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var http = new DefaultHttpContext
        {
            RequestServices = scope.ServiceProvider, RequestAborted = stop, User = new CallerPrincipal(caller, Client),
        };
        (http.Request.Method, http.Request.Path) = (method, Links.Root + path);
        http.Response.Body = Stream.Null;
        if (body is not null)
        {
            http.Request.Headers["Idempotency-Key"] = Client;
            http.Request.Body = new MemoryStream(body);
            (http.Request.ContentType, http.Request.ContentLength) = ("application/json", body.Length);
        }

        await first(http);
        return ($"{method} {path}", (HttpStatusCode)http.Response.StatusCode);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "未能预热 not warmed up: {Reason}")]
    private partial void LogCold(string reason);
}
