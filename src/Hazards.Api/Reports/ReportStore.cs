using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Reports;

/// <summary>Freezes a report.</summary>
/// <param name="Kind">The report.</param>
/// <param name="Region">Whose.</param>
/// <param name="Period">For which time; it must have ended.</param>
/// <param name="Reason">Why there is a further edition; required when one is frozen already.</param>
internal sealed record FreezeReport(ReportKind Kind, RegionCode Region, Period Period, string? Reason = null);

/// <summary>What a verification found.</summary>
/// <param name="Id">The report.</param>
/// <param name="Edition">The edition.</param>
/// <param name="Same">Whether every file, made again from the rows as of the report's position, is the same byte for byte.</param>
/// <param name="Files">File by file.</param>
internal sealed record Verification(Guid Id, int Edition, bool Same, IReadOnlyList<VerifiedFile> Files);

/// <summary>One file of a frozen report.</summary>
/// <param name="Form">json or xlsx.</param>
/// <param name="Frozen">The digest in the log.</param>
/// <param name="Recomputed">The digest of what the rows give.</param>
/// <param name="Stored">Whether the stored file is there and has the digest in the log.</param>
/// <param name="Same">Whether all three agree.</param>
internal sealed record VerifiedFile(string Form, Sha256Digest Frozen, Sha256Digest Recomputed, bool Stored, bool Same);

