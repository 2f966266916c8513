using System.Collections.Immutable;
using System.Text;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about the policies a deployment goes by.</summary>
public interface IPolicyEvent : IDomainEvent;

/// <summary>
/// 采用制度: a policy applies in a jurisdiction from a day on. Its text, and that of every policy it rests on, stand here: a replay
/// needs nothing else.
/// </summary>
/// <param name="Policy">The document.</param>
/// <param name="Jurisdiction">For hazards in this region.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day, if it has one.</param>
/// <param name="Under">The documents under it, the nearest first.</param>
/// <param name="Keeper">The level that adopted it (<see cref="Authority"/>); events recorded before there was one do not say.</param>
[EventType("policy_adopted", "采用制度", "Policy adopted")]
public sealed record PolicyAdopted(
    PolicyText Policy, RegionCode Jurisdiction, DateOnly From, DateOnly? To, ImmutableArray<PolicyText> Under,
    RegionCode? Keeper = null) : IPolicyEvent;

/// <summary>停用制度: a policy ends, or never begins.</summary>
/// <param name="Version">The policy.</param>
/// <param name="LastDay">The last day it applies; a policy that begins later never does.</param>
/// <param name="Reason">Why.</param>
[EventType("policy_withdrawn", "停用制度", "Policy withdrawn")]
public sealed record PolicyWithdrawn(PolicyVersion Version, DateOnly LastDay, string Reason) : IPolicyEvent;

/// <summary>A policy once adopted.</summary>
/// <param name="Event">The adoption.</param>
/// <param name="Policy">The whole policy.</param>
/// <param name="To">The last day it applies, as later versions and withdrawals leave it; null: until superseded. Before the
/// first day: it never applies.</param>
/// <param name="Withdrawn">Why it was withdrawn, if it was.</param>
public sealed record AdoptedPolicy(PolicyAdopted Event, Policy Policy, DateOnly? To, string? Withdrawn)
{
    /// <summary>Name and number.</summary>
    public PolicyVersion Version => Event.Policy.Version;

    /// <summary>Whether it applies on a day between two (the second open when null).</summary>
    public bool Meets(DateOnly from, DateOnly? to) => !(To < from) && !(to < Event.From) && !(To < Event.From);
}

/// <summary>Every policy a deployment has adopted, as the events leave them.</summary>
/// <param name="All">In the order of adoption.</param>
/// <param name="Stream">The stream's version.</param>
public sealed record PolicyRegister(ImmutableArray<AdoptedPolicy> All, long Stream)
{
    /// <summary>The one stream that all adoptions are in.</summary>
    public static readonly Guid StreamId = StreamIds.Named("policies", "adopted");

    /// <summary>Before anything was adopted.</summary>
    public static PolicyRegister Empty { get; } = new([], 0);

    /// <summary>What a further policy may rest on.</summary>
    public PolicyShelf Shelf => PolicyShelf.Shipped.With(All.SelectMany(a => a.Event.Under).Concat(All.Select(a => a.Event.Policy)));

    /// <summary>The adoption of a version; null when there was none.</summary>
    public AdoptedPolicy? Find(PolicyVersion version) => All.FirstOrDefault(a => a.Version == version);

    /// <summary>For the rulebook.</summary>
    public ImmutableArray<Adopted> Adopted => [.. All.Select(a => new Adopted(a.Policy, a.Event.Jurisdiction, a.Event.From, a.To))];

    /// <summary>Folds one event.</summary>
    public PolicyRegister Apply(IPolicyEvent happened) => happened switch
    {
        PolicyAdopted e => new PolicyRegister(
            [.. All.Select(a => a.Version.Name == e.Policy.Version.Name ? EndBefore(a, e.From) : a), Begin(e)], Stream + 1),
        PolicyWithdrawn e => new PolicyRegister(
            [.. All.Select(a => a.Version == e.Version ? a with { To = e.LastDay, Withdrawn = e.Reason } : a)], Stream + 1),
        _ => throw new InvalidOperationException($"{happened?.GetType().Name} is not an event of a policy"),
    };

    private static AdoptedPolicy Begin(PolicyAdopted e) =>
        new(e, PolicyShelf.Shipped.With(e.Under).Resolve(PolicyDocument.Read(e.Policy.Json)), e.To, null);

    private static AdoptedPolicy EndBefore(AdoptedPolicy policy, DateOnly from) =>
        policy.To < from ? policy : policy with { To = from.AddDays(-1) };
}

/// <summary>Events, or why not.</summary>
public readonly record struct PolicyDecision(IPolicyEvent? Event, Refusal? Refusal)
{
    /// <summary>Refused.</summary>
    public static implicit operator PolicyDecision(Refusal refusal) => FromRefusal(refusal);

    /// <summary>Refused.</summary>
    public static PolicyDecision FromRefusal(Refusal refusal) => new(null, refusal);
}

/// <summary>What an administrator may order about policies.</summary>
public interface IPolicyCommand
{
    /// <summary>Decides on what was adopted before.</summary>
    /// <param name="register">That.</param>
    /// <param name="by">Who orders.</param>
    /// <param name="now">When it is being recorded.</param>
    PolicyDecision Decide(PolicyRegister register, Actor by, DateTimeOffset now);
}

