using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api;

/// <summary>Whether this process lives, and whether it can serve.</summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Call.Json(new HealthAnswer("live", null))).ExcludeFromDescription();
        routes.MapGet("/health/ready", async (Readiness readiness, Auditing.AuditTelemetry audits, Auditing.AuditWorker auditor, CancellationToken stop) =>
        {
            var missing = await readiness.WhatIsMissingAsync(stop);
            // Another node may have audited.
            if (missing is null)
                await auditor.LookAsync(stop);
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
internal sealed class Readiness(NpgsqlDataSource dataSource, MartenEventLog log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly string[] Needed =
    [
        .. FilesOf(typeof(LogMigrations), "log", "Hazards.Projections.Store.Schema."),
        .. FilesOf(typeof(Projections.ProjectionMigrations), "rows", "Hazards.Projections.Schema."),
        .. FilesOf(typeof(Projections.ProjectionMigrations), "files", "Hazards.Projections.Files."),
        .. FilesOf(typeof(Database), "evidence", Database.EvidenceMigrations),
        .. FilesOf(typeof(Database), Messaging.Schema, Database.JobMigrations),
        .. FilesOf(typeof(Projections.ProjectionMigrations), "persons", "Hazards.Projections.Persons."),
    ];

    public async Task<string?> WhatIsMissingAsync(CancellationToken cancellationToken)
    {
        if (!log.IsWriting)
            return "log writer";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await using var command = dataSource.CreateCommand("select module || '/' || name from migrations.applied");
            await using var reader = await command.ExecuteReaderAsync(patience.Token);
            var applied = new HashSet<string>(StringComparer.Ordinal);
            while (await reader.ReadAsync(patience.Token))
                applied.Add(reader.GetString(0));
            if (Needed.FirstOrDefault(n => !applied.Contains(n)) is { } missing)
                return $"migration {missing}";
            await reader.DisposeAsync();
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

    private static IEnumerable<string> FilesOf(Type module, string name, string prefix) =>
        module.Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
            .Select(n => $"{name}/{n[prefix.Length..]}");
}
