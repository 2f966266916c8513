using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Hazards.Projections.Store;

/// <summary>
/// A part of the database and the SQL files that make it, which an assembly embeds:
/// <list type="bullet">
/// <item><c>*.sql</c>, a file a subject: the tables as they are now. A new database gets them at once, in the order of their names.</item>
/// <item><c>*.functions.sql</c>: functions on which nothing in the database depends, each written once. They are put in place anew
/// whenever anything was applied.</item>
/// <item><c>Upgrades/0001_….sql</c>, …: what brings a database of an earlier version to the same, each once, in order, a
/// transaction each. Such a file is never changed once applied. Whoever changes a table or a function adds one; where only functions
/// changed it holds nothing, and tells older nodes that they are older.</item>
/// </list>
/// A part without <c>Upgrades</c> has not changed yet, or hardly: its numbered files are all there is.
/// </summary>
public sealed partial record MigrationModule
{
    private const string UpgradesFolder = "Upgrades/";
    private const string FunctionsEnd = ".functions.sql";

    /// <summary>Reads a module's files.</summary>
    /// <param name="name">The name under which they are recorded; a module with functions has them in the schema of this name.</param>
    /// <param name="assembly">The assembly that embeds them.</param>
    /// <param name="prefix">What their resource names begin with; what follows is the file's path.</param>
    /// <exception cref="MigrationException">There are none, or a numbered one stands among the tables.</exception>
    public MigrationModule(string name, Assembly assembly, string prefix)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        ArgumentNullException.ThrowIfNull(prefix);
        Name = name;
        var files = assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => new MigrationFile(n[prefix.Length..].Replace('\\', '/'), Read(assembly, n))).ToImmutableArray();
        var upgrades = files.Where(f => f.Name.StartsWith(UpgradesFolder, StringComparison.Ordinal))
            .Select(f => new MigrationFile(f.Name[UpgradesFolder.Length..], f.Sql)).ToImmutableArray();
        Upgrades = upgrades.IsEmpty ? files : upgrades;
        if (Upgrades.IsEmpty)
            throw new MigrationException($"No migrations named {prefix}*.sql are embedded in {assembly.GetName().Name}.");
        if (upgrades.IsEmpty)
            return;
        var now = files.RemoveAll(f => f.Name.StartsWith(UpgradesFolder, StringComparison.Ordinal));
        if (now.FirstOrDefault(f => char.IsAsciiDigit(f.Name[0])) is { } misplaced)
            throw new MigrationException(
                $"{name}/{misplaced.Name} is an upgrade: it belongs into {UpgradesFolder}, and what it makes beside the tables.");
        Functions = now.RemoveAll(f => !f.Name.EndsWith(FunctionsEnd, StringComparison.Ordinal));
        Baseline = now.RemoveRange(Functions);
    }

    internal MigrationModule(string name, params ImmutableArray<MigrationFile> upgrades) => (Name, Upgrades) = (name, upgrades);

    /// <summary>The name under which the files are recorded.</summary>
    public string Name { get; }

    internal ImmutableArray<MigrationFile> Upgrades { get; init; }

    internal ImmutableArray<MigrationFile> Baseline { get; init; } = [];

    internal ImmutableArray<MigrationFile> Functions { get; init; } = [];

    /// <summary>The names of the files that a database of this version is recorded to have had.</summary>
    public IEnumerable<string> Names => Upgrades.Select(f => f.Name);

    /// <summary>Drops the functions of these names, whatever their parameters were before.</summary>
    internal MigrationFile DropFunctions
    {
        get
        {
            var names = Functions.SelectMany(f => FunctionName().Matches(f.Sql)).Select(m => $"'{m.Groups[1]}'");
            return new MigrationFile("functions of before", $"""
                do $$
                declare
                  f record;
                begin
                  for f in
                    select p.oid::regprocedure as name from pg_proc p
                    where p.pronamespace = '{Name}'::regnamespace and p.proname in ({string.Join(", ", names)})
                  loop
                    execute format('drop function %s', f.name);
                  end loop;
                end $$
                """);
        }
    }

    [GeneratedRegex(@"^create function \w+\.(\w+)\(", RegexOptions.Multiline)]
    private static partial Regex FunctionName();

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

/// <summary>A file of a module: its name, which orders it, and its SQL.</summary>
internal sealed record MigrationFile(string Name, string Sql)
{
    /// <summary>SHA-256 of the text, whatever its line endings (a checkout may convert them).</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.Replace("\r\n", "\n", StringComparison.Ordinal))));
}
