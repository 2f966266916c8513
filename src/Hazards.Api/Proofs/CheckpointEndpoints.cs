using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hazards.Api.Proofs.Auditing;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;

namespace Hazards.Api.Proofs;

/// <summary>Checkpoints and keys, for everybody with a key: they hold hashes only.</summary>
internal static class CheckpointEndpoints
{
    /// <summary>The media type of a reply of RFC 3161.</summary>
    public const string TimestampReply = "application/timestamp-reply";

    private const string PlainText = "text/plain; charset=utf-8";

    public static async Task<IResult> LogAsync(
        Call call, CheckpointDesk desk, LogKeys keys, IEventLog log, Timestamping times, AuditTelemetry audits, AuditWorker auditor)
    {
        // Another node may have audited.
        await auditor.LookAsync(call.Stop);
        var register = await keys.RegisterAsync(call.Stop);
        var head = await log.HeadAsync(call.Stop);
        var trees = ImmutableArray.CreateBuilder<TreeView>();
        foreach (var hash in desk.Trees)
        {
            var tree = await desk.Tree(hash).HeadAsync(call.Stop);
            var latest = await desk.LatestAsync(hash, call.Stop);
            var refusal = await desk.HindranceAsync(hash, call.Stop);
            trees.Add(new TreeView(
                hash.Name, register.ActiveKeys(hash.Name).FirstOrDefault()?.Origin, tree.Size, tree.Root.ToString(),
                head.Position - tree.Size,
                latest?.Size, latest?.SignedAt, Trouble.Of(refusal))
            { Timestamps = TimestampsView.Of(
                await times.Store(hash).NewestAsync(cancellationToken: call.Stop), await times.Store(hash).StateAsync(call.Stop)) });
        }

        return Call.Json(new LogView(head.Position, trees.ToImmutable(), register.AppendKey?.KeyId, register.AppendKey?.Position) { Audit = LastAudit.Of(audits.Last) });
    }

    public static async Task<IResult> KeysAsync(Call call, LogKeys keys) => Call.Json(LogKeyList.Of(await keys.RegisterAsync(call.Stop)));

    public static async Task<IResult> NewestNoteAsync(Call call, CheckpointDesk desk, LogKeys keys) =>
        await FoundAsync(call, "latest", desk, keys) is var (found, refusal) && found is not null
            ? Note(call, found)
            : Call.Refuse(refusal!);

    public static async Task<IResult> NoteAsync(Call call, string size, CheckpointDesk desk, LogKeys keys) =>
        await FoundAsync(call, size, desk, keys) is var (found, refusal) && found is not null ? Note(call, found) : Call.Refuse(refusal!);

    public static async Task<IResult> FindAsync(Call call, string size, CheckpointDesk desk, LogKeys keys, Timestamping times) =>
        await FoundAsync(call, size, desk, keys) is var (found, refusal) && found is not null
            ? Call.Json(await ViewAsync(call, found, keys, times))
            : Call.Refuse(refusal!);

    public static async Task<IResult> TimestampAsync(Call call, string size, CheckpointDesk desk, LogKeys keys, Timestamping times)
    {
        var (found, refusal) = await FoundAsync(call, size, desk, keys);
        if (found is null)
            return Call.Refuse(refusal!);
        var store = times.Store(TreeOption.Find(found.Hash)!);
        if (await store.FindAsync(found.Size, call.Stop) is not { } stamp)
            return Call.Refuse(ProofRefusals.NoTimestamp.Because("size", ("size", found.Size), ("latest", (await store.NewestAsync(cancellationToken: call.Stop))?.Size)));
        call.Response.Headers.CacheControl = "private, no-cache";
        return Results.Bytes(stamp.Reply, TimestampReply, FormattableString.Invariant($"checkpoint-{found.Hash}-{found.Size}.tsr"));
    }

    public static async Task<IResult> SheetAsync(Call call, string size, CheckpointDesk desk, LogKeys keys, Timestamping times)
    {
        var (found, refusal) = await FoundAsync(call, size, desk, keys);
        if (found is null)
            return Call.Refuse(refusal!);
        call.Response.Headers.ContentSecurityPolicy = "sandbox allow-modals; default-src 'none'; style-src 'unsafe-inline'";
        return Results.Text(
            CheckpointSheet.Write(await ViewAsync(call, found, keys, times), found.Note.ToString()), "text/html; charset=utf-8");
    }

