using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api;

/// <summary>Whether this process lives, and whether it can serve.</summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Call.Json(new HealthAnswer("live", null))).ExcludeFromDescription();
        routes.MapGet("/health/ready", async (Readiness readiness, Auditing.AuditTelemetry audits, CancellationToken stop) =>
        {
            var missing = await readiness.WhatIsMissingAsync(stop);
            return Call.Json(new HealthAnswer(missing is null ? "ready" : "not ready", missing) { Audit = audits.Failure }, missing is null ? 200 : 503);
        }).ExcludeFromDescription();
    }
}

/// <summary>The answer of a probe.</summary>
internal sealed record HealthAnswer(string Status, string? Missing)
{
    /// <summary>What the last audit found, if it found anything. The service goes on serving: people must be able to look.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Audit { get; init; }
}

/// <summary>Ready when the database answers, its tables are those this program was made for, and the log can write.</summary>
internal sealed class Readiness(NpgsqlDataSource dataSource, NewerDatabase newer, MartenEventLog log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<string?> WhatIsMissingAsync(CancellationToken cancellationToken)
    {
        if (!log.IsWriting)
            return "log writer";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var applied = await newer.ReadAsync(patience.Token);
            if (newer.Migration is { } unknown)
                return $"newer database: migration {unknown}";
            if (KnownMigrations.MissingIn(applied) is { } missing)
                return $"migration {missing}";
            await using var connection = await dataSource.OpenConnectionAsync(patience.Token);
            return await Projections.RowsAge.IsCurrentAsync(connection, patience.Token) ? null : "rows made anew";
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return "migrations";
        }
        catch (Exception e) when (Door.IsTheDatabases(e) || e is OperationCanceledException)
        {
            return "database";
        }
    }
}
