using System.Collections.Immutable;
using System.Reflection;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Http;

/// <summary>Code lists, regions, the policy, and what every refusal means.</summary>
internal static class CodeEndpoints
{
    private const int MostRegions = 5000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/codes", new Operation(Tag.Codes, "全部代码表", "All code lists") { Answer = typeof(AllCodes) },
            (CodeLists lists) => Call.Json(new AllCodes(lists.All)));
        api.Get("/codes/commands", new Operation(Tag.Codes, "谁在什么环节可以办理什么", "Who may do what, and when") { Answer = typeof(CommandList) },
            () => Call.Json(CommandList.Instance));
        api.Get(
            "/codes/refusals", new Operation(Tag.Codes, "全部错误代码及说明", "Every error code and what it means") { Answer = typeof(RefusalList) },
            () => Call.Json(RefusalList.Instance));
        api.Get("/codes/{list}", new Operation(Tag.Codes, "一张代码表", "One code list") { Answer = typeof(CodeListAnswer) },
            (string list, CodeLists lists) => lists.All.TryGetValue(list, out var entries)
                ? Call.Json(new CodeListAnswer(list, entries))
                : Call.Refuse(RequestRefusals.CodeListUnknown.Because("list", ("value", Texts.Excerpt(list)))));
        api.Get("/regions", new Operation(Tag.Codes, "行政区划（GB/T 2260，省至县）", "Regions by GB/T 2260, province to county")
        {
            Query =
            [
                new("prefix", typeof(RegionCode), "在此区划之内", "Within this region"),
                new("q", typeof(string), "名称中的文字", "Part of the name") { Longest = 50 },
                new("limit", typeof(int), $"最多条数，1–{MostRegions}，默认 100", $"At most so many, 1 to {MostRegions}; 100 when left out")
                {
                    Least = 1, Most = MostRegions,
                },
            ],
            Answer = typeof(RegionList),
        }, FindRegions);
    }

    /// <summary>What a problem's <c>type</c> points at; open, since who cannot get in needs it most.</summary>
    public static void MapProblems(IEndpointRouteBuilder routes) =>
        routes.Get(
            "/problems/{code}",
            new Operation(Tag.Codes, "一个错误代码的说明", "What one error code means") { Open = true, Answer = typeof(RefusalEntry) },
            (string code) => RefusalList.Instance.Items.FirstOrDefault(r => r.Code == code) is { } entry
                ? Call.Json(entry)
                : Call.Refuse(RequestRefusals.CodeListUnknown.Because("code", ("value", Texts.Excerpt(code)))));

    private static IResult FindRegions(Call call)
    {
        var within = call.Query.Value<RegionCode>("prefix") ?? RegionCode.Nation;
        var text = call.Query.Text("q", 50);
        var limit = (int)(call.Query.Number("limit", 1, MostRegions) ?? 100);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var found = Regions.All.Where(r => within.Contains(r.Code) && (text is null || r.Name.Contains(text, StringComparison.Ordinal)));
        return Call.Json(new RegionList([.. found.Take(limit)
            .Select(r => new RegionEntry(r.Code, r.Name, Regions.FullNameOf(r.Code), Labels.Camel(r.Code.Level)))]));
    }
}

