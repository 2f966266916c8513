using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.IO.Hashing;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Simulation.Demo;

/// <summary>Pictures that stand for the photos of a place before and after it was put right: drawn here, no files to ship.</summary>
internal sealed class DemoPhotos
{
    private const int Places = 6;
    private const int Width = 320;
    private const int Height = 200;

    private readonly ImmutableArray<Attachment> _before;
    private readonly ImmutableArray<Attachment> _after;

    private DemoPhotos(ImmutableArray<Attachment> before, ImmutableArray<Attachment> after) => (_before, _after) = (before, after);

    public Attachment Before(int place) => _before[place % Places];

    public Attachment After(int place) => _after[place % Places];

    public static async Task<DemoPhotos> StoreAsync(FileStore files, CancellationToken cancellationToken)
    {
        var (before, after) = (ImmutableArray.CreateBuilder<Attachment>(), ImmutableArray.CreateBuilder<Attachment>());
        for (var place = 0; place < Places; place++)
        {
            before.Add(await StoreAsync("现场照片-整改前.png", Png(place, bad: true)));
            after.Add(await StoreAsync("现场照片-整改后.png", Png(place, bad: false)));
        }
        return new DemoPhotos(before.ToImmutable(), after.ToImmutable());

        async Task<Attachment> StoreAsync(string name, byte[] png) =>
            new(await files.PutAsync(png, "image/png", null, cancellationToken), name, "image/png", png.Length);
    }

    /// <summary>A wall, a floor, a machine; a crack and a barrier tape before, a green plate after.</summary>
    private static (byte R, byte G, byte B) At(int place, bool bad, int x, int y)
    {
        var shade = (byte)(40 * y / Height);
        var machine = x is > 90 and < 230 && y > 60 && y < 150 - (place * 4);
        if (bad && y is > 118 and < 134)
            return (x + y) / 14 % 2 == 0 ? ((byte)230, (byte)190, (byte)30) : ((byte)30, (byte)30, (byte)30);
        if (bad && Math.Abs(x - 160 - (12 * Math.Sin(y / 9.0))) < 2.5 && y < 118)
            return (70, 20, 15);
        if (!bad && x is > 140 and < 180 && y is > 80 and < 100)
            return (40, 150, 70);
        if (machine)
            return ((byte)(90 + (place * 20)), (byte)(110 + shade), (byte)(170 - (place * 15)));
        return y > 140 ? ((byte)(120 - shade), (byte)(112 - shade), (byte)(100 - shade)) : ((byte)(205 - shade), (byte)(208 - shade),
            (byte)(200 - shade));
    }

    private static byte[] Png(int place, bool bad)
    {
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> head = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, Width);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], Height);
        (head[8], head[9]) = (8, 2); // 8 bits, RGB
        Chunk(png, "IHDR"u8, head);
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.SmallestSize, leaveOpen: true))
            for (var y = 0; y < Height; y++)
            {
                zlib.WriteByte(0); // no filter
                for (var x = 0; x < Width; x++)
                {
                    var (r, g, b) = At(place, bad, x, y);
                    zlib.Write([r, g, b]);
                }
            }
        Chunk(png, "IDAT"u8, pixels.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        var crc = new Crc32();
        crc.Append(type);
        crc.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, crc.GetCurrentHashAsUInt32());
        png.Write(number);
    }
}
