using Hazards.Domain;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Api.Investigation.Replay;

/// <summary>Refusals about replay.</summary>
internal static class ReplayRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Backwards = new(
        "replay.backwards", Invalid, "起始时间 {from} 晚于截止时间 {to}", "The period begins at {from}, after its end, {to}");
    public static readonly RefusalCode Future = new(
        "replay.future", Unprocessable, "{field} 的值 {value} 晚于当前时间 {now}", "{field} is {value}, which lies in the future; it is {now}");
    public static readonly RefusalCode OneOf = new("replay.one_of", Invalid, "{given} 只能给其中一个", "Only one of these may be given: {given}");
    public static readonly RefusalCode NoSuchEvent = new(
        "replay.no_such_event", NotFound, "该隐患没有这个事件：{value}；现有 {count} 个事件", "The hazard has no such event: {value}; it has {count}");
    public static readonly RefusalCode KnownBefore = new(
        "replay.known_before", Invalid, "knownAt {known} 早于 at {at}：当时尚不能知道之后的情况",
        "knownAt {known} lies before at {at}: nobody could look back from there");
    public static readonly RefusalCode Enterprise = new(
        "replay.no_enterprise", Unprocessable, "隐患没有登记单位和地点，文字也太少，无从比对",
        "The hazard names neither an enterprise nor a place, and its words are too few to compare by");
    public static readonly RefusalCode OutsideJurisdiction = new(
        "replay.outside_jurisdiction", Forbidden, "{value} 不在您的管辖范围 {jurisdiction} 内",
        "{value} lies outside your jurisdiction, {jurisdiction}");
#pragma warning restore CS1591
}
