using System.Globalization;
using Hazards.Domain;

namespace Hazards.Api.LifeCycle;

/// <summary>Refusals that come from how an append went, not from a rule of the field.</summary>
internal static class AppendRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Stale = new(
        "request.stale", RefusalKind.Stale, "记录已更新：您依据的是第 {expected} 版，现为第 {actual} 版。请重新读取后再办理",
        "The record has moved on: you acted on version {expected}, it is at {actual}. Read it again, then decide");
    public static readonly RefusalCode Contended = new(
        "request.contended", RefusalKind.Unavailable, "同一记录正被频繁更改，请稍后重试",
        "Too many changes to the same record at once; try again in a moment");
    public static readonly RefusalCode KeyReused = new(
        "idempotency.key_reused", RefusalKind.Conflict, "幂等键 {key} 已用于内容不同的请求，请换一个新键",
        "The Idempotency-Key {key} was used for a different request; use a new one");
    public static readonly RefusalCode NotStorable = new(
        "request.not_storable", RefusalKind.Unprocessable, "内容无法保存：{detail}", "The content cannot be stored: {detail}");
#pragma warning restore CS1591

    internal static Refusal StaleAt(IEnumerable<long> expected, long actual) =>
        Stale.Because(
            "If-Match", ("expected", string.Join(',', expected.Select(v => v.ToString(CultureInfo.InvariantCulture)))), ("actual", actual));
}
