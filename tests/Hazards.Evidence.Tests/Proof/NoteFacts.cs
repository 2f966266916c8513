using System.Text;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests.Proof;

public sealed class NoteFacts
{
    private const string Published = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    private const string PublishedKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 0, 0, TimeSpan.FromHours(8));

    [Fact]
    public void The_published_note_is_verified_by_its_key_and_nothing_else()
    {
        NoteVerifier.TryParse(PublishedKey, out var key).ShouldBeTrue();
        key!.ToString().ShouldBe(PublishedKey);
        SignedNote.TryParse(Published, out var note).ShouldBeTrue();
        note!.VerifiedBy(key).ShouldNotBeNull();
        note.ToString().ShouldBe(Published);
        SignedNote.TryParse(Published.Replace("example message", "Example message", StringComparison.Ordinal), out var changed)
            .ShouldBeTrue();
        changed!.VerifiedBy(key).ShouldBeNull();
        changed.IsForged(key).ShouldBeTrue();
        note.VerifiedBy(NoteSigner.Create("example.com/foo").Verifier).ShouldBeNull();
    }

    [Theory] // RFC 8032, section 7.1
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    public void Signatures_are_those_of_the_standard(string seed, string key, string message, string signature)
    {
        Convert.ToHexStringLower(Ed25519.PublicKeyOf(Convert.FromHexString(seed))).ShouldBe(key);
        Convert.ToHexStringLower(Ed25519.Sign(Convert.FromHexString(seed), Convert.FromHexString(message))).ShouldBe(signature);
        Ed25519.Verify(Convert.FromHexString(key), Convert.FromHexString(message), Convert.FromHexString(signature)).ShouldBeTrue();
        Ed25519.Verify(Convert.FromHexString(key), [.. Convert.FromHexString(message), 1], Convert.FromHexString(signature))
            .ShouldBeFalse();
    }

    [Fact]
    public void A_checkpoint_is_signed_by_its_log_and_cosigned_by_witnesses()
    {
        var log = NoteSigner.Create("hazards.example/xiangxi");
        var witness = NoteSigner.Create("witness.example/province", NoteSignatureType.Cosignature);
        var checkpoint = new Checkpoint("hazards.example/xiangxi", 20_852_163, TreeHash.Sha256.Leaf("x"u8));
        var note = checkpoint.ToNote().SignedBy(log, Now).SignedBy(witness, Now).SignedBy(witness, Now.AddMinutes(1));

        SignedNote.TryParse(Encoding.UTF8.GetBytes(note.ToString()), out var read).ShouldBeTrue();
        read!.Signatures.Length.ShouldBe(2);
        read.VerifiedBy(log.Verifier)!.CosignedAt.ShouldBeNull();
        read.VerifiedBy(witness.Verifier)!.CosignedAt.ShouldBe(Now.AddMinutes(1));
        Checkpoint.TryParse(read.Text, out var again).ShouldBeTrue();
        again.ShouldBe(checkpoint);
        NoteVerifier.TryParse(witness.Verifier.ToString(), out var kept).ShouldBeTrue();
        kept.ShouldBe(witness.Verifier);
    }

    [Theory]
    [InlineData(""), InlineData("text\n"), InlineData("text\n\n"), InlineData("text\n\n— name\n")]
    [InlineData("text\n\n- name AAAAAAAA\n"), InlineData("text\n\n— name AAAA\n"), InlineData("text\n\n— na+me AAAAAAAAAAA=\n")]
    [InlineData("te\txt\n\n— name AAAAAAAAAAA=\n"), InlineData("text\n\n— name AAAAAAAAAAA=")]
    public void A_malformed_note_is_none(string text) => SignedNote.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(""), InlineData("origin\n1\n"), InlineData("origin\n01\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n")]
    [InlineData("origin\n-1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n")]
    [InlineData("\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n"), InlineData("origin\n1\nbjQLnP\n")]
    [InlineData("origin\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nextension\n")]
    public void A_malformed_checkpoint_is_none(string text) => Checkpoint.TryParse(text, out _).ShouldBeFalse();

    [Theory, InlineData("name"), InlineData("name+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+AuEyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    public void A_malformed_key_is_none(string text) => NoteVerifier.TryParse(text, out _).ShouldBeFalse();
}
