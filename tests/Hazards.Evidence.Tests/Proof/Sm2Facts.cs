using System.Diagnostics;
using System.Text;
using Hazards.Evidence.Proof;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Math;

namespace Hazards.Evidence.Tests.Proof;

public sealed class Sm2Facts
{
    // GB/T 32918.5-2017, annex A.2: over the curve of the standard, under the usual name of the signer.
    private const string Private = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
    private const string Public =
        "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
    private const string R = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3";
    private const string S = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 0, 0, TimeSpan.FromHours(8));
    private static readonly byte[] Message = "message digest"u8.ToArray();

    /// <summary>What openssl wants before the 65 bytes, as docs/verification.md has it.</summary>
    private static readonly byte[] KeyInfo = Convert.FromHexString("3059301306072A8648CE3D020106082A811CCF5501822D034200");

    [Fact]
    public void The_standards_signature_holds_and_no_other()
    {
        Sm2.PublicKeyOf(Convert.FromHexString(Private)).ShouldBe(Convert.FromHexString(Public));
        var signature = Der(R, S);
        Sm2.Verify(Convert.FromHexString(Public), Message, signature).ShouldBeTrue();
        Sm2.Verify(Convert.FromHexString(Public), [.. Message, 0], signature).ShouldBeFalse();
        Sm2.Verify(Convert.FromHexString(Public), Message, Der(S, R)).ShouldBeFalse();
        // One signature has one form: neither bytes behind, nor numbers written longer.
        Sm2.Verify(Convert.FromHexString(Public), Message, [.. signature, 0]).ShouldBeFalse();
        byte[] longer = [0x30, (byte)(signature[1] + 1), 0x02, (byte)(signature[3] + 1), 0x00, .. signature.AsSpan(4)];
        Sm2.Verify(Convert.FromHexString(Public), Message, longer).ShouldBeFalse();
        Sm2.Verify(Convert.FromHexString(Public), Message, []).ShouldBeFalse();
    }

    [Fact]
    public void A_new_key_signs_what_its_public_key_verifies()
    {
        var key = Sm2.NewKey();
        var signature = Sm2.Sign(key, Message);
        Sm2.Verify(Sm2.PublicKeyOf(key), Message, signature).ShouldBeTrue();
        Sm2.Verify(Sm2.PublicKeyOf(Sm2.NewKey()), Message, signature).ShouldBeFalse();
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54122")]
    [InlineData("39")]
    public void A_number_that_is_no_private_key_is_refused(string key) =>
        Should.Throw<ArgumentException>(() => Sm2.PublicKeyOf(Convert.FromHexString(key)));

    [Fact]
    public void A_point_off_the_curve_is_no_key()
    {
        var off = Convert.FromHexString(Public);
        off[^1] ^= 1;
        Sm2.IsPublicKey(off).ShouldBeFalse();
        Sm2.IsPublicKey(off.AsSpan(0, 33)).ShouldBeFalse();
        NoteVerifier.TryParse(new NoteVerifier("hazards/a", NoteSignatureType.Sm2, off).ToString(), out _).ShouldBeFalse();
    }

    [Fact]
    public void A_note_bears_both_signatures_and_each_key_reads_its_own()
    {
        var (ed25519, sm2) = (NoteSigner.Create("hazards/a"), NoteSigner.Create("hazards/a", NoteSignatureType.Sm2));
        var note = new Checkpoint("hazards/a", 7, TreeHash.Sm3.Leaf("x"u8)).ToNote().SignedBy(ed25519, Now).SignedBy(sm2, Now);
        SignedNote.TryParse(Encoding.UTF8.GetBytes(note.ToString()), out var read).ShouldBeTrue();
        read!.Signatures.Length.ShouldBe(2);
        read.VerifiedBy(ed25519.Verifier).ShouldNotBeNull();
        read.VerifiedBy(sm2.Verifier).ShouldNotBeNull().CosignedAt.ShouldBeNull();
        (read with { Text = read.Text.Replace("7", "8", StringComparison.Ordinal) }).IsForged(sm2.Verifier).ShouldBeTrue();
        var text = sm2.Verifier.ToString();
        NoteVerifier.TryParse(text, out var kept).ShouldBeTrue();
        kept.ShouldBe(sm2.Verifier);
        Convert.FromBase64String(text.Split('+', 3)[2])[..11].ShouldBe(Convert.FromHexString("FF06082A811CCF55018375"));
        NoteVerifier.TryParse(text.Replace("/w", "/g", StringComparison.Ordinal), out _).ShouldBeFalse();
        new NoteSigner("hazards/a", sm2.ExportSeed(), NoteSignatureType.Sm2).Verifier.ShouldBe(sm2.Verifier);
    }

    [Fact]
    public async Task OpenSSL_verifies_what_is_signed_here_and_signs_what_is_verified_here()
    {
        if (!await IsThereAsync())
            return;
        var folder = Directory.CreateTempSubdirectory("hazards-");
        try
        {
            async Task<string> RunAsync(string arguments) => (await OpenSslAsync(arguments, folder.FullName)).Output;
            string Path(string name) => System.IO.Path.Combine(folder.FullName, name);
            const string by = "-rawin -digest sm3 -pkeyopt distid:1234567812345678";
            await File.WriteAllBytesAsync(Path("text"), Message);
            // Ours.
            var key = Sm2.NewKey();
            await File.WriteAllBytesAsync(Path("ours.der"), [.. KeyInfo, .. Sm2.PublicKeyOf(key)]);
            await File.WriteAllBytesAsync(Path("ours.sig"), Sm2.Sign(key, Message));
            (await RunAsync($"pkeyutl -verify -pubin -keyform DER -inkey ours.der {by} -in text -sigfile ours.sig"))
                .ShouldContain("Signature Verified Successfully");
            // Theirs.
            await RunAsync("genpkey -algorithm SM2 -out theirs.pem");
            await RunAsync("pkey -in theirs.pem -pubout -outform DER -out theirs.der");
            await RunAsync($"pkeyutl -sign -inkey theirs.pem {by} -in text -out theirs.sig");
            var theirs = (await File.ReadAllBytesAsync(Path("theirs.der")))[^Sm2.PublicKeySize..];
            var signed = await File.ReadAllBytesAsync(Path("theirs.sig"));
            Sm2.Verify(theirs, Message, signed).ShouldBeTrue();
            Sm2.Verify(theirs, [.. Message, 0], signed).ShouldBeFalse();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Der(string r, string s) =>
        new DerSequence(new DerInteger(new BigInteger(r, 16)), new DerInteger(new BigInteger(s, 16))).GetEncoded();

    /// <summary>A machine without it, or with one that knows no SM2, is told apart from a signature that fails.</summary>
    private static async Task<bool> IsThereAsync()
    {
        try
        {
            return (await OpenSslAsync("list -public-key-algorithms", ".")).Output.Contains("SM2", StringComparison.Ordinal);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Output)> OpenSslAsync(string arguments, string folder)
    {
        using var openssl = Process.Start(new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var output = await openssl.StandardOutput.ReadToEndAsync();
        var error = await openssl.StandardError.ReadToEndAsync();
        await openssl.WaitForExitAsync();
        return (openssl.ExitCode, output + error);
    }
}
