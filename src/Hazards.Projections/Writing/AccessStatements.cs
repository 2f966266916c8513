using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections.Writing;

/// <summary>The statements that write looks and seals, and that stop what was sealed meanwhile (Schema/access.sql).</summary>
internal sealed class AccessStatements(string schema)
{
    private readonly WriteStatement<(PendingRow Row, PendingState.OfLook Look)> writeLooks =
        new(schema, "write_looks", l => EventKey.Of(l.Row))
        {
            { "kind", l => EventTypes.NameOf(l.Look.Happened) },
            { "region", l => l.Look.Happened.Looked.Region.Value },
            { "body", l => l.Look.Context.Body.Value },
            { "client", l => l.Look.Context.Client },
            { "enterprise", l => l.Look.Happened.Looked.Enterprise?.Value },
            { "asked_body", l => l.Look.Happened.Looked.Body?.Value },
            { "hazards", l => string.Join(',', l.Look.Happened.Looked.Hazards.Select(h => h.Value)) },
        };

    private readonly WriteStatement<(PendingRow Row, Seal Seal)> writeSeals = new(schema, "write_seals", s => EventKey.Of(s.Row))
    {
        { "lifted", s => s.Seal.Lifting is not null },
        { "code", s => s.Seal.Enterprise.CreditCode?.Value },
        { "name_key", s => Seal.NameKey(s.Seal.Enterprise) },
        { "region", s => s.Seal.Region.Value },
        { "prefix", s => s.Seal.Region.Prefix },
        { "item", s => DomainJson.Write(s.Seal) },
    };

    private readonly WriteStatement<(PendingRow Row, SealGuard Guard)> requireUnsealed =
        new(schema, "require_unsealed", g => EventKey.Of(g.Row))
        {
            { "code", g => g.Guard.Enterprise.CreditCode?.Value },
            { "name_key", g => Seal.NameKey(g.Guard.Enterprise) },
            { "region", g => g.Guard.Region.Value },
            { "seen", g => g.Guard.Seen },
        };

    /// <summary>Adds what the rows need: nothing, for almost every append.</summary>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        var looks = new List<(PendingRow Row, PendingState.OfLook Look)>();
        var seals = new List<(PendingRow Row, Seal Seal)>();
        var guards = new List<(PendingRow Row, SealGuard Guard)>();
        foreach (var row in rows)
            switch (row.Row)
            {
                case PendingState.OfLook look:
                    looks.Add((row, look));
                    break;
                case PendingState.OfSeal seal:
                    seals.Add((row, seal.After));
                    break;
                case PendingState { Guards.IsEmpty: false } guarded:
                    guards.AddRange(guarded.Guards.Select(g => (row, g)));
                    break;
            }

        writeLooks.AddTo(batch, looks);
        writeSeals.AddTo(batch, seals);
        requireUnsealed.AddTo(batch, guards);
    }
}
