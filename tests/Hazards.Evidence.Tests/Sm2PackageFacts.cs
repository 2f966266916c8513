using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests;

/// <summary>Packages in which everything is by Chinese algorithms: the tree, the digests and the signature.</summary>
public sealed class Sm2PackageFacts
{
    private static readonly NoteSigner Sm2 = new("hazards/sample", SampleLog.Key.ExportSeed(), NoteSignatureType.Sm2);
    private static readonly VerifyOptions Trusting = new() { Keys = [Sm2.Verifier] };

    [Fact]
    public void It_holds_for_who_has_the_SM2_key_only()
    {
        var verification = Verified.Of(Package(), Trusting);
        verification.ShouldHold();
        verification.Checks.Single(c => c.Name == "signature").English.ShouldContain($"(SM2): {Sm2.Verifier}");
        verification.Checks.Single(c => c.Name == "contents").English.ShouldContain("SHA-256 and SM3");
        Verified.Of(Package(), new VerifyOptions { Keys = [SampleLog.Key.Verifier] }).ShouldHold();
    }

    [Fact]
    public void A_forgery_is_refused()
    {
        // Signed by the Ed25519 key alone, which this reader does not know; by another SM2 key; a false line of the right one.
        var package = Package();
        package.Sign = note => note.ToNote().SignedBy(package.Signer, SampleLog.Start);
        Verified.Of(package, Trusting).ShouldBeRefused("signature", "key.other");
        package.Second = NoteSigner.Create("hazards/sample", NoteSignatureType.Sm2);
        package.Sign = null;
        Verified.Of(package, Trusting).ShouldBeRefused("signature", "key.other");
        package = Package();
        package.Sign = note =>
            package.Signed(note.ToNote()).With(new SignedNote("another text\n", []).SignedBy(Sm2, SampleLog.Start).Signatures[0]);
        Verified.Of(package, Trusting).ShouldBeRefused("signature", "manifest.signature");
        package.Sign = note =>
            note.ToNote().SignedBy(Sm2, SampleLog.Start).With(new NoteSignature("hazards/sample", SampleLog.Key.Verifier.Id, new byte[64]));
        Verified.Of(package, Trusting).ShouldBeRefused("signature", "manifest.signature");
    }

    [Fact]
    public async Task An_entry_whose_SM3_is_another_is_refused()
    {
        var package = Package();
        var good = package.Layout();
        // Everything by SHA-256 is right, and the log's own key signs it.
        var manifest = Manifest.Read(await Content(good.Parts[1]));
        var wrong = manifest with
        {
            Entries = [.. manifest.Entries.Select((e, i) => i == 3 ? e with { Sm3 = IncrementalSm3.Of("else"u8) } : e)],
        };
        Verified.Of(Signed(package, good, wrong), Trusting).ShouldBeRefused("contents", "package.content");
        Verified.Of(
            Signed(package, good, manifest with { Entries = [.. manifest.Entries.Select((e, i) => i == 3 ? e with { Sm3 = null } : e)] }),
            Trusting).ShouldBeRefused("signature", "manifest.other");
        // The note without SM3 of the manifest, or with another.
        Verified.Of(Signed(package, good, manifest, n => n with { Sm3 = null }), Trusting).ShouldBeRefused("signature", "manifest.other");
        Verified.Of(Signed(package, good, manifest, n => n with { Sm3 = IncrementalSm3.Of("else"u8) }), Trusting)
            .ShouldBeRefused("signature", "manifest.other");
        Verified.Of(Signed(package, good, manifest), Trusting).ShouldHold();
    }

    [Fact]
    public void A_package_of_before_under_SM3_holds_without() =>
        Verified.Of(
            new SamplePackage(new SampleLog(tree: TreeChoice.Sm3), TreeHash.Sm3),
            new VerifyOptions { Keys = [SampleLog.Key.Verifier] }).ShouldHold();

    private static SamplePackage Package() =>
        new(new SampleLog(tree: TreeChoice.Sm3), TreeHash.Sm3) { Second = Sm2, Format = Manifest.FormatWithMore };

    private static byte[] Signed(
        SamplePackage package, PackageLayout good, Manifest manifest, Func<ManifestNote, ManifestNote>? edit = null)
    {
        var json = PackagePart.Of(PackageNames.Manifest, manifest.ToBytes());
        var note = PackagePart.Of(
            PackageNames.ManifestNote,
            Encoding.UTF8.GetBytes(package.Signed((edit ?? (n => n))(ManifestNote.Of(manifest)).ToNote()).ToString()));
        var sums = PackagePart.Of(PackageNames.Sums, PackageWriter.Sums(manifest.Entries, json.Sha256, note.Sha256));
        using var output = new MemoryStream();
        new PackageLayout([good.Parts[0], json, note, sums, .. good.Parts.Skip(4)]).WriteAsync(output).GetAwaiter().GetResult();
        return output.ToArray();
    }

    private static async Task<byte[]> Content(PackagePart part)
    {
        await using var content = await part.Open(0, CancellationToken.None);
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy);
        return copy.ToArray();
    }
}
