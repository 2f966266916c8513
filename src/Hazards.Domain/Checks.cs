using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>Checks that several commands share.</summary>
internal static class Checks
{
    private const int FurthestDeadlineYears = 10;

    /// <summary>A deadline may lie neither before the act nor beyond any plan.</summary>
    public static Refusal? Deadline(string field, DateOnly deadline, Act act)
    {
        if (deadline < act.Date)
            return HazardRefusals.DeadlinePast.Because(field, ("value", deadline), ("date", act.Date));
        var latest = act.Date.AddYears(FurthestDeadlineYears);
        return deadline > latest ? HazardRefusals.DeadlineFar.Because(field, ("value", deadline), ("latest", latest)) : null;
    }

    /// <summary>An act cannot lie before the step it follows.</summary>
    public static Refusal? After(Act act, DateTimeOffset previous, Words step) =>
        act.OccurredAt < previous
            ? HazardRefusals.BeforePrevious.Because("occurredAt", ("value", act.OccurredAt), ("step", step), ("previous", previous))
            : null;

    /// <summary>What follows the acceptance of every leg.</summary>
    public static Refusal? AfterAcceptance(Act act, Hazard hazard) =>
        After(act, hazard.Legs.Values.Max(l => l.Since), new Words("验收", "the acceptance"));

    /// <summary>What could not be while production was stopped.</summary>
    public static Refusal? AfterResumption(Act act, Hazard hazard) =>
        hazard.ResumedAt is { } resumed ? After(act, resumed, new Words("恢复生产", "the resumption of production")) : null;

    /// <summary>What follows the order to stop in force: the order itself, and the newest review that left it so.</summary>
    public static Refusal? AfterStop(Act act, Hazard hazard) => hazard.Suspension is not { } stop ? null
        : After(act, stop.Since, new Words("责令停产停业", "the order to stop production"))
            ?? (stop.ReviewedAt is { } reviewed ? After(act, reviewed, Words.Of(CommandRules.ReviewResumption)) : null);

    /// <summary>What could not be while it was still listed.</summary>
    public static Refusal? AfterDelisting(Act act, Hazard hazard) =>
        hazard.Listings.LastOrDefault()?.EndedAt is { } ended ? After(act, ended, Words.Of(CommandRules.Delist)) : null;

    /// <summary>What begins anew after a reopening cannot lie before it.</summary>
    public static Refusal? AfterReopening(Act act, Hazard hazard) =>
        hazard.OpenSince > hazard.FoundAt ? After(act, hazard.OpenSince, hazard.Reopened > 0
            ? Words.Of(CommandRules.Reopen) : new Words("恢复为未办结", "its being open again")) : null;

    /// <summary>What takes an imported hazard out as it stands, handed over or closed, cannot lie before how it came to stand so.</summary>
    public static Refusal? AfterEntry(Act act, Hazard hazard) =>
        hazard.Closure is { } closure ? After(act, closure.At, Words.Of(CommandRules.Close))
            : hazard.Legs.IsEmpty ? null
            : After(act, hazard.Legs.Values.Max(l => l.Since), new Words("上一步", "the step before"));

    /// <summary>A sum in 万元: not negative, below 100 million, at most six decimals (a fen).</summary>
    public static Refusal? Money(string field, decimal? sum) =>
        sum is < 0 or > 100_000_000m || (sum is { } s && decimal.Round(s, 6) != s)
            ? InputRefusals.OutOfRange.Because(field, ("value", sum), ("min", 0), ("max", "100000000.000000"))
            : null;

    /// <summary>A paper must go with the act.</summary>
    public static Refusal? Document(Act act, CommandRule rule) =>
        act.Document is null ? HazardRefusals.DocumentRequired.Because("documentNumber", ("command", Words.Of(rule))) : null;

    /// <summary>What goes with every act: the caller's name and the attachments.</summary>
    public static Refusal? Papers(Act act) => Texts.Name("actor", act.By.Name) ?? Attachment.Check(act.Attachments);

    /// <summary>The bodies and deadlines of an assignment.</summary>
    public static Refusal? Orders(string field, ImmutableArray<LegOrder> orders, Hazard hazard, Act act)
    {
        var legs = orders.Select(o => o.Leg).Order().ToArray();
        if (legs is not ([Leg.Sole] or [Leg.Territorial, Leg.Sectoral]))
            return HazardRefusals.Legs.Because(field);
        for (var i = 0; i < orders.Length; i++)
            if (Order(orders[i], hazard, act) is { } wrong)
                return wrong.Within($"{field}[{i}]");
        if (orders is not [var one, var two])
            return AssignmentOf(hazard, act) is { Dual: true } dual
                ? HazardRefusals.DualRequired.Because(field, ("level", Words.Of(dual.Level)), ("source", dual.Source))
                : null;
        return Beside(field, one, two);
    }

    /// <summary>Legs that go to other bodies by the act that moves the hazard; its other legs stay.</summary>
    public static Refusal? Moved(string field, ImmutableArray<LegOrder> orders, Hazard moved, Act act)
    {
        for (var i = 0; i < orders.Length; i++)
        {
            var leg = moved.Legs[orders[i].Leg];
            if ((Relations.Check(Relation.Assigner, act.Under!.Value, moved, leg, act)
                ?? After(act, leg.Since, new Words("上一步", "the step before"))
                ?? Order(orders[i], moved, act)) is { } wrong)
                return wrong.Within($"{field}[{i}]");
        }
        LegOrder[] after =
        [
            .. moved.Legs.Values.Select(l => orders.FirstOrDefault(o => o.Leg == l.Leg)
                ?? new LegOrder(l.Leg, l.Body, l.Deadline, l.Instructions, l.Supervisor)),
        ];
        return orders.Length > 0 && after is [var one, var two] ? Beside(field, one, two) : null;
    }

