using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about a body of the registry.</summary>
public interface IBodyEvent : IDomainEvent;

/// <summary>单位登记: a body was entered into the registry.</summary>
/// <param name="Id">Its identity, for ever.</param>
/// <param name="Name">Its full name.</param>
/// <param name="Kind">What kind of organisation.</param>
/// <param name="Region">The region it belongs to; a public body's jurisdiction.</param>
/// <param name="Sectors">The sectors it answers for; empty means none in particular.</param>
/// <param name="CreditCode">Its credit code, if known.</param>
/// <param name="Parent">The body it belongs to, if any.</param>
/// <param name="Keeper">The level that keeps it (<see cref="Authority"/>); events recorded before there was one do not say.</param>
[EventType("body_registered", "单位登记", "Body registered")]
public sealed record BodyRegistered(
    BodyId Id, string Name, BodyKind Kind, RegionCode Region, ImmutableArray<SectorCode> Sectors, CreditCode? CreditCode, BodyId? Parent,
    RegionCode? Keeper = null) : IBodyEvent;

/// <summary>单位更名: the body goes by a new name.</summary>
[EventType("body_renamed", "单位更名", "Body renamed")]
public sealed record BodyRenamed(string From, string To, string Reason) : IBodyEvent;

/// <summary>单位变更: kind, region, sectors, credit code, parent or keeper were changed. Without a keeper, that stays.</summary>
[EventType("body_changed", "单位变更", "Body changed")]
public sealed record BodyChanged(
    BodyKind Kind, RegionCode Region, ImmutableArray<SectorCode> Sectors, CreditCode? CreditCode, BodyId? Parent, string Reason,
    RegionCode? Keeper = null) : IBodyEvent;

/// <summary>单位撤销: the body no longer acts; its open duties go to the successor by reassignment, never by themselves.</summary>
[EventType("body_dissolved", "单位撤销", "Body dissolved")]
public sealed record BodyDissolved(BodyId? Successor, string Reason) : IBodyEvent;

/// <summary>A body of the registry as its events leave it.</summary>
public sealed record Body(
    BodyId Id,
    string Name,
    BodyKind Kind,
    RegionCode Region,
    ImmutableArray<SectorCode> Sectors,
    CreditCode? CreditCode,
    BodyId? Parent,
    bool Dissolved,
    BodyId? Successor,
    long Version)
{
    private const int Deepest = 8;

    /// <summary>The level that keeps it, as its events say; null where they were recorded before there was one.</summary>
    public RegionCode? Keeper { get; init; }

    /// <summary>The level that keeps it: that of its own region where nothing else is known.</summary>
    [JsonIgnore]
    public RegionCode KeptBy => Keeper ?? Region;

    /// <summary>
    /// 生产经营单位, or a part of one: the region it lies in is no jurisdiction of its own; its neighbours' hazards are none of its
    /// business. What is part of something, nobody knows of what, is taken for part of an enterprise.
    /// </summary>
    [JsonIgnore]
    public bool SeesOnlyItsOwn => Kind == BodyKind.Enterprise
        || (InsideEnterprise ?? (Kind == BodyKind.Unit || (Parent is not null && Kind is BodyKind.System or BodyKind.Experts)));

    /// <summary>Kinds of which what a body belongs to says whether it is part of an enterprise.</summary>
    public static ImmutableArray<BodyKind> Parts { get; } = [BodyKind.Unit, BodyKind.System, BodyKind.Experts];

    /// <summary>
    /// Of a committee office of a county or wider: the region in which it owes what nobody is named for yet; null of any other body.
    /// </summary>
    [JsonIgnore]
    public RegionCode? OfficeOf =>
        Kind == BodyKind.CommitteeOffice && !Dissolved && Region.Level >= RegionLevel.County ? Region : null;

    /// <summary>
    /// The regions whose committee office it is, where they were looked up: its own, and those within that have none of their own.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<RegionCode> OfficeFor { get; init; }

    /// <summary>The regions in which it owes what nobody is named for, as far as it is known.</summary>
    [JsonIgnore]
    public ImmutableArray<RegionCode> Offices => !OfficeFor.IsDefault ? OfficeFor : OfficeOf is { } own ? [own] : [];

    /// <summary>Whether it belongs to an enterprise, at whatever remove; null where that was not looked up, or is not known.</summary>
    [JsonIgnore]
    public bool? InsideEnterprise { get; init; }

    /// <summary>The enterprise that it is, or belongs to as far as that was looked up; null of any other body.</summary>
    [JsonIgnore]
    public Enterprise? OfEnterprise => Kind == BodyKind.Enterprise ? new Enterprise(Name, CreditCode) : Whole;

    /// <summary>The enterprise that it belongs to, where that was looked up.</summary>
    [JsonIgnore]
    private Enterprise? Whole { get; init; }

    /// <summary>The jurisdictions of its open keys and accounts, where they were looked up: what it stands for.</summary>
    [JsonIgnore]
    public ImmutableArray<RegionCode> Reach { get; init; } = [];

    /// <summary>Whether the body is answerable for the sector: it names the sector, or names none.</summary>
    public bool Covers(SectorCode sector) => Sectors.IsDefaultOrEmpty || Sectors.Contains(sector);

    /// <summary>The body, with what it belongs to looked up (<see cref="InsideEnterprise"/>).</summary>
    /// <param name="find">The body with an id; null when there is none.</param>
    public async Task<Body> PlacedAsync(Func<BodyId, Task<Body?>> find)
    {
        ArgumentNullException.ThrowIfNull(find);
        var top = this;
        for (var steps = 0; top.Parent is { } parent; steps++)
        {
            // Who is his own grandfather belongs to nobody that is known.
            if (steps == Deepest || await find(parent) is not { } above)
                return this;
            if (above.Kind == BodyKind.Enterprise)
                return this with { InsideEnterprise = true, Whole = above.OfEnterprise };
            top = above;
        }

        return top.Kind == BodyKind.Unit ? this : this with { InsideEnterprise = false };
    }

    /// <summary>Folds one event.</summary>
    public static Body Apply(Body? body, IBodyEvent happened) => happened switch
    {
        BodyRegistered e =>
            new Body(e.Id, e.Name, e.Kind, e.Region, e.Sectors, e.CreditCode, e.Parent, false, null, 1) { Keeper = e.Keeper },
        BodyRenamed e => Known(body) with { Name = e.To, Version = Known(body).Version + 1 },
        BodyChanged e => Known(body) with
        {
            Kind = e.Kind, Region = e.Region, Sectors = e.Sectors, CreditCode = e.CreditCode, Parent = e.Parent,
            Keeper = e.Keeper ?? Known(body).KeeperAfter(e.Region), Version = Known(body).Version + 1,
        },
        BodyDissolved e => Known(body) with { Dissolved = true, Successor = e.Successor, Version = Known(body).Version + 1 },
        _ => throw new InvalidOperationException($"{happened?.GetType().Name} is not an event of a body"),
    };

    // A body that its own level keeps moves with its region.
    private RegionCode? KeeperAfter(RegionCode region) => Keeper == Region ? region : Keeper;

    private static Body Known(Body? body) => body ?? throw new InvalidOperationException("a body's story begins with body_registered");
}
