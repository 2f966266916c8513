using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Npgsql;

namespace Hazards.Projections;

/// <summary>Finds what is owed by who cannot do it (<see cref="Succession"/>).</summary>
/// <param name="dataSource">The database.</param>
public sealed class SuccessionQueries(NpgsqlDataSource dataSource)
{
    // Every open duty once, against the bodies that are gone, or from where its hazard is not seen, or that see their own only: after a
    // body has changed, which is seldom. A ledger of a wide place names units that are somewhere in it, and those were there before. And
    // what is asked of who is gone, or of who owes the duty itself, by name or as the nearest office, where another is above that.
    private const string Sql = """
        with b as materialized (
          select b.body_id, b.region, b.dissolved, b.kind = any ($2) as own_only,
                 exists (select from rows.bodies p where p.body_id = b.body_id and p.region <> b.region) as moved
          from rows.bodies b where b.recorded_to = 'infinity'
        ),
        o as materialized (
          select b.region, min(b.body_id) as body_id
          from rows.bodies b
          where b.recorded_to = 'infinity' and b.kind = 'committeeOffice' and not b.dissolved and length(b.region) <= 6
          group by b.region
        )
        select h.hazard_id
        from rows.hazards h, unnest(h.clock_bodies, h.clock_kinds) c (body, kind), b
        where h.next_due < 'infinity' and b.body_id = c.body
          and (b.dissolved
               or b.region <> '0' and not starts_with(h.region, b.region) and (b.moved or not starts_with(b.region, h.region))
               or b.own_only and c.body <> all (h.leg_bodies) or c.kind = any ($1) and c.body = any (h.leg_bodies))
        union
        select p.hazard_id
        from rows.proposals p join b on b.body_id = p.asked
        where p.recorded_to = 'infinity' and (b.dissolved or b.own_only or b.region <> '0' and not starts_with(p.region, b.region))
        union
        select p.hazard_id
        from rows.proposals p
        join rows.hazards h on h.hazard_id = p.hazard_id
        cross join unnest(h.clock_kinds, h.clock_bodies, h.clock_dues) c (kind, body, due)
        left join o o6 on o6.region = left(p.region, 6) and length(p.region) >= 6
        left join o o4 on o4.region = left(p.region, 4) and length(p.region) >= 4
        left join o o2 on o2.region = left(p.region, 2) and length(p.region) >= 2
        left join o o0 on o0.region = '0'
        cross join lateral (select array_remove(array[o6.body_id, o4.body_id, o2.body_id, o0.body_id], null) as offices) f
        where p.recorded_to = 'infinity' and c.kind = p.clock and c.due = p.due and cardinality(f.offices) > 1
          and coalesce(p.asked, f.offices[1]) = coalesce(c.body, f.offices[1])
        """;

    /// <summary>The hazards of which somebody may owe what he cannot do.</summary>
    public async Task<ImmutableArray<HazardId>> FindAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Succession.NotItsOwn.Select(CodeList.Code)] });
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. Body.Parts.Add(BodyKind.Enterprise).Select(CodeList.Code)],
        });
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
