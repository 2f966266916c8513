using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections.Writing;

/// <summary>What figures need to know of a hazard: a function of its state. <c>docs/figures.md</c> says what each means.</summary>
internal sealed record HazardFacts(
    DateOnly FoundOn, RegionCode Region, SectorCode Sector, HazardKind Kind, Level? Level, bool Late, bool OnTheSpot, bool Dismissed,
    DateOnly? ClosedOn, ClosureGround? Ground, DateOnly? PlanOn, DateOnly? FiveOn, DateOnly? ListedOn, DateOnly? ProvinceOn,
    int Reopened, Guid? Campaign, Guid? Inspection, string? Rested, string? ClosedBefore, string? PlanBefore, string? FiveDays)
{
    public static HazardFacts From(Hazard hazard) => new(
        ChinaTime.DateAt(hazard.FoundAt), hazard.Region, hazard.Sector, hazard.Kind, hazard.Level, hazard.LateEntry,
        hazard.Closure?.Ground is ClosureGround.FixedOnTheSpot or ClosureGround.OwnCheck,
        hazard.Rejection is not null || hazard.MergedInto is not null,
        Dates.Of(hazard.Closure?.At), hazard.Closure?.Ground,
        Dates.First(hazard.Legs.Values.Select(l => l.PlannedAt)), FiveInPlace(hazard),
        Dates.First(hazard.Listings.Where(l => l.Counts).Select(l => (DateTimeOffset?)l.At)),
        Dates.First(hazard.Listings.Where(l => l.Counts && l.Level >= ListingLevel.Province).Select(l => (DateTimeOffset?)l.At)),
        hazard.Reopened, hazard.Campaign, hazard.Inspection,
        RangesOf(hazard.Rests), RangesOf(hazard.Rests.Where(r => r.Closed)),
        Dates.Ranges(Plans(hazard).Where(p => p.Until < DateTimeOffset.MaxValue)
            .Select(p => (ChinaTime.DateAt(p.Planned), ChinaTime.DateAt(p.Until)))),
        WithAllFive(hazard));

    private static string? RangesOf(IEnumerable<Rest> rests) =>
        Dates.Ranges(rests.Select(r => (ChinaTime.DateAt(r.Since), ChinaTime.DateAt(r.Until))));

    /// <summary>Since when every plan there is has all five.</summary>
    private static DateOnly? FiveInPlace(Hazard hazard)
    {
        var planned = hazard.Legs.Values.Where(l => l.PlannedAt is not null).ToArray();
        return planned.Length > 0 && planned.All(l => l.FiveAt is not null) ? Dates.Of(planned.Max(l => l.FiveAt)) : null;
    }

    /// <summary>Every plan there was, of every leg there was.</summary>
    private static PlanTerm[] Plans(Hazard hazard) =>
    [
        .. hazard.PastLegs.Select(p => (p.Leg, p.EndedAt)).Concat(hazard.Legs.Values.Select(l => (l, DateTimeOffset.MaxValue)))
            .SelectMany(of => of.Item1.PlansBefore.Append(of.Item1.PlanUntil(of.Item2))).OfType<PlanTerm>(),
    ];

    /// <summary>The days on which every plan there was had all five; null where no plan ended, and the present ones say it.</summary>
    private static string? WithAllFive(Hazard hazard)
    {
        (DateOnly Planned, DateOnly? Five, DateOnly Until)[] plans =
        [
            .. Plans(hazard).Select(p => (
                ChinaTime.DateAt(p.Planned), Dates.Of(p.Five),
                p.Until == DateTimeOffset.MaxValue ? DateOnly.MaxValue : ChinaTime.DateAt(p.Until))),
        ];
        if (plans.All(p => p.Until == DateOnly.MaxValue))
            return null;
        DateOnly[] days = [.. plans.SelectMany(p => new[] { p.Planned, p.Five, p.Until }).OfType<DateOnly>().Distinct().Order()];
        var five = days.Zip(days.Skip(1)).Where(
            d => plans.Any(p => IsIn(p, d.First)) && plans.All(p => !IsIn(p, d.First) || p.Five <= d.First));
        return Dates.Ranges(five) ?? "{}";

        static bool IsIn((DateOnly Planned, DateOnly? Five, DateOnly Until) plan, DateOnly day) => plan.Planned <= day && day < plan.Until;
    }
}

