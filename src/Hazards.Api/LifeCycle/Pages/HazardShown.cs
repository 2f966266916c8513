using System.Collections.Immutable;
using System.Globalization;
using Hazards.Api.Http.Pages;
using Hazards.Api.Investigation.Replay;
using Hazards.Api.LifeCycle.Papers;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle.Pages;

/// <summary>What the interface answered about a hazard: all that its page shows.</summary>
internal sealed record HazardShown(HazardDetails Details, StepsAnswer Steps, TimelineAnswer Story, PaperList Papers)
{
    public Domain.Hazard Hazard => Details.Hazard;

    /// <summary>The newest plan of a leg, part by part.</summary>
    public IEnumerable<(CodeEntry Part, string Text)> PlanOf(LegState leg)
    {
        var plan = Story.Items.LastOrDefault(e => e.Event.Code == "plan_submitted" && e.Leg?.Code == CodeList.Code(leg.Leg)
            && e.OccurredAt >= leg.AssignedAt);
        if (plan is null || !plan.Data.TryGetProperty("parts", out var parts))
            yield break;
        foreach (var part in CodeList.Of<PlanPart>())
            if (parts.TryGetProperty(part.Code, out var text) && text.GetString() is { Length: > 0 } said)
                yield return (part, said);
    }

    /// <summary>The name of a body, or of a committee office that has no name of its own here.</summary>
    public string Name(BodyId? body, PageCall p) => body is not { } id ? p.T("安委办", "Committee office") : Name(id.Value);

    /// <summary>The name of an address of the inbox.</summary>
    public string Name(string address) =>
        Details.Names.Bodies.GetValueOrDefault(address) ?? Story.Names.GetValueOrDefault(address)
            ?? Steps.Names.GetValueOrDefault(address) ?? Papers.Names.GetValueOrDefault(address) ?? address;

    /// <summary>Events recorded after the version that a form was shown with.</summary>
    public ImmutableArray<TimelineEntry> Since(string? version) =>
        long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
            ? [.. Story.Items.Where(e => e.Version > seen)]
            : [];
}
