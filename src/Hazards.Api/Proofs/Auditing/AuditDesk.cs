using System.Collections.Immutable;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using Hazards.Projections.Store.Auditing;
using Npgsql;

namespace Hazards.Api.Proofs.Auditing;

/// <summary>What somebody asks of an audit beside the usual.</summary>
/// <param name="Kept">Checkpoints kept elsewhere.</param>
/// <param name="Verifiers">Keys known from elsewhere (a printed sheet): only these are trusted then.</param>
/// <param name="After">Only what lies after this position.</param>
internal sealed record AuditOrder(ImmutableArray<KeptCheckpoint> Kept, ImmutableArray<NoteVerifier> Verifiers, long After)
{
    public static AuditOrder Full { get; } = new([], [], 0);

    /// <summary>
    /// Whether all rows, files and packages are compared and all indexes counted, as each week; not: some of them, as each hour.
    /// </summary>
    public bool Whole { get; init; } = true;
}

/// <summary>
/// Gathers what the log is to be compared with: the keys it names, the key folder's own keys, what this machine remembers
/// of the last checkpoint. Writes nothing.
/// </summary>
internal sealed class AuditDesk(KeyFolder folder, IEventLog log, ServiceOptions options)
{
    /// <summary>So many streams are drawn for a sample.</summary>
    private const int StreamsDrawn = 100;

    public async Task<AuditReport> RunAsync(
        AuditOrder order, int? readers, IProgress<AuditProgress>? progress, CancellationToken cancellationToken)
    {
        var register = await LogRegister.Empty.ReadOnAsync(log, cancellationToken);
        var before = new List<AuditFinding>();
        ImmutableArray<TreeHash> trees = [.. TreeOption.Known.Where(t => register.Keys.Any(k => k.Hash == t.Name))];
        if (trees.IsEmpty)
            trees = [TreeHash.Sha256];
        var question = new AuditQuestion
        {
            Trees = trees, After = order.After, Kept = [.. order.Kept, .. Remembered(trees, before)],
            Keys = Keys(order, register, trees, before),
        };
        if (AppendKey(register, before) is { } key)
            question = question with { AppendKey = key, AppendKeySince = register.AppendKey?.Position ?? long.MaxValue };
        var report = await LogAudit.RunAsync(
            Database.Settings(options.ConnectionString).ConnectionString,
            readers is { } some ? question with { Readers = some } : question, progress, cancellationToken);
        // After it, so that nothing falls between how far it went and what requests had met by then.
        register = await register.ReadOnAsync(log, cancellationToken);
        var rows = await RowsAsync(register, question.AppendKey, order, cancellationToken);
        return report with { Findings = [.. before, .. rows, .. report.Findings] };
    }

    /// <summary>The hourly look: the catalogue, some rows, files and packages; the ledger and the board whole.</summary>
    public async Task<ImmutableArray<AuditFinding>> SampleAsync(CancellationToken cancellationToken)
    {
        await using var dataSource = Database.Open(options.ConnectionString);
        return [
            .. await new CatalogueAudit(dataSource).RunAsync(cancellationToken),
            .. await KeptAsync(dataSource, whole: false, cancellationToken)];
    }

    private async Task<ImmutableArray<AuditFinding>> RowsAsync(
        LogRegister register, ReadOnlyMemory<byte>? appendKey, AuditOrder order, CancellationToken cancellationToken)
    {
        await using var dataSource = Database.Open(options.ConnectionString);
        var all = order.After == 0;
        var identities = await new IdentityAudit(dataSource, log, register, appendKey).RunAsync(all, cancellationToken);
        var catalogue = await new CatalogueAudit(dataSource).RunAsync(cancellationToken);
        return all
            ?
            [
                .. catalogue, .. identities, .. await new InboxAudit(dataSource).RunAsync(cancellationToken),
                .. await new CountAudit(dataSource).RunAsync(order.Whole, cancellationToken),
                .. await KeptAsync(dataSource, order.Whole, cancellationToken),
            ]
            : [.. catalogue, .. identities];
    }

    private async Task<ImmutableArray<AuditFinding>> KeptAsync(NpgsqlDataSource dataSource, bool whole, CancellationToken cancellationToken)
    {
        using var rules = new RulebookSource(options, log);
        return
        [
            .. await new RowsAudit(dataSource, log).RunAsync(whole ? null : StreamsDrawn, rules.RefreshAsync, cancellationToken),
            .. await new ShelfAudit(dataSource, folder).RunAsync(whole, cancellationToken),
            .. await new TimestampAudit(dataSource, options.Timestamps?.Trust).RunAsync(whole, cancellationToken),
        ];
    }

