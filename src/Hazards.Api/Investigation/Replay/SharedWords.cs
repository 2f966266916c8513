using Hazards.Projections;

namespace Hazards.Api.Investigation.Replay;

/// <summary>What two callers say in the same words: where it is, mostly (乾州古城南门口).</summary>
internal static class SharedWords
{
    // A call is short; of what is longer, the beginning says what it is about.
    private const int Read = 500;

    /// <summary>The longest run of Chinese characters that stands in both texts.</summary>
    public static string Of(string one, string other)
    {
        var a = one.AsSpan(0, Math.Min(one.Length, Read));
        var b = other.AsSpan(0, Math.Min(other.Length, Read));
        var (before, now) = (new int[b.Length + 1], new int[b.Length + 1]);
        var (longest, end) = (0, 0);
        for (var i = 0; i < a.Length; i++)
        {
            for (var j = 0; j < b.Length; j++)
            {
                now[j + 1] = a[i] == b[j] && a[i] is >= '\u4e00' and <= '\u9fff' ? before[j] + 1 : 0;
                if (now[j + 1] > longest)
                    (longest, end) = (now[j + 1], i + 1);
            }

            (before, now) = (now, before);
        }

        return one[(end - longest)..end];
    }
}

/// <summary>What else is said in the same county: words that many use (存在安全隐患) say nothing of where it is.</summary>
internal sealed class TextsOfACounty(IEnumerable<string> texts)
{
    private const int Few = 3;
    private const int OneIn = 10;

    private readonly string[] all = [.. texts];

    /// <summary>Whether words are enough to be a place, and few use them.</summary>
    public bool AreFew(string words) =>
        words.Length >= LookAlikeQueries.ShortestPlace
        && all.Count(t => t.Contains(words, StringComparison.Ordinal)) <= Math.Max(Few, all.Length / OneIn);
}
