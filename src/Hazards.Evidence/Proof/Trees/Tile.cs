using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Hazards.Evidence.Proof;

/// <summary>
/// 256 hashes of one level in eight (C2SP tlog-tiles): tile level L holds the hashes of subtrees of 2^(8·L) leaves. A tile
/// at the tree's right edge is partial; it is superseded when it grows and never otherwise changed.
/// </summary>
/// <param name="Level">L, from 0.</param>
/// <param name="Index">N, its number in its level, from 0.</param>
/// <param name="Width">How many hashes, 1 to 256.</param>
public readonly record struct Tile(int Level, long Index, int Width = Tile.FullWidth)
{
    /// <summary>Levels of the tree in a tile.</summary>
    public const int Height = 8;

    /// <summary>Hashes of a full tile.</summary>
    public const int FullWidth = 1 << Height;

    // Leaves are counted in 63 bits.
    private const int HighestLevel = 63 / Height;

    /// <summary>The path by which it is published, such as <c>tile/0/x001/x234/067.p/12</c>.</summary>
    public string Path
    {
        get
        {
            var digits = Index.ToString("D3", CultureInfo.InvariantCulture);
            digits = digits.PadLeft((digits.Length + 2) / 3 * 3, '0');
            var path = new StringBuilder(FormattableString.Invariant($"tile/{Level}/"));
            for (var at = 0; at < digits.Length - 3; at += 3)
                path.Append('x').Append(digits, at, 3).Append('/');
            path.Append(digits, digits.Length - 3, 3);
            return Width == FullWidth ? path.ToString() : path.Append(CultureInfo.InvariantCulture, $".p/{Width}").ToString();
        }
    }

    /// <summary>The tile that holds a subtree's hash, or the hashes it is made of, in a tree of a size.</summary>
    public static Tile Holding(Subtree subtree, long size)
    {
        var level = subtree.Level / Height;
        var within = subtree.Level - level * Height;
        var index = subtree.Index << within >> Height;
        var known = (size >> (level * Height)) - (index << Height);
        return new Tile(level, index, (int)Math.Min(known, FullWidth));
    }

    /// <summary>Makes a subtree's hash from the tile that holds it.</summary>
    public Digest HashOf(Subtree subtree, ReadOnlySpan<Digest> hashes, TreeHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        var within = subtree.Level - Level * Height;
        var first = (int)((subtree.Index << within) - (Index << Height));
        return Gather(hashes.Slice(first, 1 << within), hash);
    }

    /// <summary>All tiles of a tree of a size that a tree of an earlier size had not, or had narrower: the lowest level first.</summary>
    public static IEnumerable<Tile> Between(long earlier, long size)
    {
        for (var level = 0; size >> (level * Height) > 0; level++)
        {
            var (had, has) = (earlier >> (level * Height), size >> (level * Height));
            if (had == has)
                continue;
            for (var index = had >> Height; index << Height < has; index++)
                yield return new Tile(level, index, (int)Math.Min(has - (index << Height), FullWidth));
        }
    }

    /// <summary>Reads a path; false when it is none in canonical form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? path, out Tile tile)
    {
        tile = default;
        if (path?.Split('/') is not ["tile", var levelText, .. var rest] || !int.TryParse(
            levelText, NumberStyles.None, CultureInfo.InvariantCulture, out var level) || level > HighestLevel)
            return false;
        var width = FullWidth;
        if (rest is [.. var before, var partial, var widthText] && partial.EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(widthText, NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is < 1 or >= FullWidth)
                return false;
            rest = [.. before, partial[..^2]];
        }
        var digits = string.Concat(rest.Select(part => part.TrimStart('x')));
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return false;
        tile = new Tile(level, index, width);
        return tile.Path == path;
    }

    private static Digest Gather(ReadOnlySpan<Digest> hashes, TreeHash hash) =>
        hashes.Length == 1
            ? hashes[0]
            : hash.Node(Gather(hashes[..(hashes.Length / 2)], hash), Gather(hashes[(hashes.Length / 2)..], hash));
}
