using Hazards.Domain;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Reading;

/// <summary>The names of bodies alone, as every list and report says them.</summary>
internal static class BodyNames
{
    /// <summary>Reads them, as known at an instant or now; unknown ids are left out.</summary>
    public static async Task<SortedDictionary<string, string>> ReadAsync(
        NpgsqlDataSource dataSource, IEnumerable<BodyId> bodies, DateTimeOffset? knownAt, CancellationToken cancellationToken)
    {
        var names = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var ids = bodies.Select(b => b.Value).Distinct().ToArray();
        if (ids.Length == 0)
            return names;
        var where = new Conditions();
        where.And($"h.body_id = any ({where.Parameter(ids, NpgsqlDbType.Array | NpgsqlDbType.Text)})").And(InForce(where, knownAt));
        // By the primary key.
        await using var command = dataSource.CreateCommand($"select h.body_id, h.name from rows.bodies h where {where.Sql}");
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            names.Add(reader.GetString(0), reader.GetString(1));
        return names;
    }

    /// <summary>Bodies as they were known at an instant, or are now; over alias h.</summary>
    public static string InForce(Conditions where, DateTimeOffset? knownAt) =>
        knownAt is { } known
            ? $"h.recorded_from <= {where.Instant(known)} and h.recorded_to > {where.Instant(known)}"
            : "h.recorded_to = 'infinity'";
}
