using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;
using LedgerState = Hazards.Ledgers.LedgerState;

namespace Hazards.Api.Import;

/// <summary>The bodies a row speaks of, found or registered before its story is told.</summary>
/// <param name="Finder">检查单位; the importing body when the row names none.</param>
/// <param name="Answerable">责任单位, if the row names one.</param>
internal sealed record RowBodies(Body Finder, Body? Answerable)
{
    /// <summary>Who answers for the hazard on record, where the row names another or none.</summary>
    public Body? Present { get; init; }

    /// <summary>Who supervises that.</summary>
    public Body? Supervisor { get; init; }

    /// <summary>The pictures of the row, which go with its cells.</summary>
    public ImmutableArray<Attachment> Pictures { get; init; } = [];

    /// <summary>All of them, by identity.</summary>
    public IReadOnlyDictionary<BodyId, Body> ById =>
        new[] { Finder, Answerable, Present, Supervisor }.OfType<Body>().DistinctBy(b => b.Id).ToDictionary(b => b.Id);
}

/// <summary>What happened next according to the ledger.</summary>
internal sealed record LedgerStep(DateTimeOffset At, Body By, IHazardCommand Command)
{
    /// <summary>What happened with it: both are told, or neither.</summary>
    public LedgerStep? Then { get; init; }

    /// <summary>
    /// Hears why a rule refused it, or null once it is told; the story goes on after it. Without it, the story ends at a refusal.
    /// </summary>
    public Action<Refusal?>? Tried { get; init; }
}

/// <summary>
/// Turns a row of a ledger into what must have happened for it to stand as it does. Looks at the hazard as it is and
/// says what the ledger tells next, until it tells no more; dates are the ledger's own, so the events are late entries.
/// Nothing is made up: where the ledger gives no date, the time of the import stands in and the report says so.
/// </summary>
internal sealed class LedgerStory
{
    // What waits for its level is owed by the committee office of the region, by a clock of its own (ClockKind.Verify).
    internal const string Waits = "；已列入所在地安委办的“核实定级”应办事项，可批量定级";

    private readonly string _ledger;
    private readonly Sha256Digest _file;
    private readonly LedgerRow _row;
    private readonly UnderstoodRow _understood;
    private readonly RowBodies _bodies;
    private readonly Rulebook _rules;
    private readonly DateTimeOffset _now;
    private readonly SortedSet<string> _notUnderstood = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _remarks = new(StringComparer.Ordinal);
    private bool _rowRecorded;
    private int _corrections;
    private IReadOnlyList<(CorrectableField Field, string? To)> _reread = [];
    private readonly LedgerChanges _changes;
    private readonly RowPhones _phones;

    public LedgerStory(string ledger, Sha256Digest file, LedgerRow row, RowBodies bodies, Rulebook rules, DateTimeOffset now)
    {
        _ledger = ledger;
        _file = file;
        _row = row;
        _understood = RowPhones.Without(
            row.Understood ?? throw new ArgumentException("a row that was not understood has no story", nameof(row)));
        _bodies = bodies;
        _rules = rules;
        _now = now;
        _changes = new LedgerChanges(_understood, bodies, now, n => _notUnderstood.Add(n), n => _remarks.Add(n));
        _phones = RowPhones.Of(row);
        foreach (var note in row.Notes)
        {
            var column = note.Column is null ? "" : $"[{note.Column}] ";
            (note.Severity == NoteSeverity.Info ? _remarks : _notUnderstood).Add($"{note.Code}: {column}{PhoneNumbers.Hide(note.Zh).Text}");
        }
    }

    /// <summary>Where the row says it is.</summary>
    public string? RegionText => _understood.Region;

    /// <summary>What the row calls its sector.</summary>
    public string? SectorText => _understood.Sector;

    /// <summary>What was not understood, or stopped the story.</summary>
    public ImmutableArray<string> NotUnderstood => [.. _notUnderstood];

    /// <summary>What is worth knowing.</summary>
    public ImmutableArray<string> Remarks => [.. _remarks];

