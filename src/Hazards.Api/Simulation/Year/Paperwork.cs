using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Year;

/// <summary>
/// What goes with a hazard's life where a policy asks for it: listings and delistings are published and filed, extensions
/// asked for before the deadline and decided. Some is left undone, so that clocks ring.
/// </summary>
internal sealed class Paperwork(Prefecture prefecture, ImmutableDictionary<BodyId, Body> bodies, Body province, int seed)
{
    private const string Medium = "团结报";
    private const double Forgotten = 0.12;
    private const double ExtensionShare = 0.12;

    // After the deadline it would be refused.
    private const int MostDaysUntilAsked = 3;

    private readonly Random _random = new(seed);
    private readonly bool _forgets = new Random(seed + 1).NextDouble() < Forgotten;
    private bool _asked;

    /// <summary>The next piece of paper; null when there is none to be done now.</summary>
    public NextAct? Next(Hazard hazard)
    {
        if (hazard.Listing is { } listing && !_forgets)
        {
            var lister = bodies[listing.By];
            if (listing.FiledAt is null)
                return new NextAct(
                    After(hazard, 1), lister, Role.ListingAuthority,
                    new FileListing((lister == prefecture.Office ? province : prefecture.Office).Id));
            if (listing.PublishedAt is null && listing.PublishedIn is null)
                return new NextAct(After(hazard, 2), lister, Role.ListingAuthority, new PublishListing(Medium));
        }
        if (hazard is { Listing: null, Delisting: { PublishedAt: null } delisting } && !_forgets)
            return new NextAct(
                After(hazard, 2), bodies[delisting.By], Role.ListingAuthority, new PublishDelisting(delisting.Medium ?? Medium));
        foreach (var leg in hazard.Legs.Values)
            if (Extension(hazard, leg) is { } act)
                return act;
        return null;
    }

    private NextAct? Extension(Hazard hazard, LegState leg)
    {
        if (leg.Request is { } request)
            return new NextAct(After(hazard, 2), bodies[leg.AssignedBy], Role.Coordinator, _random.NextDouble() < 0.8
                ? new DecideExtension(leg.Leg, true, request.To, "同意延期")
                : new DecideExtension(leg.Leg, false, null, "理由不充分，按原期限整改"));
        if (_asked || leg.Stage != LegStage.Rectifying || leg.Percent is 0 or > 80 || leg.Deadline < ChinaTime.DateAt(hazard.LastOccurredAt)
            .AddDays(MostDaysUntilAsked))
            return null;
        _asked = true;
        return _random.NextDouble() < ExtensionShare
            ? new NextAct(
                After(hazard, 0.5), bodies[leg.Body], Role.Responsible,
                new RequestExtension(leg.Leg, leg.Deadline.AddDays(20), "配件采购周期较长，申请延期"))
            : null;
    }

    private DateTimeOffset After(Hazard hazard, double days) =>
        hazard.LastOccurredAt + TimeSpan.FromMinutes(5) + TimeSpan.FromDays(days * (0.3 + _random.NextDouble()));
}
