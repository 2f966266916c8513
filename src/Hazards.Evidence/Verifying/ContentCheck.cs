using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>Whether the entries are those of the manifest, in its order, each with its digest. Reads every byte once.</summary>
internal sealed class ContentCheck(
    PackageReader package, Manifest manifest, IProgress<double>? progress, CancellationToken cancellationToken)
{
    private readonly byte[] buffer = new byte[256 * 1024];
    private long done;

    public Refusal? Run()
    {
        ImmutableArray<string> names = [
            PackageNames.Readme, PackageNames.Manifest, PackageNames.ManifestNote, PackageNames.Sums,
            .. manifest.Entries.Skip(1).Select(e => e.Name)];
        if (manifest.Entries is not [{ Name: PackageNames.Readme }, ..] || !names.All(PackageNames.IsSafe))
            return EvidenceRefusals.ManifestMalformed.Because(null, ("detail", "entries"));
        return Named(names) ?? Digests() ?? Sums();
    }

    private Refusal? Named(ImmutableArray<string> names)
    {
        var found = package.Entries.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        if (names.FirstOrDefault(n => !found.Contains(n)) is { } missing)
            return EvidenceRefusals.Missing.Because(null, ("name", missing));
        found.ExceptWith(names);
        if (found.FirstOrDefault() is { } unexpected)
            return EvidenceRefusals.Unexpected.Because(null, ("name", unexpected));
        foreach (var (entry, expected) in package.Entries.Zip(names))
            if (entry.Name != expected)
                return EvidenceRefusals.Order.Because(null, ("name", entry.Name), ("expected", expected));
        return names.Length == package.Entries.Length
            ? null
            : EvidenceRefusals.ManifestMalformed.Because(null, ("detail", "entries: one twice"));
    }

    private Refusal? Digests()
    {
        foreach (var expected in manifest.Entries)
        {
            var entry = package.Find(expected.Name)!.Value;
            var (digest, crc, sm3) = Measure(entry);
            if (entry.Size != expected.Size || digest != expected.Sha256 || sm3 != expected.Sm3)
                return EvidenceRefusals.Content.Because(null, ("name", entry.Name));
            if (crc != entry.Crc32)
                return EvidenceRefusals.Repacked.Because(null, ("at", entry.Offset), ("what", "CRC-32"));
        }
        return null;
    }

    // The three that the manifest cannot name.
    private Refusal? Sums()
    {
        ZipEntry[] control = [
            package.Find(PackageNames.Manifest)!.Value, package.Find(PackageNames.ManifestNote)!.Value,
            package.Find(PackageNames.Sums)!.Value];
        var digests = Array.ConvertAll(control, Measure);
        for (var i = 0; i < control.Length; i++)
            if (digests[i].Crc32 != control[i].Crc32)
                return EvidenceRefusals.Repacked.Because(null, ("at", control[i].Offset), ("what", "CRC-32"));
        return digests[2].Sha256 == Sha256Digest.Of(PackageWriter.Sums(manifest.Entries, digests[0].Sha256, digests[1].Sha256))
            ? null
            : EvidenceRefusals.Content.Because(null, ("name", PackageNames.Sums));
    }

    private (Sha256Digest Sha256, uint Crc32, Digest? Sm3) Measure(ZipEntry entry)
    {
        using var meter = new ContentMeter(manifest.NamesBySm3);
        using var content = package.Open(entry);
        while (content.Read(buffer) is > 0 and var read)
        {
            cancellationToken.ThrowIfCancellationRequested();
            meter.Append(buffer.AsSpan(0, read));
            done += read;
            progress?.Report(0.8 * done / package.Size);
        }
        return (meter.Sha256, meter.Crc32, meter.Sm3);
    }
}
