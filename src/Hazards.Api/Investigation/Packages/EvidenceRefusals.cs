using Hazards.Domain;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Api.Investigation.Packages;

/// <summary>Refusals about packages of evidence.</summary>
internal static class EvidenceRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Role = new(
        "evidence.role", Forbidden, "证据包只有调查审计、安委办经办、督查角色可以制作和下载",
        "Only investigators, coordinators and supervisors may have packages of evidence made, or get them");
    public static readonly RefusalCode NothingAsked = new(
        "evidence.nothing_asked", Invalid, "没有说明要哪些隐患：请给出 hazards（隐患编号）或 filter（企业、区划、单位、日期），或两者都给",
        "Which hazards? Give hazards (their ids) or a filter (enterprise, region, body, dates), or both");
    public static readonly RefusalCode EmptyFilter = new(
        "evidence.filter_empty", Invalid, "filter 里没有任何条件：请至少给出企业、区划、单位、发现日期、登记日期中的一项",
        "The filter has no condition: give at least one of enterprise, region, body, found or recorded dates");
    public static readonly RefusalCode Unknown = new(
        "evidence.hazards_unknown", Unprocessable, "{count} 条隐患不存在或不在您的管辖范围内：{ids}",
        "{count} hazards do not exist or lie outside your jurisdiction: {ids}");
    public static readonly RefusalCode Outside = new(
        "evidence.outside_jurisdiction", Forbidden, "{region} 不在管辖范围 {jurisdiction} 内",
        "{region} lies outside the jurisdiction {jurisdiction}");
    public static readonly RefusalCode NothingFound = new(
        "evidence.nothing_found", Unprocessable, "按这些条件没有找到隐患，证据包会是空的；请核对条件和日期",
        "No hazard fits these conditions and the package would be empty; check the conditions and dates");
    public static readonly RefusalCode TooMany = new(
        "evidence.too_many_hazards", Unprocessable, "符合条件的隐患超过 {max} 条（上限）；请分包：按发现日期（foundFrom、foundTo）逐月，或按下一级区划逐个申请",
        "More than {max} hazards fit, which is the most for one package. Split it: month by month (foundFrom, foundTo), or region by region one level below");
    public static readonly RefusalCode Period = new(
        "evidence.period_reversed", Invalid, "{field} 的 {from} 晚于 {to}", "{field}: {from} lies after {to}");
    public static readonly RefusalCode InstantFuture = new(
        "evidence.instant_future", Unprocessable, "时点 {value} 晚于当前时间 {now}", "The instant {value} lies in the future; it is {now}");
    public static readonly RefusalCode InstantBefore = new(
        "evidence.instant_before", Unprocessable, "时点 {value} 早于最早一条隐患的登记时间 {first}，那时还没有任何记录",
        "The instant {value} lies before {first}, when the first of the hazards was recorded; there was nothing on record");
    public static readonly RefusalCode NotFound = new(
        "evidence.not_found", RefusalKind.NotFound, "没有这个证据包，或不在您的管辖范围内",
        "There is no such package of evidence, or it lies outside your jurisdiction");
    public static readonly RefusalCode NotReady = new(
        "evidence.not_ready", Conflict, "证据包尚未制成（{state}，已完成 {done}/{total}），请稍后再下载",
        "The package is not ready ({state}, {done} of {total}); try again later");
    public static readonly RefusalCode FailedBefore = new(
        "evidence.failed", Conflict, "证据包未能制成：{error}", "The package could not be made: {error}");
    public static readonly RefusalCode Altered = new(
        "evidence.altered", Conflict, "存档的证据包已被改动（{name}），与日志所载摘要 {digest} 不符，不再提供；请运行 audit 查明，并另行申请",
        "The stored package was altered ({name}) and has not the digest {digest} any more that the log gives; it is not handed out: run audit, and ask for another");
    public static readonly RefusalCode Range = new(
        "evidence.range", Invalid, "请求的字节范围 {value} 不在包内（共 {size} 字节）", "The range {value} does not lie within the package's {size} bytes");
    public static readonly RefusalCode NoDisclosure = new(
        "evidence.disclosure_forbidden", Forbidden, "不能披露个人信息：{why}", "Personal data cannot be disclosed: {why}");
    public static readonly RefusalCode VerifierBusy = new(
        "evidence.verifier_busy", Unavailable, "正在核验的证据包太多，请稍后再试", "Too many packages are being checked; try again later");
#pragma warning restore CS1591
}
