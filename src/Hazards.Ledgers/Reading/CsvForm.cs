using System.Text;
using System.Text.Unicode;

namespace Hazards.Ledgers;

/// <summary>How a csv is written: its encoding, where its text starts, and what separates its fields.</summary>
internal sealed record CsvForm(Encoding Encoding, string EncodingName, int Start, char Delimiter)
{
    public static CsvForm Detect(byte[] bytes)
    {
        var (encoding, name, start) = DetectEncoding(bytes);
        var form = new CsvForm(encoding, name, start, ',');
        return form with { Delimiter = CsvDelimiter.Detect(form.OpenText(bytes)) };
    }

    public StreamReader OpenText(byte[] bytes) =>
        new(new MemoryStream(bytes, Start, bytes.Length - Start, writable: false), Encoding, detectEncodingFromByteOrderMarks: false);

    private static (Encoding, string, int) DetectEncoding(byte[] bytes)
    {
        if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            return FirstBreak(bytes) is { } at ? throw BrokenUtf8(at) : (Utf8Encoding, "utf-8", 3);
        if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Checked(
            bytes, new UnicodeEncoding(false, false, true), "utf-16le", 2);
        if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Checked(
            bytes, new UnicodeEncoding(true, false, true), "utf-16be", 2);
        if (bytes.AsSpan().Contains((byte)0)) throw new RefusedException(Refusals.FileNotText.At(null));
        if (FirstBreak(bytes) is not { } broken) return (Utf8Encoding, "utf-8", 0);
        if (LooksLikeUtf8(bytes)) throw BrokenUtf8(broken);
        if (IsGb18030(bytes)) return (Gb18030, "gb18030", 0);
        throw FirstBreakOfGb18030(bytes) is { } bad
            ? new RefusedException(Refusals.TextBroken.At($"byte {bad}", bad, "GB18030"))
            : BrokenUtf8(broken);
    }

    private static UTF8Encoding Utf8Encoding { get; } = new(false, true);

    private static Encoding Gb18030 { get; } = CodePagesEncodingProvider.Instance
        .GetEncoding("GB18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    private static RefusedException BrokenUtf8(int at) => new(Refusals.TextBrokenUtf8.At($"byte {at}", at));

    /// <summary>Offset of the first byte that is not part of valid UTF-8; null when all is.</summary>
    private static int? FirstBreak(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes)) return null;
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done) at += length;
        return at;
    }

    /// <summary>
    /// A damaged UTF-8 file still has more whole Chinese characters than broken ones; read as UTF-8, a GB18030 file has next to
    /// none.
    /// </summary>
    private static bool LooksLikeUtf8(ReadOnlySpan<byte> bytes)
    {
        int whole = 0, breaks = 0;
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out _, out var length);
            if (status != System.Buffers.OperationStatus.Done) breaks++;
            else if (length > 2) whole++;
            bytes = bytes[length..];
        }
        return whole >= breaks;
    }

    /// <summary>
    /// Offset of the first byte that GB18030 does not know, where nearly all others are its characters; null where the text is hardly
    /// GB18030 at all.
    /// </summary>
    private static int? FirstBreakOfGb18030(ReadOnlySpan<byte> bytes)
    {
        int? first = null;
        int whole = 0, breaks = 0;
        for (var at = 0; at < bytes.Length;)
        {
            var (lead, next) = (bytes[at], at + 1 < bytes.Length ? bytes[at + 1] : (byte)0);
            if (lead < 0x80) at++;
            else if (lead is >= 0x81 and <= 0xFE && next is >= 0x40 and <= 0xFE and not 0x7F) (at, whole) = (at + 2, whole + 1);
            else if (lead is >= 0x81 and <= 0xFE && next is >= 0x30 and <= 0x39 && at + 3 < bytes.Length) (at, whole) = (at + 4, whole + 1);
            else
            {
                first ??= at;
                breaks++;
                at++;
            }
        }
        return whole > 20 * breaks ? first : null;
    }

    private static bool IsGb18030(byte[] bytes)
    {
        try
        {
            // Nearly any bytes decode as GB18030; what decodes into private use characters is something else.
            return !Gb18030.GetString(bytes).AsSpan().ContainsAnyInRange('\uE000', '\uF8FF');
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static (Encoding, string, int) Checked(byte[] bytes, Encoding encoding, string name, int start)
    {
        try
        {
            var text = encoding.GetString(bytes, start, bytes.Length - start);
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new RefusedException(Refusals.FileNotText.At(null))
                : (encoding, name, start);
        }
        catch (DecoderFallbackException e)
        {
            throw new RefusedException(Refusals.TextBroken.At($"byte {start + Math.Max(e.Index, 0)}", start + Math.Max(e.Index, 0), name));
        }
    }
}

/// <summary>Guesses what separates the fields from the first lines.</summary>
internal static class CsvDelimiter
{
    private const int LinesLookedAt = 50;
    private static readonly char[] Candidates = [',', ';', '\t'];

    public static char Detect(StreamReader text)
    {
        using (text)
        {
            var lines = new List<int[]>();
            var counts = new int[Candidates.Length];
            var quoted = false;
            for (int c; lines.Count < LinesLookedAt && (c = text.Read()) >= 0;)
            {
                if (c == '"') quoted = !quoted;
                if (quoted) continue;
                if (c == '\n')
                {
                    if (counts.Any(n => n > 0)) lines.Add(counts);
                    counts = new int[Candidates.Length];
                }
                else if (Array.IndexOf(Candidates, (char)c) is >= 0 and var which) counts[which]++;
            }
            if (counts.Any(n => n > 0)) lines.Add(counts);
            return Candidates[Best(lines)];
        }
    }

    /// <summary>The delimiter whose commonest count above zero is shared by most lines; the comma when none stands out.</summary>
    private static int Best(List<int[]> lines)
    {
        var best = 0;
        (int Agreeing, int Count) bestScore = (0, 0);
        for (var which = 0; which < Candidates.Length; which++)
        {
            var common = lines.Select(l => l[which]).Where(n => n > 0).GroupBy(n => n)
                .OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).FirstOrDefault();
            var score = common is null ? (0, 0) : (common.Count(), common.Key);
            if (score.CompareTo(bestScore) > 0) (best, bestScore) = (which, score);
        }
        return best;
    }
}
