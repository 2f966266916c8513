using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Administration.Jobs;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Hazards.Projections.Store;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>审计: the worker, the command, and what audits found.</summary>
internal sealed class AuditModule : IModule
{
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Sample = TimeSpan.FromHours(1);

    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<AuditTelemetry>();
        services.AddSingleton<AuditWorker>();
        // Whether it is due is decided by the log, so that a restart does not begin anew.
        services.AddScheduled(
            JobKind.AuditWhenDue, o => o.AuditEvery is { } every && every < Look ? every : o.AuditEvery is null ? null : Look,
            (s, stop) => s.GetRequiredService<AuditWorker>().AuditIfDueAsync(stop), heavy: true);
        services.AddScheduled(
            JobKind.SampleRows, o => o.AuditEvery is null ? null : Sample,
            (s, stop) => s.GetRequiredService<AuditWorker>().SampleAsync(stop), heavy: true);
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/log/audits",
            new Operation(Tag.Proof, "历次审计结果，最近的在前", "What audits of the log found, the newest first")
            {
                Query = [.. Parameters.Page], Answer = typeof(AuditPage),
            }, ListAsync);
        api.Post(
            "/log/audits",
            new Operation(
                Tag.Proof, "立即审计整个日志（系统管理、调查审计、督查）：后台进行，结果见审计清单",
                "Audit the whole log now (administrators, investigators, supervisors): in the background; its result joins the list")
        {
            Answer = typeof(AuditAsked), Success = 202,
        }, AskAsync);
    }

    public IEnumerable<Command> Commands() => [AuditCommand.Create()];

    private static IResult AskAsync(Call call, AuditWorker worker) =>
        call.Caller.Key.Roles.Any(r => r is Role.Administrator or Role.Investigator or Role.Supervisor)
            ? Call.Json(new AuditAsked(worker.AuditNow()), 202)
            : Call.Refuse(AuditRefusals.Forbidden.Because());

    private static async Task<IResult> ListAsync(Call call, IEventLog log, AuditWorker worker)
    {
        var asOf = call.AsOf();
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var before = PositionCursor.Read(cursor, "audits", asOf) ?? long.MaxValue;
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
        return Call.Json(new AuditPage([.. page.Take(limit)
            .Select(p => p.Item)], page.Length > limit ? PositionCursor.Write(page[limit - 1].Version, "audits", asOf) : null, asOf)
            {
                Running = worker.RunningSince,
            });
    }
}

/// <summary>A page of audits.</summary>
internal sealed record AuditPage(ImmutableArray<AuditItem> Items, string? Next, DateTimeOffset? AsOf)
{
    /// <summary>Since when one that was asked for is running on this node; absent when none is.</summary>
    public DateTimeOffset? Running { get; init; }
}

/// <summary>An audit that was asked for.</summary>
/// <param name="Since">Since when it runs: one at a time, so that asking again asks for the same.</param>
internal sealed record AuditAsked(DateTimeOffset Since);

/// <summary>Refusals about audits.</summary>
internal static class AuditRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Forbidden = new(
        "audit.forbidden", RefusalKind.Forbidden, "只有系统管理、调查审计和督查可以要求审计日志",
        "Only administrators, investigators and supervisors may have the log audited");
#pragma warning restore CS1591
}

/// <summary>An audit.</summary>
/// <param name="Position">Where it is recorded in the log.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="Audit">What it found.</param>
internal sealed record AuditItem(long Position, DateTimeOffset RecordedAt, AuditCompleted Audit);
