using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Store;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Writing;

/// <summary>The statements that write looks and seals, and that stop what was sealed meanwhile (Schema/0011_access.sql).</summary>
internal sealed class AccessStatements(string schema)
{
    private readonly string writeLooks = RowStatements.Call(schema, "write_looks", 10);
    private readonly string writeSeals = RowStatements.Call(schema, "write_seals", 9);
    private readonly string requireUnsealed = RowStatements.Call(schema, "require_unsealed", 7);

    /// <summary>Adds what the rows need: nothing, for almost every append.</summary>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        List<(PendingRow Row, PendingState.OfLook Look)>? looks = null;
        List<(PendingRow Row, Seal Seal)>? seals = null;
        List<(PendingRow Row, SealGuard Guard)>? guards = null;
        foreach (var row in rows)
            switch (row.Row)
            {
                case PendingState.OfLook look:
                    (looks ??= []).Add((row, look));
                    break;
                case PendingState.OfSeal seal:
                    (seals ??= []).Add((row, seal.After));
                    break;
                case PendingState { Guards.IsEmpty: false } guarded:
                    (guards ??= []).AddRange(guarded.Guards.Select(g => (row, g)));
                    break;
            }

        if (looks is not null)
            AddLooks(batch, looks);
        if (seals is not null)
            AddSeals(batch, seals);
        if (guards is not null)
            AddGuards(batch, guards);
    }

    private void AddLooks(NpgsqlBatch batch, List<(PendingRow Row, PendingState.OfLook Look)> looks)
    {
        var command = Begin(writeLooks, looks, l => l.Row);
        command.AddColumn(NpgsqlDbType.Text, looks, l => EventTypes.NameOf(l.Look.Happened));
        command.AddColumn(NpgsqlDbType.Text, looks, l => l.Look.Happened.Looked.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, looks, l => l.Look.Context.Body.Value);
        command.AddColumn(NpgsqlDbType.Text, looks, l => l.Look.Context.Client);
        command.AddColumn(NpgsqlDbType.Text, looks, l => l.Look.Happened.Looked.Enterprise?.Value);
        command.AddColumn(NpgsqlDbType.Text, looks, l => l.Look.Happened.Looked.Body?.Value);
        command.AddColumn(NpgsqlDbType.Text, looks, l => string.Join(',', l.Look.Happened.Looked.Hazards.Select(h => h.Value)));
        batch.BatchCommands.Add(command);
    }

    private void AddSeals(NpgsqlBatch batch, List<(PendingRow Row, Seal Seal)> seals)
    {
        var command = Begin(writeSeals, seals, s => s.Row);
        command.AddColumn(NpgsqlDbType.Boolean, seals, s => s.Seal.Lifting is not null);
        command.AddColumn(NpgsqlDbType.Text, seals, s => s.Seal.Enterprise.CreditCode?.Value);
        command.AddColumn(NpgsqlDbType.Text, seals, s => Seal.NameKey(s.Seal.Enterprise));
        command.AddColumn(NpgsqlDbType.Text, seals, s => s.Seal.Region.Value);
        command.AddColumn(NpgsqlDbType.Text, seals, s => s.Seal.Region.Prefix);
        command.AddColumn(NpgsqlDbType.Json, seals, s => (ReadOnlyMemory<byte>)DomainJson.Write(s.Seal));
        batch.BatchCommands.Add(command);
    }

    private void AddGuards(NpgsqlBatch batch, List<(PendingRow Row, SealGuard Guard)> guards)
    {
        var command = Begin(requireUnsealed, guards, g => g.Row);
        command.AddColumn(NpgsqlDbType.Text, guards, g => g.Guard.Enterprise.CreditCode?.Value);
        command.AddColumn(NpgsqlDbType.Text, guards, g => Seal.NameKey(g.Guard.Enterprise));
        command.AddColumn(NpgsqlDbType.Text, guards, g => g.Guard.Region.Value);
        command.AddColumn(NpgsqlDbType.Bigint, guards, g => g.Guard.Seen);
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlBatchCommand Begin<T>(string sql, List<T> rows, Func<T, PendingRow> row)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => row(r).StreamId);
        command.AddColumn(NpgsqlDbType.Bigint, rows, r => row(r).Version);
        command.AddColumn(NpgsqlDbType.Uuid, rows, r => row(r).LastEventId);
        return command;
    }
}
