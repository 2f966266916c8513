using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Api.Investigation.Packages;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;
using Npgsql;

namespace Hazards.Api.Import;

/// <summary>A ledger that was imported before.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Imports">Its imports, the newest first.</param>
/// <param name="Mapping">How the newest of them was read, as JSON.</param>
/// <param name="Region">Where its rows go that name no region.</param>
/// <param name="IsHere">Whether that touches the region of the ledger at hand; rows of another county's are never taken for its
/// own.</param>
internal sealed record EarlierLedger(string Name, IReadOnlyList<Guid> Imports, string Mapping, RegionCode Region, bool IsHere)
{
    /// <summary>What files were called that were recognised as it.</summary>
    public IReadOnlyList<string> Called { get; init; } = [];
}

/// <summary>A row as an earlier import recorded it.</summary>
/// <param name="Row">The row.</param>
/// <param name="Stage">Where its hazard stands now.</param>
/// <param name="Doubts">What the last report that has it asked.</param>
/// <param name="IsInNewest">Whether the newest import has it.</param>
internal sealed record RecordedRow(EarlierRow Row, Stage? Stage, ImmutableArray<string> Doubts, bool IsInNewest)
{
    // Said when it happens; nobody has to answer it again and again.
    private static readonly string[] Once =
        ["import.row_edited", "import.deadline_changed", "import.unit_changed", "import.level_changed", "import.cell_changed"];

    // What the row itself does not say: where the version before it said otherwise.
    private static readonly string[] Compared = ["import.cell_emptied", "import.person_changed", "import.found_at_differs"];

    private static readonly string[] WaitedFor = ["import.unit_needed", "import.deadline_needed"];

    /// <summary>What was asked because the version before said otherwise; it does, as long as the row stays as it is.</summary>
    public IEnumerable<string> Differences => Doubts.Where(d => IsOneOf(d, Compared));

    /// <summary>
    /// What is still asked while the row stays as it is: what waited for a level or a unit is answered when the hazard went on.
    /// </summary>
    public ImmutableArray<string> Open => Doubts.RemoveAll(d => IsOneOf(d, Once)
        || Stage != Domain.Codes.Stage.Reported && d.Contains(LedgerStory.Waits, StringComparison.Ordinal)
        || Stage > Domain.Codes.Stage.Verified && IsOneOf(d, WaitedFor));

    private static bool IsOneOf(string doubt, string[] codes) => codes.Any(c => doubt.StartsWith(c, StringComparison.Ordinal));
}

/// <summary>The earlier ledger that a file seems to be.</summary>
/// <param name="Ledger">That ledger.</param>
/// <param name="Rows">Rows that both have, of those that were compared.</param>
/// <param name="Others">How many of these others answer for.</param>
internal sealed record LedgerRecognised(EarlierLedger Ledger, int Rows, int Others);

/// <summary>
/// 同一本台账: finds out which ledger imported earlier a file is a new version of, whatever it is called now, and which rows of
/// it are on record. Everything is read from the log: the imports by mt_events_imports, their rows by their streams.
/// </summary>
internal sealed class EarlierLedgers(NpgsqlDataSource dataSource)
{
    private const int MostImports = 400;
    private const int MostLedgers = 60;
    private const int MostCompared = 150;
    private const int MostVersions = 12;
    private const int MostShapes = 3;
    private const int MostJudged = 3;
    private const int MostHazards = 20_000;

    // 无照 alone tells nothing.
    private const int FewestLetters = 4;

    /// <summary>As many headers in common make two files the same form.</summary>
    private const double SameShape = 0.7;

    /// <summary>A row alone may be in two ledgers by chance; as large a part of what was compared is none.</summary>
    private const int FewestRows = 2, PartOfRows = 3;

    /// <summary>Rows that name nobody who answers are the same by chance more easily.</summary>
    private const int FewestUnnamed = 3;

    /// <summary>One import at a time where two could be of the same ledger (<see cref="ImportTurn"/>).</summary>
    internal Task<ImportTurn?> TurnAsync(RegionCode region, TimeSpan patience, CancellationToken cancellationToken) =>
        ImportTurn.TakeAsync(dataSource, region, patience, cancellationToken);

