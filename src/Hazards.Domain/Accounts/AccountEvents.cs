using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// A fact about a person's account. Never a password, a hash of one, or the secret of a second factor: those stand outside
/// the log.
/// </summary>
public interface IAccountEvent : IDomainEvent;

/// <summary>开通账号: a person may sign in.</summary>
/// <param name="Id">Identity of the account, for ever.</param>
/// <param name="Login">What the person types, as <see cref="Logins"/> keeps it; it is not given to anybody else afterwards.</param>
/// <param name="Name">The person's name, written on every event that the person causes.</param>
/// <param name="Body">The body on whose behalf the person acts.</param>
/// <param name="Roles">What the person may do.</param>
/// <param name="Region">The jurisdiction; what lies outside is not found.</param>
[EventType("account_opened", "开通账号", "Account opened")]
public sealed record AccountOpened(
    Guid Id, string Login, string Name, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region) : IAccountEvent;

/// <summary>变更账号: name, body, roles and region as they are from now on.</summary>
[EventType("account_changed", "变更账号", "Account changed")]
public sealed record AccountChanged(string Name, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region) : IAccountEvent;

/// <summary>停用账号: it opens nothing any more, for good.</summary>
[EventType("account_closed", "停用账号", "Account closed")]
public sealed record AccountClosed(string Reason) : IAccountEvent;

/// <summary>设置密码: the password is another one from now on.</summary>
/// <param name="MustChange">It was chosen by somebody else: whoever signs in with it must first choose another.</param>
/// <param name="BySelf">The person chose it.</param>
[EventType("account_password_set", "设置密码", "Password set")]
public sealed record AccountPasswordSet(bool MustChange, bool BySelf) : IAccountEvent;

/// <summary>启用第二因素: from now on a code of the person's device is asked for as well.</summary>
[EventType("account_second_factor_set", "启用动态口令", "Second factor set")]
public sealed record AccountSecondFactorSet : IAccountEvent;

/// <summary>移除第二因素: an administrator removed it, because the device is lost or changed.</summary>
[EventType("account_second_factor_removed", "移除动态口令", "Second factor removed")]
public sealed record AccountSecondFactorRemoved(string Reason) : IAccountEvent;

/// <summary>登录: the person was let in.</summary>
/// <param name="Session">The session that began.</param>
/// <param name="Method">Who vouched for the person.</param>
/// <param name="Address">The address it came from, if known.</param>
[EventType("signed_in", "登录", "Signed in")]
public sealed record SignedIn(Guid Session, SignInMethod Method, string? Address) : IAccountEvent;

/// <summary>登录被拒: somebody was not let in.</summary>
/// <param name="Reason">Why not.</param>
/// <param name="Address">The address it came from, if known.</param>
/// <param name="LockedUntil">Until when the account is locked by this; null when it is not.</param>
[EventType("sign_in_refused", "登录被拒", "Sign-in refused")]
public sealed record SignInRefused(SignInRefusal Reason, string? Address, DateTimeOffset? LockedUntil) : IAccountEvent;

/// <summary>退出: a session ended before its time was over.</summary>
[EventType("signed_out", "退出", "Signed out")]
public sealed record SignedOut(Guid Session, SignOutReason Reason) : IAccountEvent;

/// <summary>
/// 登录名不存在: somebody tried a login that there is none of. What was typed is not kept: it may be a password in the wrong
/// field.
/// </summary>
/// <param name="Address">The address it came from, if known.</param>
[EventType("sign_in_unknown", "登录名不存在", "Sign-in with an unknown login")]
public sealed record SignInUnknown(string? Address) : IDomainEvent;

/// <summary>Who vouched for a person who signs in.</summary>
public enum SignInMethod
{
    /// <summary>本地.</summary>
    [Label("用户名和密码", "By a password kept here")] Local,

    /// <summary>统一身份认证.</summary>
    [Label("统一身份认证", "By another system (OpenID Connect)")] Oidc,
}

/// <summary>Why a sign-in was refused.</summary>
public enum SignInRefusal
{
    /// <summary>密码.</summary>
    [Label("密码不对", "The password was wrong")] Password,

    /// <summary>第二因素.</summary>
    [Label("动态口令不对", "The code of the second factor was wrong")] Factor,

    /// <summary>锁定.</summary>
    [Label("账号锁定中", "The account was locked; nothing was compared")] Locked,

    /// <summary>停用.</summary>
    [Label("账号已停用", "The account was closed")] Closed,
}

/// <summary>Why a session ended before its time was over.</summary>
public enum SignOutReason
{
    /// <summary>本人.</summary>
    [Label("本人退出", "By the person")] Self,

    /// <summary>管理员.</summary>
    [Label("管理员强制退出", "Ended by an administrator")] Administrator,

    /// <summary>密码.</summary>
    [Label("密码已更换", "The password was changed or reset")] PasswordChanged,

    /// <summary>权限.</summary>
    [Label("账号权限已变更", "The account's rights were changed")] AccountChanged,

    /// <summary>停用.</summary>
    [Label("账号已停用", "The account was closed")] AccountClosed,
}
