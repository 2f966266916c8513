using System.Collections.Immutable;
using System.Globalization;

namespace Hazards.Projections.Store;

/// <summary>Something that does not hold. The codes are for ever; docs/audit.md says what each means and what to do then.</summary>
/// <param name="Code">What, for programs.</param>
/// <param name="Chinese">What, in a sentence.</param>
/// <param name="English">The same in English.</param>
public sealed record AuditFinding(string Code, string Chinese, string English)
{
    /// <summary>The first position concerned.</summary>
    public long? First { get; init; }

    /// <summary>The last position concerned.</summary>
    public long? Last { get; init; }

    /// <summary>How many events, tiles, checkpoints or streams.</summary>
    public long Count { get; init; } = 1;

    /// <summary>The positions concerned, the first of them where there are many.</summary>
    public ImmutableArray<long> Positions { get; init; } = [];

    /// <summary>The stream concerned.</summary>
    public Guid? Stream { get; init; }

    /// <summary>Which tree, where one.</summary>
    public string? Hash { get; init; }
}

/// <summary>Says what was found.</summary>
internal static class Findings
{
    /// <summary>So many positions are named one by one.</summary>
    public const int Named = 20;

    public static AuditFinding Altered(IReadOnlyList<long> positions, bool sure) => At("event_altered", positions,
        $"位置 {List(positions)} 的事件被改动：内容与已登记的叶子不符{(sure ? "，检查点证实登记的叶子是原来的" : "（尚无检查点覆盖，也可能是树被改动）")}",
        $"the event at position {List(positions)} was altered: it is not the one that the tree took in{(sure ? ", and a checkpoint bears the tree out" : " (no checkpoint covers it yet: the tree may have been altered instead)")}");

    public static AuditFinding Tiles(IReadOnlyList<long> positions, string hash) => At("tiles_altered", positions,
        $"存储的 {hash} 树在位置 {List(positions)} 被改动：事件与检查点一致，树不一致",
        $"the stored {hash} tree was altered at position {List(positions)}: the events agree with the checkpoints, the tree does not") with { Hash = hash };

    public static AuditFinding UpperTiles(int level, long index, string hash) => new("tiles_altered",
        Text($"存储的 {hash} 树第 {level} 层第 {index} 块被改动或缺失：与其下层不符"),
        Text($"tile {index} of level {level} of the stored {hash} tree was altered or is missing: it does not follow from the level below")) { Hash = hash };

    public static AuditFinding TileMissing(IReadOnlyList<long> positions, string hash) => At("tiles_missing", positions,
        $"存储的 {hash} 树缺少位置 {List(positions)} 的叶子",
        $"the stored {hash} tree lacks the leaves at position {List(positions)}") with { Hash = hash };

    public static AuditFinding Missing(IReadOnlyList<long> positions) => At("event_missing", positions,
        $"位置 {List(positions)} 的事件被删除：位置号出现空缺", $"the event at position {List(positions)} was deleted: there is a gap");

    public static AuditFinding Swapped(long one, long other) => At("events_swapped", [one, other],
        $"位置 {one} 与 {other} 的事件被互换", $"the events at positions {one} and {other} were exchanged");

    public static AuditFinding Exchanged(long one, long other, string what) => At("events_swapped", [one, other],
        $"位置 {one} 与 {other} 的事件互换了部分内容（{what}）", $"the events at positions {one} and {other} had parts exchanged ({what})");

    public static AuditFinding Deleted(long at, long count, long last) => new("events_deleted",
        Text($"原位置 {at} 起的 {count} 个事件被删除，其后的事件被重新编号（现位置 {at} 至 {last}）"),
        Text($"{count} events from position {at} on were deleted and those after them renumbered (now {at} to {last})"))
        {
            First = at, Last = last, Count = count, Positions = [at],
        };

    public static AuditFinding Inserted(long at, long count, long last) => new("events_inserted",
        Text($"位置 {at} 起插入了 {count} 个事件，其后的事件被重新编号（至 {last}）"),
        Text($"{count} events were inserted at position {at} and those after them renumbered (up to {last})"))
        {
            First = at, Last = last, Count = count, Positions = [at],
        };

    public static AuditFinding Unreadable(IReadOnlyList<long> positions) => At("event_unreadable", positions,
        $"位置 {List(positions)} 的事件内容不能按规范读取", $"the event at position {List(positions)} holds what no event can hold");

    public static AuditFinding Uncoded(IReadOnlyList<long> positions) => At("event_unauthenticated", positions,
        $"位置 {List(positions)} 的事件没有写入校验码：不是由服务写入的（被插入）",
        $"the event at position {List(positions)} has no append code: it was not written by the service (inserted)");

    public static AuditFinding Miscoded(IReadOnlyList<long> positions) => At("event_code_wrong", positions,
        $"位置 {List(positions)} 的事件写入校验码不符：不是由服务以此内容写入的",
        $"the event at position {List(positions)} has a wrong append code: the service did not write it, or not so");

