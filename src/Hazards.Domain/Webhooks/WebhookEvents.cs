using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// A fact about a subscription of another system. Never the secret that its messages are signed with: that stands outside the
/// log.
/// </summary>
public interface IWebhookEvent : IDomainEvent;

/// <summary>登记推送: another system is told by HTTP what happens in a region from now on.</summary>
/// <param name="Id">Identity of the subscription, for ever.</param>
/// <param name="Address">Where messages are sent.</param>
/// <param name="Body">The body whose system it is.</param>
/// <param name="Region">The jurisdiction; nothing outside is sent.</param>
/// <param name="Types">Which types of events; none: all there are.</param>
/// <param name="Note">What it is for, who looks after it.</param>
[EventType("webhook_registered", "登记推送", "Webhook registered")]
public sealed record WebhookRegistered(
    Guid Id, string Address, BodyId Body, RegionCode Region, ImmutableArray<string> Types, string? Note) : IWebhookEvent;

/// <summary>变更推送: address, body, region, types and note as they are from now on.</summary>
[EventType("webhook_changed", "变更推送", "Webhook changed")]
public sealed record WebhookChanged(
    string Address, BodyId Body, RegionCode Region, ImmutableArray<string> Types, string? Note) : IWebhookEvent;

/// <summary>暂停推送: nothing is sent until it is resumed; what happens meanwhile is sent then.</summary>
/// <param name="Cause">Who stopped it, and what for.</param>
/// <param name="Reason">In the words of whoever did; null when the service did.</param>
[EventType("webhook_paused", "暂停推送", "Webhook paused")]
public sealed record WebhookPaused(WebhookPause Cause, string? Reason) : IWebhookEvent;

/// <summary>恢复推送: it goes on where it stopped.</summary>
[EventType("webhook_resumed", "恢复推送", "Webhook resumed")]
public sealed record WebhookResumed : IWebhookEvent;

/// <summary>更换推送密钥: messages are signed with a new secret, and for a day with the one before as well.</summary>
[EventType("webhook_secret_rotated", "更换推送密钥", "Webhook secret rotated")]
public sealed record WebhookSecretRotated : IWebhookEvent;

/// <summary>注销推送: nothing is sent any more, for good.</summary>
[EventType("webhook_removed", "注销推送", "Webhook removed")]
public sealed record WebhookRemoved(string Reason) : IWebhookEvent;

/// <summary>Why a subscription is paused.</summary>
public enum WebhookPause
{
    /// <summary>管理员.</summary>
    [Label("管理员暂停", "Paused by an administrator")] Administrator,

    /// <summary>对方停收.</summary>
    [Label("对方答复不再接收", "The receiver answered 410: it is gone")] Gone,

    /// <summary>多日未送达.</summary>
    [Label("连续多日未能送达", "Nothing could be delivered for days")] Failing,

    /// <summary>单位已撤销.</summary>
    [Label("接收单位已撤销", "The body it tells was dissolved")] Dissolved,
}
