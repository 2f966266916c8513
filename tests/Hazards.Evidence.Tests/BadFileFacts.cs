using System.IO.Compression;
using System.Text;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests;

/// <summary>Files that are no package, or were one once: each is refused with its reason, and nothing is thrown.</summary>
public sealed class BadFileFacts
{
    private static readonly byte[] Good = new SamplePackage(new SampleLog()).ToBytes();
    private static readonly VerifyOptions Trusting = new() { Keys = [SampleLog.Key.Verifier] };

    [Fact]
    public void Every_flipped_byte_is_noticed()
    {
        using var file = new TemporaryFile(".zip");
        var random = new Random(7);
        // Every byte of the beginning (headers, README, manifest and its signature) and of the directory; of the rest, some.
        var all = Enumerable.Range(0, 800).Concat(Enumerable.Range(Good.Length - 700, 700))
            .Concat(Enumerable.Range(0, 900).Select(_ => random.Next(Good.Length)));
        var signature = Good.AsSpan().IndexOf("\n— hazards/sample "u8);
        foreach (var at in all.Concat(Enumerable.Range(signature, 400)).Distinct())
        {
            var bytes = (byte[])Good.Clone();
            bytes[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file.Path, bytes);
            PackageVerifier.Verify(file.Path, Trusting).Holds.ShouldBeFalse($"byte {at}");
        }
    }

    [Fact]
    public void Wherever_it_is_cut_it_says_so()
    {
        var random = new Random(8);
        // Within the first bytes of an entry as well.
        var starts = Enumerable.Range(4, Good.Length - 8).Where(at => Good.AsSpan(at).StartsWith("PK\x03\x04"u8))
            .SelectMany(at => Enumerable.Range(at, 5));
        foreach (var length in starts.Concat(Enumerable.Range(1, 60)).Concat(Enumerable.Range(1, 60).Select(n => Good.Length - n)).Concat(
            Enumerable.Range(0, 200).Select(_ => random.Next(1, Good.Length))))
            Verified.Of(Good[..length], Trusting).ShouldBeRefused("form", "package.cut");
    }

