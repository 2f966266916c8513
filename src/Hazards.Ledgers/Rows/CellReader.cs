using System.Globalization;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>A cell to be understood: its column's meaning and the text under it.</summary>
/// <param name="Column">What the column means.</param>
/// <param name="Cell">The cell, which for an inherited one lies in another row.</param>
internal readonly record struct MeantCell(ResolvedColumn Column, SheetCell Cell)
{
    public string Text => Cell.Text.Trim();
    public string Label => Column.Column.Label;
}

/// <summary>Reads single cells by what their column means. What is not understood becomes a note, never a value.</summary>
internal sealed partial class CellReader(LedgerMapping mapping, DateContext dates = default)
{
    private const int LongestIdentifier = 36;

    /// <summary>Chinese personal names have two to four characters.</summary>
    private const int LongestName = 4;

    /// <summary>A text of this length is more likely a description than a name.</summary>
    private const int ShortestSentence = 8;

    private readonly Levels _levels = new(mapping);
    private readonly States _states = new(mapping);

    /// <summary>The state that a text says, if it says one, and whether an addition had to be left out.</summary>
    public (LedgerState? State, bool Shortened) StateOf(string text) =>
        _states.Read(text) is var read ? (read.State, read.Shortened) : default;

    /// <summary>Puts one cell's meaning into the row.</summary>
    public UnderstoodRow Read(UnderstoodRow row, MeantCell cell, List<LedgerNote> notes)
    {
        if (IsUnreadable(cell, notes)) return row;
        return cell.Column.Field switch
        {
            LedgerField.ExternalId => row with { ExternalId = Number(cell) },
            LedgerField.FoundAt => row with { FoundAt = Date(cell, notes) },
            // Read once the day of discovery, and every column, is known.
            LedgerField.Deadline or LedgerField.State => row,
            LedgerField.CompletedAt => row with { CompletedAt = Date(cell, notes) },
            LedgerField.ReinspectedAt => row with { ReinspectedAt = Date(cell, notes) },
            LedgerField.AcceptedAt => row with { AcceptedAt = Date(cell, notes) },
            LedgerField.ClosedAt => row with { ClosedAt = Date(cell, notes) },
            LedgerField.InspectionBody => row with { InspectionBody = NameAlone(cell, notes) },
            LedgerField.Inspectors => row with { Inspectors = NameAlone(cell, notes) },
            LedgerField.ResponsiblePerson => ReadPerson(row, cell, notes),
            LedgerField.ReinspectedBy => row with { ReinspectedBy = NameAlone(cell, notes) },
            LedgerField.AcceptedBy => row with { AcceptedBy = NameAlone(cell, notes) },
            LedgerField.Enterprise => row with { Enterprise = NameAlone(cell, notes) is { } name ? UnitTexts.WithoutEnd(name) : null },
            LedgerField.ResponsibleUnit => ReadUnit(row, cell, notes),
            LedgerField.Description => ReadDescription(row, cell, notes),
            LedgerField.Level => row with { Level = Level(cell, notes) },
            LedgerField.IsMajor => row with { IsMajor = IsMajor(cell, notes) },
            LedgerField.Category => row with { Category = Category(cell, notes) },
            LedgerField.Funds => row with { Funds = Funds(cell, notes) },
            LedgerField.CreditCode => row with { CreditCode = CreditCode(cell, notes) },
            LedgerField.Source => row with { Source = cell.Text },
            LedgerField.Project => row with { Project = Shown(cell) },
            LedgerField.Place => row with { Place = Shown(cell) },
            LedgerField.Region => row with { Region = cell.Text },
            LedgerField.Sector => row with { Sector = cell.Text },
            LedgerField.Basis => row with { Basis = Prose(cell, notes) },
            LedgerField.Measures => row with { Measures = Prose(cell, notes) },
            LedgerField.Result => row with { Result = Prose(cell, notes) },
            LedgerField.Shift => row with { Shift = cell.Text },
            LedgerField.Remark => row with { Remark = Shown(cell) },
            _ => throw new ArgumentOutOfRangeException(nameof(cell), cell.Column.Field, "no such field"),
        };
    }

    /// <summary>What a cell looks like, whatever column it stands in.</summary>
    internal sealed record Look(SheetCell Cell, bool IsDate, bool IsState, bool IsLevel, bool IsBareLevel)
    {
        /// <summary>Whether it could not be a name, a place or a description.</summary>
        public bool IsStray => IsDate || IsState || IsBareLevel;
    }

