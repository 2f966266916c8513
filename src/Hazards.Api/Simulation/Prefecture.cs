using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation;

/// <summary>
/// A simulated prefecture with its counties, bodies and enterprises: the setting of generated hazards. The region
/// codes are real, the organisations and their credit codes are invented (with right check characters).
/// </summary>
internal sealed class Prefecture
{
    private static readonly (string Code, double Weight)[] SectorWeights =
    [
        ("coal_mine", 2), ("non_coal_mine", 4), ("tailings_pond", 1), ("hazardous_chemicals", 5), ("fireworks", 2), ("industry_trade", 14),
        ("construction", 14), ("road_traffic", 10), ("water_traffic", 1), ("fire_safety", 18), ("city_gas", 7), ("pipelines", 1),
        ("special_equipment", 4), ("farm_machinery", 1), ("power", 2), ("culture_tourism", 3), ("education", 4), ("health", 2),
        ("crowded_places", 3), ("forest_fire", 1), ("flood_drought", 1), ("geology", 2), ("earthquake", 0.2), ("other", 1),
    ];

    private readonly double _sectorTotal = SectorWeights.Sum(s => s.Weight);
    private FrozenDictionary<BodyId, Body>? _byId;

    private Prefecture(RegionCode region, ImmutableArray<County> counties, Body office, Body supervision, Body government)
    {
        Region = region;
        Counties = counties;
        Office = office;
        Supervision = supervision;
        Government = government;
    }

    public RegionCode Region { get; }

    public ImmutableArray<County> Counties { get; }

    public Body Office { get; }

    public Body Supervision { get; }

    public Body Government { get; }

    public IEnumerable<Body> Bodies => new[] { Office, Supervision, Government }
        .Concat(Counties.SelectMany(c => new[] { c.Office, c.Supervision, c.Government }.Concat(c.Regulators.Values).Concat(c.Townships)
            .Concat(c.Owners)));

    /// <summary>A body of the prefecture.</summary>
    public Body Find(BodyId id) => (_byId ??= Bodies.DistinctBy(b => b.Id).ToFrozenDictionary(b => b.Id))[id];

    /// <summary>The same prefecture with other counties.</summary>
    public Prefecture With(IEnumerable<County> counties) => new(Region, [.. counties], Office, Supervision, Government);

    /// <summary>The prefecture 湘西 with its eight counties.</summary>
    public static Prefecture Create(int seed)
    {
        var region = RegionCode.Parse("4331");
        var name = Regions.NameOf(region);
        var random = new Random(seed);
        var counties = Regions.All.Where(r => r.Code.Level == RegionLevel.County && region.Contains(r.Code))
            .Select((r, i) => County.Create(r, i, random)).ToImmutableArray();
        return new Prefecture(
            region, counties,
            NewBody("seed-4331-office", $"{name}安全生产委员会办公室", BodyKind.CommitteeOffice, region),
            NewBody("seed-4331-supervision", $"{name}人民政府督查室", BodyKind.SupervisionOffice, region),
            NewBody("seed-4331-gov", $"{name}人民政府", BodyKind.Government, region));
    }

    public SectorCode PickSector(Random random)
    {
        var at = random.NextDouble() * _sectorTotal;
        foreach (var (code, weight) in SectorWeights)
            if ((at -= weight) <= 0)
                return SectorCode.Parse(code);
        return SectorCode.Parse("other");
    }

    internal static Body NewBody(string id, string name, BodyKind kind, RegionCode region, params ImmutableArray<SectorCode> sectors) =>
        new(BodyId.Parse(id), name, kind, region, sectors, null, null, false, null, 1);
}

