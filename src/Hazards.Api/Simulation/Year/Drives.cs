using System.Collections.Immutable;
using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Simulation.Year;

/// <summary>A campaign or special period of the year.</summary>
internal sealed record Drive(string Name, CampaignKind Kind, DateOnly From, DateOnly To, ImmutableArray<SectorCode> Sectors)
{
    public string? Id { get; set; }

    public bool Covers(SectorCode sector, DateOnly day) => From <= day && day <= To && (Sectors.IsEmpty || Sectors.Contains(sector));
}

/// <summary>The prefecture's campaigns of a year: opened a week ahead, ended with a summary of their figures.</summary>
internal sealed class Drives(Callers callers, Prefecture prefecture, int year)
{
    public ImmutableArray<Drive> All { get; } =
    [
        new("春节特殊时段", CampaignKind.SpecialPeriod, new(year, 2, 10), new(year, 2, 24), []),
        new("全国两会特殊时段", CampaignKind.SpecialPeriod, new(year, 3, 3), new(year, 3, 13), []),
        new("春季燃气和消防安全专项行动", CampaignKind.Campaign, new(year, 2, 20), new(year, 4, 30), Of("city_gas", "fire_safety", "crowded_places")),
        new("安全生产月大检查", CampaignKind.Campaign, new(year, 6, 1), new(year, 6, 30), []),
        new(
            "汛期地质灾害和尾矿库专项行动", CampaignKind.Campaign, new(year, 7, 1), new(year, 8, 31),
            Of("flood_drought", "geology", "tailings_pond", "construction", "road_traffic")),
        new("国庆节特殊时段", CampaignKind.SpecialPeriod, new(year, 9, 28), new(year, 10, 8), []),
        new(
            "冬季煤矿和非煤矿山专项行动", CampaignKind.Campaign, new(year, 11, 1), new(year, 12, 20),
            Of("coal_mine", "non_coal_mine", "hazardous_chemicals", "fireworks")),
    ];

    /// <summary>The campaign a visit on this day is made in.</summary>
    public string? CampaignOf(SectorCode sector, DateOnly day) =>
        All.FirstOrDefault(d => d.Kind == CampaignKind.Campaign && d.Id is not null && d.Covers(sector, day))?.Id;

    /// <summary>What is opened and ended on a day, in the morning.</summary>
    public async Task WorkAsync(DateOnly day, CancellationToken cancellationToken)
    {
        foreach (var drive in All)
        {
            if (day == drive.From.AddDays(-7))
                drive.Id = await OpenAsync(drive, cancellationToken);
            else if (day == drive.To.AddDays(1))
                await EndAsync(drive, cancellationToken);
        }
    }

    private async Task<string> OpenAsync(Drive drive, CancellationToken cancellationToken)
    {
        var body = Routes.BodyOf(new OpenCampaign(drive.Name, drive.From, drive.To, [prefecture.Region], drive.Sectors, drive.Kind, "突出重点，逐户检查，发现的隐患当场能改的当场改，不能的限期整改"));
        body["documentNumber"] = $"州安委〔{year}〕{All.IndexOf(drive) + 1}号";
        return Callers.Require(
            await callers.PostAsync(prefecture.Office, Role.Coordinator, "campaigns", body, cancellationToken),
            "campaigns").Json["id"]!.ToString();
    }

    private async Task EndAsync(Drive drive, CancellationToken cancellationToken)
    {
        var figures = (await callers.GetAsync(prefecture.Office, Role.Coordinator, $"campaigns/{drive.Id}/figures", cancellationToken))["figures"]!["total"]!;
        var (visits, hazards) = (figures["visits"]!, figures["hazards"]!);
        var summary = string.Create(CultureInfo.InvariantCulture,
            $"检查 {visits["visits"]} 户次（{visits["units"]} 家），查出隐患 {hazards["found"]} 处，立行立改 {hazards["onTheSpot"]} 处，已整改 {hazards["rectified"]} 处，重大 {hazards["major"]} 处");
        var path = $"campaigns/{drive.Id}/end";
        Callers.Require(await callers.PostAsync(prefecture.Office, Role.Coordinator, path, Routes.BodyOf(new EndCampaign(summary, drive.To)), cancellationToken), path);
    }

    private static ImmutableArray<SectorCode> Of(params string[] sectors) => [.. sectors.Select(SectorCode.Parse)];
}
