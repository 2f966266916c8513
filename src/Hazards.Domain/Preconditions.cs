using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// What must stand before a command may be given, whatever it says: a plan waits for its review, an extension was asked for,
/// a listing is in force. With the table it says which steps are open; what a command says is judged by the command itself.
/// </summary>
internal static class Preconditions
{
    /// <summary>Why a command that the table allows cannot be given now; null when it can.</summary>
    public static Refusal? Check(CommandRule rule, Hazard hazard, LegState? leg, Act act) => rule.Name switch
    {
        "reject" => Free(hazard) ?? TakenOut(rule, hazard, act),
        "merge" => Free(hazard),
        "withdraw_imported" => Imported(hazard) ?? Free(hazard),
        "fix_by_own_check" => Own(hazard, act) ?? Small(hazard, act) ?? Free(hazard),
        "withdraw_fix" => hazard.Closure?.Ground is ClosureGround.FixedOnTheSpot or ClosureGround.OwnCheck
            ? null
            : HazardRefusals.NoFix.Because(),
        "fix_on_the_spot" => Small(hazard, act) ?? Free(hazard),
        "review_plan" => leg!.Plan is { Verdict: null } ? null : HazardRefusals.NoPlan.Because(),
        "suspend_production" => hazard.Suspension is null ? null : HazardRefusals.AlreadySuspended.Because(),
        "request_resumption" => Suspended(hazard) ?? (hazard.Suspension!.RequestedAt is null ? null
            : HazardRefusals.AlreadyRequested.Because()),
        "review_resumption" => Suspended(hazard) ?? AppliedFor(hazard, act) ?? NoLegsBody(hazard, act),
        "request_extension" => MayAsk(hazard, leg!, act),
        "decide_extension" => Asked(leg!, act),
        "declare_completion" => Planned(hazard, leg!, act),
        "list" => MayList(hazard, act),
        "delist" => Listed(hazard),
        "publish_listing" => Listed(hazard) ?? (hazard.Listing!.PublishedAt is null ? null
            : HazardRefusals.AlreadyPublished.Because(null, ("medium", hazard.Listing.PublishedIn))),
        "file_listing" => Listed(hazard) ?? (hazard.Listing!.FiledAt is null ? null
            : HazardRefusals.AlreadyFiled.Because(null, ("body", hazard.Listing.FiledWith))),
        "publish_delisting" => Delisted(hazard),
        "answer_notice" => leg!.Notices.IsEmpty ? HazardRefusals.NoticeNone.Because() : null,
        "escalate" => act.By.Body.Region.Level < RegionLevel.Nation ? null
            : HazardRefusals.EscalateUp.Because("to", ("body", "—"), ("from", act.By.Body.Id), ("region", hazard.Region)),
        "decline_step" => Proposed(hazard, act),
        "issue_paper" => SomePaper(hazard, act),
        "close" => MayDelist(hazard, act) ?? AcceptanceRules.Outgrown(hazard, act),
        "look_back" => NoLegsBody(hazard, act),
        _ => null,
    };

    /// <summary>
    /// Nothing that is listed or stopped ends without acceptance: the listing or the order would be left standing on an ended hazard.
    /// </summary>
    private static Refusal? Free(Hazard hazard)
    {
        if (hazard.Listing is { } listing)
            return HazardRefusals.StillListed.Because(null, ("body", listing.By));
        return hazard.Suspension is null ? null : HazardRefusals.StillSuspended.Because();
    }

    // Of another enterprise it may report what it saw; that it was fixed is for others to see. Who reported it is not said: an enterprise
    // is not told who reported what is its own.
    private static Refusal? Own(Hazard hazard, Act act)
    {
        var body = act.By.Body;
        return body.SeesOnlyItsOwn && hazard.ReportedBy == body.Id
            && (body.Kind != BodyKind.Enterprise || hazard.Enterprise is null || hazard.IsOf(body)) ? null
            : HazardRefusals.NotOwnCheck.Because(null, ("caller", body.Id));
    }

    /// <summary>录入错误: a row that is wrong once it was handed over is a person's decision, never a ledger's.</summary>
    private static Refusal? TakenOut(CommandRule rule, Hazard hazard, Act act) =>
        rule.Stages.Contains(hazard.Stage) || act.Under == Role.Coordinator ? null
            : HazardRefusals.Role.Because(null, ("command", Words.Of(rule)), ("roles", Words.Of(Role.Coordinator)));

    private static Refusal? Imported(Hazard hazard) =>
        hazard.LedgerRow is null ? HazardRefusals.NotImported.Because() : hazard.Withdrawn is null ? null : HazardRefusals.NothingChanges.Because();

