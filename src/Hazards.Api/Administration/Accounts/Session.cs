using System.Text.Json.Serialization;
using Hazards.Domain;

namespace Hazards.Api.Administration.Accounts;

/// <summary>What must happen before a session opens anything.</summary>
internal enum SessionStep
{
    /// <summary>Nothing: it is open.</summary>
    Full,

    /// <summary>The password was chosen by somebody else: another must be chosen.</summary>
    ChangePassword,

    /// <summary>The account's roles ask for a second factor, and it has none yet.</summary>
    SetFactor,

    /// <summary>The code of the second factor is awaited.</summary>
    GiveFactor,
}

/// <summary>A person's being signed in, from one browser.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="LastSeenAt">When it was last used, to the minute.</param>
/// <param name="ExpiresAt">When it ends, however much it is used.</param>
/// <param name="Address">Where it came from, if known.</param>
/// <param name="Agent">What the browser calls itself, if it does.</param>
/// <param name="Step">What must happen first.</param>
/// <param name="Purpose">查阅事由: why records are read, while it is set.</param>
/// <param name="Digest">The SHA-256 of its token.</param>
internal sealed record Session(
    Guid Id, Guid Account, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt,
    string? Address, string? Agent, SessionStep Step, string? Purpose,
    [property: JsonIgnore] string Digest);

/// <summary>An account with the session by which it calls.</summary>
internal sealed record SignedInAs(Account Account, Session Session);

/// <summary>A session that has just begun.</summary>
/// <param name="Token">What opens it: goes into the cookie and is kept nowhere.</param>
/// <param name="Session">The session.</param>
internal sealed record Opened(string Token, Session Session);

/// <summary>The cookie that holds a session's token.</summary>
internal static class SessionCookie
{
    public const string Name = "hazards_session";
}
