using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// 上报单位保密: an enterprise is not told which other enterprise reported a hazard of its own (安监总财〔2018〕19号: whoever handles reports keeps
/// the whistle-blower secret). It reads everything else. Who answers for a leg besides is known to it anyway, and a parent is no stranger.
/// </summary>
internal sealed class Discretion(IRegistryQueries registry)
{
    /// <summary>Stands for the one who is not named.</summary>
    public static BodyId Withheld { get; } = BodyId.Parse("withheld");

    /// <summary>Stands for what would name it.</summary>
    public const string Said = "（不公开）";

    /// <summary>The state as it is shown to a caller.</summary>
    public async Task<Hazard> ShownAsync(Hazard hazard, Caller caller, CancellationToken cancellationToken) =>
        await HiddenAsync(hazard, caller, cancellationToken) is null
            ? hazard
            : hazard with { ReportedBy = Withheld, Client = Said, Reference = null, FoundBy = null };

    /// <summary>Items of a list as they are shown to a caller.</summary>
    public async Task<ImmutableArray<HazardItem>> ShownAsync(
        ImmutableArray<HazardItem> items, Caller caller, CancellationToken cancellationToken)
    {
        if (!caller.Body.SeesOnlyItsOwn)
            return items;
        // Who reported is asked for once, however many of the items he reported.
        var hidden = new HashSet<BodyId>();
        foreach (var reporter in items.Select(i => i.ReportedBy).Distinct())
            if (await HiddenAsync(reporter, [], caller, cancellationToken) is { } one)
                hidden.Add(one);
        return hidden.Count == 0
            ? items
            : [.. items.Select(i => hidden.Contains(i.ReportedBy) && i.Legs.All(l => l.Body != i.ReportedBy)
                ? i with { ReportedBy = Withheld, Reference = null } : i)];
    }

    /// <summary>The reporting body of a hazard, where a caller is not to know it; null where nothing is kept from it.</summary>
    public ValueTask<BodyId?> HiddenAsync(Hazard hazard, Caller caller, CancellationToken cancellationToken) =>
        HiddenAsync(hazard.ReportedBy, hazard.Legs.Values.Select(l => l.Body), caller, cancellationToken);

    /// <summary>The same, of its reporter and the bodies that answer for its legs.</summary>
    public async ValueTask<BodyId?> HiddenAsync(
        BodyId reporter, IEnumerable<BodyId> legs, Caller caller, CancellationToken cancellationToken) =>
        caller.Body.SeesOnlyItsOwn && reporter != caller.Body.Id && reporter != caller.Body.Parent && !legs.Contains(reporter)
            && await registry.PlacedAsync(reporter, cancellationToken) is { SeesOnlyItsOwn: true } other && other.Parent != caller.Body.Id
                ? reporter
                : null;

    /// <summary>An event as it is shown to whom a body is not named.</summary>
    public static HistoryEvent Shown(HistoryEvent e, BodyId? hidden) => e.Body != hidden
        ? e
        : e with
        {
            Body = Withheld, Actor = Said, Client = Said, CorrelationId = null, CausationId = null, Data = Shown(e.Data),
        };

    /// <summary>A case file as its timeline is shown to a caller: without the one who is not named among those told, too.</summary>
    public async Task<CaseFile> ShownAsync(CaseFile file, Caller caller, CancellationToken cancellationToken)
    {
        var bodies = file.Bodies.ToDictionary();
        if (await HiddenAsync(file.Newest, caller, cancellationToken) is not { } hidden || !bodies.Remove(hidden, out var body))
            return file;
        bodies[Withheld] = body with { Id = Withheld, Name = Said, CreditCode = null };
        return file.Shown(e => Shown(e, hidden), bodies);
    }

    private static RecordedHappening Shown(RecordedHappening e, BodyId body)
    {
        var context = e.Context with { Told = [.. e.Context.Told.Where(t => t.Body != body)] };
        return e with
        {
            Happening = context.Body != body
                ? new Happening(e.Event, context)
                : new Happening(
                    e.Event is HazardReported report ? report with { Reference = null, FoundBy = null } : e.Event,
                    context with { Body = Withheld, Actor = Said, Client = Said }),
        };
    }

    private static JsonElement Shown(JsonElement data)
    {
        if (JsonNode.Parse(data.GetRawText()) is not JsonObject facts)
            return data;
        facts.Remove("reference");
        facts.Remove("foundBy");
        return JsonSerializer.SerializeToElement(facts);
    }
}