    /// <summary>When it was found: the ledger's date, or the time of the import.</summary>
    public DateTimeOffset FoundAt
    {
        get
        {
            if (_understood.FoundAt is { } found && found.At <= _now)
                return found.At;
            var why = _understood.FoundAt is { } ahead
                ? $"import.found_at_ahead: 台账的发现时间 {Day(ahead.At)} 在导入之后，没有采用"
                : "import.found_at_unknown: 台账未载明（可用的）发现时间";
            // Whatever is dated was found by then: the dates that were read must not fall away for the one that was not.
            _notUnderstood.Add(why + (Earliest is { } first ? $"，登记为不迟于台账中最早的日期 {Day(first)}，请更正" : "，按导入时间登记，请更正"));
            return Earliest ?? _now;
        }
    }

    private DateTimeOffset? Earliest =>
        new[] { _understood.Deadline, _understood.CompletedAt, _understood.ReinspectedAt, _understood.AcceptedAt, _understood.ClosedAt }
        .Where(d => d is { } date && date.At <= _now).Select(d => (DateTimeOffset?)d!.Value.At).Min();

    /// <summary>The report that begins the hazard.</summary>
    public ReportHazard Report(ExternalReference reference, RegionCode region, SectorCode sector)
    {
        var description = _understood.Description!;
        return new ReportHazard(
            Source(), region, sector, OneLine(description, 60), description, HazardKind.Safety,
            Short(_understood.Category, 100), Enterprise(), PlaceText is { } place ? new Place(place) : null, reference,
            Short(_understood.Inspectors, 400), ReportedLevel);
    }

    // What the mapping says a word means is said with it: Ⅱ级 is major in one place and general in another.
    private string? ReportedLevel => _understood.Level is { Value: LedgerLevel.General } level
        && !level.Text.Contains("一般", StringComparison.Ordinal) && _row.Notes.All(n => n.Code != "level.between")
            ? Short(level.Text.Length == 0 ? null : $"{OneLine(level.Text, 50)}（一般）", 60)
            : Short(_understood.Level?.Text, 60);

    /// <summary>The next act the ledger tells of; null when it tells no more.</summary>
    public LedgerStep? Next(Hazard hazard)
    {
        if (!_rowRecorded && !IsOnRecord)
        {
            _rowRecorded = true;
            if (_phones.Contact is not null && !KeepsPersons)
                _remarks.Add("import.phone_dropped: 服务没有密钥目录，不能封存电话号码，未保存（原件请留存）");
            return Importing(new RecordLedgerRow(
                _ledger, _file, SheetOf(_row), _row.Number, Fingerprint(_row), _understood.State?.Text, _phones.Cells, NotUnderstood)
            {
                Contact = KeepsPersons ? _phones.Contact : null, ClearCells = KeepsPersons ? _phones.Clear : null,
            });
        }
        if (NextCorrection(hazard) is { } correction)
            return Importing(correction);
        // What has been reopened, listed or doubled since is in people's hands; a ledger does not overrule them.
        if (hazard.Reopened > 0 || hazard.Listing is not null || hazard.IsDual)
        {
            if (hazard.Version > 1)
                _remarks.Add($"import.handled_online: 该隐患已在线办理（重新开案、挂牌或双重交办），台账状态“{StateText}”未再应用");
            return null;
        }
        if (Earlier is not null && _changes.Next(hazard) is { } change)
            return change;
        var next = FromHere(hazard);
        if (next is null)
            SayWhatIsNotTold(hazard);
        return next;
    }

    /// <summary>A state that goes back or sideways moves nothing, and is never dropped in silence.</summary>
    private void SayWhatIsNotTold(Hazard hazard)
    {
        if (Behind(_understood, hazard.Stage, hazard.Legs.TryGetValue(Leg.Sole, out var sole) ? sole.Stage : null, Fate) is { } otherwise)
            _notUnderstood.Add(otherwise);
    }

    /// <summary>What is to be said where a row does not know, also an unchanged one, that its hazard has been ended since.</summary>
    /// <param name="row">The row, understood.</param>
    /// <param name="stage">Where the hazard stands.</param>
    /// <param name="open">What was open of the row.</param>
    /// <param name="fate">Of a merged one: where the hazard stands that it goes on as.</param>
    public static ImmutableArray<string> EndedSince(LedgerRow row, Stage stage, ImmutableArray<string> open, Stage? fate)
    {
        if (Hazard.IsOpenAt(stage) || row.Understood is not { } understood)
            return open;
        var others = open.RemoveAll(o => o.StartsWith(BehindCode, StringComparison.Ordinal));
        return Behind(understood, stage, null, fate) is { } otherwise ? others.Add(otherwise) : others;
    }

    private const string BehindCode = "import.state_behind";

