using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Proofs;

/// <summary>A signed checkpoint, or why there is none.</summary>
internal sealed record Signing(StoredCheckpoint? Checkpoint, Refusal? Refusal);

/// <summary>
/// Signs checkpoints and keeps them. Before it signs it compares the tree with what was signed before: the newest
/// checkpoint in the database and the one this machine remembers (<see cref="SignedMemory"/>); a tree that does not
/// continue both is not signed.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="log">The log.</param>
/// <param name="keys">The keys.</param>
/// <param name="memory">What was signed last on this machine.</param>
/// <param name="clock">Tells when a note is signed.</param>
internal sealed class CheckpointDesk(NpgsqlDataSource dataSource, IEventLog log, LogKeys keys, SignedMemory memory, TimeProvider clock)
{
    private readonly ConcurrentDictionary<TreeHash, Refusal> failures = new();

    // pg_advisory_xact_lock: "sign" in ASCII, then the second letter of the hash's name.
    private const long Lock = 0x73_69_67_6E_00;

    /// <summary>The trees of this deployment.</summary>
    public ImmutableArray<TreeHash> Trees => keys.Trees;

    /// <summary>The newest checkpoint of a tree; null when none was signed yet.</summary>
    public Task<StoredCheckpoint?> LatestAsync(TreeHash hash, CancellationToken cancellationToken = default) =>
        Store(hash).LatestAsync(cancellationToken);

    /// <summary>The signed checkpoints of a tree.</summary>
    public CheckpointStore Store(TreeHash hash) => new(dataSource, hash);

    /// <summary>The stored tree: its head, its tiles and the proofs made from them.</summary>
    public TreeStore Tree(TreeHash hash) => new(dataSource, hash);

    /// <summary>All keys the log is and was signed with, with their periods.</summary>
    public async Task<ImmutableArray<LogKeyPeriod>> KeysAsync(CancellationToken cancellationToken = default) =>
        (await keys.RegisterAsync(cancellationToken)).Keys;

    /// <summary>
    /// A checkpoint that covers at least the first <paramref name="position"/> events: grows the tree so far first, and
    /// signs it unless the newest checkpoint covers them already.
    /// </summary>
    /// <param name="hash">Which tree.</param>
    /// <param name="position">How many events; all there are when left out.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<Signing> SignNowAsync(TreeHash hash, long? position = null, CancellationToken cancellationToken = default)
    {
        var head = await log.HeadAsync(cancellationToken);
        var wanted = position ?? head.Position;
        if (wanted > head.Position)
            return new Signing(null, ProofRefusals.BeyondLog.Because("position", ("size", head.Position), ("position", wanted)));
        // The key is introduced by an event, which the first checkpoint covers as well.
        var (signers, refusal) = await keys.SignersAsync(hash, cancellationToken);
        if (refusal is not null)
            return new Signing(null, refusal);
        await new TreeGrower(dataSource, hash).CoverAsync(wanted, cancellationToken);
        return await SignAsync(hash, wanted, signers, cancellationToken);
    }

    /// <summary>
    /// Signs a text of one's own (a package's manifest) with the keys that checkpoints are signed with; while one takes over from
    /// another, with the newest of each algorithm only.
    /// </summary>
    public async Task<(SignedNote? Note, Refusal? Refusal)> SignTextAsync(
        TreeHash hash, string text, CancellationToken cancellationToken = default)
    {
        var (signers, refusal) = await keys.SignersAsync(hash, cancellationToken);
        return refusal is null
            ? (Signed(new SignedNote(text, []), [.. signers.GroupBy(s => s.Verifier.Type).Select(ofType => ofType.Last())]), null)
            : (null, refusal);
    }