    public Look LookAt(SheetCell cell) => new(
        cell,
        DateTexts.LooksLikeDate(cell) || DateTexts.TryRead(cell, mapping.DateFormats, out _),
        _states.Read(cell.Text).State is not null,
        _levels.Read(cell.Text).Level is not null,
        IsBareLevel(cell.Text));

    /// <summary>How a value fits a column of this meaning: 1 fits, 0 could be anything, −1 cannot be.</summary>
    public static int Fit(LedgerField field, Look look)
    {
        var text = look.Cell.Text;
        return field switch
        {
            LedgerField.FoundAt or LedgerField.Deadline or LedgerField.CompletedAt or LedgerField.ReinspectedAt
                or LedgerField.AcceptedAt or LedgerField.ClosedAt => look.IsDate ? 1 : DateTexts.IsDateLike(text) ? 0 : -1,
            LedgerField.State => look.IsState ? 1 : -1,
            LedgerField.Level => look.IsLevel ? 1 : -1,
            LedgerField.CreditCode => CreditCodeForm().IsMatch(text.Trim()) ? 1 : -1,
            LedgerField.Funds => Amount().IsMatch(Words.HalfWidth(text).Trim()) ? 1 : -1,
            LedgerField.ExternalId =>
                look.IsDate || look.IsState || text.Length > LongestIdentifier ? -1 : Identifier().IsMatch(text.Trim()) ? 1 : 0,
            LedgerField.Shift => text.Contains('班', StringComparison.Ordinal) ? 1 : look.IsDate || look.IsState ? -1 : 0,
            LedgerField.Description => look.IsStray ? -1 : text.Length >= ShortestSentence ? 1 : 0,
            LedgerField.Category => look.IsDate || look.IsState ? -1 : 0,
            LedgerField.Remark or LedgerField.Result => 0,
            _ => look.IsStray ? -1 : NameFit(field, text.Trim()),
        };
    }

    /// <summary>Bodies and places end in words of their own: 县煤炭局, 综采队; 总回风巷, 副立井. Persons are short or listed.</summary>
    private static int NameFit(LedgerField field, string text) => field switch
    {
        LedgerField.InspectionBody or LedgerField.ResponsibleUnit => BodyWords().IsMatch(text) ? 1 : 0,
        LedgerField.Place => PlaceWords().IsMatch(text) ? 1 : 0,
        LedgerField.Inspectors or LedgerField.ResponsiblePerson or LedgerField.ReinspectedBy or LedgerField.AcceptedBy =>
            text.Contains('、', StringComparison.Ordinal) || text.Length <= LongestName && !BodyWords().IsMatch(text) ? 1 : 0,
        _ => 0,
    };

    /// <summary>An error or a formula that was never calculated has no value to read.</summary>
    private static bool IsUnreadable(MeantCell cell, List<LedgerNote> notes)
    {
        if (cell.Cell.Kind == CellKind.Error || IsErrorText(cell.Text)) notes.Add(About(NoteKinds.CellError, cell, cell.Text));
        else if (cell.Text.Length == 0) notes.Add(About(NoteKinds.FormulaWithoutValue, cell));
        else return false;
        return true;
    }

    /// <summary>#REF!, #N/A: what a csv keeps of an error in the workbook it came from.</summary>
    private static bool IsErrorText(string text) => text.StartsWith('#') && ErrorText().IsMatch(text);

