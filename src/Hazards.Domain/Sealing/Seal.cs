using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about the sealing of an enterprise's records.</summary>
public interface ISealEvent : IDomainEvent;

/// <summary>封存档案: an enterprise's records are frozen while an accident is investigated. The order's 文号 stands in the context.</summary>
/// <param name="Id">Identity of the seal and of its stream.</param>
/// <param name="Enterprise">The enterprise: by its credit code, and by its exact name where a hazard has no code.</param>
/// <param name="Region">Hazards of this region and everything in it are sealed.</param>
/// <param name="Reason">Why.</param>
/// <param name="Authority">决定封存的单位, as the order names it: whom to ask.</param>
/// <param name="Since">From when on, as the order says.</param>
/// <param name="SealedAt">When it was entered: nothing dated before may be added any more.</param>
[EventType("records_sealed", "封存档案", "Records sealed")]
public sealed record RecordsSealed(
    Guid Id, Enterprise Enterprise, RegionCode Region, string Reason, string Authority, DateTimeOffset Since,
    DateTimeOffset SealedAt) : ISealEvent;

/// <summary>解除封存. The paper's 文号 stands in the context.</summary>
[EventType("records_unsealed", "解除封存", "Records unsealed")]
public sealed record RecordsUnsealed(string Reason) : ISealEvent;

/// <summary>The end of a seal.</summary>
/// <param name="At">When.</param>
/// <param name="By">The body.</param>
/// <param name="Actor">The person.</param>
/// <param name="Document">文号.</param>
/// <param name="Reason">Why.</param>
public sealed record SealLifting(DateTimeOffset At, BodyId By, string Actor, DocumentNumber? Document, string Reason);

/// <summary>A seal as its events leave it.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Enterprise">The enterprise.</param>
/// <param name="Region">Where.</param>
/// <param name="Reason">Why.</param>
/// <param name="Authority">Whom to ask.</param>
/// <param name="Since">From when on, as the order says.</param>
/// <param name="SealedAt">When it was entered.</param>
/// <param name="By">The body that sealed.</param>
/// <param name="Actor">The person.</param>
/// <param name="Document">The order's 文号.</param>
/// <param name="Lifting">Its end; null while it is in force.</param>
/// <param name="Version">Number of its events.</param>
public sealed record Seal(
    Guid Id, Enterprise Enterprise, RegionCode Region, string Reason, string Authority, DateTimeOffset Since, DateTimeOffset SealedAt,
    BodyId By, string Actor, DocumentNumber? Document, SealLifting? Lifting, long Version)
{
    /// <summary>
    /// Whether records of this enterprise in this region are under it: by the credit code where both have one, else by
    /// the exact name, whatever its width, case and blanks.
    /// </summary>
    public bool Covers(Enterprise? enterprise, RegionCode region) =>
        enterprise is not null && Region.Contains(region)
        && (enterprise.CreditCode is { } code && Enterprise.CreditCode is { } own ? code == own : NameKey(enterprise) == NameKey(Enterprise));

    /// <summary>What two spellings of one name have in common.</summary>
    public static string NameKey(Enterprise enterprise)
    {
        ArgumentNullException.ThrowIfNull(enterprise);
        return Inspection.KeyOf(enterprise.Name);
    }

    /// <summary>The identity of a seal: one for each order of a body on an enterprise, however often it is entered.</summary>
    public static Guid IdOf(Enterprise enterprise, RegionCode region, BodyId by, DocumentNumber? order)
    {
        ArgumentNullException.ThrowIfNull(enterprise);
        return StreamIds.Named("seal", $"{enterprise.CreditCode?.Value ?? NameKey(enterprise)}\n{region}\n{by}\n{order}");
    }

    /// <summary>Folds one event.</summary>
    public static Seal Apply(Seal? seal, ISealEvent happened, EventContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return happened switch
        {
            RecordsSealed e => new Seal(
                e.Id, e.Enterprise, e.Region, e.Reason, e.Authority, e.Since, e.SealedAt, context.Body, context.Actor, context.Document,
                null, 1),
            RecordsUnsealed e when seal is not null =>
                seal with
                {
                    Lifting = new SealLifting(context.OccurredAt, context.Body, context.Actor, context.Document, e.Reason),
                    Version = seal.Version + 1,
                },
            _ => throw new InvalidOperationException($"{happened?.GetType().Name} cannot happen here"),
        };
    }
}

/// <summary>What becomes of a command while the records it is about are sealed (封存).</summary>
public enum WhenSealed
{
    /// <summary>照常.</summary>
    [Label("照常办理", "Goes on: a seal never stops a hazard from being fixed")] GoesOn,

    /// <summary>冻结.</summary>
    [Label("封存期间不得办理", "Frozen: it would change what the record says")] Frozen,

    /// <summary>部分冻结.</summary>
    [Label("部分冻结", "Frozen in part: see below the table")] InPart,
}