/// <summary>A county: its bodies, and how its people behave.</summary>
/// <param name="Region">Its code.</param>
/// <param name="Name">Its name.</param>
/// <param name="Weight">How many hazards it finds, relative to the others.</param>
/// <param name="Diligence">0.6 (slow) to 1.3 (quick): divides every delay.</param>
/// <param name="Office">安委办.</param>
/// <param name="Supervision">督查室.</param>
/// <param name="Government">人民政府.</param>
/// <param name="Regulators">行业主管部门 by sector.</param>
/// <param name="Enterprises">Invented enterprises.</param>
internal sealed record County(
    RegionCode Region, string Name, double Weight, double Diligence, Body Office, Body Supervision, Body Government,
    ImmutableDictionary<SectorCode, Body> Regulators, ImmutableArray<Enterprise> Enterprises)
{
    private const int EnterpriseCount = 400;

    /// <summary>Township governments, where they are registered.</summary>
    public ImmutableArray<Body> Townships { get; init; } = [];

    /// <summary>Enterprises that are registered as bodies and answer for their hazards themselves.</summary>
    public ImmutableArray<Body> Owners { get; init; } = [];

    /// <summary>Enterprises by what they do, where that is known; otherwise any enterprise has any hazard.</summary>
    public ImmutableDictionary<SectorCode, ImmutableArray<Enterprise>> ByTrade { get; init; } =
        ImmutableDictionary<SectorCode, ImmutableArray<Enterprise>>.Empty;

    /// <summary>An enterprise in which a hazard of the sector may be found.</summary>
    public Enterprise PickEnterprise(SectorCode sector, Random random)
    {
        var among = ByTrade.GetValueOrDefault(sector, Enterprises);
        return among[random.Next(among.Length)];
    }

    // Which department regulates which sectors, as county governments usually divide them.
    private static readonly (string Id, string Name, string[] Sectors)[] Departments =
    [
        ("emergency", "应急管理局", [
            "coal_mine", "non_coal_mine", "tailings_pond", "hazardous_chemicals", "fireworks", "industry_trade", "earthquake", "other"]),
        ("housing", "住房和城乡建设局", ["construction", "city_gas"]),
        ("transport", "交通运输局", ["road_traffic", "water_traffic"]),
        ("fire", "消防救援大队", ["fire_safety", "crowded_places"]),
        ("energy", "发展和改革局", ["pipelines", "power"]),
        ("market", "市场监督管理局", ["special_equipment"]),
        ("agriculture", "农业农村局", ["farm_machinery"]),
        ("tourism", "文化旅游广电局", ["culture_tourism"]),
        ("education", "教育和体育局", ["education"]),
        ("health", "卫生健康局", ["health"]),
        ("forestry", "林业局", ["forest_fire"]),
        ("water", "水利局", ["flood_drought"]),
        ("natural", "自然资源局", ["geology"]),
    ];

    public static County Create(NamedRegion region, int index, Random random)
    {
        var code = region.Code.Value;
        var regulators = Departments
            .Select(d => (Body: Prefecture.NewBody($"seed-{code}-{d.Id}", region.Name
                + d.Name, BodyKind.Regulator, region.Code, [.. d.Sectors.Select(SectorCode.Parse)]), d.Sectors))
            .SelectMany(d => d.Sectors.Select(s => (Sector: SectorCode.Parse(s), d.Body)))
            .ToImmutableDictionary(p => p.Sector, p => p.Body);
        return new County(
            region.Code, region.Name, 0.6 + random.NextDouble(), 0.6 + 0.7 * random.NextDouble(),
            Prefecture.NewBody($"seed-{code}-office", $"{region.Name}安全生产委员会办公室", BodyKind.CommitteeOffice, region.Code),
            Prefecture.NewBody($"seed-{code}-supervision", $"{region.Name}人民政府督查室", BodyKind.SupervisionOffice, region.Code),
            Prefecture.NewBody($"seed-{code}-gov", $"{region.Name}人民政府", BodyKind.Government, region.Code),
            regulators,
            [.. Enumerable.Range(0, EnterpriseCount).Select(i => NewEnterprise(region, index * EnterpriseCount + i, random))]);
    }

    private static Enterprise NewEnterprise(NamedRegion region, int number, Random random)
    {
        string[] words = ["兴隆", "永顺达", "宏远", "金山", "恒泰", "鑫源", "华盛", "长青", "天和", "瑞丰", "顺安", "同德", "广济", "安泰", "湘源", "民生"];
        string[] trades = ["燃气有限公司", "建材有限公司", "矿业有限公司", "化工有限公司", "物流有限公司", "酒店", "商贸有限公司", "机械厂", "中学", "医院", "建筑工程有限公司", "电力有限公司"];
        var name = $"{region.Name}{words[random.Next(words.Length)]}{trades[random.Next(trades.Length)]}{number.ToString(CultureInfo.InvariantCulture)}";
        var first17 = $"91{region.Code.Value}MA{number.ToString("D7", CultureInfo.InvariantCulture)}";
        return new Enterprise(name, CreditCode.Parse(first17 + CreditCode.CheckCharacter(first17)));
    }
}
