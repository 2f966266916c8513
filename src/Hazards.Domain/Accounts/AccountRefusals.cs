using static Hazards.Domain.RefusalKind;

namespace Hazards.Domain;

/// <summary>Refusals about accounts and signing in.</summary>
public static class AccountRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Forbidden = new(
        "account.forbidden", RefusalKind.Forbidden, "只有系统管理员可以管理账号", "Only an administrator may manage accounts");
    public static readonly RefusalCode NotFound = new(
        "account.not_found", RefusalKind.NotFound, "没有这个账号，或不在您的管辖范围内", "There is no such account, or it lies outside your jurisdiction");
    public static readonly RefusalCode Login = new(
        "account.login_malformed", Invalid, "登录名“{value}”不正确：{min}至{max}个字符，可用英文字母、数字、汉字和 . _ @ -",
        "Login “{value}” is malformed: {min} to {max} Latin letters, digits, Chinese characters and . _ @ -");
    public static readonly RefusalCode LoginTaken = new(
        "account.login_taken", Conflict, "登录名 {login} 已被使用（停用账号的登录名也不再另给他人）",
        "The login {login} is taken; that of a closed account is not given to anybody else");
    public static readonly RefusalCode ClockRole = new(
        "account.clock_role", Unprocessable, "角色 clock 属于系统时钟本身，任何账号都不能有", "The role clock is the service's own; no account can have it");
    public static readonly RefusalCode Region = new(
        "account.region_outside", RefusalKind.Forbidden, "账号的管辖范围 {value} 超出您的管辖范围 {jurisdiction}",
        "The account's region {value} lies outside your jurisdiction, {jurisdiction}");
    public static readonly RefusalCode BodyOutside = new(
        "account.body_outside", RefusalKind.Forbidden, "单位 {body} 不在您的管辖范围 {jurisdiction} 内",
        "The body {body} lies outside your jurisdiction, {jurisdiction}");
    public static readonly RefusalCode NothingChanges = new("account.nothing_changes", Conflict, "没有要变更的内容", "Nothing would change");
    public static readonly RefusalCode Closed = new("account.closed", Conflict, "账号已停用", "The account is closed");
    public static readonly RefusalCode NoFactor = new(
        "account.no_second_factor", Conflict, "账号没有启用动态口令", "The account has no second factor");
    public static readonly RefusalCode NoSession = new(
        "account.session_not_found", RefusalKind.NotFound, "没有这个登录，或已经退出", "There is no such session, or it has ended");
    public static readonly RefusalCode WrongPassword = new(
        "sign_in.refused", Unauthenticated, "用户名或密码不对", "The user name or the password is wrong");
    public static readonly RefusalCode WrongCode = new(
        "sign_in.code", Unauthenticated, "动态口令不对或已用过，请等下一个口令再试", "The code is wrong or was used before; wait for the next one");
    public static readonly RefusalCode Locked = new(
        "sign_in.locked", RefusalKind.TooMany, "连续多次未通过，账号已锁定至 {until}；急用请联系管理员重置密码",
        "Too many failures in a row: the account is locked until {until}; an administrator can reset the password");
    public static readonly RefusalCode TooMany = new(
        "sign_in.too_many", RefusalKind.TooMany, "尝试过于频繁，请一分钟后再试", "Too many attempts; try again in a minute");
    public static readonly RefusalCode NoAccount = new(
        "sign_in.no_account", RefusalKind.Forbidden, "您的身份已确认，但在本系统没有账号或账号已停用，请联系管理员",
        "You are known, but have no account here, or it is closed; ask an administrator");
    public static readonly RefusalCode Ended = new("session.ended", Unauthenticated, "登录已失效，请重新登录", "The session has ended; sign in again");
    public static readonly RefusalCode Unfinished = new(
        "session.unfinished", Unauthenticated, "登录尚未完成：请先更改密码或完成动态口令验证",
        "The sign-in is not finished: change the password or give the code first");
    public static readonly RefusalCode PasswordShort = new(
        "password.too_short", Unprocessable, "新密码至少 {min} 个字符", "The new password needs at least {min} characters");
    public static readonly RefusalCode PasswordLong = new(
        "password.too_long", Unprocessable, "新密码至多 {max} 个字符", "The new password may have at most {max} characters");
    public static readonly RefusalCode PasswordIsLogin = new(
        "password.is_login", Unprocessable, "新密码不能与登录名相同", "The new password cannot be the login");
    public static readonly RefusalCode PasswordSame = new(
        "password.same", Unprocessable, "新密码不能与旧密码相同", "The new password cannot be the old one");
    public static readonly RefusalCode OldPassword = new("password.old_wrong", Unprocessable, "旧密码不对", "The old password is wrong");
    public static readonly RefusalCode FactorSet = new(
        "second_factor.set", Conflict, "动态口令已经启用；更换设备请联系管理员先移除",
        "A second factor is set; to use another device, ask an administrator to remove it first");
    public static readonly RefusalCode FactorNotBegun = new(
        "second_factor.not_begun", Conflict, "请先扫描二维码或录入密钥，再输入动态口令",
        "Scan the code or enter the secret first, then give the code it shows");
    public static readonly RefusalCode ViewsFull = new(
        "saved_view.too_many", Conflict, "每个页面最多保存 {max} 个视图，请先删除不用的", "At most {max} views can be saved a page; delete some first");
#pragma warning restore CS1591
}

/// <summary>
/// 密码: length is what makes one hard to guess; kinds of characters and changes by date do not, and are not asked for.
/// </summary>
public static class PasswordRules
{
    /// <summary>Shortest.</summary>
    public const int Shortest = 10;

    /// <summary>Longest: hashing must not be made to cost what the sender likes.</summary>
    public const int Longest = 200;

    /// <summary>A refusal when a new password will not do.</summary>
    /// <param name="password">The new one.</param>
    /// <param name="login">Whose it is.</param>
    /// <param name="old">The one before.</param>
    public static Refusal? Check(string password, string login, string? old)
    {
        ArgumentNullException.ThrowIfNull(password);
        return password.Length < Shortest ? AccountRefusals.PasswordShort.Because("password", ("min", Shortest))
            : password.Length > Longest ? AccountRefusals.PasswordLong.Because("password", ("max", Longest))
            : string.Equals(password, login, StringComparison.OrdinalIgnoreCase) ? AccountRefusals.PasswordIsLogin.Because("password")
            : password == old ? AccountRefusals.PasswordSame.Because("password")
            : null;
    }
}