    /// <summary>Where the hazard stands that a merged one goes on as: it shares that one's fate.</summary>
    public Stage? Fate { get; init; }

    private static string? Behind(UnderstoodRow row, Stage stage, LegStage? leg, Stage? fate)
    {
        if (row.State?.Value is not { } says)
            return null;
        (LedgerState From, LedgerState To) stands = stage switch
        {
            Stage.Reported or Stage.Verified => (LedgerState.Reported, LedgerState.FixedOnTheSpot),
            Stage.Closed => (LedgerState.Closed, LedgerState.FixedOnTheSpot),
            Stage.Rejected => (LedgerState.Unfounded, LedgerState.Unfounded),
            // Done with in the ledger, and not where it goes on.
            Stage.Merged when fate is { } goesOn && Hazard.IsOpenAt(goesOn) => (LedgerState.Unfounded, LedgerState.Unfounded),
            Stage.Merged => (LedgerState.Closed, LedgerState.Unfounded),
            Stage.AwaitingClosure => (LedgerState.Accepted, LedgerState.FixedOnTheSpot),
            _ => leg switch
            {
                LegStage.Assigned or LegStage.Returned => (LedgerState.Reported + 1, LedgerState.FixedOnTheSpot),
                LegStage.Rectifying => (LedgerState.Planned, LedgerState.FixedOnTheSpot),
                LegStage.Declared => (LedgerState.Declared, LedgerState.FixedOnTheSpot),
                LegStage.Accepted => (LedgerState.Accepted, LedgerState.FixedOnTheSpot),
                _ => (LedgerState.Unfounded, LedgerState.Unfounded),
            },
        };
        // What is ahead of the hazard is told, or why not is said where it stops.
        if (says >= stands.From && says <= stands.To)
            return null;
        var how = says < stands.From && stage is not Stage.Rejected and not Stage.Merged ? "落后于" : "不同于";
        var where = Hazard.IsOpenAt(stage) && leg is { } at ? CodeList.Chinese(at) : CodeList.Chinese(stage);
        if (fate is { } now)
            where += $"，所并入的隐患现为{CodeList.Chinese(now)}";
        return $"{BehindCode}: 台账状态“{row.State.Text}”{how}登记的环节“{where}”，没有改动（不倒退），请核对";
    }

    private LedgerStep? FromHere(Hazard hazard) =>
        hazard.Stage switch
        {
            Stage.Reported => FromReported(hazard),
            Stage.Verified => FromVerified(hazard),
            Stage.Assigned or Stage.Rectifying or Stage.AwaitingAcceptance when hazard.Legs.TryGetValue(Leg.Sole, out var leg) =>
                FromLeg(leg),
            Stage.AwaitingClosure when Reached(LedgerState.Closed) =>
                new LedgerStep(ClosedAt(), _bodies.Finder, new CloseHazard($"台账记载：{StateText}")),
            _ => null,
        };

    /// <summary>Whether personal data can be kept, which is always sealed; otherwise they are left out, and that is said.</summary>
    public required bool KeepsPersons { get; init; }

    /// <summary>Whether the row was recorded by an earlier import to the letter: only what it was read as is new.</summary>
    public bool IsOnRecord { get; init; }

    /// <summary>Says that the row is one of an earlier import, though it was edited.</summary>
    public void Recognised(HazardId id, RowMatch how)
    {
        if (how == RowMatch.Typing)
            _remarks.Add($"import.row_recognised: 与此前登记的 {id} 写法不同、内容一致，按同一条更新");
        else
            _notUnderstood.Add($"import.row_edited: 内容有改动，按{(how == RowMatch.Number ? "编号" : "日期、地点和文字")}认作此前登记的 {id}，请核对");
    }

    // What the row said of them before, and says now.
    private readonly Dictionary<LedgerField, (string From, string To)> _moved = [];

    private static readonly LedgerField[] Acted =
    [
        LedgerField.Level, LedgerField.IsMajor, LedgerField.ResponsibleUnit, LedgerField.Deadline, LedgerField.State,
    ];

