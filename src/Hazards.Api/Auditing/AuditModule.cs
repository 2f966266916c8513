using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Hazards.Api.Jobs;
using Hazards.Domain;
using Hazards.Projections.Store;

namespace Hazards.Api.Auditing;

/// <summary>审计: the worker, the command, and what audits found.</summary>
internal sealed class AuditModule : IModule
{
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<AuditTelemetry>();
        services.AddSingleton<AuditWorker>();
        // Whether it is due is decided by the log, so that a restart does not begin anew.
        services.AddScheduled(JobKind.AuditWhenDue, o => o.AuditEvery is { } every && every < Look ? every : o.AuditEvery is null ? null : Look, (s, stop) => s.GetRequiredService<AuditWorker>().AuditIfDueAsync(stop));
    }

    public void Map(IEndpointRouteBuilder api) => api.Get("/log/audits", new Operation(Tag.Proof, "历次审计结果，最近的在前", "What audits of the log found, the newest first") { Query = [.. Parameters.Page], Answer = typeof(AuditPage) }, ListAsync);

    public IEnumerable<Command> Commands() => [AuditCommand.Create()];

    private static async Task<IResult> ListAsync(Call call, IEventLog log)
    {
        var asOf = call.AsOf();
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var before = cursor is null ? long.MaxValue : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : throw new Projections.BadCursorException();
        // The log's own stream is short: an event a day, and one for each change of keys.
        var newest = new Queue<(long Version, AuditItem Item)>();
        foreach (var e in await log.FetchAsync(LogStream.Id, 0, asOf, cancellationToken: call.Stop))
        {
            if (e.Version >= before)
                break;
            if (e.Data is not AuditCompleted completed)
                continue;
            newest.Enqueue((e.Version, new AuditItem(e.Sequence, e.Timestamp, completed)));
            if (newest.Count > limit + 1)
                newest.Dequeue();
        }
        var page = newest.Reverse().ToArray();
        return Call.Json(new AuditPage([.. page.Take(limit).Select(p => p.Item)], page.Length > limit ? page[limit - 1].Version.ToString(CultureInfo.InvariantCulture) : null, asOf));
    }
}

/// <summary>A page of audits.</summary>
internal sealed record AuditPage(ImmutableArray<AuditItem> Items, string? Next, DateTimeOffset? AsOf);

/// <summary>An audit.</summary>
/// <param name="Position">Where it is recorded in the log.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="Audit">What it found.</param>
internal sealed record AuditItem(long Position, DateTimeOffset RecordedAt, AuditCompleted Audit);
