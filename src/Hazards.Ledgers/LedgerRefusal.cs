using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Hazards.Ledgers;

/// <summary>
/// Why a file or a mapping was not taken. A refusal is a value: a program acts on <see cref="Code"/>, a person reads
/// the Chinese or English text, and <see cref="Where"/> points at the part, line, byte or cell that is to blame.
/// </summary>
/// <param name="Code">Stable, dotted, lower case; listed in docs/ledgers.md.</param>
/// <param name="Zh">The sentence in Chinese.</param>
/// <param name="En">The sentence in English.</param>
/// <param name="Where">A cell address, a part of the package, a byte offset or a JSON path; null when it is the file as a whole.</param>
public sealed record LedgerRefusal(string Code, string Zh, string En, string? Where);

/// <summary>Either a value or the refusal that stands in its place; never both, never neither.</summary>
/// <typeparam name="T">What was asked for.</typeparam>
public sealed class LedgerResult<T> where T : class
{
    private LedgerResult(T? value, LedgerRefusal? refusal) => (Value, Refusal) = (value, refusal);

    /// <summary>What was asked for; null when refused.</summary>
    public T? Value { get; }

    /// <summary>Why it was refused; null when it was not.</summary>
    public LedgerRefusal? Refusal { get; }

    /// <summary>Whether there is a <see cref="Value"/>.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsOk => Value is not null;

    /// <summary>A result that holds a value.</summary>
    public static implicit operator LedgerResult<T>(T value) => new(value, null);

    /// <summary>A result that holds a refusal.</summary>
    public static implicit operator LedgerResult<T>(LedgerRefusal refusal) => new(null, refusal);
}

/// <summary>A kind of refusal: its code and its sentences, into which the facts are put.</summary>
internal sealed record RefusalKind(string Code, string Zh, string En)
{
    public LedgerRefusal At(string? where, params object[] facts) => new(
        Code,
        string.Format(CultureInfo.InvariantCulture, Zh, facts),
        string.Format(CultureInfo.InvariantCulture, En, facts),
        where);
}

/// <summary>Every refusal this library can give. The code list in docs/ledgers.md is checked against it.</summary>
internal static class Refusals
{
    public static readonly RefusalKind FileEmpty = new("file.empty",
        "文件是空的。", "The file is empty.");
    public static readonly RefusalKind FileTooLarge = new("file.too_large",
        "文件超过 {0} 字节。", "The file is larger than {0} bytes.");
    public static readonly RefusalKind FileNotText = new("file.not_text",
        "文件既不是 xlsx，也不是文本（含有二进制内容）。", "The file is neither xlsx nor text: it holds binary content.");
    public static readonly RefusalKind FileHtml = new("file.markup",
        "文件内容是网页或 XML，不是表格；请在表格软件里另存为 xlsx。", "The file is HTML or XML, not a table; save it as xlsx from a spreadsheet program.");

    public static readonly RefusalKind TextBrokenUtf8 = new("text.broken_utf8",
        "第 {0} 个字节起不是合法的 UTF-8。", "From byte {0} on the text is not valid UTF-8.");
    public static readonly RefusalKind TextBroken = new("text.broken",
        "第 {0} 个字节附近不是合法的 {1} 文本。", "Near byte {0} the text is not valid {1}.");
    public static readonly RefusalKind CsvUnclosedQuote = new("csv.unclosed_quote",
        "第 {0} 行开始的引号没有结束。", "The quotation mark opened on line {0} is never closed.");

    public static readonly RefusalKind XlsLegacy = new("xls.legacy",
        "这个旧版 .xls（或 .et）文件无法读取（也可能已损坏或不完整），请在表格软件里打开、核对，另存为 xlsx 再导入。",
        "This legacy .xls (or .et) file cannot be read, or is damaged; check it in a spreadsheet program and save it as xlsx.");
    public static readonly RefusalKind XlsxEncrypted = new("xlsx.encrypted",
        "文件设有打开密码，请去掉密码再导入。", "The file is encrypted with a password; remove the password first.");
    public static readonly RefusalKind XlsxNotZip = new("xlsx.not_zip",
        "文件名是 {0}，内容却不是 xlsx。", "The file is named {0}, but its content is not xlsx.");
    public static readonly RefusalKind XlsxBroken = new("xlsx.broken",
        "xlsx 已损坏，无法读取：{0}", "The xlsx is damaged and cannot be read: {0}");
    public static readonly RefusalKind XlsxNotWorkbook = new("xlsx.not_workbook",
        "压缩包里没有工作簿，不是 xlsx。", "The zip archive holds no workbook: it is not an xlsx.");
    public static readonly RefusalKind XlsxTooManyParts = new("xlsx.too_many_parts",
        "压缩包里的文件超过 {0} 个。", "The package has more than {0} parts.");
    public static readonly RefusalKind XlsxTooLarge = new("xlsx.inflates_too_large",
        "解压后超过 {0} 字节，可能是压缩炸弹。", "It inflates to more than {0} bytes; it may be a zip bomb.");
    public static readonly RefusalKind XlsxRatio = new("xlsx.inflates_too_much",
        "压缩比超过 {0} 倍，可能是压缩炸弹。", "It inflates more than {0} times; it may be a zip bomb.");
    public static readonly RefusalKind XlsxDtd = new("xlsx.dtd",
        "XML 含有 DTD，拒绝读取。", "The XML has a DTD, which is not read.");

    public static readonly RefusalKind TooManySheets = new("sheet.too_many",
        "工作表超过 {0} 个。", "There are more than {0} sheets.");
    public static readonly RefusalKind TooManyRows = new("sheet.too_many_rows",
        "有内容的行超过 {0} 行。", "There are more than {0} rows with content.");
    public static readonly RefusalKind TooManyColumns = new("sheet.too_many_columns",
        "列数超过 {0} 列。", "There are more than {0} columns.");
    public static readonly RefusalKind TooManyCells = new("sheet.too_many_cells",
        "有内容的单元格超过 {0} 个。", "There are more than {0} cells with content.");
    public static readonly RefusalKind TooManyMerges = new("sheet.too_many_merges",
        "合并单元格超过 {0} 处。", "There are more than {0} merged ranges.");
    public static readonly RefusalKind CellTooLong = new("cell.too_long",
        "单元格超过 {0} 个字符。", "A cell has more than {0} characters.");

    public static readonly RefusalKind HeaderMissing = new("header.missing",
        "前 {0} 行里没有找到表头（至少要认出隐患内容一列）。", "No header was found in the first {0} rows (the description column at least must be recognised).");
    public static readonly RefusalKind SheetMissing = new("mapping.sheet_missing",
        "没有名为“{0}”的工作表。", "There is no sheet named “{0}”.");
    public static readonly RefusalKind MappingBroken = new("mapping.broken",
        "列映射无法读取：{0}。格式见 docs/ledgers.md。", "The mapping cannot be read: {1}. docs/ledgers.md gives its form.");
    public static readonly RefusalKind MappingInvalid = new("mapping.invalid",
        "列映射有误：{0}", "The mapping is wrong: {1}");
    public static readonly RefusalKind MappingNoDescription = new("mapping.no_description",
        "列映射没有指明隐患内容（description）在哪一列。", "The mapping does not say which column holds the description.");
}

/// <summary>Carries a refusal out of a row enumerator to the one place that opens files; it never leaves this library.</summary>
internal sealed class RefusedException(LedgerRefusal refusal) : Exception(refusal.En)
{
    public LedgerRefusal Refusal { get; } = refusal;
}
