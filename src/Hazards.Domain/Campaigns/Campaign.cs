using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about a campaign.</summary>
public interface ICampaignEvent : IDomainEvent;

/// <summary>What a campaign is.</summary>
public enum CampaignKind
{
    /// <summary>专项行动.</summary>
    [Label("专项行动", "A drive: inspections of some sectors in some regions during some time")] Campaign,

    /// <summary>特殊时段.</summary>
    [Label("特殊时段", "A special period, whose hazards are watched apart (Spring Festival, the Two Sessions)")] SpecialPeriod,
}

/// <summary>部署专项行动: a campaign was opened. Its paper's 文号 stands in the context.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">A drive or a special period.</param>
/// <param name="From">Its first day.</param>
/// <param name="To">Its last day.</param>
/// <param name="Sectors">Its sectors; empty means all.</param>
/// <param name="Regions">Its regions, at least one.</param>
/// <param name="Organiser">The body that organises it.</param>
/// <param name="Requirements">What is required.</param>
[EventType("campaign_opened", "部署专项行动", "Campaign opened")]
public sealed record CampaignOpened(
    Guid Id, string Name, CampaignKind Kind, DateOnly From, DateOnly To,
    ImmutableArray<SectorCode> Sectors, ImmutableArray<RegionCode> Regions, BodyId Organiser, string? Requirements) : ICampaignEvent;

/// <summary>调整专项行动: name, dates, sectors, regions or requirements are these from now on. What was entered in it stays in it.</summary>
[EventType("campaign_changed", "调整专项行动", "Campaign changed")]
public sealed record CampaignChanged(
    string Name, DateOnly From, DateOnly To,
    ImmutableArray<SectorCode> Sectors, ImmutableArray<RegionCode> Regions, string? Requirements, string Reason) : ICampaignEvent;

/// <summary>结束专项行动.</summary>
/// <param name="On">Its last day, when it ends before the day that was planned.</param>
/// <param name="Summary">What came of it.</param>
[EventType("campaign_ended", "结束专项行动", "Campaign ended")]
public sealed record CampaignEnded(DateOnly On, string Summary) : ICampaignEvent;

/// <summary>A campaign as its events leave it.</summary>
public sealed record Campaign(
    Guid Id, string Name, CampaignKind Kind, DateOnly From, DateOnly To,
    ImmutableArray<SectorCode> Sectors, ImmutableArray<RegionCode> Regions, BodyId Organiser, string? Requirements,
    DocumentNumber? Document, DateOnly? EndedOn, string? Summary, long Version)
{
    /// <summary>The last day that counts: the planned one, or that of an earlier end.</summary>
    public DateOnly Last => EndedOn < To ? EndedOn.Value : To;

    /// <summary>Whether it is there for somebody with this jurisdiction: part of it lies within, or it reaches beyond.</summary>
    public bool Touches(RegionCode jurisdiction) => Regions.Any(r => jurisdiction.Contains(r) || r.Contains(jurisdiction));

    /// <summary>Whether what was found in a region and sector on a day lies in it.</summary>
    public bool Covers(RegionCode region, SectorCode sector, DateOnly day) => InTime(day) && InSector(sector) && InRegion(region);

    /// <summary>Whether a day lies in it.</summary>
    public bool InTime(DateOnly day) => From <= day && day <= Last;

    /// <summary>Whether a sector lies in it.</summary>
    public bool InSector(SectorCode sector) => Sectors.IsEmpty || Sectors.Contains(sector);

    /// <summary>Whether a region lies in it.</summary>
    public bool InRegion(RegionCode region) => Regions.Any(r => r.Contains(region));

    /// <summary>Folds one event.</summary>
    public static Campaign Apply(Campaign? campaign, ICampaignEvent happened, EventContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return happened switch
        {
            CampaignOpened e => new Campaign(
                e.Id, e.Name, e.Kind, e.From, e.To, e.Sectors, e.Regions, e.Organiser, e.Requirements, context.Document, null, null, 1),
            CampaignChanged e when campaign is not null => campaign with
            {
                Name = e.Name, From = e.From, To = e.To, Sectors = e.Sectors, Regions = e.Regions, Requirements = e.Requirements,
                Version = campaign.Version + 1,
            },
            CampaignEnded e when campaign is not null =>
                campaign with { EndedOn = e.On, Summary = e.Summary, Version = campaign.Version + 1 },
            _ => throw new InvalidOperationException($"{happened?.GetType().Name} cannot happen to this campaign"),
        };
    }
}
