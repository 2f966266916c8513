using System.Buffers;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>
/// Reads states, on the safe side: "隐患不消除不销号", so what the unit says is done (已整改) is declared and no more;
/// only what somebody inspected is accepted, and only what was written off is closed.
/// </summary>
internal sealed partial class States
{
    private const string Lists = """
        reported: 已上报 已登记 已录入 新增 未处理 待处理 待核实 待审核 待交办 未交办
        assigned: 待整改 未五定 已交办 已下发 已派发 已转办 待五定
        planned: 已五定 五定 已制定方案 已制定整改方案 已落实五定
        rectifying: 整改中 正在整改 未整改 未完成 未完成整改 未整改完成 限期整改 进行中 超期未整改 超期未完成 逾期未完成 到期未整改 未按期整改 未按期完成 推进中 正在推进 序时推进 未改 未治理 尚未整改 暂未整改 部分已整改 部分完成整改 基本完成 需复查 待复核 整改未完成 治理中 正在治理 持续整改 部分整改 部分完成 未销号 未闭环 未办结 复查不合格 验收不合格 不合格 未整改到位 跟踪整改 逾期未整改 未通过
        declared: 已整改 整改完成 已完成 完成整改 完成 已整改完成 已完成整改 整改完毕 已整改完毕 已治理 已处理 已改 待复查 待验收 未复查 未验收 待销号 已申报 已整改待复查 已整改未复查 已整改到位 整改到位 已治理完成 已整改待验收 已整改待销号 已整改未验收 整改完成待验收 整改完成待复查 完成待验收 已整治 已整治完成 整治完成 已落实 已落实整改 已完成治理 已修复 已更换 已按要求整改 已全部整改 全部整改完成 按期整改 按期完成 已按期完成
        accepted: 已复查 复查合格 复查通过 验收合格 验收通过 已验收 已验收合格 已复查合格 已核查 合格 通过
        closed: 已销号 销号 已闭环 闭环 已核销 核销 已办结 办结 已关闭 关闭 已归档 整改销号 已整改销号 已销案 闭环销号 已闭环销号 已完成闭环 已闭环管理 已闭环整改 已验收销号 已复查销号 已核查销号 整改闭环 验收销号
        fixedOnTheSpot: 已现场处理 现场处理 现场已处理 立行立改 已立行立改 即查即改 已即查即改 现场整改 已现场整改 现场已整改 当场整改 已当场整改 立查立改 即知即改 边查边改 立改 立即改正 当场改正 现场改正 现场处置 已现场处置 现场已处置 当场处理 当场处置 已当场处理 当场完成 当场已整改 当场完成整改 现场完成 现场完成整改 现场立即整改 即时整改 即行即改 已即行即改 立查立改完成 马上改 随查随改
        unfounded: 不属实 误报 非隐患 不构成隐患 不是隐患 已驳回 核实不属实 作废
        """;

    private static readonly Dictionary<string, LedgerState> BuiltIn = Load();
    private readonly Dictionary<string, LedgerState> _own = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ownTexts;

    public States(LedgerMapping mapping)
    {
        _ownTexts = [.. mapping.States.Keys.Select(text => text.Trim())];
        foreach (var (text, state) in mapping.States) _own[Words.Key(text)] = state;
    }

    /// <summary>Whether a text is a state by the built-in words; tells a state that strayed into another column.</summary>
    public static bool IsStateWord(string text) => BuiltIn.ContainsKey(Words.Normalise(text));

    /// <summary>The state a text stands for, whether an addition had to be left out, 已整改（3月5日）, and what the addition says.</summary>
    public (LedgerState? State, bool Shortened, string Beside) Read(string text)
    {
        // A ledger says the same few words over and over.
        if (_read.TryGetValue(text, out var known)) return known;
        var read = ReadAnew(text);
        if (_read.Count < MostRemembered && text.Length <= LongestRemembered) _read.Add(text, read);
        return read;
    }

    private const int MostRemembered = 1_000, LongestRemembered = 40;

    private readonly Dictionary<string, (LedgerState? State, bool Shortened, string Beside)> _read = new(StringComparer.Ordinal);

