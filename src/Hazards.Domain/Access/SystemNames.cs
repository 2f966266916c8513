using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about the names of systems under which records are reported.</summary>
public interface ISystemNameEvent : IDomainEvent
{
    /// <summary>The name (<see cref="ExternalReference.System"/>).</summary>
    string System { get; }

    /// <summary>Where: for all who report on behalf of a body of this region.</summary>
    RegionCode Region { get; }
}

/// <summary>系统名归属: within a region, a system's name belongs to one client of one body; nobody else reports under it there.</summary>
/// <param name="System">The name.</param>
/// <param name="Region">Where.</param>
/// <param name="Body">On whose behalf its owner calls.</param>
/// <param name="Client">The calling system.</param>
[EventType("system_name_granted", "系统名归属", "System name granted")]
public sealed record SystemNameGranted(string System, RegionCode Region, BodyId Body, string Client) : ISystemNameEvent;

/// <summary>解除系统名归属: the name belongs to nobody there any more. Whose a number is stays as it was.</summary>
/// <param name="System">The name.</param>
/// <param name="Region">Where.</param>
/// <param name="Reason">Why.</param>
[EventType("system_name_released", "解除系统名归属", "System name released")]
public sealed record SystemNameReleased(string System, RegionCode Region, string Reason) : ISystemNameEvent;

/// <summary>The names that belong to somebody, as the events leave them.</summary>
/// <param name="All">By name, the widest region first.</param>
/// <param name="Version">The stream's version.</param>
public sealed record SystemNames(ImmutableArray<SystemNameGranted> All, long Version)
{
    /// <summary>The one stream they are all in, so that two grants at once are decided one after the other.</summary>
    public static readonly Guid StreamId = StreamIds.Named("system names", "granted");

    /// <summary>Before any belonged to anybody.</summary>
    public static SystemNames None { get; } = new([], 0);

    /// <summary>Folds one event.</summary>
    public SystemNames Apply(ISystemNameEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var others = All.RemoveAll(g => g.System == happened.System && g.Region == happened.Region);
        return new SystemNames(
            happened is SystemNameGranted granted
                ? [.. others.Add(granted).OrderBy(g => g.System, StringComparer.Ordinal).ThenByDescending(g => g.Region.Level)]
                : others,
            Version + 1);
    }

    /// <summary>Whether the product itself numbers records under it: what phones send, and rows of ledgers.</summary>
    public static bool IsReserved(string system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system == "field" || system.StartsWith("台账:", StringComparison.Ordinal);
    }

    /// <summary>To whom a name belongs for a body of a region: the widest level that says so prevails. Null: to nobody.</summary>
    public SystemNameGranted? OwnerOf(string system, RegionCode region) =>
        All.FirstOrDefault(g => g.System == system && g.Region.Contains(region));

    /// <summary>
    /// Why a caller may not report under a name; null when it may. Said before any number is looked up, and whether the number is
    /// known or not.
    /// </summary>
    public Refusal? WhyNot(ExternalReference? reference, Actor by)
    {
        ArgumentNullException.ThrowIfNull(by);
        return reference is not null && OwnerOf(reference.System, by.Body.Region) is { } owner
            && Actor.SenderOf(owner.Body, owner.Client) != by.Sender
            ? SystemNameRefusals.NotYours.Because("reference.system", ("system", reference.System))
            : null;
    }
}

/// <summary>确定系统名归属, by an administrator, for its jurisdiction.</summary>
/// <param name="System">The name, 1 to 60 characters, as references give it.</param>
/// <param name="Body">On whose behalf the owner calls.</param>
/// <param name="Client">The calling system, as its keys name it.</param>
public sealed record GrantSystemName(string System, BodyId Body, string Client)
{
    /// <summary>Decides.</summary>
    /// <param name="names">What belongs to whom now.</param>
    /// <param name="by">The administrator.</param>
    /// <param name="body">The body; null where there is none for the caller.</param>
    public (SystemNameGranted? Event, Refusal? Refusal) Decide(SystemNames names, Actor by, Body? body)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(by);
        if (!by.Roles.Contains(Role.Administrator))
            return (null, SystemNameRefusals.Forbidden.Because());
        if ((Texts.Check("system", System, 1, 60, multiline: false) ?? Texts.Check("client", Client, 1, 60, multiline: false)) is { } wrong)
            return (null, wrong);
        if (body is null || !by.Jurisdiction.Contains(body.Region))
            return (null, BodyRefusals.Unknown.Because("body", ("id", Body)));
        if (body.Dissolved)
            return (null, BodyRefusals.Dissolved.Because("body", ("id", body.Id), ("name", body.Name)));
        if (SystemNames.IsReserved(System.Trim()))
            return (null, SystemNameRefusals.Reserved.Because("system", ("system", System.Trim())));
        var granted = new SystemNameGranted(System.Trim(), by.Jurisdiction, Body, Client.Trim());
        // Who owns it above is not said: the level below need not know who that is.
        return names.OwnerOf(granted.System, by.Jurisdiction) is { } owner
            ? (null, SystemNameRefusals.Taken.Because("system", ("system", owner.System), ("region", owner.Region)))
            : (granted, null);
    }
}

/// <summary>解除系统名归属, by an administrator whose jurisdiction holds the region.</summary>
/// <param name="System">The name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Region">Where; the caller's jurisdiction when left out.</param>
public sealed record ReleaseSystemName(string System, string Reason, RegionCode? Region = null)
{
    /// <summary>Decides.</summary>
    public (SystemNameReleased? Event, Refusal? Refusal) Decide(SystemNames names, Actor by)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(by);
        if (!by.Roles.Contains(Role.Administrator))
            return (null, SystemNameRefusals.Forbidden.Because());
        if ((Texts.Check("system", System, 1, 60, multiline: false) ?? Texts.Required("reason", Reason)) is { } wrong)
            return (null, wrong);
        var (system, region) = (System.Trim(), Region ?? by.Jurisdiction);
        return by.Jurisdiction.Contains(region) && names.All.Any(g => g.System == system && g.Region == region)
            ? (new SystemNameReleased(system, region, Reason), null)
            : (null, SystemNameRefusals.NotFound.Because("system", ("system", system)));
    }
}

/// <summary>Refusals about the names of systems.</summary>
public static class SystemNameRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NotYours = new("reference.system_owned", RefusalKind.Forbidden,
        "系统名“{system}”专属另一系统，不能以此名上报", "The system name {system} belongs to another client; report under a name of your own");

    public static readonly RefusalCode Forbidden = new("system_name.forbidden", RefusalKind.Forbidden,
        "只有系统管理员可以确定系统名归属", "Only an administrator says to whom the name of a system belongs");

    public static readonly RefusalCode Taken = new("system_name.taken", RefusalKind.Conflict,
        "系统名“{system}”在 {region} 已有归属，须先由该级解除",
        "The system name {system} belongs to somebody in {region} already; that level must release it first");

    public static readonly RefusalCode Reserved = new("system_name.reserved", RefusalKind.Unprocessable,
        "系统名“{system}”由本系统自用（现场上报、台账），不能归属他人",
        "The service itself numbers records under {system} (phones, ledgers); it can belong to nobody");

    public static readonly RefusalCode NotFound = new("system_name.not_found", RefusalKind.NotFound,
        "系统名“{system}”在您的管辖范围内没有归属", "The system name {system} belongs to nobody within your jurisdiction");
#pragma warning restore CS1591
}
