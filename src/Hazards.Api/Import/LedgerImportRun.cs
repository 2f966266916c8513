using System.Collections.Immutable;
using Hazards.Api.Jobs;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Hazards.Ledgers;
using LedgerCell = Hazards.Domain.LedgerCell;

namespace Hazards.Api.Import;

/// <summary>What an import that was cut off has done.</summary>
/// <param name="Id">Its stream.</param>
/// <param name="Began">When it began: what the ledger does not date happened then.</param>
/// <param name="Version">Events of its stream.</param>
/// <param name="Rows">The rows reported.</param>
internal sealed record ImportSoFar(Guid Id, DateTimeOffset Began, long Version, ImmutableArray<ImportedRow> Rows);

/// <summary>One run over one file, or the rest of one.</summary>
internal sealed class LedgerImportRun(ImportTools tools, LedgerPlan plan, Actor by, Terms terms, IProgress<ImportProgress>? progress, ImportSoFar? soFar = null, bool trial = false)
{
    private const int RowsAtOnce = 200;
    private const int RowsInFlight = 16;

    private readonly Guid _id = soFar?.Id ?? Guid.CreateVersion7();
    private readonly DateTimeOffset _now = soFar?.Began ?? tools.Clock.GetUtcNow();
    private LedgerBodies? _bodies;
    private readonly Dictionary<string, int> _identities = new(StringComparer.Ordinal);
    private readonly ImmutableArray<ImportedRow>.Builder _rows = ImmutableArray.CreateBuilder<ImportedRow>();
    private long _version = soFar?.Version ?? 0;
    private int _events;

    /// <summary>Its stream.</summary>
    public Guid Id => _id;

    /// <summary>Writes that it begins, under the caller's idempotency key.</summary>
    public Task<AppendResult> BeginAsync(CancellationToken cancellationToken, params IReadOnlyList<object> messages) =>
        AppendAsync(new LedgerImportStarted(plan.FileName, plan.File, plan.Ledger, plan.Mapping.ToJson(), plan.Region), terms.Key, cancellationToken, messages);

    // A run that goes on with another finds what that one entered.
    private LedgerBodies Bodies => _bodies ??= new LedgerBodies(tools, by, plan.Region, Terms(), soFar is not null, trial);

    /// <summary>What rows would become, by the same rules; nothing is written.</summary>
    /// <param name="wanted">Which rows.</param>
    /// <param name="skip">How many of them are left out first.</param>
    /// <param name="take">How many are tried.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyList<(LedgerRow Row, ImportedRow Becomes)>> TryAsync(Func<LedgerRow, bool> wanted, int skip, int take, CancellationToken cancellationToken)
    {
        var tried = new List<(LedgerRow, ExternalReference?)>(take);
        await foreach (var row in plan.Reader.ReadAsync(cancellationToken))
        {
            // Every row is counted: whether it is alike to an earlier one is told by all before it.
            var reference = ReferenceOf(row);
            if (wanted(row) && --skip < 0)
                tried.Add((row, reference));
            if (tried.Count == take)
                break;
        }

        var becomes = new List<(LedgerRow, ImportedRow)>(tried.Count);
        foreach (var (row, reference) in tried)
        {
            var (_, _, bodies, refusal) = await PrepareAsync(row, reference, cancellationToken);
            becomes.Add((row, await ImportAsync(row, reference, bodies, refusal, cancellationToken)));
        }

        return becomes;
    }

    /// <summary>The hazards that the rows are known as.</summary>
    public async Task<IReadOnlyList<HazardId>> ReferencesAsync(CancellationToken cancellationToken)
    {
        var known = new List<HazardId>();
        await foreach (var row in plan.Reader.ReadAsync(cancellationToken))
            if (ReferenceOf(row) is { } reference)
                known.Add((await KnownAsAsync(reference, cancellationToken)).Id);
        return known;
    }

