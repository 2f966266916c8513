using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;

namespace Hazards.Api.Proofs;

/// <summary>
/// Proofs and tiles: hashes only, for everybody with a key. By its stream an event is found only where the stream is a hazard's that is
/// there for the caller: else the answer would say that it exists, how often it changed and when.
/// </summary>
internal static class ProofEndpoints
{
    public static async Task<IResult> InclusionAsync(Call call, CheckpointDesk desk, LogKeys keys, IEventLog log, HazardStore hazards)
    {
        var hash = call.Tree(keys);
        var (position, stream, version, size) = (call.Query.Number("position", 1, long.MaxValue), call.Query.Id("stream"),
            call.Query.Number("version", 1, long.MaxValue), call.Query.Number("size", 1, long.MaxValue));
        if (call.Query.Refusal is null && (position is null ? stream is null || version is null : stream is not null
            || version is not null))
            call.Query.Refuse(ProofRefusals.WhichEvent.Because("position"));
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if ((position ??= await PositionAsync(call, log, hazards, stream!.Value, version!.Value)) is not { } at)
            return Call.Refuse(ProofRefusals.NoEvent.Because("stream"));
        var (checkpoint, unsigned) = await CheckpointAsync(desk, hash!, size, at, call.Stop);
        if (unsigned is not null)
            return Call.Refuse(unsigned);
        var tree = desk.Tree(hash!);
        if ((size ??= checkpoint!.Size) is var of && await BeyondAsync(tree, of, call.Stop) is { } beyond)
            return Call.Refuse(beyond);
        if (at > of)
            return Call.Refuse(ProofRefusals.BeyondSize.Because("position", ("position", at), ("size", of)));
        var leaf = (await tree.TileAsync(new Tile(0, (at - 1) / Tile.FullWidth), call.Stop))!.Value.Span[(int)((at - 1) % Tile.FullWidth)];
        var path = await tree.InclusionAsync(at, of, call.Stop);
        var root = checkpoint?.Root ?? await tree.RootAsync(of, call.Stop);
        return Call.Json(new InclusionView(hash!.Name, at, at - 1, of, leaf.ToString(), [.. path.Select(p => p.ToString())], root.ToString(), checkpoint?.Note.ToString()));
    }

    public static async Task<IResult> ConsistencyAsync(Call call, CheckpointDesk desk, LogKeys keys)
    {
        var hash = call.Tree(keys);
        var (from, to) = (call.Query.Number("from", 1, long.MaxValue), call.Query.Number("to", 1, long.MaxValue));
        if (from is null)
            call.Query.Refuse(InputRefusals.Missing.Because("from"));
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var tree = desk.Tree(hash!);
        var checkpoint = to is { } given ? await desk.Store(hash!).FindAsync(given, call.Stop) : await desk.LatestAsync(hash!, call.Stop);
        if ((to ??= checkpoint?.Size) is not { } later)
            return Call.Refuse(ProofRefusals.NoCheckpoint.Because("to", ("size", "latest"), ("latest", null)));
        if (await BeyondAsync(tree, later, call.Stop) is { } beyond)
            return Call.Refuse(beyond);
        if (from > later)
            return Call.Refuse(ProofRefusals.Backwards.Because("from", ("from", from), ("to", later)));
        var path = await tree.ConsistencyAsync(from!.Value, later, call.Stop);
        return Call.Json(new ConsistencyView(
            hash!.Name, from.Value, (await tree.RootAsync(from.Value, call.Stop)).ToString(), later,
            (await tree.RootAsync(later, call.Stop)).ToString(), [.. path.Select(p => p.ToString())], checkpoint?.Note.ToString()));
    }

    public static async Task<IResult> TileAsync(Call call, string path, CheckpointDesk desk, LogKeys keys)
    {
        var hash = call.Tree(keys);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var store = desk.Tree(hash!);
        if (!Tile.TryParse($"tile/{path}", out var tile) || await store.TileAsync(tile, call.Stop) is not { } hashes
            || hashes.Length < tile.Width)
            return Call.Refuse(ProofRefusals.NoTile.Because("path", ("path", Texts.Excerpt($"tile/{path}")), ("size", (await store.HeadAsync(call.Stop)).Size)));
        // A tile of a width never changes.
        call.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        var bytes = new byte[hashes.Length * Digest.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes.Span[i].CopyTo(bytes.AsSpan(i * Digest.Size));
        return Results.Bytes(bytes, "application/octet-stream");
    }

    /// <summary>
    /// The checkpoint a proof is made against: that of the size asked for, if one was signed; else the newest, or a new one
    /// where that does not cover the event.
    /// </summary>
    private static async Task<(StoredCheckpoint? Checkpoint, Refusal? Refusal)> CheckpointAsync(
        CheckpointDesk desk, TreeHash hash, long? size, long position, CancellationToken stop)
    {
        if (size is { } given)
            return (await desk.Store(hash).FindAsync(given, stop), null);
        if (await desk.LatestAsync(hash, stop) is { } latest && latest.Size >= position)
            return (latest, null);
        var signing = await desk.SignNowAsync(hash, position, stop);
        return (signing.Checkpoint, signing.Refusal);
    }

    private static async Task<Refusal?> BeyondAsync(TreeStore tree, long size, CancellationToken stop)
    {
        var head = await tree.HeadAsync(stop);
        return size > head.Size ? ProofRefusals.BeyondTree.Because("size", ("size", size), ("tree", head.Size)) : null;
    }

    private static async Task<long?> PositionAsync(Call call, IEventLog log, HazardStore hazards, Guid stream, long version)
    {
        var all = call.Caller.Jurisdiction.IsNation && !call.Caller.Body.SeesOnlyItsOwn;
        if (!all && !(await hazards.LoadAsync(new HazardId(stream), null, call.Stop) is { } hazard && call.Caller.Sees(hazard)))
            return null;
        var found = await log.FetchAsync(stream, version, fromVersion: version, cancellationToken: call.Stop);
        return found is [{ } e] && e.Version == version ? e.Sequence : null;
    }
}

/// <summary>Proof that an event is in the tree (RFC 9162, 2.1.3).</summary>
/// <param name="Hash">The tree's hash function.</param>
/// <param name="Position">The event's position, from 1.</param>
/// <param name="Index">The leaf's index, from 0.</param>
/// <param name="Size">The tree's size.</param>
/// <param name="Leaf">The leaf's hash, Base64: hash of a zero byte and the event's canonical envelope.</param>
/// <param name="Path">The hashes beside the way up, the lowest first, Base64.</param>
/// <param name="Root">The tree's root, Base64.</param>
/// <param name="Checkpoint">The signed checkpoint of this size, where there is one.</param>
internal sealed record InclusionView(
    string Hash, long Position, long Index, long Size, string Leaf, ImmutableArray<string> Path, string Root, string? Checkpoint);

/// <summary>Proof that a later tree continues an earlier one (RFC 9162, 2.1.4).</summary>
/// <param name="Hash">The tree's hash function.</param>
/// <param name="From">The earlier size.</param>
/// <param name="FromRoot">The earlier root, Base64.</param>
/// <param name="To">The later size.</param>
/// <param name="ToRoot">The later root, Base64.</param>
/// <param name="Path">The proof, Base64.</param>
/// <param name="Checkpoint">The signed checkpoint of the later size, where there is one.</param>
internal sealed record ConsistencyView(
    string Hash, long From, string FromRoot, long To, string ToRoot, ImmutableArray<string> Path, string? Checkpoint);
