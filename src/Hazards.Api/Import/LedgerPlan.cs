using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Hazards.Domain;
using Hazards.Ledgers;

namespace Hazards.Api.Import;

/// <summary>What is to be known of a ledger as a whole, in both languages.</summary>
internal readonly record struct PlanNote(string Code, string Chinese, string English)
{
    /// <summary>As a note beside those of sheets and columns.</summary>
    public LedgerNote ToNote() => new(Code, NoteSeverity.Info, null, null, null, Chinese, English);

    /// <summary>As a report keeps it.</summary>
    public override string ToString() => $"{Code}: {Chinese}";
}

/// <summary>A ledger opened for import: how it will be read, and under which name and region its rows are kept.</summary>
internal sealed partial class LedgerPlan : IDisposable
{
    private const int MostOfName = 50;
    private const int MostMissing = 20;

    private readonly LedgerFile _file;

    private (IReadOnlyList<PlannedRow> Rows, RowTally Tally)? _read;

    private LedgerPlan(
        LedgerFile file, LedgerReader reader, LedgerMapping mapping, string ledger, bool named, RegionCode region, Sha256Digest digest)
    {
        IsNamed = named;
        _file = file;
        Reader = reader;
        Mapping = mapping;
        Ledger = ledger;
        Region = region;
        File = digest;
    }

    /// <summary>Reads the rows.</summary>
    public LedgerReader Reader { get; }

    /// <summary>What its columns mean.</summary>
    public LedgerMapping Mapping { get; }

    /// <summary>The file's name.</summary>
    public string FileName => _file.Name;

    /// <summary>SHA-256 of the file.</summary>
    public Sha256Digest File { get; }

    /// <summary>Name of the ledger.</summary>
    public string Ledger { get; private set; }

    /// <summary>What the file is called by itself, where it was recognised as another ledger's; null elsewhere.</summary>
    public string? Called { get; private set; }

    /// <summary>Whether somebody named it; otherwise it is the earlier ledger that it seems to be.</summary>
    internal bool IsNamed { get; }

    /// <summary>The ledger of that name as it was imported before; null on a first import, and before <see cref="Settle"/>.</summary>
    internal EarlierLedger? Earlier { get; private set; }

    /// <summary>Whether it is known which earlier ledger it is.</summary>
    internal bool IsSettled { get; private set; }

    /// <summary>What is to be known of it as a whole.</summary>
    internal ImmutableArray<PlanNote> Notes { get; private set; }

    /// <summary>The region of rows that name none.</summary>
    public RegionCode Region { get; }

    private bool IsRegionGiven { get; init; }

    private bool IsMappingGiven { get; init; }

    /// <summary>
    /// Why it cannot be imported before somebody says where it belongs: nobody did, rows do not say it either, and the caller's
    /// jurisdiction is more than one county. Null where it is known.
    /// </summary>
    internal async Task<Refusal?> AskRegionAsync(CancellationToken cancellationToken)
    {
        if (IsRegionGiven || Region.Level <= RegionLevel.County)
            return null;
        var silent = (await RowsAsync(cancellationToken)).Count(r => r is { Reference: not null, Repeats: null, NamesRegion: false });
        return silent == 0 ? null : ImportRefusals.RegionNeeded.Because("region",
            ("rows", silent), ("name", Regions.FullNameOf(Region)), ("jurisdiction", Region),
            ("regions", string.Join('、', Within(Region).Select(r => $"{r.Name} {r.Code}"))));
    }

    private static IEnumerable<NamedRegion> Within(RegionCode region) =>
        Regions.All.Where(r => r.Code != region && region.Contains(r.Code) && r.Code.Level == region.Level - 1);

    /// <summary>Its rows, read once.</summary>
    internal async Task<IReadOnlyList<PlannedRow>> RowsAsync(CancellationToken cancellationToken) =>
        (_read ??= await PlannedRows.ReadAsync(Reader, cancellationToken)).Rows;

    /// <summary>Its rows, counted.</summary>
    internal async Task<RowTally> TallyAsync(CancellationToken cancellationToken) =>
        (_read ??= await PlannedRows.ReadAsync(Reader, cancellationToken)).Tally;

