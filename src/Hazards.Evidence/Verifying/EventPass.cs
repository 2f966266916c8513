using System.Text.Json;
using Hazards.Domain;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>
/// Reads every event of a package once, with its proof, stream by stream, and folds the hazards on the way. Of each sort
/// of fault the first is kept; it goes on after one, so that they can all be told.
/// </summary>
internal sealed class EventPass(PackageReader package, Manifest manifest, TreeHash hash)
{
    private readonly List<(long Position, long RecordedAt)> order = [];

    /// <summary>A line that is no event, or is not the one it should be.</summary>
    public Refusal? Lines { get; private set; }

    /// <summary>A proof that does not hold.</summary>
    public Refusal? Proofs { get; private set; }

    /// <summary>A stream with a gap, or with more or fewer events than the manifest says.</summary>
    public Refusal? Streams { get; private set; }

    /// <summary>Recorded times that run backwards.</summary>
    public Refusal? Times { get; private set; }

    /// <summary>A state that a replay does not give.</summary>
    public Refusal? States { get; private set; }

    /// <summary>Events read.</summary>
    public long Events => order.Count;

    /// <summary>Hazards replayed.</summary>
    public int Hazards { get; private set; }

    /// <summary>States compared.</summary>
    public HashSet<string> Compared { get; } = new(StringComparer.Ordinal);

    /// <summary>States made by an older program that left out what today's writes as well.</summary>
    public int OlderStates { get; private set; }

    /// <summary>What the events name: files, policies, calendar editions.</summary>
    public NamedThings Named { get; } = new();

    /// <summary>The positions of each stream's events.</summary>
    public Dictionary<Guid, List<long>> Positions { get; } = [];

    /// <summary>What the package's own stream says.</summary>
    public PackageStory Story { get; } = new();

    /// <summary>When the first and the last event were recorded.</summary>
    public (DateTimeOffset First, DateTimeOffset Last)? Recorded { get; private set; }

    /// <summary>How many of the events a tree of a size covers, and when the last of them was recorded.</summary>
    public (int Count, DateTimeOffset? Last) CoveredBy(long size)
    {
        var count = order.Count(o => o.Position <= size);
        return (count, count == 0 ? null : new DateTimeOffset(order.Where(o => o.Position <= size).Max(o => o.RecordedAt), TimeSpan.Zero));
    }

