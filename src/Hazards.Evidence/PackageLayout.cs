using System.Collections.Immutable;

namespace Hazards.Evidence;

/// <summary>
/// The exact bytes of a package, before one of them is written: how many there are, and any stretch of them without what
/// comes before. The same parts always give the same bytes, so a download that broke off goes on where it stopped.
/// </summary>
public sealed class PackageLayout
{
    private readonly ImmutableArray<PackagePart> _parts;
    private readonly ZipEntry[] _entries;
    private readonly Lazy<byte[]> _directory;
    private readonly long _directoryAt;

    /// <summary>Lays out parts in their order. Use <see cref="PackageWriter"/> to make a package; this is the zip alone.</summary>
    /// <exception cref="ArgumentException">A name is not one that a package may hold, or is there twice.</exception>
    public PackageLayout(IEnumerable<PackagePart> parts)
    {
        _parts = [.. parts];
        _entries = new ZipEntry[_parts.Length];
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < _parts.Length; i++)
        {
            var part = _parts[i];
            if (!PackageNames.IsSafe(part.Name) || !names.Add(part.Name))
                throw new ArgumentException($"A package cannot hold an entry named “{part.Name}”, or not twice.", nameof(parts));
            _entries[i] = new ZipEntry(part.Name, part.Size, part.Crc32, _directoryAt);
            _directoryAt = _entries[i].End;
        }
        _directory = new Lazy<byte[]>(() => ZipForm.Directory(_entries, _directoryAt));
    }

    /// <summary>How many bytes.</summary>
    public long Size => _directoryAt + _directory.Value.Length;

    /// <summary>The parts, in order.</summary>
    public IReadOnlyList<PackagePart> Parts => _parts;

    /// <summary>Writes all bytes.</summary>
    public Task WriteAsync(Stream output, CancellationToken cancellationToken = default) => WriteAsync(output, 0, Size, cancellationToken);

    /// <summary>Writes the bytes from <paramref name="from"/> to before <paramref name="to"/>; reads only the parts they lie in.</summary>
    /// <exception cref="InvalidDataException">A part has not as many bytes as it says: what was written so far is not to be
    /// used.</exception>
    public async Task WriteAsync(Stream output, long from, long to, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, Size);
        for (var i = Holding(from); i < _entries.Length && _entries[i].Offset < to; i++)
        {
            await BytesAsync(output, ZipForm.LocalHeader(_entries[i]), _entries[i].Offset, from, to, cancellationToken);
            var (first, end) = (Math.Max(from, _entries[i].Start), Math.Min(to, _entries[i].End));
            if (first < end)
                await ContentAsync(output, _parts[i], first - _entries[i].Start, end - first, cancellationToken);
        }
        await BytesAsync(output, _directory.Value, _directoryAt, from, to, cancellationToken);
    }

    // The entry that a byte lies in.
    private int Holding(long at)
    {
        var (low, high) = (0, _entries.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _entries[middle].End <= at ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    private static async Task BytesAsync(Stream output, byte[] bytes, long offset, long from, long to, CancellationToken cancellationToken)
    {
        var (first, end) = (Math.Max(from - offset, 0), Math.Min(to - offset, bytes.Length));
        if (first < end)
            await output.WriteAsync(bytes.AsMemory((int)first, (int)(end - first)), cancellationToken);
    }

    private static async Task ContentAsync(Stream output, PackagePart part, long from, long count, CancellationToken cancellationToken)
    {
        await using var content = await part.Open(from, cancellationToken);
        var buffer = new byte[(int)Math.Min(count, 128 * 1024)];
        for (var left = count; left > 0;)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
            if (read == 0)
                throw new InvalidDataException($"{part.Name} should have {part.Size} bytes and ends {left} before.");
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            left -= read;
        }
    }
}
