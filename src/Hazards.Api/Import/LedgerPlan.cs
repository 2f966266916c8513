using Hazards.Domain;
using Hazards.Ledgers;

namespace Hazards.Api.Import;

/// <summary>A ledger opened for import: how it will be read, and under which name and region its rows are kept.</summary>
public sealed class LedgerPlan : IDisposable
{
    private readonly LedgerFile _file;

    private LedgerPlan(LedgerFile file, LedgerReader reader, LedgerMapping mapping, string ledger, RegionCode region, Sha256Digest digest)
    {
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
    public string Ledger { get; }

    /// <summary>The region of rows that name none.</summary>
    public RegionCode Region { get; }

    internal static (LedgerPlan? Plan, Refusal? Refusal) Make(LedgerFile file, LedgerUpload upload, Actor by, Sha256Digest digest)
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
        if (Texts.Check("ledger", ledger, 1, 50, multiline: false) is { } badName)
            return (null, badName);
        var region = by.Jurisdiction;
        if (upload.Region is { } given)
            region = given;
        else if (mapping.DefaultRegion is { } text && RegionCode.TryParse(text, out var mapped, out _))
            region = mapped;
        if (!by.Jurisdiction.Contains(region))
            return (null, DiscoveryRefusals.OutsideJurisdiction.Because("region", ("value", region), ("jurisdiction", by.Jurisdiction)));
        return Regions.Exists(region)
            ? (new LedgerPlan(file, reader.Value, mapping, ledger, region, digest), null)
            : (null, InputRefusals.RegionUnknown.Because("region", ("value", region), ("county", region.At(RegionLevel.County))));
    }

    /// <summary>The region of a row: its own by code or by name, within the plan's; else the plan's, and that it was not understood.</summary>
    internal (RegionCode Region, bool Understood) RegionOf(UnderstoodRow row)
    {
        if (row.Region?.Trim() is not { Length: > 0 } text)
            return (Region, true);
        if (RegionCode.TryParse(text, out var own, out _))
            return Region.Contains(own) && Regions.Exists(own) ? (own, true) : (Region, false);
        return Named(text) is { } named ? (named, true) : (Region, false);
    }

    /// <summary>武都区, 武都 or 陇南市武都区: the one region within the plan's that is called so.</summary>
    private RegionCode? Named(string text)
    {
        if (Regions.NameOf(Region) == text)
            return Region;
        var within = Regions.All.Where(r => r.Code != Region && Region.Contains(r.Code)).ToArray();
        foreach (var fits in new Func<NamedRegion, bool>[] { r => r.Name == text, r => text.EndsWith(r.Name, StringComparison.Ordinal), r => text.Length >= 2 && r.Name.Length == text.Length + 1 && r.Name.StartsWith(text, StringComparison.Ordinal) })
            if (within.Where(fits).ToArray() is [var only])
                return only.Code;
        return null;
    }

    /// <summary>The sector of a row by its code or its Chinese name; “other” where the deployment knows none such, and that it was not understood.</summary>
    internal static (SectorCode Sector, bool Understood) SectorOf(UnderstoodRow row, SectorCatalogue sectors)
    {
        if (row.Sector is not { Length: > 0 } text)
            return (SectorCode.Parse("other"), true);
        text = text.Trim();
        var entry = sectors.Entries.FirstOrDefault(e => e.Code == text || e.Chinese == text)
            ?? sectors.Entries.FirstOrDefault(e => text.Contains(e.Chinese, StringComparison.Ordinal) || e.Chinese.Contains(text, StringComparison.Ordinal));
        return (SectorCode.Parse(entry?.Code ?? "other"), entry is not null);
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
