using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>As what someone is told of an event.</summary>
public enum TellAs
{
    /// <summary>待办.</summary>
    [Label("待办", "It must act")] Todo,

    /// <summary>警示.</summary>
    [Label("警示", "It is warned, criticised or held to account")] Warning,

    /// <summary>知悉.</summary>
    [Label("知悉", "For its information")] Notice,
}

/// <summary>告知: whom an event was put before, as part of the event itself. Either a body or a region's committee office.</summary>
/// <param name="Body">The body.</param>
/// <param name="Office">The committee office of this region, where none is named.</param>
/// <param name="As">As what.</param>
public sealed record Told(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BodyId? Body,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RegionCode? Office,
    TellAs As)
{
    private const string OfficePrefix = "office:";

    /// <summary>The address as one text: the body's id, or <c>office:REGION</c>, which is no body's id.</summary>
    [JsonIgnore]
    public string Address => Body?.Value ?? OfficeAddress(Office!.Value);

    /// <summary>The address of a region's committee office.</summary>
    public static string OfficeAddress(RegionCode region) => OfficePrefix + region.Value;

    /// <summary>The region's code, where an address is that of its committee office; null for a body's.</summary>
    public static string? OfficeOf(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.StartsWith(OfficePrefix, StringComparison.Ordinal) ? address[OfficePrefix.Length..] : null;
    }

    /// <summary>
    /// The addresses a body reads: its own, and that of its region's committee office if it is one, and of those it stands in for.
    /// </summary>
    public static string[] AddressesOf(Body body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return body.Kind != BodyKind.CommitteeOffice ? [body.Id.Value]
            : [body.Id.Value, .. body.Offices.Append(body.Region).Distinct().Select(OfficeAddress)];
    }
}

/// <summary>A message: what one addressee was told of one event. It begins with the event and is opened by persons.</summary>
public static class Messages
{
    /// <summary>The identity of a message and of its stream, the same wherever it is made.</summary>
    public static Guid IdOf(Guid eventId, string address) => StreamIds.Named("message", $"{eventId:D}\n{address}");
}

/// <summary>打开: a person of the addressee opened a message for the first time. Who and when stand in the context.</summary>
/// <param name="Hazard">The hazard it is about.</param>
/// <param name="Event">The event that was told.</param>
/// <param name="Address">Whom it was told.</param>
[EventType("message_opened", "打开告知", "Message opened")]
public sealed record MessageOpened(HazardId Hazard, Guid Event, string Address) : IDomainEvent;

/// <summary>已阅授权变动: the same of a message about who may do what (<see cref="Authority"/>), which is about no hazard.</summary>
/// <param name="Event">The event that was told.</param>
/// <param name="Address">Whom it was told.</param>
[EventType("authority_change_opened", "已阅授权变动", "Change of authority opened")]
public sealed record AuthorityChangeOpened(Guid Event, string Address) : IDomainEvent;