    /// <summary>
    /// What the row says otherwise than it did, where no act follows from it: a cell that was emptied, another person, other
    /// words.
    /// </summary>
    public void Compare(LedgerMapping mapping, Hazard? hazard)
    {
        if (Earlier is not { } earlier || IsOnRecord)
            return;
        // What is merged or unfounded is not brought up to date.
        var counts = hazard?.Stage is not (Stage.Merged or Stage.Rejected);
        var now = ByField(_phones.Cells);
        foreach (var (what, before) in ByField(earlier))
        {
            var after = now.GetValueOrDefault(what).Text ?? "";
            if (before.Field == LedgerField.ExternalId || Plain(before.Text) is not { Length: > 0 } plain || Plain(after) == plain)
                continue;
            var (name, old, to) = (before.Header, OneLine(before.Text, 60), OneLine(after, 60));
            if (Plain(after).Length == 0)
            {
                // A column that the ledger has no more says nothing of one row.
                if (mapping.Columns.Any(c => c.Field == before.Field))
                    _notUnderstood.Add($"import.cell_emptied: [{name}] 上次为“{old}”，这次空白，登记的保留不改，请核对");
            }
            else if (before.Field == LedgerField.ResponsiblePerson)
                _notUnderstood.Add($"import.person_changed: [{name}] 由“{old}”改为“{to}”，没有改动登记的责任人，请核对");
            else if (before.Field is LedgerField.Region or LedgerField.Sector)
                _moved[before.Field.Value] = (old, to);
            else if (before.Field is not { } field || !Acted.Contains(field))
                _remarks.Add($"import.cell_changed: [{name}] 由“{old}”改为“{to}”，原文已保存");
            else if (!counts && field != LedgerField.State)
                _notUnderstood.Add(
                    $"import.cell_changed: [{name}] 由“{old}”改为“{to}”，该隐患登记为“{CodeList.Chinese(hazard!.Stage)}”，没有改动，请核对");
        }

        Dictionary<string, (LedgerField? Field, string Header, string Text)> ByField(ImmutableArray<LedgerCell> cells) => cells
            .GroupBy(c => RowLikeness.FieldOf(c.Header, mapping) is { } field ? field.ToString() : c.Header, StringComparer.Ordinal)
            .ToDictionary(
                g =>
                    g.Key, g => (RowLikeness.FieldOf(g.First().Header, mapping), g.First().Header, string.Join('；', g.Select(c => c.Text))),
                StringComparer.Ordinal);

        static string Plain(string text) => string.Concat(text.Where(char.IsLetterOrDigit));
    }

    /// <summary>Where the hazard is and what it belongs to, as the row says now.</summary>
    public void Reread(Hazard before, RegionCode region, bool regionKnown, SectorCode sector, bool sectorKnown, RegionCode assumed)
    {
        List<(CorrectableField, string?)> facts = [];
        if (regionKnown && region != assumed && before.Region == assumed)
            facts.Add((CorrectableField.Region, region.Value));
        else if (_moved.TryGetValue(LedgerField.Region, out var place) && !(regionKnown && region == before.Region))
            _notUnderstood.Add(
                $"import.region_differs: 台账的地区由“{place.From}”改为“{place.To}”，登记的 {Regions.NameOf(before.Region)} 没有改动；确属登记有误的，请更正区划");
        if (_moved.TryGetValue(LedgerField.Sector, out var trade)
            && !(sectorKnown && (sector == before.Sector || before.Sector.Value == "other")))
            _notUnderstood.Add(
                $"import.sector_differs: 台账的行业由“{trade.From}”改为“{trade.To}”，登记的没有改动；确属登记有误的，请更正行业领域");
        if (sectorKnown && _understood.Sector is not null)
            facts.Add((CorrectableField.Sector, sector.Value));
        _reread = facts;
    }

    /// <summary>A date of discovery that is another by now is named: what is on record has its clocks from then.</summary>
    public void CompareFound(Hazard before)
    {
        if (Earlier is not null && !IsOnRecord && _understood.FoundAt is { } found && found.At <= _now
            && found.Day != ChinaTime.DateAt(before.FoundAt))
            _notUnderstood.Add($"import.found_at_differs: 台账的发现时间为 {Day(found.At)}，登记的是 {Day(before.FoundAt)}，没有改动，请核对");
    }

    /// <summary>Something worth knowing.</summary>
    public void Remark(string note) => _remarks.Add(note);

    /// <summary>Something that was not understood as it stands.</summary>
    public void Doubt(string note) => _notUnderstood.Add(note);

    /// <summary>Whether the row itself is on record; nothing else may be told before it is.</summary>
    public static bool IsRecord(IHazardCommand command) => command is RecordLedgerRow;