    [GeneratedRegex("^#(?:REF!|N/A|VALUE!|NAME\\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!"
        + "|GETTING_DATA)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ErrorText();

    /// <summary>A number typed into a numbered column may be stored as 3.0; its text is 3 on screen.</summary>
    public static string Number(MeantCell cell) => cell.Cell.Kind == CellKind.Number
        && decimal.TryParse(cell.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number == decimal.Truncate(number)
            ? decimal.Truncate(number).ToString(CultureInfo.InvariantCulture)
            : cell.Text;

    private LedgerDate? Date(MeantCell cell, List<LedgerNote> notes)
    {
        if (DateTexts.TryRead(cell.Cell, mapping.DateFormats, out var date)) return date;
        if (cell.Cell.Kind != CellKind.Date && DateTexts.TryReadSerial(cell.Cell, out date))
        {
            notes.Add(About(NoteKinds.DateSerial, cell, cell.Text, Day(date)));
            return date;
        }
        if (DateTexts.TryReadShort(cell.Cell, dates, cell.Column.Field == LedgerField.Deadline, out date))
        {
            notes.Add(About(NoteKinds.DateShort, cell, cell.Text, Day(date)));
            return date;
        }
        if (DateTexts.TryReadRange(cell.Cell, dates, cell.Column.Field == LedgerField.Deadline, out var first, out var last))
        {
            // What was found on several days was found from the first on; what was done, or is due, is so on the last.
            var found = cell.Column.Field == LedgerField.FoundAt;
            notes.Add(About(found ? NoteKinds.DateRangeFirst : NoteKinds.DateRangeLast, cell, cell.Text, Day(found ? first : last)));
            return found ? first : last;
        }
        notes.Add(About(
            States.IsStateWord(cell.Text) ? NoteKinds.DateIsState
            : cell.Column.Field == LedgerField.Deadline && cell.Text.Contains("工作日", StringComparison.Ordinal)
                ? NoteKinds.DeadlineInWorkingDays
            : DateTexts.LacksDay(cell.Text) ? NoteKinds.DateWithoutDay
            : NoteKinds.DateNotUnderstood, cell, cell.Text));
        return null;
    }

    /// <summary>A date, or words that say one: 月底前, 15日内, 立即整改. Counted days count from the discovery, where that is given.</summary>
    public LedgerDate? Deadline(MeantCell cell, LedgerDate? found, List<LedgerNote> notes)
    {
        List<LedgerNote> doubts = [];
        if (IsUnreadable(cell, doubts)) return null;
        if (Date(cell, doubts) is { } date)
        {
            notes.AddRange(doubts);
            return date;
        }
        if (DeadlineWords.Read(cell.Text, found?.Day, dates) is { } day
            && LedgerDate.TryOf(day.ToDateTime(default), DatePrecision.Day, out date))
        {
            notes.Add(About(NoteKinds.DeadlineInWords, cell, cell.Text, Day(date)));
            return date;
        }
        notes.AddRange(doubts);
        return null;
    }

    /// <summary>A date in a text of any column; its year by the title, or else by the discovery.</summary>
    public LedgerDate? DateIn(string text, LedgerDate? found)
    {
        var cell = new SheetCell(1, 1, text.Trim(), CellKind.Text);
        return DateTexts.TryRead(cell, mapping.DateFormats, out var date)
            || DateTexts.TryReadShort(
                cell, dates.Year is null && found is { } known ? new(known.Day.Year, null) : dates, isDeadline: true, out date)
                ? date
                : null;
    }

    private static string? Name(MeantCell cell, List<LedgerNote> notes)
    {
        NoteKind? stray = DateTexts.LooksLikeDate(cell.Cell) || BeginsAsDate().IsMatch(cell.Text) ? NoteKinds.TextIsDate
            : States.IsStateWord(cell.Text) || YesOrNo(cell.Text) is not null ? NoteKinds.TextIsState
            : IsLevelAlone(cell.Text) ? NoteKinds.TextIsLevel
            : IsNumberAlone(cell.Text) ? NoteKinds.TextIsNumber
            : null;
        if (stray is null) return cell.Text;
        notes.Add(About(stray, cell, cell.Cell.Display.Trim(), cell.Label));
        return null;
    }

    /// <summary>A name of anybody without the telephone number that stands with it.</summary>
    private static string? NameAlone(MeantCell cell, List<LedgerNote> notes)
    {
        if (PhoneNumbers.In(cell.Text) is not { Count: > 0 } numbers) return Name(cell, notes);
        notes.Add(About(NoteKinds.PersonWithPhone, cell));
        return PhoneNumbers.Without(cell.Text, numbers) is { Length: > 0 } name ? name : null;
    }

    /// <summary>张三 13800000000: the number is no part of the name, and no number is spread with it.</summary>
    private static UnderstoodRow ReadPerson(UnderstoodRow row, MeantCell cell, List<LedgerNote> notes)
    {
        var phone = PhoneNumbers.In(cell.Text).Find(n => n.IsPhone).Number;
        return row with { ResponsiblePerson = NameAlone(cell, notes), ResponsiblePhone = phone ?? row.ResponsiblePhone };
    }

    /// <summary>A body; 单位及责任人 in one cell are told apart where the text does, several bodies are named one by one.</summary>
    private static UnderstoodRow ReadUnit(UnderstoodRow row, MeantCell cell, List<LedgerNote> notes)
    {
        var numbers = PhoneNumbers.In(cell.Text);
        if (numbers.Count == 0 && Name(cell, notes) is null) return row;
        var text = UnitTexts.WithoutEnd(cell.Text);
        if (numbers.Count > 0)
        {
            notes.Add(About(NoteKinds.PersonWithPhone, cell));
            row = row with { ResponsiblePhone = numbers.Find(n => n.IsPhone).Number ?? row.ResponsiblePhone };
            text = UnitTexts.WithoutEnd(PhoneNumbers.Without(text, numbers));
            if (!text.Any(char.IsLetter))
            {
                notes.Add(About(NoteKinds.TextIsNumber, cell, PhoneNumbers.Hidden, cell.Label));
                return row;
            }
        }
        return UnitTexts.Labelled(text) is var (parts, rest)
            ? ReadLabelled(row, cell, parts, rest, notes)
            : ReadUnit(row, cell, text, numbers.Count > 0, notes);
    }

    private static UnderstoodRow ReadUnit(UnderstoodRow row, MeantCell cell, string text, bool hadNumber, List<LedgerNote> notes)
    {
        var withPerson = cell.Label.Contains('人', StringComparison.Ordinal) && HeaderWords.NamesUnitAndPerson(cell.Label);
        if (MeansTheInspected(text)) return row with { ResponsibleUnits = [.. row.ResponsibleUnits, new(cell.Column.Role, text)] };
        if (UnitTexts.NamesNobody(text))
        {
            notes.Add(About(NoteKinds.UnitUnnamed, cell, text));
            return row;
        }
        if (UnitTexts.Several(text) is { } bodies)
        {
            notes.Add(About(NoteKinds.UnitSeveral, cell, Hidden(cell), bodies[0]));
            return row with
            {
                ResponsibleUnits = [.. row.ResponsibleUnits, .. bodies.Select(b => new ResponsibleUnit(cell.Column.Role, b))],
            };
        }
        if (withPerson || hadNumber || Listed(text).Count > 1) return ReadUnitAndPerson(row, cell, text, withPerson, notes);
        if (UnitTexts.WithPerson(text)) return ReadUnitAndPerson(row, cell, text, personExpected: true, notes);
        return IsPerson(text)
            ? PersonAlone(row, cell, text, notes)
            : row with { ResponsibleUnits = [.. row.ResponsibleUnits, new(cell.Column.Role, text)] };
    }

    /// <summary>永昌化工厂（监管：应急局）, 责任单位：甲公司, 负责人：王五, 交通局牵头，公安局配合: each by what the cell itself calls it.</summary>
    private static UnderstoodRow ReadLabelled(
        UnderstoodRow row, MeantCell cell, List<UnitTexts.Part> parts, string rest, List<LedgerNote> notes)
    {
        if (rest.Length > 0) row = ReadUnit(row, cell, rest, hadNumber: false, notes);
        var unnamed = rest.Length > 0;
        foreach (var (name, role, isPerson) in parts)
        {
            if (isPerson) row = row with { ResponsiblePerson = row.ResponsiblePerson ?? name };
            else if (role is { Length: 0 }) row = ReadUnit(row, cell, name, hadNumber: false, notes);
            else if (!UnitTexts.NamesNobody(name)) row = row with { ResponsibleUnits = [.. row.ResponsibleUnits, new(role, name)] };
            else notes.Add(About(NoteKinds.UnitUnnamed, cell, name));
            unnamed |= !isPerson;
        }
        return unnamed ? row : PersonAlone(row, cell, parts[0].Name, notes);
    }

    /// <summary>李四 where a body should stand: kept as the person, and nobody answers.</summary>
    private static UnderstoodRow PersonAlone(UnderstoodRow row, MeantCell cell, string person, List<LedgerNote> notes)
    {
        notes.Add(About(NoteKinds.UnitIsPerson, cell, Hidden(cell)));
        return row with { ResponsiblePerson = row.ResponsiblePerson ?? person };
    }

    private static bool IsPerson(string text) => Chinese.IsPersonsName(AndOtherPersons().Replace(text, "")) && !IsBody(text);

    [GeneratedRegex("等(?:[0-9]{1,3}|[一二三四五六七八九十两几]{1,2})?[人名位]?$", RegexOptions.CultureInvariant)]
    private static partial Regex AndOtherPersons();

    private static string Hidden(MeantCell cell) => PhoneNumbers.Hide(cell.Text).Text;

    /// <summary>
    /// The parts of an enumeration; what stands in brackets, (东区、西区), enumerates nothing; Co., Ltd is one name, and so is
    /// 甲局/乙公司联合体.
    /// </summary>
    private static List<string> Listed(string text)
    {
        if (text.Contains("联合体", StringComparison.Ordinal)) return [text];
        var parts = Enumeration().Split(text).Select(p => p.Trim()).Where(p => p.Length > 0).ToList();
        return parts.TrueForAll(p => p.Any(c => c >= '\u4e00')) ? parts : [text];
    }

    /// <summary>
    /// Bodies and persons of one cell: 永昌化工 张三 by the name that a person can have, 永昌化工、顺达客运 as two bodies. What can be
    /// neither told is a question.
    /// </summary>
    private static UnderstoodRow ReadUnitAndPerson(
        UnderstoodRow row, MeantCell cell, string text, bool personExpected, List<LedgerNote> notes)
    {
        var named = UnitSeparators().Split(text).Where(p => p.Length > 0).ToList();
        var parts = named.Where(p => !UnitTexts.NamesNobody(p)).ToList();
        foreach (var nobody in named.Except(parts, StringComparer.Ordinal)) notes.Add(About(NoteKinds.UnitUnnamed, cell, nobody));
        if (parts.Count == 0) return row;
        var bodies = parts.Where(IsBody).ToList();
        var persons = parts.Where(
            p => !IsBody(p) && MayBePerson().IsMatch(p) && (personExpected || p.Length > 3 || Chinese.MayBePersonsName(p))).ToList();
        var others = parts.Where(p => !bodies.Contains(p) && !persons.Contains(p)).ToList();
        var bodiesOnly = bodies.Count == 0 && others.Count == 1 && (persons.Count > 0 || !personExpected);
        if (bodiesOnly || others.Count > 0 && persons.Count == 0 && bodies.Count + others.Count > 1 && Listed(text).Count == named.Count)
            (bodies, others) = ([.. parts.Where(p => !persons.Contains(p))], []);
        if (bodies.Count == 0 && persons.Count == 1 && !personExpected && parts.Count == 1)
        {
            if (IsPerson(parts[0])) return PersonAlone(row, cell, parts[0], notes);
            (bodies, persons) = (persons, []);
        }
        if (bodies.Count == 0 || others.Count > 0)
        {
            notes.Add(About(NoteKinds.UnitWithPerson, cell, Hidden(cell)));
            return row;
        }
        if (bodies.Count + named.Count - parts.Count > 1) notes.Add(About(NoteKinds.UnitSeveral, cell, Hidden(cell), bodies[0]));
        return row with
        {
            ResponsibleUnits = [.. row.ResponsibleUnits, .. bodies.Select(b => new ResponsibleUnit(cell.Column.Role, b))],
            ResponsiblePerson = row.ResponsiblePerson ?? (persons.Count > 0 ? string.Join(' ', persons) : null),
        };
    }

    /// <summary>本单位, 同被检查单位, 企业: the unit that was inspected, by another word.</summary>
    internal static bool MeansTheInspected(string text) => Inspected().IsMatch(Words.Normalise(text));

    [GeneratedRegex("^(?:同|即|为)?(?:(?:被检查?|受检|被查|隐患|存在隐患|被督查|生产经营)(?:单位|企业)|[本该](?:单位|企业|公司|厂|矿|店|校|院|站)|单位|企业)(?:自身|自行|自己"
        + "|本身)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Inspected();

    private static bool IsBody(string text) => BodyWords().IsMatch(text) || TradeWords().IsMatch(text);

    /// <summary>Yes, no, or a level beyond doubt; null for a question, which leaves the level open.</summary>
    private bool? IsMajor(MeantCell cell, List<LedgerNote> notes)
    {
        var answer = YesOrNo(cell.Text);
        if (answer is null && Words.Normalise(cell.Text) is "非重大" or "非重大隐患" or "不是" or "不属于" or "不构成") answer = false;
        if (answer is null && _levels.Read(cell.Text) is { Level: { } level, Between: false }) answer = level == LedgerLevel.Major;
        if (answer is null) notes.Add(About(NoteKinds.LevelUnknown, cell, cell.Text));
        return answer;
    }

    private static UnderstoodRow ReadDescription(UnderstoodRow row, MeantCell cell, List<LedgerNote> notes)
    {
        var text = Prose(cell, notes);
        if (Words.IsDitto(text)) notes.Add(About(NoteKinds.DescriptionDitto, cell, cell.Text));
        else if (Words.IsPlaceholder(text) || NoHazard().IsMatch(Words.Normalise(text))) notes.Add(
            About(NoteKinds.DescriptionNone, cell, cell.Text));
        var items = ItemCounter.Count(text);
        if (items > 1) notes.Add(About(NoteKinds.DescriptionMayHoldSeveral, cell, items));
        return row with { Description = text, ItemCount = items, MayHoldSeveral = items > 1 };
    }

    private static string Prose(MeantCell cell, List<LedgerNote> notes)
    {
        if (cell.Text.EndsWith("...", StringComparison.Ordinal) || cell.Text.EndsWith('…')) notes.Add(About(NoteKinds.TextTruncated, cell));
        return cell.Text;
    }

    private Reading<LedgerLevel>? Level(MeantCell cell, List<LedgerNote> notes)
    {
        var reading = _levels.Read(cell.Text);
        // × under 一般隐患 says what it is not; the column beside says what it is.
        if (reading.Level is null && YesOrNo(cell.Text) == false && HeaderWords.IsGeneralTick(cell.Column.Column)) return null;
        if (reading.IsCode) notes.Add(About(NoteKinds.LevelCode, cell, cell.Text));
        else if (reading.Contradictory) notes.Add(About(NoteKinds.LevelContradictory, cell, cell.Text));
        else if (reading.Level is null) notes.Add(About(NoteKinds.LevelUnknown, cell, cell.Text));
        else if (reading.Between) notes.Add(About(NoteKinds.LevelBetween, cell, cell.Text));
        return new(cell.Text, reading.Level);
    }

    /// <summary>The state of a cell; 是 and 否 answer its header where the mapping does not say what they mean.</summary>
    public Reading<LedgerState> State(MeantCell cell, List<LedgerNote> notes)
    {
        var (state, shortened, _) = _states.Read(cell.Text);
        if (state is null && YesOrNo(cell.Text) is { } yes) state = HeaderWords.AnswerOf(cell.Column.Column, yes);
        if (shortened) notes.Add(About(NoteKinds.StateShortened, cell, cell.Text));
        if (state is null) notes.Add(
            About(DateTexts.LooksLikeDate(cell.Cell) ? NoteKinds.StateIsDate : NoteKinds.StateUnknown, cell, cell.Cell.Display));
        return new(cell.Text, state);
    }

    /// <summary>已销号（2026年3月20日）: the date in what stands beside a state, what it says, and what else is said there.</summary>
    public (string Text, LedgerDate? Date, string Besides)? DateBeside(MeantCell state)
    {
        var rest = Words.HalfWidth(_states.Read(state.Text).Beside);
        if (HarmlessAdditions.Dates().Matches(rest) is not { Count: > 0 } found) return null;
        if (found.Count > 1) return (rest, null, "");
        var cell = new SheetCell(state.Cell.Row, state.Cell.Column, found[0].Value, CellKind.Text);
        var isRead = DateTexts.TryRead(cell, mapping.DateFormats, out var date)
            || DateTexts.TryReadShort(cell, dates, isDeadline: false, out date);
        return (found[0].Value, isRead ? date : null, Words.Normalise(rest.Replace(found[0].Value, "", StringComparison.Ordinal)));
    }

    private string Category(MeantCell cell, List<LedgerNote> notes)
    {
        if (IsBareLevel(cell.Text)) notes.Add(About(NoteKinds.CategoryIsLevel, cell, cell.Text));
        return cell.Text;
    }

    /// <summary>Whether a text can only be a level: C, 3级, 一般. A digit alone could be anything.</summary>
    private bool IsBareLevel(string text)
    {
        var plain = text.Trim();
        return plain.Length <= 8 && !plain.All(char.IsDigit) && _levels.Read(plain).Level is not null;
    }

    /// <summary>Money without a unit from here on is hardly in 万元: a thousand 万元 are ten million yuan.</summary>
    private const decimal Implausible = 1_000;

    /// <summary>Less than this many yuan mends nothing: 整改资金（元） over 0.35 means 万元.</summary>
    private const decimal FewestYuan = 10;

    /// <summary>
    /// In 万元, to the fen: what a formula computed has digits that no money has. The cell's own unit (35000元, 3.5万) counts before the
    /// header's, and the header's before the product's; an amount that is implausible in its unit is a question and no value.
    /// </summary>
    private static decimal? Funds(MeantCell cell, List<LedgerNote> notes)
    {
        var match = Amount().Match(Words.HalfWidth(Computed(cell.Cell) ?? cell.Text).Trim());
        if (!match.Success || !decimal.TryParse(match.Groups[1].Value.Replace(",", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var amount))
        {
            notes.Add(About(NoteKinds.FundsNotUnderstood, cell, cell.Text));
            return null;
        }
        var (unit, inYuan) = (match.Groups[2].Value, IsInYuan(cell.Label));
        var doubtful = unit.Length == 0 && amount != 0 && (inYuan ? amount < FewestYuan : amount >= Implausible);
        if (doubtful)
        {
            notes.Add(About(NoteKinds.FundsUnitDoubtful, cell, cell.Text, inYuan ? "元" : "万元"));
            return null;
        }
        var funds = unit switch
        {
            "元" => amount / 10_000,
            "千元" => amount / 10,
            "亿元" or "亿" => amount * 10_000,
            "" when inYuan => amount / 10_000,
            _ => amount,
        };
        return decimal.Round(funds, FenOfTenThousand);
    }

    /// <summary>A fen is the sixth decimal of 万元.</summary>
    private const int FenOfTenThousand = 6;

    /// <summary>A number as a spreadsheet program shows it, to 15 digits and without an exponent; null of anything else.</summary>
    private static string? Computed(SheetCell cell) =>
        cell.Kind == CellKind.Number && double.TryParse(cell.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && Math.Abs(number) < 1e15
            ? ((decimal)number).ToString(CultureInfo.InvariantCulture)
            : null;

    internal static readonly string[] YesWords = ["是", "√", "✓", "✔", "☑", "Y", "YES", "有"];
    internal static readonly string[] NoWords = ["否", "×", "✗", "✘", "☒", "X", "N", "NO"];

    /// <summary>What 是, √, 否, × answer; null for anything else.</summary>
    internal static bool? YesOrNo(string text) =>
        text.Trim().ToUpperInvariant() is var word
            && Array.IndexOf(YesWords, word) >= 0 ? true : Array.IndexOf(NoWords, word) >= 0 ? false : null;

    /// <summary>局, 委, 办, 组: who inspects and supervises, by its name.</summary>
    internal static bool IsAuthority(string text) => AuthorityWords().IsMatch(text.Trim());

    /// <summary>整改资金（元）: the header says the unit where the cells do not.</summary>
    private static bool IsInYuan(string header) =>
        header.Contains('元', StringComparison.Ordinal) && !header.Contains('万', StringComparison.Ordinal);

    private static string? CreditCode(MeantCell cell, List<LedgerNote> notes)
    {
        var code = Words.HalfWidth(cell.Text).Trim().ToUpperInvariant();
        if (CreditCodeForm().IsMatch(code)) return code;
        notes.Add(About(NoteKinds.CreditCodeNotUnderstood, cell, cell.Text));
        return null;
    }

    private static string Shown(MeantCell cell) => cell.Cell.Display.Trim();

    internal static string Day(LedgerDate date) => date.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static LedgerNote About(NoteKind kind, MeantCell cell, params object[] facts) =>
        kind.About(cell.Label, cell.Cell.SourceAddress, cell.Cell.Text, facts);

    /// <summary>GB 32100-2015, 4.1: 18 characters of digits and capitals without I, O, S, V, Z.</summary>
    [GeneratedRegex(@"^[0-9A-HJ-NP-RTUW-Y]{2}\d{6}[0-9A-HJ-NP-RTUW-Y]{10}$", RegexOptions.CultureInvariant)]
    private static partial Regex CreditCodeForm();

    [GeneratedRegex("(局|站|部|队|公司|集团|科|组|厂|矿|院|处|办|委|所|中心|领导|单位|建指|监理|学校)$", RegexOptions.CultureInvariant)]
    private static partial Regex BodyWords();

    [GeneratedRegex("(巷|面|井|槽|硐?室|桥|隧道|路|路段|区|口|工点|车间|仓?库|楼|层|墩|标段|斜井|场|洞|处|站)$", RegexOptions.CultureInvariant)]
    private static partial Regex PlaceWords();

    [GeneratedRegex(@"(局|厅|委|委员会|办|办公室|组|大队|支队|总站|政府|街道|安监站|应急站)$", RegexOptions.CultureInvariant)]
    private static partial Regex AuthorityWords();

    /// <summary>Who is a body by its trade; too many words to count with a column's contents.</summary>
    [GeneratedRegex("(店|馆|社|铺|坊|园|市场|超市|医院|小学|中学|大学|银行|化工|建筑|客运|货运|物流|运输|酒业|矿业|实业|商贸|药业|沙场|农场|林场|电站|合作社|村委会|委员会|政府|乡|镇"
        + "|街道)$", RegexOptions.CultureInvariant)]
    private static partial Regex TradeWords();

    /// <summary>Two or three characters, four with a surname of two, a name with a dot, or whoever goes by a title.</summary>
    [GeneratedRegex(@"^(?:[\u4e00-\u9fff]{2,3}|(?:欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|慕容|令狐|夏侯|公孙|长孙|宇文)[\u4e00-\u9fff]{1,2}"
        + @"|[\u4e00-\u9fff]+[·•.][\u4e00-\u9fff·•.]+|[\u4e00-\u9fff]{1,8}(?:经理|主任|科长|局长|厂长|矿长|队长|站长|所长|院长|校长|园长|组长|班长|镇长|乡长|村长|书记|主席"
        + @"|董事长|总监|老板|师傅|先生|女士|总工?|工|某某?)|(?:经理|主任|科长|厂长|矿长|队长|校长|老板|安全员|负责人)[\u4e00-\u9fff]{2,3}"
        + @"|[A-Za-z][A-Za-z .]{1,30})$", RegexOptions.CultureInvariant)]
    private static partial Regex MayBePerson();

    [GeneratedRegex(@"[、；;，,\n/](?![^()（）]*[)）])", RegexOptions.CultureInvariant)]
    private static partial Regex Enumeration();

    [GeneratedRegex(@"[\s、/,，;；:：()（）]+", RegexOptions.CultureInvariant)]
    private static partial Regex UnitSeparators();

    [GeneratedRegex(@"^(?:约|计|共|¥|￥|RMB)?\s*((?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})(?:\.[0-9]{1,20})?)\s*(万元|亿元|千元|万|亿|元|w|W)?(?:整"
        + @"|左右|人民币)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Amount();

    [GeneratedRegex("^(?:本次|经|现场)?(?:检查|排查|巡查)?(?:中|时|后)?暂?(?:均?未(?:发现|查出|排查出|检查出|见)|没有(?:发现)?|无)(?:明显|重大|一般|其他|新增?|任何|安全|生产"
        + "|事故)*(?:的)?(?:隐患|问题|异常|情况)(?:和问题|及问题|和隐患|及隐患|存在)?$|^(?:一切|均|设备|运行)?(?:正常|良好)$|^(?:0|零)隐患$", RegexOptions.CultureInvariant)]
    private static partial Regex NoHazard();

    private static bool IsNumberAlone(string text) => !text.Any(char.IsLetter) || Measured().IsMatch(Words.HalfWidth(text))
        || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static readonly Levels BuiltInLevels = new(new LedgerMapping { Columns = [] });

    /// <summary>一般, 二级（重大）: nobody is called so.</summary>
    private static bool IsLevelAlone(string text) =>
        text.Length <= 12 && text.AsSpan().ContainsAny('级', '般', '大')
        && (BuiltInLevels.Read(text).Level ?? BuiltInLevels.Read(Words.WithoutBrackets(text)).Level) is not null;

    /// <summary>3万元, 15天, 80%: an amount, and no name.</summary>
    [GeneratedRegex(@"^\s*[0-9][0-9.,/]*\s*(?:万|元|万元|亿元?|千元|%|天|日|个月|条|项|个|处)$", RegexOptions.CultureInvariant)]
    private static partial Regex Measured();

    /// <summary>2026年2月30日 is no day, and nobody's name either.</summary>
    [GeneratedRegex(@"^[0-9]{1,4}年[0-9]{1,2}月", RegexOptions.CultureInvariant)]
    private static partial Regex BeginsAsDate();

    [GeneratedRegex(@"^[A-Za-z0-9〔〕\[\]()（）\-_/.#号第]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();
}
