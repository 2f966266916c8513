using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>
/// 清单: what a package says it is. Its bytes are canonical, their SHA-256 stands in the signed <see cref="ManifestNote"/>.
/// </summary>
/// <param name="Format">The format and its version: <see cref="FormatNow"/> or <see cref="FormatWithMore"/>.</param>
/// <param name="Package">The package's own number.</param>
/// <param name="Origin">Which log, by the name in its checkpoints.</param>
/// <param name="Hash">How its tree hashes: <c>sha256</c> or <c>sm3</c>.</param>
/// <param name="Size">How many events the checkpoint covers.</param>
/// <param name="Root">The tree's root over them.</param>
/// <param name="AsOf">The log as it stood at this recorded time: nothing recorded later is in the package.</param>
/// <param name="Period">The period that was asked for; null: the whole life of the hazards.</param>
/// <param name="Streams">Every stream of which there are events here, in the order of their entries.</param>
/// <param name="Instants">The recorded times at which the hazards' states are given, ascending.</param>
/// <param name="Withheld">Files that events name and that are not here, with the reason.</param>
/// <param name="Made">Who made the package.</param>
/// <param name="Entries">Every entry but the manifest itself, its signature and the sums: in their order.</param>
public sealed record Manifest(
    string Format,
    Guid Package,
    string Origin,
    string Hash,
    long Size,
    Digest Root,
    DateTimeOffset AsOf,
    ManifestPeriod? Period,
    ImmutableArray<ManifestStream> Streams,
    ImmutableArray<DateTimeOffset> Instants,
    ImmutableArray<WithheldFile> Withheld,
    ManifestMaking Made,
    ImmutableArray<ManifestEntry> Entries)
{
    /// <summary>The format of most packages.</summary>
    public const string FormatNow = "hazards-evidence/1";

    /// <summary>The format of packages with SM3 beside SHA-256 or with a timestamp, which older tools cannot check.</summary>
    public const string FormatWithMore = "hazards-evidence/2";

    /// <summary>Both of them, as people read it.</summary>
    internal const string Formats = $"{FormatNow}, {FormatWithMore}";

    /// <summary>Whether everything is named by SM3 as well, as it is where the tree hashes so.</summary>
    internal bool NamesBySm3 => Format == FormatWithMore && Hash == TreeHash.Sm3.Name;

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes() => EvidenceJson.Write(this);

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="JsonException">It is none, or not in canonical form.</exception>
    public static Manifest Read(ReadOnlySpan<byte> json) => EvidenceJson.Read<Manifest>(json);
}

/// <summary>A period in days of China, both ends within it; null: open.</summary>
public sealed record ManifestPeriod(DateOnly? From, DateOnly? To);

/// <summary>A stream of which there are events in the package.</summary>
/// <param name="Id">The stream; a hazard's is the hazard's own id.</param>
/// <param name="Type">Its type, such as <c>hazard</c>.</param>
/// <param name="Events">How many of its events are here.</param>
/// <param name="Whole">True: versions 1 to <paramref name="Events"/>, and there were no more at <see cref="Manifest.AsOf"/>.
/// False: some of them, by version.</param>
public sealed record ManifestStream(Guid Id, string Type, long Events, bool Whole);

/// <summary>A file that an event names and that is not in the package.</summary>
/// <param name="Sha256">Its digest, as the event has it.</param>
/// <param name="Reason">Why: Chinese and English.</param>
public sealed record WithheldFile(Sha256Digest Sha256, string Reason);

/// <summary>Who made a package.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">The person.</param>
/// <param name="Body">The body acted for.</param>
/// <param name="Client">Through which system.</param>
/// <param name="Purpose">What for, in the person's words.</param>
/// <param name="Document">文号 of the order to make it, if there is one.</param>
/// <param name="Tool">The program and its version.</param>
public sealed record ManifestMaking(
    DateTimeOffset At, string Actor, BodyId Body, string Client, string Purpose, string? Document, string Tool);

/// <summary>An entry.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">Of its bytes.</param>
public sealed record ManifestEntry(string Name, long Size, Sha256Digest Sha256)
{
    /// <summary>SM3 of its bytes, where the tree hashes so (<see cref="Manifest.FormatWithMore"/>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Digest? Sm3 { get; init; }
}

/// <summary>
/// 清单签名: what the log's key signs, as the text of a signed note (C2SP signed-note): the format, the log, the
/// checkpoint and the manifest. Five lines:
/// <code>
/// hazards-evidence/1
/// hazards/3f2a…            the origin
/// 123456                   the tree's size
/// base64                   its root
/// hexadecimal              SHA-256 of manifest.json
/// </code>
/// Of a tree that hashes by SM3, under <c>hazards-evidence/2</c>, a sixth: SM3 of manifest.json, hexadecimal.
/// </summary>
public sealed record ManifestNote(string Origin, long Size, Digest Root, Sha256Digest Manifest)
{
    /// <summary>The format of the package.</summary>
    public string Format { get; init; } = Evidence.Manifest.FormatNow;

    /// <summary>SM3 of the manifest, where the package names everything by it as well.</summary>
    public Digest? Sm3 { get; init; }

    /// <summary>Of a manifest.</summary>
    public static ManifestNote Of(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var bytes = manifest.ToBytes();
        return new ManifestNote(manifest.Origin, manifest.Size, manifest.Root, Sha256Digest.Of(bytes))
        {
            Format = manifest.Format, Sm3 = manifest.NamesBySm3 ? IncrementalSm3.Of(bytes) : null,
        };
    }

    /// <summary>The text, ending with a newline.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture, $"{Format}\n{Origin}\n{Size}\n{Root}\n{Manifest}\n{(Sm3 is { } sm3 ? sm3.ToHex() + "\n" : "")}");

    /// <summary>The note without its signature: sign it with the log's key, and with no other.</summary>
    public SignedNote ToNote() => new(ToString(), []);

    /// <summary>Reads a note's text; false when it is another.</summary>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ManifestNote? note)
    {
        note = null;
        if (text?.Split('\n') is not [
            Evidence.Manifest.FormatNow or Evidence.Manifest.FormatWithMore, { Length: > 0 } origin, var size, var root, var manifest,
            .. var more, ""] lines)
            return false;
        Digest? sm3 = null;
        if (more is [var hex] && lines[0] == Evidence.Manifest.FormatWithMore && Sha256Digest.TryParse(hex, out _, out _))
            sm3 = new Digest(Convert.FromHexString(hex));
        else if (more is not [])
            return false;
        if (!long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var leaves) || !Digest.TryParse(root, out var digest)
            || !Sha256Digest.TryParse(manifest, out var sha256, out _))
            return false;
        note = new ManifestNote(origin, leaves, digest, sha256) { Format = lines[0], Sm3 = sm3 };
        return note.ToString() == text;
    }
}
