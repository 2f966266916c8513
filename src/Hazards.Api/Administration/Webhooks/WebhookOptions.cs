using System.Collections.Immutable;

namespace Hazards.Api.Administration.Webhooks;

/// <summary>How messages are sent to other systems.</summary>
internal sealed record WebhookOptions
{
    /// <summary>How often this node looks whether there is something to send; null: another node does.</summary>
    public TimeSpan? Every { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest a receiver may take to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After which pauses a message is sent again; the last one is used from then on.</summary>
    public ImmutableArray<TimeSpan> Delays { get; init; } =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1),
        TimeSpan.FromHours(6),
    ];

    /// <summary>After so long without a delivery a subscription is paused.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(3);

    /// <summary>How long the secret before signs as well.</summary>
    public TimeSpan OldSecretSigns { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Whether plain HTTP, this machine and private addresses are allowed, as in closed networks; null: what the environment says
    /// (<c>HAZARDS_WEBHOOKS_PRIVATE=allow</c>).
    /// </summary>
    public bool? Private { get; init; }
}
