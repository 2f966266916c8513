using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>挂牌督办: at a level, by a body the policy lets list there.</summary>
/// <param name="Level">The level.</param>
/// <param name="Deadline">To be rectified by the end of this day.</param>
/// <param name="Requirements">What is required.</param>
/// <param name="PublishedIn">Where it was made public.</param>
public sealed record ListHazard(
    ListingLevel Level, DateOnly Deadline, string Requirements, [property: Longest(400)] string? PublishedIn = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.List;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var body = act.By.Body;
        var rule = act.Policy.Listing.FirstOrDefault(r => r.Level == Level);
        if (rule is null || !rule.LetsList(body))
            return HazardRefusals.MayNotList.Because(
                "level", ("body", body.Id), ("level", Words.Of(Level)), ("source", rule?.Source ?? "—"));
        return Refusal.All(Checks.AfterReopening(act, hazard), Checks.AfterDelisting(act, hazard), Checks.Document(act, Rule),
            Texts.Required("requirements", Requirements),
            Texts.Check("publishedIn", PublishedIn, 0, 400),
            Checks.Deadline("deadline", Deadline, act),
            TooLong(rule, act),
            BelowGrade(hazard, act)) is { } wrong
            ? wrong
            : Decision.Of(new HazardListed(Level, Deadline, Requirements, PublishedIn));
    }

    private Refusal? TooLong(ListingRule rule, Act act) =>
        rule.MostDays is { } most && Deadline > act.Date.AddDays(most)
            ? HazardRefusals.ListingTooLong.Because(
                "deadline", ("value", Deadline), ("latest", act.Date.AddDays(most)), ("source", rule.Source))
            : null;

    private Refusal? BelowGrade(Hazard hazard, Act act)
    {
        foreach (var grade in act.Policy.Grades)
            if (grade.Grade == hazard.Grade && grade.ListedAt is { } least && Level < least)
                return HazardRefusals.ListingBelowGrade.Because(
                    "level", ("title", grade.Title), ("least", Words.Of(least)), ("source", grade.Source));
        return null;
    }
}

/// <summary>摘牌: as accepted only when every leg is.</summary>
/// <param name="Ground">Why.</param>
/// <param name="Reason">In words.</param>
public sealed record DelistHazard(DelistingGround Ground, string Reason) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.Delist;

    /// <inheritdoc />
    public bool FrozenWhenSealed(Hazard hazard) => Ground == DelistingGround.ListedInError;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var listing = hazard.Listing!;
        if (Refusal.All(Checks.After(act, listing.At, new Words("挂牌", "the listing")),
            Checks.Document(act, Rule),
            Texts.Required("reason", Reason)) is { } wrong)
            return wrong;
        if (Ground != DelistingGround.Accepted)
            return Decision.Of(new HazardDelisted(listing.Level, Ground, Reason));
        if (hazard.Stage == Stage.AwaitingClosure && Checks.AfterAcceptance(act, hazard) is { } early)
            return early;
        return hazard.Stage != Stage.AwaitingClosure
            ? HazardRefusals.DelistUnaccepted.Because(
                "ground",
                ("legs",
                    Words.Join(hazard.Legs.Values.Where(l => l.Stage != LegStage.Accepted)
                        .Select(l => new Words($"{CodeList.Chinese(l.Leg)}（{CodeList.Chinese(l.Stage)}）", $"{CodeList.Code(l.Leg)} ({CodeList.Code(l.Stage)})")))))
            : Decision.Of(new HazardDelisted(listing.Level, Ground, Reason));
    }
}
