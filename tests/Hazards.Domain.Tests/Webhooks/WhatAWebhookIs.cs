using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Webhooks;

/// <summary>推送: what its events make of a subscription.</summary>
public sealed class WhatAWebhookIs
{
    private static readonly WebhookRegistered Registered =
        new(new("0195f0a0-0000-7000-8000-00000000000a"), "https://receiver.example/", CountyOffice.Id, Wudu, ["hazard_closed"], "热线");

    [Fact]
    public void It_sends_from_its_registration_until_it_is_paused_or_removed()
    {
        var webhook = Webhook.Apply(null, Registered);
        (webhook.IsActive, webhook.SecretVersion, webhook.Version).ShouldBe((true, 1, 1));
        webhook = Webhook.Apply(webhook, new WebhookPaused(WebhookPause.Gone, null));
        (webhook.IsActive, webhook.Paused).ShouldBe((false, WebhookPause.Gone));
        webhook = Webhook.Apply(webhook, new WebhookResumed());
        (webhook.IsActive, webhook.Paused).ShouldBe((true, null));
        webhook = Webhook.Apply(webhook, new WebhookSecretRotated());
        (webhook.SecretVersion, webhook.Version).ShouldBe((4, 4));
        webhook = Webhook.Apply(webhook, new WebhookRemoved("停用"));
        (webhook.IsActive, webhook.Removed, webhook.Version).ShouldBe((false, true, 5));
    }

    [Fact]
    public void It_asks_for_some_types_or_for_all()
    {
        var webhook = Webhook.Apply(null, Registered);
        (webhook.Wants("hazard_closed"), webhook.Wants("hazard_assigned")).ShouldBe((true, false));
        webhook = Webhook.Apply(webhook, new WebhookChanged("https://other.example/", CountyOffice.Id, Longnan, [], null));
        (webhook.Wants("hazard_assigned"), webhook.Address, webhook.Region, webhook.Note)
            .ShouldBe((true, "https://other.example/", Longnan, null));
        Webhook.Known.ShouldContain("hazard_assigned");
        Webhook.Known.ShouldNotContain("account_opened");
    }

    [Fact]
    public void Its_story_begins_with_its_registration() =>
        Should.Throw<InvalidOperationException>(() => Webhook.Apply(null, new WebhookResumed()));
}
