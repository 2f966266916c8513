using System.Security.Cryptography;
using System.Text;

namespace Hazards.Ledgers;

/// <summary>
/// Names for rows. A serial number names a row only as long as no other row has it; then what does not change while a
/// hazard is worked on (time, place, description) is added, so that a new state does not make a new hazard.
/// </summary>
internal static class RowKeys
{
    private const char UnitSeparator = '\u001F', RecordSeparator = '\u001E';

    private static readonly LedgerField[] Lasting =
        [LedgerField.FoundAt, LedgerField.Enterprise, LedgerField.Project, LedgerField.Place, LedgerField.Description];

    /// <summary>Digest of the lasting cells. White space does not count: retyping a cell must not make a new hazard.</summary>
    public static string Identity(IReadOnlyList<MeantCell> cells)
    {
        var content = new StringBuilder();
        foreach (var field in Lasting)
        {
            foreach (var cell in cells)
                if (cell.Column.Field == field)
                    content.AppendJoin("", Stable(cell).Where(c => !char.IsWhiteSpace(c)));
            content.Append(UnitSeparator);
        }
        return Digest(content.ToString())[..32];
    }

    /// <summary>Digest of everything in the row, header by header, and of its pictures: one that was exchanged changes the row.</summary>
    public static string Fingerprint(IReadOnlyList<LedgerRowCell> cells, IReadOnlyList<LedgerPicture>? pictures = null)
    {
        var content = new StringBuilder();
        foreach (var cell in cells)
            content.Append(cell.Header).Append(UnitSeparator).Append(cell.Text).Append(RecordSeparator);
        foreach (var picture in pictures ?? [])
            if (picture.Image is { } image)
                content.Append(picture.Header).Append(UnitSeparator).Append(image.Digest).Append(RecordSeparator);
        return Digest(content.ToString());
    }

    /// <summary>sheet/number, sheet/number#identity or sheet/#identity; ~2, ~3 … for rows that are the same in all of it.</summary>
    public static string Key(string sheet, string? externalId, bool unique, string identity, int occurrence)
    {
        var place = sheet.Length > 0 ? sheet + "/" : "";
        if (externalId is not null && unique) return place + externalId;
        return $"{place}{externalId}#{identity}{(occurrence > 1 ? $"~{occurrence}" : "")}";
    }

    /// <summary>A date typed as text and the same date as a serial are the same date.</summary>
    private static string Stable(MeantCell cell) =>
        cell.Column.Field == LedgerField.FoundAt && DateTexts.TryRead(cell.Cell, [], out var date)
            ? date.At.ToString("yyyyMMddHHmmss", System.Globalization.CultureInfo.InvariantCulture)
            : cell.Text;

    private static string Digest(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
}