    /// <summary>Imports row after row and writes the report.</summary>
    public async Task<ImportReport> ToEndAsync(CancellationToken cancellationToken)
    {
        using var measured = ImportTelemetry.Begin(plan.Ledger);
        var chunk = new List<LedgerRow>(RowsAtOnce);
        await foreach (var row in plan.Reader.ReadAsync(cancellationToken))
        {
            chunk.Add(row);
            if (chunk.Count == RowsAtOnce)
                await ImportAsync(chunk, cancellationToken);
        }
        await ImportAsync(chunk, cancellationToken);
        var finished = new LedgerImportFinished(
            _rows.Count, Count(RowOutcome.Entered), Count(RowOutcome.Updated), Count(RowOutcome.Unchanged), Count(RowOutcome.Kept), Count(RowOutcome.Skipped),
            _rows.Count(r => r.Hazard is not null && !r.NotUnderstood.IsEmpty), _events, Bodies.Registered);
        await AppendAsync(finished, null, cancellationToken);
        measured.End(_rows, _events);
        return new ImportReport(_id, plan.FileName, plan.File, plan.Ledger, plan.Region, _now, finished, _rows.ToImmutable(), [.. plan.Reader.Notes.Select(n => $"{n.Code}: {n.Zh}")]);
    }

    private int Count(RowOutcome outcome) => _rows.Count(r => r.Outcome == outcome);

