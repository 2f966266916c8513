using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Api.Administration.Persons;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Investigation;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;
using JasperFx.Events;

namespace Hazards.Api.LifeCycle;

/// <summary>The ledger, one hazard, and its history.</summary>
internal static class HazardReads
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/hazards", new Operation(Tag.Hazards,
            "台账：筛选、排序、检索；可按 Accept 或 format 给出 csv、xlsx", "The ledger: filtered, sorted, searched; as csv or xlsx by Accept or format")
        {
            Query =
            [
                .. Parameters.Filter,
                new("mine", typeof(bool), "只看本账号现场上报的", "Only what the account that asks reported in the field"),
                new("sort", typeof(LedgerSort), "排序依据，默认 recorded", "What it is sorted by; recorded when left out"),
                new(
                    "order", typeof(SortOrder), "desc（默认）或 asc；按到期排序时默认 asc",
                    "desc or asc; asc when left out and sorted by due, else desc"),
                .. ListFiles.Parameters(LedgerColumns.All.Select(c => c.Name)), .. Parameters.Page,
            ],
            Answer = typeof(HazardPage),
        }, LedgerAsync);

        api.Get("/hazards/{id}", new Operation(Tag.Hazards, "隐患全貌：状态、各责任方、时限", "One hazard: state, legs, clocks")
        {
            Query = [Parameters.AsOf], Answer = typeof(HazardDetails), Versioned = true,
        }, FindAsync);

        api.Get(
            "/hazards/{id}/events",
            new Operation(Tag.Hazards, "隐患履历：谁在何时做了什么、何时登记", "Its history: who did what, when, and when it was recorded")
        {
            Query = [Parameters.AsOf], Answer = typeof(History), Versioned = true,
        }, HistoryAsync);
    }

    private static async Task<IResult> LedgerAsync(
        Call call, IHazardQueries hazards, IRegistryQueries registry, Naming naming, KeptPages pages, Discretion discretion)
    {
        var filter = Parameters.ReadFilter(call.Query) with { Reporter = call.Query.Flag("mine") == true ? call.Caller.Key.Id : null };
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var sort = call.Query.Code<LedgerSort>("sort") ?? LedgerSort.Recorded;
        var order = call.Query.Code<SortOrder>("order") ?? (sort == LedgerSort.Due ? SortOrder.Asc : SortOrder.Desc);
        var scope = call.Scope();
        var asked = ListFiles.Read(call, LedgerColumns.All);
        filter = await Parameters.WithSubordinatesAsync(filter, call.Query, registry, call.Stop);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (asked.IsFile)
            return await ListFiles.OfAsync(
                call, registry, asked, ("hazards", "隐患台账", "Hazards"), scope, filter.Region ?? call.Caller.Jurisdiction, h => h.Id,
                async c =>
                {
                    var found = await hazards.LedgerAsync(scope, filter, sort, order == SortOrder.Desc, c, Parameters.FilePage, call.Stop);
                    var rows = await discretion.ShownAsync(found.Items, call.Caller, call.Stop);
                    return new ListRows<HazardItem>(rows, found.Next, await naming.OfAsync(rows, scope.AsOf, call.Stop));
                });
        return await pages.JsonAsync(call, scope, filter.Region, async stop =>
        {
            var page = await hazards.LedgerAsync(scope, filter, sort, order == SortOrder.Desc, cursor, limit, stop);
            var items = await discretion.ShownAsync(page.Items, call.Caller, stop);
            return new HazardPage(items, page.Next, scope.AsOf, scope.Today, await naming.OfAsync(items, scope.AsOf, stop))
            {
                KnownLater = await KnownLater.OfAsync(hazards, scope, filter, cursor, stop),
            };
        }, page => Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry));
    }

    private static async Task<IResult> FindAsync(
        Call call, string id, HazardStore store, RulebookSource rules, SealQueries seals, PersonDesk persons, Naming naming,
        Discretion discretion)
    {
        var asOf = call.AsOf();
        if (!HazardId.TryParse(id, out var hazardId, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var hazard = await store.LoadAsync(hazardId, asOf, call.Stop);
        if (hazard is null || !call.Caller.Sees(hazard))
            return Call.Refuse(HazardRefusals.NotFound.Because());
        var rulebook = await rules.NowAsync(hazard.Calendar, call.Stop);
        var clocks = Clocks.Open(hazard, rulebook);
        var today = ChinaTime.DateAt(asOf ?? call.Now);
        var ever = new List<Seal>();
        var matter = await store.MatterAsync(hazard, asOf, call.Stop);
        foreach (var (one, until) in matter.All)
            ever.AddRange((await seals.EverAsync(one.Enterprise, one.Region, asOf, call.Stop)).Where(s => !(s.SealedAt >= until)));
        var (survivor, merged) = (matter.Survivor, matter.Merged);
        var shown = await discretion.ShownAsync(hazard, call.Caller, call.Stop);
        var details = HazardDetails.Of(
            shown, asOf, [.. clocks.Select(c => SeenClock.Of(c, hazard, today, rulebook))], persons.Named(hazard, call.Caller),
            await naming.OfAsync(shown, clocks, asOf, call.Stop)) with
            {
                Sealed = SealNotice.Of(ever.DistinctBy(s => s.Id)),
                Survivor = survivor is null ? null : Survivor.Of(survivor, call.Caller.Sees(survivor)),
                Merged = merged.IsEmpty ? null : MergedReport.Of(merged, call.Caller),
            };
        return call.Shown(details, hazard.Version);
    }

    private static async Task<IResult> HistoryAsync(Call call, string id, HazardStore store, Naming naming, Discretion discretion)
    {
        var asOf = call.AsOf();
        if (!HazardId.TryParse(id, out var hazardId, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        Hazard? hazard = null;
        var events = ImmutableArray.CreateBuilder<HistoryEvent>();
        await foreach (var lived in store.LifeAsync(hazardId, asOf, call.Stop))
        {
            hazard = lived.After;
            events.Add(HistoryEvent.Of(lived.Recorded));
        }

        if (hazard is null || !call.Caller.Sees(hazard))
            return Call.Refuse(HazardRefusals.NotFound.Because());
        var hidden = await discretion.HiddenAsync(hazard, call.Caller, call.Stop);
        ImmutableArray<HistoryEvent> shown = [.. events.Select(e => Discretion.Shown(e, hidden))];
        var names = await naming.OfBodiesAsync(shown.Select(e => e.Body), asOf, call.Stop);
        return call.Shown(new History(hazardId, hazard.Version, asOf, shown, names), hazard.Version);
    }
}

/// <summary>Direction of a sorted list.</summary>
internal enum SortOrder
{
    /// <summary>升序.</summary>
    [Label("升序", "Ascending")] Asc,

    /// <summary>降序.</summary>
    [Label("降序", "Descending")] Desc,
}

/// <summary>A page of hazards.</summary>
/// <param name="Items">The hazards.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Today">The date overdue is judged by.</param>
/// <param name="Names">Names of what the items mention.</param>
internal sealed record HazardPage(ImmutableArray<HazardItem> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names)
{
    /// <summary>Of a first page as of an instant: how many such hazards had been found by then and were put on record later.</summary>
    public int? KnownLater { get; init; }
}

/// <summary>A hazard in full.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Version">Number of its events so far: its ETag.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Hazard">Everything its events say.</param>
/// <param name="Clocks">Who must do what until when.</param>
/// <param name="Persons">Reporters and witnesses: that they are there. Whistle-blowers only for the roles the policy names.</param>
/// <param name="Labels">The terms of its codes.</param>
/// <param name="Names">Names of what it mentions.</param>
/// <param name="Links">Where to go from here.</param>
internal sealed record HazardDetails(
    HazardId Id, long Version, CodeEntry Stage, DateTimeOffset? AsOf, Hazard Hazard, ImmutableArray<SeenClock> Clocks,
    ImmutableArray<PersonNamed> Persons,
    IReadOnlyDictionary<string, CodeEntry> Labels, Names Names, IReadOnlyDictionary<string, string> Links)
{
    /// <summary>封存: the seals its records are under; absent when there is none.</summary>
    public ImmutableArray<SealNotice>? Sealed { get; init; }

    /// <summary>并案: what became of the hazard it goes on as; absent where it was not merged.</summary>
    public Survivor? Survivor { get; init; }

    /// <summary>并入的隐患: the reports that share its fate, also by way of another; absent where there is none.</summary>
    public ImmutableArray<MergedReport>? Merged { get; init; }

    public static HazardDetails Of(Hazard hazard, DateTimeOffset? asOf, ImmutableArray<SeenClock> clocks, ImmutableArray<PersonNamed> persons, Names names) =>
        new(
            hazard.Id, hazard.Version, LifeCycle.Labels.Of(hazard.Stage), asOf, hazard, clocks, persons, LabelsOf(hazard, clocks), names,
            LifeCycle.Links.Of(hazard.Id));

    private static SortedDictionary<string, CodeEntry> LabelsOf(Hazard hazard, ImmutableArray<SeenClock> clocks)
    {
        var labels = new SortedDictionary<string, CodeEntry>(StringComparer.Ordinal)
        {
            ["stage"] = LifeCycle.Labels.Of(hazard.Stage),
            ["source"] = LifeCycle.Labels.Of(hazard.Source),
            ["kind"] = LifeCycle.Labels.Of(hazard.Kind),
        };
        void Add(string name, CodeEntry? label)
        {
            if (label is not null)
                labels[name] = label;
        }

        Add("level", LifeCycle.Labels.Of(hazard.Level));
        Add("listing.level", LifeCycle.Labels.Of(hazard.Listing?.Level));
        Add("closure.ground", LifeCycle.Labels.Of(hazard.Closure?.Ground));
        Add("closure.result", LifeCycle.Labels.Of(hazard.Closure?.Result));
        foreach (var leg in hazard.Legs.Values)
        {
            Add($"legs.{CodeList.Code(leg.Leg)}", LifeCycle.Labels.Of(leg.Leg));
            Add($"legs.{CodeList.Code(leg.Leg)}.stage", LifeCycle.Labels.Of(leg.Stage));
        }

        foreach (var clock in clocks)
            Add($"clocks.{CodeList.Code(clock.Kind)}", LifeCycle.Labels.Of(clock.Kind));
        return labels;
    }
}

/// <summary>An open clock as it is seen on a day.</summary>
/// <param name="Open">The clock.</param>
/// <param name="DaysLeft">Days left; negative when it is overdue.</param>
/// <param name="Light">红黄绿.</param>
/// <param name="Warning">The warning its light goes by.</param>
/// <param name="Rule">The rule it is counted by.</param>
internal sealed record SeenClock(Clock Open, int DaysLeft, Light Light, WarningCited Warning, DutyRule Rule) : Clock(Open)
{
    // Its members stand among the others already.
    [System.Text.Json.Serialization.JsonIgnore]
    public Clock Open { get; init; } = Open;

    public static SeenClock Of(Clock clock, Hazard hazard, DateOnly today, Rulebook rules)
    {
        var left = -clock.DaysOverdue(today);
        var (light, warning) = Lights.Of(clock.Kind, left, rules.PolicyAt(hazard.Region, clock.Since));
        return new SeenClock(clock, left, light, warning, DutyRule.Of(clock, hazard.Region, hazard.Level, rules));
    }
}

/// <summary>A hazard's history.</summary>
internal sealed record History(
    HazardId Id, long Version, DateTimeOffset? AsOf, ImmutableArray<HistoryEvent> Events, IReadOnlyDictionary<string, string> Bodies);

/// <summary>One event, with who, when and under which policy.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="Version">Its version in its stream.</param>
/// <param name="Id">Its own identity.</param>
/// <param name="StreamId">The stream: the hazard.</param>
/// <param name="Type">Its alias.</param>
/// <param name="Chinese">Its name.</param>
/// <param name="English">Its name.</param>
/// <param name="OccurredAt">When it happened, as claimed.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Late">补录: recorded later than the policy allows for a prompt entry.</param>
/// <param name="LateEntry">补录准予: by which policy it counts as of when it happened although it was entered on a later day.</param>
/// <param name="Actor">The person or process.</param>
/// <param name="Body">The body acted for.</param>
/// <param name="Role">The role under which it was allowed.</param>
/// <param name="Client">The calling system.</param>
/// <param name="Policy">The policy version that applied.</param>
/// <param name="DocumentNumber">文号.</param>
/// <param name="Attachments">Files by digest.</param>
/// <param name="CorrelationId">The trace or business process it belongs to.</param>
/// <param name="CausationId">What caused it.</param>
/// <param name="Data">The facts.</param>
internal sealed record HistoryEvent(
    long Position, long Version, Guid Id, Guid StreamId, string Type, string Chinese, string English,
    DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, bool Late, LateEntryAllowed? LateEntry, string Actor, BodyId Body, CodeEntry Role,
    string Client,
    string Policy, DocumentNumber? DocumentNumber, ImmutableArray<Attachment> Attachments, string? CorrelationId, string? CausationId, JsonElement Data)
{
    /// <summary>An event in today's form.</summary>
    public static HistoryEvent Of(IEvent e) => Of(new RecordedEvent(
        e.Sequence, e.Id, e.StreamId, "", e.Version, e.EventTypeName, "", DomainJson.Write(e.Data), default, e.Timestamp, e.CorrelationId,
        e.CausationId), e.Context());

    /// <summary>An event as it lies in the log.</summary>
    public static HistoryEvent Of(RecordedEvent e) => Of(e, DomainJson.ReadContext(e.Headers.Span));

    private static HistoryEvent Of(RecordedEvent e, EventContext context)
    {
        var label = EventLabels.Of(e.Type);
        return new HistoryEvent(
            e.Position, e.Version, e.Id, e.StreamId, e.Type, label.Chinese, label.English,
            context.OccurredAt, e.RecordedAt, context.Entry == Entry.Late, context.LateEntry, context.Actor, context.Body,
            Labels.Of(context.Role), context.Client, context.Policy,
            context.Document, context.Attachments, e.CorrelationId, e.CausationId, SealedView.Of(e.Type, e.Data));
    }
}

/// <summary>
/// 并案后的下落: where the hazard stands that a merged one goes on as. Said to whoever sees the merged one, though the other may lie where
/// the caller sees nothing: what was found here is not to be forgotten there unknown.
/// </summary>
/// <param name="Id">The hazard, behind every merger there was since.</param>
/// <param name="Visible">Whether the caller sees that hazard itself.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Ground">Why it was closed; absent unless it is.</param>
/// <param name="EndedAt">When it was closed or rejected; absent while it is open.</param>
internal sealed record Survivor(HazardId Id, bool Visible, CodeEntry Stage, CodeEntry? Ground, DateTimeOffset? EndedAt)
{
    public static Survivor Of(Hazard hazard, bool visible) => new(
        hazard.Id, visible, LifeCycle.Labels.Of(hazard.Stage), LifeCycle.Labels.Of(hazard.Closure?.Ground),
        hazard.Rejection?.At ?? hazard.Closure?.At);
}

/// <summary>
/// 并入的隐患: what was reported of the same thing. Who answers for the matter is told what it holds, though the report may lie where the
/// caller sees nothing; who sees only its own is not, lest it learn who told on it.
/// </summary>
/// <param name="Id">The hazard.</param>
/// <param name="Visible">Whether the caller sees that hazard itself.</param>
/// <param name="Region">Where it lies.</param>
/// <param name="FoundAt">When it was found.</param>
/// <param name="Title">Its title.</param>
/// <param name="Description">Its description.</param>
internal sealed record MergedReport(HazardId Id, bool Visible, RegionCode Region, DateTimeOffset FoundAt, string Title, string Description)
{
    // Nobody reads more at once; the ids of all stand in the hazard.
    private const int Most = 100;

    public static ImmutableArray<MergedReport> Of(ImmutableArray<Hazard> merged, Caller caller) =>
    [
        .. merged.Where(m => !caller.Body.SeesOnlyItsOwn || caller.Sees(m)).Take(Most)
            .Select(m => new MergedReport(m.Id, caller.Sees(m), m.Region, m.FoundAt, m.Title, m.Description)),
    ];
}
