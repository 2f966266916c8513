using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Supervision.Campaigns;

/// <summary>检查: one by one or 500 at a time; the list; one with the hazards found in it.</summary>
internal static class InspectionEndpoints
{
    private const int MostInBatch = 500;

    // So many that the log's commits are shared, and few enough that a batch leaves room for others.
    private const int AtOnce = 16;

    // What an inspection found fits on one page, or is asked for from the ledger by inspection.
    private const int MostHazardsShown = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("/inspections", new Operation(Tag.Campaigns, "检查记录：按日期倒序", "Inspections, the newest first")
        {
            Query =
            [
                Parameters.Region,
                new("sector", typeof(SectorCode), "行业领域，可多个", "Sectors, one or more", Many: true),
                new("unit", typeof(string), "被检查单位：统一社会信用代码或名称", "The unit: its credit code or name") { Longest = Texts.NameLength },
                new("campaign", typeof(Guid), "专项行动", "The campaign"),
                new("from", typeof(DateOnly), "检查日期不早于", "On this day or later"),
                new("to", typeof(DateOnly), "检查日期不晚于", "On this day or earlier"),
                new("late", typeof(bool), "是否补录", "Whether entered late"),
                new("voided", typeof(bool), "是否包括已作废的，默认否", "Whether voided ones are included; not when left out"),
                .. Parameters.Page,
            ],
            Answer = typeof(InspectionPage),
        }, ListAsync);
        api.Get(
            "/inspections/{id}",
            new Operation(Tag.Campaigns, "一次检查及查出的隐患", "One inspection, with the hazards found in it")
            {
                Query = [Parameters.AsOf], Answer = typeof(InspectionDetails), Versioned = true,
            }, FindAsync);
        api.Get(
            "/inspections/{id}/events",
            new Operation(Tag.Campaigns, "检查履历", "An inspection's history")
            {
                Query = [Parameters.AsOf], Answer = typeof(RecordHistory), Versioned = true,
            }, HistoryAsync);
        api.Post("/inspections", Act<MakeInspection>(CampaignRules.Inspect) with { Success = 201 }, EnterAsync);
        api.Post(
            "/inspections/batch",
            new Operation(
                Tag.Campaigns, $"批量登记检查：最多 {MostInBatch} 条，逐条答复", $"Enter inspections, {MostInBatch} at most, each answered on its own")
        {
            Body = typeof(InspectionBatch), Answer = typeof(CampaignsBatchAnswer),
        }, EnterManyAsync);
        api.Post(
            "/inspections/{id}/corrections", Act<CorrectInspection>(CampaignRules.CorrectInspection),
            (Call call, string id, InspectionStore store) => ExecuteAsync<CorrectInspection>(call, id, store));
        api.Post(
            "/inspections/{id}/voiding", Act<VoidInspection>(CampaignRules.VoidInspection),
            (Call call, string id, InspectionStore store) => ExecuteAsync<VoidInspection>(call, id, store));
    }

    private static Operation Act<T>(CommandRule rule) =>
        new(Tag.Campaigns, rule.Chinese, rule.English)
        {
            Rule = rule, Body = typeof(T), IsAct = true, Answer = typeof(RecordAnswer<Inspection>), Versioned = true,
        };

    private static async Task<IResult> ListAsync(
        Call call, InspectionQueries queries, IRegistryQueries registry, Naming naming)
    {
        var query = call.Query;
        var (from, to) = query.DatePair("from", "to");
        var filter = new InspectionFilter
        {
            Region = query.Region(), Sectors = query.Values<SectorCode>("sector"), Unit = query.Text("unit", Texts.NameLength),
            Campaign = query.Id("campaign"), From = from, To = to, Late = query.Flag("late"),
            Voided = query.Flag("voided") ?? false,
        };
        var (cursor, limit) = Parameters.ReadPage(query);
        var scope = call.Scope();
        if (query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await queries.InspectionsAsync(scope, filter, cursor, limit, call.Stop);
        if (await Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry) is { } nobody)
            return Call.Refuse(nobody);
        return Call.Json(new InspectionPage(page.Items, page.Next, scope.AsOf, await naming.OfBodiesAsync(page.Items.Select(i => i.By), scope.AsOf, call.Stop), Naming.Regions(page.Items.Select(i => i.Region))));
    }

    private static async Task<IResult> FindAsync(Call call, string id, InspectionQueries queries, IHazardQueries hazards, Naming naming)
    {
        var scope = call.Scope();
        var (inspection, refusal) = await ReadAsync(call, id, scope, queries);
        if (inspection is null)
            return Call.Refuse(refusal!);
        var found = await hazards.LedgerAsync(
            scope, new HazardFilter { Inspection = inspection.Id }, LedgerSort.Recorded, false, null, MostHazardsShown, call.Stop);
        // No ETag: what it found goes on without it.
        return Call.Json(new InspectionDetails(inspection, scope.AsOf, scope.Today, found.Items, found.Next is not null, await naming.OfAsync(found.Items, scope.AsOf, call.Stop)));
    }

    private static async Task<IResult> HistoryAsync(Call call, string id, InspectionQueries queries, InspectionStore store)
    {
        var scope = call.Scope();
        var (inspection, refusal) = await ReadAsync(call, id, scope, queries);
        if (inspection is null)
            return Call.Refuse(refusal!);
        var (_, events) = (await store.HistoryAsync(inspection.Id, scope.AsOf, call.Stop))!.Value;
        return call.Versioned(new RecordHistory(inspection.Id, events.Count, scope.AsOf, [.. events]), events.Count);
    }

    private static async Task<(Inspection? Inspection, Refusal? Refusal)> ReadAsync(
        Call call, string id, Scope scope, InspectionQueries queries)
    {
        if (call.Query.Refusal is { } refusal)
            return (null, refusal);
        var inspection = Guid.TryParseExact(id, "D", out var known) ? await queries.InspectionAsync(scope, known, call.Stop) : null;
        return (inspection, inspection is null ? InspectionRefusals.NotFound.Because("id") : null);
    }

    private static async Task<IResult> EnterAsync(Call call, InspectionStore store)
    {
        var order = await call.ReadAsync<MakeInspection>();
        if (order.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await store.EnterAsync(order.Command!, order.Given!, order.Terms, call.Stop);
        if (outcome is Outcome<Inspection>.Done done)
            call.Response.Headers.Location = LinkOf(done.After.Id);
        return Answer(call, outcome, 201);
    }

    private static async Task<IResult> ExecuteAsync<T>(Call call, string id, InspectionStore store) where T : class, IInspectionCommand
    {
        if (!Guid.TryParseExact(id, "D", out var inspection))
            return Call.Refuse(InspectionRefusals.NotFound.Because("id"));
        var order = await call.ReadAsync<T>();
        return order.Refusal is { } refusal
            ? Call.Refuse(refusal)
            : Answer(call, await store.ExecuteAsync(inspection, order.Command!, order.Given!, order.Terms, call.Stop), 200);
    }

    private static async Task<IResult> EnterManyAsync(Call call, InspectionStore store)
    {
        var (bytes, json, refusal) = await RequestBody.ReadJsonAsync(call.Request, call.Stop);
        if (refusal is not null || json is null)
            return Call.Refuse(refusal!);
        using (json)
        {
            var (terms, wrongTerms) = call.Terms(bytes);
            if ((wrongTerms ?? Check(json.RootElement)) is { } wrong)
                return Call.Refuse(wrong);
            var items = json.RootElement.GetProperty("items").EnumerateArray().ToArray();
            var rows = new CampaignsBatchRow[items.Length];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, items.Length), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = call.Stop },
                async (i, stop) => rows[i] = await EnterOneAsync(call, i, items[i], terms, store, stop));
            return Call.Json(
                new CampaignsBatchAnswer(rows.Count(r => r.Problem is null), rows.Count(r => r.Problem is not null), [.. rows]));
        }
    }

    private static Refusal? Check(JsonElement body)
    {
        foreach (var member in body.EnumerateObject())
            if (member.Name != "items")
                return RequestRefusals.UnknownField.Because(Texts.Excerpt(member.Name), ("known", "items"));
        if (!body.TryGetProperty("items", out var items))
            return InputRefusals.Missing.Because("items");
        if (items.ValueKind != JsonValueKind.Array)
            return InputRefusals.Malformed.Because("items", ("detail", new Words("应为数组", "an array is expected")));
        return items.GetArrayLength() switch
        {
            0 => InputRefusals.Missing.Because("items"),
            > MostInBatch => InputRefusals.TooMany.Because("items", ("count", items.GetArrayLength()), ("max", MostInBatch)),
            _ => body.EnumerateObject().Count() > 1 ? RequestRefusals.DuplicateField.Because("items") : null,
        };
    }

    private static async Task<CampaignsBatchRow> EnterOneAsync(
        Call call, int index, JsonElement item, Terms terms, InspectionStore store, CancellationToken cancellationToken)
    {
        var order = await call.ReadActAsync<MakeInspection>(item);
        if (order.Refusal is { } wrong)
            return CampaignsBatchRow.Of(call, index, wrong);
        var outcome = await store.EnterAsync(
            order.Command!, order.Given!, terms with { Key = KeyOf(terms.Key, index, item) }, cancellationToken);
        return outcome is Outcome<Inspection>.Done done
            ? new CampaignsBatchRow(index, 201, done.After.Id, done.After.Late, done.Repeated, null)
            : CampaignsBatchRow.Of(call, index, ((Outcome<Inspection>.Refused)outcome).Refusal);
    }

    /// <summary>Every row has the batch's key and its own content: a batch that is mended and sent again enters only what is new.</summary>
    private static AppendKey? KeyOf(AppendKey? batch, int index, JsonElement item) =>
        batch is null ? null : batch with
        {
            Key = FormattableString.Invariant($"{batch.Key}/{index}"),
            Fingerprint = SHA256.HashData(Encoding.UTF8.GetBytes(item.GetRawText())),
        };

    private static IResult Answer(Call call, Outcome<Inspection> outcome, int status) =>
        outcome is Outcome<Inspection>.Done done
            ? RecordAnswer.Json(call, done, done.After.Id, done.After.Version, LinkOf(done.After.Id), status)
            : Call.Refuse(((Outcome<Inspection>.Refused)outcome).Refusal);

    private static string LinkOf(Guid id) => $"{Links.Root}/inspections/{id}";
}