    private async Task<Signing> SignAsync(
        TreeHash hash, long wanted, ImmutableArray<NoteSigner> signers, CancellationToken cancellationToken)
    {
        // One at a time among all nodes, so that no two remember different ends of one tree.
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var alone = new NpgsqlCommand($"select pg_advisory_xact_lock({Lock + hash.Name[1]})", connection))
            await alone.ExecuteNonQueryAsync(cancellationToken);
        try
        {
            var signing = await SignAloneAsync(hash, wanted, signers, cancellationToken);
            if (signing.Checkpoint is not null)
                Note(hash, null);
            return signing;
        }
        catch (KeyFolderException e)
        {
            Note(hash, e.Refusal);
            return new Signing(null, e.Refusal);
        }
    }

    private async Task<Signing> SignAloneAsync(
        TreeHash hash, long wanted, ImmutableArray<NoteSigner> signers, CancellationToken cancellationToken)
    {
        var (tree, store) = (Tree(hash), Store(hash));
        var latest = await store.LatestAsync(cancellationToken);
        if (latest is not null && latest.Size >= wanted && signers.All(s => latest.Note.VerifiedBy(s.Verifier) is not null))
            return new Signing(latest, null);
        var head = await tree.HeadAsync(cancellationToken);
        if (head.Size == 0)
            return new Signing(null, ProofRefusals.EmptyLog.Because());
        if (await ContradictionAsync(tree, head, latest, cancellationToken) is { } contradiction)
            return new Signing(null, contradiction);
        if (latest?.Size == head.Size)
            return await CompletedAsync(store, latest, signers, cancellationToken);
        var checkpoint = new Checkpoint(signers[0].Verifier.Name, head.Size, head.Root);
        var note = Signed(checkpoint.ToNote(), signers);
        // Before anybody else can see it: what was published is never forgotten.
        memory.Remember(hash, note);
        await store.AddAsync(checkpoint, note, cancellationToken);
        return new Signing(await store.FindAsync(head.Size, cancellationToken), null);
    }

    /// <summary>Why a tree is not signed as it stands; null when nothing hinders.</summary>
    public async Task<Refusal?> HindranceAsync(TreeHash hash, CancellationToken cancellationToken = default)
    {
        if ((await keys.SignersAsync(hash, cancellationToken)).Refusal is { } refusal)
            return refusal;
        try
        {
            // The checkpoint before the tree, which may be signed further meanwhile.
            var (tree, latest) = (Tree(hash), await LatestAsync(hash, cancellationToken));
            return await ContradictionAsync(tree, await tree.HeadAsync(cancellationToken), latest, cancellationToken)
                ?? failures.GetValueOrDefault(hash);
        }
        catch (KeyFolderException e)
        {
            return e.Refusal;
        }
    }

    /// <summary>
    /// Why a tree in the database, or the log under it, is not the one this machine remembers to have signed or told of; null
    /// when it is.
    /// </summary>
    public async Task<Refusal?> ForgottenAsync(TreeHash hash, CancellationToken cancellationToken = default)
    {
        var tree = Tree(hash);
        var head = await tree.HeadAsync(cancellationToken);
        try
        {
            return await memory.ContradictionAsync(tree, cancellationToken) ?? await ShorterAsync(head, cancellationToken);
        }
        catch (KeyFolderException)
        {
            // Nothing is signed then, which GET /log says; it is no reason not to serve.
            return null;
        }
    }

    /// <summary>Keeps why a tree could not be signed, until it is; null: there is no more to it.</summary>
    internal void Note(TreeHash hash, Refusal? failure)
    {
        if (failure is null)
            failures.TryRemove(hash, out _);
        else
            failures[hash] = failure;
    }

    private async Task<Refusal?> ContradictionAsync(
        TreeStore tree, TreeHead head, StoredCheckpoint? latest, CancellationToken cancellationToken)
    {
        if (await memory.ContradictionAsync(tree, cancellationToken) is { } contradiction)
            return contradiction;
        if (await ShorterAsync(head, cancellationToken) is { } shorter)
            return shorter;
        if (await tree.RootAsync(head.Size, cancellationToken) != head.Root)
            return ProofRefusals.Rewritten.Because(null, ("remembered", head.Size), ("where", "log.trees"));
        return latest is not null && (latest.Size > head.Size || await tree.RootAsync(latest.Size, cancellationToken) != latest.Root)
            ? ProofRefusals.Rewritten.Because(null, ("remembered", latest.Size), ("where", "log.checkpoints"))
            : null;
    }

    /// <summary>
    /// Why the log is not the one a tree was grown over, or that callers were told of: it is shorter. Null when it is not.
    /// </summary>
    private async Task<Refusal?> ShorterAsync(TreeHead head, CancellationToken cancellationToken)
    {
        // Before the log is looked at, which may grow meanwhile.
        var told = Math.Max(head.Size, log.KnownPosition);
        var end = await log.HeadAsync(cancellationToken);
        return end.Position < told ? ProofRefusals.Shorter.Because(null, ("size", end.Position), ("told", told)) : null;
    }

    /// <summary>A new key signs the newest checkpoint as well, though nothing was appended since.</summary>
    private async Task<Signing> CompletedAsync(
        CheckpointStore store, StoredCheckpoint latest, ImmutableArray<NoteSigner> signers, CancellationToken cancellationToken)
    {
        while (true)
        {
            var note = Signed(latest.Note, [.. signers.Where(s => latest.Note.VerifiedBy(s.Verifier) is null)]);
            if (await store.ReplaceAsync(latest, note, cancellationToken))
                return new Signing(latest with { Note = note }, null);
            latest = await store.FindAsync(latest.Size, cancellationToken)
                ?? throw new InvalidOperationException($"The checkpoint of size {latest.Size} is gone.");
        }
    }

    private SignedNote Signed(SignedNote note, ImmutableArray<NoteSigner> signers) =>
        signers.Aggregate(note, (signed, signer) => signed.SignedBy(signer, clock.GetUtcNow()));
}
