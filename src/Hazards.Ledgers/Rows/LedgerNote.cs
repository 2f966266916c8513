using System.Globalization;
using System.Text.Json.Serialization;

namespace Hazards.Ledgers;

/// <summary>How much a note matters.</summary>
[JsonConverter(typeof(LedgerEnumConverter<NoteSeverity>))]
public enum NoteSeverity
{
    /// <summary>Understood, with something worth knowing.</summary>
    Info,
    /// <summary>A cell that was not understood, or that contradicts another; the row is understood in part.</summary>
    Warning,
    /// <summary>The row cannot become a hazard as it stands.</summary>
    Error,
}

/// <summary>Something to know about a cell, a row or a sheet.</summary>
/// <param name="Code">Stable, dotted; listed in docs/ledgers.md.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Column">The header of the column; null when it is about the whole row or sheet.</param>
/// <param name="Address">The cell, or the row's first cell.</param>
/// <param name="Original">The cell's text as the file has it; null when there is none.</param>
/// <param name="Zh">The sentence in Chinese.</param>
/// <param name="En">The sentence in English.</param>
public sealed record LedgerNote(
    string Code, NoteSeverity Severity, string? Column, string? Address, string? Original, string Zh, string En);

/// <summary>A kind of note: its code, weight and sentences, into which the facts are put.</summary>
internal sealed record NoteKind(string Code, NoteSeverity Severity, string Zh, string En)
{
    /// <summary>Facts quoted in a sentence are cut here; the note carries the whole original beside it.</summary>
    private const int LongestFact = 40;

    public LedgerNote About(string? column, string? address, string? original, params object[] facts)
    {
        var shown = Array.ConvertAll(facts, fact => fact is string { Length: > LongestFact } text ? text[..LongestFact] + "…" : fact);
        return new(Code, Severity, column, address, original,
            string.Format(CultureInfo.InvariantCulture, Zh, shown), string.Format(CultureInfo.InvariantCulture, En, shown));
    }
}

/// <summary>Every note this library can make. The code list in docs/ledgers.md is checked against it.</summary>
internal static class NoteKinds
{
    public static readonly NoteKind DateNotUnderstood = Warning("date.not_understood",
        "“{0}”不是能识别的日期。", "“{0}” is not a date.");
    public static readonly NoteKind DateIsState = Warning("date.is_state",
        "日期列里写的是状态“{0}”。", "A date column holds the state “{0}”.");
    public static readonly NoteKind DateSerial = Info("date.serial",
        "数字 {0} 按 Excel 日期序号读作 {1}。", "The number {0} was read as an Excel serial: {1}.");
    public static readonly NoteKind DateShort = Info("date.short",
        "“{0}”没有写全年份，按标题的年份（或两位年份）读作 {1}。", "“{0}” lacks the year, or half of it; by the title's it was read as {1}.");
    public static readonly NoteKind DateRangeFirst = Info("date.range_first",
        "“{0}”是几天，取第一天 {1}。", "“{0}” are several days; the first was taken: {1}.");
    public static readonly NoteKind DateRangeLast = Info("date.range_last",
        "“{0}”是几天，取最后一天 {1}。", "“{0}” are several days; the last was taken: {1}.");
    public static readonly NoteKind DateWithoutDay = Warning("date.no_day",
        "“{0}”只写到月，没有日，未采用。", "“{0}” names a month and no day; it was not taken.");
    public static readonly NoteKind TextIsDate = Warning("text.is_date",
        "“{1}”列里是日期 {0}，不采用。", "Column “{1}” holds the date {0}; it was not taken.");
    public static readonly NoteKind TextIsState = Warning("text.is_state",
        "“{1}”列里是状态“{0}”，不采用。", "Column “{1}” holds the state “{0}”; it was not taken.");
    public static readonly NoteKind TextIsLevel = Warning("text.is_level",
        "“{1}”列里是等级“{0}”，不采用。", "Column “{1}” holds the level “{0}”; it was not taken.");
    public static readonly NoteKind TextIsNumber = Warning("text.is_number",
        "“{1}”列里是数字 {0}，不采用。", "Column “{1}” holds the number {0}; it was not taken.");
    public static readonly NoteKind TextTruncated = Warning("text.truncated",
        "原文以省略号结尾，导入前已被截断。", "The text ends in an ellipsis: it had been cut before this import.");
    public static readonly NoteKind CellError = Warning("cell.error",
        "单元格是公式错误 {0}。", "The cell is a formula error: {0}.");
    public static readonly NoteKind FormulaWithoutValue = Warning("cell.formula_without_value",
        "公式没有保存计算结果。", "The formula has no stored result.");
    public static readonly NoteKind CellMerged = Info("cell.merged",
        "取自合并单元格 {0}。", "Taken from the merged cells {0}.");