    /// <summary>
    /// Says which ledger it is of those imported before; one that it only resembles is named, so that somebody can say so.
    /// </summary>
    internal void Settle(IReadOnlyList<EarlierLedger> earlier, LedgerRecognised? recognised, IReadOnlyList<LedgerRecognised> resembled)
    {
        if (recognised is null)
        {
            // One of its own name goes on, unless others answer there.
            Notes = Notes.AddRange(resembled.Where(r => r.Ledger.Name != Ledger || r.Others > 0).Select(Resembles));
            // Of the same title, and yet another's: 隐患自查台账 of the next school.
            if (resembled.Any(r => r.Ledger.IsHere && r.Ledger.Name == Ledger && r.Others > 0))
                Ledger = Enumerable.Range(2, earlier.Count + 1).Select(Numbered).First(name => earlier.All(l => l.Name != name));
        }
        else if (recognised.Ledger.Name != Ledger)
        {
            var (name, rows) = (recognised.Ledger.Name, recognised.Rows);
            var (why, english) = rows > 0
                ? ($"与此前导入的台账“{name}”有 {rows} 行相同", $"{rows} rows are those of the ledger “{name}” that was imported before")
                : ($"同名的文件此前认作台账“{name}”", $"a file of this name was taken for the ledger “{name}” before");
            Notes = Notes.Add(new("import.ledger_recognised", $"{why}，按同一本台账更新；如果不是，请另给台账名称（ledger）导入",
                $"{english}: it is brought up to date. Give another name (ledger) if it is not the same"));
            (Called, Ledger) = (Ledger, name);
        }

        Earlier = earlier.FirstOrDefault(l => l.IsHere && l.Name == Ledger);
        IsSettled = true;
    }

    /// <summary>Says which rows of the version before it has no more.</summary>
    internal void Missing(IReadOnlyList<EarlierRow> rows)
    {
        if (rows.Count == 0 || Notes.Any(n => n.Code == "import.rows_missing"))
            return;
        var named = string.Join('、', rows.Take(MostMissing)
            .Select(r => $"{(r.Likeness.Number is { } number ? $"编号 {number} " : "")}{r.Hazard:D}")) + (rows.Count > MostMissing
                ? " …"
                : "");
        Notes = Notes.Add(new("import.rows_missing", $"上次有、这次没有 {rows.Count} 条，登记的不变：{named}",
            $"{rows.Count} rows of the version before are not in this one; their hazards stay as they are: {named}"));
    }

    private string Numbered(int n)
    {
        var end = $"（{n}）";
        return (Ledger.Length + end.Length <= MostOfName ? Ledger : Ledger[..(MostOfName - end.Length)]) + end;
    }

    private static PlanNote Resembles(LedgerRecognised it)
    {
        var (name, rows) = (it.Ledger.Name, it.Rows);
        if (!it.Ledger.IsHere)
            return new("import.ledger_elsewhere",
                $"与登记在{Regions.FullNameOf(it.Ledger.Region)}的台账“{name}”有 {rows} 行相同；地区不同，没有更新它，另行登记。如果是登记错了地区，请撤销其中一次导入",
                $"{rows} rows are those of the ledger “{name}” that was imported for {it.Ledger.Region}: another region, so they are entered anew. Undo one of the imports if the region was wrong");
        return it.Others > 0
            ? new("import.ledger_resembles",
                $"与此前导入的台账“{name}”有 {rows} 行文字相同，但其中 {it.Others} 行的责任单位（责任人）不同，没有按同一本台账更新；如果是同一本，请指定 ledger={name}",
                $"{rows} rows read like those of the ledger “{name}”, but others answer for {it.Others} of them: it was not taken for it. Say ledger={name} if it is")
            : new("import.ledger_resembles",
                $"与此前导入的台账“{name}”有 {rows} 行文字相同，不足以认定是同一本台账，没有更新它；如果是同一本，请指定 ledger={name}",
                $"{rows} rows read like those of the ledger “{name}”, too few to take it for it. Say ledger={name} if it is");
    }

    /// <summary>What is to be known of it before it is imported: the question where it belongs, if any, and <see cref="Notes"/>.</summary>
    internal async Task<IReadOnlyList<LedgerNote>> QuestionsAsync(CancellationToken cancellationToken) =>
    [
        .. await AskRegionAsync(cancellationToken) is { } whither
            ? [new LedgerNote(whither.Code, NoteSeverity.Warning, null, null, null, whither.Chinese, whither.English)]
            : Array.Empty<LedgerNote>(),
        .. Notes.Select(n => n.ToNote()),
    ];

