using System.Text;

namespace Hazards.Ledgers;

/// <summary>
/// Separated values by RFC 4180, and a little more forgiving, as ledgers are: any line ending, quotes inside an
/// unquoted field taken as they stand, text after a closing quote kept.
/// </summary>
internal sealed class CsvRows
{
    private readonly StreamReader _text;
    private readonly char _delimiter;
    private readonly Quota _quota;
    private readonly SheetLayout _layout;
    private readonly StringBuilder _field = new();
    private int _line = 1;
    private int _row;

    private CsvRows(StreamReader text, char delimiter, Quota quota, SheetLayout layout) =>
        (_text, _delimiter, _quota, _layout) = (text, delimiter, quota, layout);

    public static IEnumerable<SheetRow> Read(byte[] bytes, CsvForm form, Quota quota, SheetLayout layout)
    {
        using var text = form.OpenText(bytes);
        var rows = new CsvRows(text, form.Delimiter, quota, layout);
        while (rows.ReadRow() is { } row) yield return row;
    }

    private SheetRow? ReadRow()
    {
        if (_text.Peek() < 0) return null;
        _row++;
        List<SheetCell> cells = [];
        var column = 0;
        bool more;
        do
        {
            more = ReadField();
            column++;
            if (_field.Length == 0) continue;
            _quota.Cell(column, _row, _field.Length);
            cells.Add(new(_row, column, _field.ToString(), CellKind.Text));
        }
        while (more);
        if (cells.Count > 0) _quota.Row(_layout, CellAddress.Of(1, _row));
        return new(_row, cells, column, Hidden: false);
    }

    /// <summary>Reads one field; true when another follows on the same row.</summary>
    private bool ReadField()
    {
        _field.Clear();
        if (_text.Peek() == '"')
        {
            _text.Read();
            ReadQuoted();
        }
        while (true)
        {
            var c = _text.Read();
            if (c == _delimiter) return true;
            if (c < 0) return false;
            if (c is '\r' or '\n')
            {
                EndLine(c);
                return false;
            }
            Append((char)c);
        }
    }

    private void ReadQuoted()
    {
        var opened = _line;
        while (true)
        {
            var c = _text.Read();
            if (c < 0) throw new RefusedException(Refusals.CsvUnclosedQuote.At($"line {opened}", opened));
            if (c == '"')
            {
                if (_text.Peek() != '"') return;
                _text.Read();
            }
            if (c == '\n') _line++;
            Append((char)c);
        }
    }

    private void EndLine(int c)
    {
        if (c == '\r' && _text.Peek() == '\n') _text.Read();
        _line++;
    }

    private void Append(char c)
    {
        _field.Append(c);
        // Checked while the field grows: an unclosed quote would otherwise collect the rest of the file.
        if (_field.Length > _quota.Limits.CellCharacters)
            throw new RefusedException(Refusals.CellTooLong.At($"line {_line}", _quota.Limits.CellCharacters));
    }
}
