using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Hazards.Evidence.Proof;

/// <summary>检查点: how many leaves a log has and what their root is (C2SP tlog-checkpoint): the text of a <see cref="SignedNote"/>.</summary>
/// <param name="Origin">Which log: a name of its own, for ever.</param>
/// <param name="Size">The number of leaves.</param>
/// <param name="Root">Their root.</param>
public sealed record Checkpoint(string Origin, long Size, Digest Root)
{
    /// <summary>The text, ending with a newline.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root}\n");

    /// <summary>The note without a signature yet.</summary>
    public SignedNote ToNote() => new(ToString(), []);

    /// <summary>Reads a note's text; extension lines are not accepted, since nobody can check what they say.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (text?.Split('\n') is not [{ Length: > 0 } origin, var sizeText, var rootText, ""])
            return false;
        if (!long.TryParse(sizeText, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || !Digest.TryParse(rootText, out var root))
            return false;
        checkpoint = new Checkpoint(origin, size, root);
        return checkpoint.ToString() == text;
    }
}
