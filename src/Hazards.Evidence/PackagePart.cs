using System.IO.Hashing;
using System.Security.Cryptography;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>Opens a part's content so that the first byte read is the one at <paramref name="from"/>.</summary>
public delegate ValueTask<Stream> OpenContent(long from, CancellationToken cancellationToken);

/// <summary>One entry of a package before it is written.</summary>
/// <param name="Name">Its name: see <see cref="PackageNames"/>.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="Crc32">Of its bytes, as zip files have it.</param>
/// <param name="Open">Opens its bytes, as often as it is asked to, always the same.</param>
public sealed record PackagePart(string Name, long Size, Sha256Digest Sha256, uint Crc32, OpenContent Open)
{
    /// <summary>SM3 of its bytes, where it was measured.</summary>
    public Digest? Sm3 { get; init; }

    /// <summary>A part that is in memory.</summary>
    public static PackagePart Of(string name, ReadOnlyMemory<byte> bytes)
    {
        using var meter = new ContentMeter(sm3: true);
        meter.Append(bytes.Span);
        return meter.Part(name, (from, _) => ValueTask.FromResult<Stream>(new MemoryStream(bytes[(int)from..].ToArray(), writable: false)));
    }

    /// <summary>Reads the whole content once to learn its size and digests.</summary>
    public static async Task<PackagePart> MeasureAsync(string name, OpenContent open, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        using var meter = new ContentMeter(sm3: true);
        await using var content = await open(0, cancellationToken);
        var buffer = new byte[128 * 1024];
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            meter.Append(buffer.AsSpan(0, read));
        return meter.Part(name, open);
    }

    /// <summary>The same part with SM3 of its bytes, which are read for it where it is not known.</summary>
    public async Task<PackagePart> WithSm3Async(CancellationToken cancellationToken = default) =>
        Sm3 is not null ? this : this with { Sm3 = (await MeasureAsync(Name, Open, cancellationToken)).Sm3 };

    /// <summary>A part that is a file on disk, which nobody changes meanwhile.</summary>
    public static Task<PackagePart> OfFileAsync(string name, string path, CancellationToken cancellationToken = default) =>
        MeasureAsync(name, FileAt(path), cancellationToken);

    /// <summary>Opens a file on disk, or a slice of one that begins at <paramref name="start"/>.</summary>
    public static OpenContent FileAt(string path, long start = 0) => (from, _) =>
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.Asynchronous);
        file.Position = start + from;
        return ValueTask.FromResult<Stream>(file);
    };
}

/// <summary>Learns the size and the digests of a content while it is being made.</summary>
/// <param name="sm3">SM3 as well.</param>
public sealed class ContentMeter(bool sm3 = false) : IDisposable
{
    private readonly Crc32 crc = new();
    private readonly IncrementalSm3? byGuobiao = sm3 ? new() : null;
    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes so far.</summary>
    public long Size { get; private set; }

    /// <summary>CRC-32 of the bytes so far, as zip files have it. It proves nothing: SHA-256 does.</summary>
    public uint Crc32 => crc.GetCurrentHashAsUInt32();

    /// <summary>SHA-256 of the bytes so far.</summary>
    public Sha256Digest Sha256 => PackageNames.Digest(sha256.GetCurrentHash());

    /// <summary>SM3 of the bytes so far, where it is measured.</summary>
    public Digest? Sm3 => byGuobiao?.Current();

    /// <summary>More bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        sha256.AppendData(bytes);
        byGuobiao?.Append(bytes);
        crc.Append(bytes);
        Size += bytes.Length;
    }

    /// <summary>The part that these bytes are.</summary>
    public PackagePart Part(string name, OpenContent open) => new(name, Size, Sha256, Crc32, open) { Sm3 = Sm3 };

    /// <inheritdoc />
    public void Dispose() => sha256.Dispose();
}
