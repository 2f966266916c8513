using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections;

/// <summary>Whose record is replayed, when it is not one hazard's.</summary>
public abstract record ReplaySubject
{
    private ReplaySubject() { }

    /// <summary>What a cursor is bound to.</summary>
    internal string Key => this switch
    {
        OfBody s => $"body {s.Body.Id}",
        OfPerson s => $"person {s.Body} {s.Name}",
        OfEnterprise s => $"enterprise {s.Code}",
        OfRegion s => $"region {s.Region}",
        _ => "",
    };

    /// <summary>单位: what it did, was told and opened.</summary>
    /// <param name="Body">The body.</param>
    /// <param name="Terms">When it was the committee office of which region: what is put before that office was put before it then.</param>
    public sealed record OfBody(Body Body, ImmutableArray<OfficeTerm> Terms) : ReplaySubject
    {
        /// <summary>The body with its terms.</summary>
        /// <param name="registry">Knows the offices.</param>
        /// <param name="body">The body.</param>
        /// <param name="cancellationToken">Stops.</param>
        public static async Task<OfBody> Of(IRegistryQueries registry, Body body, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(registry);
            return new(body, OfficeTerm.Of(body.Id, await registry.OfficesHeldAsync(body.Id, cancellationToken)));
        }
    }

    /// <summary>人员: what a person of a body did and opened, by the name in the record.</summary>
    public sealed record OfPerson(BodyId Body, string Name) : ReplaySubject;

    /// <summary>生产经营单位: all that happened to its hazards.</summary>
    public sealed record OfEnterprise(CreditCode Code) : ReplaySubject;

    /// <summary>区划: all that happened to the hazards in it.</summary>
    public sealed record OfRegion(RegionCode Region) : ReplaySubject;
}

/// <summary>How an event concerns a subject.</summary>
public enum Involvement
{
    /// <summary>行动.</summary>
    [Label("行动", "The subject acted")] Acted,

    /// <summary>被告知.</summary>
    [Label("被告知", "The event was put before the subject")] Told,

    /// <summary>打开.</summary>
    [Label("打开告知", "The subject opened what it had been told")] Opened,

    /// <summary>发生.</summary>
    [Label("发生", "It happened to a hazard of the subject")] Happened,
}

/// <summary>One entry of a subject's timeline.</summary>
/// <param name="Position">Where it stands in the log: the event's own position, or the opening's.</param>
/// <param name="How">How it concerns the subject.</param>
/// <param name="Stream">The hazard (or another stream, which has no case file).</param>
/// <param name="Event">The position of the hazard's event: for an opening, of what was opened.</param>
public sealed record ReplayEntry(long Position, Involvement How, Guid Stream, long Event);