    /// <summary>What befalls what was merged cannot lie before the merger.</summary>
    public static Refusal? AfterMergers(Act act, IEnumerable<Hazard> merged) =>
        merged.Max(m => m.MergedAt) is { } last ? After(act, last, Words.Of(CommandRules.Merge)) : null;

    /// <summary>What would befall those that were merged into it is said of them, too.</summary>
    public static Refusal? Merged(RefusalCode code, IEnumerable<Hazard> merged, bool withMerged, Act act)
    {
        const int mostNamed = 5;
        Hazard[] those = withMerged ? [] : [.. merged];
        return those.Length == 0 ? null : code.Because(
            "withMerged", ("count", those.Length),
            ("hazards", string.Join(", ", those.Where(act.By.Sees).Take(mostNamed).Select(h => h.Id))));
    }

    /// <summary>Two legs and their supervisors are different bodies.</summary>
    private static Refusal? Beside(string field, LegOrder one, LegOrder two)
    {
        if (one.Body == two.Body)
            return HazardRefusals.SameBody.Because(field, ("body", one.Body));
        foreach (var order in new[] { one, two })
            if (order.Supervisor is { } supervisor && (supervisor == one.Body || supervisor == two.Body))
                return HazardRefusals.SupervisorIsLeg.Because(field, ("body", supervisor));
        return one.Supervisor is { } first && first == two.Supervisor
            ? HazardRefusals.SameSupervisor.Because(field, ("body", first))
            : null;
    }

    /// <summary>One leg of an assignment.</summary>
    public static Refusal? Order(LegOrder order, Hazard hazard, Act act)
    {
        if ((Texts.Required("instructions", order.Instructions)
            ?? Texts.Check("responsiblePerson", order.ResponsiblePerson, 0, Texts.NameLength, multiline: false)
            ?? Deadline("deadline", order.Deadline, act)
            ?? Living("body", order.Body, act)) is { } wrong)
            return wrong;
        if (order.Supervisor is { } supervisor && Living("supervisor", supervisor, act) is { } noSupervisor)
            return noSupervisor;
        if (order.Supervisor == order.Body)
            return HazardRefusals.SupervisorIsLeg.Because("supervisor", ("body", order.Body));
        if (order.Supervisor is null && AssignmentOf(hazard, act) is { Supervised: true } supervised)
            return HazardRefusals.SupervisorRequired.Because(
                "supervisor", ("level", Words.Of(supervised.Level)), ("leg", Words.Of(order.Leg)), ("source", supervised.Source));
        var body = act.Bodies[order.Body];
        return order.Leg switch
        {
            Leg.Territorial when body.Kind != BodyKind.Government || !body.Region.Contains(hazard.Region) =>
                HazardRefusals.NotTerritorial.Because("body", ("region", hazard.Region), ("body", body.Id)),
            Leg.Sectoral when body.Kind != BodyKind.Regulator || !body.Covers(hazard.Sector) || !body.Region.Contains(hazard.Region) =>
                HazardRefusals.NotSectoral.Because(
                    "body", ("sector", Words.Of(act.Sectors.Find(hazard.Sector))), ("region", hazard.Region), ("body", body.Id)),
            _ => Seeing("body", order.Body, hazard, act)
                ?? (order.Supervisor is { } over ? Supervising("supervisor", over, hazard, act) : null),
        };
    }

    /// <summary>Nobody is to do what he cannot see.</summary>
    public static Refusal? Seeing(string field, BodyId body, Hazard hazard, Act act)
    {
        var region = act.Bodies[body].Region;
        // A ledger of a wide place names units that are somewhere in it: what it says is kept, and its rows are for the office to place.
        return region.Contains(hazard.Region) || act.Under == Role.Importer && hazard.Region.Contains(region)
            ? null
            : HazardRefusals.OutsideRegion.Because(field, ("body", body), ("region", region), ("hazardRegion", hazard.Region));
    }

    /// <summary>Nor does anybody supervise who sees no hazards but his own.</summary>
    public static Refusal? Supervising(string field, BodyId body, Hazard hazard, Act act) =>
        Seeing(field, body, hazard, act)
            ?? (act.Bodies[body].SeesOnlyItsOwn && act.Under != Role.Importer
                ? HazardRefusals.SupervisorBlind.Because(field, ("body", body))
                : null);

    /// <summary>How the policy hands over hazards of this level; null when it has no rule for it.</summary>
    private static AssignmentRule? AssignmentOf(Hazard hazard, Act act)
    {
        foreach (var rule in act.Policy.Assignment)
            if (rule.Level == hazard.Level)
                return rule;
        return null;
    }

    /// <summary>A date on which something was done: not before what it follows, not after the act itself.</summary>
    public static Refusal? Done(string field, DateOnly on, DateTimeOffset previous, Act act) =>
        on < ChinaTime.DateAt(previous) || on > act.Date
            ? HazardRefusals.ActDate.Because(field, ("value", on), ("earliest", ChinaTime.DateAt(previous)), ("latest", act.Date))
            : null;

    /// <summary>A named body must be registered and not dissolved.</summary>
    public static Refusal? Living(string field, BodyId id, Act act)
    {
        if (!act.Bodies.TryGetValue(id, out var body))
            return BodyRefusals.Unknown.Because(field, ("id", id));
        return body.Dissolved ? BodyRefusals.Dissolved.Because(field, ("id", id), ("name", body.Name)) : null;
    }

    /// <summary>The bodies an assignment names.</summary>
    public static IEnumerable<BodyId> Named(ImmutableArray<LegOrder> orders) =>
        orders.IsDefault ? [] : orders.SelectMany(o => o.Supervisor is { } s ? new[] { o.Body, s } : [o.Body]);
}
