using System.Globalization;
using Hazards.Domain;

namespace Hazards.Evidence;

/// <summary>
/// The names of a package's entries: ASCII, with forward slashes, the same on every system. See docs/evidence.md for what
/// each holds.
/// </summary>
public static class PackageNames
{
    /// <summary>说明: what this is and how to check it.</summary>
    public const string Readme = "README.txt";

    /// <summary>清单: what the package says it is, and the digest of every other entry. See <see cref="Evidence.Manifest"/>.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>清单签名: the log's signature over the manifest. See <see cref="Evidence.ManifestNote"/>.</summary>
    public const string ManifestNote = "manifest.note";

    /// <summary>For <c>sha256sum -c</c>.</summary>
    public const string Sums = "SHA256SUMS";

    /// <summary>检查点: the checkpoint that the proofs lead to, with its signatures.</summary>
    public const string Checkpoint = "checkpoint.txt";

    /// <summary>日志公钥: the log's keys. See <see cref="LogKey"/>.</summary>
    public const string Keys = "keys.json";

    /// <summary>
    /// Proofs that the checkpoint's log begins with earlier ones, one a line: see <see cref="ConsistencyLine"/>. May be
    /// missing.
    /// </summary>
    public const string Consistency = "consistency.jsonl";

    /// <summary>
    /// 时间戳: a checkpoint of the log as it was timestamped, byte for byte: this package's own or an earlier one. May be missing.
    /// </summary>
    public const string TimeCheckpoint = "time/checkpoint.txt";

    /// <summary>The authority's reply (RFC 3161) over <see cref="TimeCheckpoint"/>.</summary>
    public const string TimeReply = "time/checkpoint.tsr";

    /// <summary>The readable report.</summary>
    public const string ReportHtml = "report/report.html";

    /// <summary>The readable report, to be edited.</summary>
    public const string ReportDocx = "report/report.docx";

    /// <summary>The events of one stream, by version, one a line: exactly the bytes that the tree's leaf is made of.</summary>
    public static string Events(Guid stream) => $"events/{stream:D}.jsonl";

    /// <summary>The proofs of those events, line by line: see <see cref="ProofLine"/>.</summary>
    public static string Proofs(Guid stream) => $"proofs/{stream:D}.jsonl";

    /// <summary>A hazard as it was on record at an instant: see <see cref="StateText"/>. Missing where it was not on record yet.</summary>
    public static string State(DateTimeOffset instant, HazardId hazard) => $"states/{Instant(instant)}/{hazard.StreamId:D}.json";

    /// <summary>A policy's text, as it was adopted or ships.</summary>
    public static string Policy(PolicyVersion version) => $"policies/{version.Value}.json";

    /// <summary>An edition of the working calendar: see <see cref="StateText"/>.</summary>
    public static string Calendar(int edition) => string.Create(CultureInfo.InvariantCulture, $"calendar/{edition}.json");

    /// <summary>附件: a file that an event names.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="extension">Without the dot, 1 to 8 lower-case letters and digits; anything else becomes <c>bin</c>.</param>
    public static string Attachment(Sha256Digest digest, string? extension) => $"attachments/{digest}.{Extension(extension)}";

    /// <summary>文书: a file that an event of a paper (<c>paper_issued</c>) names; it then need not be among the attachments.</summary>
    /// <inheritdoc cref="Attachment"/>
    public static string Notice(Sha256Digest digest, string? extension) => $"notices/{digest}.{Extension(extension)}";

    /// <summary>A person whose data are disclosed: see <see cref="DisclosedPerson"/>.</summary>
    public static string Person(Guid person) => $"persons/{person:D}.json";

    /// <summary>An instant as it stands in a name: <c>20261122T041623Z</c>, with up to six decimals where it has them.</summary>
    public static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// Whether a package may hold an entry of this name: segments of letters, digits, dot, hyphen, underscore and @, none
    /// of them empty or beginning or ending with a dot. So it names nothing outside the folder it is unpacked into.
    /// </summary>
    public static bool IsSafe(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        const int Longest = 200;
        return name.Length <= Longest && name.Split('/').All(IsSegment);
    }

    private static bool IsSegment(string segment) =>
        segment.Length > 0 && segment[0] != '.' && segment[^1] != '.'
        && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@');

    private static string Extension(string? extension) =>
        extension is { Length: >= 1 and <= 8 } && extension.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            ? extension
            : "bin";

    internal static Sha256Digest Digest(ReadOnlySpan<byte> hash) =>
        Sha256Digest.TryParse(Convert.ToHexStringLower(hash), out var digest, out _)
            ? digest
            : throw new ArgumentException("not a SHA-256", nameof(hash));
}