    public static readonly NoteKind CellDitto = Info("cell.ditto",
        "“{0}”：取上一行的“{1}”。", "“{0}”: taken from the row above, “{1}”.");
    public static readonly NoteKind CellBlankBelow = Warning("cell.blank_below",
        "“{0}”空白，而上面是“{1}”：没有合并单元格，未沿用；相同的请填“同上”。",
        "“{0}” is blank below “{1}”: no cell is merged, so it was not carried down; write 〃 where it is the same.");
    public static readonly NoteKind CellDittoOfNothing = Warning("cell.ditto_of_nothing",
        "“{0}”：上一行没有可取的内容。", "“{0}”: there is nothing above to take.");
    public static readonly NoteKind CellPlaceholder = Info("cell.placeholder",
        "“{0}”表示没有，按空白读。", "“{0}” stands for nothing; it was read as blank.");
    public static readonly NoteKind RowPictures = Info("cell.picture",
        "有 {0} 张图片。", "There are {0} pictures.");

    public static readonly NoteKind DescriptionMissing = Error("description.missing",
        "没有隐患内容，无法成为一条隐患。", "There is no description, so the row cannot become a hazard.");
    public static readonly NoteKind DescriptionIsNumber = Error("description.is_number",
        "隐患内容一列是数字“{0}”，像是统计数，不登记。", "The description is the number “{0}”, as in a statistic; no hazard is entered.");
    public static readonly NoteKind DescriptionNone = Error("description.none",
        "隐患内容写的是“{0}”：没有隐患，不登记。", "The description says “{0}”: there is no hazard, and none is entered.");
    public static readonly NoteKind DescriptionDitto = Error("description.ditto",
        "隐患内容写的是“{0}”：是不是上一行的隐患看不出来，没有登记，请写明内容。",
        "The description is “{0}”: whether it is the hazard above cannot be told; none is entered. Say what is wrong.");
    public static readonly NoteKind DescriptionMayHoldSeveral = Info("description.may_hold_several",
        "可能含有 {0} 条隐患；未拆分。", "It may hold {0} hazards; it was not split.");

    public static readonly NoteKind FoundAtMissing = Warning("foundAt.missing",
        "没有发现时间。", "The date of discovery is missing.");
    public static readonly NoteKind DeadlineBeforeFound = Warning("deadline.before_found",
        "整改期限 {0} 早于发现日期 {1}。", "The deadline {0} is before the discovery {1}.");
    public static readonly NoteKind DeadlineInWords = Info("deadline.in_words",
        "期限“{0}”读作 {1}。", "The deadline “{0}” was read as {1}.");
    public static readonly NoteKind DeadlineInWorkingDays = Warning("deadline.working_days",
        "期限“{0}”按工作日算，要看节假日，没有读出是哪一天；请写明日期。",
        "The deadline “{0}” counts working days, for which holidays must be known; no day was read. Name the date.");
    public static readonly NoteKind DeadlineExtended = Info("deadline.extended",
        "“{0}”：期限延至 {1}（原为 {2}），按延期后的读。", "“{0}”: the deadline was extended to {1} (before: {2}); that one was taken.");
    public static readonly NoteKind DeadlineExtensionDoubtful = Warning("deadline.extension_doubtful",
        "“{0}”写着“{1}”：看不出延期到哪一天、是否批准，或不晚于原期限，没有采用，请核对。",
        "“{0}” says “{1}”: until when, whether it was granted, or that it is later than the first cannot be told; it was not taken.");
    public static readonly NoteKind DeadlineElsewhere = Warning("deadline.elsewhere",
        "“{0}”写着“{1}”，可能是整改期限，没有采用；请核对并写明期限。",
        "“{0}” says “{1}”, which may be the deadline; it was not taken. Please check, and name the deadline.");
    public static readonly NoteKind CompletedBeforeFound = Warning("completedAt.before_found",
        "整改完成日期 {0} 早于发现日期 {1}。", "The completion {0} is before the discovery {1}.");
    public static readonly NoteKind CompletedMissing = Info("completedAt.missing",
        "状态为“{0}”，但没有整改完成日期。", "The state is “{0}”, but there is no completion date.");