    public void Run(CancellationToken cancellationToken)
    {
        foreach (var stream in manifest.Streams)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadStream(stream, cancellationToken);
        }
        order.Sort();
        for (var i = 1; i < order.Count; i++)
            if (order[i].Position == order[i - 1].Position || order[i].RecordedAt <= order[i - 1].RecordedAt)
                Times ??= EvidenceRefusals.Backwards.Because(null, ("position", order[i].Position));
    }

    private void ReadStream(ManifestStream stream, CancellationToken cancellationToken)
    {
        var (name, proofs) = (PackageNames.Events(stream.Id), PackageNames.Proofs(stream.Id));
        if (package.Find(name) is not { } lines || package.Find(proofs) is not { } paths)
        {
            Lines ??= EvidenceRefusals.Missing.Because(null, ("name", package.Find(name) is null ? name : proofs));
            return;
        }
        using var events = new LineReader(package.Open(lines));
        using var proof = new LineReader(package.Open(paths));
        var replay = stream is { Type: "hazard", Whole: true }
            ? new Replay(new HazardId(stream.Id), manifest.Instants, Compare, Named.Read)
            : null;
        var positions = Positions[stream.Id] = [];
        long number = 0, version = 0;
        while (ReadLine(events, name, ++number) is { } read)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CheckPlace(stream, read.Event, name, number, version);
            CheckProof(read.Leaf, read.Event, proof, proofs, number);
            version = read.Event.Version;
            order.Add((read.Event.Position, read.Event.RecordedAt.UtcTicks));
            positions.Add(read.Event.Position);
            Note(read.Event);
            var refusal = Named.Read(read.Event) ?? replay?.Add(read.Event)
                ?? (stream.Id == manifest.Package ? Story.Read(read.Event) : null);
            States ??= refusal;
        }
        Finish(stream, name, proofs, number - 1, proof);
        if (replay is null)
            return;
        Hazards++;
        replay.End();
    }

    private (EnvelopeLine Event, Digest Leaf)? ReadLine(LineReader lines, string name, long number)
    {
        try
        {
            if (lines.Next() is not { } line)
                return null;
            var (read, canonical) = EnvelopeLine.Read(line);
            if (!canonical)
                Lines ??= EvidenceRefusals.NotCanonical.Because(null, ("name", name), ("line", number));
            return (read, hash.Leaf(line.Span));
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            Lines ??= EvidenceRefusals.Line.Because(null, ("name", name), ("line", number), ("detail", e.Message));
            return null;
        }
    }

    private void CheckPlace(ManifestStream stream, EnvelopeLine e, string name, long number, long before)
    {
        if (e.Stream != stream.Id || e.StreamType != stream.Type)
            Lines ??= EvidenceRefusals.OtherStream.Because(
                null, ("name", name), ("line", number), ("stream", $"{e.StreamType} {e.Stream}"));
        if (stream.Whole ? e.Version != number : e.Version <= before)
            Streams ??= EvidenceRefusals.Gap.Because(
                null, ("name", name), ("line", number), ("expected", stream.Whole ? number : before + 1), ("version", e.Version));
        if (e.RecordedAt > manifest.AsOf)
            Times ??= EvidenceRefusals.Later.Because(null, ("position", e.Position), ("recorded", e.RecordedAt), ("asOf", manifest.AsOf));
    }

    private void CheckProof(Digest leaf, EnvelopeLine e, LineReader proofs, string name, long number)
    {
        try
        {
            var proof = proofs.Next() is { } line
                ? ProofLine.Read(line.Span)
                : throw new InvalidDataException("没有这一行 · there is no such line");
            if (proof.Position != e.Position)
                Proofs ??= EvidenceRefusals.ProofOther.Because(null, ("name", name), ("line", number), ("position", e.Position));
            else if (proof.Leaf != leaf || !Verify.Inclusion(hash, e.Position - 1, manifest.Size, leaf, proof.Path, manifest.Root))
                Proofs ??= EvidenceRefusals.Unproved.Because(null, ("position", e.Position));
        }
        catch (Exception problem) when (problem is JsonException or InvalidDataException)
        {
            Proofs ??= EvidenceRefusals.ProofLine.Because(null, ("name", name), ("line", number), ("detail", problem.Message));
        }
    }

    private void Finish(ManifestStream stream, string name, string proofs, long count, LineReader proof)
    {
        if (count != stream.Events)
            Streams ??= EvidenceRefusals.Count.Because(null, ("name", name), ("count", count), ("expected", stream.Events));
        try
        {
            if (Lines is null && Proofs is null && proof.Next() is not null)
                throw new InvalidDataException("没有对应的事件 · no event stands on it");
        }
        catch (InvalidDataException e)
        {
            Proofs ??= EvidenceRefusals.ProofLine.Because(null, ("name", proofs), ("line", count + 1), ("detail", e.Message));
        }
    }

    private void Note(EnvelopeLine e) =>
        Recorded = Recorded is { } r
            ? (r.First < e.RecordedAt ? r.First : e.RecordedAt, r.Last > e.RecordedAt ? r.Last : e.RecordedAt)
            : (e.RecordedAt, e.RecordedAt);

    // A hazard that was not on record yet has no state, and the package no entry for it.
    private void Compare(HazardId id, DateTimeOffset instant, Hazard? hazard)
    {
        var name = PackageNames.State(instant, id);
        if (hazard is null)
            return;
        var (given, refusal) = package.Read(name);
        if (given is null)
        {
            States ??= refusal;
            return;
        }
        var replayed = StateText.Of(hazard);
        Compared.Add(name);
        if (given.AsSpan().SequenceEqual(replayed))
            return;
        if (StateComparison.IsOlderFormOf(given, replayed))
            OlderStates++;
        else
            States ??= EvidenceRefusals.State.Because(null, ("name", name));
    }
}
