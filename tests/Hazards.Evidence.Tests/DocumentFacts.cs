using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;
using Hazards.Evidence.Tests.Proof;

namespace Hazards.Evidence.Tests;

/// <summary>The commands of docs/verification.md, run as they stand there; and its table of codes.</summary>
public sealed partial class DocumentFacts
{
    private static readonly string Page = Path.Combine(Root(), "docs", "verification.md");

    [DocumentFact]
    public async Task The_commands_of_the_page_prove_a_package()
    {
        var (code, output) = await RunAsync(new SamplePackage(new SampleLog()).ToBytes(), npm: false);
        code.ShouldBe(0, output);
        output.Split("Signature Verified Successfully").Length.ShouldBe(3, output);
        output.ShouldContain("12 events proved in a tree of 33");
    }

    [DocumentFact]
    public async Task The_commands_of_the_page_prove_a_package_by_its_SM2_key()
    {
        var sm2 = new NoteSigner(SampleLog.Key.Verifier.Name, SampleLog.Key.ExportSeed(), NoteSignatureType.Sm2);
        var package = new SamplePackage(new SampleLog(tree: TreeChoice.Sm3), TreeHash.Sm3)
        {
            Second = sm2, Format = Manifest.FormatWithMore,
        };
        var (code, output) = await RunAsync(package.ToBytes(), npm: false, sm2.Verifier);
        code.ShouldBe(0, output);
        output.Split("Signature Verified Successfully").Length.ShouldBe(3, output);
        output.ShouldContain("entries have their SM3");
        output.ShouldContain("12 events proved in a tree of 33");
        package.Second = NoteSigner.Create(SampleLog.Key.Verifier.Name, NoteSignatureType.Sm2);
        (await RunAsync(package.ToBytes(), npm: false, sm2.Verifier)).Code.ShouldNotBe(0);
    }

    [DocumentFact]
    public async Task The_commands_of_the_page_prove_the_time()
    {
        using var authority = await TestAuthority.CreateAsync();
        using var stranger = await TestAuthority.CreateAsync();
        // As large as the package's checkpoint; smaller; smaller and a power of two.
        foreach (var size in new[] { 33, 27, 16 })
        {
            var package = new SamplePackage(new SampleLog()) { Format = Manifest.FormatWithMore };
            if (size < 33)
                package.ConsistentWith.Add(size);
            var note = Encoding.UTF8.GetBytes(package.Signed(package.Checkpoint(size).ToNote()).ToString());
            package.Time = (note, await authority.ReplyAsync(Timestamps.Ask(note, "sha256", null).Bytes));
            var (code, output) = await RunAsync(package.ToBytes(), npm: false, tsa: authority.Ca);
            code.ShouldBe(0, output);
            output.ShouldContain("Verification: OK");
            output.ShouldContain("Time stamp:");
            output.ShouldContain($"the log's first {size} events existed then");
            (await RunAsync(package.ToBytes(), npm: false, tsa: stranger.Ca)).Code.ShouldNotBe(0);
            note = Encoding.UTF8.GetBytes(
                package.Signed((package.Checkpoint(size) with { Root = TreeHash.Sha256.Empty }).ToNote()).ToString());
            package.Time = (note, await authority.ReplyAsync(Timestamps.Ask(note, "sha256", null).Bytes));
            (await RunAsync(package.ToBytes(), npm: false, tsa: authority.Ca)).Output.ShouldContain("the log was rewritten");
        }
    }

    [DocumentFact]
    public async Task The_commands_of_the_page_refuse_what_was_altered()
    {
        var good = new SamplePackage(new SampleLog()).Layout().Parts;
        var events = good.First(p => p.Name.StartsWith("events/", StringComparison.Ordinal));
        // An event changed: by hand; with its sum; or by the log's own key, which cannot change the tree.
        var altered = PackagePart.Of(events.Name, await ChangedAsync(events));
        (await RunAsync(Bytes(new PackageLayout(good.Select(p => p == events ? altered : p))), npm: false)).Code.ShouldNotBe(0);
        var sums = PackagePart.Of(
            PackageNames.Sums,
            Encoding.ASCII.GetBytes(string.Concat(good.Where(p => p.Name != PackageNames.Sums)
                .Select(p => $"{(p == events ? altered : p).Sha256}  {p.Name}\n"))));
        (await RunAsync(
            Bytes(new PackageLayout(good.Select(p => p == events ? altered : p.Name == PackageNames.Sums ? sums : p))),
            npm: false)).Output.ShouldContain("the sums are not the manifest's");
        var signed = new SamplePackage(new SampleLog());
        signed.Lines[SampleLog.First.StreamId][1] = signed.Lines[SampleLog.First.StreamId][1] with { CorrelationId = "changed" };
        (await RunAsync(signed.ToBytes(), npm: false)).Output.ShouldContain("event 6 is not in the tree");
    }

