using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Projections.Writing;

/// <summary>
/// The statements that write which clocks count working days, and what clocks leave behind: missed deadlines, proposed steps, the
/// watch over both legs (Schema/clocks.sql). Most appends change none of it and send none of them.
/// </summary>
internal sealed class ClockStatements(string schema)
{
    private readonly WriteStatement<(PendingRow Row, PendingState.OfHazard Hazard)> writeWorking =
        new(schema, "write_working_clocks", w => EventKey.Of(w.Row))
        {
            { "edition", w => w.Hazard.After.Calendar },
            { "counted_until", w => w.Hazard.Row.CountedUntil },
        };

    private readonly WriteStatement<(PendingRow Row, MissedClock Missed)> writeMissed =
        new(schema, "write_missed", m => EventKey.Of(m.Row))
        {
            { "clock", m => CodeList.Code(m.Missed.Kind) },
            { "leg", m => ProposalRow.CodeOf(m.Missed.Leg) },
            { "body", m => m.Missed.Body?.Value },
            { "since", m => m.Missed.Since.UtcDateTime },
            { "due", m => m.Missed.Due },
            { "noticed_at", m => m.Missed.NoticedAt.UtcDateTime },
            { "region", m => m.Missed.Region.Value },
        };

    private readonly WriteStatement<(PendingRow Row, ImmutableArray<ProposalRow> Open)> writeProposals =
        new(schema, "write_proposals", p => EventKey.Of(p.Row))
        {
            { "open", p => DomainJson.Write(p.Open) },
        };

    private readonly WriteStatement<(PendingRow Row, DualWatch? Watch)> writeDual = new(schema, "write_dual", d => EventKey.Of(d.Row))
    {
        { "silent_since", d => d.Watch?.SilentSince.UtcDateTime },
        { "supervisors", d => d.Watch?.Supervisors ?? "" },
    };

    /// <summary>Adds what the rows need; after the hazards, whose rows they look at.</summary>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
    {
        var working = new List<(PendingRow Row, PendingState.OfHazard Hazard)>();
        var missed = new List<(PendingRow Row, MissedClock Missed)>();
        var proposals = new List<(PendingRow Row, ImmutableArray<ProposalRow> Open)>();
        var duals = new List<(PendingRow Row, DualWatch? Watch)>();
        foreach (var row in rows)
            if (row.Row is PendingState.OfHazard hazard)
            {
                if (hazard.Rules.CountsWorkingDays)
                    working.Add((row, hazard));
                foreach (var found in NewlyMissed(hazard))
                    missed.Add((row, found));
                if (ProposalRow.Changed(hazard) is { } open)
                    proposals.Add((row, open));
                var (before, after) = (DualWatch.Of(hazard.Before), DualWatch.Of(hazard.After));
                if (before != after)
                    duals.Add((row, after));
            }

        writeWorking.AddTo(batch, working);
        writeMissed.AddTo(batch, missed);
        writeProposals.AddTo(batch, proposals);
        writeDual.AddTo(batch, duals);
    }

    private static IEnumerable<MissedClock> NewlyMissed(PendingState.OfHazard hazard)
    {
        foreach (var missed in hazard.After.Missed)
            if (hazard.Before is null || !hazard.Before.Missed.Any(
                m => m.Kind == missed.Kind && m.Leg == missed.Leg && m.Since == missed.Since && m.Due == missed.Due))
                yield return missed;
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
            if (leg.Stage != LegStage.Accepted && !(silent <= leg.SilentSince))
                silent = leg.SilentSince;
        return silent is { } since
            ? new DualWatch(
                since, string.Join(',', hazard.Legs.Values.Select(l => l.Supervisor).OfType<BodyId>().Select(s => s.Value)), hazard.Region,
                hazard.Sector)
            : null;
    }
}
