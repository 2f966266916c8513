using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A person's account as its events leave it.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Login">What the person types, lower-cased.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Body">The body on whose behalf the person acts.</param>
/// <param name="Roles">What the person may do.</param>
/// <param name="Region">The jurisdiction.</param>
/// <param name="MustChangePassword">The password was chosen by somebody else.</param>
/// <param name="SecondFactor">A code of the person's device is asked for as well.</param>
/// <param name="Closed">It opens nothing any more.</param>
/// <param name="Failures">Failed attempts in a row.</param>
/// <param name="LockedUntil">Until when it is, or was last, locked; null since the last success.</param>
/// <param name="PasswordVersion">The version at which its password was last set: a hash of another version opens nothing.</param>
/// <param name="RightsVersion">The version of the last event that ended all sessions: one begun before it opens nothing.</param>
/// <param name="Version">Its version.</param>
public sealed record Account(
    Guid Id, string Login, string Name, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region,
    bool MustChangePassword, bool SecondFactor, bool Closed, int Failures, DateTimeOffset? LockedUntil,
    long PasswordVersion, long RightsVersion, long Version)
{
    /// <summary>
    /// Whether a password alone is too little: the account can assign and close hazards, list them, or make other accounts.
    /// GB/T 22239-2019 (等级保护), 8.1.4.1 d) asks for two kinds of proof at level three.
    /// </summary>
    [JsonIgnore]
    public bool NeedsSecondFactor => Roles.Any(r => r is Role.Coordinator or Role.ListingAuthority or Role.Administrator);

    /// <summary>Folds one event.</summary>
    public static Account Apply(Account? account, IAccountEvent happened)
    {
        if (happened is AccountOpened opened)
            return new Account(
                opened.Id, opened.Login, opened.Name, opened.Body, opened.Roles, opened.Region,
                MustChangePassword: false, SecondFactor: false, Closed: false, Failures: 0, LockedUntil: null,
                PasswordVersion: 0, RightsVersion: 1, Version: 1);
        if (account is null)
            throw new InvalidOperationException("an account's story begins with account_opened");
        var next = account with { Version = account.Version + 1 };
        return happened switch
        {
            AccountChanged e => next with
            {
                Name = e.Name, Body = e.Body, Roles = e.Roles, Region = e.Region,
                RightsVersion = account.HasRights(e.Body, e.Roles, e.Region) ? account.RightsVersion : next.Version,
            },
            AccountClosed => next with { Closed = true, RightsVersion = next.Version },
            // Whoever resets it lets the person in again at once.
            AccountPasswordSet e => next with
            {
                MustChangePassword = e.MustChange, PasswordVersion = next.Version, RightsVersion = next.Version,
                Failures = 0, LockedUntil = null,
            },
            AccountSecondFactorSet => next with { SecondFactor = true },
            AccountSecondFactorRemoved => next with { SecondFactor = false },
            SignedIn => next with { Failures = 0, LockedUntil = null },
            SignInRefused { Reason: SignInRefusal.Password or SignInRefusal.Factor } e =>
                next with { Failures = Lockout.FailuresOf(account) + 1, LockedUntil = e.LockedUntil },
            SignInRefused or SignedOut => next,
            _ => throw new InvalidOperationException($"{happened?.GetType().Name} is not an event of an account"),
        };
    }

    /// <summary>Whether these are its rights already.</summary>
    public bool HasRights(BodyId body, ImmutableArray<Role> roles, RegionCode region) =>
        body == Body && region == Region && roles.Order().SequenceEqual(Roles.Order());
}

/// <summary>锁定: whoever guesses passwords is made to wait. GB/T 22239-2019, 8.1.4.1 b) asks for a limit on failed sign-ins.</summary>
public static class Lockout
{
    /// <summary>Failures in a row that lock an account: a person mistypes two or three times, a program guesses for ever.</summary>
    public const int MostFailures = 5;

    /// <summary>How long: 480 guesses a day at most, while the person can wait for it or ask an administrator.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(15);

    /// <summary>Until when it is locked; null when it is not.</summary>
    public static DateTimeOffset? At(Account account, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(account);
        return account.LockedUntil > now ? account.LockedUntil : null;
    }

    /// <summary>Until when one more failure, now, locks it; null when it does not yet.</summary>
    public static DateTimeOffset? AfterFailure(Account account, DateTimeOffset now) =>
        FailuresOf(account) + 1 >= MostFailures ? now + Length : null;

    /// <summary>Failures in a row that count: after a lock is over, counting begins anew.</summary>
    internal static int FailuresOf(Account account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return account.LockedUntil is null ? account.Failures : 0;
    }
}