    private async Task ImportAsync(List<LedgerRow> chunk, CancellationToken cancellationToken)
    {
        if (chunk.Count == 0)
            return;
        // References and bodies first, in the order of the file: both must be the same on every run.
        var prepared = new List<(LedgerRow Row, ExternalReference? Reference, RowBodies? Bodies, Refusal? Refusal)>(chunk.Count);
        foreach (var row in chunk)
            prepared.Add(await PrepareAsync(row, ReferenceOf(row), cancellationToken));
        if (soFar is { Rows: var done } && _rows.Count < done.Length)
        {
            // Reported already, chunk by chunk: only which rows were alike had to be counted again.
            var reported = done.Slice(_rows.Count, chunk.Count);
            _rows.AddRange(reported);
            _events += reported.Sum(r => r.Events);
            chunk.Clear();
            return;
        }

        var results = new ImportedRow[prepared.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, prepared.Count), new ParallelOptions { MaxDegreeOfParallelism = RowsInFlight, CancellationToken = cancellationToken },
            async (i, stop) => results[i] = await ImportAsync(prepared[i].Row, prepared[i].Reference, prepared[i].Bodies, prepared[i].Refusal, stop));
        _rows.AddRange(results);
        _events += results.Sum(r => r.Events);
        await AppendAsync(new LedgerRowsImported([.. results]), null, cancellationToken);
        chunk.Clear();
        progress?.Report(new ImportProgress(_rows.Count, _events));
    }

    /// <summary>What a row is known as; null where it cannot become a hazard. To be asked once a row, in their order.</summary>
    private ExternalReference? ReferenceOf(LedgerRow row)
    {
        if (row.Verdict is RowVerdict.Kept or RowVerdict.Skipped || row.Understood is not { Description: not null } || row.Identity is not { } identity)
            return null;
        // Two rows alike to the letter are two hazards: the second is known as its identity with a number.
        var seen = _identities[identity] = _identities.GetValueOrDefault(identity) + 1;
        return new ExternalReference($"台账:{plan.Ledger}", seen == 1 ? identity : $"{identity}-{seen}");
    }

    private async Task<(LedgerRow, ExternalReference?, RowBodies?, Refusal?)> PrepareAsync(LedgerRow row, ExternalReference? reference, CancellationToken cancellationToken)
    {
        if (reference is null)
            return (row, null, null, null);
        var understood = row.Understood!;
        var finder = by.Body;
        if (understood.InspectionBody is { } inspection)
        {
            var (body, refusal) = await Bodies.FindAsync(inspection, cancellationToken);
            if (body is null)
                return (row, reference, null, refusal);
            finder = body;
        }
        Body? answerable = null;
        if (understood.ResponsibleUnit is { } unit)
        {
            (answerable, var refusal) = await Bodies.FindAsync(unit.Name, cancellationToken);
            if (answerable is null)
                return (row, reference, null, refusal);
        }
        return (row, reference, new RowBodies(finder, answerable), null);
    }

    private async Task<ImportedRow> ImportAsync(LedgerRow row, ExternalReference? reference, RowBodies? bodies, Refusal? refusal, CancellationToken cancellationToken)
    {
        if (reference is null)
            return Keep(row, row.Verdict == RowVerdict.Skipped ? RowOutcome.Skipped : RowOutcome.Kept, null);
        if (bodies is null)
            return Keep(row, RowOutcome.Kept, refusal);
        var (id, before, entered) = await KnownAsAsync(reference, cancellationToken);
        // 撤销过的: what was withdrawn with an earlier import stays so; the row begins anew under a further name.
        for (var (first, n) = (reference.Id, 2); before is { Withdrawn: not null } && entered is null; n++)
        {
            reference = reference with { Id = $"{first}~{n}" };
            (id, before, entered) = await KnownAsAsync(reference, cancellationToken);
        }

        if (entered is null && before?.LedgerRow is { } earlier && earlier.Fingerprint == LedgerStory.Fingerprint(row))
            return new ImportedRow(LedgerStory.SheetOf(row), row.Number, RowOutcome.Unchanged, id, 0, before.Stage, [], [], []);

        var story = new LedgerStory(plan.Ledger, plan.File, row, bodies, tools.Rules.Current, _now) { Earlier = before?.LedgerRow?.Cells };
        var (region, regionKnown) = plan.RegionOf(row.Understood!);
        var (sector, sectorKnown) = LedgerPlan.SectorOf(row.Understood!, tools.Sectors);
        if (!regionKnown)
            story.Doubt($"import.region_unknown: 地区“{row.Understood!.Region}”对应不到 {Regions.NameOf(plan.Region)} 内的行政区划，按 {Regions.NameOf(region)} 登记");
        if (!sectorKnown)
            story.Doubt($"import.sector_unknown: 行业“{row.Understood!.Sector}”不在目录中，按“其他”登记");
        var report = story.Report(reference, region, sector) with { Identity = id };
        var reported = Given(bodies.Finder, story.FoundAt);
        var (steps, stopped, told) = Tell(story, report, id, before, reported, bodies);
        if (stopped is not null)
            return Keep(row, RowOutcome.Kept, stopped);
        if (entered is { } own)
            return new ImportedRow(LedgerStory.SheetOf(row), row.Number, before is null ? RowOutcome.Entered : RowOutcome.Updated, id, own.Events, own.After.Stage, story.NotUnderstood, story.Remarks, []);
        if (before is not null && steps.Count == 0)
            return new ImportedRow(LedgerStory.SheetOf(row), row.Number, RowOutcome.Unchanged, id, 0, before.Stage, story.NotUnderstood, story.Remarks, []);
        if (trial)
            return new ImportedRow(LedgerStory.SheetOf(row), row.Number, before is null ? RowOutcome.Entered : RowOutcome.Updated, id, told.Count, told.After!.Stage, story.NotUnderstood, story.Remarks, []);
        var outcome = before is null
            ? await tools.Hazards.EnterAsync(report, reported, steps, Terms(), cancellationToken)
            : await tools.Hazards.ExecuteAsync(id, steps, Terms(), cancellationToken);
        return outcome switch
        {
            Outcome<Hazard>.Done done => new ImportedRow(LedgerStory.SheetOf(row), row.Number, before is null ? RowOutcome.Entered : RowOutcome.Updated, id, done.Events.Length, done.After.Stage, story.NotUnderstood, story.Remarks, []),
            Outcome<Hazard>.Refused refused => Keep(row, RowOutcome.Kept, refused.Refusal) with { Hazard = before?.Id },
            _ => throw new InvalidOperationException(outcome.GetType().Name),
        };
    }

    /// <summary>
    /// What a row is known as: whoever enters a ledger again meets its hazards. Where somebody else's hazard, outside the
    /// jurisdiction, has the number already, the row is known by the importing body's own, and nothing is heard of the other.
    /// </summary>
    private async Task<(HazardId Id, Hazard? Before, (int Events, Hazard After)? Entered)> KnownAsAsync(
        ExternalReference reference, CancellationToken cancellationToken)
    {
        var shared = HazardId.Shared(reference);
        var (before, entered) = await LoadAsync(shared, cancellationToken);
        if ((before ?? entered?.After) is not { } known || by.Sees(known))
            return (shared, before, entered);
        var own = HazardId.For(by.Body.Id.Value, reference);
        (before, entered) = await LoadAsync(own, cancellationToken);
        return (own, before, entered);
    }

    /// <summary>
    /// A hazard as it was before this import, and what this import has written of it already: whoever was cut off between a
    /// row and its line in the report left the row.
    /// </summary>
    private async Task<(Hazard? Before, (int Events, Hazard After)? Entered)> LoadAsync(HazardId id, CancellationToken cancellationToken)
    {
        if (soFar is null)
            return (await tools.Hazards.LoadAsync(id, null, cancellationToken), null);
        var (earlier, after, events, causation) = ((Hazard?)null, (Hazard?)null, 0, _id.ToString("D"));
        await foreach (var lived in tools.Hazards.LifeAsync(id, null, cancellationToken))
            if (lived.Recorded.CausationId == causation)
                (after, events) = (lived.After, events + 1);
            else if (events == 0)
                earlier = lived.After;
        return (earlier, after is null ? null : (events, after));
    }

    /// <summary>Lets the story tell act after act, each judged by the rules; what a rule refuses ends it there.</summary>
    private (List<Step> Steps, Refusal? Stopped, HazardStory Told) Tell(LedgerStory story, ReportHazard report, HazardId id, Hazard? before, Given reported, RowBodies bodies)
    {
        var told = new HazardStory(id, before, tools.Rules.Current, Terms());
        if (before is null)
        {
            var act = Act(reported, bodies, report.Region);
            // A trial: what is entered in the end is sealed with a key that is kept.
            var begun = Decider.Decide(report with { Seal = PersonSeal.New(id) }, null, act);
            if (begun.Refusal is { } refusal)
                return ([], refusal, told);
            told.Add(begun, act);
        }
        var steps = new List<Step>();
        while (story.Next(told.After!) is { } next)
        {
            var step = new Step(next.Command, Given(next.By, next.At));
            var act = Act(step.Given, bodies, report.Region, told.After!.LatestOccurredAt);
            var decision = Decider.Decide(step.Command, told.After, act);
            if (decision.Refusal is { } refusal)
            {
                // A hazard without its row would lose what the ledger said: then the row is kept as a whole instead.
                if (LedgerStory.IsRecord(step.Command))
                    return ([], refusal, told);
                story.Stopped(step.Command, refusal);
                break;
            }
            told.Add(decision, act);
            steps.Add(step);
        }
        return (steps, null, told);
    }

    private Act Act(Given given, RowBodies bodies, RegionCode region, DateTimeOffset? previous = null)
    {
        var known = new Dictionary<BodyId, Body> { [bodies.Finder.Id] = bodies.Finder };
        if (bodies.Answerable is { } answerable)
            known[answerable.Id] = answerable;
        var (occurred, now) = given.TimeAt(_now, previous);
        var rules = tools.Rules.Current;
        return new Act(given.By, occurred, now, rules.PolicyAt(region, occurred), tools.Sectors, known, null, []) { Calendar = rules.Calendar };
    }

    /// <summary>What the ledger does not date happens now.</summary>
    private Given Given(Body body, DateTimeOffset at) =>
        new(new Actor(by.Name, body, [Role.Importer], by.Client, by.Jurisdiction) { OnBehalf = true }) { OccurredAt = at >= _now ? null : at };

    private Terms Terms() => new() { CorrelationId = terms.CorrelationId ?? _id.ToString("D"), CausationId = _id.ToString("D") };

    private static ImportedRow Keep(LedgerRow row, RowOutcome outcome, Refusal? refusal)
    {
        var why = row.Notes.Where(n => n.Severity != NoteSeverity.Info).Select(n => $"{n.Code}: {n.Zh}");
        if (refusal is not null)
            why = why.Append($"{refusal.Code}: {refusal.Chinese}");
        var remarks = row.Skip is { } skip ? ImmutableArray.Create(skip.ToString()!) : [];
        return new ImportedRow(LedgerStory.SheetOf(row), row.Number, outcome, null, 0, null, [.. why], remarks,
            [.. row.Cells.Select(c => new LedgerCell(c.Header ?? "", c.Address, c.Text))]);
    }

    private async Task<AppendResult> AppendAsync(IImportEvent happened, AppendKey? key, CancellationToken cancellationToken, params IReadOnlyList<object> messages)
    {
        var context = new EventContext(_now, Entry.Prompt, by.Name, by.Body.Id, Role.Importer, by.Client, tools.Rules.Current.PolicyAt(by.Body.Region, _now).Version, null, []);
        var append = new Append([new StreamAppend(_id, LedgerImport.StreamType, _version, [Facts.Of(happened, context, Terms())])], key) { Messages = messages };
        var result = await tools.Log.AppendAsync(append, cancellationToken);
        if (result is AppendResult.Conflict)
            throw new NotNowException("另一节点正在导入 · another node is importing it");
        _version++;
        return result;
    }
}
