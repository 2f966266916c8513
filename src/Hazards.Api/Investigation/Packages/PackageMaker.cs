using System.Buffers;
using System.Collections.Immutable;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Proofs;
using Hazards.Domain;
using Hazards.Evidence;
using Hazards.Evidence.Proof;
using Hazards.Evidence.Report;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Investigation.Packages;

/// <summary>How far a package is.</summary>
/// <param name="Done">Hazards gathered.</param>
/// <param name="Total">Of so many.</param>
internal readonly record struct EvidenceProgress(int Done, int Total);

/// <summary>It cannot be made, however often one tries.</summary>
internal sealed class CannotBeMadeException(string message) : Exception(message);

/// <summary>
/// Makes packages. Everything is read as of one signed checkpoint; hazard by hazard the parts go onto the shelf, so that
/// whoever goes on after a crash begins with the next hazard; at the end the rest is put around them. Memory holds one
/// hazard and a few megabytes of parts.
/// </summary>
internal sealed class PackageMaker(
    NpgsqlDataSource dataSource, IEventLog log, CheckpointDesk desk, EvidenceStore store, PackageShelf shelf, FileStore files,
    IRegistryQueries registry,
    PersonDesk persons, ServiceOptions options)
{
    private const int MostWaiting = 4 * 1024 * 1024;
    private const int MostHazardsWaiting = 50;

    private static readonly TimeSpan NeverCame = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Makes a package, or goes on with it; false when another is at it or there is nothing to do. One that was given up is
    /// gone on with: it is asked for only when somebody has it done again.
    /// </summary>
    public async Task<bool> MakeAsync(Guid id, IProgress<EvidenceProgress>? progress, CancellationToken cancellationToken)
    {
        if (await shelf.FindAsync(id, cancellationToken) is not { } shelved || shelved is { EndedAt: not null, Failure: null })
            return false;
        await using var mine = await PackageLock.TakeAsync(options.ConnectionString, shelved, cancellationToken);
        if (mine is null || await ConfirmAsync(id, mine, cancellationToken) is not { } package)
            return false;
        try
        {
            await MakeAsync(package, mine, progress, cancellationToken);
        }
        catch (CannotBeMadeException e)
        {
            await EndAsync(package, mine, new EvidenceFailed(e.Message), cancellationToken);
        }

        return true;
    }

    /// <summary>Ends a package whose tries are used up.</summary>
    public async Task GiveUpAsync(Guid id, string why, CancellationToken cancellationToken)
    {
        if (await shelf.FindAsync(id, cancellationToken) is not { EndedAt: null, Position: not null } package)
            return;
        await using var mine = await PackageLock.TakeAsync(options.ConnectionString, package, cancellationToken);
        if (mine is not null)
            await EndAsync(package, mine, new EvidenceFailed(why), cancellationToken);
    }

    /// <summary>The package as the log knows it; null when there is nothing to make.</summary>
    private async Task<ShelvedPackage?> ConfirmAsync(Guid id, PackageLock mine, CancellationToken cancellationToken)
    {
        if (await store.LoadAsync(id, cancellationToken) is not { } known || await store.RequestOfAsync(id, cancellationToken) is not { } asked)
        {
            // Noted, but its event never came: whoever was asked for it died, or the request was refused after all.
            await shelf.ForgetAsync(id, NeverCame, cancellationToken);
            return null;
        }

        await shelf.ConfirmAsync(id, known.Request, known.Asked, asked.Position, asked.RecordedAt, cancellationToken);
        var package = await shelf.FindAsync(id, cancellationToken);
        if (known.Made is null)
            return package;
        if (package is not { EndedAt: not null, Failure: null })
            await mine.EndAsync(asked.RecordedAt, null, cancellationToken);
        return null;
    }

    private async Task MakeAsync(
        ShelvedPackage package, PackageLock mine, IProgress<EvidenceProgress>? progress, CancellationToken cancellationToken)
    {
        if (package.Checkpoint is null)
        {
            await FixAsync(package, mine, cancellationToken);
            package = (await shelf.FindAsync(package.Id, cancellationToken))!;
        }

        if (package.Digest is null)
        {
            var standing = await StandingAsync(package, cancellationToken);
            await GatherAsync(standing, mine, progress, cancellationToken);
            var finish = new PackageFinish(standing, mine, desk, new TimestampStore(dataSource, standing.Tree), log, shelf, files);
            await finish.RunAsync(cancellationToken);
            package = (await shelf.FindAsync(package.Id, cancellationToken))!;
        }

        var (gathered, checkpoint) = (await shelf.GatheredAsync(package.Id, cancellationToken), CheckpointOf(package));
        await EndAsync(
            package, mine,
            new EvidenceMade(
                package.Digest!.Value, package.Size!.Value, checkpoint.Size, checkpoint.Root.ToString(),
                gathered.Sum(g => g.Events)), cancellationToken);
    }

    /// <summary>Has it on record how much there is, once; answers where that stands.</summary>
    private async Task<long> CountAsync(ShelvedPackage package, CancellationToken cancellationToken)
    {
        if (await store.LoadAsync(package.Id, cancellationToken) is { Counted: null })
        {
            var counted = await new PackageCount(dataSource, log).OfAsync(package.Request, package.Asked.Body, cancellationToken);
            await store.AddAsync(
                package.Id, store.ByItself(), new Terms { CausationId = "evidence" }, p => p.Counted is null ? counted : null,
                cancellationToken);
        }

        await foreach (var e in log.ReadStreamAsync(package.Id, cancellationToken: cancellationToken))
            if (DomainJson.ReadEvent(e.Type, e.Data.Span) is EvidenceCounted)
                return e.Position;
        throw new LogUnavailableException("What the package is to hold could not be put on record.");
    }

    /// <summary>Signs the checkpoint that the package stands on: it covers the request itself, and how much there was.</summary>
    private async Task FixAsync(ShelvedPackage package, PackageLock mine, CancellationToken cancellationToken)
    {
        var counted = await CountAsync(package, cancellationToken);
        var signing = await desk.SignNowAsync(EvidenceDesk.TreeOf(package.Request.Hash), counted, cancellationToken);
        if (signing is not { Checkpoint: { } checkpoint })
            throw new NotNowException(signing.Refusal!);
        await foreach (var e in log.ReadAllAsync(checkpoint.Size - 1, checkpoint.Size, cancellationToken))
            await mine.FixAsync(checkpoint.Note.ToString(), checkpoint.Size, e.RecordedAt, cancellationToken);
    }

    private static Checkpoint CheckpointOf(ShelvedPackage package) =>
        SignedNote.TryParse(System.Text.Encoding.UTF8.GetBytes(package.Checkpoint!), out var note)
            && Checkpoint.TryParse(note.Text, out var checkpoint)
            ? checkpoint
            : throw new CannotBeMadeException("存档的检查点已损坏 · the stored checkpoint is damaged");

    /// <summary>What applied as of the checkpoint.</summary>
    private async Task<Standing> StandingAsync(ShelvedPackage package, CancellationToken cancellationToken)
    {
        var checkpoint = CheckpointOf(package);
        var (policies, calendar) = (PolicyRegister.Empty, options.Rules.Calendar);
        await foreach (var e in log.UpToAsync(PolicyRegister.StreamId, checkpoint.Size, cancellationToken))
            policies = policies.Apply((IPolicyEvent)DomainJson.ReadEvent(e.Type, e.Data.Span));
        await foreach (var e in log.UpToAsync(WorkCalendar.StreamId, checkpoint.Size, cancellationToken))
            calendar = calendar.With(((ICalendarEvent)DomainJson.ReadEvent(e.Type, e.Data.Span)).Year);
        var tree = EvidenceDesk.TreeOf(package.Request.Hash);
        return new Standing(
            package, checkpoint, package.AsOf!.Value, tree, new BulkProofs(desk.Tree(tree), checkpoint.Size), policies,
            new Rulebook([.. options.Rules.Adopted, .. policies.Adopted], calendar), new BodiesThen(log, checkpoint.Size));
    }

    private async Task GatherAsync(
        Standing standing, PackageLock mine, IProgress<EvidenceProgress>? progress, CancellationToken cancellationToken)
    {
        var package = standing.Package;
        var total = package.Request.Hazards.Length;
        var packer = await FilePacker.BeginAsync(package, shelf, files, cancellationToken);
        var done = (await shelf.GatheredAsync(package.Id, cancellationToken)).Count;
        var batch = new PartBatch();
        for (var ordinal = done; ordinal < total; ordinal++)
        {
            await GatherAsync(standing, ordinal, batch, packer, cancellationToken);
            if (batch.Size < MostWaiting && batch.Gathered.Count < MostHazardsWaiting && ordinal + 1 < total)
                continue;
            await mine.WriteAsync(batch, cancellationToken);
            batch.Clear();
            progress?.Report(new EvidenceProgress(ordinal + 1, total));
        }
    }

    private async Task GatherAsync(Standing standing, int ordinal, PartBatch batch, FilePacker packer, CancellationToken cancellationToken)
    {
        var id = standing.Package.Request.Hazards[ordinal];
        var events = await WholeAsync(id.StreamId, standing.Checkpoint.Size, cancellationToken);
        if (events.Count == 0 || events[0].StreamType != HazardStore.StreamType)
            throw new CannotBeMadeException($"隐患 {id} 在日志中没有记录 · there is nothing of hazard {id} in the log");
        var happenings = events.ConvertAll(e => new RecordedHappening(e.Position, e.Version, e.Id, e.RecordedAt, new Happening((IHazardEvent)DomainJson.ReadEvent(e.Type, e.Data.Span), DomainJson.ReadContext(e.Headers.Span))));
        var messages = await MessagesAsync(happenings, standing.Checkpoint.Size, cancellationToken);
        await EventParts.AddAsync(batch, standing, ordinal, 0, events, cancellationToken);
        for (var i = 0; i < messages.Count; i++)
            await EventParts.AddAsync(batch, standing, ordinal, i + 1, messages[i], cancellationToken);
        var openings = messages.SelectMany(m => m).Select(e => (Event: e, Context: DomainJson.ReadContext(e.Headers.Span)))
            .Select(o => new RecordedOpening(o.Event.StreamId, o.Context.Body, o.Context.Actor, o.Event.RecordedAt, o.Event.Position));
        var named = ReportForm.BodiesIn(happenings);
        var bodies = await standing.Bodies.OfAsync(named, cancellationToken);
        var file = CaseFile.Of(id, happenings, openings, standing.Rules, bodies, standing.AsOf)
            ?? throw new CannotBeMadeException($"隐患 {id} 在截止时没有记录 · nothing of hazard {id} was on record at the checkpoint");
        AddStates(standing, batch, ordinal, file);
        await DiscloseAsync(standing, batch, ordinal, file.Newest, cancellationToken);
        var namedFiles = await packer.AddAsync(
            batch, ordinal, happenings.Select(h => (h.Position, (IDomainEvent)h.Event, h.Context)), cancellationToken);
        var section = new HazardSection(
            ordinal, file, standing.Instants, (standing.Package.Request.From, standing.Package.Request.To), namedFiles);
        Block[] blocks = [.. section.Blocks()];
        batch.Add(PartNumber.Of(PartNumber.DraftHtml, ordinal), $"draft/{ordinal}.html", HtmlBlocks.Write(blocks));
        batch.Add(PartNumber.Of(PartNumber.DraftDocx, ordinal), $"draft/{ordinal}.xml", DocxBlocks.Write(blocks));
        batch.Gathered.Add(new GatheredHazard(
            ordinal, events.Count + messages.Sum(m => m.Count), standing.PoliciesOf(file),
            [.. happenings.Select(h => h.Context.Calendar).Distinct().Order()],
            [.. named.Select(b => b.Value).Order(StringComparer.Ordinal)], System.Text.Encoding.UTF8.GetString(DomainJson.Write(section.Summary()))));
    }

    /// <summary>A stream as of the checkpoint: versions 1 to n without a gap.</summary>
    private async Task<List<RecordedEvent>> WholeAsync(Guid stream, long size, CancellationToken cancellationToken)
    {
        var events = new List<RecordedEvent>();
        await foreach (var e in log.UpToAsync(stream, size, cancellationToken))
        {
            if (e.Version != events.Count + 1)
                throw new CannotBeMadeException($"流 {stream} 缺第 {events.Count + 1} 号版本：日志已受损，请先运行 audit · version {events.Count + 1} of stream {stream} is missing: the log is damaged, run audit");
            events.Add(e);
        }

        return events;
    }

    /// <summary>The streams of messages that the events told and that somebody opened.</summary>
    private async Task<List<List<RecordedEvent>>> MessagesAsync(
        List<RecordedHappening> happenings, long size, CancellationToken cancellationToken)
    {
        var told = happenings.SelectMany(h => h.Context.Told.Select(t => Messages.IdOf(h.Id, t.Address))).ToArray();
        var opened = new List<Guid>();
        // By the unique index on stream and version: each message that was opened has a first event.
        await using (var command = dataSource.CreateCommand("select e.stream_id from log.mt_events e where e.stream_id = any ($1) and e.version = 1 and e.seq_id <= $2 order by e.seq_id"))
        {
            command.Parameters.Add(PackageShelf.Of(told));
            command.Parameters.Add(PackageShelf.Of(size));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                opened.Add(reader.GetGuid(0));
        }

        var messages = new List<List<RecordedEvent>>();
        foreach (var message in opened)
            messages.Add(await WholeAsync(message, size, cancellationToken));
        return messages;
    }

    /// <summary>
    /// 披露: opens the persons that were asked for, on behalf of whoever asked and on record; of all others only the sealed value
    /// leaves the service.
    /// </summary>
    private async Task DiscloseAsync(Standing standing, PartBatch batch, int ordinal, Hazard hazard, CancellationToken cancellationToken)
    {
        var package = standing.Package;
        var wanted = EvidenceDesk.PersonsIn(hazard).Where(package.Request.Disclose.Contains).ToArray();
        if (wanted.Length == 0)
            return;
        var asking = await registry.BodiesAsync([package.Asked.Body], cancellationToken);
        // By every role that it was asked for with: requests of before kept the one alone.
        var by = new Actor(
            package.Asked.Actor, asking.GetValueOrDefault(package.Asked.Body) ?? Clockwork.Body,
            [package.Asked.Role, .. package.Request.DiscloseBy ?? []], package.Asked.Client, package.Request.Jurisdiction);
        var (opened, refusal) = await persons.DiscloseAsync(hazard, wanted, new PersonAsked(by, package.Request.Reason), cancellationToken);
        if (refusal is { Reason.Kind: RefusalKind.Unavailable })
            throw new NotNowException(refusal);
        if (refusal is not null)
            throw new CannotBeMadeException(
                $"{EvidenceRefusals.NoDisclosure.Because(null, ("why", Words.Of(refusal))).Chinese} · {refusal.English}");
        for (var i = 0; i < opened.Length; i++)
        {
            // Canonical, like all JSON of a package.
            using var json = System.Text.Json.JsonDocument.Parse(DomainJson.Write(opened[i]));
            var (number, person, key) =
                (PartNumber.Of(PartNumber.Persons, ordinal, i), opened[i].Sealed.Person, Convert.FromBase64String(opened[i].Key));
            batch.Add(
                number, $"persons/{person:D}.json", CanonicalJson.Write(json.RootElement),
                sealing: (n, piece) => DisclosedPieces.Seal(person, key, new PiecePlace(package.Id, number, n), piece.Span));
        }
    }

    private static void AddStates(Standing standing, PartBatch batch, int ordinal, CaseFile file)
    {
        for (var i = 0; i < standing.Instants.Length; i++)
            if (file.StateAt(standing.Instants[i]) is { } state)
                batch.Add(
                    PartNumber.Of(PartNumber.States, i, ordinal), PackageNames.State(standing.Instants[i], file.Id), StateText.Of(state));
    }

    private async Task EndAsync(ShelvedPackage package, PackageLock mine, IEvidenceEvent end, CancellationToken cancellationToken)
    {
        var outcome = await store.AddAsync(package.Id, store.ByItself(), new Terms { CausationId = "evidence" }, 
            p => p.Made is null && (end is EvidenceMade || p.Failed is null) ? end : null, cancellationToken);
        var at = outcome is Outcome<EvidencePackage>.Done done ? done.RecordedAt : package.RequestedAt!.Value;
        await mine.EndAsync(at, (end as EvidenceFailed)?.Error, cancellationToken);
    }
}

