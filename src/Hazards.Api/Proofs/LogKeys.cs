using System.Collections.Immutable;
using System.Security.Cryptography;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;

namespace Hazards.Api.Proofs;

/// <summary>
/// The keys the log is signed with: the private ones from the key folder, and what the log says of them. A key signs only
/// when both agree. The first process to start on a new database makes key and name and introduces them by an event; where
/// two start at once, the folder and the log each let one of them be first.
/// </summary>
internal sealed class LogKeys(KeyFolder folder, IEventLog log, ServiceOptions options, RulebookSource rules) : IDisposable
{
    /// <summary>The file of the key that new events are authenticated with.</summary>
    internal const string AppendKeyName = "append-key";

    /// <summary>Its length in bytes.</summary>
    internal const int AppendKeySize = 32;

    private readonly SemaphoreSlim turn = new(1);
    private LogRegister register = LogRegister.Empty;

    /// <summary>The trees of this deployment; the first is the one that is meant where none is named.</summary>
    public ImmutableArray<TreeHash> Trees => options.Trees;

    /// <summary>What the log says of itself, as it is now.</summary>
    public async Task<LogRegister> RegisterAsync(CancellationToken cancellationToken = default)
    {
        var known = await Volatile.Read(ref register).ReadOnAsync(log, cancellationToken);
        Volatile.Write(ref register, known);
        return known;
    }