/// <summary>
/// Inspections to be entered; each item may also have <c>occurredAt</c>, <c>actor</c>, <c>documentNumber</c> and
/// <c>attachments</c>.
/// </summary>
/// <param name="Items">1 to 500 inspections.</param>
internal sealed record InspectionBatch(ImmutableArray<MakeInspection> Items);

/// <summary>What became of a batch.</summary>
/// <param name="Entered">Rows on record, with those that a repeated request had entered before.</param>
/// <param name="Refused">Rows refused.</param>
/// <param name="Rows">Every row, in the order of the request.</param>
internal sealed record CampaignsBatchAnswer(int Entered, int Refused, ImmutableArray<CampaignsBatchRow> Rows);

/// <summary>What became of one row.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Status">The status it would have had by itself.</param>
/// <param name="Id">The inspection: the new one, or the one that has the reference already.</param>
/// <param name="Late">补录.</param>
/// <param name="Repeated">Entered before by the same request.</param>
/// <param name="Problem">Why it was refused.</param>
internal sealed record CampaignsBatchRow(int Index, int Status, Guid? Id, bool? Late, bool? Repeated, ProblemDetails? Problem)
{
    public static CampaignsBatchRow Of(Call call, int index, Refusal refusal)
    {
        var known = refusal.Reason == InspectionRefusals.EnteredBefore && Guid.TryParse(refusal.Facts.GetValueOrDefault("id"), out var id)
            ? id
            : (Guid?)null;
        var problem = new Problem(refusal).DetailsFor(call.Request);
        return new CampaignsBatchRow(index, problem.Status, known, null, null, problem);
    }
}

