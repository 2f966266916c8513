using System.Collections.Immutable;

namespace Hazards.Api.LifeCycle.Files;

/// <summary>A kind of file that may be put in: what it is called, and how it begins.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="Endings">How the names of such files end.</param>
/// <param name="Begins">Whether a file that begins with these bytes can be one.</param>
internal sealed record FileKind(string MediaType, ImmutableArray<string> Endings, FileKind.Beginning Begins)
{
    /// <summary>Looks at the first bytes of a file.</summary>
    public delegate bool Beginning(ReadOnlySpan<byte> head);

    /// <summary>A picture that a browser shows.</summary>
    public bool IsPicture => MediaType.StartsWith("image/", StringComparison.Ordinal);

    /// <summary>Text.</summary>
    public bool IsText => MediaType.StartsWith("text/", StringComparison.Ordinal);
}

/// <summary>What may be put in: photos, films, documents. Nothing that a browser would run.</summary>
internal static class FileKinds
{
    /// <summary>So many first bytes tell what a file is.</summary>
    public const int HeadLength = 512;

    private const string Office = "application/vnd.openxmlformats-officedocument.";

    public static readonly ImmutableArray<FileKind> All =
    [
        new("image/jpeg", [".jpg", ".jpeg"], head => head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])),
        new("image/png", [".png"], head => head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])),
        new("image/gif", [".gif"], head => head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)),
        new("image/webp", [".webp"], head => head.StartsWith("RIFF"u8) && At(head, 8, "WEBP"u8)),
        new("image/heic", [".heic", ".heif"], head => At(head, 4, "ftyp"u8) && IsHeic(head)),
        new("video/mp4", [".mp4", ".m4v", ".mov"], head => At(head, 4, "ftyp"u8) && !IsHeic(head)),
        new("audio/mpeg", [".mp3"], head => head.StartsWith("ID3"u8) || (head.Length > 1 && head[0] == 0xFF && (head[1] & 0xE0) == 0xE0)),
        new("audio/mp4", [".m4a", ".mp4"], head => At(head, 4, "ftyp"u8) && !IsHeic(head)),
        new("application/pdf", [".pdf"], head => head.StartsWith("%PDF-"u8)),
        new("application/ofd", [".ofd"], IsZip),
        new("text/plain", [".txt"], IsText),
        new("text/csv", [".csv"], IsText),
        new("application/msword", [".doc"], IsCompound),
        new("application/vnd.ms-excel", [".xls"], IsCompound),
        new(Office + "wordprocessingml.document", [".docx"], IsZip),
        new(Office + "spreadsheetml.sheet", [".xlsx"], IsZip),
    ];

    /// <summary>The kind with a media type; null when nothing of it may be put in.</summary>
    public static FileKind? Find(string? mediaType)
    {
        foreach (var kind in All)
            if (kind.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
                return kind;
        return null;
    }

    /// <summary>Markup and scripts: never in a picture, and never at the beginning of a text. (Cameras do write plain XML.)</summary>
    public static readonly ImmutableArray<byte[]> Markup =
        [.. new[] { "<script", "<html", "<!doctype", "<svg", "<iframe", "<?php", "javascript:" }
            .Select(System.Text.Encoding.ASCII.GetBytes)];

    private static bool At(ReadOnlySpan<byte> head, int at, ReadOnlySpan<byte> text) => head.Length >= at + text.Length
        && head[at..].StartsWith(text);

    private static bool IsHeic(ReadOnlySpan<byte> head)
    {
        foreach (var brand in new[] { "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis" })
            if (At(head, 8, System.Text.Encoding.ASCII.GetBytes(brand)))
                return true;
        return false;
    }

    private static bool IsZip(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8);

    private static bool IsCompound(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);

    // UTF-8 and GB 18030 know no NUL; a text that begins like a page, a script or a program is none.
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head.Contains((byte)0) || head.StartsWith("MZ"u8) || head.StartsWith("#!"u8) || head.StartsWith("%PDF-"u8))
            return false;
        var text = head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? head[3..] : head;
        text = text.TrimStart(" \t\r\n"u8);
        if (text.StartsWith("<?xml"u8))
            return false;
        foreach (var markup in Markup)
            if (text.Length >= markup.Length && System.Text.Ascii.EqualsIgnoreCase(text[..markup.Length], markup))
                return false;
        return true;
    }
}
