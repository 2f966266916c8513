using System.Collections.Immutable;
using Hazards.Domain;
using Microsoft.Win32.SafeHandles;

namespace Hazards.Evidence;

/// <summary>
/// Reads a package from a file that nobody vouches for: nothing is unpacked, no size or name in it is believed, and only
/// files that are byte for byte as <see cref="PackageLayout"/> writes them are opened at all.
/// </summary>
public sealed class PackageReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, ZipEntry> _byName;

    private PackageReader(SafeFileHandle file, ImmutableArray<ZipEntry> entries)
    {
        _file = file;
        Entries = entries;
        _byName = entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    /// <summary>Opens a file; or says why it is no package.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (PackageReader? Package, Refusal? Refusal) Open(string path)
    {
        if (Directory.Exists(path))
            return (null, EvidenceRefusals.Folder.Because(null, ("path", path)));
        if (!File.Exists(path))
            return (null, EvidenceRefusals.NoFile.Because(null, ("path", path)));
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var (entries, refusal) = new ZipWalk(file).Walk();
        if (refusal is null)
            return (new PackageReader(file, entries), null);
        file.Dispose();
        return (null, refusal);
    }

    /// <summary>Its entries, in their order.</summary>
    internal ImmutableArray<ZipEntry> Entries { get; }

    /// <summary>How many bytes it has.</summary>
    public long Size => RandomAccess.GetLength(_file);

    /// <summary>An entry by its name; null when there is none.</summary>
    internal ZipEntry? Find(string name) => _byName.TryGetValue(name, out var entry) ? entry : null;

    /// <summary>Opens an entry's content.</summary>
    internal Stream Open(ZipEntry entry) => new Slice(_file, entry.Start, entry.Size);

    /// <summary>A whole entry; null when it is missing or larger than what may be held in memory.</summary>
    internal (byte[]? Bytes, Refusal? Refusal) Read(string name, int most = 64 * 1024 * 1024)
    {
        if (Find(name) is not { } entry)
            return (null, EvidenceRefusals.Missing.Because(null, ("name", name)));
        if (entry.Size > most)
            return (null, EvidenceRefusals.TooLarge.Because(null, ("name", name), ("size", entry.Size), ("most", most)));
        var bytes = new byte[entry.Size];
        using var content = Open(entry);
        content.ReadExactly(bytes);
        return (bytes, null);
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    /// <summary>A stretch of a file.</summary>
    private sealed class Slice(SafeFileHandle file, long start, long length) : Stream
    {
        private long _at;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var read = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, length - _at)], start + _at);
            _at += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