    public static readonly NoteKind LevelUnknown = Warning("level.unknown",
        "不认识的隐患等级“{0}”。", "The level “{0}” is not known.");
    public static readonly NoteKind LevelMissing = Warning("level.missing",
        "没有隐患等级。", "The level is missing.");
    public static readonly NoteKind LevelDefaulted = Info("level.defaulted",
        "没有隐患等级，按映射的默认值。", "The level is missing; the mapping's default was taken.");
    public static readonly NoteKind LevelBetween = Info("level.between",
        "等级“{0}”介于一般与重大之间，按一般隐患读，原文保留。", "The level “{0}” lies between general and major; it was read as general and kept as written.");
    public static readonly NoteKind LevelCode = Warning("level.code",
        "等级只写了代码“{0}”，各地含义不同，未读；请在映射的 levels 里写明。",
        "The level is the code “{0}” alone, which means different things in different places; it was not read. Say in the mapping's levels what it means.");
    public static readonly NoteKind LevelUnmarked = Info("level.unmarked",
        "“{0}”列没有打√，按一般隐患读。", "Column “{0}” has no mark here; it was read as general.");
    public static readonly NoteKind LevelContradictory = Warning("level.contradictory",
        "等级“{0}”自相矛盾。", "The level “{0}” contradicts itself.");
    public static readonly NoteKind LevelDescriptionSaysMajor = Warning("level.description_says_major",
        "等级是“{0}”，隐患内容却说是重大隐患。", "The level is “{0}”, but the description says the hazard is major.");
    public static readonly NoteKind LevelRemarkSaysMajor = Warning("level.remark_says_major",
        "等级是“{0}”，“{1}”却写着“{2}”，说是重大隐患。", "The level is “{0}”, but “{1}” says that the hazard is major: “{2}”.");
    public static readonly NoteKind CategoryIsLevel = Info("category.is_level",
        "类别列里写的是等级“{0}”。", "The category column holds the level “{0}”.");

    public static readonly NoteKind StateUnknown = Warning("state.unknown",
        "不认识的状态“{0}”。", "The state “{0}” is not known.");
    public static readonly NoteKind StateIsDate = Warning("state.is_date",
        "状态列里是日期 {0}。", "The state column holds the date {0}.");
    public static readonly NoteKind StateMissing = Warning("state.missing",
        "没有状态。", "The state is missing.");
    public static readonly NoteKind StateDefaulted = Info("state.defaulted",
        "没有状态，按映射的默认值。", "The state is missing; the mapping's default was taken.");
    public static readonly NoteKind StateShortened = Info("state.shortened",
        "状态“{0}”去掉括号和附加的话后识别。", "The state “{0}” was read without what stands beside it.");
    public static readonly NoteKind StateDateTaken = Info("state.date_taken",
        "状态“{0}”里写的日期，读作{2} {1}。", "The date beside the state “{0}” was taken as its own: {1}.");
    public static readonly NoteKind StateDateUnused = Warning("state.date_unused",
        "状态“{0}”里写的日期“{1}”没有采用。", "The date beside the state “{0}”, “{1}”, was not taken.");
    public static readonly NoteKind StateFromResult = Info("state.from_result",
        "没有状态，整改情况写的是“{0}”，按此读。", "There is no state, but the account of the repair says “{0}”, which was taken.");
    public static readonly NoteKind StateFromDates = Warning("state.from_dates",
        "没有状态，但有{0} {1}，按“{2}”读，请核对。", "There is no state, but a date ({0} {1}); it was read as “{2}”. Please check.");
    public static readonly NoteKind StateBehindDates = Warning("state.behind_dates",
        "状态“{0}”还没到验收、销号，却有{1} {2}；以状态为准。",
        "The state “{0}” is short of acceptance or closure, yet there is {1} {2}; the state was taken.");
    public static readonly NoteKind DateWithoutState = Warning("state.date_dropped",
        "状态没有读懂，{0} {1} 没有采用。", "The state was not understood, so {0} {1} was not taken.");
    public static readonly NoteKind StateContradictsDates = Warning("state.contradicts_completion",
        "状态为“{0}”，却有整改完成日期 {1}。", "The state is “{0}”, yet there is a completion date, {1}.");

