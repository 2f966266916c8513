using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>更正: a descriptive fact was wrong. What stood before stays in the log.</summary>
/// <param name="Field">Which fact.</param>
/// <param name="To">What it should be; empty takes an optional fact away.</param>
/// <param name="Reason">Why.</param>
/// <param name="Legs">
/// 移交: who answers from now on for the legs whose bodies or supervisors do not see the new region, or for the sectoral leg whose
/// regulator does not cover the new sector; for no others.
/// </param>
/// <param name="WithMerged">一并移走: that what was merged into it is in the new region as well, whose lists alone will have it.</param>
public sealed record CorrectHazard(
    CorrectableField Field, string? To, string Reason, ImmutableArray<LegOrder> Legs = default, bool WithMerged = false)
    : IOverMerged
{
    private ImmutableArray<Hazard> Merged { get; init; } = [];

    /// <inheritdoc />
    public IHazardCommand Over(ImmutableArray<Hazard> merged) => this with { Merged = merged };

    /// <inheritdoc />
    public IEnumerable<BodyId> Names => Checks.Named(Legs);

    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Correct;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if (Texts.Required("reason", Reason) is { } wrong)
            return wrong;
        var to = string.IsNullOrWhiteSpace(To) ? null : To.Trim();
        if (Check(ref to, hazard, act) is { } bad)
            return bad;
        var from = Present(hazard);
        return from == to
            ? HazardRefusals.NothingChanges.Because("to")
            : Corrected(new HazardCorrected(Field, from, to, Reason), hazard, act);
    }

    /// <summary>What is owed of a hazard is owed by who sees it: with its region it leaves nobody's duties behind.</summary>
    private Decision Corrected(HazardCorrected correction, Hazard hazard, Act act)
    {
        var orders = Legs.IsDefault ? [] : Legs;
        var region = Field == CorrectableField.Region ? RegionCode.Parse(correction.To!) : hazard.Region;
        var moved = Field == CorrectableField.Sector
            ? hazard with { Sector = SectorCode.Parse(correction.To!) }
            : hazard with { Region = region };
        var toPublish = hazard.Delisting is { PublishedAt: null } delisting && act.Policy.Publication is not null ? delisting : null;
        foreach (var lister in new[] { hazard.Listing?.By, toPublish?.By, hazard.IsOpen ? hazard.OnAcceptance?.By : null })
            if (Blind(lister))
                return HazardRefusals.CorrectionListed.Because("to", ("body", lister), ("region", region));
        LegState[] lost = [.. hazard.Legs.Values.Where(l => hazard.IsOpen && (Blind(l.Body) || Blind(l.Supervisor) || NotItsSector(l)))];
        if (!lost.Select(l => l.Leg).Order().SequenceEqual(orders.Select(o => o.Leg).Order()))
            return HazardRefusals.CorrectionLegs.Because("legs", ("to", correction.To ?? "—"), ("legs", Named(lost)));
        if (Checks.Moved("legs", orders, moved, act) is { } wrong)
            return wrong;
        // 并案不消事: those whose counties had it on their lists as this hazard would have it on none.
        var left = Merged.Where(m => Seen(m, hazard.Region) && !Seen(m, region));
        if (Checks.Merged(HazardRefusals.CorrectionMerged, left, WithMerged, act) is { } merged)
            return merged;
        IEnumerable<BodyId?> others = [hazard.AssignedBy, hazard.Suspension?.Reviewer, hazard.Closure?.Watcher];
        var takesOver = others.Concat(hazard.Legs.Values.Select(l => (BodyId?)l.AssignedBy))
            .Concat(hazard.Missed.SelectMany(m => m.Asked.Values.Select(b => (BodyId?)b))).Any(Blind);
        // 不能自己验收自己: what the assigner owed is not for a body that answers for a leg.
        if (takesOver && hazard.IsOpen && hazard.Legs.Values.FirstOrDefault(
            l => l.Body == act.By.Body.Id && !orders.Any(o => o.Leg == l.Leg)) is { } own)
            return HazardRefusals.OwnLeg.Because(null, ("leg", Words.Of(own.Leg)), ("body", own.Body));
        return Decision.Of(
        [
            takesOver ? correction with { TakesOver = true } : correction,
            .. orders.Select(o => new LegReassigned(hazard.Legs[o.Leg].Body, o, Reason)),
        ]);

        bool Blind(BodyId? body) => Field == CorrectableField.Region
            && body is { } id && act.Bodies.GetValueOrDefault(id) is { } known && !known.Region.Contains(region);

        static bool Seen(Hazard merged, RegionCode at) => merged.Region.At(RegionLevel.County).Contains(at);

        // A ledger that is read again says more of what it said; whose the leg is, it does not say anew.
        bool NotItsSector(LegState leg) => Field == CorrectableField.Sector && act.Under != Role.Importer
            && leg.Leg == Leg.Sectoral && act.Bodies.GetValueOrDefault(leg.Body) is { } known && !known.Covers(moved.Sector);
    }

    private static Words Named(LegState[] legs) => legs.Length == 0
        ? new Words("无", "none")
        : Words.Join([.. legs.Select(l => new Words($"{CodeList.Chinese(l.Leg)}（{l.Body}）", $"{CodeList.Code(l.Leg)} ({l.Body})"))]);

    /// <summary>Whose records the hazard belongs to afterwards, and where.</summary>
    public (Enterprise? Enterprise, RegionCode Region) Moves(Hazard hazard)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        var to = string.IsNullOrWhiteSpace(To) ? null : To.Trim();
        return Field switch
        {
            CorrectableField.EnterpriseName when to is not null => (new Enterprise(to, hazard.Enterprise?.CreditCode), hazard.Region),
            CorrectableField.EnterpriseCreditCode when hazard.Enterprise is { } enterprise =>
                (enterprise with { CreditCode = CreditCode.TryParse(to, out var code, out _) ? code : null }, hazard.Region),
            CorrectableField.Region when RegionCode.TryParse(to, out var region, out _) => (hazard.Enterprise, region),
            _ => (hazard.Enterprise, hazard.Region),
        };
    }

    private string? Present(Hazard hazard) => Field switch
    {
        CorrectableField.Title => hazard.Title,
        CorrectableField.Description => hazard.Description,
        CorrectableField.Place => hazard.Place?.Text,
        CorrectableField.EnterpriseName => hazard.Enterprise?.Name,
        CorrectableField.EnterpriseCreditCode => hazard.Enterprise?.CreditCode?.Value,
        CorrectableField.Region => hazard.Region.Value,
        CorrectableField.Sector => hazard.Sector.Value,
        _ => hazard.Category,
    };

    private Refusal? Check(ref string? to, Hazard hazard, Act act)
    {
        if (to is null)
            return Field is CorrectableField.Place or CorrectableField.Category or CorrectableField.EnterpriseCreditCode
                ? null
                : HazardRefusals.CorrectionRequired.Because("to");
        switch (Field)
        {
            case CorrectableField.Title:
                return Texts.Check("to", to, 1, 200, multiline: false);
            case CorrectableField.Description:
                return Texts.Required("to", to);
            case CorrectableField.Place:
                return Texts.Check("to", to, 1, 500, multiline: false);
            case CorrectableField.EnterpriseName:
                return Texts.Name("to", to);
            case CorrectableField.EnterpriseCreditCode:
                if (hazard.Enterprise is null)
                    return HazardRefusals.CorrectionEnterprise.Because();
                if (!CreditCode.TryParse(to, out var code, out var badCode))
                    return badCode with { Field = "to" };
                to = code.Value;
                return null;
            case CorrectableField.Region:
                if (!RegionCode.TryParse(to, out var region, out var badRegion))
                    return badRegion with { Field = "to" };
                to = region.Value;
                if (!act.By.Jurisdiction.Contains(region) || !act.By.Body.Region.Contains(region))
                    return HazardRefusals.CorrectionRegion.Because("to", ("region", region));
                return ReportHazard.CheckRegion("to", region, act);
            case CorrectableField.Sector:
                if (!SectorCode.TryParse(to, out var sector, out var badSector))
                    return badSector with { Field = "to" };
                return act.Sectors.Knows(sector) ? null : InputRefusals.SectorUnknown.Because("to", ("value", sector));
            default:
                return Texts.Check("to", to, 1, 100, multiline: false);
        }
    }
}

/// <summary>批注.</summary>
public sealed record AddComment(string Text) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Comment;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act) =>
        Texts.Required("text", Text) is { } wrong ? wrong : Decision.Of(new CommentAdded(Text));
}
