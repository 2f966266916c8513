using System.Buffers;

namespace Hazards.Ledgers;

/// <summary>
/// Reads levels. The law knows two (安全生产法: 一般, 重大); ledgers number three or more (1级 重大, 2级 突出, 3级 一般)
/// or letter them, as mines do. Level 2 and B lie between: they are read as general and said to be between, unless the
/// mapping decides otherwise.
/// </summary>
internal sealed class Levels(LedgerMapping mapping)
{
    private readonly Dictionary<string, LedgerLevel> _own = Normalised(mapping.Levels);

    /// <summary>What a level's text stands for.</summary>
    /// <param name="Level">The level; null when it is not understood.</param>
    /// <param name="Between">Whether it stood between the two levels of the law.</param>
    /// <param name="Contradictory">Whether its words say one level and its number another: 一般1级.</param>
    /// <param name="IsCode">Whether it is a number alone that means major in one place and general in another: 1, 2.</param>
    internal readonly record struct Reading(LedgerLevel? Level, bool Between, bool Contradictory, bool IsCode = false);

    public Reading Read(string text)
    {
        var plain = Words.Key(WithDigits(text));
        if (_own.TryGetValue(plain, out var own)) return new(own, false, false);
        // -5%, 3？: signs that are left out of words say that it is no level, or that nobody is sure.
        if (IsDoubtful(text)) return default;
        if (plain is "0" or "1" or "2" && !text.Any(c => c is '一' or '二' or 'I' or 'Ⅰ' or 'Ⅱ')) return new(null, false, false, true);
        plain = plain.Replace("隐患", "", StringComparison.Ordinal).Replace("事故", "", StringComparison.Ordinal)
            .Replace("安全", "", StringComparison.Ordinal).Replace("生产", "", StringComparison.Ordinal);
        if (plain.Length == 0) return default;
        if (_own.TryGetValue(plain, out own)) return new(own, false, false);
        var word = ReadWord(ref plain);
        var grade = plain.Length == 0 ? null : ReadGrade(plain);
        if (plain.Length > 0 && grade is null) return default;
        if (word is { } w && grade is { } g)
            return w.Level == g.Level ? new(w.Level, w.Between || g.Between, false) : new(null, false, true);
        return word ?? grade ?? default;
    }

    private static readonly SearchValues<char> Doubts = SearchValues.Create("%?<>~=≥≤");

    private static bool IsDoubtful(string text)
    {
        var plain = Words.HalfWidth(text).AsSpan().Trim();
        return plain.ContainsAny(Doubts) || plain.Length > 1 && plain[0] is '-' or '+' && char.IsAsciiDigit(plain[1]);
    }

    /// <summary>Takes a leading word off the text and reads it.</summary>
    private static Reading? ReadWord(ref string plain)
    {
        foreach (var (word, reading) in LevelWords)
        {
            if (!plain.StartsWith(word, StringComparison.Ordinal)) continue;
            plain = plain[word.Length..];
            return reading;
        }
        return null;
    }

    private Reading? ReadGrade(string plain)
    {
        var grade = plain.TrimEnd('级', '类', '等', '型');
        if (_own.TryGetValue(grade, out var own) || _own.TryGetValue(grade + "级", out own)) return new(own, false, false);
        return grade switch
        {
            "1" or "A" => new(LedgerLevel.Major, false, false),
            "2" or "B" => new(LedgerLevel.General, true, false),
            "3" or "4" or "5" or "C" or "D" => new(LedgerLevel.General, false, false),
            _ => null,
        };
    }

    private static readonly (string Word, Reading Reading)[] LevelWords =
    [
        ("特别重大", new(LedgerLevel.Major, false, false)),
        ("重大", new(LedgerLevel.Major, false, false)),
        ("较大", new(LedgerLevel.General, true, false)),
        ("突出", new(LedgerLevel.General, true, false)),
        ("一般", new(LedgerLevel.General, false, false)),
    ];

    /// <summary>Roman and Chinese numerals as digits: Ⅲ级, III级 and 三级 are 3级.</summary>
    private static string WithDigits(string text)
    {
        var plain = Words.HalfWidth(text).Trim();
        foreach (var (numeral, digit) in Numerals) plain = plain.Replace(numeral + "级", digit + "级", StringComparison.OrdinalIgnoreCase);
        foreach (var (numeral, digit) in Numerals)
            if (string.Equals(plain, numeral, StringComparison.OrdinalIgnoreCase))
                return digit;
        // Excel writes some whole numbers as 3.0.
        return plain.EndsWith(".0", StringComparison.Ordinal) ? plain[..^2] : plain;
    }

    private static readonly (string Numeral, string Digit)[] Numerals =
    [
        ("III", "3"), ("IV", "4"), ("II", "2"), ("V", "5"), ("I", "1"),
        ("Ⅰ", "1"), ("Ⅱ", "2"), ("Ⅲ", "3"), ("Ⅳ", "4"), ("Ⅴ", "5"),
        ("一", "1"), ("二", "2"), ("三", "3"), ("四", "4"), ("五", "5"),
    ];

    private static Dictionary<string, LedgerLevel> Normalised(IReadOnlyDictionary<string, LedgerLevel> levels)
    {
        var own = new Dictionary<string, LedgerLevel>(StringComparer.Ordinal);
        foreach (var (text, level) in levels) own[Words.Key(WithDigits(text))] = level;
        return own;
    }
}
