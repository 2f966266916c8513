using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>公布挂牌: the listing was made public.</summary>
/// <param name="Medium">Where: a newspaper, a web site.</param>
/// <param name="On">The day; that of the act when left out.</param>
public sealed record PublishListing([property: Longest(Texts.NameLength)] string Medium, DateOnly? On = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.PublishListing;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var listing = hazard.Listing!;
        var on = On ?? act.Date;
        return Refusal.All(Checks.After(act, listing.At, Words.Of(CommandRules.List)),
            Texts.Name("medium", Medium),
            Checks.Done("on", on, listing.PublishFrom, act)) is { } wrong
            ? wrong
            : Decision.Of(new ListingPublished(listing.Level, Medium, on));
    }
}

/// <summary>挂牌备案: filed with a body of a wider region (Qingdao 2012: within 3 working days).</summary>
/// <param name="With">The body it was filed with.</param>
/// <param name="On">The day; that of the act when left out.</param>
public sealed record FileListing(BodyId With, DateOnly? On = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.FileListing;

    /// <inheritdoc />
    public IEnumerable<BodyId> Names => [With];

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var listing = hazard.Listing!;
        var on = On ?? act.Date;
        if (Refusal.All(Checks.After(act, listing.At, Words.Of(CommandRules.List)),
            Checks.Living("with", With, act),
            Checks.Done("on", on, listing.At, act)) is { } wrong)
            return wrong;
        var to = act.Bodies[With];
        var lister = act.Bodies.TryGetValue(listing.By, out var known) ? known.Region : hazard.Region;
        return to.Region.Level > lister.Level && to.Region.Contains(hazard.Region)
            ? Decision.Of(new ListingFiled(listing.Level, With, on))
            : HazardRefusals.FileUp.Because("with", ("body", With), ("region", hazard.Region));
    }
}

/// <summary>公布摘牌: the end of the listing was made public, in the listing's own medium where the policy says so.</summary>
/// <param name="Medium">Where.</param>
/// <param name="On">The day; that of the act when left out.</param>
public sealed record PublishDelisting([property: Longest(Texts.NameLength)] string Medium, DateOnly? On = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.PublishDelisting;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var delisting = hazard.Delisting!;
        var on = On ?? act.Date;
        if (Refusal.All(Checks.After(act, delisting.At, Words.Of(CommandRules.Delist)),
            Texts.Name("medium", Medium),
            Checks.Done("on", on, delisting.At, act)) is { } wrong)
            return wrong;
        return act.Policy.Publication is { SameMedia: true } rule && delisting.Medium is { } before && before != Medium
            ? HazardRefusals.OtherMedium.Because("medium", ("medium", before), ("source", rule.Source))
            : Decision.Of(new DelistingPublished(delisting.Level, Medium, on));
    }
}