    /// <summary>How it reads its file; nothing is written.</summary>
    /// <param name="rows">How many records are kept.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    internal async Task<LedgerResult<LedgerPreview>> PreviewAsync(int rows, CancellationToken cancellationToken)
    {
        var made = await LedgerPreview.CreateAsync(_file, IsMappingGiven ? Mapping : null, rows, cancellationToken);
        return made.IsOk ? made.Value with { Notes = [.. await QuestionsAsync(cancellationToken), .. made.Value.Notes] } : made;
    }

    internal static (LedgerPlan? Plan, Refusal? Refusal) Make(
        LedgerFile file, LedgerUpload upload, RegionCode jurisdiction, Sha256Digest digest)
    {
        var mapping = upload.Mapping;
        if (mapping is null)
        {
            var guessed = MappingGuesser.Guess(file);
            if (!guessed.IsOk)
                return (null, LedgerImport.Translate(guessed.Refusal!));
            mapping = guessed.Value.Mapping;
        }
        var reader = LedgerReader.Open(file, mapping);
        if (!reader.IsOk)
            return (null, LedgerImport.Translate(reader.Refusal!));
        var ledger = upload.Ledger?.Trim() ?? LedgerNames.Of(mapping.Name ?? Path.GetFileNameWithoutExtension(upload.FileName));
        if (Texts.Check("ledger", ledger, 1, MostOfName, multiline: false) is { } badName)
            return (null, badName);
        var region = jurisdiction;
        if (upload.Region is { } given)
            region = given;
        else if (mapping.DefaultRegion is { } text && RegionCode.TryParse(text, out var mapped, out _))
            region = mapped;
        if (!jurisdiction.Contains(region))
            return (null, DiscoveryRefusals.OutsideJurisdiction.Because("region", ("value", region), ("jurisdiction", jurisdiction)));
        var isGiven = upload.Region is not null || mapping.DefaultRegion is not null;
        var plan = new LedgerPlan(file, reader.Value, mapping, ledger, upload.Ledger is not null, region, digest)
        {
            IsRegionGiven = isGiven,
            IsMappingGiven = upload.Mapping is not null,
            Notes = !isGiven && region.Level <= RegionLevel.County
                ? [new("import.region_assumed", $"没有指定行政区划，未载明地区的行登记在 {Regions.FullNameOf(region)}（{region}）；不对请用 region 指定",
                    $"No region was given: rows that name none go to {region}; say region if that is wrong")]
                : [],
        };
        return Regions.Exists(region)
            ? (plan, null)
            : (null, InputRefusals.RegionUnknown.Because("region", ("value", region), ("county", region.At(RegionLevel.County))));
    }

    /// <summary>
    /// The region of a row: its own by code or by name, within the plan's; else the plan's, and that it was not understood.
    /// </summary>
    internal (RegionCode Region, bool Understood) RegionOf(UnderstoodRow row)
    {
        if (row.Region?.Trim() is not { Length: > 0 } text)
            return (Region, true);
        if (RegionCode.TryParse(text, out var own, out _))
            return Region.Contains(own) && Regions.Exists(own) ? (own, true) : (Region, false);
        return Named(text) is { } named ? (named, true) : (Region, false);
    }

    /// <summary>武都区, 武都, 武都县, 陇南市武都区 or 武都区城关镇: the one region within the plan's that is called so.</summary>
    private RegionCode? Named(string text)
    {
        text = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        if (Regions.NameOf(Region) is var own && (own == text || Stem(own) == Stem(text) || Regions.FullNameOf(Region) == text))
            return Region;
        var within = Regions.All.Where(r => r.Code != Region && Region.Contains(r.Code)).ToArray();
        foreach (var fits in new Func<NamedRegion, bool>[]
        {
            r => r.Name == text, r => text.EndsWith(r.Name, StringComparison.Ordinal),
            r => Stem(text).Length >= 2 && Stem(r.Name) == Stem(text),
            r => text.StartsWith(r.Name, StringComparison.Ordinal), r => text.Contains(r.Name, StringComparison.Ordinal),
        })
            if (within.Where(fits).ToArray() is [var only])
                return NamesAnother(text, only, within) ? null : only.Code;
        return null;
    }

