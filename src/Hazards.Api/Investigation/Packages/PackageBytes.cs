using Hazards.Evidence;

namespace Hazards.Api.Investigation.Packages;

/// <summary>
/// The bytes of a package on the shelf, from any of them on. Chunks are read some at a time, ahead of whoever sends them;
/// one reader at a time.
/// </summary>
internal sealed class PackageBytes(PackageShelf shelf, Guid package)
{
    // 2 MB at most: the pieces of many small parts come with one query.
    private const int Ahead = 32;

    private const int FilePiece = 512 * 1024;

    private readonly Dictionary<(long Number, int N), byte[]> read = [];

    /// <summary>The whole package, ready to be written.</summary>
    public async Task<PackageLayout> LayOutAsync(CancellationToken cancellationToken) =>
        new((await shelf.PartsAsync(package, cancellationToken)).Select(PartOf));

    /// <summary>A part with its content.</summary>
    public PackagePart PartOf(ShelvedPart part) =>
        new(part.Name, part.Size, part.Sha256, part.Crc32, (from, _) => ValueTask.FromResult(Open(part, from)));

    /// <summary>A part's content from a byte on.</summary>
    public Stream Open(ShelvedPart part, long from = 0) => new Content(this, part, from);

    private async ValueTask<byte[]> ChunkAsync(ShelvedPart part, int n, CancellationToken cancellationToken)
    {
        if (part.IsFile)
            return await shelf.FileAsync(part.Sha256, (long)n * FilePiece, FilePiece, cancellationToken);
        if (!read.TryGetValue((part.Number, n), out var chunk))
        {
            read.Clear();
            foreach (var (number, place, bytes) in await shelf.ChunksAsync(package, part.Number, n, Ahead, cancellationToken))
                read[(number, place)] = bytes;
            if (!read.TryGetValue((part.Number, n), out chunk))
                throw new InvalidDataException($"A piece of {part.Name} is gone.");
        }

        return chunk;
    }

    private sealed class Content(PackageBytes bytes, ShelvedPart part, long from) : Stream
    {
        private (int N, byte[] Bytes)? chunk;
        private long position = from;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => part.Size;

        public override long Position { get => position; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (position >= part.Size)
                return 0;
            var piece = part.IsFile ? FilePiece : PartBatch.ChunkSize;
            var n = (int)(position / piece);
            if (chunk?.N != n)
                chunk = (n, await bytes.ChunkAsync(part, n, cancellationToken));
            var within = (int)(position - (long)n * piece);
            var length = Math.Min(buffer.Length, chunk.Value.Bytes.Length - within);
            if (length <= 0)
                throw new InvalidDataException($"A piece of {part.Name} is cut short.");
            chunk.Value.Bytes.AsMemory(within, length).CopyTo(buffer);
            position += length;
            return length;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read it asynchronously");

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
