using System.Text.Json.Serialization;
using System.Xml;

namespace Hazards.Ledgers;

/// <summary>What a file turned out to be, judged by its content and not by its name.</summary>
[JsonConverter(typeof(LedgerEnumConverter<LedgerFormat>))]
public enum LedgerFormat
{
    /// <summary>Office Open XML workbook (transitional or strict).</summary>
    Xlsx,

    /// <summary>Separated values.</summary>
    Csv,

    /// <summary>Binary workbook of Excel 97–2003, or of WPS.</summary>
    Xls,
}

/// <summary>
/// A ledger file that has been read through once: it is whole, within the limits, and its sheets can be read again
/// and again without a further refusal.
/// </summary>
public sealed class LedgerFile : IDisposable
{
    private readonly IDisposable? _package;

    private LedgerFile(string name, LedgerFormat format, IReadOnlyList<LedgerSheet> sheets, IDisposable? package, CsvForm? csv)
    {
        Name = name;
        Format = format;
        Sheets = sheets;
        EncodingName = csv?.EncodingName;
        Delimiter = csv?.Delimiter;
        _package = package;
    }

    /// <summary>The name it came with.</summary>
    public string Name { get; }

    /// <summary>What it turned out to be.</summary>
    public LedgerFormat Format { get; }

    /// <summary>The sheets in the workbook's order; a csv has one without a name.</summary>
    public IReadOnlyList<LedgerSheet> Sheets { get; }

    /// <summary>The encoding of a csv (utf-8, gb18030, utf-16le, utf-16be); null for xlsx.</summary>
    public string? EncodingName { get; }

    /// <summary>The delimiter of a csv; null for xlsx.</summary>
    public char? Delimiter { get; }

    /// <summary>Reads a file through and says what it is, or why it is refused. The stream is not disposed.</summary>
    /// <param name="stream">The file, from its current position to its end; it need not be seekable.</param>
    /// <param name="fileName">The name it came with, for messages only.</param>
    /// <param name="limits">What is too much; the defaults when null.</param>
    /// <param name="ct">Stops the reading.</param>
    public static async Task<LedgerResult<LedgerFile>> OpenAsync(
        Stream stream, string fileName, LedgerLimits? limits = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(fileName);
        limits ??= LedgerLimits.Default;
        var taken = await TakeAsync(stream, limits, ct);
        if (!taken.IsOk) return taken.Refusal;
        var bytes = taken.Value;
        if (bytes.Length == 0) return Refusals.FileEmpty.At(null);
        try
        {
            return FileSignature.Of(bytes) switch
            {
                FileSignature.Kind.Zip => OpenXlsx(bytes, fileName, limits, ct),
                FileSignature.Kind.LegacyExcel =>
                    new LedgerFile(fileName, LedgerFormat.Xls, XlsWorkbook.Read(bytes, limits, ct), null, null),
                FileSignature.Kind.EncryptedExcel => Refusals.XlsxEncrypted.At(null),
                FileSignature.Kind.Markup => Refusals.FileHtml.At(null),
                // A workbook of before Excel 97: its records begin at once.
                _ when bytes is [0x09, 0x00 or 0x02 or 0x04, ..] && IsNamedXlsx(fileName) => Refusals.XlsLegacy.At(null),
                _ when IsNamedXlsx(fileName) => Refusals.XlsxNotZip.At(null, Path.GetFileName(fileName)),
                _ => OpenCsv(bytes, fileName, limits, ct),
            };
        }
        catch (RefusedException refused)
        {
            return refused.Refusal;
        }
    }

    /// <summary>Releases the file's bytes; sheets can no longer be read.</summary>
    public void Dispose() => _package?.Dispose();

