using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hazards.Domain;
using Hazards.Evidence;

namespace Hazards.Api.Investigation.Packages;

/// <summary>
/// Compares what lies on the shelf with the digest that the log gives, before the first byte goes out: a download is of those bytes
/// or of none. A package that was compared a moment ago is not read again for every piece of it; one that is sent whole is compared
/// once more on its way.
/// </summary>
internal sealed class PackageCheck(TimeProvider clock)
{
    private const int MostRemembered = 256;

    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> compared = new();

    /// <summary>What was altered, by the name of its entry; null when nothing was.</summary>
    public async Task<string?> AlteredAsync(Guid package, PackageLayout layout, Sha256Digest digest, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (compared.TryGetValue(package, out var at) && now - at < Remembered)
            return null;
        var gone = false;
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            try
            {
                await layout.WriteAsync(new HashedStream(Stream.Null, hash), cancellationToken);
                if (Convert.ToHexStringLower(hash.GetHashAndReset()) == digest.Value)
                {
                    if (compared.Count >= MostRemembered)
                        compared.Clear();
                    compared[package] = now;
                    return null;
                }
            }
            catch (InvalidDataException)
            {
                // A part is gone or cut short: which, is found below.
            }
            catch (PersonGoneException)
            {
                // What can be opened by nobody any more cannot be compared; the rest can.
                gone = true;
            }
        }

        foreach (var part in layout.Parts)
            if (await IsAlteredAsync(part, cancellationToken))
                return part.Name;
        return gone ? null : "zip";
    }

    /// <summary>Sends the whole; false when it was altered meanwhile, and then its last byte is kept back.</summary>
    public static async Task<bool> SendAsync(PackageLayout layout, Sha256Digest digest, Stream output, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await layout.WriteAsync(new HashedStream(output, hash), 0, layout.Size - 1, cancellationToken);
        using var last = new MemoryStream();
        await layout.WriteAsync(new HashedStream(last, hash), layout.Size - 1, layout.Size, cancellationToken);
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != digest.Value)
            return false;
        await output.WriteAsync(last.ToArray(), cancellationToken);
        return true;
    }

    private static async Task<bool> IsAlteredAsync(PackagePart part, CancellationToken cancellationToken)
    {
        try
        {
            return (await PackagePart.MeasureAsync(part.Name, part.Open, cancellationToken)).Sha256 != part.Sha256;
        }
        catch (InvalidDataException)
        {
            return true;
        }
        catch (PersonGoneException)
        {
            return false;
        }
    }

    /// <summary>Hashes what goes through it.</summary>
    private sealed class HashedStream(Stream output, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            hash.AppendData(buffer.Span);
            return output.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write it asynchronously");

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