    /// <summary>A rule refused what the ledger tells; the story ends there and the report says why.</summary>
    public void Stopped(IHazardCommand command, Refusal refusal) =>
        _notUnderstood.Add(
            $"{refusal.Code}: “{command.Rule.Chinese}”未能补录：{refusal.Chinese}{(command is VerifyHazard or FixOnTheSpot ? Waits : "")}");

    /// <summary>The sheet; a csv has none and is called by its kind.</summary>
    public static string SheetOf(LedgerRow row) => row.Sheet.Length == 0 ? "csv" : row.Sheet;

    public static Sha256Digest Fingerprint(LedgerRow row) =>
        Sha256Digest.TryParse(row.Fingerprint, out var digest, out var refusal) ? digest : throw new FormatException(refusal.English);

    /// <summary>
    /// Where the ledger says it stands. Without a word for it, a row that names who must act was handed over: it must not drop
    /// off the lists.
    /// </summary>
    private LedgerState Target
    {
        get
        {
            if (_understood.State?.Value is { } state)
                return state;
            if (_bodies.Answerable is null)
                return LedgerState.Reported;
            _remarks.Add("import.state_assumed: 台账未载明（可识别的）状态，但载明责任单位，按“已交办、未整改”登记");
            return LedgerState.Assigned;
        }
    }

    // What was handed over and is then said to be fixed counts as declared, not as fixed before an inspector's eyes.
    private bool Reached(LedgerState state) => Target switch
    {
        LedgerState.Unfounded => false,
        LedgerState.FixedOnTheSpot => state <= LedgerState.Declared,
        _ => Target >= state,
    };

    private string StateText => _understood.State?.Text ?? "—";

    private LedgerStep? FromReported(Hazard hazard)
    {
        switch (Target)
        {
            case LedgerState.FixedOnTheSpot when WhyNotOnTheSpot is { } why:
                _notUnderstood.Add($"import.on_the_spot_doubtful: 台账状态“{StateText}”，但{why}；重大隐患不能立行立改销号，隐患停在“待核实”，请核实定级{Waits}");
                return null;
            case LedgerState.FixedOnTheSpot:
                if (_understood.Level is null)
                    _remarks.Add("import.level_assumed: 台账未载明等级，现场处置的按一般隐患登记");
                return new LedgerStep(
                    FoundAt, _bodies.Finder,
                    new FixOnTheSpot(
                        _understood.Measures ?? _understood.Result ?? $"台账记载：{StateText}", Short(_understood.ResponsiblePerson, 200)));
            case LedgerState.Unfounded:
                return new LedgerStep(FoundAt, _bodies.Finder, new RejectHazard($"台账记载：{StateText}"));
            case LedgerState.Reported:
                return null;
            default:
                break;
        }
        if (_understood.Level?.Value is not { } level)
        {
            _notUnderstood.Add($"import.level_needed: 等级未能识别，隐患停在“待核实”，请人工核实定级{Waits}");
            return null;
        }
        if (Earlier is not null && hazard.IsReportedMajor && level == LedgerLevel.General)
        {
            _notUnderstood.Add(
                $"import.level_differs: 台账的隐患等级由“{hazard.ReportedLevel}”改为“{_understood.Level.Text}”，尚未核实定级，隐患停在“待核实”{Waits}");
            return null;
        }

        return new LedgerStep(FoundAt, _bodies.Finder,
            new VerifyHazard(
                level == LedgerLevel.Major ? Level.Major : Level.General, _understood.Basis, $"台账登记等级：{_understood.Level.Text}"));
    }

    /// <summary>立行立改 is not for major ones: why this may be one; null where it is general, or nothing is said.</summary>
    private string? WhyNotOnTheSpot =>
        _understood.Level?.Value == LedgerLevel.Major ? $"等级为“{_understood.Level.Text}”"
        : _understood.Level is { Value: null } read ? $"等级“{read.Text}”未能识别或自相矛盾"
        : _row.Notes.FirstOrDefault(
            n => n.Severity != NoteSeverity.Info && n.Code.StartsWith("level.", StringComparison.Ordinal) && n.Code != "level.missing")
            is { } note ? $"等级存疑（{note.Zh.TrimEnd('。')}）"
        : null;