/// <summary>What a package stands on, while it is made.</summary>
/// <param name="Package">The package.</param>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="AsOf">When its last event was recorded.</param>
/// <param name="Tree">The tree.</param>
/// <param name="Proofs">Proofs in it.</param>
/// <param name="Policies">The policies adopted by then.</param>
/// <param name="Rules">The rules by then.</param>
/// <param name="Bodies">The bodies by then.</param>
internal sealed record Standing(
    ShelvedPackage Package, Checkpoint Checkpoint, DateTimeOffset AsOf, TreeHash Tree, BulkProofs Proofs, PolicyRegister Policies, Rulebook Rules, BodiesThen Bodies)
{
    /// <summary>The instants asked for, and the checkpoint's own.</summary>
    public ImmutableArray<DateTimeOffset> Instants { get; } = [
        .. Package.Request.Instants.Where(i => i < AsOf).Append(AsOf).Select(i => i.ToUniversalTime()).Distinct().Order()];

    /// <summary>The policies that applied to a hazard: by its events, its duties, and at the instants.</summary>
    public ImmutableArray<string> PoliciesOf(CaseFile file) =>
    [
        .. file.Events.Select(e => e.Context.Policy)
            .Concat(file.Events.Select(e => Rules.PolicyAt(file.Newest.Region, e.Context.OccurredAt).Version))
            .Concat(Instants.Select(i => Rules.PolicyAt(file.Newest.Region, i).Version))
            .Distinct().Order(StringComparer.Ordinal),
    ];
}

