using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Ledgers;
using LedgerCell = Hazards.Domain.LedgerCell;

namespace Hazards.Api.Import;

/// <summary>电话号码: the cells of a row as they are kept in clear, and the telephone numbers that are sealed instead.</summary>
/// <param name="Cells">Every cell, without the numbers.</param>
/// <param name="Contact">Whose numbers they are; null where the row has none.</param>
/// <param name="Clear">The cells that hold them, as they stand, one a line.</param>
internal sealed record RowPhones(ImmutableArray<LedgerCell> Cells, PersonData? Contact, string? Clear)
{
    private const int LongestName = 100;
    private const int LongestPhone = 60;

    public static RowPhones Of(LedgerRow row)
    {
        // What is said in clear anyway, as the hazard's own words, and the row's number.
        string?[] said = row.Understood is { } u ? [u.Description, u.Measures, u.Result, u.Basis, u.ExternalId] : [];
        var (cells, numbers, clear) = (ImmutableArray.CreateBuilder<LedgerCell>(row.Cells.Count), new List<string>(), new List<string>());
        foreach (var cell in row.Cells)
        {
            var (text, found) = said.Contains(cell.Text.Trim()) ? (cell.Text, []) : PhoneNumbers.Hide(cell.Text, cell.Header);
            cells.Add(new LedgerCell(cell.Header ?? "", cell.Address, text));
            if (found.Count == 0)
                continue;
            numbers.AddRange(found);
            clear.Add($"{cell.Header}（{cell.Address}）：{cell.Text}");
        }

        if (numbers.Count == 0)
            return new RowPhones(cells.MoveToImmutable(), null, null);
        var contact = new PersonData(LedgerStory.Short(row.Understood?.ResponsiblePerson, LongestName), Joined(numbers));
        return new RowPhones(cells.MoveToImmutable(), contact, string.Join('\n', clear));
    }

    /// <summary>
    /// What was understood of a row, without the numbers in what is no word of the hazard's own: its place, its category, its state.
    /// </summary>
    public static UnderstoodRow Without(UnderstoodRow row) => row with
    {
        Place = Hide(row.Place), Project = Hide(row.Project), Category = Hide(row.Category), Region = Hide(row.Region),
        Sector = Hide(row.Sector), Source = Hide(row.Source), Shift = Hide(row.Shift), Remark = Hide(row.Remark),
        Level = Hide(row.Level), State = Hide(row.State),
    };

    private static string? Hide(string? text) => text is null ? null : PhoneNumbers.Hide(text).Text;

    private static Reading<T>? Hide<T>(Reading<T>? read) where T : struct => read is null ? null : read with { Text = Hide(read.Text)! };

    /// <summary>A row of a report without the numbers in its cells.</summary>
    public static ImportedRow Without(ImportedRow row) =>
        row.Cells.IsDefaultOrEmpty
            ? row
            : row with { Cells = [.. row.Cells.Select(c => c with { Text = PhoneNumbers.Hide(c.Text, c.Header).Text })] };

    private static string Joined(List<string> numbers) =>
        string.Join('、', numbers.Distinct(StringComparer.Ordinal)) is { Length: <= LongestPhone } all ? all : numbers[0];
}