    public static readonly NoteKind StateOfSeveral = Info("state.of_several",
        "几列都写了状态（{0}），按“{1}”读。", "Several columns say a state ({0}); “{1}” was taken.");
    public static readonly NoteKind StateContradictory = Warning("state.contradictory",
        "几列的状态互相矛盾（{0}），没有采用，请核对。", "The columns of states contradict each other ({0}); none was taken. Please check.");
    public static readonly NoteKind StateDoubted = Warning("state.doubted",
        "状态是“{0}”，“{1}”却写着“{2}”，状态没有采用，请核对。", "The state is “{0}”, but “{1}” says “{2}”; the state was not taken. Please check.");
    public static readonly NoteKind StateAgainstWords = Warning("state.remark_differs",
        "状态是“{0}”，“{1}”写着“{2}”，后者没有采用，请核对。", "The state is “{0}”, and “{1}” says “{2}”, which was not taken. Please check.");

    public static readonly NoteKind UnitMissing = Warning("responsibleUnit.missing",
        "没有责任单位。", "No responsible unit is named.");
    public static readonly NoteKind UnitIsInspector = Info("responsibleUnit.is_inspector",
        "责任单位“{0}”就是检查单位。", "The responsible unit, “{0}”, is the body that inspected.");
    public static readonly NoteKind UnitIsEnterprise = Info("responsibleUnit.is_enterprise",
        "没有责任单位一列，以被检查单位“{0}”为责任单位。", "There is no column for the responsible unit; the inspected one, “{0}”, was taken.");
    public static readonly NoteKind UnitIsTheInspected = Info("responsibleUnit.is_inspected",
        "“{0}”即被检查单位“{1}”。", "“{0}” is the inspected unit, “{1}”.");
    public static readonly NoteKind UnitUnnamed = Warning("responsibleUnit.unnamed",
        "“{0}”没有写明是哪个单位，未采用。", "“{0}” does not say which unit; it was not taken.");
    public static readonly NoteKind UnitOnlySupervises = Warning("responsibleUnit.only_supervises",
        "只写了监管（督办、检查）单位“{0}”，没有写由谁整改；未交办。", "Only a body that supervises, “{0}”, is named, and none that must act; nobody was assigned.");
    public static readonly NoteKind UnitTaken = Warning("responsibleUnit.territorial_taken",
        "没有整改责任单位，以{0}单位“{1}”为责任单位，请核对。", "No unit that must act is named; the {0} one, “{1}”, was taken. Please check.");
    public static readonly NoteKind UnitSeveral = Warning("responsibleUnit.several",
        "责任单位写了几个（{0}），由第一个“{1}”负责，其余保留。", "Several units are named ({0}); the first, “{1}”, is answerable, the others are kept.");
    public static readonly NoteKind UnitWithPerson = Warning("responsibleUnit.with_person",
        "“{0}”里单位和责任人分不开，未采用。", "Body and person cannot be told apart in “{0}”; it was not taken.");
    public static readonly NoteKind UnitIsPerson = Warning("responsibleUnit.is_person",
        "“{0}”是人名，没有写单位，不作责任单位；请写明单位。", "“{0}” is a person's name and no body; it was not taken as one. Name the body.");
    public static readonly NoteKind PersonWithPhone = Info("person.phone",
        "电话（身份证）号码已从名称中分出。", "The telephone (or identity card) number was split from the name.");
    public static readonly NoteKind FundsUnitDoubtful = Warning("funds.unit_doubtful",
        "金额“{0}”按{1}不合常理，未采用；请写明是元还是万元。",
        "The amount “{0}” is implausible in its unit ({1}) and was not taken; say whether it is yuan or 10,000 yuan.");
    public static readonly NoteKind FundsNotUnderstood = Warning("funds.not_understood",
        "“{0}”不是金额。", "“{0}” is not an amount.");
    public static readonly NoteKind CreditCodeNotUnderstood = Warning("creditCode.not_understood",
        "“{0}”不是 18 位统一社会信用代码。", "“{0}” is not an 18-character unified social credit code.");

