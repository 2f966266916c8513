using System.Text;
using SkiaSharp;

namespace Hazards.Api.Tests;

/// <summary>Pictures made for tests.</summary>
internal static class Photos
{
    /// <summary>A JPEG of one colour.</summary>
    public static byte[] Jpeg(int width = 640, int height = 480) => Encoded(width, height, SKEncodedImageFormat.Jpeg);

    /// <summary>A PNG of one colour.</summary>
    public static byte[] Png(int width = 64, int height = 48) => Encoded(width, height, SKEncodedImageFormat.Png);

    /// <summary>A JPEG that says when and where it was taken: 2026-03-05 14:30:15, 25.2275 N 100.3069 E, turned by 90 degrees.</summary>
    public static byte[] OfACamera()
    {
        var plain = Jpeg();
        var exif = Exif();
        byte[] segment = [0xFF, 0xE1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif];
        return [.. plain[..2], .. segment, .. plain[2..]];
    }

    private static byte[] Encoded(int width, int height, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(new SKColor(180, 40, 30));
        using var image = SKImage.FromBitmap(bitmap);
        using var data = image.Encode(format, 80);
        return data.ToArray();
    }

    // TIFF, little endian: IFD0 (make, orientation, EXIF, GPS), the EXIF IFD (taken), the GPS IFD (place), then their values.
    private static byte[] Exif()
    {
        var values = new List<byte>();
        const int ifd0 = 8, entries0 = 4, exif = ifd0 + 2 + entries0 * 12 + 4, gps = exif + 2 + 12 + 4, data = gps + 2 + 4 * 12 + 4;
        var tiff = new List<byte>();
        tiff.AddRange("II*\0"u8);
        tiff.AddRange(BitConverter.GetBytes(ifd0));
        tiff.AddRange(BitConverter.GetBytes((short)entries0));
        Entry(0x010F, 2, Ascii("HUAWEI"));
        Short(0x0112, 6);
        Long(0x8769, exif);
        Long(0x8825, gps);
        tiff.AddRange(new byte[4]);
        tiff.AddRange(BitConverter.GetBytes((short)1));
        Entry(0x9003, 2, Ascii("2026:03:05 14:30:15"));
        tiff.AddRange(new byte[4]);
        tiff.AddRange(BitConverter.GetBytes((short)4));
        Inline(1, 2, "N\0\0\0"u8.ToArray(), 2);
        Entry(2, 5, Degrees(25.2275), 3);
        Inline(3, 2, "E\0\0\0"u8.ToArray(), 2);
        Entry(4, 5, Degrees(100.3069), 3);
        tiff.AddRange(new byte[4]);
        return [.. "Exif\0\0"u8, .. tiff, .. values];

        void Head(int tag, int type, int count)
        {
            tiff.AddRange(BitConverter.GetBytes((ushort)tag));
            tiff.AddRange(BitConverter.GetBytes((short)type));
            tiff.AddRange(BitConverter.GetBytes(count));
        }

        void Inline(int tag, int type, byte[] value, int count)
        {
            Head(tag, type, count);
            tiff.AddRange(value);
        }

        void Short(int tag, short value) => Inline(tag, 3, [.. BitConverter.GetBytes(value), 0, 0], 1);

        void Long(int tag, int value) => Inline(tag, 4, BitConverter.GetBytes(value), 1);

        void Entry(int tag, int type, byte[] value, int? count = null)
        {
            Head(tag, type, count ?? value.Length);
            tiff.AddRange(BitConverter.GetBytes(data + values.Count));
            values.AddRange(value);
        }
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text + "\0");

    private static byte[] Degrees(double degrees) =>
        [.. BitConverter.GetBytes((int)Math.Round(degrees * 10_000)), .. BitConverter.GetBytes(10_000), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(1), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(1)];
}