    /// <summary>The keys a tree is to be signed with now, made and introduced if there are none yet; or why it cannot be signed.</summary>
    public async Task<(ImmutableArray<NoteSigner> Signers, Refusal? Refusal)> SignersAsync(
        TreeHash hash, CancellationToken cancellationToken = default)
    {
        if (options.Keys is null)
            return ([], ProofRefusals.NoKeyFolder.Because());
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await IntroduceAsync(cancellationToken) is { } refusal
                ? ([], refusal)
                : Own(LogKeyFile.LoadAll(folder), await RegisterAsync(cancellationToken), hash);
        }
        catch (KeyFolderException e)
        {
            return ([], e.Refusal);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>
    /// Makes what is missing: the file, and the events that introduce its keys. Null when all is there; else what is wrong.
    /// </summary>
    public async Task<Refusal?> EnsureAsync(CancellationToken cancellationToken = default)
    {
        foreach (var hash in Trees)
            if (await SignersAsync(hash, cancellationToken) is (_, { } refusal))
                return refusal;
        return null;
    }

    /// <summary>The id under which the log knows a key that events are authenticated with.</summary>
    public static string AppendKeyId(ReadOnlySpan<byte> key) => Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 8));

    private static (ImmutableArray<NoteSigner>, Refusal?) Own(ImmutableArray<LogKeyFile> files, LogRegister register, TreeHash hash)
    {
        if (register.Keys.All(k => k.Hash != hash.Name))
            return ([], ProofRefusals.NoTree.Because(
                "hash", ("hash", hash), ("known", string.Join(", ", register.Keys.Select(k => k.Hash).Distinct()))));
        var active = register.ActiveKeys(hash.Name).ToArray();
        ImmutableArray<NoteSigner> own = [
            .. files.SelectMany(f => f.SignersOf(hash)).Where(s => active.Any(k => k.Verifier == s.Verifier))];
        // With the Ed25519 key, which every log has; SM2 is beside it.
        return own.Any(s => s.Verifier.Type == NoteSignatureType.Ed25519) ? (own, null) : ([], Foreign(active));
    }

    private static Refusal Foreign(IEnumerable<LogKeyPeriod> active, string file = LogKeyFile.Name) =>
        ProofRefusals.KeyOfAnother.Because(null, ("key", active.LastOrDefault()?.Verifier), ("file", file));

    private async Task<Refusal?> IntroduceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var known = await RegisterAsync(cancellationToken);
            var file = LogKeyFile.Load(folder);
            if (file is null && known.Keys.Length > 0)
                return Foreign(known.Keys.Where(k => k.RetiredAt is null));
            if (file is null)
            {
                LogKeyFile.Create().CreateIn(folder);
                continue;
            }

            var missing = Trees.Where(t => known.Keys.All(k => k.Hash != t.Name)).ToArray();
            // A tree added later is introduced only by who holds the key of the others.
            if (missing.Length < Trees.Length && Trees.Except(missing).Select(t => Own([file], known, t).Item2)
                .FirstOrDefault(r => r is not null) is { } refusal)
                return refusal;
            List<IDomainEvent> news = [
                .. missing.Select(t => new LogKeyIntroduced(file.OriginOf(t), t.Name, file.SignersOf(t).Last().Verifier.ToString()))];
            if (options.Signatures.Contains(NoteSignatureType.Sm2) && SecondKeys(file, known, news) is { } lost)
                return lost;
            if (known.AppendKey is null && options.Log.AppendKey is { } key)
                news.Add(new AppendKeyIntroduced(AppendKeyId(key.Span)));
            if (news.Count == 0 || await AppendAsync(news, known.Version, Clockwork.Actor, cancellationToken))
                return null;
        }
    }

    /// <summary>
    /// Adds the events that introduce an SM2 key beside the Ed25519 key of each tree, which vouches for it; or why there can be
    /// none.
    /// </summary>
    private Refusal? SecondKeys(LogKeyFile first, LogRegister known, List<IDomainEvent> news)
    {
        var before = known.Keys.Where(k => k.Verifier.Type == NoteSignatureType.Sm2).ToArray();
        if (LogKeyFile.Load(folder, NoteSignatureType.Sm2) is not { } second)
        {
            if (before.Length > 0)
                return Foreign(before, LogKeyFile.Sm2Name);
            // Where two start at once, the folder lets one be first.
            first.CreateSm2().CreateIn(folder);
            second = LogKeyFile.Load(folder, NoteSignatureType.Sm2)!;
        }

        foreach (var hash in Trees.Where(t => before.All(k => k.Hash != t.Name)))
        {
            var active = known.ActiveKeys(hash.Name).ToArray();
            var voucher = first.SignersOf(hash).Last(s => active.Length == 0 || active.Any(k => k.Verifier == s.Verifier));
            news.Add(Endorsed(first.OriginOf(hash), hash, Newest(second, hash), [voucher]));
        }

        return null;
    }

    /// <summary>The trees that are signed: those of this process, and those that other nodes of the deployment grow beside.</summary>
    internal async Task<ImmutableArray<TreeHash>> SignedTreesAsync(CancellationToken cancellationToken)
    {
        var known = await RegisterAsync(cancellationToken);
        return [.. TreeOption.Known.Where(t => known.ActiveKeys(t.Name).Any())];
    }

    /// <summary>Puts a new key beside each one in use, which vouch for it. Does nothing where there is one already.</summary>
    internal async Task<Refusal?> IntroduceNextAsync(Actor by, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (trees, known) = (await SignedTreesAsync(cancellationToken), await RegisterAsync(cancellationToken));
            var files = LogKeyFile.LoadAll(folder);
            if (trees.Select(t => Own(files, known, t).Item2).FirstOrDefault(r => r is not null) is { } refusal)
                return refusal;
            if (files.FirstOrDefault(f => f.Seeds.Length == 1) is { } single)
            {
                single.WithNewKey().ReplaceIn(folder);
                continue;
            }

            var news = (from file in files from tree in trees where known.Keys.All(k => k.Verifier != Newest(file, tree))
                        select Endorsed(file.OriginOf(tree), tree, Newest(file, tree), Own(files, known, tree).Item1)).ToArray();
            if (news.Length == 0 || await AppendAsync(news, known.Version, by, cancellationToken))
                return null;
        }
    }

    /// <summary>Retires all keys but the newest of each algorithm, and forgets their private halves.</summary>
    internal async Task<Refusal?> RetireFormerAsync(Actor by, string reason, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (trees, known) = (await SignedTreesAsync(cancellationToken), await RegisterAsync(cancellationToken));
            var files = LogKeyFile.LoadAll(folder);
            if (files.IsEmpty)
                return Foreign(known.Keys.Where(k => k.RetiredAt is null));
            var newest = files.SelectMany(f => trees.Select(t => Newest(f, t))).ToHashSet();
            var former = trees.SelectMany(t => known.ActiveKeys(t.Name).Where(k => !newest.Contains(k.Verifier))).ToArray();
            if (former.Length > 0 && !await AppendAsync(
                former.Select(k => new LogKeyRetired(k.Hash, k.Verifier.ToString(), reason)), known.Version, by, cancellationToken))
                continue;
            foreach (var file in files)
                file.WithNewestKey().ReplaceIn(folder);
            return null;
        }
    }

    private static NoteVerifier Newest(LogKeyFile file, TreeHash hash) => file.SignersOf(hash).Last().Verifier;

    /// <summary>Introduces a key for which others vouch: whoever trusts one of them by either algorithm goes on with it.</summary>
    private LogKeyIntroduced Endorsed(string origin, TreeHash hash, NoteVerifier next, ImmutableArray<NoteSigner> vouchers)
    {
        var note = new SignedNote(LogRegister.EndorsementText(origin, hash.Name, next), []);
        return new LogKeyIntroduced(
            origin, hash.Name, next.ToString(), vouchers.Aggregate(note, (n, v) => n.SignedBy(v, options.Clock.GetUtcNow())).ToString());
    }

    /// <summary>Adds to the log's own stream; false when another was faster.</summary>
    internal async Task<bool> AppendAsync(IEnumerable<IDomainEvent> news, long version, Actor by, CancellationToken cancellationToken)
    {
        var now = options.Clock.GetUtcNow();
        var rulebook = rules.Current;
        var role = by.Roles.Contains(Role.Administrator) ? Role.Administrator : by.Roles.Order().First();
        var context = new EventContext(
            now, Entry.Prompt, by.Name, by.Body.Id, role, by.Client, rulebook.PolicyAt(by.Body.Region, now).Version, null,
            []) { Calendar = rulebook.Calendar.Edition };
        var append = new Append(
            [new StreamAppend(LogStream.Id, LogStream.Type, version, [.. news.Select(e => Facts.Of(e, context, Terms.None))])], null, now);
        return await log.AppendAsync(append, cancellationToken) is AppendResult.Committed;
    }

    public void Dispose() => turn.Dispose();
}
