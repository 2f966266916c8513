using System.IO.Compression;
using System.Text;

namespace Hazards.Evidence.Tests;

/// <summary>The zip itself: other programs open it, and any stretch of it can be made alone.</summary>
public sealed class ZipFacts
{
    private static readonly PackageLayout Small = new(
    [
        PackagePart.Of("README.txt", "说明\n"u8.ToArray()),
        PackagePart.Of("events/a.jsonl", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("一个事件\n", 1000)))),
        PackagePart.Of("attachments/empty.bin", ReadOnlyMemory<byte>.Empty),
        PackagePart.Of("policies/national-baseline@2.json", "{}"u8.ToArray()),
    ]);

    [Theory]
    [InlineData("123456789", 0xCBF43926)]
    [InlineData("", 0)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339)]
    public void The_crc_is_the_one_of_zip_files(string text, uint crc)
    {
        var (first, rest) = (text[..(text.Length / 3)], text[(text.Length / 3)..]);
        using var meter = new ContentMeter();
        meter.Append(Encoding.ASCII.GetBytes(first));
        meter.Append(Encoding.ASCII.GetBytes(rest));
        meter.Crc32.ShouldBe(crc);
    }

    [Fact]
    public async Task Dotnet_opens_it()
    {
        using var zip = new ZipArchive(new MemoryStream(await Bytes(Small)));
        zip.Entries.Select(e => e.FullName).ShouldBe(Small.Parts.Select(p => p.Name));
        foreach (var (entry, part) in zip.Entries.Zip(Small.Parts))
        {
            entry.Length.ShouldBe(part.Size);
            entry.CompressedLength.ShouldBe(part.Size);
            using var content = new MemoryStream();
            await using (var opened = await entry.OpenAsync(TestContext))
                await opened.CopyToAsync(content);
            PackagePart.Of("x", content.ToArray()).Sha256.ShouldBe(part.Sha256);
        }
    }

    [ToolTheory]
    [InlineData("unzip", "-t {0}")]
    [InlineData("python3", "-c \"import sys,zipfile; sys.exit(0 if zipfile.ZipFile(sys.argv[1]).testzip() is None else 1)\" {0}")]
    public async Task Other_programs_open_it(string tool, string arguments)
    {
        using var file = new TemporaryFile(".zip");
        await File.WriteAllBytesAsync(file.Path, await Bytes(Small));
        var (code, output) = await Tools.RunAsync(tool, string.Format(null, arguments, file.Path));
        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task Any_stretch_is_that_of_the_whole()
    {
        var whole = await Bytes(Small);
        whole.Length.ShouldBe((int)Small.Size);
        var random = new Random(1);
        int[] edges = [
            0, 1, 29, 30, 31, 39, 40, whole.Length - 1, whole.Length, .. Enumerable.Range(0, 60).Select(_ => random.Next(whole.Length))];
        foreach (var from in edges)
            foreach (var to in edges.Where(e => e >= from))
            {
                using var part = new MemoryStream();
                await Small.WriteAsync(part, from, to);
                part.ToArray().AsSpan().SequenceEqual(whole.AsSpan(from, to - from)).ShouldBeTrue($"{from}..{to}");
            }
    }

    [Fact]
    public async Task Beyond_four_gigabytes_and_65535_entries_it_is_a_zip64()
    {
        const long Huge = 5L << 30;
        var large = new PackageLayout(
        [
            new PackagePart("attachments/huge.bin", Huge, default, 0, (from, _) => ValueTask.FromResult<Stream>(new Zeros(Huge - from))),
            .. Enumerable.Range(0, 70_000).Select(n => PackagePart.Of($"states/{n}.json", Encoding.ASCII.GetBytes($"{n}"))),
        ]);
        await using var stream = new LayoutStream(large);
        using var zip = new ZipArchive(stream);
        zip.Entries.Count.ShouldBe(70_001);
        zip.Entries[0].Length.ShouldBe(Huge);
        using var last = new StreamReader(await zip.Entries[^1].OpenAsync(TestContext));
        (await last.ReadToEndAsync()).ShouldBe("69999");
    }

    [Fact]
    public async Task A_part_that_is_shorter_than_it_says_ends_the_writing()
    {
        var layout = new PackageLayout([PackagePart.Of("a", new byte[10]) with { Size = 11 }]);
        await Should.ThrowAsync<InvalidDataException>(() => Bytes(layout));
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData("a\\b")]
    [InlineData("C:/a")]
    [InlineData("a/.hidden")]
    [InlineData("a/b.")]
    [InlineData("a/文.txt")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    public void A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        PackageNames.IsSafe(name).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => new PackageLayout([PackagePart.Of(name, new byte[1])]));
    }

    [Fact]
    public void A_name_stands_once_whatever_its_case() =>
        Should.Throw<ArgumentException>(() => new PackageLayout([PackagePart.Of("a", new byte[1]), PackagePart.Of("A", new byte[1])]));

    private static CancellationToken TestContext => CancellationToken.None;

    private static async Task<byte[]> Bytes(PackageLayout layout)
    {
        using var output = new MemoryStream();
        await layout.WriteAsync(output);
        return output.ToArray();
    }

    /// <summary>Reads a layout as a file that is nowhere.</summary>
    private sealed class LayoutStream(PackageLayout layout) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => layout.Size;
        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var end = Math.Min(Position + count, Length);
            using var output = new MemoryStream(buffer, offset, count);
            layout.WriteAsync(output, Position, end).GetAwaiter().GetResult();
            var read = (int)(end - Position);
            Position = end;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) =>
            Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => Position + offset, _ => Length + offset };

        public override void Flush() { }
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private sealed class Zeros(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, _left);
            buffer.AsSpan(offset, read).Clear();
            _left -= read;
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
