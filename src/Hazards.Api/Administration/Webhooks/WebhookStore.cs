using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Webhooks;

/// <summary>Has another system told by HTTP what happens from now on.</summary>
/// <param name="Address">Where messages are sent: https, a public address.</param>
/// <param name="Body">The body whose system it is.</param>
/// <param name="Region">The jurisdiction; nothing outside is sent.</param>
/// <param name="Types">Which types of events of hazards; none: all there are.</param>
/// <param name="Note">What it is for, who looks after it.</param>
internal sealed record RegisterWebhook(
    string Address, BodyId Body, RegionCode Region, ImmutableArray<string>? Types = null, [property: Longest(500)] string? Note = null);

/// <summary>Changes a webhook; what is left out stays.</summary>
/// <param name="Address">Where messages are sent.</param>
/// <param name="Body">The body whose system it is.</param>
/// <param name="Region">The jurisdiction.</param>
/// <param name="Types">Which types of events; an empty list: all there are.</param>
/// <param name="Note">What it is for; an empty text: nothing.</param>
internal sealed record ChangeWebhook(
    string? Address = null, BodyId? Body = null, RegionCode? Region = null, ImmutableArray<string>? Types = null,
    [property: Longest(500)] string? Note = null);

/// <summary>Sends nothing until it is resumed.</summary>
/// <param name="Reason">Why.</param>
internal sealed record PauseWebhook(string Reason);

/// <summary>Goes on where it stopped.</summary>
internal sealed record ResumeWebhook;

/// <summary>Makes another secret, which is shown once; the one before signs as well for a day.</summary>
internal sealed record RotateWebhookSecret;

/// <summary>Sends nothing any more, for good.</summary>
/// <param name="Reason">Why.</param>
internal sealed record RemoveWebhook(string Reason);

/// <summary>A webhook and, when one was made just now, the secret that is shown this once.</summary>
internal sealed record KeptWebhook(Webhook Webhook, string? Secret);

