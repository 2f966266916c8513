using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Evidence.Report;

namespace Hazards.Evidence;

/// <summary>
/// Makes the report again from the events, the manifest and the keys, and compares it byte for byte. Memory holds one hazard, its
/// digests and the first and last pages.
/// </summary>
internal sealed class ReportCheck(PackageReader package, Manifest manifest, EventPass pass, CancellationToken cancellationToken)
{
    private const int MostDocument = 512 * 1024 * 1024;

    private readonly Dictionary<BodyId, Body> bodies = [];
    private readonly List<SummaryLine> lines = [];
    private readonly List<Piece> page = [];
    private readonly List<Piece> document = [];

    /// <summary>A hazard's section.</summary>
    private readonly record struct Piece(int Length, byte[] Sha256)
    {
        public static Piece Of(byte[] bytes) => new(bytes.Length, SHA256.HashData(bytes));
    }

    public Check Run()
    {
        if (package.Find(PackageNames.ReportHtml) is not { } html)
            return Check.NotMade("report", $"包内没有报告", $"there is no report here");
        if (pass.Story.Asked is null || !Begins(html))
            return Check.NotMade("report",
                $"报告不是本工具所知的写法（{ReportForm.Now}）：由其他版本的程序制作，或被改写；只核对了摘要，没有与事件比对。以事件为准，或另行申请新的证据包",
                $"the report is not in the words that this tool knows ({ReportForm.Now}): another version of the program made it, or it was rewritten; only its digest was compared, not what it says: the events are what counts, or ask for a new package");
        try
        {
            Remake();
            return Differing(html) is { } refusal
                ? Check.Fails("report", refusal)
                : Check.Holds("report",
                    $"报告由包内事件重新生成，网页与 docx 逐字相同：每句话都出自它所引的事件",
                    $"the report was made again from the events here, page and docx, and is the same to the letter: every sentence comes from the event that it cites");
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException or FormatException or KeyNotFoundException or NullReferenceException or ArgumentException or IndexOutOfRangeException)
        {
            // The words trust that the service decided each event; a package may hold what nobody ever decided.
            return Check.Fails("report", EvidenceRefusals.ReportImpossible.Because(null, ("detail", e.Message)));
        }
    }

    private bool Begins(ZipEntry html)
    {
        using var content = package.Open(html);
        return Same(content, Encoding.UTF8.GetBytes(HtmlBlocks.Begin(Cover.Title, ReportForm.Now)));
    }

    private void Remake()
    {
        foreach (var stream in manifest.Streams.Where(s => s.Type == "body"))
            if (Read(stream.Id).Aggregate((Body?)null, (body, e) => Body.Apply(body, (IBodyEvent)DomainJson.ReadEvent(e.Type, e.Data))) is { } body)
                bodies[body.Id] = body;
        var policies = Read(PolicyRegister.StreamId)
            .Aggregate(PolicyRegister.Empty, (register, e) => register.Apply((IPolicyEvent)DomainJson.ReadEvent(e.Type, e.Data)));
        var rules = new Rulebook([.. policies.Adopted], pass.Named.Calendar);
        var request = pass.Story.Asked!.Value.Request;
        var entries = manifest.Entries.Where(
            e => e.Name.StartsWith("attachments/", StringComparison.Ordinal) || e.Name.StartsWith("notices/", StringComparison.Ordinal))
            .ToDictionary(e => e.Sha256, e => e.Name);
        for (var i = 0; i < request.Hazards.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var section = Section(i, request, rules, entries);
            Block[] blocks = [.. section.Blocks()];
            page.Add(Piece.Of(HtmlBlocks.Write(blocks)));
            document.Add(Piece.Of(DocxBlocks.Write(blocks)));
            lines.Add(section.Summary());
        }
    }

