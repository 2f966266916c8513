using System.Collections.Immutable;
using System.Security.Cryptography;
using Hazards.Api.Proofs;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Evidence;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Investigation.Packages;

/// <summary>
/// Checks packages by the verifier that also stands alone (<c>hazards verify</c>). Nobody vouches for what is sent: it goes
/// to a file of at most <see cref="MostBytes"/>, which is deleted when it was checked; one is checked at a time.
/// </summary>
internal sealed class VerificationDesk(LogKeys keys) : IDisposable
{
    /// <summary>The largest package that is taken.</summary>
    public const long MostBytes = 512L * 1024 * 1024;

    /// <summary>How long one is waited for and checked.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private const int MostKeys = 20;
    private const int MostWaiting = 8;

    private readonly SemaphoreSlim turn = new(1);
    private int waiting;

    /// <summary>Writes a package to a file, and checks it.</summary>
    /// <param name="write">Writes it; tells why not, if it does not.</param>
    /// <param name="trusted">Keys of the log that are trusted; this log's own when there are none.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<(VerificationAnswer? Answer, Refusal? Refusal)> VerifyAsync(
        Func<Stream, Task<Refusal?>> write, string[] trusted, CancellationToken cancellationToken)
    {
        var (verifiers, wrong) = trusted.Length == 0 ? (await OwnAsync(cancellationToken), null) : Read(trusted);
        if (wrong is not null)
            return (null, wrong);
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return (null, EvidenceRefusals.VerifierBusy.Because());
        }

        try
        {
            await turn.WaitAsync(cancellationToken);
            try
            {
                return await VerifyAsync(write, verifiers, own: trusted.Length == 0, cancellationToken);
            }
            finally
            {
                turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private static async Task<(VerificationAnswer?, Refusal?)> VerifyAsync(
        Func<Stream, Task<Refusal?>> write, ImmutableArray<NoteVerifier> verifiers, bool own, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), $"hazards-verify-{Guid.NewGuid():n}.zip");
        try
        {
            Sha256Digest digest;
            long size;
            var create = new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous,
            };
            if (!OperatingSystem.IsWindows())
                create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (var file = new FileStream(path, create))
            {
                if (await write(file) is { } refusal)
                    return (null, refusal);
                size = file.Length;
                file.Position = 0;
                digest = Sha256Digest.TryParse(
                    Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)), out var known, out var unknown)
                    ? known
                    : throw new FormatException(unknown.English);
            }

            var verification = await Task.Run(
                () => PackageVerifier.Verify(path, new VerifyOptions { Keys = verifiers }, null, cancellationToken), cancellationToken);
            return (VerificationAnswer.Of(verification, digest, size, verifiers, own), null);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The key each tree of this log began with: later ones are vouched for by it.</summary>
    private async Task<ImmutableArray<NoteVerifier>> OwnAsync(CancellationToken cancellationToken) =>
        [.. (await keys.RegisterAsync(cancellationToken)).Keys.GroupBy(k => k.Hash).Select(tree => tree.MinBy(k => k.IntroducedAt)!.Verifier)];

    private static (ImmutableArray<NoteVerifier>, Refusal?) Read(string[] lines)
    {
        if (lines.Length > MostKeys)
            return ([], InputRefusals.TooMany.Because("key", ("count", lines.Length), ("max", MostKeys)));
        var verifiers = ImmutableArray.CreateBuilder<NoteVerifier>(lines.Length);
        foreach (var line in lines)
        {
            if (!NoteVerifier.TryParse(line, out var verifier))
                return ([], ProofRefusals.Verifier.Because("key", ("value", Texts.Excerpt(line)), ("type", "0x01 (Ed25519), 0xff (SM2)")));
            verifiers.Add(verifier);
        }

        return (verifiers.ToImmutable(), null);
    }

    public void Dispose() => turn.Dispose();
}

/// <summary>What the checks of a package found.</summary>
/// <param name="Holds">Whether it is what it says: nothing failed.</param>
/// <param name="Heed">Whether it holds within limits that the checks name.</param>
/// <param name="Digest">SHA-256 of the file.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Keys">The keys of the log that were trusted.</param>
/// <param name="Own">Whether these are this log's own, and not given.</param>
/// <param name="Checks">Every check, in the order in which they were made; each rests on those before it.</param>
/// <param name="Contents">What the package holds; absent where that could not be learnt.</param>
internal sealed record VerificationAnswer(
    bool Holds, bool Heed, Sha256Digest Digest, long Size, ImmutableArray<string> Keys, bool Own,
    ImmutableArray<EvidenceCheckAnswer> Checks, PackageContents? Contents)
{
    public static VerificationAnswer Of(Verification verification, Sha256Digest digest, long size, ImmutableArray<NoteVerifier> keys, bool own) => new(
        verification.Holds, verification.Holds && verification.Checks.Any(c => c.Outcome == CheckOutcome.Heed), digest, size,
        [.. keys.Select(k => k.ToString())], own,
        [.. verification.Checks.Select(EvidenceCheckAnswer.Of)], verification.Contents);
}

/// <summary>A check and what came of it.</summary>
/// <param name="Name">Its stable name: docs/verification.md lists them.</param>
/// <param name="Outcome">holds, fails, heed or notMade.</param>
/// <param name="Chinese">In a sentence.</param>
/// <param name="English">The same.</param>
/// <param name="Code">Where it fails: the stable code of the reason.</param>
internal sealed record EvidenceCheckAnswer(string Name, CheckOutcomeCode Outcome, string Chinese, string English, string? Code)
{
    public static EvidenceCheckAnswer Of(Check check) =>
        new(check.Name, (CheckOutcomeCode)check.Outcome, check.Chinese, check.English, check.Code);
}

/// <summary>What came of a check.</summary>
internal enum CheckOutcomeCode
{
    /// <summary>对.</summary>
    [Label("对", "It holds")] Holds,

    /// <summary>错.</summary>
    [Label("错", "It does not: the package is refused")] Fails,

    /// <summary>注意.</summary>
    [Label("注意", "It holds, but the reader has something to do")] Heed,

    /// <summary>未核验.</summary>
    [Label("未核验", "It was not made, and why")] NotMade,
}