/// <summary>What figures need to know of a body's term on a leg.</summary>
internal sealed record LegFacts(
    Leg Leg, int Term, BodyId Body, RegionCode Region, SectorCode Sector, HazardKind Kind, Level? Level, bool Dismissed,
    DateOnly AssignedOn, DateOnly? AckDue, DateOnly? AcknowledgedOn, DateOnly Deadline, DateOnly? DeclaredOn, DateOnly? AcceptedOn,
    DateOnly? EndedOn, int Failed, string? LookedOn, DateOnly? ReopenedOn, decimal? Funds, DateOnly? FundsOn, string? Late,
    string? LateDue, DateOnly? ResumedOn, DateOnly? OwedUntil)
{
    /// <summary>When the body had no more to do; the end of time before.</summary>
    public DateOnly FinishedOn => AcceptedOn ?? EndedOn ?? DateOnly.MaxValue;

    public static IEnumerable<LegFacts> From(Hazard hazard, Rulebook rules)
    {
        foreach (var of in hazard.PastLegs.Select((p, i) => (Past: p, Term: hazard.PastLegs.Take(i).Count(q => q.Leg.Leg == p.Leg.Leg))))
            yield return From(hazard, rules, of.Past.Leg, of.Term, of.Past);
        foreach (var leg in hazard.Legs.Values)
            yield return From(hazard, rules, leg, hazard.PastLegs.Count(p => p.Leg.Leg == leg.Leg), null);
    }

    private static LegFacts From(Hazard hazard, Rulebook rules, LegState leg, int term, PastLeg? past)
    {
        var ended = past?.EndedAt ?? (leg.Stage == LegStage.Returned ? leg.Since : null);
        var looked = past?.LookedBack ?? hazard.LookedBack;
        return new LegFacts(
            leg.Leg, term, leg.Body, hazard.Region, hazard.Sector, hazard.Kind, hazard.Level,
            hazard.Rejection is not null || hazard.MergedInto is not null,
            leg.AssignedOn, Clocks.AcknowledgeBy(leg, hazard, rules), leg.AcknowledgedOn, hazard.DeadlineOf(leg, ended),
            leg.DeclaredOn, Dates.Of(leg.AcceptedAt),
            Dates.Of(ended), leg.Failed,
            looked.IsEmpty
                ? null
                : string.Join(',', looked.Select(l => Dates.Text(ChinaTime.DateAt(l)))),
            past is { Recurred: true } ? ChinaTime.DateAt(past.EndedAt) : null, leg.FundsAt is null ? null : leg.Funds,
            Dates.Of(leg.FundsAt), Dates.Ranges(leg.Late.Select(l => (l.First, l.Until.AddDays(1)))),
            leg.Late.IsEmpty ? null : $"{{{string.Join(',', leg.Late.Select(l => Dates.Text(l.Due)))}}}", leg.Resumed,
            Owed(leg, past, ended));
    }

    /// <summary>
    /// Where what was done is claimed to have been done before it counts: until when it was owed. Entering late buys no days
    /// (docs/closed-loop.md).
    /// </summary>
    private static DateOnly? Owed(LegState leg, PastLeg? past, DateTimeOffset? ended)
    {
        var counts = leg.DeclaredOn ?? past?.CountsOn ?? leg.ReturnedOn;
        return counts > (Dates.Of(leg.AcceptedAt) ?? Dates.Of(ended) ?? DateOnly.MaxValue) ? counts : null;
    }
}

/// <summary>What figures need to know of a listing.</summary>
internal sealed record ListingFacts(
    int Term, RegionCode Region, SectorCode Sector, HazardKind Kind, ListingLevel Level, BodyId By, DateOnly ListedOn, DateOnly? EndedOn,
    bool Counts)
{
    public static IEnumerable<ListingFacts> From(Hazard hazard) => hazard.Listings.Select((l, i) =>
        new ListingFacts(
            i, hazard.Region, hazard.Sector, hazard.Kind, l.Level, l.By, ChinaTime.DateAt(l.At), Dates.Of(l.EndedAt), l.Counts));
}

internal static class Dates
{
    public static DateOnly? Of(DateTimeOffset? instant) => instant is { } known ? ChinaTime.DateAt(known) : null;

    public static DateOnly? First(IEnumerable<DateTimeOffset?> instants) => Of(instants.Min());

    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Ranges of days as PostgreSQL reads them, each without its end; null for none.</summary>
    public static string? Ranges(IEnumerable<(DateOnly First, DateOnly End)> days)
    {
        var written = string.Join(
            ',', days.Where(d => d.First < d.End).Select(d => $"\"[{Text(d.First)},{Text(d.End)})\""));
        return written.Length == 0 ? null : $"{{{written}}}";
    }
}

/// <summary>The facts of a hazard that an append changed; made where the state is made.</summary>
internal sealed record ChangedFacts(HazardFacts? Hazard, ImmutableArray<LegFacts> Legs, ImmutableArray<ListingFacts> Listings)
{
    public static ChangedFacts Between(Hazard? before, Hazard after, Rulebook rules)
    {
        var facts = HazardFacts.From(after);
        return before is null
            ? new ChangedFacts(facts, [.. LegFacts.From(after, rules)], [.. ListingFacts.From(after)])
            : new ChangedFacts(
                facts == HazardFacts.From(before) ? null : facts,
                [.. LegFacts.From(after, rules).Except(LegFacts.From(before, rules))],
                [.. ListingFacts.From(after).Except(ListingFacts.From(before))]);
    }
}
