using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;

namespace Hazards.Evidence.Tests;

/// <summary>
/// A small log in memory, and packages made from it: two hazards among events of others, a policy adopted, a calendar
/// year added, a paper and a photo, a message opened, the request and what was counted for it. Every piece can be exchanged
/// before the package is put together, which is how the
/// tests make packages that nobody should believe.
/// </summary>
internal sealed class SampleLog
{
    public static readonly NoteSigner Key = new("hazards/sample", [.. Enumerable.Range(1, 32).Select(n => (byte)n)]);
    public static readonly NoteSigner Witness = new(
        "archive.example", [.. Enumerable.Range(50, 32).Select(n => (byte)n)], NoteSignatureType.Cosignature);
    public static readonly HazardId First = new(Guid.Parse("0197a000-0000-7000-8000-0000000000f1"));
    public static readonly HazardId Second = new(Guid.Parse("0197a000-0000-7000-8000-0000000000f2"));
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);
    public static readonly byte[] Photo = Encoding.UTF8.GetBytes("a photo");
    public static readonly byte[] Paper = Encoding.UTF8.GetBytes("a paper");

    private readonly Dictionary<Guid, long> _versions = [];

    /// <param name="counts">Whether what is there is counted, as it is today.</param>
    /// <param name="tree">The tree that is asked for.</param>
    public SampleLog(bool counts = true, TreeChoice tree = TreeChoice.Sha256)
    {
        Add(Guid.NewGuid(), "other", new CommentAdded("别的事"), null);
        Add(
            PolicyRegister.StreamId, "policies", new PolicyAdopted(Xiangxi, RegionCode.Parse("4331"), new DateOnly(2026, 3, 1), null, []),
            null);
        Add(
            WorkCalendar.StreamId, "calendar",
            new CalendarYearAdded(WorkCalendar.Shipped.Years[2026] with { Year = 2027, Holidays = [], Worked = [] }), null);
        Add(
            First,
            new HazardReported(
                ReportSource.Hotline, HazardKind.Safety, RegionCode.Parse("433101"), SectorCode.Parse("fire"), null, "安全出口锁闭",
                "三楼东侧安全出口被锁。", new Enterprise("某商场"), new Place("三楼"), null, null, null), Photo);
        Add(
            Second,
            new HazardReported(
                ReportSource.Enforcement, HazardKind.Safety, RegionCode.Parse("433102"), SectorCode.Parse("fire"), null, "“消防”通道堵塞",
                "堆放货物\n约 3.5 m³ \u20ac", null, null, null, null, null), null);
        Add(First, new HazardVerified(Level.Major, "判定标准第五条", "属实"), null);
        for (var n = 0; n < 20; n++)
            Add(Guid.NewGuid(), "other", new CommentAdded($"别的事 {n}"), null);
        Add(
            First,
            new HazardAssigned([new LegOrder(Leg.Territorial, BodyId.Parse("gov-a"), new DateOnly(2026, 4, 1), "开锁"), new LegOrder(Leg.Sectoral, BodyId.Parse("fire-a"), new DateOnly(2026, 4, 1), "监督")]), null, told: Government);
        Opened = Messages.IdOf(Events[^1].Id, Government.Value);
        var assigned = Events[^1].Id;
        Add(First, new AssignmentAcknowledged(Leg.Territorial, "张三"), null);
        Add(First, new PaperIssued(PaperKind.SupervisionNotice, null, [BodyId.Parse("gov-a")]), Paper);
        Add(Second, new CommentAdded("已电话核实"), null, calendar: 1);
        Add(Opened, "message", new MessageOpened(First, assigned, Government.Value), null, by: ("李四", Government));
        Add(Package, EvidencePackage.StreamType, new EvidenceRequested(
            "某商场火灾调查", RegionCode.Parse("4331"), [First, Second], null, null, null, [Start.AddMinutes(3.5), Start.AddMinutes(27)],
            AttachmentChoice.Include, tree, []) { Counts = counts },
            null, by: ("李调查", BodyId.Parse("investigators")));
        if (counts)
            Add(Package, EvidencePackage.StreamType, new EvidenceCounted(
                Events.Count,
                [.. new[] { First.StreamId, Second.StreamId, PolicyRegister.StreamId, WorkCalendar.StreamId }.Select(s => new CountedStream(s, _versions[s], s == First.StreamId ? 1 : 0))]), null);
    }

    public static readonly BodyId Government = BodyId.Parse("gov-a");
    public static readonly Guid Package = Guid.Parse("0197a000-0000-7000-8000-000000000001");

    /// <summary>The message that was opened.</summary>
    public Guid Opened { get; }

    /// <summary>The text of a policy that ships with the product.</summary>
    public static PolicyText Xiangxi { get; } = ShippedPolicies.Find(PolicyVersion.Parse("xiangxi-one-list@1"))!;

    public List<RecordedEvent> Events { get; } = [];

    /// <summary>When the last event was recorded.</summary>
    public DateTimeOffset End => Events[^1].RecordedAt;

    private void Add(HazardId id, IHazardEvent happened, byte[]? file, int calendar = 0, BodyId? told = null) =>
        Add(id.StreamId, "hazard", happened, file, calendar, told);

    public void Add(
        Guid stream, string type, IDomainEvent happened, byte[]? file, int calendar = 0, BodyId? told = null,
        (string Actor, BodyId Body)? by = null)
    {
        var at = Start.AddMinutes(Events.Count);
        var context = new EventContext(
            at, Entry.Prompt, by?.Actor ?? "王五", by?.Body ?? BodyId.Parse("safety-office"), Role.Coordinator, "pages",
            happened is IHazardEvent ? "xiangxi-one-list@1" : "national-baseline@2", null,
            file is null ? [] : [new Attachment(Sha256Digest.Of(file))])
            {
                Calendar = calendar, Told = told is { } to ? [new Told(to, null, TellAs.Todo)] : [],
            };
        var version = _versions[stream] = _versions.GetValueOrDefault(stream) + 1;
        Events.Add(new RecordedEvent(
            Events.Count + 1, Guid.NewGuid(), stream, type, version, EventTypes.NameOf(happened),
            $"{happened.GetType().FullName}, Hazards.Domain",
            DomainJson.Write(happened), DomainJson.Write(context), at.AddSeconds(1), null, null));
    }
}

