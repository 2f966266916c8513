using System.Threading.RateLimiting;
using Hazards.Domain;
using OtpNet;

namespace Hazards.Api.Administration.Accounts;

/// <summary>
/// 登录: step by step, each on record. Whoever gives a wrong login and whoever gives a wrong password hear the same, after
/// the same time.
/// </summary>
internal sealed class SignIn(
    AccountJournal journal, AccountSecrets secrets, Sessions sessions, Identities identities, ServiceOptions options) : IDisposable
{
    /// <summary>What the device shows beside its codes.</summary>
    private const string Issuer = "隐患闭环管理";

    private readonly PartitionedRateLimiter<string> attempts = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetSlidingWindowLimiter(address, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = options.SignInAttemptsAMinute, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6,
        }));

    /// <summary>The first step: login and password.</summary>
    public async Task<(Opened? Opened, Refusal? Refusal)> PasswordAsync(
        string login, string password, string? address, string? agent, CancellationToken cancellationToken = default)
    {
        if (TooMany(address) is { } tooMany)
            return (null, tooMany);
        var (account, contradiction) = Logins.TryRead(login, out var known)
            ? await identities.AccountAsync(known, cancellationToken)
            : default;
        if (contradiction is not null)
            return (null, contradiction);
        if (account is null)
        {
            await secrets.IsPasswordAsync(null, password, cancellationToken);
            await journal.RecordUnknownAsync(Sessions.AddressOf(address), cancellationToken);
            return (null, AccountRefusals.WrongPassword.Because());
        }

        Opened? opened = null;
        var (after, refusal) = await journal.DecideAsync(account.Id, async (current, now) =>
        {
            if (LockOf(current, now, address) is { } locked)
                return locked;
            var right = await secrets.IsPasswordAsync(current, password, cancellationToken);
            if (current.Closed)
                return Refused(AccountRefusals.WrongPassword.Because(), SignInRefusal.Closed, address);
            if (!right)
                return Failed(current, now, SignInRefusal.Password, address, AccountRefusals.WrongPassword.Because());
            opened = sessions.New(current, NextOf(current, factorGiven: false), address, agent);
            // With a second factor nobody is signed in yet, and failures go on being counted.
            return current.SecondFactor
                ? Ruling.Of()
                : Ruling.Of(new SignedIn(opened.Session.Id, SignInMethod.Local, opened.Session.Address));
        }, cancellationToken);
        return await KeepAsync(opened, after, refusal, cancellationToken);
    }

    /// <summary>The step of the second factor: its code.</summary>
    public async Task<Refusal?> FactorAsync(SignedInAs who, string code, CancellationToken cancellationToken = default)
    {
        if (who.Session.Step != SessionStep.GiveFactor)
            return null;
        if (TooMany(who.Session.Address) is { } tooMany)
            return tooMany;
        bool? right = null;
        var (after, refusal) = await journal.DecideAsync(who.Account.Id, async (current, now) =>
        {
            if (IsOver(who, current))
                return Ruling.Refuse(AccountRefusals.Ended.Because());
            if (LockOf(current, now, who.Session.Address) is { } locked)
                return locked;
            // Once: a code that is right is used up by having been looked at. Of an account whose factor was removed meanwhile none is
            // asked.
            right ??= !current.SecondFactor || await secrets.UseCodeAsync(current.Id, code, cancellationToken);
            return right.Value
                ? Ruling.Of(new SignedIn(who.Session.Id, SignInMethod.Local, who.Session.Address))
                : Failed(current, now, SignInRefusal.Factor, who.Session.Address, AccountRefusals.WrongCode.Because("code"));
        }, cancellationToken);
        return await GoOnAsync(who, after, refusal, cancellationToken);
    }

    /// <summary>The person chooses another password; all other sessions end.</summary>
    public async Task<Refusal?> ChangePasswordAsync(SignedInAs who, string old, string @new, CancellationToken cancellationToken = default)
    {
        if (who.Session.Step is not (SessionStep.Full or SessionStep.ChangePassword))
            return AccountRefusals.Unfinished.Because();
        if ((TooMany(who.Session.Address) ?? PasswordRules.Check(@new, who.Account.Login, old)) is { } wrong)
            return wrong;
        var open = await sessions.ListAsync(who.Account.Id, cancellationToken);
        var ended = open.Where(s => s.Id != who.Session.Id).Select(s => new SignedOut(s.Id, SignOutReason.PasswordChanged)).ToArray();
        var (after, refusal) = await journal.DecideAsync(who.Account.Id, async (current, now) =>
        {
            if (IsOver(who, current))
                return Ruling.Refuse(AccountRefusals.Ended.Because());
            if (LockOf(current, now, who.Session.Address) is { } locked)
                return locked;
            return await secrets.IsPasswordAsync(current, old, cancellationToken)
                ? Ruling.Of([new AccountPasswordSet(MustChange: false, BySelf: true), .. ended])
                : Failed(current, now, SignInRefusal.Password, who.Session.Address, AccountRefusals.OldPassword.Because("old"));
        }, cancellationToken);
        if (refusal is null && after is not null)
            await secrets.SetPasswordAsync(after.Id, AccountSecrets.Hash(@new), after.PasswordVersion, cancellationToken);
        var wentOn = await GoOnAsync(who, after, refusal, cancellationToken);
        if (wentOn is null)
            await sessions.MarkOlderEndedAsync(after!, cancellationToken);
        return wentOn;
    }

    /// <summary>Makes the secret of a second factor: for the device, as Base32 and as an address to be shown as a QR code.</summary>
    public async Task<(string Secret, string Uri)> BeginFactorAsync(SignedInAs who, CancellationToken cancellationToken = default)
    {
        var secret = await secrets.BeginFactorAsync(who.Account.Id, who.Session.Id, cancellationToken);
        return (Base32Encoding.ToString(secret).TrimEnd('='), new OtpUri(OtpType.Totp, secret, who.Account.Login, Issuer).ToString());
    }

    /// <summary>Sets the second factor: the device shows the right code.</summary>
    public async Task<Refusal?> ConfirmFactorAsync(SignedInAs who, string code, CancellationToken cancellationToken = default)
    {
        if (who.Session.Step is not (SessionStep.Full or SessionStep.SetFactor))
            return AccountRefusals.Unfinished.Because();
        if (TooMany(who.Session.Address) is { } tooMany)
            return tooMany;
        bool? right = null;
        var (after, refusal) = await journal.DecideAsync(who.Account.Id, async (current, _) =>
        {
            if (IsOver(who, current))
                return Ruling.Refuse(AccountRefusals.Ended.Because());
            if (current.SecondFactor)
                return Ruling.Refuse(AccountRefusals.FactorSet.Because());
            right ??= await secrets.ConfirmFactorAsync(current.Id, who.Session.Id, code, cancellationToken);
            return right switch
            {
                null => Ruling.Refuse(AccountRefusals.FactorNotBegun.Because()),
                false => Ruling.Refuse(AccountRefusals.WrongCode.Because("code")),
                true => Ruling.Of(new AccountSecondFactorSet()),
            };
        }, cancellationToken);
        return await GoOnAsync(who, after, refusal, cancellationToken);
    }

    /// <summary>The person leaves.</summary>
    public Task SignOutAsync(SignedInAs who, CancellationToken cancellationToken = default) =>
        sessions.EndAsync(who, who.Session.Id, cancellationToken);

    /// <summary>
    /// Another system has vouched for the person (OpenID Connect): neither a password nor a second factor of ours is asked
    /// for, and the lock, which is against guessing passwords here, does not matter.
    /// </summary>
    public async Task<(Opened? Opened, Refusal? Refusal)> ExternalAsync(
        string login, string? address, string? agent, CancellationToken cancellationToken = default)
    {
        var (account, contradiction) = Logins.TryRead(login, out var known)
            ? await identities.AccountAsync(known, cancellationToken)
            : default;
        if (contradiction is not null)
            return (null, contradiction);
        if (account is null)
        {
            await journal.RecordUnknownAsync(Sessions.AddressOf(address), cancellationToken);
            return (null, AccountRefusals.NoAccount.Because());
        }

        Opened? opened = null;
        var (after, refusal) = await journal.DecideAsync(account.Id, (current, _) =>
        {
            if (current.Closed)
                return Task.FromResult(Refused(AccountRefusals.NoAccount.Because(), SignInRefusal.Closed, address));
            opened = sessions.New(current, SessionStep.Full, address, agent);
            return Task.FromResult(Ruling.Of(new SignedIn(opened.Session.Id, SignInMethod.Oidc, opened.Session.Address)));
        }, cancellationToken);
        return await KeepAsync(opened, after, refusal, cancellationToken);
    }

    public void Dispose() => attempts.Dispose();

    private SessionStep NextOf(Account account, bool factorGiven) =>
        account.SecondFactor && !factorGiven ? SessionStep.GiveFactor
        : account.MustChangePassword ? SessionStep.ChangePassword
        : options.RequireSecondFactor && account.NeedsSecondFactor && !account.SecondFactor ? SessionStep.SetFactor
        : SessionStep.Full;

    private Refusal? TooMany(string? address)
    {
        using var lease = attempts.AttemptAcquire(address ?? "");
        return lease.IsAcquired ? null : AccountRefusals.TooMany.Because();
    }

    private static Ruling? LockOf(Account account, DateTimeOffset now, string? address) => Lockout.At(account, now) is { } until
        ? Refused(AccountRefusals.Locked.Because(null, ("until", until)), SignInRefusal.Locked, address)
        : null;

    private static Ruling Refused(Refusal told, SignInRefusal reason, string? address, DateTimeOffset? lockedUntil = null) =>
        Ruling.Refuse(told, new SignInRefused(reason, Sessions.AddressOf(address), lockedUntil));

    private static Ruling Failed(Account account, DateTimeOffset now, SignInRefusal reason, string? address, Refusal told) =>
        Refused(told, reason, address, Lockout.AfterFailure(account, now));

    /// <summary>Whether the session ended since the request came in.</summary>
    private static bool IsOver(SignedInAs who, Account current) => current.Closed || current.RightsVersion != who.Account.RightsVersion;

    private async Task<(Opened? Opened, Refusal? Refusal)> KeepAsync(
        Opened? opened, Account? after, Refusal? refusal, CancellationToken cancellationToken)
    {
        if (refusal is not null || opened is null || after is null)
            return (null, refusal ?? AccountRefusals.WrongPassword.Because());
        await sessions.KeepAsync(opened, after.RightsVersion, cancellationToken);
        return (opened, null);
    }

    private async Task<Refusal?> GoOnAsync(SignedInAs who, Account? after, Refusal? refusal, CancellationToken cancellationToken)
    {
        if (refusal is not null || after is null)
            return refusal ?? AccountRefusals.Ended.Because();
        await sessions.StepAsync(who.Session, NextOf(after, factorGiven: true), after.RightsVersion, cancellationToken);
        return null;
    }
}
