using System.Collections.Immutable;
using System.Security.Cryptography;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Accounts;

/// <summary>Whom a new account is for.</summary>
/// <param name="Login">What the person types: 3 to 60 Latin letters, digits, Chinese characters and <c>. _ @ -</c>.</param>
/// <param name="Name">The person's name, written on every event that the person causes.</param>
/// <param name="Body">The body on whose behalf the person acts.</param>
/// <param name="Roles">What the person may do.</param>
/// <param name="Region">The jurisdiction.</param>
internal sealed record OpenAccount(
    [property: Longest(Logins.Longest)] string Login, [property: Longest(Texts.NameLength)] string Name, BodyId Body,
    ImmutableArray<Role> Roles, RegionCode Region);

/// <summary>Changes an account; what is left out stays. When rights change, its sessions end.</summary>
/// <param name="Name">The person's name.</param>
/// <param name="Body">The body on whose behalf the person acts.</param>
/// <param name="Roles">What the person may do.</param>
/// <param name="Region">The jurisdiction.</param>
internal sealed record ChangeAccount(
    [property: Longest(Texts.NameLength)] string? Name = null, BodyId? Body = null, ImmutableArray<Role>? Roles = null, RegionCode? Region = null);

/// <summary>Takes an account out of use, for good.</summary>
/// <param name="Reason">Why.</param>
internal sealed record CloseAccount(string Reason);

/// <summary>Gives an account a first password again; it is shown once, and a lock ends.</summary>
internal sealed record ResetPassword;

/// <summary>Removes an account's second factor: the device is lost or changed.</summary>
/// <param name="Reason">Why.</param>
internal sealed record RemoveSecondFactor(string Reason);

/// <summary>Ends a session of an account.</summary>
internal sealed record EndSession;

/// <summary>An account and, when one was made just now, the first password that is shown this once.</summary>
internal sealed record KeptAccount(Account Account, string? FirstPassword);