/// <summary>The pieces of a package on their way together.</summary>
internal sealed class SamplePackage
{
    private readonly Digest[] _leaves;

    public SamplePackage(SampleLog log, TreeHash? hash = null, string? origin = null, bool states = true)
    {
        Hash = hash ?? TreeHash.Sha256;
        Log = log;
        _leaves = [.. log.Events.Select(e => Hash.Leaf(Envelope.Write(e)))];
        Signer = new NoteSigner(origin ?? SampleLog.Key.Verifier.Name, SampleLog.Key.ExportSeed());
        foreach (var (stream, type) in new[] { (SampleLog.First.StreamId, "hazard"), (SampleLog.Second.StreamId, "hazard"), (PolicyRegister.StreamId, "policies"), (WorkCalendar.StreamId, "calendar"), (log.Opened, "message"), (SampleLog.Package, EvidencePackage.StreamType) })
            Streams.Add(new ManifestStream(stream, type, 0, true));
        Instants = [SampleLog.Start.AddMinutes(3.5), SampleLog.Start.AddMinutes(27), log.End];
        Lines = Streams.ToDictionary(s => s.Id, s => log.Events.Where(e => e.StreamId == s.Id).ToList());
        if (states)
            AddStates();
        Files.AddRange(
        [
            PackagePart.Of(PackageNames.Policy(SampleLog.Xiangxi.Version), Encoding.UTF8.GetBytes(SampleLog.Xiangxi.Json)),
            PackagePart.Of(PackageNames.Calendar(0), StateText.Of(WorkCalendar.Shipped)),
            PackagePart.Of(
                PackageNames.Calendar(1),
                StateText.Of(WorkCalendar.Shipped.With(WorkCalendar.Shipped.Years[2026] with { Year = 2027, Holidays = [], Worked = [] }))),
            PackagePart.Of(PackageNames.Attachment(Sha256Digest.Of(SampleLog.Photo), "jpg"), SampleLog.Photo),
            PackagePart.Of(PackageNames.Notice(Sha256Digest.Of(SampleLog.Paper), "docx"), SampleLog.Paper),
            PackagePart.Of(PackageNames.ReportHtml, "<p>报告"u8.ToArray()),
        ]);
    }

    public SampleLog Log { get; }
    public TreeHash Hash { get; }
    public NoteSigner Signer { get; set; }

    /// <summary>Signs beside <see cref="Signer"/>, if there is one.</summary>
    public NoteSigner? Second { get; set; }

    public string Format { get; set; } = Manifest.FormatNow;

    /// <summary>An authority's reply, and what it is of.</summary>
    public (byte[] Note, byte[] Reply)? Time { get; set; }

    public List<ManifestStream> Streams { get; } = [];
    public Dictionary<Guid, List<RecordedEvent>> Lines { get; }
    public ImmutableArray<DateTimeOffset> Instants { get; set; }
    public List<PackagePart> Files { get; } = [];
    public List<WithheldFile> Withheld { get; } = [];
    public List<long> ConsistentWith { get; } = [];
    public Func<Manifest, Manifest> Edit { get; set; } = m => m;
    public Func<SignedNote, SignedNote> EditCheckpoint { get; set; } = n => n;
    public Func<ManifestNote, SignedNote>? Sign { get; set; }
    public IReadOnlyList<LogKey>? Keys { get; set; }