    private List<KeptCheckpoint> Remembered(ImmutableArray<TreeHash> trees, List<AuditFinding> findings)
    {
        var kept = new List<KeptCheckpoint>();
        foreach (var hash in options.Keys is null ? [] : trees)
        {
            try
            {
                if (new SignedMemory(folder).Last(hash) is var (checkpoint, _))
                    kept.Add(new KeptCheckpoint($"密钥目录 the key folder ({SignedMemory.NameOf(hash)})", hash.Name, checkpoint.Size, checkpoint.Root));
            }
            catch (KeyFolderException e)
            {
                findings.Add(new AuditFinding("memory_damaged", e.Refusal.Chinese, e.Refusal.English) { Hash = hash.Name });
            }
        }
        return kept;
    }

    private ImmutableArray<AuditKey> Keys(
        AuditOrder order, LogRegister register, ImmutableArray<TreeHash> trees, List<AuditFinding> findings)
    {
        if (!order.Verifiers.IsEmpty)
            return [.. from hash in trees from verifier in order.Verifiers where verifier.Name.EndsWith("/sm3", StringComparison.Ordinal) == (hash == TreeHash.Sm3) select new AuditKey(hash.Name, verifier)];
        foreach (var strange in register.Unendorsed)
            findings.Add(new AuditFinding("key_unendorsed",
                $"位置 {strange.IntroducedAt} 启用的签名密钥没有得到前一把密钥的背书：密钥被替换",
                $"the signing key introduced at position {strange.IntroducedAt} was not vouched for by the one before it: the key was replaced")
            { First = strange.IntroducedAt, Last = strange.IntroducedAt, Hash = strange.Hash });
        var named = register.Keys.Select(k => new AuditKey(k.Hash, k.Verifier)).ToImmutableArray();
        if (options.Keys is null || LogKeyFile.LoadAll(folder) is not { IsEmpty: false } files)
            return named;
        var own = files.SelectMany(f => trees.SelectMany(t => f.SignersOf(t))).ToLookup(s => s.Verifier.Type, s => s.Verifier);
        // The folder cannot be written to from the database: where the two disagree, it is believed.
        var strangers = own.FirstOrDefault(
            keys => named.Any(n => n.Verifier.Type == keys.Key) && !keys.Any(k => named.Any(n => n.Verifier == k)));
        if (named.IsEmpty || strangers is null)
            return named;
        var first = register.Keys.First(k => k.Verifier.Type == strangers.Key);
        findings.Add(new AuditFinding("key_replaced",
            $"日志（位置 {first.IntroducedAt}）登记的签名密钥 {first.Verifier} 与密钥目录中的不是同一把：其中之一被替换",
            $"the signing key that the log names at position {first.IntroducedAt} ({first.Verifier}) is not the one in the key folder: one of them was replaced")
        { First = first.IntroducedAt, Last = first.IntroducedAt, Hash = first.Hash });
        return [.. files.SelectMany(f => trees.SelectMany(t => f.SignersOf(t).Select(s => new AuditKey(t.Name, s.Verifier))))];
    }

    private byte[]? AppendKey(LogRegister register, List<AuditFinding> findings)
    {
        if (options.Keys is null || !File.Exists(folder.PathOf(LogKeys.AppendKeyName)))
            return null;
        var key = folder.Secret(LogKeys.AppendKeyName, LogKeys.AppendKeySize);
        if (register.AppendKey is not { } named || named.KeyId == LogKeys.AppendKeyId(key))
            return key;
        findings.Add(new AuditFinding("append_key_replaced",
            $"日志（位置 {named.Position}）登记的写入校验密钥与密钥目录中的不是同一把；写入校验码未核对",
            $"the append key that the log names at position {named.Position} is not the one in the key folder; append codes were not checked") { First = named.Position, Last = named.Position });
        return null;
    }

    /// <summary>What is recorded of an audit.</summary>
    public static AuditCompleted Event(AuditReport report)
    {
        const int most = 50;
        return new AuditCompleted(
            report.Holds, report.First, report.Size,
            [.. report.Trees.Select(t => new AuditedRoot(t.Hash, t.Root.ToString(), t.LastCheckpoint))], Math.Round(report.Duration.TotalSeconds, 3),
            report.Findings.Length,
            [.. report.Findings.Take(most).Select(f => new AuditNoted(f.Code, f.First, f.Last, f.Count, f.Stream))]);
    }

    /// <summary>Records an audit in the log's own stream.</summary>
    public static async Task RecordAsync(LogKeys keys, AuditReport report, CancellationToken cancellationToken)
    {
        // Whoever else writes there writes rarely.
        while (!await keys.AppendAsync(
            [Event(report)], (await keys.RegisterAsync(cancellationToken)).Version, Clockwork.Actor, cancellationToken))
            cancellationToken.ThrowIfCancellationRequested();
    }
}