    private (LedgerState? State, bool Shortened, string Beside) ReadAnew(string text)
    {
        if (_own.Count > 0 && _ownTexts.Contains(text.Trim())) return (Find(Words.Key(text)), false, "");
        if (Find(Words.Key(text)) is { } state) return (IsDone(state) && HasDoubtfulSign(text) ? null : state, false, "");
        var bare = Words.Key(Words.WithoutBrackets(text));
        if (bare.Length > 0 && Find(bare) is { } shortened) return Unless(shortened, text, Words.InBrackets(text));
        if (Percent().Match(Words.HalfWidth(text).Trim()) is { Success: true } percent)
            return (percent.Groups["n"].ValueSpan is "100" ? LedgerState.Declared : LedgerState.Rectifying,
                percent.Groups["word"].Length > 0, "");
        // 3月10日已整改: the date stands before its state.
        if (HarmlessAdditions.LeadingDate(text) is { Length: > 0 } date && Find(Words.Key(text.Trim()[date.Length..])) is { } dated)
            return Unless(dated, text, date);
        // 已整改，加装了护罩: what comes first is the state, unless what follows takes it back.
        var head = Head().Match(text.Trim());
        return head.Success && Find(Words.Normalise(head.Groups["head"].Value)) is { } first
            ? Unless(first, text, text.Trim()[head.Length..])
            : (null, false, "");
    }

    private (LedgerState? State, bool Shortened, string Beside) Unless(LedgerState state, string text, string rest) =>
        IsDoubted(state, text, rest) ? (null, false, "") : (state, true, rest);

    /// <summary>
    /// 已整改（部分）, 已销号（待复查）, 已销号（误）, 未整改（已整改）, 已整改？: what is done is so without additions, or with those that are known
    /// to take nothing back; any other, or one that says another state, is a question.
    /// </summary>
    private bool IsDoubted(LedgerState state, string text, string rest)
    {
        if (Find(Words.Key(rest)) is { } other)
            return IsDone(state) != IsDone(other) || state == LedgerState.Unfounded != (other == LedgerState.Unfounded)
                || IsDone(state) && (HasDoubtfulSign(text) || TakesBack(rest));
        return IsDone(state) && (HasDoubtfulSign(Words.WithoutBrackets(text)) || !HarmlessAdditions.Are(rest));
    }

    /// <summary>已销号×, 已销号*, 已整改？: a sign that is no punctuation says something, and nobody knows what.</summary>
    private static bool HasDoubtfulSign(string text) =>
        text.AsSpan().ContainsAny(DoubtfulSigns) || text.Contains("..", StringComparison.Ordinal);

    private static readonly SearchValues<char> DoubtfulSigns = SearchValues.Create("×✗✘☒╳xX?？*＊※~～≠△▲○●◎□☐-－—+＋/／\\#…");

    private static bool IsDone(LedgerState state) => state >= LedgerState.Declared;

    /// <summary>Words that take back, or put off, what stands beside them.</summary>
    public static bool TakesBack(string text) => TakesBackWords().IsMatch(Words.HalfWidth(text));

    [GeneratedRegex(@"^(?<word>已?(?:完成|整改)?(?:整改)?(?:进度|率)?[:：]?)(?<n>100|\d{1,2})(?:\.\d+)?%$", RegexOptions.CultureInvariant)]
    private static partial Regex Percent();

    [GeneratedRegex(@"^(?<head>[^，,。；;：:、\s]{2,10})[，,。；;：:、\s]", RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(@"[未没不非否假虚伪待尚仍但需须缓半拟暂返疑又缺差误错?×]|部[分份]|大部|局部|个别|基本|剩余|其余|除外|除了|[计规]划|预计|准备|正在|整改中|进行中|治理中|施工中|继续|持续|临时"
        + @"|反弹|复发|再次|重新|存在|遗留|退回|驳回|撤销|取消|作废|失效|无效|无法|口头|[自声业位]称|自[述报]|据|反映|听说|有条件|延期|转[下入交移给为办至]|移交|挂账"
        + @"|(?<![0-9.])(?!100(?:\.0+)?\s*%)[0-9.]+\s*%|[0-9]\s*/\s*[0-9]+\s*[处项条个]", RegexOptions.CultureInvariant)]
    private static partial Regex TakesBackWords();

    private LedgerState? Find(string plain) =>
        _own.TryGetValue(plain, out var state) || BuiltIn.TryGetValue(plain, out state) ? state : null;

    private static Dictionary<string, LedgerState> Load()
    {
        var words = new Dictionary<string, LedgerState>(StringComparer.Ordinal);
        foreach (var line in Lists.Split('\n', StringSplitOptions.TrimEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var state = Enum.Parse<LedgerState>(line[..colon], ignoreCase: true);
            foreach (var word in line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)) words.TryAdd(word, state);
        }
        return words;
    }
}
