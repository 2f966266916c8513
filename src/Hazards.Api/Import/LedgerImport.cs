using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Hazards.Ledgers;
using Hazards.Projections;

namespace Hazards.Api.Import;

/// <summary>What to import, and how to read it.</summary>
/// <param name="FileName">The file's name as it came.</param>
/// <param name="Content">The file.</param>
public sealed record LedgerUpload(string FileName, Stream Content)
{
    /// <summary>Name of the ledger, by which its rows are known when it is imported again; the mapping's name, or the file's, when left out.</summary>
    public string? Ledger { get; init; }

    /// <summary>The mapping; guessed from the headers when left out.</summary>
    public LedgerMapping? Mapping { get; init; }

    /// <summary>The region of rows that name none; the mapping's, or the caller's jurisdiction, when left out.</summary>
    public RegionCode? Region { get; init; }
}

/// <summary>The report of an import, row by row.</summary>
public sealed record ImportReport(
    Guid Id, string FileName, Sha256Digest File, string Ledger, RegionCode Region, DateTimeOffset StartedAt,
    LedgerImportFinished? Finished, ImmutableArray<ImportedRow> Rows, ImmutableArray<string> Notes);

/// <summary>How far an import is.</summary>
public readonly record struct ImportProgress(int Rows, int Events);

/// <summary>
/// Imports ledgers: every row becomes the events its state implies, marked as late entries with their real dates; what
/// is not understood is kept and said. A row is one append, so an import that is cut off leaves whole rows behind and
/// can simply be run again: rows that have not changed write nothing.
/// </summary>
public sealed class LedgerImport(IEventLog log, HazardStore hazards, BodyStore bodies, IRegistryQueries registry, RulebookSource rules, SectorCatalogue sectors, TimeProvider clock)
{
    private readonly ImportTools _tools = new(log, hazards, bodies, registry, rules, sectors, clock);

    /// <summary>The type of an import's stream.</summary>
    public const string StreamType = "ledger_import";

    /// <summary>Opens a file and finds out how it would be read. Nothing is written.</summary>
    /// <returns>The plan, which must be disposed; or why the file is refused.</returns>
    public static async Task<(LedgerPlan? Plan, Refusal? Refusal)> OpenAsync(LedgerUpload upload, Actor by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(by);
        if (!by.Roles.Contains(Role.Importer))
            return (null, HazardRefusals.Role.Because(null, ("command", CommandRules.RecordLedgerRow.Chinese), ("roles", CodeList.Chinese(Role.Importer))));
        // The whole file is needed anyway, to read it twice and to know it by its digest; one byte more than may be tells that it is too large.
        var limits = LedgerLimits.Default;
        using var copy = new MemoryStream();
        var buffer = new byte[81_920];
        while (copy.Length <= limits.FileBytes && await upload.Content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            copy.Write(buffer, 0, read);
        copy.Position = 0;
        var digest = Sha256Digest.Of(copy.GetBuffer().AsSpan(0, (int)copy.Length));
        var opened = await LedgerFile.OpenAsync(copy, upload.FileName, limits, cancellationToken);
        if (!opened.IsOk)
            return (null, Translate(opened.Refusal!));
        var plan = LedgerPlan.Make(opened.Value, upload, by, digest);
        if (plan.Plan is null)
            opened.Value.Dispose();
        return plan;
    }

    /// <summary>Imports what a plan describes. The same key again gives the first report; with another file it is refused.</summary>
    public async Task<(ImportReport? Report, Refusal? Refusal)> RunAsync(LedgerPlan plan, Actor by, Terms? terms = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var run = new LedgerImportRun(_tools, plan, by, terms ?? Terms.None, progress);
        switch (await run.BeginAsync(cancellationToken))
        {
            case AppendResult.Committed:
                return (await run.ToEndAsync(cancellationToken), null);
            case AppendResult.Repeated first:
                return (await FindAsync(first.Versions[0].StreamId, by.Jurisdiction, cancellationToken), null);
            case AppendResult.KeyReused reused:
                return (null, AppendRefusals.KeyReused.Because("Idempotency-Key", ("key", reused.Key)));
            default:
                throw new InvalidOperationException("an import begins a new stream");
        }
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
                LedgerImportFinished f when report is not null => report with { Finished = f },
                _ => report,
            };
        }
        return report is not null && jurisdiction.Contains(report.Region) ? report : null;
    }

    internal static Refusal Translate(LedgerRefusal refusal) =>
        new RefusalCode(refusal.Code, refusal.Code == "file.too_large" ? RefusalKind.TooLarge : RefusalKind.Unprocessable, refusal.Zh, refusal.En).Because(refusal.Where);
}

/// <summary>What an import works with.</summary>
internal sealed record ImportTools(IEventLog Log, HazardStore Hazards, BodyStore Bodies, IRegistryQueries Registry, RulebookSource Rules, SectorCatalogue Sectors, TimeProvider Clock);