/// <summary>Reading as of a checkpoint.</summary>
internal static class AsOfCheckpoint
{
    /// <summary>A stream's events that a tree of a size covers.</summary>
    public static async IAsyncEnumerable<RecordedEvent> UpToAsync(
        this IEventLog log, Guid stream, long size,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var e in log.ReadStreamAsync(stream, cancellationToken: cancellationToken))
        {
            if (e.Position > size)
                yield break;
            yield return e;
        }
    }
}

/// <summary>
/// Bodies as their events had them at a checkpoint, each read once: what is said of them must follow from what is packed.
/// </summary>
internal sealed class BodiesThen(IEventLog log, long size)
{
    private readonly Dictionary<BodyId, Body?> read = [];

    public async Task<IReadOnlyDictionary<BodyId, Body>> OfAsync(IEnumerable<BodyId> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<BodyId, Body>();
        foreach (var id in ids)
            if (await FindAsync(id, cancellationToken) is { } body)
                found[id] = body;
        return found;
    }

    public async Task<Body?> FindAsync(BodyId id, CancellationToken cancellationToken)
    {
        if (read.TryGetValue(id, out var body))
            return body;
        await foreach (var e in log.UpToAsync(id.StreamId, size, cancellationToken))
            if (DomainJson.ReadEvent(e.Type, e.Data.Span) is IBodyEvent happened)
                body = Body.Apply(body, happened);
        return read[id] = body;
    }
}