    public Checkpoint Checkpoint(long? size = null) => new(Signer.Verifier.Name, size ?? _leaves.Length, Root(0, size ?? _leaves.Length));

    /// <summary>A checkpoint as the log signs it.</summary>
    public SignedNote Signed(SignedNote note) =>
        Second is null ? note.SignedBy(Signer, SampleLog.Start) : note.SignedBy(Signer, SampleLog.Start).SignedBy(Second, SampleLog.Start);

    public PackageLayout Layout()
    {
        var checkpoint = Checkpoint();
        List<PackagePart> parts =
        [
            PackagePart.Of(
                PackageNames.Checkpoint,
                Encoding.UTF8.GetBytes(
                    EditCheckpoint(Signed(checkpoint.ToNote()).SignedBy(SampleLog.Witness, SampleLog.Start)).ToString())),
            PackagePart.Of(
                PackageNames.Keys,
                LogKey.ToBytes(Keys ?? [.. new[] { Signer, Second }.OfType<NoteSigner>()
                    .Select(s => new LogKey(s.Verifier.ToString(), SampleLog.Start, null))])),
        ];
        if (ConsistentWith.Count > 0)
            parts.Add(PackagePart.Of(PackageNames.Consistency, Bytes(ConsistentWith.Select(from => new ConsistencyLine(from, Proof(TreeProofs.ConsistencyAsync(Hash, from, _leaves.Length, Read))).ToBytes()))));
        if (Time is { } time)
            parts.AddRange([PackagePart.Of(PackageNames.TimeCheckpoint, time.Note), PackagePart.Of(PackageNames.TimeReply, time.Reply)]);
        foreach (var stream in Streams)
            parts.Add(PackagePart.Of(PackageNames.Events(stream.Id), Bytes(Lines[stream.Id].Select(Envelope.Write))));
        foreach (var stream in Streams)
            parts.Add(PackagePart.Of(PackageNames.Proofs(stream.Id), Bytes(Lines[stream.Id].Select(e => ProofOf(e).ToBytes()))));
        parts.AddRange(Files);
        var manifest = Edit(new Manifest(
            Format, SampleLog.Package, checkpoint.Origin, Hash.Name, checkpoint.Size, checkpoint.Root,
            Log.End, null, [.. Streams.Select(s => s with { Events = s.Events == 0 ? Lines[s.Id].Count : s.Events })], Instants,
            [.. Withheld],
            new ManifestMaking(
                Log.Events.First(e => e.StreamId == SampleLog.Package).RecordedAt, "李调查", BodyId.Parse("investigators"), "pages",
                "某商场火灾调查", null, "hazards 0.1"), []));
        return PackageWriter.Assemble(manifest, parts, Sign ?? (note => Signed(note.ToNote())));
    }

    public byte[] ToBytes()
    {
        using var output = new MemoryStream();
        Layout().WriteAsync(output).GetAwaiter().GetResult();
        return output.ToArray();
    }

    private ProofLine ProofOf(RecordedEvent e) =>
        new(e.Position, Hash.Leaf(Envelope.Write(e)), Proof(TreeProofs.InclusionAsync(Hash, e.Position - 1, _leaves.Length, Read)));

    /// <summary>Says again what the events in it give: as whoever leaves some out would.</summary>
    public void Restate()
    {
        Files.RemoveAll(f => f.Name.StartsWith("states/", StringComparison.Ordinal));
        AddStates();
    }

    private void AddStates()
    {
        foreach (var instant in Instants)
            foreach (var id in new[] { SampleLog.First, SampleLog.Second })
                if (Lines.TryGetValue(id.StreamId, out var lines) && Hazard.Fold(
                    id, lines.Where(e => e.RecordedAt <= instant).Select(Happening)) is { } hazard)
                    Files.Add(PackagePart.Of(PackageNames.State(instant, id), StateText.Of(hazard)));
    }

    private static Happening Happening(RecordedEvent e) =>
        new((IHazardEvent)DomainJson.ReadEvent(e.Type, e.Data.Span), DomainJson.ReadContext(e.Headers.Span));

    private static byte[] Bytes(IEnumerable<byte[]> lines) => [.. lines.SelectMany(l => l.Append((byte)'\n'))];

    private static ImmutableArray<Digest> Proof(ValueTask<ImmutableArray<Digest>> made) => made.AsTask().GetAwaiter().GetResult();

    private ValueTask<IReadOnlyList<Digest>> Read(IReadOnlyList<Subtree> subtrees, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Digest>>([.. subtrees.Select(s => Root(s.Start, s.End))]);

    // The definition itself (RFC 9162, section 2.1.1).
    private Digest Root(long start, long end)
    {
        if (end - start <= 1)
            return end == start ? Hash.Empty : _leaves[start];
        var middle = start + 1;
        while (middle - start << 1 < end - start)
            middle = start + (middle - start << 1);
        return Hash.Node(Root(start, middle), Root(middle, end));
    }
}
