using System.Collections.Immutable;
using System.Text;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>
/// Puts a package together: what was gathered, behind the manifest that names it, the signature over that, and the sums.
/// <code>
/// var layout = PackageWriter.Assemble(manifest, parts, note => desk.Sign(note.ToNote()));
/// response.ContentLength = layout.Size;
/// await layout.WriteAsync(response.Body, from, to);
/// </code>
/// </summary>
public static class PackageWriter
{
    /// <summary>The whole package, ready to be written from any byte on.</summary>
    /// <param name="manifest">What it is; its list of entries is made here.</param>
    /// <param name="parts">Everything but the README, the manifest, its signature and the sums; first the checkpoint and the keys.</param>
    /// <param name="sign">Signs with the log's key in force: one signature of each algorithm and no more. Ed25519 gives the
    /// same one each time, and so the same package; SM2 another.</param>
    /// <param name="readme">The README where another than the usual is wanted.</param>
    /// <exception cref="ArgumentException">The checkpoint or the keys are missing, a name cannot be, or SM3 of a part is
    /// missing where everything is named by it.</exception>
    public static PackageLayout Assemble(
        Manifest manifest, IEnumerable<PackagePart> parts, Func<ManifestNote, SignedNote> sign, string? readme = null)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(sign);
        var gathered = parts.ToArray();
        if (gathered is not [{ Name: PackageNames.Checkpoint }, { Name: PackageNames.Keys }, ..])
            throw new ArgumentException($"A package begins with {PackageNames.Checkpoint} and {PackageNames.Keys}.", nameof(parts));
        var first = PackagePart.Of(PackageNames.Readme, Encoding.UTF8.GetBytes(readme ?? PackageReadme.Of(manifest)));
        manifest = manifest with { Entries = [.. gathered.Prepend(first).Select(p => Entry(p, manifest.NamesBySm3))] };
        var json = PackagePart.Of(PackageNames.Manifest, manifest.ToBytes());
        var note = PackagePart.Of(PackageNames.ManifestNote, Encoding.UTF8.GetBytes(sign(ManifestNote.Of(manifest)).ToString()));
        var sums = PackagePart.Of(PackageNames.Sums, Sums(manifest.Entries, json.Sha256, note.Sha256));
        return new PackageLayout([first, json, note, sums, .. gathered]);
    }

    private static ManifestEntry Entry(PackagePart part, bool bySm3) => new(part.Name, part.Size, part.Sha256)
    {
        Sm3 = bySm3 ? part.Sm3 ?? throw new ArgumentException($"SM3 of {part.Name} is not known.", nameof(part)) : null,
    };

    /// <summary>The sums of all entries but themselves, in the order of the entries.</summary>
    internal static byte[] Sums(ImmutableArray<ManifestEntry> entries, Sha256Digest manifest, Sha256Digest note)
    {
        var lines = entries.Select(e => (e.Sha256, e.Name)).ToList();
        lines.InsertRange(1, [(manifest, PackageNames.Manifest), (note, PackageNames.ManifestNote)]);
        return Encoding.ASCII.GetBytes(string.Concat(lines.Select(l => $"{l.Item1}  {l.Item2}\n")));
    }
}
