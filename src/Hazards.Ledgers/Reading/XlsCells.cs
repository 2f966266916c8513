using System.Buffers.Binary;
using System.Text;

namespace Hazards.Ledgers;

/// <summary>
/// Cells of a binary workbook as its records hold them ([MS-XLS], in the stream of a compound file, [MS-CFB]): what ExcelDataReader 3.6.0
/// does not tell. It shows an error (#REF!, #N/A) as an empty cell, and a number whose format shows a date, to the millisecond and in the
/// 1900 system.
/// </summary>
internal sealed class XlsCells
{
    private const int
        FilePass = 0x2F, BoundSheet = 0x85, DateMode = 0x22, Formula = 0x06, BoolErr = 0x205, Number = 0x203, Rk = 0x27E, MulRk = 0xBD,
        Row = 0x208, Begin = 0x809, End = 0x0A;

    private const uint EndOfChain = 0xFFFFFFFE, LastSector = 0xFFFFFFFA;

    private readonly ReadOnlyMemory<byte> _book;
    private readonly List<int> _sheets = [];

    /// <exception cref="RefusedException">What the workbook holds is encrypted.</exception>
    /// <exception cref="InvalidDataException">The compound file leads nowhere.</exception>
    public XlsCells(byte[] file)
    {
        _book = new Compound(file).Workbook();
        foreach (var (kind, _, data) in Records(0))
            if (kind == FilePass) throw new RefusedException(Refusals.XlsxEncrypted.At(null));
            else if (kind == DateMode) Date1904 = Word(data, 0) == 1;
            else if (kind == BoundSheet && data.Span[5] == 0) _sheets.Add(BinaryPrimitives.ReadInt32LittleEndian(data.Span));
    }

    /// <summary>Whether days are counted from 1904.</summary>
    public bool Date1904 { get; }

    /// <summary>What a sheet holds.</summary>
    /// <param name="Cells">The errors and the numbers by row and column, from 1.</param>
    /// <param name="HiddenRows">The hidden rows, whatever height they would have.</param>
    internal sealed record Sheet(Dictionary<(int Row, int Column), (double Number, string? Error)> Cells, HashSet<int> HiddenRows);

    /// <summary>Reads a sheet.</summary>
    /// <param name="sheet">Which, from 0: charts and macros are no sheets here.</param>
    /// <param name="most">The most cells a file may have.</param>
    /// <param name="ct">Stops.</param>
    public Sheet Of(int sheet, int most, CancellationToken ct)
    {
        var found = new Sheet([], []);
        // What is nested in a sheet, a chart, has cells of its own.
        foreach (var (kind, depth, data) in Records(_sheets[sheet]))
        {
            ct.ThrowIfCancellationRequested();
            if (depth == 1 && found.Cells.Count <= most)
                Add(kind, data.Span, found);
        }

        return found;
    }

    private static void Add(int kind, ReadOnlySpan<byte> cell, Sheet to)
    {
        var cells = to.Cells;
        if (kind == Row && (cell[12] & 0x20) != 0)
            to.HiddenRows.Add(Word(cell, 0) + 1);
        if (kind == MulRk)
            for (int i = 0, column = Word(cell, 2); 4 + 6 * i + 6 <= cell.Length - 2; i++)
                cells[(Word(cell, 0) + 1, column + i + 1)] = (OfRk(BinaryPrimitives.ReadInt32LittleEndian(cell[(6 + 6 * i)..])), null);
        (double Number, string? Error)? found = kind switch
        {
            Number => (BinaryPrimitives.ReadDoubleLittleEndian(cell[6..]), null),
            Rk => (OfRk(BinaryPrimitives.ReadInt32LittleEndian(cell[6..])), null),
            BoolErr when cell[7] == 1 => (0, Text(cell[6])),
            Formula when Word(cell, 12) != 0xFFFF => (BinaryPrimitives.ReadDoubleLittleEndian(cell[6..]), null),
            Formula when cell[6] == 2 => (0, Text(cell[8])),
            _ => null,
        };
        if (found is { } one)
            cells[(Word(cell, 0) + 1, Word(cell, 2) + 1)] = one;
    }

