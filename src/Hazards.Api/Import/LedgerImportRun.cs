using System.Collections.Immutable;
using Hazards.Api.Administration.Jobs;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;
using Hazards.Projections.Store;
using LedgerCell = Hazards.Domain.LedgerCell;

namespace Hazards.Api.Import;

/// <summary>What an import that was cut off has done.</summary>
/// <param name="Id">Its stream.</param>
/// <param name="Began">When it began: what the ledger does not date happened then.</param>
/// <param name="Version">Events of its stream.</param>
/// <param name="Rows">The rows reported.</param>
internal sealed record ImportSoFar(Guid Id, DateTimeOffset Began, long Version, ImmutableArray<ImportedRow> Rows);

/// <summary>One run over one file, or the rest of one.</summary>
internal sealed class LedgerImportRun(
    ImportTools tools, LedgerPlan plan, Actor by, Terms terms, IProgress<ImportProgress>? progress, ImportSoFar? soFar = null,
    bool trial = false)
{
    private const int RowsAtOnce = 200;
    private const int RowsInFlight = 48;

    private readonly Guid _id = soFar?.Id ?? Guid.CreateVersion7();
    private readonly DateTimeOffset _now = soFar?.Began ?? tools.Clock.GetUtcNow();
    private readonly RowPictures _pictures = new(tools.Files);
    private LedgerBodies? _bodies;
    private PlannedRow[] _planned = [];
    private IReadOnlyDictionary<int, (Guid Hazard, RowMatch How)> _recognised = new Dictionary<int, (Guid, RowMatch)>();
    private Dictionary<int, HazardId> _resembling = [];
    private readonly ImmutableArray<ImportedRow>.Builder _rows = ImmutableArray.CreateBuilder<ImportedRow>();
    private long _version = soFar?.Version ?? 0;
    private int _events;
    private bool? _readOtherwise;
    private Dictionary<Guid, RecordedRow> _recorded = [];
    private HashSet<Guid>? _existing;
    private readonly Dictionary<(string Sheet, int Row), int> _indexes = [];

    /// <summary>Its stream.</summary>
    public Guid Id => _id;

    /// <summary>Writes that it begins, under the caller's idempotency key.</summary>
    public Task<AppendResult> BeginAsync(CancellationToken cancellationToken, params IReadOnlyList<object> messages) =>
        AppendAsync(
            new LedgerImportStarted(plan.FileName, plan.File, plan.Ledger, plan.Mapping.ToJson(), plan.Region) { Called = plan.Called },
            terms, cancellationToken,
            messages);

    // A run that goes on with another finds what that one entered.
    private LedgerBodies Bodies => _bodies ??= new LedgerBodies(tools, by, plan.Region, Terms(), soFar is not null, trial);

    /// <summary>What rows would become, by the same rules; nothing is written.</summary>
    /// <param name="wanted">Which rows.</param>
    /// <param name="skip">How many of them are left out first.</param>
    /// <param name="take">How many are tried.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyList<(LedgerRow Row, ImportedRow Becomes)>> TryAsync(
        Func<LedgerRow, bool> wanted, int skip, int take, CancellationToken cancellationToken)
    {
        await RecogniseAsync(cancellationToken);
        var tried = new List<(LedgerRow, int)>(take);
        var at = -1;
        await foreach (var row in plan.Reader.ReadAsync(cancellationToken))
        {
            at++;
            if (wanted(row) && --skip < 0)
                tried.Add((row, at));
            if (tried.Count == take)
                break;
        }

        var becomes = new List<(LedgerRow, ImportedRow)>(tried.Count);
        foreach (var (row, index) in tried)
            becomes.Add((row, await ImportAsync(await PrepareAsync(row, index, cancellationToken), cancellationToken)));

        return becomes;
    }

    /// <summary>The hazards that the rows are known as.</summary>
    public async Task<IReadOnlyList<HazardId>> ReferencesAsync(CancellationToken cancellationToken)
    {
        await RecogniseAsync(cancellationToken);
        return [.. Enumerable.Range(0, _planned.Length).Where(i => _planned[i] is { Reference: not null, Repeats: null }).Select(IdOf)];
    }

    /// <summary>Which rows are on record from earlier imports of this ledger.</summary>
    private async Task RecogniseAsync(CancellationToken cancellationToken)
    {
        _planned = [.. await plan.RowsAsync(cancellationToken)];
        for (var i = 0; i < _planned.Length; i++)
            _indexes[(_planned[i].Sheet, _planned[i].Number)] = i;
        var coming = Enumerable.Range(0, _planned.Length).Where(i => _planned[i] is { Reference: not null, Repeats: null }).ToArray();
        // What is not on record need not be looked for row by row.
        if (soFar is null)
            _existing = await tools.Earlier.ExistingAsync(
                [.. coming.Select(i => EarlierLedgers.IdOf(plan.Ledger, _planned[i].Reference!))], cancellationToken);
        if (plan.Earlier is not { } earlier)
            return;
        _recorded = (await tools.Earlier.RowsAsync(earlier, by.Jurisdiction, _id, plan.Mapping, cancellationToken))
            .ToDictionary(r => r.Row.Hazard);
        ComingRow[] rows =
        [
            .. coming.Select(i => _planned[i]).Select(
                p => new ComingRow(EarlierLedgers.IdOf(plan.Ledger, p.Reference!), p.Fingerprint, p.Likeness!) { Open = p.IsOpen }),
        ];
        EarlierRow[] onRecord = [.. _recorded.Values.Select(r => r.Row)];
        var matched = RowMatcher.Match(rows, onRecord);
        _recognised = matched.ToDictionary(m => coming[m.Key], m => m.Value);
        _resembling = RowMatcher.Resembling(rows, onRecord, matched).ToDictionary(m => coming[m.Key], m => new HazardId(m.Value));
        foreach (var i in coming.Where(i => !_recognised.ContainsKey(i)))
            _planned[i] = _planned[i] with { Reference = FreeReference(_planned[i].Reference!) };
        var met = _recognised.Values.Select(m => m.Hazard).ToHashSet();
        plan.Missing([.. _recorded.Values.Where(r => r.IsInNewest && !met.Contains(r.Row.Hazard)).Select(r => r.Row)]);
    }

    /// <summary>A row that is none of those on record, though one of them has its name: it goes by a further one.</summary>
    private string FreeReference(string reference) => Enumerable.Range(1, int.MaxValue)
        .Select(n => n == 1 ? reference : $"{reference}~{n}").First(r => !_recorded.ContainsKey(EarlierLedgers.IdOf(plan.Ledger, r)));

    /// <summary>The hazard that a row is known as, or would become.</summary>
    private HazardId IdOf(int index) =>
        new(_recognised.TryGetValue(index, out var known) ? known.Hazard : EarlierLedgers.IdOf(plan.Ledger, _planned[index].Reference!));

    /// <summary>Imports row after row and writes the report.</summary>
    public async Task<ImportReport> ToEndAsync(CancellationToken cancellationToken)
    {
        using var measured = ImportTelemetry.Begin(plan.Ledger);
        await RecogniseAsync(cancellationToken);
        var chunk = new List<(LedgerRow Row, int Index)>(RowsAtOnce);
        var at = 0;
        await foreach (var row in plan.Reader.ReadAsync(cancellationToken))
        {
            chunk.Add((row, at++));
            if (chunk.Count == RowsAtOnce)
                await ImportAsync(chunk, cancellationToken);
        }
        await ImportAsync(chunk, cancellationToken);
        string[] pictures = _pictures.Told(plan.Reader) is { } told ? [told] : [];
        ImmutableArray<string> notes = [
            .. plan.Notes.Select(n => n.ToString()), .. pictures, .. plan.Reader.Notes.Select(n => $"{n.Code}: {n.Zh}")];
        var finished = new LedgerImportFinished(
            _rows.Count, Count(RowOutcome.Entered), Count(RowOutcome.Updated), Count(RowOutcome.Unchanged), Count(RowOutcome.Kept),
            Count(RowOutcome.Skipped),
            _rows.Count(r => r.Hazard is not null && !r.NotUnderstood.IsEmpty), _events, Bodies.Registered,
            notes.IsEmpty ? null : string.Join('\n', notes));
        await AppendAsync(finished, new(), cancellationToken);
        measured.End(_rows, _events);
        return new ImportReport(_id, plan.FileName, plan.File, plan.Ledger, plan.Region, _now, finished, _rows.ToImmutable(), notes);
    }

    /// <summary>Whether the newest earlier import of this ledger read its columns otherwise.</summary>
    private bool IsReadOtherwise =>
        _readOtherwise ??= plan.Earlier is { } earlier && ImportRequest.ReadMapping(earlier.Mapping).Mapping is { } then
        && (then with { Name = null }).ToJson() != (plan.Mapping with { Name = null }).ToJson();

    private int Count(RowOutcome outcome) => _rows.Count(r => r.Outcome == outcome);

    private async Task ImportAsync(List<(LedgerRow Row, int Index)> chunk, CancellationToken cancellationToken)
    {
        if (chunk.Count == 0)
            return;
        // References and bodies first, in the order of the file: both must be the same on every run.
        var prepared = new List<PreparedRow>(chunk.Count);
        foreach (var (row, index) in chunk)
            prepared.Add(await PrepareAsync(row, index, cancellationToken));
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
        await Parallel.ForEachAsync(
            Enumerable.Range(0, prepared.Count),
            new ParallelOptions { MaxDegreeOfParallelism = RowsInFlight, CancellationToken = cancellationToken },
            async (i, stop) => results[i] = await ImportAsync(prepared[i], stop));
        for (var i = 0; i < results.Length; i++)
            _pictures.Count(prepared[i].Row, results[i].Outcome == RowOutcome.Unchanged && _planned[prepared[i].Index].Repeats is null);
        _rows.AddRange(results);
        _events += results.Sum(r => r.Events);
        await AppendAsync(new LedgerRowsImported([.. results]), new(), cancellationToken);
        chunk.Clear();
        progress?.Report(new ImportProgress(_rows.Count, _events));
    }

    /// <summary>The hazard that a row is.</summary>
    /// <param name="Id">Its identity.</param>
    /// <param name="Before">As it was before this import.</param>
    /// <param name="Entered">What this import has written of it already.</param>
    /// <param name="Elsewhere">The one of another county that has the row's name.</param>
    private sealed record KnownRow(HazardId Id, Hazard? Before, (int Events, Hazard After)? Entered, Hazard? Elsewhere = null);

    /// <summary>A row with all that its story needs.</summary>
    private sealed record PreparedRow(LedgerRow Row, int Index, ExternalReference? Reference, RowBodies? Bodies, Refusal? Refusal)
    {
        public IReadOnlyList<string> Doubts { get; init; } = [];

        public ImmutableArray<TakenPicture> Pictures { get; init; } = [];
    }

    private async Task<PreparedRow> PrepareAsync(LedgerRow row, int index, CancellationToken cancellationToken)
    {
        if (_planned[index] is not { Reference: { } id, Repeats: null })
            return new PreparedRow(row, index, null, null, null);
        var reference = new ExternalReference(EarlierLedgers.SystemOf(plan.Ledger), id);
        var understood = row.Understood!;
        var (region, isRegionKnown) = plan.RegionOf(understood);
        List<string> doubts = [];
        var finder = by.Body;
        if (understood.InspectionBody is { } inspection)
        {
            var (body, refusal, _) = await Bodies.FindAsync(inspection, region, isRegionKnown, cancellationToken);
            if (body is null)
                return new PreparedRow(row, index, reference, null, refusal);
            finder = body;
        }
        Body? answerable = null;
        if (understood.ResponsibleUnit is { } unit)
        {
            (answerable, var refusal, var doubt) = await Bodies.FindAsync(unit.Name, region, isRegionKnown, cancellationToken);
            if (answerable is null)
                return new PreparedRow(row, index, reference, null, refusal);
            if (doubt is not null)
                doubts.Add(doubt);
        }
        return new PreparedRow(row, index, reference, new RowBodies(finder, answerable), null)
        {
            Doubts = doubts, Pictures = _pictures.Take(row),
        };
    }

    /// <summary>总表与分表: the hazard was entered from the sheet that was read first; what this one says otherwise is named.</summary>
    private ImportedRow Repeated(LedgerRow row, PlannedRow planned)
    {
        var first = planned.Repeats!;
        var id = IdOf(_indexes[(first.Sheet, first.Number)]);
        var where = $"工作表“{first.Sheet}”第 {first.Number} 行";
        // They would not be the hazard's own: its row is the other one.
        string[] pictures = [.. row.Images.Select(p => $"import.picture_left: {p.Address} 的图片未导入：该行与{where}是同一条隐患，只登记了那一行；请作为附件上传")];
        return PlannedRows.Disagreement(planned) is { } otherwise
            ? Of([$"import.sheets_disagree: 与{where}是同一条隐患，但说法不同（{otherwise}），以先读到的为准", .. pictures], [])
            : Of([.. pictures], [$"import.row_repeated: 与{where}是同一条隐患，只登记一次"]);

        ImportedRow Of(ImmutableArray<string> doubts, ImmutableArray<string> remarks) =>
            new(LedgerStory.SheetOf(row), row.Number, RowOutcome.Unchanged, id, 0, null, doubts, remarks, []);
    }

    private async Task<ImportedRow> UnchangedAsync(
        LedgerRow row, HazardId id, Stage stage, ImmutableArray<string> open, CancellationToken cancellationToken)
    {
        var hazard = stage == Stage.Merged ? await tools.Hazards.LoadAsync(id, null, cancellationToken) : null;
        return new ImportedRow(LedgerStory.SheetOf(row), row.Number, RowOutcome.Unchanged, id, 0, stage,
            LedgerStory.EndedSince(row, stage, open, await FateAsync(hazard, cancellationToken)), [], []);
    }

    private async Task<Stage?> FateAsync(Hazard? hazard, CancellationToken cancellationToken) =>
        hazard?.MergedInto is null ? null : (await tools.Hazards.MatterAsync(hazard, null, cancellationToken)).Survivor?.Stage;

    private async Task<ImportedRow> ImportAsync(PreparedRow prepared, CancellationToken cancellationToken)
    {
        var (row, index, reference, bodies, refusal) = prepared;
        if (_planned[index].Repeats is not null)
            return Repeated(row, _planned[index]);
        if (reference is null)
            return Keep(row, row.Verdict == RowVerdict.Skipped ? RowOutcome.Skipped : RowOutcome.Kept, null);
        if (bodies is null)
            return Keep(row, RowOutcome.Kept, refusal);
        if (soFar is null && _recognised.TryGetValue(index, out var same) && !IsReadOtherwise
            && _recorded.TryGetValue(same.Hazard, out var recorded) && recorded is { Stage: { } stands and not Stage.Verified }
            && recorded.Row.Fingerprint == row.Fingerprint)
            return await UnchangedAsync(row, new HazardId(same.Hazard), stands, recorded.Open, cancellationToken);
        var (id, before, entered, elsewhere) = await KnownAsAsync(index, reference, cancellationToken);
        // 撤销过的: what was withdrawn with an earlier import stays so; the row begins anew under a further name.
        for (var (first, n) = (reference.Id, 2); before is { Withdrawn: not null } && entered is null; n++)
        {
            reference = reference with { Id = $"{first}~{n}" };
            (id, before, entered, elsewhere) = await KnownAsAsync(reference, cancellationToken);
        }

        var onRecord = before?.LedgerRow is { } earlier && earlier.Fingerprint == LedgerStory.Fingerprint(row);
        // What was read by another mapping then is read anew; what was only graded since goes on as the row says.
        if (entered is null && onRecord && !IsReadOtherwise && before is not { Stage: Stage.Verified, Legs.Count: 0 })
        {
            var open = _recorded.TryGetValue(id.StreamId, out var known) ? known.Open : [];
            return await UnchangedAsync(row, id, before!.Stage, open, cancellationToken);
        }

        bodies = await PresentAsync(bodies, before, cancellationToken);
        var story = new LedgerStory(plan.Ledger, plan.File, row, bodies, tools.Rules.Current, _now)
        {
            Earlier = before?.LedgerRow?.Cells, IsOnRecord = onRecord, KeepsPersons = tools.Persons.WhyNot() is null,
            Fate = await FateAsync(before, cancellationToken),
        };
        var differences = onRecord && _recorded.TryGetValue(id.StreamId, out var met) ? met.Differences : [];
        foreach (var doubt in prepared.Doubts.Concat(differences))
            story.Doubt(doubt);
        if (elsewhere is not null)
            story.Doubt($"import.row_elsewhere: {Regions.NameOf(elsewhere.Region)}登记有同名台账的同一行（{elsewhere.Id}），地区不同，没有更新它，另行登记；"
                + "如果是当初登记错了地区，请更正那一条的地区，并撤销这次导入");
        if (_planned[index].SameAs is { } twin && row.Notes.All(n => n.Code != "row.twice"))
            story.Doubt($"import.row_twice: 与{(twin.Sheet == row.Sheet ? "" : $"工作表“{twin.Sheet}”")}第 {twin.Number} 行的时间、地点和内容相同，"
                + "责任单位相同或没有写明，已另行登记；如属重复登记，请并案或撤销");
        if (before is null && _resembling.TryGetValue(index, out var alike))
            story.Doubt($"import.row_resembles: 与此前登记的 {alike} 相近，但说的不是同一处，或那一条已办结而本行未办结；已另行登记，如属同一条，请并案");
        bodies = bodies with { Pictures = await _pictures.StoreAsync(prepared.Pictures, story, trial, cancellationToken) };
        if (_recognised.TryGetValue(index, out var recognised) && recognised.How >= RowMatch.Typing)
            story.Recognised(id, recognised.How);
        var (region, regionKnown) = plan.RegionOf(row.Understood!);
        story.Compare(plan.Mapping, before);
        var (sector, sectorKnown) = LedgerPlan.SectorOf(row.Understood!, tools.Sectors);
        if (!regionKnown)
            story.Doubt($"import.region_unknown: 地区“{story.RegionText}”对应不到 {Regions.NameOf(plan.Region)} 内的行政区划，"
                + $"按 {Regions.NameOf(region)} 登记");
        if (!sectorKnown)
            story.Doubt($"import.sector_unknown: 行业“{story.SectorText}”不在目录中，按“其他”登记");
        if (before is not null)
        {
            story.CompareFound(before);
            story.Reread(before, region, regionKnown, sector, sectorKnown, plan.Region);
        }

        var report = story.Report(reference, region, sector) with { Identity = id };
        var reported = Given(bodies.Finder, story.FoundAt);
        var (steps, stopped, told) = Tell(story, report, id, before, reported, bodies);
        if (stopped is not null)
            return Keep(row, RowOutcome.Kept, stopped);
        if (entered is { } own)
            return new ImportedRow(
                LedgerStory.SheetOf(row), row.Number, before is null ? RowOutcome.Entered : RowOutcome.Updated, id, own.Events,
                own.After.Stage, story.NotUnderstood, story.Remarks, []);
        if (before is not null && steps.Count == 0)
            return new ImportedRow(
                LedgerStory.SheetOf(row), row.Number, RowOutcome.Unchanged, id, 0, before.Stage, story.NotUnderstood, story.Remarks, []);
        if (trial)
            return new ImportedRow(
                LedgerStory.SheetOf(row), row.Number, before is null ? RowOutcome.Entered : RowOutcome.Updated, id, told.Count,
                told.After!.Stage, story.NotUnderstood, story.Remarks, []);
        var outcome = before is null
            ? await tools.Hazards.EnterAsync(report, reported, steps, Terms(), cancellationToken)
            : await tools.Hazards.ExecuteAsync(id, steps, Terms(), cancellationToken);
        return outcome switch
        {
            Outcome<Hazard>.Done done =>
                new ImportedRow(
                    LedgerStory.SheetOf(row), row.Number, before is null ? RowOutcome.Entered : RowOutcome.Updated, id, done.Events.Length,
                    done.After.Stage, story.NotUnderstood, story.Remarks, []),
            Outcome<Hazard>.Refused refused => Keep(row, RowOutcome.Kept, refused.Refusal) with { Hazard = before?.Id },
            _ => throw new InvalidOperationException(outcome.GetType().Name),
        };
    }

    /// <summary>
    /// What a row is known as: whoever enters a ledger again meets its hazards. Where somebody else's hazard, outside the
    /// jurisdiction, has the number already, the row is known by the importing body's own, and nothing is heard of the other. One
    /// in another county within the jurisdiction is not this one either, and is named.
    /// </summary>
    private async Task<KnownRow> KnownAsAsync(
        int index, ExternalReference reference, CancellationToken cancellationToken)
    {
        if (!_recognised.TryGetValue(index, out var recognised) || recognised.Hazard == HazardId.Shared(reference).StreamId)
            return await KnownAsAsync(reference, cancellationToken);
        var id = new HazardId(recognised.Hazard);
        var (before, entered) = await LoadAsync(id, cancellationToken);
        return (before ?? entered?.After) is { Withdrawn: null } known && by.Sees(known)
            ? new(id, before, entered)
            : await KnownAsAsync(reference, cancellationToken);
    }

    private async Task<KnownRow> KnownAsAsync(ExternalReference reference, CancellationToken cancellationToken)
    {
        var shared = HazardId.Shared(reference);
        if (_existing?.Contains(shared.StreamId) == false && !reference.Id.Contains('~', StringComparison.Ordinal))
            return new(shared, null, null);
        var (before, entered) = await LoadAsync(shared, cancellationToken);
        if ((before ?? entered?.After) is not { } known || by.Sees(known) && IsHere(known))
            return new(shared, before, entered);
        var elsewhere = by.Sees(known) ? known : null;
        var own = HazardId.For(by.Body.Id.Value, elsewhere is null ? reference : reference with { Id = $"{reference.Id}@{plan.Region}" });
        (before, entered) = await LoadAsync(own, cancellationToken);
        return new(own, before, entered, elsewhere is { Withdrawn: null } ? elsewhere : null);
    }

    private bool IsHere(Hazard known) =>
        _recorded.ContainsKey(known.Id.StreamId) || plan.Region.Contains(known.Region) || known.Region.Contains(plan.Region);

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
    private (List<Step> Steps, Refusal? Stopped, HazardStory Told) Tell(
        LedgerStory story, ReportHazard report, HazardId id, Hazard? before, Given reported, RowBodies bodies)
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
            var refusal = Tell(next, told, steps, bodies, report.Region);
            if (next.Tried is { } tried)
                tried(refusal);
            else if (refusal is not null)
            {
                // A hazard without its row would lose what the ledger said: then the row is kept as a whole instead.
                if (LedgerStory.IsRecord(next.Command))
                    return ([], refusal, told);
                story.Stopped(next.Command, refusal);
                break;
            }
        }
        return (steps, null, told);
    }

    /// <summary>Tells a step with what goes with it, or says why a rule refuses one of them: then none is told.</summary>
    private Refusal? Tell(LedgerStep? next, HazardStory told, List<Step> steps, RowBodies bodies, RegionCode region)
    {
        var (after, decided) = (told.After!, new List<(Step Step, Decision Decision, Act Act)>());
        for (; next is not null; next = next.Then)
        {
            var given = Given(next.By, next.At);
            var step = new Step(next.Command, LedgerStory.IsRecord(next.Command) ? given with { Attachments = bodies.Pictures } : given);
            var act = Act(step.Given, bodies, region, after.LatestOccurredAt);
            // A trial, as of the report above.
            var command = next.Command is IBringsPerson { BringsPerson: true } person
                ? person.With(PersonSeal.New(after.Id))
                : next.Command;
            var decision = Decider.Decide(command, after, act);
            if (decision.Refusal is { } refusal)
                return refusal;
            after = decision.Events.Aggregate(
                after, (hazard, e) => Hazard.Apply(hazard.Id, hazard, new Happening(e, act.Context(decision.Role))));
            decided.Add((step, decision, act));
        }

        foreach (var (step, decision, act) in decided)
        {
            told.Add(decision, act);
            steps.Add(step);
        }

        return null;
    }

    /// <summary>With the body that answers for the hazard on record, where that is another than the row's.</summary>
    private async Task<RowBodies> PresentAsync(RowBodies bodies, Hazard? before, CancellationToken cancellationToken)
    {
        if (before is null || !before.Legs.TryGetValue(Leg.Sole, out var leg) || leg.Body == bodies.Answerable?.Id)
            return bodies;
        return bodies with
        {
            Present = await tools.Bodies.LoadAsync(leg.Body, null, cancellationToken),
            Supervisor = leg.Supervisor is { } supervisor ? await tools.Bodies.LoadAsync(supervisor, null, cancellationToken) : null,
        };
    }

    private Act Act(Given given, RowBodies bodies, RegionCode region, DateTimeOffset? previous = null)
    {
        var (occurred, now) = given.TimeAt(_now, previous);
        var rules = tools.Rules.Current;
        return new Act(given.By, occurred, now, rules.PolicyAt(region, occurred), tools.Sectors, bodies.ById, null, [])
        {
            Calendar = rules.Calendar,
        };
    }

    /// <summary>What the ledger does not date happens now.</summary>
    private Given Given(Body body, DateTimeOffset at) =>
        new(new Actor(by.Name, body, [Role.Importer], by.Client, by.Jurisdiction) { OnBehalf = true })
        {
            OccurredAt = at >= _now ? null : at,
        };

    private Terms Terms() => new() { CorrelationId = terms.CorrelationId ?? _id.ToString("D"), CausationId = _id.ToString("D") };

    private static ImportedRow Keep(LedgerRow row, RowOutcome outcome, Refusal? refusal)
    {
        var why = row.Notes.Where(n => n.Severity != NoteSeverity.Info).Select(n => $"{n.Code}: {n.Zh}");
        if (refusal is not null)
            why = why.Append($"{refusal.Code}: {refusal.Chinese}");
        var remarks = row.Skip is { } skip ? ImmutableArray.Create(LedgerChinese.Of(skip)) : [];
        return new ImportedRow(LedgerStory.SheetOf(row), row.Number, outcome, null, 0, null, [.. why], remarks,
            [.. row.Cells.Select(c => new LedgerCell(c.Header ?? "", c.Address, c.Text))]);
    }

    private async Task<AppendResult> AppendAsync(
        IImportEvent happened, Terms on, CancellationToken cancellationToken, params IReadOnlyList<object> messages)
    {
        var context = new EventContext(
            _now, Entry.Prompt, by.Name, by.Body.Id, Role.Importer, by.Client, tools.Rules.Current.PolicyAt(by.Body.Region, _now).Version,
            null, []);
        var append = new Append([new StreamAppend(_id, LedgerImport.StreamType, _version, [Facts.Of(happened, context, Terms())])], on.Key)
        {
            Messages = messages, Relies = on.Relies,
        };
        var result = await tools.Log.AppendAsync(append, cancellationToken);
        if (result is AppendResult.Conflict && _version > 0)
            throw new NotNowException("另一节点正在导入 · another node is importing it");
        _version++;
        return result;
    }
}