/// <summary>
/// Reports that were frozen: the event holds digests of the files, the position they were counted at, and the policy; the
/// files can be made again from the rows as of that position, byte for byte.
/// </summary>
internal sealed class ReportStore(
    IEventLog log, FigureQueries figures, FileStore files, ReportMaker maker, RulebookSource rules, TimeProvider clock)
{
    private const int MostTries = 5;

    /// <summary>The bytes of a report as known at an instant, in a version of the layouts.</summary>
    public async Task<(byte[]? Json, byte[]? Sheet, Refusal? Refusal)> BytesAsync(
        ReportKind kind, RegionCode region, Period period, DateTimeOffset knownAt, int template, CancellationToken stop)
    {
        var request = new ReportRequest(kind, region, period, knownAt, ChinaTime.DateAt(knownAt)) { Template = template };
        var (answer, refusal) = await maker.MakeAsync(request, stop);
        return answer is null ? (null, null, refusal) : (DomainJson.Write(answer), ReportSheets.Of(answer), null);
    }

    public async Task<(Report? Report, Refusal? Refusal)> FreezeAsync(FreezeReport order, Given given, Terms terms, CancellationToken stop)
    {
        if (Check(order, given) is { } wrong)
            return (null, wrong);
        var id = Report.StreamOf(order.Kind, order.Region, order.Period);
        if (terms.Key is { } key && await log.FindAsync(key, stop) is { } first)
            return first is AppendResult.Repeated
                ? (await LoadAsync(id, stop), null)
                : (null, AppendRefusals.KeyReused.Because("Idempotency-Key", ("key", key.Key)));
        for (var tries = 0; tries < MostTries; tries++)
        {
            var before = await LoadAsync(id, stop);
            if (before?.Editions.LastOrDefault() is { } last && string.IsNullOrWhiteSpace(order.Reason))
                return (null, FigureRefusals.FrozenBefore.Because("reason", ("edition", last.Edition)));
            var head = await log.HeadAsync(stop);
            var (json, sheet, refusal) = await BytesAsync(
                order.Kind, order.Region, order.Period, head.RecordedAt, ReportMaker.Template, stop);
            if (refusal is not null)
                return (null, refusal);
            var policy = rules.Current.PolicyOn(order.Region, order.Period.Last);
            var frozen = new ReportFrozen(
                order.Kind, order.Region, order.Period, (before?.Editions.Count() ?? 0) + 1, head.RecordedAt, head.Position, policy.Version,
                ReportMaker.Template,
                await files.PutAsync(json, "application/json", order.Region, stop),
                await files.PutAsync(sheet, ReportSheets.MediaType, order.Region, stop),
                string.IsNullOrWhiteSpace(order.Reason) ? null : order.Reason.Trim());
            var now = terms.RecordedAt ?? clock.GetUtcNow();
            var context = new EventContext(
                now, Entry.Prompt, given.By.Name, given.By.Body.Id, RoleOf(given.By)!.Value, given.By.Client, policy.Version,
                given.Document, given.Attachments) { Calendar = rules.Current.Calendar.Edition };
            switch (await AppendAsync(id, before, frozen, context, terms, stop))
            {
                case (AppendResult.Committed, var after):
                    return (after, null);
                case (AppendResult.Repeated, _):
                    return (await LoadAsync(id, stop), null);
                case (AppendResult.KeyReused reused, _):
                    return (null, AppendRefusals.KeyReused.Because("Idempotency-Key", ("key", reused.Key)));
                case (AppendResult.Conflict conflict, _) when await terms.OvertakenAsync(conflict, stop) is { } unfounded:
                    return (null, unfounded);
            }
        }
        return (null, AppendRefusals.Contended.Because());
    }

    /// <summary>Appends to a report's stream at the version that was read; a conflict means that another was first.</summary>
    public async Task<(AppendResult Result, Report After)> AppendAsync(
        Guid id, Report? before, IReportEvent happened, EventContext context, Terms terms, CancellationToken stop)
    {
        var after = Report.Apply(before, happened);
        var append = new StreamAppend(
            id, Report.StreamType, before?.Version ?? 0, [Facts.Of(happened, context, terms)], new PendingState.OfReport(after));
        return (await log.AppendAsync(new Append([append], terms.Key, terms.RecordedAt) { Relies = terms.Relies }, stop), after);
    }

    /// <summary>A report; null when nothing ever happened to it.</summary>
    public async Task<Report?> LoadAsync(Guid id, CancellationToken stop)
    {
        Report? report = null;
        foreach (var entry in await figures.ReportAsync(id, stop))
            report = Report.Apply(report, entry.Event);
        return report;
    }

    /// <summary>Makes the files of an edition again from the rows as of its position, and compares.</summary>
    public async Task<(Verification? Verification, Refusal? Refusal)> VerifyAsync(Guid id, ReportFrozen frozen, CancellationToken stop)
    {
        var (json, sheet, refusal) = await BytesAsync(frozen.Kind, frozen.Region, frozen.Period, frozen.KnownAt, frozen.Template, stop);
        if (refusal is not null)
            return (null, refusal);
        var checkedFiles = new List<VerifiedFile> { await CompareAsync("json", frozen.Json, json!, stop) };
        if (frozen.Sheet is { } digest)
            checkedFiles.Add(await CompareAsync("xlsx", digest, sheet!, stop));
        return (new Verification(id, frozen.Edition, checkedFiles.TrueForAll(f => f.Same), checkedFiles), null);
    }

    private async Task<VerifiedFile> CompareAsync(string form, Sha256Digest frozen, byte[] anew, CancellationToken stop)
    {
        var recomputed = Sha256Digest.Of(anew);
        bool stored;
        try
        {
            stored = await files.GetAsync(frozen, stop) is not null;
        }
        catch (AlteredFileException)
        {
            stored = false; // it was altered behind the service's back
        }
        return new VerifiedFile(form, frozen, recomputed, stored, stored && recomputed == frozen);
    }

    private Refusal? Check(FreezeReport order, Given given)
    {
        if (RoleOf(given.By) is null)
            return FigureRefusals.Role.Because();
        if (!given.By.Jurisdiction.Contains(order.Region))
            return FigureRefusals.Outside.Because("region", ("region", order.Region.Value), ("jurisdiction", given.By.Jurisdiction.Value));
        if (!Regions.Exists(order.Region))
            return InputRefusals.RegionUnknown.Because(
                "region", ("value", order.Region.Value), ("county", order.Region.At(RegionLevel.County).Value));
        if (Texts.Optional("reason", order.Reason) is { } reason)
            return reason;
        return CheckPeriod(order.Kind, order.Period) ?? (ChinaTime.DateAt(clock.GetUtcNow()) <= order.Period.Last
            ? FigureRefusals.PeriodOpen.Because("period", ("period", order.Period.Value), ("last", order.Period.Last))
            : null);
    }

    /// <summary>Whether a report is made for such a period.</summary>
    public static Refusal? CheckPeriod(ReportKind kind, Period period) =>
        ReportMaker.PeriodOf(kind) is { } wanted && wanted != period.Kind
            ? FigureRefusals.PeriodKind.Because(
                "period", ("report", Words.Of(kind)), ("expected", Words.Of(wanted)), ("value", period.Value))
            : null;

    private static Role? RoleOf(Actor by) =>
        by.Roles.Contains(Role.Coordinator) ? Role.Coordinator : by.Roles.Contains(Role.Supervisor) ? Role.Supervisor : null;
}