/// <summary>
/// Accounts as administrators keep them, by the rules of keys (<see cref="KeyStore"/>): within their jurisdiction and its
/// bodies.
/// </summary>
internal sealed class AccountStore(
    IEventLog log, IRegistryQueries registry, Identities identities, AccountSecrets secrets, Sessions sessions, RulebookSource rules,
    TimeProvider clock)
{
    private readonly Deciding deciding = new(log);

    /// <summary>Opens an account. The first password is in the answer and nowhere else; a repeat of the request does not have it.</summary>
    public Task<Outcome<KeptAccount>> OpenAsync(
        OpenAccount order, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        OpenAsync(order, NewPassword(), mustChange: true, [], given, terms ?? Terms.None, cancellationToken);

    /// <summary>Changes an account; its sessions end when its rights change.</summary>
    public Task<Outcome<KeptAccount>> ChangeAsync(
        Guid id, ChangeAccount order, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        ActAsync(id, given, terms, null, async (before, stop) =>
        {
            var roles = order.Roles is { IsDefault: false } some ? some : before.Roles;
            var (name, body, region) = (order.Name?.Trim() ?? before.Name, order.Body ?? before.Body, order.Region ?? before.Region);
            if ((Texts.Name("name", name) ?? await CheckRightsAsync(body, roles, region, before.Roles, given, stop)) is { } wrong)
                return Ruling.Refuse(wrong);
            var same = before.HasRights(body, roles, region);
            if (same && name == before.Name)
                return Ruling.Refuse(AccountRefusals.NothingChanges.Because());
            var ended = same ? [] : await EndedAsync(id, SignOutReason.AccountChanged, stop);
            return Ruling.Of([new AccountChanged(name, body, roles, region), .. ended]);
        }, cancellationToken);

    /// <summary>Takes an account out of use, at once and for good.</summary>
    public Task<Outcome<KeptAccount>> CloseAsync(
        Guid id, CloseAccount order, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        ActAsync(id, given, terms, null, async (_, stop) => Texts.Required("reason", order.Reason) is { } wrong
            ? Ruling.Refuse(wrong)
            : Ruling.Of([new AccountClosed(order.Reason), .. await EndedAsync(id, SignOutReason.AccountClosed, stop)]), cancellationToken);

    /// <summary>Makes a new first password, shown once; sessions and a lock end.</summary>
    public Task<Outcome<KeptAccount>> ResetPasswordAsync(
        Guid id, Given given, Terms? terms = null, CancellationToken cancellationToken = default) =>
        ActAsync(id, given, terms, NewPassword(), async (_, stop) =>
        {
            var ended = await EndedAsync(id, SignOutReason.PasswordChanged, stop);
            return Ruling.Of([new AccountPasswordSet(MustChange: true, BySelf: false), .. ended]);
        }, cancellationToken);

    /// <summary>Removes the second factor; whoever needs one sets it anew at the next sign-in.</summary>
    public async Task<Outcome<KeptAccount>> RemoveSecondFactorAsync(
        Guid id, RemoveSecondFactor order, Given given, Terms? terms = null, CancellationToken cancellationToken = default)
    {
        var outcome = await ActAsync(id, given, terms, null, (before, _) => Task.FromResult(
            !before.SecondFactor ? Ruling.Refuse(AccountRefusals.NoFactor.Because())
            : Texts.Required("reason", order.Reason) is { } wrong ? Ruling.Refuse(wrong)
            : Ruling.Of(new AccountSecondFactorRemoved(order.Reason))), cancellationToken);
        if (outcome is Outcome<KeptAccount>.Done { Repeated: false })
            await secrets.RemoveFactorAsync(id, cancellationToken);
        return outcome;
    }

    /// <summary>Ends somebody's session.</summary>
    public async Task<Outcome<KeptAccount>> EndSessionAsync(
        Guid id, Guid session, Given given, Terms? terms = null, CancellationToken cancellationToken = default)
    {
        var outcome = await ActAsync(id, given, terms, null, async (_, stop) =>
            (await sessions.ListAsync(id, stop)).Any(s => s.Id == session)
                ? Ruling.Of(new SignedOut(session, SignOutReason.Administrator))
                : Ruling.Refuse(AccountRefusals.NoSession.Because("session")), cancellationToken);
        if (outcome is Outcome<KeptAccount>.Done)
            await sessions.MarkEndedAsync([session], cancellationToken);
        return outcome;
    }

    /// <summary>An account that an administrator may see; null otherwise.</summary>
    public async Task<Account?> FindAsync(Guid id, RegionCode jurisdiction, CancellationToken cancellationToken = default) =>
        await registry.AccountAsync(id, cancellationToken) is { } account && jurisdiction.Contains(account.Region) ? account : null;

    /// <summary>
    /// For demonstrations only: an account with a password that everybody knows, in whatever roles are to be shown. One with its
    /// login stays as it is.
    /// </summary>
    internal async Task<Account> EnsureDemoAsync(
        string login, string password, string name, BodyId body, ImmutableArray<Role> roles, RegionCode region,
        CancellationToken cancellationToken = default)
    {
        if (await registry.AccountAsync(login, cancellationToken) is { } there)
            return there;
        var office = new Body(body, "hazards", BodyKind.CommitteeOffice, RegionCode.Nation, [], null, null, false, null, 1);
        var given = new Given(new Actor("hazards", office, [Role.Administrator], "hazards", RegionCode.Nation));
        var order = new OpenAccount(login, name, body, roles, region);
        return await OpenAsync(order, password, mustChange: false, roles, given, Terms.None, cancellationToken) switch
        {
            Outcome<KeptAccount>.Done done => done.After.Account,
            Outcome<KeptAccount>.Refused refused => throw new InvalidOperationException(refused.Refusal.English),
            _ => throw new InvalidOperationException(),
        };
    }

    private async Task<Outcome<KeptAccount>> OpenAsync(
        OpenAccount order, string password, bool mustChange, ImmutableArray<Role> together, Given given, Terms terms,
        CancellationToken cancellationToken)
    {
        async Task<Outcome<Account>> RunAsync() => await deciding.RunAsync(null, terms, AtVersionAsync, account => MayHear(given.By, account), async (_, stop) =>
        {
            if (await CheckAsync(order, together, given, terms, stop) is { } refusal)
                return Proposal<Account>.Refuse(refusal);
            Logins.TryRead(order.Login, out var login);
            var opened = new AccountOpened(Guid.CreateVersion7(), login, order.Name.Trim(), order.Body, order.Roles, order.Region);
            return await ProposeAsync(null, [opened, new AccountPasswordSet(mustChange, BySelf: false)], given, terms, stop);
        }, cancellationToken);

        Outcome<Account> outcome;
        try
        {
            outcome = await RunAsync();
        }
        catch (AppendRejectedException e) when (e.SqlState == Npgsql.PostgresErrorCodes.UniqueViolation)
        {
            // Somebody took the login in between: now it is seen.
            outcome = await RunAsync();
        }

        return await SettleAsync(outcome, password, cancellationToken);
    }

    private async Task<Outcome<KeptAccount>> ActAsync(
        Guid id, Given given, Terms? terms, string? password, Func<Account, CancellationToken, Task<Ruling>> decide,
        CancellationToken cancellationToken)
    {
        terms ??= Terms.None;
        var outcome = await deciding.RunAsync(id, terms, AtVersionAsync, account => MayHear(given.By, account), async (_, stop) =>
        {
            if (!given.By.Roles.Contains(Role.Administrator))
                return Proposal<Account>.Refuse(AccountRefusals.Forbidden.Because());
            // What was put into the row behind the log's back must not get into the log by a change of something else.
            var (before, contradiction) = await identities.AccountAsync(id, stop);
            if (contradiction is not null)
                return Proposal<Account>.Refuse(contradiction);
            if (before is null || !given.By.Jurisdiction.Contains(before.Region))
                return Proposal<Account>.Refuse(AccountRefusals.NotFound.Because("id"));
            if (await registry.OverBodyAsync(given.By, before.Body, clock, stop) is { } above)
                return Proposal<Account>.Refuse(above);
            if (terms.IfVersion is { } expected && !expected.Contains(before.Version))
                return Proposal<Account>.Refuse(AppendRefusals.StaleAt(expected, before.Version));
            if (before.Closed)
                return Proposal<Account>.Refuse(AccountRefusals.Closed.Because());
            if (Registering.CheckTime(given, terms, clock) is { } wrong)
                return Proposal<Account>.Refuse(wrong);
            var ruling = await decide(before, stop);
            return ruling.Refusal is { } refusal
                ? Proposal<Account>.Refuse(refusal)
                : await ProposeAsync(before, ruling.Events, given, terms, stop);
        }, cancellationToken);
        return await SettleAsync(outcome, password, cancellationToken);
    }

    /// <summary>What follows outside the log; a request that is repeated may have been cut off before it.</summary>
    private async Task<Outcome<KeptAccount>> SettleAsync(Outcome<Account> outcome, string? password, CancellationToken cancellationToken)
    {
        if (outcome is not Outcome<Account>.Done done)
            return new Outcome<KeptAccount>.Refused(((Outcome<Account>.Refused)outcome).Refusal);
        var account = done.After;
        if (done.Repeated)
            password = null;
        if (password is not null)
            await secrets.SetPasswordAsync(account.Id, AccountSecrets.Hash(password), account.PasswordVersion, cancellationToken);
        await sessions.MarkOlderEndedAsync(account, cancellationToken);
        return new Outcome<KeptAccount>.Done(new KeptAccount(account, password), done.Events, done.RecordedAt, done.Repeated);
    }

    private static Refusal? MayHear(Actor by, Account account) =>
        !by.Roles.Contains(Role.Administrator) ? AccountRefusals.Forbidden.Because()
        : by.Jurisdiction.Contains(account.Region) ? null : AccountRefusals.NotFound.Because("id");

    private async Task<Refusal?> CheckAsync(
        OpenAccount order, ImmutableArray<Role> together, Given given, Terms terms, CancellationToken cancellationToken)
    {
        if (!given.By.Roles.Contains(Role.Administrator))
            return AccountRefusals.Forbidden.Because();
        if ((Logins.Check("login", order.Login) ?? Texts.Name("name", order.Name) ?? Registering.CheckTime(given, terms, clock)
            ?? await CheckRightsAsync(order.Body, order.Roles, order.Region, together, given, cancellationToken)) is { } wrong)
            return wrong;
        Logins.TryRead(order.Login, out var login);
        return await registry.AccountAsync(login, cancellationToken) is null
            ? null
            : AccountRefusals.LoginTaken.Because("login", ("login", login));
    }

    private async Task<Refusal?> CheckRightsAsync(
        BodyId body, ImmutableArray<Role> roles, RegionCode region, ImmutableArray<Role> before, Given given,
        CancellationToken cancellationToken) =>
        Granting.CheckShape(given.By, roles, region, GrantCodes.OfAccounts)
        ?? await new Granting(registry, rules, clock).CheckAsync(
            given.By, body, roles, region, before, GrantCodes.OfAccounts, cancellationToken);

    private async Task<Proposal<Account>> ProposeAsync(
        Account? before, ImmutableArray<IAccountEvent> events, Given given, Terms terms, CancellationToken cancellationToken)
    {
        var after = events.Aggregate(before, (account, happened) => Account.Apply(account, happened))!;
        var context = await registry.TellAboveAsync(
            Registering.Context(given, terms, rules, clock), given.By, after.Region, cancellationToken);
        return Proposal<Account>.Append(after, AccountJournal.StreamOf(before, after, events, context, terms));
    }

    private async Task<IEnumerable<IAccountEvent>> EndedAsync(Guid id, SignOutReason reason, CancellationToken cancellationToken) =>
        (await sessions.ListAsync(id, cancellationToken)).Select(s => new SignedOut(s.Id, reason));

    private async Task<Account> AtVersionAsync(Guid stream, long version, CancellationToken cancellationToken)
    {
        Account? account = null;
        foreach (var e in await log.FetchAsync(stream, version, cancellationToken: cancellationToken))
            account = Account.Apply(account, (IAccountEvent)e.Data);
        return account ?? throw new InvalidOperationException($"The log remembers an append to {stream} but has no such stream.");
    }

    /// <summary>Sixteen characters that cannot be taken for one another, some 79 bits, in groups to be read out.</summary>
    private static string NewPassword()
    {
        var all = RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 16);
        return $"{all[..4]}-{all[4..8]}-{all[8..12]}-{all[12..]}";
    }
}
