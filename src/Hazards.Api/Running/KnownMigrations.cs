using Npgsql;

namespace Hazards.Api.Running;

/// <summary>The migrations this program was made with, beside those a database has had.</summary>
internal static class KnownMigrations
{
    private static readonly string[] All = [.. Database.Modules.SelectMany(m => m.Names, (m, name) => $"{m.Name}/{name}")];

    private static readonly Dictionary<string, string> LastOfModule =
        All.GroupBy(ModuleOf).ToDictionary(m => m.Key, m => m.Max(StringComparer.Ordinal)!, StringComparer.Ordinal);

    /// <summary>The migrations that a database has had.</summary>
    public static async Task<IReadOnlySet<string>> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select module || '/' || name from migrations.applied");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var applied = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetString(0));
        return applied;
    }

    /// <summary>The first that the database has not had.</summary>
    public static string? MissingIn(IReadOnlySet<string> applied) => All.FirstOrDefault(m => !applied.Contains(m));

    /// <summary>
    /// What a newer program has applied: a file after the last one known here (a new file always sorts after those there
    /// are), or one of a part of the product that is not known here.
    /// </summary>
    public static string? NewerIn(IEnumerable<string> applied) =>
        applied.Where(m => !LastOfModule.TryGetValue(ModuleOf(m), out var last) || string.CompareOrdinal(m, last) > 0)
            .Max(StringComparer.Ordinal);

    private static string ModuleOf(string migration) => migration[..migration.IndexOf('/', StringComparison.Ordinal)];
}
