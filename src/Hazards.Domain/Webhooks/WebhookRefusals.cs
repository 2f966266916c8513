using static Hazards.Domain.RefusalKind;

namespace Hazards.Domain;

/// <summary>Refusals about subscriptions of other systems.</summary>
public static class WebhookRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Forbidden = new("webhook.forbidden", RefusalKind.Forbidden,
        "只有系统管理员可以管理推送", "Only an administrator may manage webhooks");
    public static readonly RefusalCode NotFound = new("webhook.not_found", RefusalKind.NotFound,
        "没有这个推送，或不在您的管辖范围内", "There is no such webhook, or it lies outside your jurisdiction");
    public static readonly RefusalCode Region = new("webhook.region_outside", RefusalKind.Forbidden,
        "推送的范围 {value} 超出您的管辖范围 {jurisdiction}", "The webhook's region {value} lies outside your jurisdiction, {jurisdiction}");
    public static readonly RefusalCode BodyOutside = new("webhook.body_outside", RefusalKind.Forbidden,
        "单位 {body} 不在您的管辖范围 {jurisdiction} 内", "The body {body} lies outside your jurisdiction, {jurisdiction}");
    public static readonly RefusalCode Address = new("webhook.address_malformed", Invalid,
        "推送地址“{value}”不正确：应为完整网址，至多 {max} 个字符", "The address “{value}” is malformed: a whole URL of at most {max} characters is needed");
    public static readonly RefusalCode Scheme = new("webhook.address_scheme", Unprocessable,
        "推送地址须以 https:// 开头", "The address must begin with https://");
    public static readonly RefusalCode UserInfo = new("webhook.address_user_info", Unprocessable,
        "推送地址中不能有用户名、密码或 #", "The address may hold neither a user's name or password nor a fragment");
    public static readonly RefusalCode PrivateAddress = new("webhook.address_private", Unprocessable,
        "推送地址 {host} 是本机、内网或保留地址，未经部署方许可（HAZARDS_WEBHOOKS_PRIVATE）不能使用",
        "{host} is this machine, a private or a reserved address; the service's operator must allow such ones (HAZARDS_WEBHOOKS_PRIVATE)");
    public static readonly RefusalCode EventType = new("webhook.event_type_unknown", Unprocessable,
        "没有隐患事件类型“{value}”", "There is no type of hazard events “{value}”");
    public static readonly RefusalCode NothingChanges = new("webhook.nothing_changes", Conflict,
        "没有要变更的内容", "Nothing would change");
    public static readonly RefusalCode Removed = new("webhook.removed", Conflict,
        "推送已注销", "The webhook is removed");
    public static readonly RefusalCode Paused = new("webhook.already_paused", Conflict,
        "推送已暂停", "The webhook is paused already");
    public static readonly RefusalCode NotPaused = new("webhook.not_paused", Conflict,
        "推送没有暂停", "The webhook is not paused");
#pragma warning restore CS1591
}
