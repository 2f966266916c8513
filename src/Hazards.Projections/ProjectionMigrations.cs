using System.Reflection;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections;

/// <summary>The read side's own migrations: schema <c>rows</c>. They need the log's (<see cref="LogMigrations"/>) first.</summary>
public static class ProjectionMigrations
{
    private const string Prefix = "Hazards.Projections.Schema.";

    /// <summary>Creates the tables and functions, or brings them up to date.</summary>
    /// <exception cref="MigrationException">See <see cref="Migrations"/>.</exception>
    public static Task<IReadOnlyList<string>> RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        Migrations.RunAsync(dataSource, "rows", typeof(ProjectionMigrations).Assembly, Prefix, cancellationToken);

    /// <summary>The store of files: schema <c>files</c>, which no rebuild touches.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static Task<IReadOnlyList<string>> RunFilesAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        Migrations.RunAsync(dataSource, "files", typeof(ProjectionMigrations).Assembly, "Hazards.Projections.Files.", cancellationToken);

    /// <summary>The keys of persons: schema <c>persons</c>, which no rebuild touches.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static Task<IReadOnlyList<string>> RunPersonsAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default) =>
        Migrations.RunAsync(
            dataSource, "persons", typeof(ProjectionMigrations).Assembly, "Hazards.Projections.Persons.", cancellationToken);

    /// <summary>The files' text, for the same tables under another name.</summary>
    internal static string SqlFor(string schema)
    {
        var assembly = typeof(ProjectionMigrations).Assembly;
        var files = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        return string.Join("\n;\n", files.Select(f => Read(assembly, f)))
            .Replace("schema rows;", $"schema {schema};", StringComparison.Ordinal)
            .Replace("rows.", $"{schema}.", StringComparison.Ordinal);
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
