using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Administration.Persons;

/// <summary>
/// The keys of persons: each random, wrapped with AES-256-GCM under a master key of the deployment's key folder and kept in
/// schema <c>persons</c>. A wrapped key is bound to its person, capacity and hazard, so that the database cannot pass a
/// whistle-blower off as an ordinary reporter. docs/personal-data.md says what this protects from, and from what not.
/// </summary>
/// <param name="folder">Holds the master keys.</param>
/// <param name="rows">Hold the wrapped ones.</param>
internal sealed class PersonKeys(KeyFolder folder, PersonKeyRows rows)
{
    private const string Prefix = "persons-";
    private const string Erased = "person-erased-";

    /// <summary>Why no personal data can be kept here; null when they can.</summary>
    public Refusal? WhyNot() => folder.Exists ? null : PersonRefusals.NoKeys.Because();

    /// <summary>
    /// Keeps a fresh key; on disk when this returns. Only then may the event that it seals be appended. A key whose event never
    /// came does no harm.
    /// </summary>
    public Task KeepAsync(PersonSeal seal, PersonKind kind, CancellationToken cancellationToken = default)
    {
        var (id, master) = Current();
        var row = new PersonKeyRow(seal.Person, seal.Hazard, kind, id, null, null);
        return rows.AddAsync(row with { Wrapped = Wrap(row, seal.Key, master) }, cancellationToken);
    }

    /// <summary>Unwraps a key; null when its master key is not in the folder or does not open it.</summary>
    internal byte[]? Unwrap(PersonKeyRow row) =>
        row is { Wrapped: { Length: PersonCipher.KeyLength + SealedBytes.Overhead } wrapped, Master: { } name } && Find(name) is { } master
            ? SealedBytes.TryOpen(master, wrapped, Binding(row))
            : null;

    /// <summary>密钥轮换: makes a new master key and wraps every living key under it. May be stopped and run again.</summary>
    /// <returns>The new master key's name and the files of those that nothing is wrapped under any more.</returns>
    /// <exception cref="InvalidOperationException">A master key that some key is wrapped under is not in the folder.</exception>
    public async Task<(string Master, IReadOnlyList<string> Idle)> RewrapAsync(
        IProgress<(long Done, long All)> progress, CancellationToken cancellationToken = default)
    {
        var (_, newest) = Names().LastOrDefault();
        folder.Secret($"{Prefix}{newest + 1}.key", PersonCipher.KeyLength);
        var (id, master) = Current();
        var (done, all) = (0L, await rows.UnderOthersAsync(id, cancellationToken));
        progress.Report((done, all));
        while (await rows.RewrapAsync(id, row => Rewrapped(row, master), 500, cancellationToken) is > 0 and var some)
            progress.Report((done += some, Math.Max(all, done)));
        await rows.VacuumAsync(cancellationToken);
        return (id, [.. Names().SkipLast(1).Select(n => folder.PathOf(n.Name))]);
    }

    /// <summary>Remembers outside the database that a person was erased: a restored backup has forgotten it.</summary>
    internal void Remember(Guid person, DateTimeOffset at) => folder.Create($"{Erased}{person:D}", ChinaTime.Format(at) + "\n");

    /// <summary>When a person was erased, as the folder remembers it; null when she was not.</summary>
    internal DateTimeOffset? Remembers(Guid person) =>
        folder.Exists && folder.PathOf($"{Erased}{person:D}") is var path && File.Exists(path) ? File.GetLastWriteTimeUtc(path) : null;

    /// <summary>Everybody who was erased, as the folder remembers it.</summary>
    internal IEnumerable<Guid> Remembered() => folder.Exists && Directory.Exists(folder.Folder)
        ? Directory.EnumerateFiles(folder.Folder, Erased + "*").Select(f => Path.GetFileName(f)[Erased.Length..])
            .Where(n => Guid.TryParseExact(n, "D", out _)).Select(n => Guid.Parse(n))
        : [];

    /// <summary>A secret hash of a request that holds personal data: without the folder nobody can try names and numbers on it.</summary>
    internal byte[]? Fingerprint(ReadOnlySpan<byte> plain) =>
        folder.Exists ? HMACSHA256.HashData(folder.Secret("persons-requests.key", 32), plain) : null;

    private byte[] Rewrapped(PersonKeyRow row, byte[] master) =>
        Unwrap(row) is { } key
            ? Wrap(row, key, master)
            : throw new InvalidOperationException(
                $"主密钥 {row.Master} 不在密钥目录 {folder.Folder} · the master key {row.Master} is not in {folder.Folder}");

    private static byte[] Wrap(PersonKeyRow row, ReadOnlySpan<byte> key, byte[] master) => SealedBytes.Seal(master, key, Binding(row));

    private static byte[] Binding(PersonKeyRow row) =>
        Encoding.UTF8.GetBytes($"hazards person key\n{row.Person:D}\n{CodeList.Code(row.Kind)}\n{row.Hazard.Value}\n");

    /// <summary>The newest master key; the first is made when it is first needed.</summary>
    private (string Id, byte[] Key) Current()
    {
        var name = Names().LastOrDefault().Name ?? $"{Prefix}1.key";
        var key = folder.Secret(name, PersonCipher.KeyLength);
        return (IdOf(name, key), key);
    }

    /// <summary>A master key by its name; null when the folder does not have it, or another under its name.</summary>
    private byte[]? Find(string id)
    {
        var name = Names().FirstOrDefault(n => id.StartsWith(n.Name + ":", StringComparison.Ordinal)).Name;
        return name is not null && folder.Secret(name, PersonCipher.KeyLength) is var key && IdOf(name, key) == id ? key : null;
    }

    private IEnumerable<(string Name, int Number)> Names() => Directory.Exists(folder.Folder)
        ? Directory.EnumerateFiles(folder.Folder, Prefix + "*.key").Select(f => Path.GetFileName(f))
            .Select(
                n => (n, int.TryParse(n[Prefix.Length..^4], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0))
            .Where(n => n.Item2 > 0).OrderBy(n => n.Item2)
        : [];

    private static string IdOf(string name, byte[] key) =>
        $"{name}:{Convert.ToHexStringLower(SHA256.HashData([.. "hazards persons master\n"u8, .. key]).AsSpan(0, 4))}";
}
