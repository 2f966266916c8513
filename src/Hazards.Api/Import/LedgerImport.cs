using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Administration.Registry;
using Hazards.Api.Investigation.Packages;
using Hazards.Api.Administration.Jobs;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Import;

/// <summary>What to import, and how to read it.</summary>
/// <param name="FileName">The file's name as it came.</param>
/// <param name="Content">The file.</param>
internal sealed record LedgerUpload(string FileName, Stream Content)
{
    /// <summary>
    /// Name of the ledger, by which its rows are known when it is imported again; the mapping's name, or the file's, when left
    /// out.
    /// </summary>
    public string? Ledger { get; init; }

    /// <summary>The mapping; guessed from the headers when left out.</summary>
    public LedgerMapping? Mapping { get; init; }

    /// <summary>The region of rows that name none; the mapping's, or the caller's jurisdiction, when left out.</summary>
    public RegionCode? Region { get; init; }
}

/// <summary>The report of an import, row by row.</summary>
internal sealed record ImportReport(
    Guid Id, string FileName, Sha256Digest File, string Ledger, RegionCode Region, DateTimeOffset StartedAt,
    LedgerImportFinished? Finished, ImmutableArray<ImportedRow> Rows, ImmutableArray<string> Notes)
{
    /// <summary>How far one is that is done in the background; absent when it has finished.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MakingProgress? Progress { get; init; }

    /// <summary>撤销: absent while it stands.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImportUndoing? Undone { get; init; }

    /// <summary>
    /// Rows of a large ledger that are not among <see cref="Rows"/>, which then holds the doubtful ones; <c>/imports/{id}/rows</c>
    /// has them all.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RowsLeftOut { get; init; }

    private const int MostShown = 500;

    /// <summary>As it is shown to a caller: telephone numbers of rows that could not be entered to none but importers.</summary>
    internal ImportReport To(Caller caller) =>
        caller.As(null).Roles.Contains(Role.Importer) ? this : this with { Rows = [.. Rows.Select(RowPhones.Without)] };

    /// <summary>As it is answered: every row of a small ledger, of a large one those that somebody should look at.</summary>
    internal ImportReport Shown()
    {
        if (Rows.Length <= MostShown)
            return this;
        ImmutableArray<ImportedRow> doubtful =
            [.. Rows.Where(r => !r.NotUnderstood.IsEmpty || r.Outcome == RowOutcome.Kept).Take(MostShown)];
        return this with { Rows = doubtful, RowsLeftOut = Rows.Length - doubtful.Length };
    }

    /// <summary>Why one in the background does not go on; it does when what was wrong is mended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trouble { get; init; }
}

/// <summary>How far an import is.</summary>
internal readonly record struct ImportProgress(int Rows, int Events);

