using Hazards.Projections.Store;

namespace Hazards.Projections;

/// <summary>The read side's own parts of the database. They need the log's (<see cref="LogMigrations"/>) first.</summary>
public static class ProjectionMigrations
{
    /// <summary>The rows, which can be made anew from the log.</summary>
    public static MigrationModule Rows { get; } = Of("rows", "Schema");

    /// <summary>The store of files, which no rebuild touches.</summary>
    public static MigrationModule Files { get; } = Of("files", "Files");

    /// <summary>The keys of persons, which no rebuild touches.</summary>
    public static MigrationModule Persons { get; } = Of("persons", "Persons");

    /// <summary>What makes the tables and functions of the rows in another schema, which is there already.</summary>
    internal static string SqlFor(string schema) =>
        string.Join("\n;\n", Rows.Baseline.Where(f => f.Name != "_schema.sql").Concat(Rows.Functions).Select(f => f.Sql))
            .Replace("rows.", $"{schema}.", StringComparison.Ordinal);

    private static MigrationModule Of(string name, string folder) =>
        new(name, typeof(ProjectionMigrations).Assembly, $"Hazards.Projections.{folder}.");
}