    public static async Task<IResult> ListAsync(Call call, CheckpointDesk desk, LogKeys keys, Timestamping times)
    {
        var tree = call.Tree(keys);
        var below = call.Query.Number("below", 1, long.MaxValue) ?? long.MaxValue;
        var limit = (int)(call.Query.Number(Parameters.Limit.Name, 1, Parameters.LongestPage) ?? Parameters.UsualPage);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var found = await desk.Store(tree!).ListAsync(below, limit, call.Stop);
        var (register, stamps) = (await keys.RegisterAsync(call.Stop), await times.Store(tree!).AmongAsync(
            found.Select(c => c.Size), call.Stop));
        return Call.Json(new CheckpointPage(
            [.. found.Select(c => CheckpointView.Of(c, register, stamps.GetValueOrDefault(c.Size)))], found.Count == limit ? found[^1].Size : null));
    }

    public static async Task<IResult> SignAsync(Call call, CheckpointDesk desk, LogKeys keys, Timestamping times)
    {
        var tree = call.Tree(keys);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        return await AnswerAsync(call, await desk.SignNowAsync(tree!, null, call.Stop), keys, times);
    }

    public static async Task<IResult> CosignAsync(
        Call call, string size, CheckpointDesk desk, LogKeys keys, Timestamping times, Cosignatures cosignatures)
    {
        var (found, refusal) = await FoundAsync(call, size, desk, keys);
        if (found is null)
            return Call.Refuse(refusal!);
        var (bytes, tooLarge) = await RequestBody.ReadAsync(call.Request, Witnessing.MostBytes, call.Stop);
        if (tooLarge is not null)
            return Call.Refuse(tooLarge);
        return await AnswerAsync(
            call, await cosignatures.TakeAsync(TreeOption.Find(found.Hash)!, found.Size, Encoding.UTF8.GetString(bytes), null, call.Stop),
            keys, times);
    }

    private static async Task<IResult> AnswerAsync(Call call, Signing signing, LogKeys keys, Timestamping times) =>
        signing.Checkpoint is { } done ? Call.Json(await ViewAsync(call, done, keys, times)) : Call.Refuse(signing.Refusal!);

    private static async Task<CheckpointView> ViewAsync(Call call, StoredCheckpoint checkpoint, LogKeys keys, Timestamping times) =>
        CheckpointView.Of(
        checkpoint, await keys.RegisterAsync(call.Stop),
        await times.Store(TreeOption.Find(checkpoint.Hash)!).FindAsync(checkpoint.Size, call.Stop));

    private static async Task<(StoredCheckpoint? Found, Refusal? Refusal)> FoundAsync(
        Call call, string text, CheckpointDesk desk, LogKeys keys)
    {
        var tree = call.Tree(keys);
        var isSize = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0;
        if (!isSize && text != "latest")
            call.Query.Refuse(ProofRefusals.Size.Because("size", ("value", Texts.Excerpt(text))));
        if (call.Query.Refusal is { } refusal)
            return (null, refusal);
        var latest = await desk.LatestAsync(tree!, call.Stop);
        var found = isSize ? await desk.Store(tree!).FindAsync(size, call.Stop) : latest;
        return found is null ? (null, ProofRefusals.NoCheckpoint.Because("size", ("size", text), ("latest", latest?.Size))) : (found, null);
    }

    private static IResult Note(Call call, StoredCheckpoint checkpoint)
    {
        call.Response.Headers.CacheControl = "private, no-cache";
        return Results.Text(checkpoint.Note.ToString(), PlainText);
    }
}

/// <summary>How the log stands.</summary>
/// <param name="Head">The last position.</param>
/// <param name="Trees">Its trees.</param>
/// <param name="AppendKey">The id of the key that events are authenticated with.</param>
/// <param name="AuthenticatedAfter">Every event after this position is authenticated.</param>
internal sealed record LogView(long Head, ImmutableArray<TreeView> Trees, string? AppendKey, long? AuthenticatedAfter)
{
    /// <summary>What the last audit on record found; absent before the first.</summary>
    public LastAudit? Audit { get; init; }
}