/// <summary>A page of inspections.</summary>
internal sealed record InspectionPage(
    ImmutableArray<Inspection> Items, string? Next, DateTimeOffset? AsOf, IReadOnlyDictionary<string, string> Bodies,
    IReadOnlyDictionary<string, string> Regions);

/// <summary>An inspection with what it found.</summary>
/// <param name="Inspection">The inspection.</param>
/// <param name="AsOf">The instant looked from; absent for now.</param>
/// <param name="Today">The date overdue is judged by.</param>
/// <param name="Hazards">The hazards found in it, the first recorded first; 200 at most.</param>
/// <param name="More">Whether there are more: ask the ledger by <c>inspection</c>.</param>
/// <param name="Names">Names of what the hazards mention.</param>
internal sealed record InspectionDetails(
    Inspection Inspection, DateTimeOffset? AsOf, DateOnly Today, ImmutableArray<HazardItem> Hazards, bool More, Names Names)
{
    /// <summary>
    /// Of these, in force: what was found before its day, or in another place. One of the two is wrong, or the hazard's region was
    /// corrected since.
    /// </summary>
    public ImmutableArray<HazardId> Contradicting =>
    [
        .. Hazards.Where(h => h.Stage is not (Stage.Rejected or Stage.Merged)
            && Inspection.IsContradictedBy(ChinaTime.DateAt(h.FoundAt), h.Region)).Select(h => h.Id),
    ];
}
