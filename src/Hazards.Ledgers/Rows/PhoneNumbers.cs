namespace Hazards.Ledgers;

/// <summary>Telephone numbers in the texts of a ledger.</summary>
public static class PhoneNumbers
{
    /// <summary>What stands where one stood.</summary>
    public const string Hidden = "（电话已封存）";

    /// <summary>A text without its telephone numbers, and the numbers; the text itself where it has none.</summary>
    public static (string Text, IReadOnlyList<string> Numbers) Hide(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!CellReader.MayHoldPhone(text)) return (text, []);
        var plain = Words.HalfWidth(text);
        var found = CellReader.Phone().Matches(plain);
        if (found.Count == 0) return (text, []);
        var hidden = text;
        // From the end, so that what stands before keeps its place; half-width signs stand where the full-width ones did.
        foreach (var match in found.Reverse())
            hidden = string.Concat(hidden.AsSpan(0, match.Index), Hidden, hidden.AsSpan(match.Index + match.Length));
        return (hidden, [.. found.Select(m => m.Value)]);
    }
}
