using System.Text.Json.Serialization;

namespace Hazards.Ledgers;

/// <summary>A picture of a row.</summary>
/// <param name="Header">The header it stands under; null outside the table.</param>
/// <param name="Address">Its cell, or the cell at its upper left corner.</param>
public sealed record LedgerPicture(string? Header, string Address)
{
    private static readonly string[] Afterwards = ["后", "完成", "复查", "复核", "验收", "销号", "整改情况", "整改结果", "整改照片", "整改图片"];

    /// <summary>Whether it shows the repair, by its header; otherwise what was found.</summary>
    public bool IsAfter =>
        Header is not null && !Header.Contains('前', StringComparison.Ordinal)
            && Afterwards.Any(w => Header.Contains(w, StringComparison.Ordinal));

    /// <summary>Whether the file holds it; a cell may speak of one that it has lost.</summary>
    public bool IsThere => Image is not null;

    [JsonIgnore]
    internal SheetImage? Image { get; init; }

    /// <summary>Its bytes as they stand in the file; null where it has none. Not while another row is being read.</summary>
    public byte[]? Read() => Image?.Read();
}
