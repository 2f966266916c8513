using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Npgsql;

namespace Hazards.Projections;

/// <summary>Finds what is owed by who cannot do it (<see cref="Succession"/>).</summary>
/// <param name="dataSource">The database.</param>
public sealed class SuccessionQueries(NpgsqlDataSource dataSource)
{
    // Every open duty once, against the bodies that are gone, or from where its hazard is not seen: after a body has changed, which is
    // seldom. A ledger of a wide place names units that are somewhere in it, and those were there before.
    private const string Sql = """
        with b as materialized (
          select b.body_id, b.region, b.dissolved,
                 exists (select from rows.bodies p where p.body_id = b.body_id and p.region <> b.region) as moved
          from rows.bodies b where b.recorded_to = 'infinity'
        )
        select h.hazard_id
        from rows.hazards h, unnest(h.clock_bodies, h.clock_kinds) c (body, kind), b
        where h.next_due < 'infinity' and b.body_id = c.body
          and (b.dissolved
               or b.region <> '0' and not starts_with(h.region, b.region) and (b.moved or not starts_with(b.region, h.region))
               or c.kind = any ($1) and c.body = any (h.leg_bodies))
        union
        select p.hazard_id
        from rows.proposals p join b on b.body_id = p.asked
        where p.recorded_to = 'infinity' and (b.dissolved or b.region <> '0' and not starts_with(p.region, b.region))
        """;

    /// <summary>The hazards of which somebody may owe what he cannot do.</summary>
    public async Task<ImmutableArray<HazardId>> FindAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Succession.NotItsOwn.Select(CodeList.Code)] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<HazardId>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new HazardId(reader.GetGuid(0)));
        return found.ToImmutable();
    }

    /// <summary>How far changes of bodies have got: who was only just registered is owed to, and owes nothing that he cannot do.</summary>
    public async Task<long> BodiesAtAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(
            "select coalesce(max(position), 0) from rows.bodies where recorded_to = 'infinity' and version > 1");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