    /// <summary>
    /// An import in the background within the last day that touches the region and has not finished; null when there is none.
    /// </summary>
    internal async Task<Guid?> UnfinishedAsync(RegionCode region, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select e.stream_id
            from log.mt_events e
            where e.type = 'ledger_import_started'
              and (starts_with(e.data ->> 'region', $1) or starts_with($1, e.data ->> 'region') or e.data ->> 'region' = '0')
              and e."timestamp" > now() - interval '1 day'
              and not exists (select from log.mt_events f where f.stream_id = e.stream_id and f.type = 'ledger_import_finished')
              and exists (select from files.blobs b where b.digest = decode(e.data ->> 'file', 'hex'))
            order by e.seq_id desc
            limit 1
            """);
        command.Parameters.Add(PackageShelf.Of(region.Prefix));
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>
    /// Ledgers imported within the jurisdiction, or for a wider place that holds it: a prefecture's has the county's rows. The newest
    /// first.
    /// </summary>
    internal async Task<IReadOnlyList<EarlierLedger>> ListAsync(
        RegionCode region, RegionCode jurisdiction, Guid? except, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select e.stream_id, e.data ->> 'ledger', e.data ->> 'mapping', e.data ->> 'region', e.data ->> 'called'
            from log.mt_events e
            where e.type = 'ledger_import_started'
              and (starts_with(e.data ->> 'region', $1) or starts_with($1, e.data ->> 'region') or e.data ->> 'region' = '0')
            order by e.seq_id desc
            limit $2
            """);
        command.Parameters.Add(PackageShelf.Of(jurisdiction.Prefix));
        command.Parameters.Add(PackageShelf.Of(MostImports));
        var ledgers = new Dictionary<(string Name, bool IsHere), EarlierLedger>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetGuid(0) == except || !RegionCode.TryParse(reader.GetString(3), out var own, out _))
                continue;
            var (name, isHere) = (reader.GetString(1), own.Contains(region) || region.Contains(own));
            var known = ledgers.GetValueOrDefault((name, isHere)) ?? new EarlierLedger(name, [], reader.GetString(2), own, isHere);
            ledgers[(name, isHere)] = known with
            {
                Imports = [.. known.Imports, reader.GetGuid(0)],
                Called = reader.IsDBNull(4) ? known.Called : [.. known.Called, reader.GetString(4)],
            };
        }

        return [.. ledgers.Values.Where(l => l.IsHere).Take(MostLedgers), .. ledgers.Values.Where(l => !l.IsHere).Take(MostLedgers)];
    }

    /// <summary>
    /// Which of them the rows are of; and which only resemble them, because other bodies answer or too little is the same.
    /// </summary>
    /// <param name="ledgers">The ledgers.</param>
    /// <param name="name">What the file would be called by itself: a ledger of that name is one of those that it is compared with.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="mapping">How it is read.</param>
    /// <param name="jurisdiction">Whose rows are looked at.</param>
    /// <param name="cancellationToken">Stops.</param>
    internal async Task<(LedgerRecognised? Recognised, IReadOnlyList<LedgerRecognised> Resembled)> RecogniseAsync(
        IReadOnlyList<EarlierLedger> ledgers, string name, IReadOnlyList<(string Reference, RowLikeness Likeness)> rows,
        LedgerMapping mapping, RegionCode jurisdiction, CancellationToken cancellationToken)
    {
        if (rows.Count == 0 || ledgers.Count == 0)
            return (null, []);
        var some = Sample(rows);
        var known = await KnownAsync([.. ledgers.SelectMany(l => some.Select(r => IdOf(l.Name, r.Reference)))], cancellationToken);
        var byRows = ledgers.Select(l => (Ledger: l, Rows: some.Count(r => known.Contains(IdOf(l.Name, r.Reference)))))
            .Where(l => l.Rows > 0 || l.Ledger.Name == name).OrderByDescending(l => l.Rows).Select(l => l.Ledger).ToArray();
        // None to the letter: perhaps all of it was typed anew, in the same form.
        var byShape = ledgers.Where(l => l.IsHere && Shape(l.Mapping, mapping) >= SameShape).Take(MostShapes);
        List<LedgerRecognised> resembled = [];
        var elsewhere = byRows.Where(l => !l.IsHere).Take(1);
        // As it was taken before: under its own name, unless that is a ledger's own.
        var asBefore = ledgers.Any(l => l.IsHere && l.Name == name)
            ? null
            : ledgers.FirstOrDefault(l => l.IsHere && l.Called.Contains(name));
        EarlierLedger[] likely =
        [
            .. byRows.Where(l => l.IsHere).Take(MostJudged).Concat(asBefore is null ? [] : [asBefore]).Concat(byShape).Concat(elsewhere)
                .Distinct(),
        ];
        if (await FirstAsync(likely) is { } found)
            return (found, resembled);
        // Nor in the same form: its words tell, on their days.
        var byWords = await ByWordsAsync([.. ledgers.Where(l => l.IsHere).Except(likely)], some, jurisdiction, cancellationToken);
        if (await FirstAsync(byWords) is { } told)
            return (told, resembled);
        return asBefore is not null && !resembled.Exists(r => r.Ledger == asBefore && r.Others > 0)
            ? (new LedgerRecognised(asBefore, 0, 0), resembled)
            : (null, resembled);

        async Task<LedgerRecognised?> FirstAsync(IEnumerable<EarlierLedger> candidates)
        {
            foreach (var ledger in candidates)
            {
                var (judged, isIt) = Judge(ledger, some, await RowsAsync(ledger, jurisdiction, null, mapping, cancellationToken));
                if (isIt && ledger.IsHere)
                    return judged;
                if (judged.Rows >= FewestRows || judged.Others > 0)
                    resembled.Add(judged);
            }

            return null;
        }
    }

    /// <summary>
    /// Ledgers of which a hazard begins with the words of a row and was found on its day; those with the most such rows first. By
    /// hazards_by_found.
    /// </summary>
    private async Task<IReadOnlyList<EarlierLedger>> ByWordsAsync(
        IReadOnlyList<EarlierLedger> ledgers, List<(string Reference, RowLikeness Likeness)> some, RegionCode jurisdiction,
        CancellationToken cancellationToken)
    {
        var byDay = some.Select(r => r.Likeness).Where(r => r is { Day: not null, Description.Length: >= FewestLetters })
            .ToLookup(r => r.Day!.Value);
        if (ledgers.Count == 0 || byDay.Count == 0)
            return [];
        await using var command = dataSource.CreateCommand("""
            select i.item #>> '{reference,system}', i.item ->> 'title', h.found_at
            from rows.hazards h
            join rows.hazard_items i on i.position = h.position
            where h.found_at >= $1 and h.found_at < $2 and starts_with(h.region, $3) and i.item #>> '{reference,system}' = any ($4)
            limit $5
            """);
        command.Parameters.Add(PackageShelf.Of(ChinaTime.StartOf(byDay.Min(d => d.Key)).UtcDateTime));
        command.Parameters.Add(PackageShelf.Of(ChinaTime.EndOf(byDay.Max(d => d.Key)).UtcDateTime));
        command.Parameters.Add(PackageShelf.Of(jurisdiction.Prefix));
        command.Parameters.Add(PackageShelf.Of(ledgers.Select(l => SystemOf(l.Name)).ToArray()));
        command.Parameters.Add(PackageShelf.Of(MostHazards));
        var told = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            if (byDay[ChinaTime.DateAt(reader.GetFieldValue<DateTimeOffset>(2))].Any(r => r.BeginsWith(reader.GetString(1))))
                told[reader.GetString(0)] = told.GetValueOrDefault(reader.GetString(0)) + 1;
        return
        [
            .. ledgers.Where(l => told.GetValueOrDefault(SystemOf(l.Name)) is var rows && IsEnough(rows, some.Count))
                .OrderByDescending(l => told[SystemOf(l.Name)]).Take(MostJudged),
        ];
    }

    /// <summary>
    /// Two rows in common under the same bodies make it the same ledger. Standard phrases (灭火器压力不足) that others answer for
    /// are another ledger; where nobody is named, most of the smaller of both must be the same.
    /// </summary>
    private static (LedgerRecognised Judged, bool IsIt) Judge(
        EarlierLedger ledger, List<(string Reference, RowLikeness Likeness)> some, IReadOnlyList<RecordedRow> recorded)
    {
        var byId = recorded.ToDictionary(r => r.Row.Hazard, r => r.Row.Likeness);
        var byWords = recorded.ToLookup(r => r.Row.Likeness.Description, r => r.Row.Likeness);
        var (common, byUnit, byPerson, others) = (0, 0, 0, 0);
        foreach (var (reference, row) in some)
        {
            var alike = byWords[row.Description].Where(e => row.SameDay(e) && row.NearPlace(e));
            if (byId.TryGetValue(IdOf(ledger.Name, reference), out var own))
                alike = alike.Prepend(own);
            if (alike.MaxBy(e => row.SameAnswer(e) switch { true => 2, null => 1, _ => 0 }) is not { } best)
                continue;
            common++;
            if (row.SameAnswer(best) is not { } same)
                continue;
            others += same ? 0 : 1;
            byUnit += same && row.SameUnit(best) != null ? 1 : 0;
            byPerson += same && row.SameUnit(best) == null ? 1 : 0;
        }

        var most = common * 2 >= Math.Min(some.Count, recorded.Count);
        var isIt = (others == 0 || others < byUnit + byPerson)
            && (IsEnough(byUnit, some.Count) || most && (byUnit + byPerson >= FewestRows || common >= FewestUnnamed));
        return (new LedgerRecognised(ledger, common, others), isIt);
    }

    /// <summary>
    /// The rows that the newest imports of a ledger entered or met within a jurisdiction, as each was last recorded before this import.
    /// </summary>
    internal async Task<IReadOnlyList<RecordedRow>> RowsAsync(
        EarlierLedger ledger, RegionCode jurisdiction, Guid? before, LedgerMapping mapping, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            with met as materialized (
              select distinct on (1) (r.row ->> 'hazard')::uuid as id, r.row -> 'notUnderstood' as doubts,
                     e.stream_id = $3 as newest, e.seq_id as at, r.n
              from log.mt_events e, jsonb_array_elements(e.data -> 'rows') with ordinality r (row, n)
              where e.stream_id = any ($1) and e.type = 'ledger_rows_imported' and r.row ->> 'hazard' is not null
              order by 1, e.seq_id desc, r.n
            )
            select met.id, row.data ->> 'fingerprint', (row.data -> 'cells')::text, h.stage, met.doubts::text, met.newest
            from met
            join rows.hazards h on h.hazard_id = met.id and h.stage <> 'rejected' and starts_with(h.region, $4)
            cross join lateral (
              select e.data from log.mt_events e
              where e.stream_id = met.id and e.type = 'ledger_row_recorded' and e.causation_id is distinct from $2
              order by e.version desc limit 1
            ) row
            order by met.at, met.n
            """);
        command.Parameters.Add(PackageShelf.Of(ledger.Imports.Take(MostVersions).ToArray()));
        command.Parameters.Add(PackageShelf.Of(before?.ToString("D") ?? ""));
        command.Parameters.Add(PackageShelf.Of(ledger.Imports[0]));
        command.Parameters.Add(PackageShelf.Of(jurisdiction.Prefix));
        var rows = new List<RecordedRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            using var cells = JsonDocument.Parse(reader.GetString(2));
            var stage = CodeList.TryParse<Stage>(reader.GetString(3), out var known) ? known : (Stage?)null;
            rows.Add(new RecordedRow(new EarlierRow(reader.GetGuid(0), reader.GetString(1),
                RowLikeness.Of(
                    [.. cells.RootElement.EnumerateArray().Select(c => (c.GetProperty("header").GetString() ?? "", c.GetProperty("text").GetString() ?? ""))],
                    mapping)) { Ended = stage is Stage.Closed or Stage.Merged }, stage,
                reader.IsDBNull(4) ? [] : JsonSerializer.Deserialize<ImmutableArray<string>>(reader.GetString(4)), reader.GetBoolean(5)));
        }

        return rows;
    }

    /// <summary>Which of these hazards there are, whatever became of them.</summary>
    internal Task<HashSet<Guid>> ExistingAsync(Guid[] hazards, CancellationToken cancellationToken) =>
        AmongAsync("select s.id from log.mt_streams s where s.id = any ($1)", hazards, cancellationToken);

    private Task<HashSet<Guid>> KnownAsync(Guid[] hazards, CancellationToken cancellationToken) =>
        AmongAsync(
            "select h.hazard_id from rows.hazards h where h.hazard_id = any ($1) and h.stage <> 'rejected'", hazards, cancellationToken);

    private async Task<HashSet<Guid>> AmongAsync(string sql, Guid[] hazards, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.Add(PackageShelf.Of(hazards));
        var found = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetGuid(0));
        return found;
    }

    private static bool IsEnough(int common, int compared) => common >= FewestRows || common > 0 && common * PartOfRows >= compared;

    /// <summary>The first, the last and some between: a ledger grows at its end or at its head.</summary>
    private static List<(string Reference, RowLikeness Likeness)> Sample(IReadOnlyList<(string Reference, RowLikeness Likeness)> rows)
    {
        if (rows.Count <= MostCompared)
            return [.. rows];
        const int Third = MostCompared / 3;
        return
        [
            .. rows.Take(Third), .. Enumerable.Range(1, Third).Select(i => rows[(int)((long)i * (rows.Count - 1) / (Third + 1))]),
            .. rows.Skip(rows.Count - Third),
        ];
    }

    /// <summary>The share of headers that two mappings have in common.</summary>
    private static double Shape(string earlier, LedgerMapping mapping)
    {
        if (ImportRequest.ReadMapping(earlier).Mapping is not { } other)
            return 0;
        var (a, b) = (Headers(mapping), Headers(other));
        return a.Count + b.Count == 0 ? 0 : (double)a.Intersect(b).Count() / a.Union(b).Count();

        static HashSet<string> Headers(LedgerMapping of) => [.. of.Columns.Select(c => c.Header).OfType<string>()];
    }

    internal static Guid IdOf(string ledger, string reference) =>
        HazardId.Shared(new ExternalReference(SystemOf(ledger), reference)).StreamId;

    /// <summary>The system that a ledger's rows are references of.</summary>
    internal static string SystemOf(string ledger) => $"台账:{ledger}";
}
