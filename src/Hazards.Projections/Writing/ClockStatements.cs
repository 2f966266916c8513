using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Writing;

/// <summary>
/// The statements that write what clocks leave behind: missed deadlines, proposed steps, the watch over both legs
/// (Schema/0006_clocks.sql). Most appends change none of it and send none of them.
/// </summary>
internal sealed class ClockStatements(string schema)
{
    private readonly string writeMissed = RowStatements.Call(schema, "write_missed", 9);
    private readonly string writeProposals = RowStatements.Call(schema, "write_proposals", 4);
    private readonly string writeDual = RowStatements.Call(schema, "write_dual", 5);

    /// <summary>Adds what the rows need; after the hazards, whose rows they look at.</summary>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        var missed = new List<(PendingRow Row, MissedClock Missed)>();
        var proposals = new List<(PendingRow Row, ImmutableArray<ProposalRow> Open)>();
        var duals = new List<(PendingRow Row, DualWatch? Watch)>();
        foreach (var row in rows)
            if (row.Row is PendingState.OfHazard hazard)
            {
                foreach (var found in NewlyMissed(hazard))
                    missed.Add((row, found));
                if (ProposalRow.Changed(hazard) is { } open)
                    proposals.Add((row, open));
                var (before, after) = (DualWatch.Of(hazard.Before), DualWatch.Of(hazard.After));
                if (before != after)
                    duals.Add((row, after));
            }

        if (missed.Count > 0)
            AddMissed(batch, missed);
        if (proposals.Count > 0)
            AddProposals(batch, proposals);
        if (duals.Count > 0)
            AddDuals(batch, duals);
    }

    private static IEnumerable<MissedClock> NewlyMissed(PendingState.OfHazard hazard)
    {
        foreach (var missed in hazard.After.Missed)
            if (hazard.Before is null || !hazard.Before.Missed.Any(
                m => m.Kind == missed.Kind && m.Leg == missed.Leg && m.Since == missed.Since && m.Due == missed.Due))
                yield return missed;
    }

    private void AddMissed(NpgsqlBatch batch, List<(PendingRow Row, MissedClock Missed)> missed)
    {
        var command = Begin(writeMissed, missed, m => m.Row);
        command.AddColumn(NpgsqlDbType.Text, missed, m => CodeList.Code(m.Missed.Kind));
        command.AddColumn(NpgsqlDbType.Text, missed, m => ProposalRow.CodeOf(m.Missed.Leg));
        command.AddColumn(NpgsqlDbType.Text, missed, m => m.Missed.Body?.Value);
        command.AddColumn(NpgsqlDbType.TimestampTz, missed, m => m.Missed.Since.UtcDateTime);
        command.AddColumn(NpgsqlDbType.Date, missed, m => m.Missed.Due);
        command.AddColumn(NpgsqlDbType.TimestampTz, missed, m => m.Missed.NoticedAt.UtcDateTime);
        batch.BatchCommands.Add(command);
    }

    private void AddProposals(NpgsqlBatch batch, List<(PendingRow Row, ImmutableArray<ProposalRow> Open)> proposals)
    {
        var command = Begin(writeProposals, proposals, p => p.Row);
        command.AddColumn(NpgsqlDbType.Json, proposals, p => (ReadOnlyMemory<byte>)DomainJson.Write(p.Open));
        batch.BatchCommands.Add(command);
    }

    private void AddDuals(NpgsqlBatch batch, List<(PendingRow Row, DualWatch? Watch)> duals)
    {
        var command = Begin(writeDual, duals, d => d.Row);
        command.AddColumn(NpgsqlDbType.TimestampTz, duals, d => d.Watch?.SilentSince.UtcDateTime);
        command.AddColumn(NpgsqlDbType.Text, duals, d => d.Watch?.Supervisors ?? "");
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

/// <summary>A step a person is being asked for, as the row has it.</summary>
internal sealed record ProposalRow(string Clock, string Leg, DateOnly Due, string Step, string? Asked)
{
    /// <summary>The open proposals, when they are others than before, or stand elsewhere; null when nothing changed.</summary>
    public static ImmutableArray<ProposalRow>? Changed(PendingState.OfHazard hazard)
    {
        var before = Of(hazard.Before, hazard.Rules, null);
        var after = Of(hazard.After, hazard.Rules, hazard.Row.Clocks);
        if (before.SequenceEqual(after) && (after.IsEmpty || SamePlace(hazard.Before!, hazard.After)))
            return null;
        return after;
    }

    public static string CodeOf(Leg? leg) => leg is { } known ? CodeList.Code(known) : "";

    // What is proposed for a duty that was done meanwhile is not open any more.
    private static ImmutableArray<ProposalRow> Of(Hazard? hazard, Rulebook rules, ImmutableArray<Clock>? clocks)
    {
        if (hazard is null || hazard.Missed.All(m => m.Proposed.IsEmpty))
            return [];
        return
        [
            .. from clock in clocks ?? Clocks.Open(hazard, rules)
               let missed = hazard.MissedOf(clock)
               where missed is not null
               from step in missed.Proposed
               select new ProposalRow(
                   CodeList.Code(clock.Kind), CodeOf(clock.Leg), clock.Due, CodeList.Code(step),
                   missed.Asked.TryGetValue(step, out var asked) ? asked.Value : null),
        ];
    }

    private static bool SamePlace(Hazard one, Hazard other) =>
        (one.Region, one.Sector, one.Level) == (other.Region, other.Sector, other.Level);
}

/// <summary>双重督办: a hazard with two legs of which one is not accepted, and since when the most silent of those has been silent.</summary>
internal sealed record DualWatch(DateTimeOffset SilentSince, string Supervisors, RegionCode Region, SectorCode Sector)
{
    public static DualWatch? Of(Hazard? hazard)
    {
        if (hazard is not { IsDual: true, IsOpen: true })
            return null;
        DateTimeOffset? silent = null;
        foreach (var leg in hazard.Legs.Values)
            if (leg.Stage != LegStage.Accepted && !(silent <= (leg.LastHeardAt ?? leg.AssignedAt)))
                silent = leg.LastHeardAt ?? leg.AssignedAt;
        return silent is { } since
            ? new DualWatch(
                since, string.Join(',', hazard.Legs.Values.Select(l => l.Supervisor).OfType<BodyId>().Select(s => s.Value)), hazard.Region,
                hazard.Sector)
            : null;
    }
}
