using System.Collections.Immutable;
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
[EventType("body_registered")]
public sealed record BodyRegistered(BodyId Id, string Name, BodyKind Kind, RegionCode Region, ImmutableArray<SectorCode> Sectors, CreditCode? CreditCode, BodyId? Parent) : IBodyEvent;

/// <summary>单位更名: the body goes by a new name.</summary>
[EventType("body_renamed")]
public sealed record BodyRenamed(string From, string To, string Reason) : IBodyEvent;

/// <summary>单位变更: kind, region, sectors, credit code or parent were changed.</summary>
[EventType("body_changed")]
public sealed record BodyChanged(BodyKind Kind, RegionCode Region, ImmutableArray<SectorCode> Sectors, CreditCode? CreditCode, BodyId? Parent, string Reason) : IBodyEvent;

/// <summary>单位撤销: the body no longer acts; its open duties go to the successor by reassignment, never by themselves.</summary>
[EventType("body_dissolved")]
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
    /// <summary>Whether the body is answerable for the sector: it names the sector, or names none.</summary>
    public bool Covers(SectorCode sector) => Sectors.IsDefaultOrEmpty || Sectors.Contains(sector);

    /// <summary>Folds one event.</summary>
    public static Body Apply(Body? body, IBodyEvent happened) => happened switch
    {
        BodyRegistered e => new Body(e.Id, e.Name, e.Kind, e.Region, e.Sectors, e.CreditCode, e.Parent, false, null, 1),
        BodyRenamed e => Known(body) with { Name = e.To, Version = Known(body).Version + 1 },
        BodyChanged e => Known(body) with { Kind = e.Kind, Region = e.Region, Sectors = e.Sectors, CreditCode = e.CreditCode, Parent = e.Parent, Version = Known(body).Version + 1 },
        BodyDissolved e => Known(body) with { Dissolved = true, Successor = e.Successor, Version = Known(body).Version + 1 },
        _ => throw new InvalidOperationException($"{happened?.GetType().Name} is not an event of a body"),
    };

    private static Body Known(Body? body) => body ?? throw new InvalidOperationException("a body's story begins with body_registered");
}