/// <summary>The events of a stream with their proofs, as two parts.</summary>
internal static class EventParts
{
    public static async Task AddAsync(
        PartBatch batch, Standing standing, int group, int item, List<RecordedEvent> events, CancellationToken cancellationToken)
    {
        var proofs = await standing.Proofs.InclusionAsync(events.ConvertAll(e => e.Position), cancellationToken);
        var (lines, paths) = (new ArrayBufferWriter<byte>(4096), new ArrayBufferWriter<byte>(4096));
        for (var i = 0; i < events.Count; i++)
        {
            var begin = lines.WrittenCount;
            Envelope.Write(events[i], lines);
            var leaf = standing.Tree.Leaf(lines.WrittenSpan[begin..]);
            // The tree was made from the same events: whatever fits it no more was altered since.
            if (!Verify.Inclusion(
                standing.Tree, events[i].Position - 1, standing.Checkpoint.Size, leaf, proofs[i], standing.Checkpoint.Root))
                throw new CannotBeMadeException($"第 {events[i].Position} 号事件与已签名的检查点不符：记录被改动过，请运行 audit 查明 · event {events[i].Position} does not fit the signed checkpoint: the record was altered, run audit");
            lines.Write("\n"u8);
            paths.Write(new ProofLine(events[i].Position, leaf, proofs[i]).ToBytes());
            paths.Write("\n"u8);
        }

        var stream = new ManifestStream(events[0].StreamId, events[0].StreamType, events.Count, Whole: true);
        batch.Add(PartNumber.Of(PartNumber.Events, group, item), PackageNames.Events(stream.Id), lines.WrittenMemory, stream);
        batch.Add(PartNumber.Of(PartNumber.Proofs, group, item), PackageNames.Proofs(stream.Id), paths.WrittenMemory);
    }
}