    public static readonly NoteKind IdRepeated = Info("externalId.repeated",
        "编号“{0}”在台账里出现不止一次；以编号加内容摘要为键。", "The number “{0}” occurs more than once; the key is the number and a digest of the content.");
    public static readonly NoteKind IdMissing = Info("externalId.missing",
        "没有编号；以内容摘要为键。", "There is no number; the key is a digest of the content.");
    public static readonly NoteKind RowHidden = Info("row.hidden",
        "本行在文件里是隐藏的（或被筛选掉），照读。", "The row is hidden or filtered out in the file; it was read all the same.");
    public static readonly NoteKind RowOtherTable = Error("row.other_table",
        "本行属于同一工作表里另一个表头下的表，没有登记，请单独导入。",
        "The row belongs to a second table with a header of its own in the sheet; import that one by itself.");
    public static readonly NoteKind RowBesideTable = Warning("row.beside_table",
        "本行右侧（{0} 列起）还有另一张表的内容（{1}），没有登记，请单独导入。",
        "To the right (from column {0}) the row holds a line of a second table ({1}); it was not entered. Import that one by itself.");
    public static readonly NoteKind RowTwice = Warning("row.twice",
        "与前面的行编号、时间、地点、内容都相同，可能是重复登记。", "Number, time, place and description equal an earlier row's: it may be entered twice.");

    public static readonly NoteKind RowRealigned = Warning("row.realigned",
        "本行有 {0} 格，表头有 {1} 格；按内容对齐：{2}。", "The row has {0} fields, the header {1}; aligned by content: {3}.");
    public static readonly NoteKind RowShort = Info("row.short",
        "本行有 {0} 格，表头有 {1} 格；末尾按空格补齐。", "The row has {0} fields, the header {1}; the end was taken as blank.");
    public static readonly NoteKind RowNotAligned = Error("row.not_aligned",
        "本行有 {0} 格，表头有 {1} 格，无法判断错在哪一格。", "The row has {0} fields, the header {1}; which one is wrong cannot be told.");

    public static readonly NoteKind ColumnMissing = Warning("column.missing",
        "表里没有映射所说的列“{0}”。", "The table has no column “{0}”, which the mapping names.");
    public static readonly NoteKind ColumnAmbiguous = Warning("column.ambiguous",
        "有几列都叫“{0}”，取最左一列；要取 {1} 列请在映射里写列标。", "Several columns are called “{0}”; the leftmost was taken. Name the letter to take {1}.");
    public static readonly NoteKind TableBeside = Warning("table.beside",
        "{0} 列起是另一张同样表头的表，没有读取，请单独导入。",
        "From column {0} on there is a second table with the same headers; it was not read. Import it by itself.");
    public static readonly NoteKind ColumnUnmapped = Info("column.unmapped",
        "列“{0}”没有映射，原文保留。", "Column “{0}” is not mapped; its texts are kept.");
    public static readonly NoteKind ColumnHidden = Info("column.hidden",
        "列“{0}”在文件里是隐藏的，照读。", "Column “{0}” is hidden in the file; it was read all the same.");
    public static readonly NoteKind SheetStatistics = Warning("sheet.statistics",
        "工作表“{0}”是统计表，没有读取（{1} 行有内容）。", "Sheet “{0}” holds statistics and was not read ({1} rows have content).");
    public static readonly NoteKind SheetOwnColumns = Info("sheet.own_columns",
        "工作表“{0}”的列与映射不同，按其表头另行识别。", "Sheet “{0}” has other columns than the mapping; they were recognised by their own headers.");
    public static readonly NoteKind PicturesInSheet = Warning("sheet.pictures",
        "工作表“{0}”里有 {1} 张浮动图片：左上角在隐患行上的随该行，其余不导入。",
        "Sheet “{0}” holds {1} floating pictures: those whose upper left corner is on a hazard's row go with it, others are not imported.");
    public static readonly NoteKind SheetHidden = Warning("sheet.hidden",
        "工作表“{0}”是隐藏的，没有读取（{1} 行有内容）。", "Sheet “{0}” is hidden and was not read ({1} rows have content).");
    public static readonly NoteKind SheetWithoutTable = Warning("sheet.no_table",
        "工作表“{0}”里没有找到所需的表头，没有读取（{1} 行有内容）。", "No such header was found in sheet “{0}”; it was not read ({1} rows have content).");

    private static NoteKind Info(string code, string zh, string en) => new(code, NoteSeverity.Info, zh, en);
    private static NoteKind Warning(string code, string zh, string en) => new(code, NoteSeverity.Warning, zh, en);
    private static NoteKind Error(string code, string zh, string en) => new(code, NoteSeverity.Error, zh, en);
}
