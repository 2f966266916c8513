using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hazards.Evidence;

/// <summary>What a zip says of one of its entries.</summary>
/// <param name="Name">ASCII.</param>
/// <param name="Size">In bytes; stored as they are.</param>
/// <param name="Crc32">Of those bytes.</param>
/// <param name="Offset">Where its local header begins.</param>
internal readonly record struct ZipEntry(string Name, long Size, uint Crc32, long Offset)
{
    /// <summary>Where its content begins.</summary>
    public long Start => Offset + ZipForm.HeaderSize(Name, Size);

    /// <summary>Where the next entry begins, or the directory.</summary>
    public long End => Start + Size;
}

/// <summary>
/// The one way a package is written as a zip (PKWARE APPNOTE 6.3): every entry stored, one fixed time, no flags, no
/// attributes, no comments, nothing between. Where the format leaves a choice, none is left: so the same content gives
/// the same bytes, and whatever another program makes of it is not the same bytes.
/// <code>
///   local header, name, [zip64: size]   content        for every entry, in order
///   central header, name, [zip64: size, offset]        for every entry, in order
///   [zip64 end, zip64 locator]  end
/// </code>
/// </summary>
internal static class ZipForm
{
    public const uint LocalSignature = 0x04034B50;
    public const uint CentralSignature = 0x02014B50;
    public const int LocalSize = 30;
    public const ushort Plain = 20;
    public const ushort Large = 45;
    public const ushort Date = 0x0021; // 1980-01-01, the first day a zip knows

    private const uint EndSignature = 0x06054B50;
    private const uint LargeEndSignature = 0x06064B50;
    private const uint LocatorSignature = 0x07064B50;
    private const ushort LargeExtra = 0x0001;
    private const uint Full32 = uint.MaxValue;
    private const ushort Full16 = ushort.MaxValue;

    /// <summary>The length of a local header with its name and extra field.</summary>
    public static int HeaderSize(string name, long size) => LocalSize + name.Length + (size >= Full32 ? 20 : 0);

    public static byte[] LocalHeader(ZipEntry entry)
    {
        var output = new ArrayBufferWriter<byte>(LocalSize + entry.Name.Length + 20);
        var large = entry.Size >= Full32;
        U32(output, LocalSignature);
        Common(output, entry, large, large);
        U16(output, (ushort)(large ? 20 : 0));
        Ascii(output, entry.Name);
        if (large)
        {
            // Both sizes, as the standard asks of a local header.
            U16(output, LargeExtra);
            U16(output, 16);
            U64(output, entry.Size);
            U64(output, entry.Size);
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>All that follows the last entry's content.</summary>
    /// <param name="entries">In order.</param>
    /// <param name="start">Where it begins.</param>
    public static byte[] Directory(IReadOnlyList<ZipEntry> entries, long start)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        foreach (var entry in entries)
            CentralHeader(output, entry);
        var size = (long)output.WrittenCount;
        if (entries.Count >= Full16 || size >= Full32 || start >= Full32)
            LargeEnd(output, entries.Count, size, start);
        U32(output, EndSignature);
        U16(output, 0);
        U16(output, 0);
        U16(output, (ushort)Math.Min(entries.Count, Full16));
        U16(output, (ushort)Math.Min(entries.Count, Full16));
        U32(output, (uint)Math.Min(size, Full32));
        U32(output, (uint)Math.Min(start, Full32));
        U16(output, 0);
        return output.WrittenSpan.ToArray();
    }

    private static void CentralHeader(ArrayBufferWriter<byte> output, ZipEntry entry)
    {
        var (largeSize, largeOffset) = (entry.Size >= Full32, entry.Offset >= Full32);
        var extra = (largeSize ? 16 : 0) + (largeOffset ? 8 : 0);
        U32(output, CentralSignature);
        U16(output, largeSize || largeOffset ? Large : Plain);
        Common(output, entry, largeSize || largeOffset, largeSize);
        U16(output, (ushort)(extra == 0 ? 0 : extra + 4));
        U16(output, 0);
        U16(output, 0);
        U16(output, 0);
        U32(output, 0);
        U32(output, (uint)Math.Min(entry.Offset, Full32));
        Ascii(output, entry.Name);
        if (extra == 0)
            return;
        U16(output, LargeExtra);
        U16(output, (ushort)extra);
        if (largeSize)
        {
            U64(output, entry.Size);
            U64(output, entry.Size);
        }
        if (largeOffset)
            U64(output, entry.Offset);
    }

    // What both headers say: version, flags, method, time, date, CRC, both sizes, the name's length.
    private static void Common(ArrayBufferWriter<byte> output, ZipEntry entry, bool large, bool largeSize)
    {
        U16(output, large ? Large : Plain);
        U16(output, 0);
        U16(output, 0);
        U16(output, 0);
        U16(output, Date);
        U32(output, entry.Crc32);
        U32(output, largeSize ? Full32 : (uint)entry.Size);
        U32(output, largeSize ? Full32 : (uint)entry.Size);
        U16(output, (ushort)entry.Name.Length);
    }

    private static void LargeEnd(ArrayBufferWriter<byte> output, int count, long size, long start)
    {
        U32(output, LargeEndSignature);
        U64(output, 44);
        U16(output, Large);
        U16(output, Large);
        U32(output, 0);
        U32(output, 0);
        U64(output, count);
        U64(output, count);
        U64(output, size);
        U64(output, start);
        U32(output, LocatorSignature);
        U32(output, 0);
        U64(output, start + size);
        U32(output, 1);
    }

    private static void U16(ArrayBufferWriter<byte> output, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(sizeof(ushort)), value);
        output.Advance(sizeof(ushort));
    }

    private static void U32(ArrayBufferWriter<byte> output, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(sizeof(uint)), value);
        output.Advance(sizeof(uint));
    }

    private static void U64(ArrayBufferWriter<byte> output, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    private static void Ascii(ArrayBufferWriter<byte> output, string name)
    {
        Encoding.ASCII.GetBytes(name, output.GetSpan(name.Length));
        output.Advance(name.Length);
    }
}
