using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// 行业领域: a sector's code, lower-case letters, digits and underscores. Which codes exist stands in a
/// <see cref="SectorCatalogue"/>.
/// </summary>
[JsonConverter(typeof(ValueJsonConverter<SectorCode>))]
public readonly record struct SectorCode : IValue<SectorCode>
{
    private readonly string? _value;

    private SectorCode(string value) => _value = value;

    /// <inheritdoc />
    public string Value => _value ?? "other";

    /// <summary>Parses a code; throws on a wrong one. For constants and tests.</summary>
    public static SectorCode Parse(string text) =>
        TryParse(text, out var value, out var refusal) ? value : throw new FormatException(refusal.English);

    /// <inheritdoc />
    public static bool TryParse(string? text, out SectorCode value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = default;
        refusal = null;
        if (text is { Length: >= 2 and <= 40 } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            value = new SectorCode(text);
            return true;
        }
        refusal = InputRefusals.Sector.Because(null, ("value", Texts.Excerpt(text)));
        return false;
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>The sectors a deployment knows: the field's usual ones, and those it adds.</summary>
public sealed class SectorCatalogue
{
    private readonly ImmutableDictionary<string, CodeEntry> _byCode;

    private SectorCatalogue(ImmutableArray<CodeEntry> entries)
    {
        Entries = entries;
        _byCode = entries.ToImmutableDictionary(e => e.Code, StringComparer.Ordinal);
    }

    /// <summary>The sectors of the field's usual division.</summary>
    public static readonly SectorCatalogue Usual = new(
    [
        new("coal_mine", "煤矿", "Coal mines"),
        new("non_coal_mine", "非煤矿山", "Mines other than coal"),
        new("tailings_pond", "尾矿库", "Tailings ponds"),
        new("hazardous_chemicals", "危险化学品", "Hazardous chemicals"),
        new("fireworks", "烟花爆竹", "Fireworks"),
        new("industry_trade", "工贸", "Metallurgy, machinery, light industry and trade"),
        new("construction", "建筑施工", "Construction"),
        new("road_traffic", "道路交通", "Road traffic"),
        new("water_traffic", "水上交通", "Water traffic"),
        new("fire_safety", "消防", "Fire safety"),
        new("city_gas", "城镇燃气", "City gas"),
        new("pipelines", "油气管道", "Oil and gas pipelines"),
        new("special_equipment", "特种设备", "Special equipment"),
        new("farm_machinery", "农业机械", "Farm machinery"),
        new("power", "电力能源", "Power and energy"),
        new("culture_tourism", "文化旅游", "Culture and tourism"),
        new("education", "教育（学校）", "Schools"),
        new("health", "医疗", "Health care"),
        new("crowded_places", "人员密集场所", "Crowded places"),
        new("forest_fire", "森林防灭火", "Forest fires"),
        new("flood_drought", "防汛抗旱", "Floods and drought"),
        new("geology", "地质灾害", "Geological disasters"),
        new("earthquake", "地震", "Earthquakes"),
        new("other", "其他", "Other"),
    ]);

    /// <summary>All sectors in their usual order.</summary>
    public ImmutableArray<CodeEntry> Entries { get; }

    /// <summary>This catalogue with the sectors a deployment adds; a code that exists already takes the new label.</summary>
    public SectorCatalogue With(IEnumerable<CodeEntry> added)
    {
        var entries = Entries.ToList();
        foreach (var entry in added)
        {
            entries.RemoveAll(e => e.Code == entry.Code);
            entries.Insert(Math.Max(0, entries.FindIndex(e => e.Code == "other")), entry);
        }
        return new SectorCatalogue([.. entries]);
    }

    /// <summary>Whether the catalogue knows the code.</summary>
    public bool Knows(SectorCode code) => _byCode.ContainsKey(code.Value);

    /// <summary>The entry of a code; a code that is no longer in the catalogue is its own label.</summary>
    public CodeEntry Find(SectorCode code) =>
        _byCode.TryGetValue(code.Value, out var entry) ? entry : new CodeEntry(code.Value, code.Value, code.Value);
}
