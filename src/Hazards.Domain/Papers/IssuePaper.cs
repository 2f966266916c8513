using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 制发文书: makes a paper about what was done already, by the body that did it. A supervision notice and a criticism are made with their
/// own acts.
/// </summary>
/// <param name="Paper">The paper.</param>
/// <param name="Leg">To this leg only; to all when left out.</param>
public sealed record IssuePaper(PaperKind Paper, Leg? Leg = null) : IHazardCommand
{
    /// <inheritdoc />
    public CommandRule Rule => CommandRules.IssuePaper;

    /// <inheritdoc />
    public Leg? ConcernedLeg => Leg;

    /// <inheritdoc />
    public Decision Decide(Hazard hazard, Act act)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        if ((Missing(Paper, hazard, act, Leg) ?? AfterTheAct(hazard, act)) is { } wrong)
            return wrong;
        return Checks.Document(act, Rule) is { } noNumber ? noNumber : Decision.Of(
            new PaperIssued(Paper, Leg, [.. Papers.LegsOf(Paper, hazard, Leg).Select(l => l.Body)]));
    }

    /// <summary>Why a paper cannot be made now by whoever asks; null when it can.</summary>
    /// <param name="paper">The paper.</param>
    /// <param name="hazard">The hazard.</param>
    /// <param name="act">Whose paper it would be.</param>
    /// <param name="leg">To this leg only; to all when left out.</param>
    public static Refusal? Missing(PaperKind paper, Hazard hazard, Act act, Leg? leg = null)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        ArgumentNullException.ThrowIfNull(act);
        var by = act.By.Body;
        // 退回的已不由该单位负责.
        var legs = Papers.LegsOf(paper, hazard, leg).ToArray();
        return paper switch
        {
            PaperKind.SupervisionNotice or PaperKind.Criticism => HazardRefusals.PaperWithAct.Because("paper", ("paper", Words.Of(paper))),
            PaperKind.AssignmentOrder or PaperKind.RectificationDirective when legs.Length == 0 || !hazard.IsOpen =>
                Needs(CommandRules.Assign),
            PaperKind.RectificationDirective when act.By.Roles.Contains(Role.Enforcer) || by.Id == hazard.Listing?.By => null,
            PaperKind.AssignmentOrder or PaperKind.RectificationDirective =>
                legs.Select(l => Of(l.OrderedBy, l.AssignedBy)).FirstOrDefault(r => r is not null),
            PaperKind.ListingNotice when hazard.Listing is null => Needs(CommandRules.List),
            PaperKind.ListingNotice => Of(hazard.Listing.By),
            PaperKind.DelistingNotice when hazard.Delisting is null => Needs(CommandRules.Delist),
            PaperKind.DelistingNotice => Of(hazard.Delisting.By),
            PaperKind.ClosureNotice when hazard.Closure is null => Needs(CommandRules.Close),
            PaperKind.ClosureNotice => Of(hazard.Closure.By, hazard.Closure.Watcher),
            _ => null,
        };

        Refusal Needs(CommandRule act) => HazardRefusals.PaperTooEarly.Because("paper", ("paper", Words.Of(paper)), ("act", Words.Of(act)));

        // A paper is of who decided, or took that over; of who is gone, or makes none, a committee office's of the place.
        Refusal? Of(params ReadOnlySpan<BodyId?> whose) =>
            whose.Contains(by.Id) || by.Kind == BodyKind.CommitteeOffice
            && act.Bodies.GetValueOrDefault(whose[^1] ?? default) is null or { Dissolved: true } or { SeesOnlyItsOwn: true }
                ? null
                : HazardRefusals.PaperNotYours.Because("paper", ("paper", Words.Of(paper)), ("body", whose[^1]), ("caller", by.Id));
    }

    private Refusal? AfterTheAct(Hazard hazard, Act act) => Paper switch
    {
        PaperKind.ListingNotice => Checks.After(act, hazard.Listing!.At, Words.Of(CommandRules.List)),
        PaperKind.DelistingNotice => Checks.After(act, hazard.Delisting!.At, Words.Of(CommandRules.Delist)),
        PaperKind.ClosureNotice => Checks.After(act, hazard.Closure!.At, Words.Of(CommandRules.Close)),
        _ => Checks.After(act, Papers.LegsOf(Paper, hazard, Leg).Max(l => l.AssignedAt), Words.Of(CommandRules.Assign)),
    };
}

