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
        Migrations.RunAsync(dataSource, "persons", typeof(ProjectionMigrations).Assembly, "Hazards.Projections.Persons.", cancellationToken);

    /// <summary>Lets a role (see <see cref="ServiceRole"/>) read and write the rows; it can neither alter nor empty the tables.</summary>
    /// <param name="owner">The database, as the owner of the tables.</param>
    /// <param name="role">A role that exists.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static Task GrantAsync(NpgsqlDataSource owner, string role, CancellationToken cancellationToken = default) =>
        GrantAsync(owner, role, "rows", "select, insert, update, delete", cancellationToken);

    /// <summary>Lets a role put files in and read them; it cannot change one.</summary>
    /// <inheritdoc cref="GrantAsync(NpgsqlDataSource, string, CancellationToken)"/>
    public static Task GrantFilesAsync(NpgsqlDataSource owner, string role, CancellationToken cancellationToken = default) =>
        GrantAsync(owner, role, "files", "select, insert", cancellationToken);

    /// <summary>Lets a role keep keys of persons, wrap them anew and destroy them; it cannot take a row away.</summary>
    /// <inheritdoc cref="GrantAsync(NpgsqlDataSource, string, CancellationToken)"/>
    public static Task GrantPersonsAsync(NpgsqlDataSource owner, string role, CancellationToken cancellationToken = default) =>
        GrantAsync(owner, role, "persons", "select, insert, update", cancellationToken);

    private static async Task GrantAsync(NpgsqlDataSource owner, string role, string schema, string rights, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(owner);
        await using var command = owner.CreateCommand($"""
            select format('grant usage on schema {schema} to %1$I; grant {rights} on all tables in schema {schema} to %1$I; '
                          'grant execute on all functions in schema {schema} to %1$I', $1::text)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role });
        var grants = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        await using var grant = owner.CreateCommand(grants);
        await grant.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The files' text, for the same tables under another name.</summary>
    internal static string SqlFor(string schema)
    {
        var assembly = typeof(ProjectionMigrations).Assembly;
        var files = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
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
