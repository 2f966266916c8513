using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>Checks a package with nothing but the file, and what its reader trusts from elsewhere.</summary>
public static class PackageVerifier
{
    /// <summary>Makes every check there is; where the foundation fails, those that rest on it are not made.</summary>
    /// <param name="path">The zip.</param>
    /// <param name="options">What the reader trusts.</param>
    /// <param name="progress">From 0 to 1.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Verification Verify(
        string path, VerifyOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        var (package, refusal) = PackageReader.Open(path);
        if (package is null)
            return new Verification([Check.Fails("form", refusal!), .. Limits.NothingElse], null);
        using (package)
            return new PackageChecks(package, options ?? new VerifyOptions(), progress, cancellationToken).All();
    }
}

/// <summary>The checks of one package, in the order in which each rests on those before it.</summary>
internal sealed class PackageChecks(
    PackageReader package, VerifyOptions options, IProgress<double>? progress, CancellationToken cancellationToken)
{
    private readonly List<Check> checks = [];

    public Verification All()
    {
        checks.Add(Check.Holds("form",
            $"文件完整：{package.Entries.Length} 个条目、{package.Size} 字节，条目内容之外的每个字节都与格式规定的相同，未被截断、重新打包、增删或夹带",
            $"the file is whole: {package.Entries.Length} entries, {package.Size} bytes; each byte outside the contents is the one the format puts there, so nothing was cut, packed anew, added or taken away"));
        var signed = new ManifestCheck(package, options);
        if (!Add("signature", signed.Run()))
            return Broken();
        checks.AddRange(signed.Said);
        var manifest = signed.Manifest!;
        if (!Add("contents", new ContentCheck(package, manifest, progress, cancellationToken).Run()))
            return Broken();
        var digests = manifest.NamesBySm3 ? "SHA-256 and SM3" : "SHA-256";
        checks.Add(Check.Holds("contents",
            $"全部 {package.Entries.Length} 个条目的 {digests.Replace(" and ", "、", StringComparison.Ordinal)} 与签名清单一致，次序相同，没有多余或缺少的",
            $"all {package.Entries.Length} entries have the {digests} that the signed manifest gives, in its order; none is missing, none is extra"));
        checks.AddRange(new CheckpointCheck(package, manifest, signed.Keys!, options).Run());
        var pass = new EventPass(package, manifest, signed.Hash!);
        pass.Run(cancellationToken);
        checks.AddRange(EventSentences.Of(pass, manifest));
        checks.Add(new TimeCheck(package, manifest, signed.Keys!, options, pass).Run());
        checks.AddRange(new NamedCheck(package, manifest, pass).Run());
        // What is told of a stream that cannot be read is of no worth.
        if (pass.Lines is null && pass.States is null)
            checks.AddRange([.. new WholeCheck(manifest, pass).Run(), new ReportCheck(package, manifest, pass, cancellationToken).Run()]);
        checks.AddRange(Limits.Always);
        progress?.Report(1);
        return new Verification([.. checks], Contents(manifest, pass));
    }

    private bool Add(string name, Refusal? refusal)
    {
        if (refusal is null)
            return true;
        checks.Add(Check.Fails(name, refusal));
        return false;
    }

    private Verification Broken() => new([.. checks, .. Limits.NothingElse], null);

    private static PackageContents Contents(Manifest manifest, EventPass pass) => new(
        manifest.Package, manifest.Origin, manifest.Size, manifest.AsOf, manifest.Made.Purpose,
        pass.Hazards, pass.Events, pass.Recorded?.First, pass.Recorded?.Last, pass.Compared.Count,
        pass.Named.Files.Count - manifest.Withheld.Length, manifest.Withheld.Length);
}

/// <summary>What no check of a package can tell, or was not made.</summary>
internal static class Limits
{
    public static ImmutableArray<Check> Always { get; } =
    [
        Check.NotMade("papers",
            $"文书、附件和 README.txt 中的文字：只核对了摘要，没有逐句与事件比对；以事件为准",
            $"what the papers, the files and README.txt say: only their digests were compared; the events are what counts"),
        Check.NotMade("beyond",
            $"包外的事：事件所述是否属实；截止时点之后、以及未列入本包的隐患的事件；不提供的文件的理由",
            $"what lies outside: whether what was recorded is true; events after the package's time and of hazards not in it; the reasons for which files are withheld"),
    ];

    public static ImmutableArray<Check> NothingElse { get; } =
        [Check.NotMade("rest", $"其余各项建立在上一项之上，未核验", $"everything else rests on the check that failed and was not checked")];
}