    private static LedgerResult<LedgerFile> OpenXlsx(byte[] bytes, string name, LedgerLimits limits, CancellationToken ct)
    {
        XlsxWorkbook? workbook = null;
        try
        {
            PackageGuard.Check(bytes, limits, ct);
            workbook = XlsxWorkbook.Open(bytes, limits);
            return new LedgerFile(name, LedgerFormat.Xlsx, workbook.ScanSheets(ct), workbook, null);
        }
        catch (RefusedException)
        {
            workbook?.Dispose();
            throw;
        }
        catch (XmlException e) when (e.Message.Contains("DTD", StringComparison.Ordinal))
        {
            workbook?.Dispose();
            return Refusals.XlsxDtd.At(null);
        }
        // Zip, packaging and XML readers each throw a dozen kinds of exception on a file made to break them; whatever
        // one of them cannot read is a damaged file, not a damaged service.
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            workbook?.Dispose();
            return Refusals.XlsxBroken.At(null, e.Message);
        }
    }

    private static LedgerFile OpenCsv(byte[] bytes, string name, LedgerLimits limits, CancellationToken ct)
    {
        var form = CsvForm.Detect(bytes);
        var layout = new SheetLayout();
        foreach (var row in CsvRows.Read(bytes, form, new Quota(limits), layout))
            if ((row.Number & 1023) == 0)
                ct.ThrowIfCancellationRequested();
        var sheet = new LedgerSheet("", false, layout, () => CsvRows.Read(bytes, form, new Quota(limits), new SheetLayout()));
        return new LedgerFile(name, LedgerFormat.Csv, [sheet], null, form);
    }

    private static bool IsNamedXlsx(string name) =>
        Path.GetExtension(name).ToUpperInvariant() is ".XLSX" or ".XLSM" or ".XLTX" or ".XLS" or ".ET";

    /// <summary>
    /// A buffer as a stream that is read where it lies: a ledger of many megabytes is not copied by each that looks at it. Nobody
    /// writes to the buffer again.
    /// </summary>
    /// <param name="bytes">The file.</param>
    public static MemoryStream Over(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new(bytes, 0, bytes.Length, writable: false, publiclyVisible: true);
    }

    /// <summary>The stream's bytes, or that there are more than allowed: one byte too many is enough to know.</summary>
    /// <param name="stream">From its current position to its end.</param>
    /// <param name="limits">What is too much.</param>
    /// <param name="ct">Stops the reading.</param>
    public static async Task<LedgerResult<byte[]>> TakeAsync(Stream stream, LedgerLimits limits, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(limits);
        if (stream is MemoryStream { Position: 0, CanWrite: false } over && over.TryGetBuffer(out var buffered)
            && buffered is { Offset: 0, Array: { } whole }
            && buffered.Count == whole.Length)
            return whole.Length > limits.FileBytes ? Refusals.FileTooLarge.At(null, limits.FileBytes) : whole;
        using var taken = new MemoryStream();
        var buffer = new byte[81_920];
        for (int read; (read = await stream.ReadAsync(buffer, ct)) > 0;)
        {
            if (taken.Length + read > limits.FileBytes) return Refusals.FileTooLarge.At(null, limits.FileBytes);
            taken.Write(buffer, 0, read);
        }
        return taken.ToArray();
    }
}

/// <summary>Tells files apart by their first bytes: names lie.</summary>
internal static class FileSignature
{
    internal enum Kind { Text, Zip, LegacyExcel, EncryptedExcel, Markup }

    /// <summary>[MS-CFB] 2.2: the header of a compound file, which .xls, .et and encrypted xlsx all are.</summary>
    private static ReadOnlySpan<byte> CompoundFile => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    public static Kind Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("PK\x03\x04"u8) || bytes.StartsWith("PK\x05\x06"u8)) return Kind.Zip;
        if (bytes.StartsWith(CompoundFile))
        {
            // [MS-OFFCRYPTO] 2.3.4: the stream that holds an encrypted package; directory names are UTF-16.
            var name = System.Text.Encoding.Unicode.GetBytes("EncryptedPackage");
            return bytes.IndexOf(name) >= 0 ? Kind.EncryptedExcel : Kind.LegacyExcel;
        }
        return IsMarkup(bytes) ? Kind.Markup : Kind.Text;
    }

    private static bool IsMarkup(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        bytes = bytes[..Math.Min(bytes.Length, 512)].TrimStart(" \r\n\t"u8);
        var start = System.Text.Encoding.ASCII.GetString(bytes[..Math.Min(bytes.Length, 16)]).ToUpperInvariant();
        return start.StartsWith("<HTML", StringComparison.Ordinal) || start.StartsWith("<!DOCTYPE", StringComparison.Ordinal)
            || start.StartsWith("<?XML", StringComparison.Ordinal) || start.StartsWith("<TABLE", StringComparison.Ordinal)
            || start.StartsWith("<META", StringComparison.Ordinal);
    }
}
