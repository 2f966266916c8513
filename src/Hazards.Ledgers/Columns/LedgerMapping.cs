using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>One column of a mapping, named by its header or by its letter.</summary>
/// <param name="Field">What the column means.</param>
public sealed record ColumnMapping(LedgerField Field)
{
    /// <summary>The header, sub-headers after a slash: 整改责任单位/施工. White space and punctuation do not matter.</summary>
    public string? Header { get; init; }

    /// <summary>The column's letter, for columns without a header or with one that occurs twice. Wins over <see cref="Header"/>.</summary>
    public string? Column { get; init; }

    /// <summary>For <see cref="LedgerField.ResponsibleUnit"/>: which of the units, for example 施工.</summary>
    public string? Role { get; init; }
}

/// <summary>
/// How to read one kind of ledger: which column means what, and what its words for levels and states stand for.
/// Written as JSON (camelCase); the schema is src/Hazards.Ledgers/Mappings/mapping.schema.json.
/// </summary>
public sealed partial record LedgerMapping
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    };

    /// <summary>Where the schema is, for editors; not read.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>What this ledger is called.</summary>
    public string? Name { get; init; }

    /// <summary>The only sheet to read; all visible ones that have the header when null.</summary>
    public string? Sheet { get; init; }

    /// <summary>The row where the header starts, from 1; found when null.</summary>
    public int? HeaderRow { get; init; }

    /// <summary>How many rows the header has; found when null.</summary>
    public int? HeaderRows { get; init; }

    /// <summary>The columns. Columns named nowhere are kept as cells without a meaning.</summary>
    public required IReadOnlyList<ColumnMapping> Columns { get; init; }

    /// <summary>Which unit is answerable when several columns hold one: the first role that has a name. All are kept.</summary>
    public IReadOnlyList<string> UnitPreference { get; init; } = ["施工", "建设", "监理", "设计"];

    /// <summary>Region of every hazard in this ledger: GB/T 2260 code of 2, 4, 6, 9 or 12 digits.</summary>
    public string? DefaultRegion { get; init; }

    /// <summary>Sector of every hazard whose row names none, for example 煤矿.</summary>
    public string? DefaultSector { get; init; }

    /// <summary>Level of rows whose level is blank.</summary>
    public LedgerLevel? DefaultLevel { get; init; }

    /// <summary>State of rows whose state is blank.</summary>
    public LedgerState? DefaultState { get; init; }

    /// <summary>This ledger's words for levels; they win over the built-in ones.</summary>
    public IReadOnlyDictionary<string, LedgerLevel> Levels { get; init; } = new Dictionary<string, LedgerLevel>();

    /// <summary>This ledger's words for states; they win over the built-in ones.</summary>
    public IReadOnlyDictionary<string, LedgerState> States { get; init; } = new Dictionary<string, LedgerState>();

    /// <summary>Further .NET date formats, tried before the built-in ones, for example dd.MM.yyyy.</summary>
    public IReadOnlyList<string> DateFormats { get; init; } = [];

    /// <summary>The mappings that ship with the library, by file name without .json.</summary>
    public static IReadOnlyList<string> ShippedNames { get; } = ["construction", "coal-mine"];

    /// <summary>A mapping that ships with the library.</summary>
    /// <param name="name">One of <see cref="ShippedNames"/>.</param>
    public static LedgerMapping Shipped(string name)
    {
        using var stream = typeof(LedgerMapping).Assembly.GetManifestResourceStream(name + ".json")
            ?? throw new ArgumentOutOfRangeException(nameof(name), name, null);
        return JsonSerializer.Deserialize<LedgerMapping>(stream, Json)!;
    }

    /// <summary>Reads and checks a mapping. Unknown properties are refused: they are nearly always misspelt ones.</summary>
    public static LedgerResult<LedgerMapping> Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var mapping = JsonSerializer.Deserialize<LedgerMapping>(json, Json);
            if (mapping is null || mapping.Columns.Contains(null!)) return Refusals.MappingBroken.At(
                "$", "内容或某一列为空（null）", "it, or one of its columns, is null");
            return mapping.Check() is { } refusal ? refusal : mapping;
        }
        catch (JsonException e)
        {
            var (zh, en) = Explain(e);
            return Refusals.MappingBroken.At(e.Path, zh, en);
        }
    }

    /// <summary>The library's own message names types of this program, in English only; what the reader needs is the place.</summary>
    private static (string Zh, string En) Explain(JsonException e)
    {
        var (line, column) = ((e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1);
        return e.InnerException is null
            ? ($"第 {line} 行第 {column} 字节处的属性名或取值不被识别", $"a property or value at line {line}, byte {column} is not known")
            : ($"第 {line} 行第 {column} 字节处不是合法的 JSON", $"line {line}, byte {column} is not valid JSON");
    }

    /// <summary>The mapping as JSON, as <see cref="Parse"/> reads it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>What is wrong with the mapping by itself, whatever the file; null when nothing is.</summary>
    public LedgerRefusal? Check()
    {
        if (DefaultRegion is { } region && !RegionCode().IsMatch(region))
            return Refusals.MappingInvalid.At("$.defaultRegion", "行政区划代码应为 2、4、6、9 或 12 位数字", "a region code has 2, 4, 6, 9 or 12 digits");
        if (HeaderRow < 1 || HeaderRows is < 1 or > 5)
            return Refusals.MappingInvalid.At("$.headerRow", "表头行号从 1 起，行数为 1–5", "header rows count from 1, and there are 1 to 5");
        for (var i = 0; i < Columns.Count; i++)
            if (Check(Columns[i]) is var (zh, en))
                return Refusals.MappingInvalid.At($"$.columns[{i}]", zh, en);
        var twice = Columns.Where(c => !MayBeSeveral(c.Field)).GroupBy(c => c.Field).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            return Refusals.MappingInvalid.At("$.columns", $"{twice.Key} 指到了两列", $"{twice.Key} is given twice");
        return Columns.Any(c => c.Field == LedgerField.Description) ? null : Refusals.MappingNoDescription.At("$.columns");
    }

    /// <summary>整改责任单位 by role, 是否整改 beside 是否销号, 延期后期限 beside 整改期限: meanings that several columns may share.</summary>
    internal static bool MayBeSeveral(LedgerField field) =>
        field is LedgerField.ResponsibleUnit or LedgerField.State or LedgerField.Deadline;

    private static (string Zh, string En)? Check(ColumnMapping column)
    {
        if (column is { Header: null, Column: null })
            return ("每一列要有 header 或 column", "a column needs a header or a column letter");
        if (column.Column is { } letters && !(CellAddress.TryParse(letters, out _, out var row) && row == 0))
            return ($"“{letters}”不是列标", $"“{letters}” is not a column letter");
        return null;
    }

    [GeneratedRegex(@"^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex RegionCode();
}
