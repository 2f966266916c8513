using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Proofs;

/// <summary>By which algorithms the log is signed: <c>--signatures</c>, <c>HAZARDS_SIGNATURES</c>. Ed25519 always is one.</summary>
internal static class SignatureOption
{
    public static Option<string?> Create() =>
        new("--signatures")
        {
            Description = "检查点和证据包的签名算法 how checkpoints and packages are signed: ed25519 | ed25519,sm2 (HAZARDS_SIGNATURES)",
        };

    /// <summary>The algorithms given, the environment's, or the usual one.</summary>
    /// <exception cref="ArgumentException">They are others.</exception>
    public static ImmutableArray<NoteSignatureType> Of(string? given)
    {
        var text = given is { Length: > 0 } ? given : Environment.GetEnvironmentVariable("HAZARDS_SIGNATURES") is { Length: > 0 } set ? set : "ed25519";
        return text.Replace(" ", "", StringComparison.Ordinal) switch
        {
            "ed25519" => [NoteSignatureType.Ed25519],
            "ed25519,sm2" => [NoteSignatureType.Ed25519, NoteSignatureType.Sm2],
            _ => throw new ArgumentException(
                $"--signatures：{text} 不可用；可用：ed25519 或 ed25519,sm2 · {text} cannot be used: ed25519, or ed25519,sm2"),
        };
    }
}
