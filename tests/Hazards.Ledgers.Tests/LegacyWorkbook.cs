using System.Text;

namespace Hazards.Ledgers.Tests;

/// <summary>
/// Writes a small binary workbook: a compound file ([MS-CFB]) with one stream of BIFF8 records ([MS-XLS]). Dates carry the
/// format 14, a number with a format that one, the others none.
/// </summary>
internal sealed class LegacyWorkbook
{
    /// <summary>[MS-XLS] 2.5.10, BErr.</summary>
    internal enum Error : byte
    {
        Null = 0x00, Div0 = 0x07, Value = 0x0F, Ref = 0x17, Name = 0x1D, Num = 0x24, NotAvailable = 0x2A,
    }

    private static readonly ushort[] Formats = [0, 14, 20, 22, 46, 31];
    private const int Sector = 512, EndOfChain = -2, FatSector = -3, Free = -1;
    private readonly List<(string Name, bool Hidden, MemoryStream Cells, List<(int Top, int Bottom, int Left, int Right)> Merges)> _sheets =
        [];

    public LegacyWorkbook Sheet(string name, bool hidden = false)
    {
        _sheets.Add((name, hidden, new MemoryStream(), []));
        return this;
    }

    public LegacyWorkbook Row(int number, params object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var at = Bytes((ushort)(number - 1), (ushort)i);
            byte[]? record = values[i] switch
            {
                string text => Record(0x0204, [.. at, 0, 0, .. Bytes((ushort)text.Length), 1, .. Encoding.Unicode.GetBytes(text)]),
                DateOnly day => Record(0x0203, [.. at, 1, 0, .. BitConverter.GetBytes(day.ToDateTime(default).ToOADate())]),
                int count => Record(0x0203, [.. at, 0, 0, .. BitConverter.GetBytes((double)count)]),
                (double value, int format) => Record(
                    0x0203, [.. at, (byte)Array.IndexOf(Formats, (ushort)format), 0, .. BitConverter.GetBytes(value)]),
                Error error => Record(0x0205, [.. at, 0, 0, (byte)error, 1]),
                // Computed: what the formula gave last time, and no formula.
                (Error error, _) => Record(0x0006, [.. at, 0, 0, 2, 0, (byte)error, 0, 0, 0, 0xFF, 0xFF, 0, 0, .. new byte[6]]),
                _ => null,
            };
            _sheets[^1].Cells.Write(record ?? []);
        }
        return this;
    }

    /// <summary>Hidden as a program hides it: with the height that it had.</summary>
    public LegacyWorkbook Hide(int row)
    {
        _sheets[^1].Cells.Write(Record(0x0208, [.. Bytes((ushort)(row - 1), 0, 5, 255, 0, 0), 0x20, 1, 15, 0]));
        return this;
    }

    public LegacyWorkbook Merge(int top, int bottom, int left, int right)
    {
        _sheets[^1].Merges.Add((top - 1, bottom - 1, left - 1, right - 1));
        return this;
    }

    public byte[] ToBytes()
    {
        var parts = _sheets.Select(s => (byte[])[.. Begin(0x0010), .. s.Cells.ToArray(), .. MergeRecord(s.Merges), .. Record(0x000A, [])])
            .ToList();
        var head = Globals([.. parts.Select(_ => 0)]);
        var at = head.Length;
        List<int> starts = [];
        foreach (var part in parts)
        {
            starts.Add(at);
            at += part.Length;
        }
        return Compound([.. Globals(starts), .. parts.SelectMany(p => p)]);
    }

    private byte[] Globals(List<int> starts) =>
    [
        .. Begin(0x0005), .. Record(0x0042, Bytes(1200)), .. Formats.SelectMany(Format),
        .. _sheets.SelectMany((s, i) => Record(0x0085, [.. BitConverter.GetBytes(starts[i]), (byte)(s.Hidden ? 1 : 0), 0, (byte)s.Name.Length, 1, .. Encoding.Unicode.GetBytes(s.Name)])),
        .. Record(0x000A, []),
    ];

    private static byte[] Begin(ushort kind) => Record(0x0809, [.. Bytes(0x0600, kind, 0x0DBB, 0x07CC), 0, 0, 0, 0, 6, 0, 0, 0]);

    private static byte[] Format(ushort number) => Record(0x00E0, [.. Bytes(0, number, 1), .. new byte[14]]);

    private static byte[] MergeRecord(List<(int Top, int Bottom, int Left, int Right)> merges) => merges.Count == 0
        ? []
        : Record(
            0x00E5,
            [.. Bytes((ushort)merges.Count), .. merges.SelectMany(m => Bytes((ushort)m.Top, (ushort)m.Bottom, (ushort)m.Left, (ushort)m.Right))]);

    private static byte[] Record(ushort id, byte[] data) => [.. Bytes(id, (ushort)data.Length), .. data];

    private static byte[] Bytes(params ushort[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    /// <summary>
    /// Sector 0 is the allocation table, sector 1 the directory, from 2 on the stream, long enough to need no mini sectors.
    /// </summary>
    private static byte[] Compound(byte[] stream)
    {
        var sectors = Math.Max(8, (stream.Length + Sector - 1) / Sector);
        var fat = Enumerable.Repeat(Free, Sector / 4).ToArray();
        (fat[0], fat[1]) = (FatSector, EndOfChain);
        for (var i = 0; i < sectors; i++) fat[2 + i] = i == sectors - 1 ? EndOfChain : 3 + i;
        var header = new byte[Sector];
        new byte[] { 0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1 }.CopyTo(header, 0);
        Bytes(0x3E, 3, 0xFFFE, 9, 6).CopyTo(header, 24);
        Ints(0, 1, 1, 0, 4096, EndOfChain, 0, EndOfChain, 0, 0).CopyTo(header, 40);
        Ints([.. Enumerable.Repeat(Free, 108)]).CopyTo(header, 80);
        return [
            .. header, .. Ints(fat), .. Entry("Root Entry", 5, 1, EndOfChain, 0), .. Entry("Workbook", 2, Free, 2, sectors * Sector),
            .. new byte[256], .. stream, .. new byte[sectors * Sector - stream.Length]];
    }

    private static byte[] Entry(string name, byte type, int child, int start, int size)
    {
        var entry = new byte[128];
        Encoding.Unicode.GetBytes(name).CopyTo(entry, 0);
        Bytes((ushort)(2 * name.Length + 2)).CopyTo(entry, 64);
        (entry[66], entry[67]) = (type, 1);
        Ints(Free, Free, child).CopyTo(entry, 68);
        Ints(start, size, 0).CopyTo(entry, 116);
        return entry;
    }

    private static byte[] Ints(params int[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