    /// <summary>成县、徽县: whoever names two regions, neither of them within the other, has named none.</summary>
    private static bool NamesAnother(string text, NamedRegion found, IEnumerable<NamedRegion> within)
    {
        var rest = text.Replace(found.Name, "", StringComparison.Ordinal);
        var isList = Listed().IsMatch(text);
        return within.Any(r => r.Code != found.Code && !r.Code.Contains(found.Code) && !found.Code.Contains(r.Code)
            && (rest.Contains(r.Name, StringComparison.Ordinal) || isList && Stem(r.Name).Length >= 2 && rest.Contains(
                Stem(r.Name), StringComparison.Ordinal)));
    }

    [GeneratedRegex("[、，,;；/＋+]|[和与及]", RegexOptions.CultureInvariant)]
    private static partial Regex Listed();

    /// <summary>Without 县, 区, 市 at its end: 武都 was a county before it was a district, and clerks go on writing so.</summary>
    private static string Stem(string name) => name.Length >= 3 && name[^1] is '县' or '区' or '市' or '旗' ? name[..^1] : name;

    // What ledgers call sectors, beside the catalogue's own names.
    private static readonly (string Word, string Sector)[] SectorWords =
    [
        ("道路运输", "road_traffic"), ("交通运输", "road_traffic"), ("道路", "road_traffic"), ("客运", "road_traffic"), ("危化", "hazardous_chemicals"),
        ("化工", "hazardous_chemicals"),
        ("非煤", "non_coal_mine"), ("尾矿", "tailings_pond"), ("房屋市政", "construction"), ("房建", "construction"), ("住建", "construction"),
        ("建筑", "construction"), ("燃气", "city_gas"),
        ("学校", "education"), ("教育", "education"), ("校园", "education"), ("医院", "health"), ("卫生健康", "health"), ("卫健", "health"),
        ("旅游", "culture_tourism"), ("文旅", "culture_tourism"),
        ("水路", "water_traffic"), ("水上", "water_traffic"), ("农机", "farm_machinery"), ("电力", "power"), ("冶金", "industry_trade"),
        ("机械制造", "industry_trade"), ("粉尘涉爆", "industry_trade"),
        ("电梯", "special_equipment"), ("锅炉", "special_equipment"), ("管道", "pipelines"),
    ];

    /// <summary>
    /// The sector of a row by its code or its Chinese name; “other” where the deployment knows none such, and that it was not
    /// understood.
    /// </summary>
    internal static (SectorCode Sector, bool Understood) SectorOf(UnderstoodRow row, SectorCatalogue sectors)
    {
        if (row.Sector is not { Length: > 0 } text)
            return (SectorCode.Parse("other"), true);
        text = text.Trim();
        var code = sectors.Entries.FirstOrDefault(e => e.Code == text || e.Chinese == text)?.Code;
        // 煤矿和非煤矿山 are two sectors, and so is none of them.
        if (code is null && Listed().Split(text).Where(t => t.Length > 0).Select(t => SectorNamed(t, sectors)).Distinct()
            .ToArray() is [{ } only])
            code = only;
        return (SectorCode.Parse(code ?? "other"), code is not null);
    }

    /// <summary>The one sector that words name; null where they name none, or several (交通运输（水上）).</summary>
    private static string? SectorNamed(string text, SectorCatalogue sectors)
    {
        var (rest, named) = (text, new HashSet<string>(StringComparer.Ordinal));
        foreach (var (word, code) in sectors.Entries.Select(e => (e.Chinese, e.Code)).Concat(SectorWords)
            .OrderByDescending(w => w.Item1.Length))
            if (rest.Contains(word, StringComparison.Ordinal))
            {
                rest = rest.Replace(word, "∎", StringComparison.Ordinal);
                if (sectors.Knows(SectorCode.Parse(code)))
                    named.Add(code);
            }
        // 消防 is short for 消防安全; 矿山 for none, since 煤矿 is one as well.
        if (named.Count == 0 && text.Length >= 2)
            named.UnionWith(sectors.Entries.Where(e => e.Chinese.StartsWith(text, StringComparison.Ordinal)).Select(e => e.Code));
        return named.Count == 1 ? named.Single() : null;
    }

    public void Dispose() => _file.Dispose();
}
