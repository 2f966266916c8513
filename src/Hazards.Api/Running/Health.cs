using Hazards.Api.Administration.Jobs;
using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Domain;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Running;

/// <summary>Whether this process lives, and whether it can serve.</summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Call.Json(new HealthAnswer("live", null))).ExcludeFromDescription();
        routes.MapGet("/health/ready", async (Readiness readiness, DaemonTrouble daemon, AuditTelemetry audits, AuditWorker auditor, ScheduleHealth schedule, OutsideHolders outside, Timestamping times, CancellationToken stop) =>
        {
            var missing = await readiness.WhatIsMissingAsync(stop);
            var wrong = missing is null ? await readiness.WrongLogAsync(stop) : null;
            missing ??= wrong?.Code;
            var (trouble, lasts) = missing is null ? await daemon.LookAsync(stop) : default;
            if (lasts)
                missing = "daemon";
            // Another node may have audited.
            if (missing is null)
                await auditor.LookAsync(stop);
            return Call.Json(
                new HealthAnswer(missing is null ? "ready" : "not ready", missing)
                {
                    Log = Trouble.Of(wrong), Audit = audits.Failure, Daemon = trouble, Jobs = schedule.Failure,
                    Outside = missing is null ? await RemarkAsync(outside.LookAsync(stop)) : null,
                    Time = missing is null ? await RemarkAsync(times.LookAsync(stop)) : null,
                },
                missing is null ? 200 : 503);
        }).ExcludeFromDescription();
    }

    /// <summary>It is a remark: what it cannot be looked for keeps no node from serving.</summary>
    private static async Task<string?> RemarkAsync(Task<string?> look)
    {
        try
        {
            return await look;
        }
        catch (Exception e) when (DatabaseTrouble.IsAway(e))
        {
            return null;
        }
    }
}

/// <summary>The answer of a probe.</summary>
internal sealed record HealthAnswer(string Status, string? Missing)
{
    /// <summary>Why the log in the database is not the one that was signed or told of: an older backup was restored.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public Trouble? Log { get; init; }

    /// <summary>What the last audit found, if it found anything. The service goes on serving: people must be able to look.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Audit { get; init; }

    /// <summary>What is wrong with the daemon, or how far what it does lags behind, if it is unwell.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Daemon { get; init; }

    /// <summary>Which scheduled jobs fail on this node, if it does them and any does.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Jobs { get; init; }

    /// <summary>That nobody outside holds a checkpoint, or none of the last day. The service goes on serving.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Outside { get; init; }

    /// <summary>That the authority for timestamps gives none, and what it gives instead. The service goes on serving.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Time { get; init; }
}

/// <summary>
/// Ready when the database answers, its tables are those this program was made for, the log can write, and the log is the
/// one that was signed and told of: what is written on an older backup contradicts what others have read.
/// </summary>
internal sealed class Readiness(NpgsqlDataSource dataSource, NewerDatabase newer, MartenEventLog log, CheckpointDesk desk, HangUps hangUps)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Whether it does not yet answer as quickly as it will: it has only just begun.</summary>
    public bool Warming { get; set; }

    /// <summary>What keeps this node from serving; null when nothing does.</summary>
    public async Task<string?> WhatIsMissingAsync(CancellationToken cancellationToken)
    {
        if (!log.IsWriting)
            return "log writer";
        if (Warming)
            return "warm-up";
        try
        {
            return await hangUps.WithinAsync(Patience, MissingAsync, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return "migrations";
        }
        catch (Exception e) when (DatabaseTrouble.IsUnwell(e) || e is OperationCanceledException)
        {
            return "database";
        }
    }

    /// <summary>Why the log is not the one this node signed or has told of; null when it is.</summary>
    public async Task<Refusal?> WrongLogAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await hangUps.WithinAsync(Patience, WrongAsync, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // Nothing to compare with: that the trees are not grown either is the daemon's to say.
            return null;
        }
        catch (Exception e) when (DatabaseTrouble.IsUnwell(e) || e is OperationCanceledException)
        {
            return RequestRefusals.LogUnavailable.Because();
        }
    }

    private async Task<string?> MissingAsync(CancellationToken stop)
    {
        var applied = await newer.ReadAsync(stop);
        if (newer.Migration is { } unknown)
            return $"newer database: migration {unknown}";
        if (KnownMigrations.MissingIn(applied) is { } missing)
            return $"migration {missing}";
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        return await Projections.RowsAge.IsCurrentAsync(connection, stop) ? null : "rows made anew";
    }

    private async Task<Refusal?> WrongAsync(CancellationToken stop)
    {
        foreach (var hash in desk.Trees)
            if (await desk.ForgottenAsync(hash, stop) is { } forgotten)
                return forgotten;
        return null;
    }
}