/// <summary>Which papers go with which events.</summary>
public static class Papers
{
    /// <summary>The paper whose number an event bears itself; null for events that are no paper.</summary>
    public static PaperKind? Of(IHazardEvent happened) => happened switch
    {
        HazardListed => PaperKind.ListingNotice,
        HazardDelisted => PaperKind.DelistingNotice,
        SupervisionNoticeIssued => PaperKind.SupervisionNotice,
        CriticismCirculated => PaperKind.Criticism,
        PaperIssued e => e.Paper,
        _ => null,
    };

    /// <summary>The papers that may follow an event as papers of their own.</summary>
    public static ImmutableArray<PaperKind> Following(IHazardEvent happened) => happened switch
    {
        HazardAssigned or LegReassigned => [PaperKind.AssignmentOrder],
        HazardReopened { Legs.IsEmpty: false } => [PaperKind.AssignmentOrder],
        HazardListed => [PaperKind.RectificationDirective],
        HazardClosed => [PaperKind.ClosureNotice],
        _ => [],
    };

    /// <summary>The leg an event's paper concerns; null: all. An assignment's is to all that it names.</summary>
    public static Leg? LegOf(IHazardEvent happened) => happened is HazardAssigned ? null : Deeds.LegOf(happened);

    /// <summary>The paper that a command asks for when it is given without a number; null for commands that need none.</summary>
    public static PaperKind? Of(IHazardCommand command, Hazard hazard) => command switch
    {
        ListHazard => PaperKind.ListingNotice,
        DelistHazard => PaperKind.DelistingNotice,
        IssueNotice => PaperKind.SupervisionNotice,
        CirculateCriticism => PaperKind.Criticism,
        CloseHazard when hazard is { Listing: not null } => PaperKind.DelistingNotice,
        IssuePaper c => c.Paper,
        _ => null,
    };

    /// <summary>Whether the service may make a paper when a command is given: its own, or one that follows what happens.</summary>
    public static bool MayGoWith(IHazardCommand command) =>
        command is ListHazard or DelistHazard or IssueNotice or CirculateCriticism or IssuePaper or AssignHazard or ReassignLeg or CloseHazard or ReopenHazard
            or LookBack or FixOnTheSpot or FixByOwnCheck;

    /// <summary>Whom an event's paper went to.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="after">The hazard after it.</param>
    public static ImmutableArray<BodyId> To(IHazardEvent happened, Hazard after) => happened switch
    {
        PaperIssued issued => issued.To,
        ISupervisionStep { Against: { } against } => [against],
        _ => To(after, LegOf(happened)),
    };

    /// <summary>The legs that a paper on request is about: what orders something is not to who gave the leg back.</summary>
    public static IEnumerable<LegState> LegsOf(PaperKind paper, Hazard hazard, Leg? leg)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        var orders = paper is PaperKind.AssignmentOrder or PaperKind.RectificationDirective;
        return hazard.Legs.Values.Where(l => (leg is null || l.Leg == leg) && !(orders && l.Stage == LegStage.Returned));
    }

    /// <summary>Whom a paper goes to: the bodies of the legs.</summary>
    public static ImmutableArray<BodyId> To(Hazard hazard, Leg? leg)
    {
        ArgumentNullException.ThrowIfNull(hazard);
        return [.. hazard.Legs.Values.Where(l => leg is null || l.Leg == leg).Select(l => l.Body)];
    }
}