    public static TheoryData<string, string, byte[]> Others() => new()
    {
        { "form", "package.empty", [] },
        { "form", "package.not_zip", Encoding.UTF8.GetBytes("这不是 zip") },
        { "form", "package.not_zip", "PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"u8.ToArray() },
        { "form", "package.prepended", [.. "#!/bin/sh\n"u8, .. Good] },
        { "form", "package.appended", [.. Good, 0] },
        { "form", "package.appended", [.. Good[..^2], 3, 0, 1, 2, 3] },
        { "form", "package.appended", [.. Good, .. Good] },
        { "form", "package.repacked", Rezipped(CompressionLevel.Optimal) },
        { "form", "package.repacked", Rezipped(CompressionLevel.NoCompression) },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void What_is_not_the_original_file_is_refused(string check, string code, byte[] bytes) =>
        Verified.Of(bytes, Trusting).ShouldBeRefused(check, code);

    [ToolTheory]
    [InlineData("ZIP_STORED", "x.external_attr", "package.repacked")]
    [InlineData("ZIP_DEFLATED", "x.external_attr", "package.repacked")]
    [InlineData("ZIP_STORED", "(0o120777 << 16)", "package.link")]
    public async Task What_python_packed_anew_is_refused_even_with_the_same_times(string method, string attributes, string code)
    {
        using var original = new TemporaryFile(".zip");
        using var packed = new TemporaryFile(".zip");
        using var script = new TemporaryFile(".py");
        await File.WriteAllBytesAsync(original.Path, Good);
        await File.WriteAllTextAsync(script.Path, $"""
            import zipfile
            with zipfile.ZipFile(r"{original.Path}") as old, zipfile.ZipFile(r"{packed.Path}", "w") as new:
                for x in old.infolist():
                    content = old.read(x)
                    x.external_attr = {attributes}
                    x.create_system = 3
                    x.compress_type = zipfile.{method}
                    new.writestr(x, content)
            """);
        var (exit, output) = await Tools.RunAsync("python3", script.Path);
        exit.ShouldBe(0, output);
        PackageVerifier.Verify(packed.Path, Trusting).ShouldBeRefused("form", code);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\windows")]
    [InlineData("C:\\a")]
    [InlineData("events/../../x")]
    [InlineData("名称")]
    public void A_path_outside_itself_is_refused_before_anything_else(string name)
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
            zip.CreateEntry(name).Open().Dispose();
        Verified.Of(output.ToArray(), Trusting).ShouldBeRefused("form", "package.path");
    }

    [Fact]
    public void Entries_in_another_order_are_refused()
    {
        var parts = new SamplePackage(new SampleLog()).Layout().Parts.ToArray();
        (parts[^1], parts[^2]) = (parts[^2], parts[^1]);
        Verified.Of(Bytes(new PackageLayout(parts)), Trusting).ShouldBeRefused("contents", "package.order");
    }

    [Fact]
    public void Missing_extra_and_exchanged_entries_are_refused()
    {
        var parts = new SamplePackage(new SampleLog()).Layout().Parts;
        Verified.Of(Bytes(new PackageLayout(parts.SkipLast(1))), Trusting).ShouldBeRefused("contents", "package.missing");
        Verified.Of(Bytes(new PackageLayout(parts.Append(PackagePart.Of("extra.txt", new byte[1])))), Trusting)
            .ShouldBeRefused("contents", "package.unexpected");
        Verified.Of(
            Bytes(new PackageLayout(parts.Select(p => p.Name == "report/report.html" ? PackagePart.Of(p.Name, "<p>另一份"u8.ToArray()) : p))),
            Trusting).ShouldBeRefused("contents", "package.content");
        foreach (var name in new[] { PackageNames.Manifest, PackageNames.ManifestNote, PackageNames.Keys })
            Verified.Of(Bytes(new PackageLayout(parts.Where(p => p.Name != name))), Trusting)
                .ShouldBeRefused("signature", "package.missing");
    }

    [Fact]
    public void Events_changed_together_with_the_manifest_are_caught_by_the_signature()
    {
        var package = new SamplePackage(new SampleLog());
        var note = package.Layout().Parts.Single(p => p.Name == PackageNames.ManifestNote);
        package.Lines[SampleLog.First.StreamId].RemoveAt(4);
        var parts = package.Layout().Parts.Select(p => p.Name == PackageNames.ManifestNote ? note : p);
        Verified.Of(Bytes(new PackageLayout(parts)), Trusting).ShouldBeRefused("signature", "manifest.other");
    }

    [Fact]
    public void A_declared_size_beyond_the_file_reserves_no_memory()
    {
        var huge = new ZipEntry("README.txt", 1L << 60, 0, 0);
        Verified.Of([.. ZipForm.LocalHeader(huge), 1, 2, 3], Trusting).ShouldBeRefused("form", "package.cut");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Verified.Of([.. ZipForm.LocalHeader(huge with { Size = uint.MaxValue - 1 })], Trusting).ShouldBeRefused("form", "package.cut");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16 << 20);
    }

    [Fact]
    public void An_encrypted_entry_and_one_that_is_there_twice_are_named()
    {
        var encrypted = (byte[])Good.Clone();
        encrypted[6] |= 1;
        Verified.Of(encrypted, Trusting).ShouldBeRefused("form", "package.encrypted");
        var one = ZipForm.LocalHeader(new ZipEntry("README.txt", 0, 0, 0));
        Verified.Of([.. one, .. one], Trusting).ShouldBeRefused("form", "package.twice");
    }

    [Fact]
    public void A_folder_and_a_missing_file_are_told_apart()
    {
        PackageVerifier.Verify(Path.GetTempPath()).ShouldBeRefused("form", "package.folder");
        PackageVerifier.Verify(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString())).ShouldBeRefused("form", "package.no_file");
    }

    [Fact]
    public void A_signature_of_a_key_nobody_knows_is_no_ornament()
    {
        var package = new SamplePackage(new SampleLog());
        package.Sign = n => n.ToNote().SignedBy(SampleLog.Key, SampleLog.Start).SignedBy(NoteSigner.Create("someone"), SampleLog.Start);
        Verified.Of(package, Trusting).ShouldBeRefused("signature", "manifest.signature");
    }

    private static byte[] Bytes(PackageLayout layout)
    {
        using var output = new MemoryStream();
        layout.WriteAsync(output).GetAwaiter().GetResult();
        return output.ToArray();
    }

    private static byte[] Rezipped(CompressionLevel level)
    {
        using var output = new MemoryStream();
        using (var old = new ZipArchive(new MemoryStream(Good)))
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var entry in old.Entries)
            {
                var copy = zip.CreateEntry(entry.FullName, level);
                copy.LastWriteTime = entry.LastWriteTime;
                using var from = entry.Open();
                using var to = copy.Open();
                from.CopyTo(to);
            }
        return output.ToArray();
    }
}