    // [MS-XLS] 2.5.217, RkNumber: 30 bits of a double, or an integer; a hundredth of it, where the lowest bit says so.
    private static double OfRk(int rk)
    {
        var number = (rk & 2) != 0 ? rk >> 2 : BitConverter.Int64BitsToDouble((long)(rk & ~3) << 32);
        return (rk & 1) != 0 ? number / 100 : number;
    }

    // [MS-XLS] 2.5.10, BErr.
    private static string Text(byte code) => code switch
    {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        0x2B => "#GETTING_DATA",
        _ => "#UNKNOWN!",
    };

    private IEnumerable<(int Kind, int Depth, ReadOnlyMemory<byte> Data)> Records(int start)
    {
        var depth = 0;
        for (var at = start; at + 4 <= _book.Length;)
        {
            var (kind, length) = (Word(_book, at), Word(_book, at + 2));
            depth += kind == Begin ? 1 : kind == End ? -1 : 0;
            if (depth <= 0) yield break;
            yield return (kind, depth, _book.Slice(at + 4, length));
            at += 4 + length;
        }
    }

    private static int Word(ReadOnlyMemory<byte> bytes, int at) => Word(bytes.Span, at);

    private static int Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    /// <summary>
    /// A compound file: sectors in chains that tables say; small streams lie in the stream of the root, in sectors of their own.
    /// </summary>
    private sealed class Compound(byte[] file)
    {
        private const int HeaderTables = 109, EntryLength = 128;

        private readonly int size = 1 << Word(file, 30);

        public ReadOnlyMemory<byte> Workbook()
        {
            var table = Table();
            var directory = Read(file, size, size, Int(48), table);
            var (root, book) = (Entry("Root Entry") ?? 0, Entry("Workbook") ?? Entry("Book") ?? throw new InvalidDataException());
            var (length, start) = (Integer(directory, book + 120), (uint)Integer(directory, book + 116));
            if (length >= Int(56))
                return Read(file, size, size, start, table).AsMemory(0, length);
            var small = 1 << Word(file, 32);
            var smalls = Read(file, size, size, (uint)Integer(directory, root + 116), table);
            return Read(smalls, small, 0, start, Uints(Read(file, size, size, Int(60), table))).AsMemory(0, length);

            int? Entry(string name)
            {
                for (var at = 0; at + EntryLength <= directory.Length; at += EntryLength)
                    if (Encoding.Unicode.GetString(directory, at, Math.Clamp(Word(directory, at + 64) - 2, 0, 62))
                        .Equals(name, StringComparison.OrdinalIgnoreCase))
                        return at;
                return null;
            }
        }

        // No more sectors, of whatever kind, than the file has room for: what reads it afterwards believes what it says.
        private uint[] Table()
        {
            var most = file.Length / size;
            List<uint> sectors = [.. Enumerable.Range(0, HeaderTables).Select(i => Int(76 + 4 * i))];
            if (Int(44) > most || Int(64) > most || Int(72) > most) throw new InvalidDataException();
            var seen = 0;
            for (var more = Int(68); more < LastSector;)
            {
                if (++seen > most) throw new InvalidDataException();
                var next = Uints(Sector(file, size, size, more));
                sectors.AddRange(next[..^1]);
                more = next[^1];
            }
            uint[] tables = [.. sectors.Where(s => s < LastSector)];
            if (tables.Length > most) throw new InvalidDataException();
            return [.. tables.SelectMany(s => Uints(Sector(file, size, size, s)))];
        }

        private static byte[] Read(byte[] from, int size, int head, uint start, uint[] table)
        {
            using var bytes = new MemoryStream();
            var steps = 0;
            for (var at = start; at != EndOfChain; at = table[at])
            {
                // A chain that comes back to where it was has no end.
                if (++steps > table.Length) throw new InvalidDataException();
                bytes.Write(Sector(from, size, head, at));
            }
            return bytes.ToArray();
        }

        private static byte[] Sector(byte[] from, int size, int head, uint number)
        {
            var at = head + (long)number * size;
            if (at >= from.Length) throw new InvalidDataException();
            return from[(int)at..(int)Math.Min(at + size, from.Length)];
        }

        private static uint[] Uints(byte[] bytes) =>
            [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i)))];

        private uint Int(int at) => (uint)Integer(file, at);

        private static int Integer(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
    }
}
