using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Hazards.Api.Reports;
using Hazards.Domain;

namespace Hazards.Api.Lists;

/// <summary>Writes a list row by row to a file that is gone when it is closed.</summary>
internal sealed class ListWriter : IAsyncDisposable
{
    /// <summary>As many rows as a worksheet has, but for title, caption and heads.</summary>
    private const int MostRows = 1_048_576 - Heads;
    private const int Heads = 3;

    private readonly ListFormat _format;
    private readonly ImmutableArray<(string Head, double Width)> _columns;
    private readonly FileStream _file = Open();
    private readonly StreamWriter _rows;
    private readonly Sheet _sheet;

    public ListWriter(ListFormat format, string title, ImmutableArray<(string Head, double Width)> columns)
    {
        (_format, Title, _columns) = (format, title, columns);
        _rows = new StreamWriter(
            _file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: format == ListFormat.Csv), 1 << 16, leaveOpen: true);
        _sheet = new Sheet(title, [.. columns.Select(c => c.Width)], Heads);
        if (format == ListFormat.Csv)
            Line([.. columns.Select(c => (object?)c.Head)]);
    }

    public string Title { get; }

    public int Count { get; private set; }

    /// <summary>Whether there is a row that has no place.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Adds a row; false when there is no place for it.</summary>
    public bool Add(IReadOnlyList<object?> cells)
    {
        if (IsFull || (IsFull = _format == ListFormat.Xlsx && Count == MostRows))
            return false;
        Count++;
        if (_format == ListFormat.Csv)
            Line(cells);
        else
            // Texts are cells of text and never formulas; the apostrophe is for those who save the sheet as csv.
            _sheet.Row(CellStyle.Text, [.. cells.Select(v => v is string text ? ListFiles.Plain(text) : v)]);
        return true;
    }

    /// <summary>Puts what was added on disk.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_format == ListFormat.Xlsx)
            await _rows.WriteAsync(_sheet.TakeRows().AsMemory(), cancellationToken);
        await _rows.FlushAsync(cancellationToken);
    }

    /// <summary>The file, whole.</summary>
    public async Task<ListFile> FinishAsync(
        string name, string caption, ImmutableArray<HazardId> shown, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        await _rows.DisposeAsync();
        if (_format == ListFormat.Csv)
            return new ListFile(
                _file, await DigestOfAsync(_file, cancellationToken), ListFiles.Csv + "; charset=utf-8", $"{name}.csv", shown);
        var whole = Open();
        var workbook = new Workbook();
        workbook.Add(Title, [.. _columns.Select(c => c.Width)]).Across(CellStyle.Title, Title, 28).Across(CellStyle.Caption, caption, 18)
            .Row(CellStyle.Head, [.. _columns.Select(c => (object?)c.Head)]);
        _file.Position = 0;
        await workbook.WriteAsync(whole, _file, cancellationToken);
        await _file.DisposeAsync();
        return new ListFile(whole, await DigestOfAsync(whole, cancellationToken), ReportSheets.MediaType, $"{name}.xlsx", shown);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private void Line(IReadOnlyList<object?> cells)
    {
        for (var i = 0; i < cells.Count; i++)
        {
            _rows.Write(i == 0 ? "" : ",");
            _rows.Write(ListFiles.Field(cells[i]));
        }

        _rows.Write("\r\n");
    }

    private static async Task<Sha256Digest> DigestOfAsync(FileStream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        return Sha256Digest.OfHash(await SHA256.HashDataAsync(file, cancellationToken));
    }

    private static FileStream Open()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            BufferSize = 1 << 16,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"hazards-list-{Guid.NewGuid():N}"), options);
    }
}
