using System.Collections.Immutable;
using System.Diagnostics;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Accounts;

/// <summary>What is to be recorded of an account, and what the person is told. A refusal can be recorded too.</summary>
internal sealed record Ruling(ImmutableArray<IAccountEvent> Events, Refusal? Refusal)
{
    public static Ruling Of(params ImmutableArray<IAccountEvent> events) => new(events, null);

    public static Ruling Refuse(Refusal refusal, params ImmutableArray<IAccountEvent> events) => new(events, refusal);
}

/// <summary>
/// Records what a person does with an account: signing in and out, choosing a password. It decides on the row, which is
/// always at the stream's version; an account that was signed in to a thousand times costs no more than a new one.
/// </summary>
internal sealed class AccountJournal(IEventLog log, Identities identities, RulebookSource rules, TimeProvider clock)
{
    /// <summary>The type of an account's stream.</summary>
    public const string StreamType = "account";

    /// <summary>The type of a stream that holds one attempt at a login that there is none of.</summary>
    public const string UnknownStreamType = "sign_in";

    /// <summary>The calling system, as the events of people name it.</summary>
    public const string Client = "pages";

    private const int MostTries = 12;

    // Attempts at one account go one after the other: passwords are not guessed side by side.
    private readonly Turns turns = new();

    /// <summary>Decides on an account and records what follows; who loses a race decides again.</summary>
    /// <returns>The account afterwards, null when there is none; and the refusal.</returns>
    public async Task<(Account? After, Refusal? Refusal)> DecideAsync(
        Guid id, Func<Account, DateTimeOffset, Task<Ruling>> decide, CancellationToken cancellationToken)
    {
        using var turn = await turns.TakeAsync(id, cancellationToken);
        for (var lost = 0; lost < MostTries; lost++)
        {
            var (account, contradiction) = await identities.AccountAsync(id, cancellationToken);
            if (account is null)
                return (null, contradiction);
            var now = clock.GetUtcNow();
            var ruling = await decide(account, now);
            if (ruling.Events.IsEmpty)
                return (account, ruling.Refusal);
            var after = ruling.Events.Aggregate(account, Account.Apply);
            var append = new Append([StreamOf(account, after, ruling.Events, ContextOf(account, now))]);
            if (await log.AppendAsync(append, cancellationToken) is AppendResult.Committed)
                return (after, ruling.Refusal);
        }

        return (null, AppendRefusals.Contended.Because());
    }

    /// <summary>Records an attempt at a login that there is none of, as costly as a refusal of one there is.</summary>
    public Task RecordUnknownAsync(string? address, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var known = rules.Current;
        // The service noticed it; nobody is known who did it.
        var context = Clockwork.Context(now, Entry.Prompt, known.PolicyAt(Clockwork.Body.Region, now), known.Calendar);
        var unknown = Facts.Of(new SignInUnknown(address), context, Traced());
        return log.AppendAsync(new Append([new StreamAppend(Guid.CreateVersion7(), UnknownStreamType, 0, [unknown])]), cancellationToken);
    }

    /// <summary>What the account's stream gains.</summary>
    public static StreamAppend StreamOf(
        Account? before, Account after, ImmutableArray<IAccountEvent> events, EventContext context, Terms? terms = null) => new(
        after.Id, StreamType, before?.Version ?? 0,
        [.. events.Select(e => Facts.Of(e, context, terms ?? Traced()))], new PendingState.OfAccount(after));

    private EventContext ContextOf(Account account, DateTimeOffset now) => new(
        now, Entry.Prompt, account.Name, account.Body, account.Roles.Order().First(), Client,
        rules.Current.PolicyAt(account.Region, now).Version, null, []);

    private static Terms Traced() => new() { CorrelationId = Activity.Current?.TraceId.ToHexString() };
}