    private static Refusal? Small(Hazard hazard, Act act)
    {
        var level = hazard.Level ?? (hazard.MayBeMajor ? Level.Major : Level.General);
        if (act.Policy.OnTheSpotLevels.Contains(level))
            return null;
        return HazardRefusals.NotOnTheSpot.Because(null, ("level", hazard switch
        {
            { Level: not null } or { IsReportedMajor: true } => Words.Of(level),
            { ReportedLevel: { } said } when ReportedLevels.MayBeMajor(said) =>
                new Words($"上报等级“{said}”存疑、未经核实定级的隐患", $"reported as “{said}”, which may be major, and not graded yet"),
            _ => new Words("内容称是重大隐患、未经核实定级的隐患", "called major in its own words, and not graded yet"),
        }));
    }

    private static Refusal? Suspended(Hazard hazard) => hazard.Suspension is null ? HazardRefusals.NotSuspended.Because() : null;

    // Before anything is assigned, or where who answers is gone, nobody can apply, and where all is accepted, nobody may keep it stopped by
    // not applying: the order is then lifted by the enforcer's own review.
    private static Refusal? AppliedFor(Hazard hazard, Act act) =>
        hazard.ResumptionOwedSince is null
        && hazard.Legs.Values.Any(l => l.Stage != LegStage.Returned && Succession.IsThere(l.Body, hazard, act.Bodies))
            ? HazardRefusals.NotRequested.Because() : null;

    private static Refusal? NoLegsBody(Hazard hazard, Act act) =>
        hazard.Legs.Values.FirstOrDefault(l => l.Body == act.By.Body.Id) is { } own
            ? HazardRefusals.OwnLeg.Because(null, ("leg", Words.Of(own.Leg)), ("body", own.Body))
            : null;

    private static Refusal? MayAsk(Hazard hazard, LegState leg, Act act)
    {
        var rule = act.PolicyInTime.Extension;
        if (leg.Request is not null)
            return HazardRefusals.ExtensionPending.Because();
        if (leg.Extensions >= rule.MostTimes)
            return HazardRefusals.ExtensionTooMany
                .Because(null, ("count", leg.Extensions), ("max", rule.MostTimes), ("source", rule.Source));
        var latest = act.Calendar.Add(hazard.DeadlineOf(leg), -rule.RequestDaysBefore, rule.Count).Date;
        // By when it counts, whatever is claimed: whoever is late would say that he asked a week ago.
        return act.InTimeOn > latest ? HazardRefusals.ExtensionLate.Because(null, ("latest", latest), ("source", rule.Source)) : null;
    }

    private static Refusal? Asked(LegState leg, Act act)
    {
        if (leg.Request is null)
            return HazardRefusals.ExtensionNone.Because();
        return leg.Body == act.By.Body.Id
            ? HazardRefusals.OwnLeg.Because("leg", ("leg", Words.Of(leg.Leg)), ("body", leg.Body)) : null;
    }

    private static Refusal? Planned(Hazard hazard, LegState leg, Act act) =>
        hazard.Level is { } level && act.Policy.PlanRequired.Contains(level) && leg.Plan is not { Verdict: Verdict.Pass }
            ? HazardRefusals.PlanRequired.Because() : null;

    private static Refusal? MayList(Hazard hazard, Act act)
    {
        if (hazard.Listing is { } listing)
            return HazardRefusals.AlreadyListed.Because(null, ("level", Words.Of(listing.Level)));
        var (body, rules) = (act.By.Body, act.Policy.Listing);
        var levels = Words.Of(rules.Select(r => r.Level));
        return rules.Any(r => r.LetsList(body))
            ? null
            : HazardRefusals.MayNotList.Because(
                "level", ("body", body.Id), ("level", levels), ("source", rules.FirstOrDefault()?.Source ?? "—"));
    }

    private static Refusal? Listed(Hazard hazard) => hazard.Listing is null ? HazardRefusals.NotListed.Because() : null;

    private static Refusal? Delisted(Hazard hazard)
    {
        if (hazard.Delisting is not { } delisting)
            return HazardRefusals.NothingToPublish.Because();
        return delisting.PublishedAt is null ? null : HazardRefusals.AlreadyPublished.Because(null, ("medium", delisting.Medium));
    }

    private static Refusal? Proposed(Hazard hazard, Act act)
    {
        Refusal? why = null;
        foreach (var missed in hazard.Missed)
            foreach (var step in missed.Proposed)
                if (DeclineStep.WhyNot(missed, step, hazard, act) is { } notHis)
                    why ??= notHis;
                else
                    return null;
        return why ?? HazardRefusals.NotProposed.Because("step", ("step", "—"), ("clock", "—"), ("due", "—"));
    }

    private static Refusal? SomePaper(Hazard hazard, Act act)
    {
        Refusal? why = null;
        foreach (var paper in Enum.GetValues<PaperKind>())
            if (IssuePaper.Missing(paper, hazard, act) is { } missing)
                why ??= missing;
            else
                return null;
        return why;
    }

    /// <summary>A listed hazard is delisted by the body that listed it; only that body's closing takes the listing with it.</summary>
    private static Refusal? MayDelist(Hazard hazard, Act act) =>
        hazard.Listing is not { } listing || (listing.By == act.By.Body.Id && act.By.Roles.Contains(Role.ListingAuthority))
            ? null
            : HazardRefusals.StillListed.Because(null, ("body", listing.By));
}
