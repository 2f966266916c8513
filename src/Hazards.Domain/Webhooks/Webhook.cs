using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>推送订阅: a subscription of another system as its events leave it.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Address">Where messages are sent.</param>
/// <param name="Body">The body whose system it is.</param>
/// <param name="Region">The jurisdiction; nothing outside is sent.</param>
/// <param name="Types">Which types of events; none: all there are.</param>
/// <param name="Note">What it is for.</param>
/// <param name="Paused">Why nothing is sent now; null when it is.</param>
/// <param name="Removed">Nothing is sent any more.</param>
/// <param name="SecretVersion">The version at which its secret was last set.</param>
/// <param name="Version">Its version.</param>
public sealed record Webhook(
    Guid Id, string Address, BodyId Body, RegionCode Region, ImmutableArray<string> Types, string? Note,
    WebhookPause? Paused, bool Removed, long SecretVersion, long Version)
{
    /// <summary>Whether messages are sent.</summary>
    [JsonIgnore]
    public bool IsActive => Paused is null && !Removed;

    /// <summary>The types of events that can be asked for: those of hazards.</summary>
    public static ImmutableSortedSet<string> Known { get; } =
        [.. EventTypes.All.Where(t => t.Value.IsAssignableTo(typeof(IHazardEvent))).Select(t => t.Key)];

    /// <summary>Whether events of this type are asked for.</summary>
    public bool Wants(string type) => Types.IsDefaultOrEmpty || Types.Contains(type);

    /// <summary>Folds one event.</summary>
    public static Webhook Apply(Webhook? webhook, IWebhookEvent happened)
    {
        if (happened is WebhookRegistered e)
            return new Webhook(
                e.Id, e.Address, e.Body, e.Region, e.Types, e.Note,
                Paused: null, Removed: false, SecretVersion: 1, Version: 1);
        if (webhook is null)
            throw new InvalidOperationException("a subscription's story begins with webhook_registered");
        var next = webhook with { Version = webhook.Version + 1 };
        return happened switch
        {
            WebhookChanged c => next with { Address = c.Address, Body = c.Body, Region = c.Region, Types = c.Types, Note = c.Note },
            WebhookPaused p => next with { Paused = p.Cause },
            WebhookResumed => next with { Paused = null },
            WebhookSecretRotated => next with { SecretVersion = next.Version },
            WebhookRemoved => next with { Removed = true },
            _ => throw new InvalidOperationException($"{happened?.GetType().Name} is not an event of a subscription"),
        };
    }
}
