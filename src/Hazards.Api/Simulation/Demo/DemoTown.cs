using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Demo;

/// <summary>
/// The prefecture with what a demonstration wants besides: township governments and enterprises that have their own accounts.
/// The townships' names are real, the last three digits of their codes are not; enterprises and credit codes are invented.
/// </summary>
internal static class DemoTown
{
    // 吉首市 first, as the counties are.
    private static readonly string[][] Townships =
    [
        ["矮寨镇", "马颈坳镇", "河溪镇", "丹青镇", "太平镇"],
        ["浦市镇", "达岚镇", "合水镇", "兴隆场镇", "潭溪镇"],
        ["阿拉营镇", "茶田镇", "廖家桥镇", "禾库镇", "山江镇"],
        ["边城镇", "龙潭镇", "民乐镇", "吉卫镇", "麻栗场镇"],
        ["迁陵镇", "水田河镇", "葫芦镇", "清水坪镇", "复兴镇"],
        ["古阳镇", "默戎镇", "红石林镇", "坪坝镇", "岩头寨镇"],
        ["灵溪镇", "芙蓉镇", "塔卧镇", "首车镇", "石堤镇"],
        ["里耶镇", "洗车河镇", "召市镇", "苗儿滩镇", "靛房镇"],
    ];

    private static readonly (string Name, string Sector)[][] Owners =
    [
        [("吉首市乾城管道燃气有限责任公司", "city_gas"), ("湘西峒河建筑工程集团有限公司", "construction")],
        [("泸溪县沅江锌业有限责任公司", "industry_trade"), ("泸溪县浦市古镇文化旅游开发有限公司", "culture_tourism")],
        [("凤凰县沱江国际大酒店有限公司", "fire_safety"), ("凤凰县南华山旅游客运有限责任公司", "road_traffic")],
        [("花垣县民乐锰业有限公司", "non_coal_mine"), ("花垣县边城化工有限责任公司", "hazardous_chemicals")],
        [("保靖县酉水水力发电有限公司", "power"), ("保靖县迁陵商业广场管理有限公司", "crowded_places")],
        [("古丈县红石林建材有限责任公司", "industry_trade"), ("古丈县罗依溪水上客运有限公司", "water_traffic")],
        [("湘西土家族苗族自治州酉水流域芙蓉镇景区旅游客运、水上运输及码头经营管理有限责任公司永顺分公司", "culture_tourism"), ("永顺县猛洞河石油液化气储配站", "city_gas")],
        [("龙山县里耶建设投资有限公司", "construction"), ("龙山县洛塔煤业有限责任公司", "coal_mine")],
    ];

    private static readonly Dictionary<string, string[]> Trades = new()
    {
        ["coal_mine"] = ["煤矿有限责任公司"], ["non_coal_mine"] = ["采石场", "矿业有限公司"], ["tailings_pond"] = ["锰业有限公司尾矿库"],
        ["hazardous_chemicals"] = ["加油站", "化工有限公司"], ["fireworks"] = ["烟花爆竹专营店"], ["industry_trade"] = ["建材有限公司", "食品有限公司", "木业有限公司"],
        ["construction"] = ["建筑工程有限公司", "房地产开发有限公司"], ["road_traffic"] = ["客运有限公司", "物流有限公司"], ["water_traffic"] = ["渡口"],
        ["fire_safety"] = ["酒店", "购物中心", "娱乐会所"], ["city_gas"] = ["液化气配送站", "餐馆"], ["pipelines"] = ["天然气输配有限公司"],
        ["special_equipment"] = ["人民医院分院", "商贸大厦"], ["farm_machinery"] = ["农机专业合作社"], ["power"] = ["水电站"],
            ["culture_tourism"] = ["旅游开发有限公司", "民宿"],
        ["education"] = ["中学", "中心小学"], ["health"] = ["医院"], ["crowded_places"] = ["超市", "农贸市场"], ["forest_fire"] = ["国有林场"],
        ["flood_drought"] = ["水库管理所"], ["geology"] = ["村"], ["earthquake"] = ["中心小学"], ["other"] = ["商贸有限公司"],
    };

    private static readonly string[] Words = ["兴隆", "宏远", "金山", "恒泰", "鑫源", "长青", "天和", "瑞丰", "顺安", "同德", "湘源", "民生"];

    /// <summary>The prefecture's own group for accidents: reads, and changes nothing.</summary>
    public static Body Investigation { get; } =
        Prefecture.NewBody("seed-4331-investigation", "湘西州安全生产事故调查组", BodyKind.Investigation, RegionCode.Parse("4331"));

    /// <summary>The office above, with which listings are filed.</summary>
    public static Body Province { get; } =
        Prefecture.NewBody("seed-43-office", "湖南省安全生产委员会办公室", BodyKind.CommitteeOffice, RegionCode.Parse("43"));

    public static Prefecture Create(int seed)
    {
        var prefecture = Prefecture.Create(seed);
        return prefecture.With(prefecture.Counties.Select(Furnish));
    }

    private static County Furnish(County county, int index)
    {
        var code = county.Region.Value;
        ImmutableArray<Body> townships =
        [
            .. Townships[index].Select((name, i) => Prefecture.NewBody(
                $"seed-{code}{100 + i}-gov", $"{county.Name}{name}人民政府", BodyKind.Government, RegionCode.Parse($"{code}{100 + i}"))),
        ];
        ImmutableArray<Body> owners =
        [
            .. Owners[index].Select((o, i) =>
                Prefecture.NewBody($"seed-{code}-owner{i + 1}", o.Name, BodyKind.Enterprise, county.Region, [SectorCode.Parse(o.Sector)])
                    with { CreditCode = CodeOf(code, 9_000 + i) }),
        ];
        var byTrade = ImmutableDictionary.CreateBuilder<SectorCode, ImmutableArray<Enterprise>>();
        foreach (var (sector, trades) in Trades)
            byTrade[SectorCode.Parse(sector)] = [.. Enterprises(county, index, SectorCode.Parse(sector), trades, owners)];
        return county with { Townships = townships, Owners = owners, ByTrade = byTrade.ToImmutable() };
    }

    /// <summary>An owner of the trade has three of four hazards of it.</summary>
    private static IEnumerable<Enterprise> Enterprises(County county, int index, SectorCode sector, string[] trades,
        ImmutableArray<Body> owners)
    {
        foreach (var owner in owners.Where(o => o.Sectors.Contains(sector)))
            for (var share = 0; share < 3 * trades.Length; share++)
                yield return new Enterprise(owner.Name, owner.CreditCode);
        for (var i = 0; i < trades.Length; i++)
        {
            var number = (Trades.Keys.Order(StringComparer.Ordinal).ToList().IndexOf(sector.Value) * 10) + i;
            yield return new Enterprise($"{county.Name}{Words[(index + number) % Words.Length]}{trades[i]}", CodeOf(county.Region.Value,
                number));
        }
    }

    private static CreditCode CodeOf(string county, int number)
    {
        var first17 = $"91{county}MA{number.ToString("D7", CultureInfo.InvariantCulture)}";
        return CreditCode.Parse(first17 + CreditCode.CheckCharacter(first17));
    }
}
