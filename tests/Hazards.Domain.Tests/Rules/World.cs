using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain.Tests.Rules;

/// <summary>The bodies and callers of the examples: 武都区 (621202) in 陇南市 (6212), 甘肃省 (62), and a neighbouring county.</summary>
internal static class World
{
    public static readonly RegionCode Wudu = RegionCode.Parse("621202");
    public static readonly RegionCode Longnan = RegionCode.Parse("6212");
    public static readonly RegionCode Gansu = RegionCode.Parse("62");
    public static readonly RegionCode Wenxian = RegionCode.Parse("621222");
    public static readonly SectorCode Gas = SectorCode.Parse("city_gas");

    public static readonly Body CountyOffice = Make("wudu-office", "武都区安委办", BodyKind.CommitteeOffice, Wudu);
    public static readonly Body CityOffice = Make("longnan-office", "陇南市安委办", BodyKind.CommitteeOffice, Longnan);
    public static readonly Body ProvinceOffice = Make("gansu-office", "甘肃省安委办", BodyKind.CommitteeOffice, Gansu);
    public static readonly Body StateOffice = Make("state-office", "国务院安委办", BodyKind.CommitteeOffice, RegionCode.Nation);
    public static readonly Body NextOffice = Make("wenxian-office", "文县安委办", BodyKind.CommitteeOffice, Wenxian);
    public static readonly Body CountyGovernment = Make("wudu-gov", "武都区人民政府", BodyKind.Government, Wudu);
    public static readonly Body CityGovernment = Make("longnan-gov", "陇南市人民政府", BodyKind.Government, Longnan);
    public static readonly Body NextGovernment = Make("wenxian-gov", "文县人民政府", BodyKind.Government, Wenxian);
    public static readonly Body GasRegulator = Make("wudu-housing", "武都区住建局", BodyKind.Regulator, Wudu, Gas);
    public static readonly Body OtherRegulator = Make("wudu-education", "武都区教育局", BodyKind.Regulator, Wudu, SectorCode.Parse("education"));
    public static readonly Body NextRegulator = Make("wenxian-housing", "文县住建局", BodyKind.Regulator, Wenxian, Gas);
    public static readonly Body CityHousing = Make("longnan-housing", "陇南市住建局", BodyKind.Regulator, Longnan, Gas);
    public static readonly Body Emergency = Make("wudu-emergency", "武都区应急局", BodyKind.Regulator, Wudu);
    public static readonly Body Supervision = Make("wudu-supervision", "武都区政府督查室", BodyKind.SupervisionOffice, Wudu);
    public static readonly Body CitySupervision = Make("longnan-supervision", "陇南市政府督查室", BodyKind.SupervisionOffice, Longnan);
    public static readonly Body GasCompany = Make("gas-company", "武都燃气公司", BodyKind.Enterprise, Wudu);
    public static readonly Body NextCompany = Make("wenxian-company", "文县燃气公司", BodyKind.Enterprise, Wenxian);
    public static readonly Body Hotline = Make("hotline", "12345热线", BodyKind.System, Longnan);
    public static readonly Body Gone = Make("old-bureau", "原安监局", BodyKind.Regulator, Wudu) with { Dissolved = true };

    public static readonly ImmutableDictionary<BodyId, Body> Bodies = new[]
    {
        CountyOffice, CityOffice, ProvinceOffice, StateOffice, NextOffice, CountyGovernment, CityGovernment, NextGovernment, GasRegulator,
        OtherRegulator,
        NextRegulator, CityHousing, Emergency, Supervision, CitySupervision, GasCompany, NextCompany, Hotline, Gone,
    }.ToImmutableDictionary(b => b.Id);

    public static readonly BodyId Unregistered = BodyId.Parse("nobody-knows");

    /// <summary>Monday, 2 March 2026, nine in the morning in China: every story begins here.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, ChinaTime.Offset);

    /// <summary>A deadline well after the story's beginning.</summary>
    public static readonly DateOnly Deadline = new(2026, 4, 30);

    public static readonly HazardId Id = HazardId.Parse("0195f0a0-0000-7000-8000-000000000001");
    public static readonly HazardId OtherId = HazardId.Parse("0195f0a0-0000-7000-8000-000000000002");
    public static readonly DocumentNumber Paper = DocumentNumber.Parse("武安委办〔2026〕12号");
    public static readonly ImmutableHashSet<Role> AllRoles = [.. Enum.GetValues<Role>()];

    /// <summary>Every role but the importer's, for whom relations do not count.</summary>
    public static readonly ImmutableHashSet<Role> OwnRoles = AllRoles.Remove(Role.Importer);

    /// <summary>A caller for a body; with every role but the importer's when none is named, and a key for the whole country.</summary>
    public static Actor As(Body body, params ReadOnlySpan<Role> roles) =>
        new("张工", body, roles.IsEmpty ? OwnRoles : [.. roles], "tests", RegionCode.Nation) { OnBehalf = roles.Contains(Role.Importer) };

    public static LegOrder Sole(Body? body = null) => new(Leg.Sole, (body ?? GasCompany).Id, Deadline, "更换老化管道");

    public static LegOrder Territorial(Body? body = null) =>
        new(Leg.Territorial, (body ?? CountyGovernment).Id, Deadline, "督促企业整改", CountyOffice.Id);

    public static LegOrder Sectoral(Body? body = null) =>
        new(Leg.Sectoral, (body ?? GasRegulator).Id, Deadline.AddDays(5), "监督更换管道", Supervision.Id);

    public static ImmutableSortedDictionary<PlanPart, string> SixParts { get; } =
        Enum.GetValues<PlanPart>().ToImmutableSortedDictionary(p => p, p => CodeList.Chinese(p) + "：已明确");

    private static Body Make(string id, string name, BodyKind kind, RegionCode region, params ImmutableArray<SectorCode> sectors) =>
        new(BodyId.Parse(id), name, kind, region, sectors, null, null, false, null, 1);
}