    private LedgerStep? FromVerified(Hazard hazard)
    {
        if (Target is LedgerState.Reported or LedgerState.Unfounded)
            return null;
        if (_bodies.Answerable is not { } body)
        {
            _notUnderstood.Add("import.unit_needed: 台账未载明责任单位，隐患停在“待交办”，请人工交办");
            return null;
        }
        var found = ChinaTime.DateAt(FoundAt);
        var given = _understood.Deadline?.Day is { } day && day >= found ? day : (DateOnly?)null;
        if (given is null && WhyNoDeadline(found) is { } doubt)
        {
            // What is still to be done waits for a person to say until when; what was done is not held up by it.
            if (!Reached(LedgerState.Declared))
            {
                _notUnderstood.Add($"import.deadline_needed: {doubt}，隐患停在“待交办”，请核对后交办并写明期限");
                return null;
            }

            _notUnderstood.Add($"import.deadline_assumed: {doubt}，按制度默认天数推定，请核对");
        }
        else if (given is null)
            _remarks.Add("import.deadline_assumed: 台账未载明整改期限，按制度默认天数推定");
        var level = hazard.Level ?? Level.General;
        var deadline = given ?? _rules.PolicyAt(_bodies.Finder.Region, FoundAt)
            .Due(ClockKind.Rectify, level, FoundAt, _rules.Calendar)?.Date ?? found;
        // After the grading, where somebody graded it since it was found.
        return new LedgerStep(Later(FoundAt, hazard.VerifiedAt ?? FoundAt), _bodies.Finder, new AssignHazard(
        [
            new LegOrder(
                Leg.Sole, body.Id, deadline, _understood.Measures ?? "按台账要求整改", null, Short(_understood.ResponsiblePerson, 200),
                given is null),
        ]));
    }

    /// <summary>Why what the ledger says of the deadline cannot be one; null where it says nothing.</summary>
    private string? WhyNoDeadline(DateOnly found) =>
        _understood.Deadline is { } read ? $"整改期限 {Day(read.At)} 早于发现日期 {found:yyyy-MM-dd}"
        : _understood.DeadlineText is { } text ? $"整改期限“{OneLine(PhoneNumbers.Hide(text).Text, 60)}”看不出是哪一天"
        : null;

    private LedgerStep? FromLeg(LegState leg)
    {
        if (_bodies.Answerable is not { } body || body.Id != leg.Body)
        {
            _remarks.Add("import.leg_moved: 登记的责任单位与台账的不同，台账状态未再应用");
            return null;
        }
        switch (leg.Stage)
        {
            case LegStage.Assigned when Reached(LedgerState.Planned):
                return new LedgerStep(
                    Later(FoundAt, leg.AssignedAt), body, new AcknowledgeAssignment(Leg.Sole, Short(_understood.ResponsiblePerson, 200)));
            case LegStage.Rectifying when Target == LedgerState.Planned && leg.Plan is null:
                return new LedgerStep(
                    Later(FoundAt, leg.Since), body, new SubmitPlan(Leg.Sole, null, _understood.Funds, $"台账记载：{StateText}；方案未随台账提供"));
            case LegStage.Rectifying when Reached(LedgerState.Declared):
                return new LedgerStep(
                    Later(CompletedAt(), leg.Since), body, new DeclareCompletion(Leg.Sole, _understood.Result ?? $"台账记载：{StateText}"));
            case LegStage.Declared when Reached(LedgerState.Accepted):
                return new LedgerStep(
                    Later(AcceptedAt(), leg.Since), _bodies.Finder,
                    new Reinspect(
                        Leg.Sole, Verdict.Pass, $"台账记载：{StateText}", Short(_understood.AcceptedBy ?? _understood.ReinspectedBy, 400)));
            default:
                return null;
        }
    }

    /// <summary>
    /// What the ledger now says otherwise — but only where the hazard still says what an earlier row of this ledger
    /// said: what a person has corrected since stays.
    /// </summary>
    private CorrectHazard? NextCorrection(Hazard hazard)
    {
        if (hazard.Version <= 2 || Earlier is not { } earlier)
            return null;
        (CorrectableField Field, string? Now, string? Then)[] fields =
        [
            (CorrectableField.Description, hazard.Description, _understood.Description),
            (CorrectableField.Category, hazard.Category, Short(_understood.Category, 100)),
            (CorrectableField.EnterpriseName, hazard.Enterprise?.Name, Short(_understood.Enterprise, 200)),
            (CorrectableField.Place, hazard.Place?.Text, PlaceText),
            .. _reread.Select(r => (r.Field, (string?)Present(hazard, r.Field), r.To)),
        ];
        for (; _corrections < fields.Length; _corrections++)
        {
            var (field, now, then) = fields[_corrections];
            if (then is null || now?.Trim() == then.Trim() || !IsLedgersOwn(field, now, earlier))
                continue;
            _corrections++;
            return new CorrectHazard(field, then, "台账再次导入时原文已变更");
        }
        return null;
    }