/// <summary>All code lists.</summary>
internal sealed class CodeLists(SectorCatalogue sectors)
{
    public SortedDictionary<string, ImmutableArray<CodeEntry>> All { get; } = new(StringComparer.Ordinal)
    {
        ["sectors"] = sectors.Entries,
        ["stages"] = CodeList.Of<Stage>(),
        ["legs"] = CodeList.Of<Leg>(),
        ["leg-stages"] = CodeList.Of<LegStage>(),
        ["levels"] = CodeList.Of<Level>(),
        ["kinds"] = CodeList.Of<HazardKind>(),
        ["sources"] = CodeList.Of<ReportSource>(),
        ["listing-levels"] = CodeList.Of<ListingLevel>(),
        ["body-kinds"] = CodeList.Of<BodyKind>(),
        ["roles"] = CodeList.Of<Role>(),
        ["relations"] = CodeList.Of<Relation>(),
        ["clocks"] = CodeList.Of<ClockKind>(),
        ["steps"] = CodeList.Of<SupervisionStep>(),
        ["closure-grounds"] = CodeList.Of<ClosureGround>(),
        ["delisting-grounds"] = CodeList.Of<DelistingGround>(),
        ["lookback-results"] = CodeList.Of<LookbackResult>(),
        ["verdicts"] = CodeList.Of<Verdict>(),
        ["plan-parts"] = CodeList.Of<PlanPart>(),
        ["campaign-kinds"] = CodeList.Of<CampaignKind>(),
        ["inspection-sources"] = CodeList.Of<InspectionSource>(),
        ["correctable-fields"] = CodeList.Of<CorrectableField>(),
        ["person-kinds"] = CodeList.Of<PersonKind>(),
        ["entries"] = CodeList.Of<Entry>(),
        ["ledger-sorts"] = CodeList.Of<Projections.LedgerSort>(),
        ["lights"] = CodeList.Of<Light>(),
        ["due-sorts"] = CodeList.Of<Projections.DueSort>(),
        ["plan-progress"] = CodeList.Of<PlanProgress>(),
        ["batch-outcomes"] = CodeList.Of<BatchOutcome>(),
        ["events"] = [.. EventLabels.All],
    };
}

/// <summary>All code lists.</summary>
internal sealed record AllCodes(IReadOnlyDictionary<string, ImmutableArray<CodeEntry>> Lists);

/// <summary>One code list.</summary>
internal sealed record CodeListAnswer(string Name, ImmutableArray<CodeEntry> Items);

/// <summary>Who may do what, and when.</summary>
internal sealed record CommandList(ImmutableArray<CommandEntry> Items)
{
    public static readonly CommandList Instance = new([.. CommandRules.All.Concat(CampaignRules.All).Select(CommandEntry.Of)]);
}

/// <summary>One command of the table.</summary>
internal sealed record CommandEntry(
    string Name, string Chinese, string English, ImmutableArray<CodeEntry> Roles, CodeEntry Relation, ImmutableArray<CodeEntry> Stages, ImmutableArray<CodeEntry> LegStages)
{
    /// <summary>The stages in which it may be given besides, to a hazard that a ledger was imported as.</summary>
    public required ImmutableArray<CodeEntry> StagesOfImported { get; init; }

    /// <summary>Whether those are open only as long as nobody but imports has written of the hazard.</summary>
    public required bool OnlyUntouched { get; init; }

    public static CommandEntry Of(CommandRule rule) => new(
        rule.Name, rule.Chinese, rule.English, [.. rule.Roles.Select(r => Labels.Of(r))], Labels.Of(rule.Relation),
        [.. rule.Stages.Select(s => Labels.Of(s))], [.. rule.LegStages.Select(s => Labels.Of(s))])
    {
        StagesOfImported = [.. rule.StagesOfImported.Select(s => Labels.Of(s))], OnlyUntouched = rule.OnlyUntouched,
    };
}

/// <summary>Every refusal there is.</summary>
internal sealed record RefusalList(ImmutableArray<RefusalEntry> Items)
{
    /// <summary>Found where they are defined: in static fields and properties of the domain, the read side and the API.</summary>
    public static readonly RefusalList Instance = new(
    [
        .. new[] { typeof(Refusal).Assembly, typeof(Projections.IHazardQueries).Assembly, typeof(RefusalList).Assembly }
            .SelectMany(a => a.GetTypes()).Where(t => !t.ContainsGenericParameters).SelectMany(Codes)
            .DistinctBy(c => c.Code).OrderBy(c => c.Code, StringComparer.Ordinal)
            .Select(c => new RefusalEntry(c.Code, Problem.StatusOf(c), c.Chinese, c.English)),
    ]);

    private static IEnumerable<RefusalCode> Codes(Type type)
    {
        const BindingFlags statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        return type.GetFields(statics).Where(f => f.FieldType == typeof(RefusalCode)).Select(f => (RefusalCode?)f.GetValue(null))
            .OfType<RefusalCode>();
    }
}

/// <summary>A refusal: <c>{name}</c> in a text stands for a fact.</summary>
internal sealed record RefusalEntry(string Code, int Status, string Chinese, string English);

/// <summary>Regions.</summary>
internal sealed record RegionList(ImmutableArray<RegionEntry> Items);

/// <summary>A region.</summary>
internal sealed record RegionEntry(RegionCode Code, string Name, string FullName, string Level);