/// <summary>
/// Imports ledgers: every row becomes the events its state implies, marked as late entries with their real dates; what
/// is not understood is kept and said. A row is one append, so an import that is cut off leaves whole rows behind and
/// can simply be run again: rows that have not changed write nothing.
/// </summary>
internal sealed class LedgerImport(
    IEventLog log, HazardStore hazards, BodyStore bodies, IRegistryQueries registry, RulebookSource rules, SectorCatalogue sectors,
    FileStore files, EarlierLedgers earlier, PersonKeys persons, TimeProvider clock)
{
    private readonly ImportTools _tools = new(log, hazards, bodies, registry, rules, sectors, earlier, persons, files, clock);

    // A ledger of thousands of rows takes as long; whoever comes meanwhile asks again.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Rows of the files of imports that have not finished; what a file holds never changes.
    private readonly ConcurrentDictionary<Guid, int> _totals = new();

    /// <summary>The type of an import's stream.</summary>
    public const string StreamType = "ledger_import";

    /// <summary>Opens a file and finds out how it would be read. Nothing is written.</summary>
    /// <returns>The plan, which must be disposed; or why the file is refused.</returns>
    public static async Task<(LedgerPlan? Plan, Refusal? Refusal)> OpenAsync(
        LedgerUpload upload, Actor by, CancellationToken cancellationToken = default)
    {
        return by.Roles.Contains(Role.Importer)
            ? await OpenAsync(upload, by.Jurisdiction, cancellationToken)
            : (null, HazardRefusals.Role.Because(
                null, ("command", Words.Of(CommandRules.RecordLedgerRow)), ("roles", Words.Of(Role.Importer))));
    }

    /// <summary>Opens a file to see how it would be read by an importer of that jurisdiction.</summary>
    internal static async Task<(LedgerPlan? Plan, Refusal? Refusal)> OpenAsync(
        LedgerUpload upload, RegionCode jurisdiction, CancellationToken cancellationToken)
    {
        // The whole file is needed anyway, to read it twice and to know it by its digest.
        var limits = LedgerLimits.Default;
        var taken = await LedgerFile.TakeAsync(upload.Content, limits, cancellationToken);
        if (!taken.IsOk)
            return (null, Translate(taken.Refusal!));
        var digest = Sha256Digest.Of(taken.Value);
        var opened = await LedgerFile.OpenAsync(LedgerFile.Over(taken.Value), upload.FileName, limits, cancellationToken);
        if (!opened.IsOk)
            return (null, Translate(opened.Refusal!));
        var plan = LedgerPlan.Make(opened.Value, upload, jurisdiction, digest);
        if (plan.Plan is null)
            opened.Value.Dispose();
        return plan;
    }

    /// <summary>What a plan's rows would become; nothing is written.</summary>
    internal async Task<IReadOnlyList<(LedgerRow Row, ImportedRow Becomes)>> TryAsync(
        LedgerPlan plan, Actor by, Func<LedgerRow, bool> wanted, int skip, int take, CancellationToken cancellationToken)
    {
        await SettleAsync(plan, by, null, cancellationToken);
        return await new LedgerImportRun(_tools, plan, by, Terms.None, null, trial: true).TryAsync(wanted, skip, take, cancellationToken);
    }

    /// <summary>Finds out which ledger imported before it is, unless somebody has named it.</summary>
    private async Task SettleAsync(LedgerPlan plan, Actor by, Guid? except, CancellationToken cancellationToken)
    {
        if (plan.IsSettled)
            return;
        var ledgers = await _tools.Earlier.ListAsync(plan.Region, by.Jurisdiction, except, cancellationToken);
        if (plan.IsNamed || ledgers.Count == 0)
        {
            plan.Settle(ledgers, null, []);
            return;
        }

        var rows = (await plan.RowsAsync(cancellationToken)).Where(r => r is { Reference: not null, Repeats: null })
            .Select(r => (r.Reference!, r.Likeness!)).ToArray();
        var (recognised, resembled) = await _tools.Earlier.RecogniseAsync(
            ledgers, plan.Ledger, rows, plan.Mapping, by.Jurisdiction, cancellationToken);
        plan.Settle(ledgers, recognised, resembled);
    }

    /// <summary>The hazards that a plan's rows are known as.</summary>
    internal async Task<IReadOnlyList<HazardId>> ReferencesAsync(LedgerPlan plan, Actor by, CancellationToken cancellationToken)
    {
        await SettleAsync(plan, by, null, cancellationToken);
        return await new LedgerImportRun(_tools, plan, by, Terms.None, null, trial: true).ReferencesAsync(cancellationToken);
    }

    /// <summary>Imports what a plan describes. The same key again gives the first report; with another file it is refused.</summary>
    public Task<(ImportReport? Report, Refusal? Refusal)> RunAsync(
        LedgerPlan plan, Actor by, Terms? terms = null, IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default) => StartAsync(plan, by, terms, progress, null, cancellationToken);

    /// <summary>Begins an import, and does it unless that is for later: then its file is kept.</summary>
    private async Task<(ImportReport? Report, Refusal? Refusal)> StartAsync(
        LedgerPlan plan, Actor by, Terms? terms, IProgress<ImportProgress>? progress, ReadOnlyMemory<byte>? later,
        CancellationToken cancellationToken)
    {
        if (await plan.AskRegionAsync(cancellationToken) is { } whither)
            return (null, whither);
        if (terms?.Key is { } key && await log.FindAsync(key, cancellationToken) is { } before)
            return await EarlierAsync(before, by, terms, cancellationToken);
        // Before its event: whoever does it finds the file.
        if (later is { } file)
            await files.PutAsync(file, "application/octet-stream", null, cancellationToken);
        await using var turn = await earlier.TurnAsync(plan.Region, Patience, cancellationToken);
        if (await WhyNotNowAsync(plan, turn, cancellationToken) is { } another)
            return (null, another);
        await SettleAsync(plan, by, null, cancellationToken);
        var run = new LedgerImportRun(_tools, plan, by, terms ?? Terms.None, progress);
        var begun = await run.BeginAsync(cancellationToken, later is null ? [] : [new ImportLedger(run.Id, by.Jurisdiction.Value)]);
        if (begun is not AppendResult.Committed)
            return await EarlierAsync(begun, by, terms, cancellationToken);
        return later is null
            ? (await run.ToEndAsync(cancellationToken), null)
            : (await FindAsync(run.Id, by.Jurisdiction, cancellationToken), null);
    }

    /// <summary>Whoever has not named the ledger waits until others have entered theirs: it may be the same one.</summary>
    private async Task<Refusal?> WhyNotNowAsync(LedgerPlan plan, ImportTurn? turn, CancellationToken cancellationToken)
    {
        var running = turn is null || plan.IsNamed ? null : await _tools.Earlier.UnfinishedAsync(plan.Region, cancellationToken);
        return turn is not null && running is null ? null : ImportRefusals.AnotherRunning.Because("ledger",
            ("name", Regions.NameOf(plan.Region)), ("region", plan.Region), ("import", running is { } id ? $" {id:D}" : ""));
    }

    /// <summary>What an import that was not begun now is answered with: the report of the one its key belongs to, or a refusal.</summary>
    private async Task<(ImportReport? Report, Refusal? Refusal)> EarlierAsync(
        AppendResult begun, Actor by, Terms? terms, CancellationToken cancellationToken) => begun switch
    {
        AppendResult.Repeated first => await FindAsync(first.Versions[0].StreamId, by.Jurisdiction, cancellationToken) is { } report
            ? (report, null) : (null, ImportRefusals.NotFound.Because("id")),
        AppendResult.KeyReused reused => (null, AppendRefusals.KeyReused.Because("Idempotency-Key", ("key", reused.Key))),
        AppendResult.Conflict conflict when terms is not null =>
            (null, await terms.OvertakenAsync(conflict, cancellationToken) ?? AppendRefusals.Contended.Because()),
        _ => throw new InvalidOperationException("an import begins a new stream"),
    };

    /// <summary>
    /// Keeps the file and has the rest done in the background (<see cref="ImportLedger"/>): killed at any point, whoever goes on
    /// finds out what is done, and it ends in the report that it would have ended in. The same key again gives the first.
    /// </summary>
    internal Task<(ImportReport? Report, Refusal? Refusal)> BeginAsync(
        LedgerPlan plan, ReadOnlyMemory<byte> file, Actor by, Terms terms, CancellationToken cancellationToken) =>
        StartAsync(plan, by, terms, null, file, cancellationToken);

    /// <summary>Does what an import that was begun in the background still lacks.</summary>
    internal async Task ContinueAsync(ImportLedger message, CancellationToken cancellationToken)
    {
        var events = await _tools.Log.FetchAsync(message.Import, cancellationToken: cancellationToken);
        if (events is not [{ Data: LedgerImportStarted started }, ..] || events.Any(e => e.Data is LedgerImportFinished))
            return;
        var asked = events[0].Context();
        var body = await _tools.Bodies.LoadAsync(asked.Body, null, cancellationToken)
            ?? throw new InvalidOperationException($"body {asked.Body} is gone");
        body = await body.PlacedAsync(id => _tools.Bodies.LoadAsync(id, null, cancellationToken));
        var by = new Actor(asked.Actor, body, [Role.Importer], asked.Client, RegionCode.Parse(message.Jurisdiction));
        await using var turn = await _tools.Earlier.TurnAsync(started.Region, TimeSpan.Zero, cancellationToken)
            ?? throw new NotNowException("另一次导入正在进行 · another import is going on");
        var (plan, refusal) = await OpenAsync(message.Import, started, by, cancellationToken);
        if (plan is null)
            throw new InvalidOperationException($"{refusal!.Chinese} · {refusal.English}");
        using (plan)
        {
            var run = new LedgerImportRun(_tools, plan, by, new Terms { CorrelationId = events[0].CorrelationId }, null, new ImportSoFar(
                message.Import, asked.OccurredAt, events.Count,
                [.. events.Select(e => e.Data).OfType<LedgerRowsImported>().SelectMany(r => r.Rows)]));
            await run.ToEndAsync(cancellationToken);
        }

        _totals.TryRemove(message.Import, out _);
    }

    /// <summary>
    /// As it was opened when it began: the mapping that was guessed then is given now; by the name that it has by itself where that
    /// leads to the same ledger, so that the report says which one it was taken for.
    /// </summary>
    private async Task<(LedgerPlan? Plan, Refusal? Refusal)> OpenAsync(
        Guid import, LedgerImportStarted started, Actor by, CancellationToken cancellationToken)
    {
        var file = await files.GetAsync(started.File, cancellationToken)
            ?? throw new InvalidOperationException($"the file {started.File} is gone");
        var (mapping, refusal) = ImportRequest.ReadMapping(started.Mapping);
        if (refusal is not null)
            return (null, refusal);
        foreach (var ledger in new[] { null, started.Ledger })
        {
            var upload = new LedgerUpload(started.FileName, LedgerFile.Over(file.Bytes))
            {
                Ledger = ledger, Mapping = mapping, Region = started.Region,
            };
            var (plan, notOpened) = await OpenAsync(upload, by, cancellationToken);
            if (plan is null)
                return (null, notOpened);
            await SettleAsync(plan, by, import, cancellationToken);
            if (plan.Ledger == started.Ledger)
                return (plan, null);
            plan.Dispose();
        }

        throw new InvalidOperationException("a ledger that was named has that name");
    }

    /// <summary>How far an unfinished import is; null when it is not done in the background.</summary>
    internal async Task<MakingProgress?> ProgressAsync(ImportReport report, CancellationToken cancellationToken)
    {
        if (!_totals.TryGetValue(report.Id, out var total))
        {
            var begun = (LedgerImportStarted)(await _tools.Log.FetchAsync(report.Id, 1, cancellationToken: cancellationToken))[0].Data;
            if (await files.GetAsync(report.File, cancellationToken) is not { } file
                || ImportRequest.ReadMapping(begun.Mapping).Mapping is not { } mapping)
                return null;
            var opened = await LedgerFile.OpenAsync(LedgerFile.Over(file.Bytes), report.FileName, LedgerLimits.Default, cancellationToken);
            if (!opened.IsOk)
                return null;
            using var ledger = opened.Value;
            if (LedgerReader.Open(ledger, mapping) is not { IsOk: true, Value: var reader })
                return null;
            total = _totals[report.Id] = reader.Tables.Sum(t => t.Sheet.RowCount);
        }

        return new MakingProgress(report.Rows.Length, total, "rows");
    }

    /// <summary>The report of an earlier import, or of one that was cut off; null when there is none in the jurisdiction.</summary>
    public async Task<ImportReport?> FindAsync(Guid id, RegionCode jurisdiction, CancellationToken cancellationToken = default)
    {
        ImportReport? report = null;
        foreach (var e in await _tools.Log.FetchAsync(id, cancellationToken: cancellationToken))
        {
            report = e.Data switch
            {
                LedgerImportStarted s => new ImportReport(id, s.FileName, s.File, s.Ledger, s.Region, e.Timestamp, null, [], []),
                LedgerRowsImported r when report is not null => report with { Rows = report.Rows.AddRange(r.Rows) },
                LedgerImportFinished f when report is not null =>
                    report with { Finished = f, Notes = f.Notes is { } notes ? [.. notes.Split('\n')] : [] },
                LedgerImportUndone u when report is not null =>
                    report with { Undone = new ImportUndoing(e.Timestamp, u.Reason, u.Hazards) },
                _ => report,
            };
        }
        return report is not null && jurisdiction.Contains(report.Region) ? report : null;
    }

    internal static Refusal Translate(LedgerRefusal refusal) =>
        new RefusalCode(
            refusal.Code, refusal.Code == "file.too_large" ? RefusalKind.TooLarge : RefusalKind.Unprocessable, refusal.Zh,
            refusal.En).Because(refusal.Where);
}

/// <summary>What an import works with.</summary>
internal sealed record ImportTools(
    IEventLog Log, HazardStore Hazards, BodyStore Bodies, IRegistryQueries Registry, RulebookSource Rules, SectorCatalogue Sectors,
    EarlierLedgers Earlier, PersonKeys Persons, FileStore Files, TimeProvider Clock);
