using System.Collections.Immutable;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>
/// Compares the database's catalogue with what the migrations of this version make: tables and their kinds, columns,
/// constraints, indexes, triggers, rules, row security, functions, rights, owners, and what gives plain statements another
/// meaning. What they make is shipped with the program (<c>Catalogue/manifest.txt</c>), where no database can change it; a
/// test keeps it true on every server version that the tests run on.
/// </summary>
internal sealed class CatalogueAudit(NpgsqlDataSource dataSource)
{
    private const string Prefix = "Hazards.Api.Auditing.Catalogue.";

    /// <summary>So many objects are named one by one.</summary>
    private const int Most = 500;

    private static readonly string Sql = Read("catalogue.sql");

    private static readonly ImmutableSortedDictionary<string, string> Made = Read("manifest.txt")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(l => l.TrimEnd('\r').Split('\t', 2)).ToImmutableSortedDictionary(l => l[0], l => l[1], StringComparer.Ordinal);

    /// <summary>What differs, by name.</summary>
    public async Task<ImmutableArray<AuditFinding>> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var there = await ReadAsync(connection, cancellationToken);
        if (await OtherAsync(connection, cancellationToken) is { } other)
            return [new AuditFinding("schema_other_version",
                $"数据库结构未核对：不是本程序版本所建（{other}），请用与之相符的版本审计",
                $"the catalogue was not compared: it is not of this program's version ({other}); audit with the one that it is of")];
        var differences = new List<AuditFinding>();
        foreach (var (name, what) in there)
            if (!Made.TryGetValue(name, out var made))
                differences.Add(Added(name, what));
            else if (made != what)
                differences.Add(new AuditFinding("schema_object_altered",
                    $"数据库对象 {name} 被改动：应为“{made}”，现为“{what}”", $"{name} was altered: it is {what} and was made as {made}"));
        // A right that is wanting opens nothing: where the service logs in as the owner there are none.
        foreach (var name in Made.Keys.Where(n => !n.StartsWith("grant ", StringComparison.Ordinal) && !there.ContainsKey(n)))
            differences.Add(
                new AuditFinding("schema_object_missing", $"数据库对象 {name} 被删除或停用", $"{name}, which the migrations make, is gone"));
        return [.. differences.Take(Most)];
    }

    /// <summary>The catalogue as it is, by the objects' names.</summary>
    public static async Task<ImmutableSortedDictionary<string, string>> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Names are qualified by what is not on the path, and nothing but pg_catalog answers to a plain name.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var path = new NpgsqlCommand("set local search_path = pg_catalog", connection))
            await path.ExecuteNonQueryAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            found[Line(reader.GetString(0))] = Line(reader.GetString(1));
        return found.ToImmutable();
    }

    /// <summary>
    /// The migration by which the database is newer or older than this program. What it says may be forged: so it is a finding.
    /// </summary>
    private async Task<string?> OtherAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var may = new NpgsqlCommand(
            "select has_schema_privilege('migrations', 'usage') and has_table_privilege('migrations.applied', 'select')", connection);
        if (await may.ExecuteScalarAsync(cancellationToken) is not true)
            return null;
        var applied = await KnownMigrations.ReadAsync(dataSource, cancellationToken);
        return KnownMigrations.NewerIn(applied) ?? KnownMigrations.MissingIn(applied);
    }

    private static AuditFinding Added(string name, string what) => name.Split(' ')[0] switch
    {
        "grant" or "owner" or "membership" or "attribute" => new AuditFinding(
            "privilege_added", $"数据库权限被放宽：{name} {what}", $"a right that the service does not give: {name} {what}"),
        _ =>
            new AuditFinding("schema_object_added", $"数据库中有程序未建立的对象：{name}（{what}）", $"{name} was made by nothing of this program: {what}"),
    };

    private static string Line(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(CatalogueAudit).Assembly.GetManifestResourceStream(Prefix + name)!);
        return reader.ReadToEnd();
    }
}