/// <summary>The last audit, in short; <c>GET /log/audits</c> tells the rest.</summary>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Holds">Whether everything held.</param>
/// <param name="Count">How many findings.</param>
/// <param name="Codes">Their codes.</param>
internal sealed record LastAudit(DateTimeOffset RecordedAt, bool Holds, int Count, ImmutableArray<string> Codes)
{
    public static LastAudit? Of((AuditCompleted Audit, DateTimeOffset At)? last) =>
        last is { Audit: var audit, At: var at }
            ? new LastAudit(at, audit.Holds, audit.Count, [.. audit.Findings.Select(f => f.Code).Distinct()])
            : null;
}

/// <summary>A tree.</summary>
/// <param name="Hash">Its hash function.</param>
/// <param name="Origin">Its name in checkpoints; none before a key was introduced.</param>
/// <param name="Size">How many events it covers.</param>
/// <param name="Root">The root over them, Base64.</param>
/// <param name="Behind">How many events it does not cover yet.</param>
/// <param name="SignedSize">How many the newest checkpoint covers.</param>
/// <param name="SignedAt">When that was signed.</param>
/// <param name="Trouble">Why it is not signed any more, if so.</param>
internal sealed record TreeView(
    string Hash, string? Origin, long Size, string Root, long Behind, long? SignedSize, DateTimeOffset? SignedAt, Trouble? Trouble)
{
    /// <summary>Its timestamps by an authority outside; absent where there never was one.</summary>
    public TimestampsView? Timestamps { get; init; }
}

/// <summary>How it stands with timestamps of a tree.</summary>
/// <param name="Size">How many events the newest checkpoint covers that was timestamped.</param>
/// <param name="Time">The instant before which these existed.</param>
/// <param name="Attempts">Failed attempts since.</param>
/// <param name="TriedAt">The last attempt.</param>
/// <param name="NextAt">Not tried again before.</param>
/// <param name="Trouble">What the last attempt met.</param>
internal sealed record TimestampsView(
    long? Size, DateTimeOffset? Time, int Attempts, DateTimeOffset? TriedAt, DateTimeOffset? NextAt, string? Trouble)
{
    public static TimestampsView? Of(StoredTimestamp? newest, TimestampingState state) => newest is null && state.TriedAt is null
        ? null
        : new TimestampsView(newest?.Size, newest?.Time, state.Attempts, state.TriedAt, state.NextAt, state.Trouble);
}

/// <summary>What is wrong, and how to mend it.</summary>
internal sealed record Trouble(string Code, string Chinese, string English)
{
    public static Trouble? Of(Refusal? refusal) => refusal is null ? null : new(refusal.Code, refusal.Chinese, refusal.English);
}

/// <summary>A checkpoint.</summary>
/// <param name="Hash">Which tree.</param>
/// <param name="Origin">The tree's name.</param>
/// <param name="Size">How many events it covers.</param>
/// <param name="Root">The root, Base64 as in the note.</param>
/// <param name="RootHex">The root, hexadecimal, to be compared by eye.</param>
/// <param name="SignedAt">When the log signed it.</param>
/// <param name="Signatures">Whose signatures it has.</param>
/// <param name="Note">The signed note.</param>
/// <param name="Links">Where it is.</param>
internal sealed record CheckpointView(
    string Hash, string Origin, long Size, string Root, string RootHex, DateTimeOffset SignedAt, ImmutableArray<SignatureView> Signatures, string Note, IReadOnlyDictionary<string, string> Links)
{
    /// <summary>What an authority outside said of when it existed; absent where it was not timestamped.</summary>
    public TimestampView? Timestamp { get; init; }

    public static CheckpointView Of(StoredCheckpoint checkpoint, LogRegister register, StoredTimestamp? stamp)
    {
        var self = FormattableString.Invariant($"{LifeCycle.Links.Root}/log/checkpoints/{checkpoint.Size}");
        var tree = checkpoint.Hash == TreeHash.Sha256.Name ? "" : $"?hash={checkpoint.Hash}";
        return new CheckpointView(
            checkpoint.Hash, checkpoint.Note.Text.Split('\n')[0], checkpoint.Size, checkpoint.Root.ToString(), checkpoint.Root.ToHex(),
            checkpoint.SignedAt,
            [.. checkpoint.Note.Signatures.Select(s => SignatureView.Of(s, checkpoint.Note, register))], checkpoint.Note.ToString(),
            LinksOf(self, tree, stamp is not null)) { Timestamp = TimestampView.Of(stamp) };
    }

    private static Dictionary<string, string> LinksOf(string self, string tree, bool stamped)
    {
        var links = new Dictionary<string, string>
        {
            ["self"] = self + tree, ["note"] = $"{self}/note{tree}", ["sheet"] = $"{self}/sheet{tree}", ["cosignatures"] = $"{self}/cosignatures{tree}",
        };
        if (stamped)
            links["timestamp"] = $"{self}/timestamp{tree}";
        return links;
    }
}

