namespace Hazards.Domain;

/// <summary>The bodies that an event of a hazard names besides the one that acted and those that were told.</summary>
public static class NamedBodies
{
    /// <summary>Those of one event; with nulls where it could have named one and did not.</summary>
    public static IEnumerable<BodyId?> In(IHazardEvent happened) => happened switch
    {
        HazardAssigned e => e.Legs.SelectMany(OfOrder),
        HazardReopened e => e.Legs.SelectMany(OfOrder),
        LegReassigned e => [e.From, .. OfOrder(e.Order)],
        SupervisorNamed e => [e.From, e.To],
        SupervisionEscalated e => [e.To],
        ListingFiled e => [e.With],
        DeadlineMissed e => [e.Body],
        StepProposed e => [e.To],
        PaperIssued e => e.To.Select(b => (BodyId?)b),
        _ => [],
    };

    private static IEnumerable<BodyId?> OfOrder(LegOrder order) => [order.Body, order.Supervisor];
}
