using System.Text;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests;

/// <summary>The manifest and its signature.</summary>
public sealed class ManifestFacts
{
    private static readonly NoteSigner Key = NoteSigner.Create("hazards/test");

    private static readonly Manifest Empty = new(
        Manifest.FormatNow, Guid.Parse("0197a000-0000-7000-8000-000000000001"), "hazards/test", "sha256", 0, TreeHash.Sha256.Empty,
        new DateTimeOffset(2026, 11, 22, 12, 0, 0, 500, TimeSpan.FromHours(8)), null, [], [], [],
        new ManifestMaking(DateTimeOffset.UnixEpoch, "李调查", BodyId.Parse("test-office"), "pages", "事故调查", null, "hazards 0.1"), []);

    [Fact]
    public void The_same_manifest_gives_the_same_bytes_and_reads_back()
    {
        var bytes = Empty.ToBytes();
        Encoding.UTF8.GetString(bytes)
            .ShouldStartWith("""{"asOf":"2026-11-22T04:00:00.5Z","entries":[],"format":"hazards-evidence/1","hash":"sha256",""");
        Manifest.Read(bytes).ToBytes().ShouldBe(bytes);
    }

    [Theory]
    [InlineData("""{"a":1}""")]
    [InlineData("null")]
    [InlineData("")]
    public void What_is_no_manifest_is_refused(string json) =>
        Should.Throw<JsonException>(() => Manifest.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_manifest_that_is_not_canonical_is_refused() =>
        Should.Throw<JsonException>(() => Manifest.Read([.. Empty.ToBytes(), (byte)'\n']));

    [Fact]
    public void The_note_reads_back_and_no_checkpoint_passes_for_it()
    {
        var note = ManifestNote.Of(Empty);
        ManifestNote.TryParse(note.ToString(), out var read).ShouldBeTrue();
        read.ShouldBe(note);
        ManifestNote.TryParse(new Checkpoint("hazards-evidence/1", 0, TreeHash.Sha256.Empty).ToString(), out _).ShouldBeFalse();
        Checkpoint.TryParse(note.ToString(), out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_package_is_the_readme_the_manifest_its_signature_the_sums_and_what_was_gathered()
    {
        PackagePart[] parts = [
            PackagePart.Of(PackageNames.Checkpoint, "c"u8.ToArray()), PackagePart.Of(PackageNames.Keys, LogKey.ToBytes([]))];
        var layout = PackageWriter.Assemble(Empty, parts, n => n.ToNote().SignedBy(Key, DateTimeOffset.UnixEpoch));
        layout.Parts.Select(p => p.Name)
            .ShouldBe(["README.txt", "manifest.json", "manifest.note", "SHA256SUMS", "checkpoint.txt", "keys.json"]);
        var manifest = Manifest.Read(await Content(layout.Parts[1]));
        manifest.Entries.Select(e => e.Name).ShouldBe(["README.txt", "checkpoint.txt", "keys.json"]);
        SignedNote.TryParse(await Content(layout.Parts[2]), out var note).ShouldBeTrue();
        note!.VerifiedBy(Key.Verifier).ShouldNotBeNull();
        note.Text.ShouldContain(layout.Parts[1].Sha256.Value);
        Encoding.ASCII.GetString(await Content(layout.Parts[3]))
            .ShouldBe(string.Concat(layout.Parts.Where(p => p.Name != "SHA256SUMS").Select(p => $"{p.Sha256}  {p.Name}\n")));
    }

    [Fact]
    public void Without_checkpoint_and_keys_there_is_no_package() =>
        Should.Throw<ArgumentException>(
            () => PackageWriter.Assemble(Empty, [PackagePart.Of(PackageNames.Keys, LogKey.ToBytes([]))], n => n.ToNote()));

    [Fact]
    public void An_instant_in_a_name_has_no_more_digits_than_it_needs()
    {
        PackageNames.Instant(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)).ShouldBe("20260102T030405Z");
        PackageNames.Instant(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 120, TimeSpan.Zero)).ShouldBe("20260102T030405.12Z");
        PackageNames.Attachment(Sha256Digest.Of([]), "../x").ShouldEndWith(".bin");
    }

    private static async Task<byte[]> Content(PackagePart part)
    {
        await using var content = await part.Open(0, CancellationToken.None);
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy);
        return copy.ToArray();
    }
}
