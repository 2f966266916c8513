using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Proofs;
using Hazards.Domain;
using Hazards.Evidence;
using Hazards.Evidence.Proof;
using Hazards.Evidence.Report;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Investigation.Packages;

/// <summary>
/// Puts the rest around what was gathered: the streams that all hazards share, policies and calendar, the report, the
/// checkpoint and the signed manifest. The same parts whoever does it, and however often.
/// </summary>
internal sealed class PackageFinish(
    Standing standing, PackageLock mine, CheckpointDesk desk, TimestampStore times, IEventLog log, PackageShelf shelf, FileStore files)
{
    // After the last hazard's.
    private const int Shared = 900_000;
    private const int CopyBuffer = 128 * 1024;

    private ShelvedPackage Package => standing.Package;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await DropHalfDoneAsync(cancellationToken);
        var gathered = await shelf.GatheredAsync(Package.Id, cancellationToken);
        var batch = new PartBatch();
        await AddSharedStreamsAsync(batch, gathered, cancellationToken);
        AddRules(batch, gathered);
        var keys = await KeysAsync(cancellationToken);
        batch.Add(PartNumber.Of(PartNumber.Checkpoint, 0), PackageNames.Checkpoint, Encoding.UTF8.GetBytes(Package.Checkpoint!));
        batch.Add(
            PartNumber.Of(PartNumber.Checkpoint, 1), PackageNames.Keys,
            LogKey.ToBytes(keys.Select(k => new LogKey(k.Verifier.ToString(), k.Since, k.Until, k.Endorsement))));
        await AddTimeAsync(batch, cancellationToken);
        await mine.WriteAsync(batch, cancellationToken);
        await WriteReportAsync(
            gathered, [.. keys.Where(k => k.Until is null || k.Until > standing.AsOf).Select(k => k.Verifier)], cancellationToken);
        await WriteHeadAsync(cancellationToken);
        var (digest, size) = await DigestAsync(cancellationToken);
        await mine.CompleteAsync(digest, size, cancellationToken);
        await mine.DropAsync(PartNumber.FirstDraft, long.MaxValue, cancellationToken);
    }

    /// <summary>
    /// The newest timestamp of a checkpoint that is in the package's, with the proof that this continues it. The package's own
    /// checkpoint is seconds old and seldom timestamped; who makes packages does not wait for an authority.
    /// </summary>
    private async Task AddTimeAsync(PartBatch batch, CancellationToken cancellationToken)
    {
        var size = standing.Checkpoint.Size;
        // What was altered since it was kept proves nothing; the audit names it.
        if (await times.NewestAsync(size, cancellationToken) is not { } stamp || Timestamps.Check(
            stamp.Reply.Span, stamp.NoteBytes, null).Fault is not null
            || !SignedNote.TryParse(stamp.NoteBytes, out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint))
            return;
        IReadOnlyList<Digest> proof = checkpoint.Size == size
            ? []
            : await desk.Tree(standing.Tree).ConsistencyAsync(checkpoint.Size, size, cancellationToken);
        if (checkpoint.Size != stamp.Size || !Verify.Consistency(
            standing.Tree, checkpoint.Size, size, [.. proof], checkpoint.Root, standing.Checkpoint.Root))
            return;
        if (checkpoint.Size < size)
            batch.Add(
                PartNumber.Of(PartNumber.Checkpoint, 2), PackageNames.Consistency,
                (byte[])[.. new ConsistencyLine(checkpoint.Size, [.. proof]).ToBytes(), (byte)'\n']);
        batch.Add(PartNumber.Of(PartNumber.Checkpoint, 3), PackageNames.TimeCheckpoint, stamp.NoteBytes);
        batch.Add(PartNumber.Of(PartNumber.Checkpoint, 4), PackageNames.TimeReply, stamp.Reply);
    }

    /// <summary>A maker that died here leaves parts that are made again.</summary>
    private async Task DropHalfDoneAsync(CancellationToken cancellationToken)
    {
        await mine.DropAsync(PartNumber.Of(PartNumber.Head), PartNumber.Of(PartNumber.Events), cancellationToken);
        await mine.DropAsync(PartNumber.Of(PartNumber.Events, Shared), PartNumber.Of(PartNumber.Proofs), cancellationToken);
        await mine.DropAsync(PartNumber.Of(PartNumber.Proofs, Shared), PartNumber.Of(PartNumber.States), cancellationToken);
        await mine.DropAsync(PartNumber.Of(PartNumber.Policies), PartNumber.Of(PartNumber.Notices), cancellationToken);
        await mine.DropAsync(PartNumber.Of(PartNumber.Notices, Shared), PartNumber.Of(PartNumber.Attachments), cancellationToken);
        await mine.DropAsync(PartNumber.Of(PartNumber.Attachments, Shared), PartNumber.Of(PartNumber.Persons), cancellationToken);
        await mine.DropAsync(PartNumber.Of(PartNumber.Report), PartNumber.FirstDraft, cancellationToken);
    }

    /// <summary>The keys of the tree, from the log's own stream as of the checkpoint and later: a retired key is said to be so.</summary>
    private async Task<ImmutableArray<LogKeyPeriod>> KeysAsync(CancellationToken cancellationToken) =>
        [.. (await desk.KeysAsync(cancellationToken)).Where(k => k.Hash == standing.Tree.Name && k.IntroducedAt <= standing.Checkpoint.Size)];

    /// <summary>
    /// Who the bodies are, which policies were adopted, which days are worked, with which keys the log is signed, and the
    /// request itself.
    /// </summary>
    private async Task AddSharedStreamsAsync(PartBatch batch, IReadOnlyList<GatheredHazard> gathered, CancellationToken cancellationToken)
    {
        var bodies = gathered.SelectMany(g => g.Bodies).Append(Package.Asked.Body.Value).Distinct().Order(StringComparer.Ordinal)
            .Select(b => BodyId.Parse(b).StreamId);
        var packer = await FilePacker.BeginAsync(Package, shelf, files, cancellationToken);
        Guid[] streams = [LogStream.Id, PolicyRegister.StreamId, WorkCalendar.StreamId, Package.Id, .. bodies];
        for (var i = 0; i < streams.Length; i++)
        {
            var events = new List<RecordedEvent>();
            await foreach (var e in log.UpToAsync(streams[i], standing.Checkpoint.Size, cancellationToken))
                events.Add(e);
            if (events.Count == 0)
                continue;
            await EventParts.AddAsync(batch, standing, Shared + i, 0, events, cancellationToken);
            await packer.AddAsync(
                batch, Shared + i,
                events.Select(e => (e.Position, DomainJson.ReadEvent(e.Type, e.Data.Span), DomainJson.ReadContext(e.Headers.Span))),
                cancellationToken);
        }
    }

    /// <summary>
    /// The text of every policy that applied, with those it rests on, and every edition of the calendar that was counted by.
    /// </summary>
    private void AddRules(PartBatch batch, IReadOnlyList<GatheredHazard> gathered)
    {
        var shelfOfTexts = standing.Policies.Shelf;
        var texts = new SortedDictionary<string, PolicyText>(StringComparer.Ordinal);
        foreach (var version in gathered.SelectMany(g => g.Policies).Distinct())
            // A policy that was never adopted nor shipped, as tests have them, has no text to give.
            if (PolicyVersion.TryParse(version, out var known, out _) && shelfOfTexts.Find(known) is { } text)
                foreach (var one in shelfOfTexts.Under(PolicyDocument.Read(text.Json)).Prepend(text))
                    texts[one.Version.Value] = one;
        var number = 0;
        foreach (var text in texts.Values)
            batch.Add(PartNumber.Of(PartNumber.Policies, number++), PackageNames.Policy(text.Version), Encoding.UTF8.GetBytes(text.Json));
        foreach (var edition in gathered.SelectMany(g => g.Editions).Append(standing.Rules.Calendar.Edition).Distinct().Order())
            batch.Add(
                PartNumber.Of(PartNumber.Calendar, edition), PackageNames.Calendar(edition),
                StateText.Of(standing.Rules.Calendar.At(edition)));
    }

    private async Task WriteReportAsync(
        IReadOnlyList<GatheredHazard> gathered, ImmutableArray<NoteVerifier> keys, CancellationToken cancellationToken)
    {
        var lines = gathered.Select(g => JsonSerializer.Deserialize<SummaryLine>(g.Summary, DomainJson.Options)!).ToArray();
        var asking = (await standing.Bodies.FindAsync(Package.Asked.Body, cancellationToken))?.Name ?? Package.Asked.Body.Value;
        var order = new ReportOrder(Package.Id, Package.Request, Package.Asked, Package.RequestedAt!.Value, Package.Position!.Value);
        var cover = new Cover(order, asking, standing.Checkpoint, standing.AsOf, keys, lines, gathered.Sum(g => g.Events));
        var (html, document) = (ReportText.Html(cover), ReportText.Document(cover));
        await WritePartAsync(PartNumber.Of(PartNumber.Report, 0), PackageNames.ReportHtml,
            output => AroundAsync(output, html, PartNumber.DraftHtml, cancellationToken), cancellationToken);
        await WritePartAsync(PartNumber.Of(PartNumber.Report, 1), PackageNames.ReportDocx,
            output => ReportDocx.WriteAsync(output, body => AroundAsync(body, document, PartNumber.DraftDocx, cancellationToken)),
            cancellationToken);
    }

    private async Task AroundAsync(Stream output, (byte[] Before, byte[] After) around, long section, CancellationToken cancellationToken)
    {
        await output.WriteAsync(around.Before, cancellationToken);
        await CopyDraftsAsync(section, output, cancellationToken);
        await output.WriteAsync(around.After, cancellationToken);
    }

    /// <summary>The hazards' sections, one after the other.</summary>
    private async Task CopyDraftsAsync(long section, Stream output, CancellationToken cancellationToken)
    {
        const int Pieces = 32;
        var (number, n) = (PartNumber.Of(section), 0);
        while (await shelf.ChunksAsync(Package.Id, number, n, Pieces, cancellationToken) is { Count: > 0 } chunks)
        {
            foreach (var chunk in chunks)
            {
                if (chunk.Number >= PartNumber.Of(section + 1))
                    return;
                await output.WriteAsync(chunk.Bytes, cancellationToken);
                (number, n) = (chunk.Number, chunk.N + 1);
            }
        }
    }

    /// <summary>A part of any length: on disk while it is written, then onto the shelf piece by piece.</summary>
    private async Task WritePartAsync(long number, string name, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        await using var draft = new FileStream(
            Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, CopyBuffer,
            FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        await write(draft);
        await draft.FlushAsync(cancellationToken);
        draft.Position = 0;
        using var meter = new ContentMeter();
        var batch = new PartBatch();
        for (var n = 0; draft.Position < draft.Length; n++)
        {
            var piece = new byte[(int)Math.Min(PartBatch.ChunkSize, draft.Length - draft.Position)];
            await draft.ReadExactlyAsync(piece, cancellationToken);
            meter.Append(piece);
            batch.AddChunk(number, n, piece);
            if (batch.Chunks.Count % 64 != 0)
                continue;
            await mine.WriteAsync(batch, cancellationToken);
            batch.Clear();
        }

        batch.Parts.Add(new ShelvedPart(number, name, meter.Size, meter.Sha256, meter.Crc32, IsFile: false, null));
        await mine.WriteAsync(batch, cancellationToken);
    }

    /// <summary>The README, the manifest, its signature and the sums.</summary>
    private async Task WriteHeadAsync(CancellationToken cancellationToken)
    {
        var bytes = new PackageBytes(shelf, Package.Id);
        var shelved = await shelf.PartsAsync(Package.Id, cancellationToken);
        PackagePart[] parts = [.. shelved.Select(bytes.PartOf)];
        if (standing.Tree == TreeHash.Sm3)
            for (var i = 0; i < parts.Length; i++)
                parts[i] = await parts[i].WithSm3Async(cancellationToken);
        var manifest = await ManifestAsync(shelved, cancellationToken);
        ManifestNote? toSign = null;
        PackageWriter.Assemble(manifest, parts, note =>
        {
            toSign = note;
            return note.ToNote();
        });
        var (signed, refusal) = await desk.SignTextAsync(standing.Tree, toSign!.ToString(), cancellationToken);
        if (refusal is not null)
            throw new NotNowException(refusal);
        var layout = PackageWriter.Assemble(manifest, parts, _ => signed!);
        var batch = new PartBatch();
        for (var i = 0; i < layout.Parts.Count - parts.Length; i++)
        {
            await using var content = await layout.Parts[i].Open(0, cancellationToken);
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellationToken);
            batch.Add(PartNumber.Of(PartNumber.Head, i), layout.Parts[i].Name, copy.ToArray());
        }

        await mine.WriteAsync(batch, cancellationToken);
    }

    private async Task<Manifest> ManifestAsync(IReadOnlyCollection<ShelvedPart> parts, CancellationToken cancellationToken)
    {
        var format = standing.Tree == TreeHash.Sm3 || parts.Any(p => p.Name == PackageNames.TimeReply)
            ? Manifest.FormatWithMore
            : Manifest.FormatNow;
        var request = Package.Request;
        var withheld = await shelf.WithheldAsync(Package.Id, cancellationToken);
        var period = request.From is null && request.To is null ? null : new ManifestPeriod(request.From, request.To);
        var version = typeof(PackageFinish).Assembly.GetName().Version;
        return new Manifest(
            format, Package.Id, standing.Checkpoint.Origin, standing.Tree.Name, standing.Checkpoint.Size, standing.Checkpoint.Root,
            standing.AsOf.ToUniversalTime(), period,
            [.. parts.Select(p => p.Stream).OfType<ManifestStream>()], standing.Instants,
            [.. withheld.OrderBy(w => w.Key.Value, StringComparer.Ordinal).Select(w => new WithheldFile(w.Key, w.Value))],
            new ManifestMaking(
                Package.RequestedAt!.Value.ToUniversalTime(), Package.Asked.Actor, Package.Asked.Body, Package.Asked.Client,
                request.Reason, Package.Asked.Document?.Value, string.Create(CultureInfo.InvariantCulture, $"hazards {version}")),
            []);
    }

    /// <summary>SHA-256 of the zip.</summary>
    private async Task<(Sha256Digest Digest, long Size)> DigestAsync(CancellationToken cancellationToken)
    {
        var layout = await new PackageBytes(shelf, Package.Id).LayOutAsync(cancellationToken);
        using var sha256 = SHA256.Create();
        await using (var hashing = new CryptoStream(Stream.Null, sha256, CryptoStreamMode.Write))
            await layout.WriteAsync(hashing, cancellationToken);
        return (PackageShelf.Digest(sha256.Hash!), layout.Size);
    }
}