/// <summary>Adopts a policy: its jurisdiction and its days are those that the document names.</summary>
/// <param name="Document">The document, as it is written.</param>
public sealed record AdoptPolicy(string Document) : IPolicyCommand
{
    /// <inheritdoc />
    public PolicyDecision Decide(PolicyRegister register, Actor by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(register);
        ArgumentNullException.ThrowIfNull(by);
        var check = PolicyCheck.Of(Encoding.UTF8.GetBytes(Document), register.Shelf);
        if (check is not { Document: { } document, Text: { } text })
        {
            var first = check.Findings[0];
            return PolicyRefusals.Wrong.Because(
                "document", ("count", check.Findings.Length), ("line", first.Line), ("column", first.Column),
                ("first", $"{first.Refusal.Chinese} · {first.Refusal.English}"));
        }
        if (PolicyTime.MayKeep(by, document.Jurisdiction) is { } forbidden)
            return forbidden;
        var earliest = PolicyTime.Known(now).AddDays(1);
        return Known(register, document, text)
            ?? (document.EffectiveFrom < earliest
                ? PolicyRefusals.TooSoon.Because("effectiveFrom", ("value", document.EffectiveFrom), ("earliest", earliest))
                : Succession(register, document, by) ?? Overlap(register, document)) switch
        {
            { } refusal => refusal,
            null => new PolicyDecision(new PolicyAdopted(
                text, document.Jurisdiction, document.EffectiveFrom, document.EffectiveTo, register.Shelf.Under(document),
                Authority.KeeperOf(by, document.Jurisdiction)), null),
        };
    }

    /// <summary>A version is for ever: the same text again changes nothing, another is refused.</summary>
    private static Refusal? Known(PolicyRegister register, PolicyDocument document, PolicyText text)
    {
        var known = register.Find(document.Version)?.Event.Policy ?? register.Shelf.Find(document.Version);
        if (register.Find(document.Version) is null)
            return null;
        return known?.Digest == text.Digest
            ? PolicyRefusals.Adopted.Because("version", ("version", document.Version))
            : PolicyRefusals.Reused.Because("version", ("version", document.Version), ("next", Next(register, document.Version.Name)));
    }

    private static Refusal? Succession(PolicyRegister register, PolicyDocument document, Actor by)
    {
        var name = document.Version.Name;
        if (register.All.LastOrDefault(a => a.Version.Name == name) is not { } before)
            return null;
        if (document.Version.Number != before.Version.Number + 1)
            return PolicyRefusals.Number.Because("version", ("name", name), ("next", Next(register, name)));
        if (before.Event.Jurisdiction != document.Jurisdiction)
            return PolicyRefusals.OtherRegion.Because(
                "jurisdiction", ("name", name), ("region", before.Event.Jurisdiction), ("value", document.Jurisdiction));
        if (Authority.OverPolicy(by, before.Event, "version") is { } above)
            return above;
        return document.EffectiveFrom <= before.Event.From && before.Meets(before.Event.From, null)
            ? PolicyRefusals.NotAfter.Because(
                "effectiveFrom", ("value", document.EffectiveFrom), ("previous", before.Version), ("from", before.Event.From))
            : null;
    }

    private static Refusal? Overlap(PolicyRegister register, PolicyDocument document)
    {
        var other = register.All.FirstOrDefault(a =>
            a.Event.Jurisdiction == document.Jurisdiction && a.Version.Name != document.Version.Name
                && a.Meets(document.EffectiveFrom, document.EffectiveTo));
        return other is null
            ? null
            : PolicyRefusals.Overlaps.Because(
                "effectiveFrom", ("region", document.Jurisdiction), ("other", other.Version), ("from", other.Event.From),
                ("to", other.To?.ToString("yyyy-MM-dd", null) ?? "…"));
    }

    private static string Next(PolicyRegister register, string name) =>
        $"{name}@{register.All.Last(a => a.Version.Name == name).Version.Number + 1}";
}

/// <summary>Ends a policy before its time, without a successor: from the next day on the wider jurisdiction's applies.</summary>
/// <param name="Version">The policy.</param>
/// <param name="Reason">Why.</param>
/// <param name="LastDay">The last day it applies; today when left out.</param>
public sealed record WithdrawPolicy(PolicyVersion Version, string Reason, DateOnly? LastDay = null) : IPolicyCommand
{
    /// <inheritdoc />
    public PolicyDecision Decide(PolicyRegister register, Actor by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(register);
        ArgumentNullException.ThrowIfNull(by);
        if (register.Find(Version) is not { } policy
            || !by.Jurisdiction.Contains(policy.Event.Jurisdiction) && !policy.Event.Jurisdiction.Contains(by.Jurisdiction))
            return PolicyRefusals.NotFound.Because("version", ("version", Version));
        if ((PolicyTime.MayKeep(by, policy.Event.Jurisdiction)
            ?? Authority.OverPolicy(by, policy.Event, "version")
            ?? Texts.Required("reason", Reason)) is { } wrong)
            return wrong;
        var earliest = PolicyTime.Known(now);
        if (policy.To is { } to && (to < earliest || to < policy.Event.From))
            return PolicyRefusals.Ended.Because("version", ("version", Version), ("to", to));
        var last = LastDay ?? earliest;
        return last < earliest || last >= (policy.To ?? DateOnly.MaxValue)
            ? PolicyRefusals.LastDay.Because(
                "lastDay", ("value", last), ("earliest", earliest), ("latest", policy.To?.AddDays(-1).ToString("yyyy-MM-dd", null) ?? "…"))
            : new PolicyDecision(new PolicyWithdrawn(Version, last, Reason), null);
    }
}

internal static class PolicyTime
{
    /// <summary>Long enough for every node to have read the log, and for an act that a caller's clock dates a little ahead.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromMinutes(10);

    /// <summary>The last day whose policy can no longer be changed.</summary>
    public static DateOnly Known(DateTimeOffset now) => ChinaTime.DateAt(now + Notice);

    public static Refusal? MayKeep(Actor by, RegionCode region) =>
        by.Roles.Contains(Role.Administrator) && by.Jurisdiction.Contains(region)
            ? null
            : PolicyRefusals.Forbidden.Because(null, ("region", region));
}