    /// <summary>Where npm is; a machine without the registry is told apart from a proof that fails.</summary>
    [DocumentFact("npm")]
    public async Task A_published_verifier_proves_the_same_and_refuses_the_same()
    {
        var (code, output) = await RunAsync(new SamplePackage(new SampleLog()).ToBytes(), npm: true);
        if (code != 0 && RegistryIsAway().IsMatch(output) && Environment.GetEnvironmentVariable("HAZARDS_TEST_BOTH") is null)
            return;
        code.ShouldBe(0, output);
        output.ShouldContain("12 events proved by @sigstore/verify");
    }

    [Fact]
    public void The_page_names_every_reason()
    {
        var codes = typeof(EvidenceRefusals).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => (RefusalCode)f.GetValue(null)!).ToArray();
        codes.Select(c => c.Code).ShouldBeUnique();
        var table = "| code | 说明 | meaning |\n|---|---|---|\n"
            + string.Concat(codes.Select(c => $"| `{c.Code}` | {c.Chinese} | {c.English} |\n"));
        var page = File.ReadAllText(Page);
        var written = Table().Replace(page, $"<!-- codes -->\n{table.Replace("$", "$$", StringComparison.Ordinal)}<!-- /codes -->");
        if (Environment.GetEnvironmentVariable("HAZARDS_WRITE_DOCS") is not null)
            File.WriteAllText(Page, page = written);
        page.ShouldBe(written, "set HAZARDS_WRITE_DOCS=1 to write the table");
    }

    private static async Task<(int Code, string Output)> RunAsync(byte[] package, bool npm, NoteVerifier? key = null, string? tsa = null)
    {
        var folder = Directory.CreateTempSubdirectory("hazards-");
        try
        {
            var (zip, script) = (Path.Combine(folder.FullName, "package.zip"), Path.Combine(folder.FullName, "page.sh"));
            await File.WriteAllBytesAsync(zip, package);
            var certificate = Path.Combine(folder.FullName, "tsa.pem");
            if (tsa is not null)
                await File.WriteAllTextAsync(certificate, tsa);
            var blocks = Blocks().Matches(await File.ReadAllTextAsync(Page)).Where(m => npm || !m.Groups["npm"].Success)
                .Select(m => m.Groups["code"].Value);
            await File.WriteAllTextAsync(
                script,
                $"set -euo pipefail\nPACKAGE='{zip}'\nVKEY='{key ?? SampleLog.Key.Verifier}'\nTSA='{(tsa is null ? "" : certificate)}'\n{string.Join("\n", blocks)}");
            return await Tools.RunAsync("bash", script, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<byte[]> ChangedAsync(PackagePart part)
    {
        await using var content = await part.Open(0, CancellationToken.None);
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy);
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(copy.ToArray()).Replace("属实", "不实", StringComparison.Ordinal));
    }

    private static byte[] Bytes(PackageLayout layout)
    {
        using var output = new MemoryStream();
        layout.WriteAsync(output).GetAwaiter().GetResult();
        return output.ToArray();
    }

    internal static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Hazards.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no checkout around the tests");
        return folder;
    }

    [GeneratedRegex("(?<npm><!-- npm -->\n)?```bash\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("<!-- codes -->\n.*<!-- /codes -->", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex("ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|E40[134]|npm error|npm ERR")]
    private static partial Regex RegistryIsAway();
}

/// <summary>Skipped where the machine lacks the programs that the page names.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DocumentFactAttribute : FactAttribute
{
    public DocumentFactAttribute(params string[] more)
    {
        string[] needed = ["bash", "unzip", "sha256sum", "openssl", "python3", .. more];
        var missing = needed.Where(t => !Tools.Has(t)).ToArray();
        Skip = missing.Length == 0 ? null! : $"not here: {string.Join(", ", missing)}";
    }
}
