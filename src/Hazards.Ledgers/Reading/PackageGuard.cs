using System.Buffers;
using System.IO.Compression;

namespace Hazards.Ledgers;

/// <summary>
/// Inflates every part of a package once, into nothing, and counts. What a zip header declares is the attacker's word;
/// only bytes that came out of the inflater count. Packaging and XML readers see the file only after this.
/// </summary>
internal static class PackageGuard
{
    /// <summary>Small parts may legitimately shrink a thousand times (a sheet of empty styled rows).</summary>
    private const long RatioMattersFrom = 1 << 20;

    public static void Check(byte[] bytes, LedgerLimits limits, CancellationToken ct)
    {
        using var archive = OpenArchive(bytes);
        if (archive.Entries.Count > limits.Parts)
            throw new RefusedException(Refusals.XlsxTooManyParts.At(null, limits.Parts));
        if (archive.GetEntry("[Content_Types].xml") is null)
            throw new RefusedException(Refusals.XlsxNotWorkbook.At(null));

        var buffer = ArrayPool<byte>.Shared.Rent(81_920);
        try
        {
            var total = 0L;
            foreach (var entry in archive.Entries)
                total += Inflate(entry, limits, total, buffer, ct);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static long Inflate(ZipArchiveEntry entry, LedgerLimits limits, long before, byte[] buffer, CancellationToken ct)
    {
        using var part = entry.Open();
        var size = 0L;
        for (int read; (read = part.Read(buffer)) > 0;)
        {
            ct.ThrowIfCancellationRequested();
            size += read;
            if (size > limits.PartBytes)
                throw new RefusedException(Refusals.XlsxTooLarge.At(entry.FullName, limits.PartBytes));
            if (before + size > limits.InflatedBytes)
                throw new RefusedException(Refusals.XlsxTooLarge.At(entry.FullName, limits.InflatedBytes));
            if (size > RatioMattersFrom && size / Math.Max(1, entry.CompressedLength) >= limits.InflationRatio)
                throw new RefusedException(Refusals.XlsxRatio.At(entry.FullName, limits.InflationRatio));
        }
        return size;
    }

    private static ZipArchive OpenArchive(byte[] bytes)
    {
        try
        {
            return new ZipArchive(new MemoryStream(bytes, writable: false), ZipArchiveMode.Read);
        }
        catch (InvalidDataException e)
        {
            throw new RefusedException(Refusals.XlsxBroken.At(null, e.Message));
        }
    }
}
