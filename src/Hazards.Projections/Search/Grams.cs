using System.Globalization;
using Hazards.Domain;

namespace Hazards.Projections.Search;

/// <summary>
/// Full-text search that knows no words: Chinese is written without blanks, and most of its words have two characters,
/// which trigrams cannot find. So every character and every pair of neighbours is indexed, as a number.
/// </summary>
internal static class Grams
{
    /// <summary>Stands in the grams of a text that has more than are kept; a search always looks such a text through.</summary>
    public const int More = 0;

    /// <summary>A text with more grams than this is looked through instead: one of 8,000 characters would cost its append 10 ms.</summary>
    public const int Most = 1000;

    private const int MostOfWord = 24;

    /// <summary>The text as it is searched: width and case do not matter (ＣＯ２ is co2), nor which blank or line break.</summary>
    public static string Normalize(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (var i = 0; i < to.Length; i++)
            to[i] = char.IsWhiteSpace(from[i]) || char.IsControl(from[i]) ? ' ' : char.ToLowerInvariant(Narrow(from[i]));
    });

    // The full-width forms of ASCII that Chinese input methods produce. The runtime's own normalization is not there in
    // invariant globalization, which the service runs in.
    private static char Narrow(char c) => c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c;

    /// <summary>The grams of a normalized text, each once, in ascending order.</summary>
    public static int[] Of(string normalized)
    {
        var grams = new SortedSet<int>();
        Add(grams, normalized, Most);
        if (grams.Count > Most)
            grams.Add(More);
        return [.. grams];
    }

    /// <summary>The words of a search: all must be in the text. Empty when there is nothing to look for.</summary>
    public static string[] WordsOf(string search) =>
        [.. Normalize(search).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];

    /// <summary>Grams that a text with this word must have; enough of them to be selective, not all of a long word.</summary>
    public static IEnumerable<int> OfWord(string word)
    {
        if (word.Length == 1)
            return [Single(word[0])];
        var pairs = Math.Min(word.Length - 1, MostOfWord);
        return Enumerable.Range(0, pairs).Select(i => Pair(word[i], word[i + 1]));
    }

    /// <summary>
    /// The grams of a text with its county and its township, as far as they are known, so that a search within one does not look at what
    /// is like it elsewhere. They are negative numbers that no text in use makes; one that did would be looked at in vain.
    /// </summary>
    public static int[] Of(string normalized, RegionCode region)
    {
        var grams = new SortedSet<int>(Of(normalized));
        if (region.Level <= RegionLevel.County)
            grams.Add(Place(region, RegionLevel.County));
        if (region.Level <= RegionLevel.Township)
            grams.Add(Place(region, RegionLevel.Township));
        return [.. grams];
    }

    /// <summary>What the texts of a region have in common: of its township or county. Null for wider regions.</summary>
    public static int? OfPlace(RegionCode region) => region.Level switch
    {
        <= RegionLevel.Township => Place(region, RegionLevel.Township),
        RegionLevel.County => Place(region, RegionLevel.County),
        _ => null,
    };

    private static int Place(RegionCode region, RegionLevel level) => -int.Parse(region.At(level).Value, CultureInfo.InvariantCulture);

    private static void Add(SortedSet<int> grams, string text, int most)
    {
        for (var i = 0; i < text.Length && grams.Count <= most; i++)
        {
            if (text[i] == ' ')
                continue;
            grams.Add(Single(text[i]));
            if (i + 1 < text.Length && text[i + 1] != ' ')
                grams.Add(Pair(text[i], text[i + 1]));
        }
    }

    private static int Single(char c) => c;

    private static int Pair(char first, char second) => unchecked((first << 16) | second);
}