/// <summary>
/// Webhooks as administrators keep them, by the rules of keys (<see cref="KeyStore"/>): within their jurisdiction and its
/// bodies.
/// </summary>
internal sealed class WebhookStore(
    IEventLog log, IRegistryQueries registry, WebhookSecrets secrets, WebhookAddresses addresses, RulebookSource rules, TimeProvider clock)
{
    /// <summary>The type of a webhook's stream.</summary>
    public const string StreamType = "webhook";

    private const int LongestNote = 500;

    private readonly Deciding deciding = new(log);

    /// <summary>Registers a webhook. The secret is in the answer and nowhere else; a repeat of the request does not have it.</summary>
    public async Task<Outcome<KeptWebhook>> RegisterAsync(
        RegisterWebhook order, Given given, Terms? terms = null, CancellationToken cancellationToken = default)
    {
        terms ??= Terms.None;
        var id = Guid.CreateVersion7();
        // Before anything is recorded: without a key folder there is no webhook.
        var secret = secrets.Make(id);
        var outcome = await deciding.RunAsync(null, terms, AtVersionAsync, webhook => MayHear(given.By, webhook), async (_, stop) =>
        {
            if (!given.By.Roles.Contains(Role.Administrator))
                return Proposal<Webhook>.Refuse(WebhookRefusals.Forbidden.Because());
            var types = Sorted(order.Types);
            if ((Registering.CheckTime(given, terms, clock)
                ?? await CheckAsync(order.Address, order.Body, order.Region, types, order.Note, given, stop)) is { } wrong)
                return Proposal<Webhook>.Refuse(wrong);
            var registered = new WebhookRegistered(id, order.Address.Trim(), order.Body, order.Region, types, Clean(order.Note));
            return Propose(null, registered, given, terms);
        }, cancellationToken);
        return await SettleAsync(outcome, secret, cancellationToken);
    }

    /// <summary>Changes a webhook.</summary>
    public Task<Outcome<KeptWebhook>> ChangeAsync(
        Guid id, ChangeWebhook order, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        ActAsync(id, given, terms, null, async (before, stop) =>
        {
            var changed = new WebhookChanged(
                order.Address?.Trim() ?? before.Address, order.Body ?? before.Body, order.Region ?? before.Region,
                order.Types is null ? before.Types : Sorted(order.Types), order.Note is null ? before.Note : Clean(order.Note));
            if (await CheckAsync(changed.Address, changed.Body, changed.Region, changed.Types, changed.Note, given, stop) is { } wrong)
                return Refuse(wrong);
            return changed with { Types = before.Types } == AsIs(before) && changed.Types.SequenceEqual(before.Types)
                ? Refuse(WebhookRefusals.NothingChanges.Because())
                : Happened(changed);
        }, cancellationToken);

    /// <summary>Pauses a webhook.</summary>
    public Task<Outcome<KeptWebhook>> PauseAsync(
        Guid id, PauseWebhook order, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        ActAsync(id, given, terms, null, (before, _) => Task.FromResult(
            before.Paused is not null ? Refuse(WebhookRefusals.Paused.Because())
            : Texts.Required("reason", order.Reason) is { } wrong ? Refuse(wrong)
            : Happened(new WebhookPaused(WebhookPause.Administrator, order.Reason))), cancellationToken);

    /// <summary>Resumes a webhook, whoever paused it.</summary>
    public Task<Outcome<KeptWebhook>> ResumeAsync(
        Guid id, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        ActAsync(id, given, terms, null, async (before, stop) =>
            before.Paused is null ? Refuse(WebhookRefusals.NotPaused.Because())
            : await GoneAsync(before, stop) is { } gone ? Refuse(gone)
            : Happened(new WebhookResumed()), cancellationToken);

    /// <summary>Makes another secret.</summary>
    public Task<Outcome<KeptWebhook>> RotateAsync(
        Guid id, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        ActAsync(
            id, given, terms, secrets.Make(id),
            async (before, stop) => await GoneAsync(before, stop) is { } gone ? Refuse(gone) : Happened(new WebhookSecretRotated()),
            cancellationToken);

    /// <summary>Why a webhook cannot be tried by who asks; null when it can.</summary>
    public async Task<Refusal?> UntestableAsync(Webhook webhook, Actor by, CancellationToken cancellationToken = default) =>
        await registry.OverBodyAsync(by, webhook.Body, clock, cancellationToken)
        ?? (webhook.Removed ? WebhookRefusals.Removed.Because() : await GoneAsync(webhook, cancellationToken));

    // Nothing is sent in the name of a body that is not there any more.
    private async Task<Refusal?> GoneAsync(Webhook webhook, CancellationToken cancellationToken) =>
        await registry.PlacedAsync(webhook.Body, cancellationToken) is { Dissolved: true } body
            ? BodyRefusals.Dissolved.Because("body", ("id", body.Id), ("name", body.Name))
            : null;

    /// <summary>Removes a webhook, at once and for good.</summary>
    public async Task<Outcome<KeptWebhook>> RemoveAsync(
        Guid id, RemoveWebhook order, Given given, Terms? terms = null, CancellationToken cancellationToken = default)
    {
        var outcome = await ActAsync(id, given, terms, null, (_, _) => Task.FromResult(
            Texts.Required("reason", order.Reason) is { } wrong ? Refuse(wrong)
            : Happened(new WebhookRemoved(order.Reason))), cancellationToken);
        if (outcome is Outcome<KeptWebhook>.Done)
            await secrets.RemoveAsync(id, cancellationToken);
        return outcome;
    }

    /// <summary>The service itself pauses a webhook that leads nowhere; nothing, when it was changed meanwhile.</summary>
    public async Task GiveUpAsync(Webhook webhook, WebhookPause cause, CancellationToken cancellationToken)
    {
        var (now, known) = (clock.GetUtcNow(), rules.Current);
        var context = Clockwork.Context(now, Entry.Prompt, known.PolicyAt(webhook.Region, now), known.Calendar);
        var paused = new WebhookPaused(cause, null);
        var state = new PendingState.OfWebhook(Webhook.Apply(webhook, paused));
        var stream = new StreamAppend(webhook.Id, StreamType, webhook.Version, [Facts.Of(paused, context, Terms.None)], state);
        await log.AppendAsync(new Append([stream]), cancellationToken);
    }

    /// <summary>A webhook that an administrator may see; null otherwise.</summary>
    public async Task<Webhook?> FindAsync(Guid id, RegionCode jurisdiction, CancellationToken cancellationToken = default) =>
        await registry.WebhookAsync(id, cancellationToken) is { } webhook && jurisdiction.Contains(webhook.Region) ? webhook : null;

    private async Task<Outcome<KeptWebhook>> ActAsync(
        Guid id, Given given, Terms? terms, (string Shown, byte[] Sealed)? secret,
        Func<Webhook, CancellationToken, Task<(IWebhookEvent? Happened, Refusal? Refusal)>> decide, CancellationToken cancellationToken)
    {
        terms ??= Terms.None;
        var outcome = await deciding.RunAsync(id, terms, AtVersionAsync, webhook => MayHear(given.By, webhook), async (_, stop) =>
        {
            if (!given.By.Roles.Contains(Role.Administrator))
                return Proposal<Webhook>.Refuse(WebhookRefusals.Forbidden.Because());
            if (await FindAsync(id, given.By.Jurisdiction, stop) is not { } before)
                return Proposal<Webhook>.Refuse(WebhookRefusals.NotFound.Because("id"));
            if (await registry.OverBodyAsync(given.By, before.Body, clock, stop) is { } above)
                return Proposal<Webhook>.Refuse(above);
            if (terms.IfVersion is { } expected && !expected.Contains(before.Version))
                return Proposal<Webhook>.Refuse(AppendRefusals.StaleAt(expected, before.Version));
            if (before.Removed)
                return Proposal<Webhook>.Refuse(WebhookRefusals.Removed.Because());
            if (Registering.CheckTime(given, terms, clock) is { } wrong)
                return Proposal<Webhook>.Refuse(wrong);
            var (happened, refusal) = await decide(before, stop);
            return happened is null ? Proposal<Webhook>.Refuse(refusal!) : Propose(before, happened, given, terms);
        }, cancellationToken);
        return await SettleAsync(outcome, secret, cancellationToken);
    }

    /// <summary>What follows outside the log. Whoever is cut off before it has no secret, and rotates it.</summary>
    private async Task<Outcome<KeptWebhook>> SettleAsync(
        Outcome<Webhook> outcome, (string Shown, byte[] Sealed)? secret, CancellationToken cancellationToken)
    {
        if (outcome is not Outcome<Webhook>.Done done)
            return new Outcome<KeptWebhook>.Refused(((Outcome<Webhook>.Refused)outcome).Refusal);
        var made = done.Repeated ? null : secret;
        if (made is var (_, kept))
            await secrets.SetAsync(done.After.Id, kept, done.After.SecretVersion, cancellationToken);
        return new Outcome<KeptWebhook>.Done(new KeptWebhook(done.After, made?.Shown), done.Events, done.RecordedAt, done.Repeated);
    }

    private static Refusal? MayHear(Actor by, Webhook webhook) =>
        !by.Roles.Contains(Role.Administrator) ? WebhookRefusals.Forbidden.Because()
        : by.Jurisdiction.Contains(webhook.Region) ? null : WebhookRefusals.NotFound.Because("id");

    private async Task<Refusal?> CheckAsync(
        string address, BodyId bodyId, RegionCode region, ImmutableArray<string> types, string? note, Given given,
        CancellationToken cancellationToken)
    {
        var by = given.By;
        if ((addresses.Check("address", address?.Trim()) ?? Texts.Check("note", note, 0, LongestNote, multiline: true)) is { } wrong)
            return wrong;
        if (types.Any(string.IsNullOrEmpty))
            return InputRefusals.Missing.Because("types");
        if (types.Distinct().Count() != types.Length)
            return InputRefusals.Duplicate.Because("types", ("value", Texts.Excerpt(string.Join(',', types))));
        if (types.FirstOrDefault(t => !Webhook.Known.Contains(t)) is { } unknown)
            return WebhookRefusals.EventType.Because("types", ("value", Texts.Excerpt(unknown)));
        if (!by.Jurisdiction.Contains(region))
            return WebhookRefusals.Region.Because("region", ("value", region), ("jurisdiction", by.Jurisdiction));
        if (!Regions.Exists(region))
            return InputRefusals.RegionUnknown.Because("region", ("value", region), ("county", region.At(RegionLevel.County)));
        var bodies = await registry.BodiesAsync([bodyId], cancellationToken);
        if (!bodies.TryGetValue(bodyId, out var body) || !by.Sees(body))
            return BodyRefusals.Unknown.Because("body", ("id", bodyId));
        if (body.Dissolved)
            return BodyRefusals.Dissolved.Because("body", ("id", body.Id), ("name", body.Name));
        return by.Jurisdiction.Contains(body.Region)
            ? Authority.OverBody(by, await registry.WithReachAsync(body, clock, cancellationToken), "body")
            : WebhookRefusals.BodyOutside.Because("body", ("body", body.Id), ("jurisdiction", by.Jurisdiction));
    }

    private Proposal<Webhook> Propose(Webhook? before, IWebhookEvent happened, Given given, Terms terms)
    {
        var after = Webhook.Apply(before, happened);
        var context = Registering.Context(given, terms, rules, clock);
        return Proposal<Webhook>.Append(after, new StreamAppend(
            after.Id, StreamType, before?.Version ?? 0, [Facts.Of(happened, context, terms)], new PendingState.OfWebhook(after)));
    }

    private async Task<Webhook> AtVersionAsync(Guid stream, long version, CancellationToken cancellationToken)
    {
        Webhook? webhook = null;
        foreach (var e in await log.FetchAsync(stream, version, cancellationToken: cancellationToken))
            webhook = Webhook.Apply(webhook, (IWebhookEvent)e.Data);
        return webhook ?? throw new InvalidOperationException($"The log remembers an append to {stream} but has no such stream.");
    }

    private static (IWebhookEvent? Happened, Refusal? Refusal) Happened(IWebhookEvent happened) => (happened, null);

    private static (IWebhookEvent? Happened, Refusal? Refusal) Refuse(Refusal refusal) => (null, refusal);

    private static WebhookChanged AsIs(Webhook webhook) =>
        new(webhook.Address, webhook.Body, webhook.Region, webhook.Types, webhook.Note);

    private static ImmutableArray<string> Sorted(ImmutableArray<string>? types) =>
        types is { IsDefault: false } some ? some.Sort(StringComparer.Ordinal) : [];

    private static string? Clean(string? note) => string.IsNullOrWhiteSpace(note) ? null : note.Trim();
}