    /// <summary>Whether what the hazard says is what the ledger said before: what a person has corrected since stays.</summary>
    private static bool IsLedgersOwn(CorrectableField field, string? now, ImmutableArray<LedgerCell> earlier) => field switch
    {
        CorrectableField.Sector => now == "other",
        CorrectableField.Region => true,
        CorrectableField.Place =>
            now is null || now.Split(' ').All(part => earlier.Any(c => c.Text.Contains(part, StringComparison.Ordinal))),
        CorrectableField.EnterpriseName => now is null || earlier.Any(c => c.Text.Trim() == now.Trim()),
        _ => now is not null && earlier.Any(c => c.Text.Trim() == now.Trim()),
    };

    private static string Present(Hazard hazard, CorrectableField field) =>
        field == CorrectableField.Region ? hazard.Region.Value : hazard.Sector.Value;

    private string? PlaceText =>
        string.Join(' ',
            new[] { _understood.Project, _understood.Place }.Where(p => !string.IsNullOrWhiteSpace(p))) is { Length: > 0 } place
            ? OneLine(place, 500)
            : null;

    /// <summary>The cells of the row as an earlier import recorded them; null on a first import.</summary>
    public ImmutableArray<LedgerCell>? Earlier { get; init; }

    private LedgerStep Importing(IHazardCommand command) => new(_now, _bodies.Finder, command);

    private DateTimeOffset CompletedAt() =>
        Known("整改完成日期", _understood.CompletedAt, _understood.ReinspectedAt, _understood.AcceptedAt, _understood.ClosedAt);

    private DateTimeOffset AcceptedAt() =>
        Known("验收日期", _understood.AcceptedAt, _understood.ReinspectedAt, _understood.ClosedAt, _understood.CompletedAt);

    private DateTimeOffset ClosedAt() =>
        Known("销号日期", _understood.ClosedAt, _understood.AcceptedAt, _understood.ReinspectedAt, _understood.CompletedAt);

    private DateTimeOffset Known(string what, params ReadOnlySpan<LedgerDate?> dates)
    {
        if (dates[0] is { } exact && exact.At <= _now)
            return Later(exact.At, FoundAt);
        if (dates[0] is { } ahead)
            _notUnderstood.Add($"import.date_ahead: {what} {Day(ahead.At)} 在导入之后，没有采用");
        foreach (var date in dates)
        {
            if (date is not { } known || known.At > _now)
                continue;
            _remarks.Add($"import.date_borrowed: 台账未载明{what}，按台账中最接近的日期 {Day(known.At)} 登记");
            return Later(known.At, FoundAt);
        }
        _remarks.Add($"import.date_unknown: 台账未载明{what}，按导入时间登记");
        return _now;
    }

    private Enterprise? Enterprise()
    {
        if (Short(_understood.Enterprise, 200) is not { } name)
            return null;
        if (_understood.CreditCode is not { } text)
            return new Enterprise(name);
        if (CreditCode.TryParse(text, out var code, out var refusal))
            return new Enterprise(name, code);
        _notUnderstood.Add($"{refusal.Code}: {refusal.Chinese}");
        return new Enterprise(name);
    }

    private ReportSource Source()
    {
        if (_understood.Source is not { } text)
            return ReportSource.Inspection;
        foreach (var source in Enum.GetValues<ReportSource>())
            if (source != ReportSource.Other && text.Contains(CodeList.Chinese(source)[..2], StringComparison.Ordinal))
                return source;
        return ReportSource.Other;
    }

    private static string Day(DateTimeOffset at) => $"{ChinaTime.DateAt(at):yyyy-MM-dd}";

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    internal static string? Short(string? text, int length) => string.IsNullOrWhiteSpace(text) ? null : OneLine(text, length);

    private static string OneLine(string text, int length)
    {
        var line = string.Join(' ', text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (line.Length <= length)
            return line;
        var cut = length - 1;
        return line[..(char.IsHighSurrogate(line[cut - 1]) ? cut - 1 : cut)] + "…";
    }
}
