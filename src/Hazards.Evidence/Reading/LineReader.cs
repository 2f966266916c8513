namespace Hazards.Evidence;

/// <summary>Reads lines of a stream, each ending with a newline, none longer than what may be held in memory.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private const int Most = 32 * 1024 * 1024;

    private byte[] buffer = new byte[64 * 1024];
    private int start, end;

    /// <summary>The next line without its newline, valid until the next call; null at the end.</summary>
    /// <exception cref="InvalidDataException">The last line does not end, or one is too long.</exception>
    public ReadOnlyMemory<byte>? Next()
    {
        var searched = start;
        while (true)
        {
            var newline = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var line = buffer.AsMemory(start, searched + newline - start);
                start = searched + newline + 1;
                return line;
            }
            searched = end - start;
            MakeRoom();
            var read = stream.Read(buffer.AsSpan(end));
            if (read == 0)
                return start == end ? null : throw new InvalidDataException("没有换行 · it has no newline");
            end += read;
        }
    }

    private void MakeRoom()
    {
        var waiting = end - start;
        if (waiting > Most)
            throw new InvalidDataException($"超过 {Most} 字节 · it is longer than {Most} bytes");
        var target = waiting * 2 > buffer.Length ? new byte[buffer.Length * 2] : buffer;
        buffer.AsSpan(start, waiting).CopyTo(target);
        (buffer, start, end) = (target, 0, waiting);
    }

    public void Dispose() => stream.Dispose();
}
