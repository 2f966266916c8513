using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Hazards.Domain;
using Microsoft.Win32.SafeHandles;

namespace Hazards.Evidence;

/// <summary>
/// Walks a zip from its first byte to its last and compares every byte outside the contents with the one that
/// <see cref="ZipForm"/> writes. Only then is it asked, for the sake of the message, what somebody may have done to it.
/// </summary>
internal sealed class ZipWalk(SafeFileHandle file)
{
    private const int MostEntries = 5_000_000;

    private readonly long length = RandomAccess.GetLength(file);
    private readonly ImmutableArray<ZipEntry>.Builder entries = ImmutableArray.CreateBuilder<ZipEntry>();
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);

    public (ImmutableArray<ZipEntry> Entries, Refusal? Refusal) Walk()
    {
        var refusal = Start();
        var at = 0L;
        while (refusal is null && Signature(at) == ZipForm.LocalSignature)
            (at, refusal) = Entry(at);
        refusal ??= BeginsEntry(at) ? Cut("zip") : Directory(at);
        return refusal is null ? (entries.ToImmutable(), null) : ([], refusal);
    }

    // An entry's first bytes, and then no more.
    private bool BeginsEntry(long at) => Bytes(at, 4) is { Length: > 0 and < 4 } left && "PK\x03\x04"u8.StartsWith(left);

    private Refusal? Start()
    {
        if (length == 0)
            return EvidenceRefusals.Empty.Because();
        if (Signature(0) == ZipForm.LocalSignature)
            return null;
        var beginning = Bytes(0, 1024 * 1024);
        var found = beginning.AsSpan().IndexOf("PK\x03\x04"u8);
        return found > 0 ? EvidenceRefusals.Prepended.Because(null, ("bytes", found))
            : length < 4 && "PK\x03\x04"u8.StartsWith(beginning) ? Cut("zip")
            : EvidenceRefusals.NotZip.Because();
    }

    private (long Next, Refusal? Refusal) Entry(long at)
    {
        // Longer than any header with a name that may be.
        var header = Bytes(at, 512);
        var nameEnd = header.Length < ZipForm.LocalSize ? int.MaxValue : ZipForm.LocalSize + U16(header, 26);
        if (nameEnd > length - at)
            return (at, Cut("zip"));
        var rawName = header.AsSpan()[ZipForm.LocalSize..Math.Min(nameEnd, header.Length)];
        // Bytes beyond ASCII become question marks, which no name may hold.
        var name = Encoding.ASCII.GetString(rawName);
        if (!PackageNames.IsSafe(name))
            return (at, EvidenceRefusals.Outside.Because(null, ("name", Shown(rawName))));
        if ((U16(header, 6) & 1) != 0)
            return (at, EvidenceRefusals.Encrypted.Because(null, ("name", name)));
        if (!names.Add(name))
            return (at, EvidenceRefusals.Twice.Because(null, ("name", name)));
        if (entries.Count == MostEntries)
            return (at, EvidenceRefusals.TooMany.Because(null, ("most", MostEntries)));
        var entry = new ZipEntry(name, SizeIn(header, nameEnd), BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(14)), at);
        if (entry.Size < 0 || !Begins(header, ZipForm.LocalHeader(entry)))
            return (at, header.Length < ZipForm.HeaderSize(name, Math.Max(entry.Size, 0)) ? Cut(name) : Repacked(at, name));
        if (entry.Size > length - entry.Start)
            return (at, Cut(name));
        entries.Add(entry);
        return (entry.End, null);
    }

    private Refusal? Directory(long at)
    {
        var expected = ZipForm.Directory(entries, at);
        const int Chunk = 64 * 1024;
        for (var from = 0; from < expected.Length; from += Chunk)
        {
            var wanted = expected.AsSpan(from, Math.Min(Chunk, expected.Length - from));
            var found = Bytes(at + from, wanted.Length);
            var same = found.AsSpan().CommonPrefixLength(wanted);
            if (same < found.Length)
                return Differs(at, expected.Length, from + same);
            if (same < wanted.Length)
                return Cut("zip");
        }
        var rest = length - at - expected.Length;
        return rest == 0 ? null : EvidenceRefusals.Appended.Because(null, ("bytes", rest));
    }

    // The end of a zip is 22 bytes, the last two of them the length of a comment that follows.
    private Refusal Differs(long at, int expected, int difference) =>
        difference >= expected - 2 && length - at > expected ? EvidenceRefusals.Appended.Because(null, ("bytes", length - at - expected))
        : LinkAt(at, difference) is { } link ? EvidenceRefusals.Link.Because(null, ("name", link))
        : Repacked(at + difference, "zip");

    // A central header begins with 46 bytes: made by at 4, attributes at 38, and there a file's kind as Unix has it.
    private string? LinkAt(long at, int difference)
    {
        const int CentralSize = 46;
        const int Kind = 0xF000;
        const int SymbolicLink = 0xA000;
        var from = at;
        foreach (var entry in entries)
        {
            var header = Bytes(from, CentralSize);
            if (header.Length < CentralSize || BinaryPrimitives.ReadUInt32LittleEndian(header) != ZipForm.CentralSignature)
                return null;
            if ((U16(header, 40) & Kind) == SymbolicLink)
                return entry.Name;
            from += CentralSize + U16(header, 28) + U16(header, 30) + U16(header, 32);
            if (from > at + difference + 1024 * 1024)
                return null;
        }
        return null;
    }

    private static long SizeIn(byte[] header, int nameEnd)
    {
        var size = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(22));
        return size < uint.MaxValue ? size
            : header.Length >= nameEnd + 20
                && BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(nameEnd + 4)) is >= uint.MaxValue and var large ? large
            : -1;
    }

    private Refusal Cut(string what) => EvidenceRefusals.Cut.Because(null, ("at", length), ("what", what));

    private static Refusal Repacked(long at, string what) => EvidenceRefusals.Repacked.Because(null, ("at", at), ("what", what));

    // What a terminal can show: a name in a foreign file is not to command it.
    private static string Shown(ReadOnlySpan<byte> name) =>
        new([.. Encoding.UTF8.GetString(name[..Math.Min(name.Length, 120)]).Select(c => char.IsControl(c) ? '?' : c)]);

    private uint Signature(long at) => Bytes(at, 4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    private static ushort U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static bool Begins(byte[] bytes, byte[] with) => bytes.AsSpan().StartsWith(with);

    private byte[] Bytes(long at, int most)
    {
        var bytes = new byte[Math.Clamp(length - at, 0, most)];
        var read = 0;
        while (read < bytes.Length)
        {
            var got = RandomAccess.Read(file, bytes.AsSpan(read), at + read);
            if (got == 0)
                throw new EndOfStreamException("文件在核验时变短了 · the file became shorter while it was read");
            read += got;
        }
        return bytes;
    }
}
