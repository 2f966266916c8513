using Hazards.Domain;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Webhooks;

/// <summary>
/// What is sent: that something happened, and where to read it. No free text and nothing personal; whoever reads the rest is
/// asked for its authority there, and leaves its trace.
/// </summary>
/// <param name="Type">The type of the event.</param>
/// <param name="Timestamp">When it was recorded.</param>
/// <param name="Data">The facts.</param>
internal sealed record WebhookMessage(string Type, DateTimeOffset Timestamp, WebhookFacts Data)
{
    /// <summary>The type of a message that only tries the way.</summary>
    public const string Ping = "ping";

    /// <summary>The message of an event of a hazard.</summary>
    public static WebhookMessage Of(RecordedEvent e, RegionCode region) => new(e.Type, e.RecordedAt, new WebhookFacts(e.Id, region)
    {
        Hazard = new HazardId(e.StreamId), Position = e.Position, Version = e.Version,
        OccurredAt = DomainJson.ReadContext(e.Headers.Span).OccurredAt, RecordedAt = e.RecordedAt,
        Url = Links.Hazard(new HazardId(e.StreamId)),
    });

    /// <summary>A message that only tries the way.</summary>
    public static WebhookMessage Try(Webhook webhook, DateTimeOffset now) =>
        new(Ping, now, new WebhookFacts(Guid.CreateVersion7(), webhook.Region));

    /// <summary>The same each time it is sent: by it the receiver knows a repeat.</summary>
    public string IdFor(Webhook webhook) => $"msg_{Data.Id:n}_{webhook.Id:n}";
}

/// <summary>The facts of a message.</summary>
/// <param name="Id">The event's identity.</param>
/// <param name="Region">Where the hazard is.</param>
internal sealed record WebhookFacts(Guid Id, RegionCode Region)
{
    /// <summary>The hazard.</summary>
    public HazardId? Hazard { get; init; }

    /// <summary>The event's place in the log.</summary>
    public long? Position { get; init; }

    /// <summary>The hazard's version after it.</summary>
    public long? Version { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>When it was recorded.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>Where to read the hazard, below the service's address.</summary>
    public string? Url { get; init; }
}
