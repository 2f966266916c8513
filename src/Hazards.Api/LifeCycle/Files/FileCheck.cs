using System.Buffers.Binary;
using System.IO.Compression;
using Hazards.Domain;

namespace Hazards.Api.LifeCycle.Files;

/// <summary>Looks at a file that somebody put in: it must be what it is said to be, and nothing else besides.</summary>
internal static class FileCheck
{
    private const int Block = 64 * 1024;
    private const int LongestEndRecord = 22 + ushort.MaxValue;
    private const int MostEntries = 10_000;

    // What a PDF does, runs or unpacks (ISO 32000-1, 12.6.4 and 7.11.4), in lower case.
    private static readonly byte[][] Actions = [
        .. new[] { "/javascript", "/launch", "/embeddedfile" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>Why a file is not taken; null when it is.</summary>
    /// <param name="file">The file; its position is moved.</param>
    /// <param name="kind">What it is said to be.</param>
    /// <param name="name">Its name, where one was given.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<Refusal?> CheckAsync(Stream file, FileKind kind, string? name, CancellationToken cancellationToken)
    {
        if (name is not null && CheckName(name, kind) is { } wrongName)
            return wrongName;
        file.Position = 0;
        var head = new byte[FileKinds.HeadLength];
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        if (!kind.Begins(head.AsSpan(0, read)))
            return FileRefusals.OtherContent.Because("Content-Type", ("declared", kind.MediaType));
        if (kind.IsPicture)
            return await PolyglotAsync(file, cancellationToken) ?? Pictures.Measure(file, kind);
        return kind.MediaType switch
        {
            "application/pdf" => await ActivePdfAsync(file, cancellationToken),
            _ when kind.Begins("PK\x03\x04"u8) && !kind.IsText => CheckArchive(file, kind),
            _ => null,
        };
    }

    private static Refusal? CheckName(string name, FileKind kind) =>
        Texts.Check("name", name, 1, Texts.NameLength, multiline: false) is null
        && name.IndexOfAny(['/', '\\', '\u202E', '\u202D', '\u2066', '\u2067']) < 0
        && kind.Endings.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase))
            ? null
            : FileRefusals.Name.Because("name", ("value", Texts.Excerpt(name)), ("endings", string.Join(' ', kind.Endings)),
                ("declared", kind.MediaType));

    /// <summary>A picture that is a page, a script or an archive as well.</summary>
    private static async Task<Refusal?> PolyglotAsync(Stream file, CancellationToken cancellationToken)
    {
        if (await FindAsync(file, FileKinds.Markup, cancellationToken) is { } markup)
            return Active(markup);
        var end = new byte[(int)Math.Min(file.Length, LongestEndRecord)];
        file.Position = file.Length - end.Length;
        await file.ReadExactlyAsync(end, cancellationToken);
        return EndsAsArchive(end) ? Active("ZIP") : null;
    }

    // The end record of a ZIP (APPNOTE 4.3.16): its comment reaches to the end of the file.
    private static bool EndsAsArchive(ReadOnlySpan<byte> end)
    {
        for (var at = end.LastIndexOf("PK\x05\x06"u8); at >= 0; at = end[..at].LastIndexOf("PK\x05\x06"u8))
            if (end.Length >= at + 22 && BinaryPrimitives.ReadUInt16LittleEndian(end[(at + 20)..]) == end.Length - at - 22)
                return true;
        return false;
    }

    private static async Task<Refusal?> ActivePdfAsync(Stream file, CancellationToken cancellationToken) =>
        await FindAsync(file, Actions, cancellationToken) is { } found ? Active(found) : null;

    /// <summary>A document of parts: the part that makes it one must be there, and no macros.</summary>
    private static Refusal? CheckArchive(Stream file, FileKind kind)
    {
        var main = kind.MediaType switch
        {
            "application/ofd" => "OFD.xml",
            var type when type.EndsWith("sheet", StringComparison.Ordinal) => "xl/workbook.xml",
            _ => "word/document.xml",
        };
        file.Position = 0;
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            if (archive.Entries.Count > MostEntries || archive.GetEntry(main) is null)
                return FileRefusals.OtherContent.Because("Content-Type", ("declared", kind.MediaType));
            return archive.Entries.FirstOrDefault(e => e.Name.Equals("vbaProject.bin", StringComparison.OrdinalIgnoreCase)) is { } macros
                ? Active(macros.Name)
                : null;
        }
        catch (InvalidDataException)
        {
            return FileRefusals.OtherContent.Because("Content-Type", ("declared", kind.MediaType));
        }
    }

    private static Refusal Active(string found) => FileRefusals.Active.Because(null, ("found", found));

    /// <summary>The first of some ASCII texts, in lower case, that stands anywhere in a file, however it is written.</summary>
    private static async Task<string?> FindAsync(Stream file, IReadOnlyCollection<byte[]> texts, CancellationToken cancellationToken)
    {
        var kept = texts.Max(t => t.Length) - 1;
        var buffer = new byte[kept + Block];
        var held = 0;
        file.Position = 0;
        int read;
        while ((read = await file.ReadAsync(buffer.AsMemory(held, Block), cancellationToken)) > 0)
        {
            Lower(buffer.AsSpan(held, read));
            var length = held + read;
            foreach (var text in texts)
                if (buffer.AsSpan(0, length).IndexOf(text) >= 0)
                    return System.Text.Encoding.ASCII.GetString(text);
            held = Math.Min(kept, length);
            buffer.AsSpan(length - held, held).CopyTo(buffer);
        }

        return null;
    }

    private static void Lower(Span<byte> bytes)
    {
        foreach (ref var b in bytes)
            if (b is >= (byte)'A' and <= (byte)'Z')
                b |= 0x20;
    }
}