    private HazardSection Section(int ordinal, EvidenceRequested request, Rulebook rules, Dictionary<Sha256Digest, string> entries)
    {
        var id = request.Hazards[ordinal];
        var happenings = Read(id.StreamId).ConvertAll(e => new RecordedHappening(
            e.Position, e.Version, e.Id, e.RecordedAt,
            new Happening((IHazardEvent)DomainJson.ReadEvent(e.Type, e.Data), DomainJson.ReadContext(e.Headers))));
        var openings = happenings.SelectMany(h => h.Context.Told.Select(t => Messages.IdOf(h.Id, t.Address))).Distinct().SelectMany(Read)
            .Select(e => (Event: e, Context: DomainJson.ReadContext(e.Headers)))
            .Select(o => new RecordedOpening(o.Event.Stream, o.Context.Body, o.Context.Actor, o.Event.RecordedAt, o.Event.Position));
        var named = ReportForm.BodiesIn(happenings).Where(bodies.ContainsKey).ToDictionary(b => b, b => bodies[b]);
        var file = CaseFile.Of(id, happenings, openings, rules, named, manifest.AsOf) ?? throw new InvalidOperationException($"{id}");
        var files = happenings.SelectMany(h => h.Context.Attachments.Select(a => new NamedFile(
            a, h.Position, entries.GetValueOrDefault(a.Digest), manifest.Withheld.FirstOrDefault(w => w.Sha256 == a.Digest)?.Reason)));
        return new HazardSection(ordinal, file, manifest.Instants, (request.From, request.To), [.. files]);
    }

    private Cover CoverOf()
    {
        var (line, request, context) = pass.Story.Asked!.Value;
        var note = SignedNote.TryParse(package.Read(PackageNames.Checkpoint, 256 * 1024).Bytes ?? [], out var signed)
            ? signed
            : throw new InvalidDataException(PackageNames.Checkpoint);
        var checkpoint = Checkpoint.TryParse(note.Text, out var read) ? read : throw new InvalidDataException(PackageNames.Checkpoint);
        var keys = LogKey.Read(package.Read(PackageNames.Keys, 1024 * 1024).Bytes ?? []).Where(k => k.To is null || k.To > manifest.AsOf)
            .Select(k => NoteVerifier.TryParse(k.Vkey, out var key) ? key : throw new InvalidDataException(PackageNames.Keys));
        return new Cover(
            new ReportOrder(manifest.Package, request, context, line.RecordedAt, line.Position),
            bodies.GetValueOrDefault(context.Body)?.Name ?? context.Body.Value,
            checkpoint, manifest.AsOf, [.. keys], lines, manifest.Streams.Where(s => s.Type is "hazard" or "message").Sum(s => s.Events));
    }

    private Refusal? Differing(ZipEntry html)
    {
        var cover = CoverOf();
        using (var content = package.Open(html))
            if (Where(content, ReportText.Html(cover), page) is { } where)
                return EvidenceRefusals.ReportOther.Because(null, ("name", PackageNames.ReportHtml), ("where", where));
        return package.Find(PackageNames.ReportDocx) is not null && InDocument(cover) is { } place
            ? EvidenceRefusals.ReportOther.Because(null, ("name", PackageNames.ReportDocx), ("where", place))
            : null;
    }

    private string? InDocument(Cover cover)
    {
        using var zip = new ZipArchive(new MemoryStream(package.Read(PackageNames.ReportDocx, MostDocument).Bytes ?? []));
        if (!zip.Entries.Select(e => e.FullName).SequenceEqual([.. ReportDocx.Parts.Select(p => p.Name), ReportDocx.Document]))
            return "zip";
        foreach (var (name, xml) in ReportDocx.Parts)
            using (var part = zip.GetEntry(name)!.Open())
                if (!Same(part, Encoding.UTF8.GetBytes(xml)) || part.ReadByte() >= 0)
                    return name;
        using var body = zip.GetEntry(ReportDocx.Document)!.Open();
        return Where(body, ReportText.Document(cover), document);
    }

    /// <summary>Where a text is not the one that was made again; null: nowhere.</summary>
    private static string? Where(Stream content, (byte[] Before, byte[] After) around, List<Piece> pieces)
    {
        if (!Same(content, around.Before))
            return "封面、汇总 · the first pages";
        for (var i = 0; i < pieces.Count; i++)
        {
            var bytes = new byte[pieces[i].Length];
            if (content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length || !SHA256.HashData(bytes).AsSpan()
                .SequenceEqual(pieces[i].Sha256))
                return FormattableString.Invariant($"隐患 {i + 1} · hazard {i + 1}");
        }
        return Same(content, around.After) && content.ReadByte() < 0 ? null : "末页 · the last page";
    }

    private static bool Same(Stream content, byte[] expected)
    {
        var bytes = new byte[expected.Length];
        return content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            && bytes.AsSpan().SequenceEqual(expected);
    }

    private List<EnvelopeLine> Read(Guid stream)
    {
        var read = new List<EnvelopeLine>();
        if (package.Find(PackageNames.Events(stream)) is not { } entry)
            return read;
        using var events = new LineReader(package.Open(entry));
        while (events.Next() is { } line)
            read.Add(EnvelopeLine.Read(line).Line);
        return read;
    }
}