    public static AuditFinding Backwards(IReadOnlyList<long> positions) => At("times_backwards", positions,
        $"位置 {List(positions)} 的事件记录时间不晚于前一事件", $"the event at position {List(positions)} was recorded no later than the one before it");

    public static AuditFinding Stream(Guid stream, long events, long highest, long? said, long first, long last) => new("stream_versions",
        Text($"流 {stream} 的版本不符：有 {events} 个事件，最高版本 {highest}，流登记为 {said?.ToString(CultureInfo.InvariantCulture) ?? "无"}（位置 {first} 至 {last}）"),
        Text($"the versions of stream {stream} do not add up: {events} events, the highest version {highest}, the stream's row says {said?.ToString(CultureInfo.InvariantCulture) ?? "nothing"} (positions {first} to {last})"))
    { Stream = stream, First = first, Last = last };

    public static AuditFinding StreamEmpty(Guid stream, long said) => new("stream_without_events",
        Text($"流 {stream} 登记有 {said} 个事件，日志中一个也没有"),
        Text($"stream {stream} is said to have {said} events and has none")) { Stream = stream };

    public static AuditFinding Head(string hash, long size) => new("tree_head_altered",
        Text($"存储的 {hash} 树根（{size} 个事件）被改动：与事件和树都不符"),
        Text($"the stored root of the {hash} tree over {size} events was altered: neither events nor tiles give it")) { Hash = hash,
        Last = size };

    public static AuditFinding TreeBeyond(string hash, long size, long head) => new("log_rolled_back",
        Text($"日志只有 {head} 个事件，而 {hash} 树已覆盖 {size} 个：位置 {head + 1} 至 {size} 的事件丢失"),
        Text($"the log has {head} events, but its {hash} tree covers {size}: the events {head + 1} to {size} are gone"))
        {
            Hash = hash, First = head + 1, Last = size, Count = size - head,
        };

    public static AuditFinding Beyond(string where, string hash, long size, long head, DateTimeOffset? since) => new("log_rolled_back",
        Text($"日志被回退：{where}的检查点覆盖 {size} 个事件，日志现只有 {head} 个（最后一个记录于 {Time(since)}）；位置 {head + 1} 至 {size} 的事件丢失"),
        Text($"the log was rolled back: the checkpoint of {where} covers {size} events, the log has {head} (the last recorded at {Time(since)}); the events {head + 1} to {size} are gone"))
    { Hash = hash, First = head + 1, Last = size, Count = size - head };

    public static AuditFinding Contradicted(string where, string hash, long size, long good) => new("kept_checkpoint_contradicted",
        Text($"前 {size} 个事件与{where}保存的检查点不符：位置 {good + 1} 至 {size} 之间的记录被改写"),
        Text($"the first {size} events are not those of the checkpoint of {where}: the record was rewritten between positions {good + 1} and {size}")) { Hash = hash, First = good + 1, Last = size };

    public static AuditFinding Roots(string hash, long size, long last, long count, long good, bool tilesToo) =>
        new("checkpoint_root_differs",
        Text($"{count} 个 {hash} 检查点与事件不符（大小 {size} 至 {last}）；最后一致的检查点大小为 {good}{(tilesToo ? "：事件与树被一并改写" : "")}"),
        Text($"{count} {hash} checkpoints differ from the events (sizes {size} to {last}); the last that agrees has size {good}{(tilesToo ? ": events and tree were rewritten together" : "")}"))
    { Hash = hash, First = good + 1, Last = size, Count = count };

    public static AuditFinding Signatures(string code, string chinese, string english, string hash, IReadOnlyList<long> sizes) => new(code,
        Text($"{hash} 检查点（大小 {List(sizes)}）{chinese}"), Text($"the {hash} checkpoint of size {List(sizes)} {english}"))
        {
            Hash = hash, First = sizes[0], Last = sizes[^1], Count = sizes.Count, Positions = [.. sizes.Take(Named)],
        };

    private static AuditFinding At(string code, IReadOnlyList<long> positions, string chinese, string english) =>
        new(code, chinese, english)
    {
        First = positions[0], Last = positions[^1], Count = positions.Count, Positions = [.. positions.Take(Named)],
    };

    private static string List(IReadOnlyList<long> positions) => positions.Count switch
    {
        1 => Text($"{positions[0]}"),
        _ when positions[^1] - positions[0] == positions.Count - 1 => Text($"{positions[0]}–{positions[^1]}"),
        <= Named => string.Join(", ", positions),
        _ => Text($"{string.Join(", ", positions.Take(Named))} … {positions[^1]} ({positions.Count})"),
    };

    private static string Time(DateTimeOffset? at) =>
        at?.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "–";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
