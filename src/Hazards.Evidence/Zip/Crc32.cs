using System.Buffers.Binary;

namespace Hazards.Evidence;

/// <summary>CRC-32 as zip files have it (ISO 3309, polynomial EDB88320 reflected), eight bytes at a time. It proves nothing: SHA-256 does.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = Make();

    /// <summary>Goes on from the CRC of what came before; 0 at the beginning.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        var t = Tables;
        crc = ~crc;
        for (; data.Length >= 8; data = data[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = t[7][low & 0xFF] ^ t[6][low >> 8 & 0xFF] ^ t[5][low >> 16 & 0xFF] ^ t[4][low >> 24]
                ^ t[3][high & 0xFF] ^ t[2][high >> 8 & 0xFF] ^ t[1][high >> 16 & 0xFF] ^ t[0][high >> 24];
        }
        foreach (var b in data)
            crc = t[0][(crc ^ b) & 0xFF] ^ crc >> 8;
        return ~crc;
    }

    private static uint[][] Make()
    {
        var tables = new uint[8][];
        for (var n = 0; n < tables.Length; n++)
        {
            tables[n] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                var crc = n == 0 ? i : tables[n - 1][i];
                for (var bit = 0; bit < (n == 0 ? 8 : 0); bit++)
                    crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB88320;
                tables[n][i] = n == 0 ? crc : crc >> 8 ^ tables[0][crc & 0xFF];
            }
        }
        return tables;
    }
}