/// <summary>A timestamp of a checkpoint (RFC 3161).</summary>
/// <param name="Time">It existed before this instant, by the authority's word.</param>
/// <param name="Authority">Whose certificate signed it.</param>
/// <param name="Policy">Under which policy: an object identifier.</param>
/// <param name="Hash">How the note was hashed.</param>
/// <param name="Serial">The authority's own number of it, hexadecimal.</param>
/// <param name="Note">What was timestamped: the signed note as it was then.</param>
internal sealed record TimestampView(DateTimeOffset Time, string Authority, string Policy, string Hash, string Serial, string Note)
{
    /// <summary>Null too where it was altered since it was kept: the audit says so.</summary>
    public static TimestampView? Of(StoredTimestamp? stamp) =>
        stamp is not null && Timestamps.Check(stamp.Reply.Span, stamp.NoteBytes, null).Timestamp is { } said
            ? new TimestampView(said.Time, said.Authority, said.Policy, said.Hash, said.Serial, stamp.Note)
            : null;
}

/// <summary>A signature of a checkpoint.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">The key's short id.</param>
/// <param name="By"><c>log</c>, <c>witness</c>, or <c>unknown</c>.</param>
/// <param name="Witness">Who the witness is.</param>
/// <param name="CosignedAt">When a witness signed.</param>
/// <param name="Holds">Whether the signature is right, by the key known here.</param>
internal sealed record SignatureView(string Name, string KeyId, string By, string? Witness, DateTimeOffset? CosignedAt, bool Holds)
{
    /// <summary><c>SM2</c> where it is by that; absent where by Ed25519, as most are.</summary>
    public string? Algorithm { get; init; }

    public static SignatureView Of(NoteSignature signature, SignedNote note, LogRegister register)
    {
        var own = register.Keys.FirstOrDefault(k => k.Verifier.Name == signature.Name && k.Verifier.Id == signature.KeyId);
        var witness = register.Witnesses.LastOrDefault(w => w.Verifier.Name == signature.Name && w.Verifier.Id == signature.KeyId);
        var verifier = own?.Verifier ?? witness?.Verifier;
        return new SignatureView(
            signature.Name, signature.KeyId.ToString("x8", CultureInfo.InvariantCulture),
            own is not null ? "log" : witness is not null ? "witness" : "unknown", witness?.Name,
            witness is null ? null : signature.CosignedAt,
            verifier is not null && new SignedNote(note.Text, [signature]).VerifiedBy(verifier) is not null)
        {
            Algorithm = verifier?.Type == NoteSignatureType.Sm2 ? verifier.Algorithm : null,
        };
    }
}

/// <summary>Checkpoints, the newest first.</summary>
/// <param name="Items">The checkpoints.</param>
/// <param name="Next">Ask for those below this size next time.</param>
internal sealed record CheckpointPage(ImmutableArray<CheckpointView> Items, long? Next);

/// <summary>The keys of the log.</summary>
internal sealed record LogKeyList(ImmutableArray<LogKeyView> Items)
{
    public static LogKeyList Of(LogRegister register) => new([.. register.Keys.Select(LogKeyView.Of)]);
}

/// <summary>A key of the log.</summary>
/// <param name="Verifier">What checks its signatures: C2SP vkey.</param>
/// <param name="Hash">Which tree.</param>
/// <param name="Origin">The tree's name.</param>
/// <param name="IntroducedAt">The position of the event that introduced it.</param>
/// <param name="Since">When.</param>
/// <param name="RetiredAt">The position of the event that retired it.</param>
/// <param name="Until">When.</param>
/// <param name="Endorsement">The note by which the key before vouched for it.</param>
internal sealed record LogKeyView(
    string Verifier, string Hash, string Origin, long IntroducedAt, DateTimeOffset Since, long? RetiredAt, DateTimeOffset? Until,
    string? Endorsement)
{
    public static LogKeyView Of(LogKeyPeriod key) =>
        new(key.Verifier.ToString(), key.Hash, key.Origin, key.IntroducedAt, key.Since, key.RetiredAt, key.Until, key.Endorsement);
}
