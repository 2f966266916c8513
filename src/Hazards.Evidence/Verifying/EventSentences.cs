using Hazards.Domain;

namespace Hazards.Evidence;

/// <summary>What the pass over the events found, check by check.</summary>
internal static class EventSentences
{
    public static IEnumerable<Check> Of(EventPass pass, Manifest manifest)
    {
        yield return Or(pass.Lines, Check.Holds("events",
            $"{pass.Events} 个事件逐行读取，均为规范形式（RFC 8785），各在自己的事件流中",
            $"{pass.Events} events were read line by line; each is in canonical form (RFC 8785) and in its own stream"));
        yield return Or(pass.Lines ?? pass.Proofs, Check.Holds("proofs",
            $"每个事件（共 {pass.Events} 个）都由包含证明归结到检查点的树根：内容和位置均未改动",
            $"each of the {pass.Events} events is led to the checkpoint's root by its inclusion proof: neither its content nor its position was altered"));
        yield return Or(pass.Lines ?? pass.Streams, Check.Holds("streams",
            $"{pass.Hazards} 条隐患的事件从第 1 版起连续，至 {ChinaTime.Format(manifest.AsOf)} 与清单所载版数相同，无缺失、重复或颠倒",
            $"the events of {pass.Hazards} hazards run from version 1 without a gap to the number the manifest gives for {ChinaTime.Format(manifest.AsOf)}: none missing, repeated or out of order"));
        yield return Or(pass.Lines ?? pass.Times, Check.Holds("times",
            $"记录时间随位置递增，自 {Time(pass.Recorded?.First)} 至 {Time(pass.Recorded?.Last)}",
            $"recorded times rise with the positions, from {Time(pass.Recorded?.First)} to {Time(pass.Recorded?.Last)}"));
        yield return Or(pass.Lines ?? pass.States, States(pass, manifest));
    }

    private static Check States(EventPass pass, Manifest manifest) => pass.OlderStates == 0
        ? Check.Holds("states",
            $"重放事件：{manifest.Instants.Length} 个时点的 {pass.Compared.Count} 份状态与重放所得逐字节相同",
            $"the events were replayed: {pass.Compared.Count} states at {manifest.Instants.Length} instants are byte for byte what they give")
        : Check.Holds("states",
            $"重放事件：{manifest.Instants.Length} 个时点的 {pass.Compared.Count} 份状态与重放所得相同，其中 {pass.OlderStates} 份出自较早版本的程序，少了后来才有的项",
            $"the events were replayed: {pass.Compared.Count} states at {manifest.Instants.Length} instants are what they give; {pass.OlderStates} of them were written by an older program and lack members that came later");

    private static Check Or(Refusal? refusal, Check holds) => refusal is null ? holds : Check.Fails(holds.Name, refusal);

    private static string Time(DateTimeOffset? instant) => instant is { } at ? ChinaTime.Format(at) : "—";
}
