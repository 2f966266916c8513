using System.Text.Json.Serialization;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>上报隐患: somebody found a hazard.</summary>
/// <param name="Source">Who or what found it.</param>
/// <param name="Region">Where, by GB/T 2260.</param>
/// <param name="Sector">行业领域.</param>
/// <param name="Title">One line, at most 200 characters.</param>
/// <param name="Description">All that is known, at most 8,000 characters.</param>
/// <param name="Kind">Safety or natural disaster.</param>
/// <param name="Category">隐患类别, in the reporter's words.</param>
/// <param name="Enterprise">The unit it belongs to.</param>
/// <param name="Place">The place.</param>
/// <param name="Reference">The reporting system's own number: one hazard per (system, id) of a sender.</param>
/// <param name="FoundBy">Who found it, in words. Where the public reports (<see cref="OfThePublic"/>) it is taken for the
/// reporter's name and sealed.</param>
/// <param name="ReportedLevel">The level in the reporter's words; grading is a separate act.</param>
/// <param name="Inspection">The inspection that found it.</param>
/// <param name="Campaign">The campaign it was found in; when left out, that of the inspection, if the hazard lies within it.</param>
public sealed record ReportHazard(
    ReportSource Source,
    RegionCode Region,
    SectorCode Sector,
    [property: Longest(200)] string Title,
    string Description,
    HazardKind Kind = HazardKind.Safety,
    [property: Longest(100)] string? Category = null,
    Enterprise? Enterprise = null,
    Place? Place = null,
    ExternalReference? Reference = null,
    [property: Longest(400)] string? FoundBy = null,
    [property: Longest(60)] string? ReportedLevel = null,
    Guid? Inspection = null,
    Guid? Campaign = null)
{
    /// <summary>报告人、举报人: the person who reported it. Sealed before anything is kept.</summary>
    public ReporterGiven? Reporter { get; init; }

    /// <summary>What the reporter's data are sealed with, given by whoever keeps the keys.</summary>
    [JsonIgnore]
    public PersonSeal? Seal { get; init; }

    /// <summary>Without its members, some of which may be personal data.</summary>
    public override string ToString() => "（上报隐患 report）";

    /// <summary>12345热线、群众举报: sources whose words on who found it name a member of the public.</summary>
    public static bool OfThePublic(ReportSource source) => source is ReportSource.Hotline or ReportSource.Public;

    /// <summary>
    /// The person it brings with it; null when it names none. Whoever reports among the public by 群众举报 is a whistle-blower
    /// unless the report says otherwise.
    /// </summary>
    public (PersonKind Kind, PersonData Data)? Person()
    {
        var foundBy = OfThePublic(Source) ? Blank(FoundBy) : null;
        if (Reporter is null && foundBy is null)
            return null;
        var data = (Reporter?.Data ?? new PersonData()).Trimmed();
        if (data.Name is null)
            data = data with { Name = foundBy };
        else if (foundBy is not null && foundBy != data.Name)
            data = data with { Other = data.Other is null ? foundBy : $"{foundBy}；{data.Other}" };
        return (Reporter?.Secret ?? Source == ReportSource.Public ? PersonKind.WhistleBlower : PersonKind.Reporter, data);
    }

    /// <summary>The hazard it begins, where that is known beforehand: a ledger's row.</summary>
    [JsonIgnore]
    public HazardId? Identity { get; init; }

    /// <summary>The hazard it begins: known by the sender's reference, or new.</summary>
    public HazardId IdentityAt(DateTimeOffset now, string sender) =>
        Identity ?? (Reference is null ? HazardId.New(now) : HazardId.For(sender, Reference));

    internal Decision Decide(Act act)
    {
        if (Check(act) is { } wrong)
            return wrong;
        return Decision.Of(new HazardReported(Source, Kind, Region, Sector, Blank(Category), Title.Trim(), Description.Trim(), Enterprise, Place, Reference, OfThePublic(Source) ? null : Blank(FoundBy), Blank(ReportedLevel))
        {
            Reporter = Person() is { } person ? PersonSeal.Needed(Seal).Close(person.Kind, person.Data) : null,
            Inspection = Inspection, Campaign = Campaign ?? OfInspection(act),
        });
    }

    private Guid? OfInspection(Act act) =>
        act.Inspection is { } visit && act.Campaign is { } campaign && campaign.Id == visit.Campaign
            && campaign.Covers(Region, Sector, act.Date)
            ? campaign.Id
            : null;

    private Refusal? Check(Act act) =>
        Refusal.All(
            Texts.Check("title", Title, 1, 200, multiline: false),
            Texts.Required("description", Description),
            Texts.Check("category", Category, 0, 100, multiline: false),
            Texts.Check("foundBy", FoundBy, 0, 400, multiline: false),
            Texts.Check("reportedLevel", ReportedLevel, 0, 60, multiline: false),
            (Enterprise is null ? null : Texts.Name("enterprise.name", Enterprise.Name)),
            CheckPlace("place", Place),
            Reference?.Check("reference"),
            CheckRegion("region", Region, act),
            (act.Sectors.Knows(Sector) ? null : InputRefusals.SectorUnknown.Because("sector", ("value", Sector))))
        ?? InspectionChecks.FoundIn(Inspection, Campaign, Region, act)
        ?? InspectionChecks.InCampaign(Campaign, Region, Sector, act.Date, act)
        ?? Reporter?.Data.Check("reporter")
        ?? InClear(act);

    // What is sealed in one place must not stand in clear in the next.
    private Refusal? InClear(Act act)
    {
        if (Person() is not var (kind, data))
            return null;
        (string Field, string? Text)[] texts =
            [("title", Title), ("description", Description), ("category", Category), ("place.text", Place?.Text), ("enterprise.name", Enterprise?.Name), ("actor", act.By.Name), ("reference.id", Reference?.Id)];
        foreach (var (field, text) in texts)
            if (data.IsIn(text, kind == PersonKind.WhistleBlower))
                return PersonRefusals.InClear.Because(field);
        return null;
    }

    internal static Refusal? CheckRegion(string field, RegionCode region, Act act)
    {
        if (!act.By.Jurisdiction.Contains(region))
            return DiscoveryRefusals.OutsideJurisdiction.Because(field, ("value", region), ("jurisdiction", act.By.Jurisdiction));
        return Regions.Exists(region)
            ? null
            : InputRefusals.RegionUnknown.Because(field, ("value", region), ("county", region.At(RegionLevel.County)));
    }

    internal static Refusal? CheckPlace(string field, Place? place)
    {
        if (place is null)
            return null;
        if (Texts.Check($"{field}.text", place.Text, 1, 500, multiline: false) is { } wrong)
            return wrong;
        if (place.Longitude is < -180 or > 180)
            return InputRefusals.OutOfRange.Because($"{field}.longitude", ("value", place.Longitude), ("min", -180), ("max", 180));
        if (place.Latitude is < -90 or > 90)
            return InputRefusals.OutOfRange.Because($"{field}.latitude", ("value", place.Latitude), ("min", -90), ("max", 90));
        return place.Longitude is null == place.Latitude is null
            ? null
            : InputRefusals.Missing.Because($"{field}.{(place.Longitude is null ? "longitude" : "latitude")}");
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>Refusals of discovery.</summary>
public static class DiscoveryRefusals
{
    /// <summary>The region of a report lies outside the caller's jurisdiction.</summary>
    public static readonly RefusalCode OutsideJurisdiction = new(
        "region.outside_jurisdiction", RefusalKind.Forbidden, "行政区划 {value} 不在您的管辖范围 {jurisdiction} 内",
        "Region {value} lies outside your jurisdiction, {jurisdiction}");
}
