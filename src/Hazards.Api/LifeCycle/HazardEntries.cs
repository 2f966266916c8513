using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Hazards.Api.Administration.Persons;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// 一次登记: a report with what its caller may do about it at once (verify and assign; or it was fixed already). Each is an event of
/// its own, decided as if it came alone, and all are appended together or none.
/// </summary>
internal static class HazardEntries
{
    public const int MostEntries = 200;

    private const int AtOnce = 4;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post("/hazards/entries", new Operation(Tag.Hazards,
            "上报并一次办完：核实定级、交办，或立行立改、自查自改；各是一个事件，一起写入，有一项不行则都不写",
            "Report and at once verify and assign, or record as fixed; each is an event of its own, and all are written or none")
        {
            Rule = CommandRules.Report, Query = [DoubleReports.Anew], Body = typeof(HazardEntry), IsAct = true,
            Answer = typeof(CommandAnswer), Success = 201, Versioned = true,
        }, EnterAsync);
        api.Post("/hazards/entries/batch", new Operation(Tag.Hazards,
            $"批量登记（如企业自查自改），一次最多 {MostEntries} 条；各条独立成败，同一幂等键再次提交不会重复登记",
            $"Many entries (as of an enterprise's own checks), {MostEntries} at most; each succeeds or is refused by itself, and sent again under the same Idempotency-Key none is entered twice")
        {
            Rule = CommandRules.Report, Query = [DoubleReports.Anew], Body = typeof(EntryBatch), IsAct = true,
            Answer = typeof(EntryBatchAnswer),
        }, EnterManyAsync);
    }

    private static async Task<IResult> EnterAsync(Call call, HazardStore store)
    {
        var order = await call.ReadAsync<HazardEntry>();
        if (Refusal.All(order.Refusal, call.Query.Flag(DoubleReports.Anew.Name) is null ? call.Query.Refusal : null) is { } refusal)
            return Call.Refuse(refusal);
        var outcome = await OneAsync(order.Command!, order.Given!, order.Terms, call, store, call.Stop);
        if (outcome is not Outcome<Hazard>.Done done)
            return Call.Refuse(((Outcome<Hazard>.Refused)outcome).Refusal);
        call.Response.Headers.Location = Links.Hazard(done.After.Id);
        call.Mark(done.After.Version, done.Repeated);
        return Call.Json(CommandAnswer.Of(done), 201);
    }

    private static async Task<IResult> EnterManyAsync(Call call, HazardStore store)
    {
        var order = await call.ReadAsync<UnreadEntries>();
        if (Refusal.All(order.Refusal, call.Query.Flag(DoubleReports.Anew.Name) is null ? call.Query.Refusal : null) is { } refusal)
            return Call.Refuse(refusal);
        var items = order.Command!.Items;
        if (items.IsDefaultOrEmpty)
            return Call.Refuse(InputRefusals.Missing.Because("items"));
        if (items.Length > MostEntries)
            return Call.Refuse(InputRefusals.TooMany.Because("items", ("count", items.Length), ("max", MostEntries)));
        var rows = new EntryRow[items.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, items.Length), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = call.Stop },
            async (i, stop) => rows[i] = EntryRow.Of(
                i, await OneOfManyAsync(items[i], i, order, call, store, stop), Language.IsEnglish(call.Request)));
        return Call.Json(new EntryBatchAnswer([.. rows]));
    }

    /// <summary>
    /// One of many is read by itself, and has a key of its own of the batch's: what was mended and is sent again enters only what is new.
    /// </summary>
    private static async Task<Outcome<Hazard>> OneOfManyAsync(
        JsonElement item, int index, Order<UnreadEntries> order, Call call, HazardStore store, CancellationToken stop)
    {
        var (entry, wrong) = await call.ReadItemAsync<HazardEntry>(item);
        if (entry is null)
            return new Outcome<Hazard>.Refused(wrong!);
        var terms = order.Terms with
        {
            IfVersion = null,
            Key = order.Terms.Key is not { } key ? null : key.Of(string.Create(CultureInfo.InvariantCulture, $"entry:{index}")) with
            {
                Fingerprint = call.Fingerprint(
                    Encoding.UTF8.GetBytes(string.Create(
                        CultureInfo.InvariantCulture, $"{item.GetRawText()}\n{order.Given!.OccurredAt:O}\n{order.Given.Document}")),
                    PersonalRequest.Holds<HazardEntry>(item)),
            },
        };
        return await OneAsync(entry, order.Given!, terms, call, store, stop);
    }

    private static async Task<Outcome<Hazard>> OneAsync(
        HazardEntry entry, Given given, Terms terms, Call call, HazardStore store, CancellationToken stop)
    {
        var steps = entry.Steps();
        if (entry.IsFixed && steps.Length > 1)
            return new Outcome<Hazard>.Refused(EntryRefusals.FixedAndMore.Because(steps[^1].Field));
        // Photos go with what was done, where it is done already; a number with the order, where there is one.
        var report = given with
        {
            OccurredAt = entry.FoundAt ?? given.OccurredAt,
            Document = steps.IsEmpty ? given.Document : null,
            Attachments = entry.IsFixed ? [] : given.Attachments,
        };
        var following = steps.Select(s => new Step(s.Command, given with
        {
            Document = s.Command is AssignHazard or FixOnTheSpot or FixByOwnCheck ? given.Document : null,
            Attachments = entry.IsFixed ? given.Attachments : [],
        })).ToArray();
        var outcome = await store.EnterAsync(entry.Report, report, following, DoubleReports.IdentitiesOf(entry.Report, call), terms, stop);
        return outcome is Outcome<Hazard>.Refused refused && refused.Refusal.Field != "occurredAt"
            ? new Outcome<Hazard>
                .Refused(
                    refused.Step == 0 ? Of(refused.Refusal, "report") : Of(refused.Refusal, steps[refused.Step - 1].Field), refused.Step)
            : outcome;

        static Refusal Of(Refusal refusal, string part) => refusal.Reason == HazardRefusals.ProbableDouble ? refusal : refusal.Within(part);
    }
}

/// <summary>Refusals of an entry as a whole.</summary>
internal static class EntryRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode FixedAndMore = new(
        "entry.fixed_and_more", RefusalKind.Unprocessable, "立行立改、自查自改只能给一项，也不能同时核实或交办",
        "Give onTheSpotFix or ownCheckFix alone: what is fixed is neither verified nor assigned");
#pragma warning restore CS1591
}

/// <summary>A report with what follows at once.</summary>
/// <param name="Report">The report.</param>
/// <param name="Verification">核实定级, where the caller may.</param>
/// <param name="Assignment">交办, where the caller may; after the verification.</param>
/// <param name="OnTheSpotFix">立行立改: it was fixed before the inspector's eyes.</param>
/// <param name="OwnCheckFix">自查自改: the enterprise found and fixed it itself.</param>
/// <param name="FoundAt">When it was found; when <c>occurredAt</c> says, or now, when left out.</param>
internal sealed record HazardEntry(
    ReportHazard Report, VerifyHazard? Verification = null, AssignHazard? Assignment = null, FixOnTheSpot? OnTheSpotFix = null,
    FixByOwnCheck? OwnCheckFix = null, DateTimeOffset? FoundAt = null)
{
    /// <summary>Whether it says that it is fixed.</summary>
    internal bool IsFixed => OnTheSpotFix is not null || OwnCheckFix is not null;

    /// <summary>What follows the report, in order.</summary>
    internal ImmutableArray<(string Field, IHazardCommand Command)> Steps()
    {
        (string Field, IHazardCommand? Command)[] all =
            [("verification", Verification), ("assignment", Assignment), ("onTheSpotFix", OnTheSpotFix), ("ownCheckFix", OwnCheckFix)];
        return [.. all.Where(s => s.Command is not null).Select(s => (s.Field, s.Command!))];
    }

    /// <summary>Without its members, some of which may be personal data.</summary>
    public override string ToString() => "（登记 entry）";
}

/// <summary>Many entries.</summary>
/// <param name="Items">The entries, 1 to 200.</param>
internal sealed record EntryBatch(ImmutableArray<HazardEntry> Items);

/// <summary>The same, before each is read by itself.</summary>
/// <param name="Items">The entries.</param>
internal sealed record UnreadEntries(ImmutableArray<JsonElement> Items);

/// <summary>What became of every entry.</summary>
/// <param name="Items">One for each, in the order given.</param>
internal sealed record EntryBatchAnswer(ImmutableArray<EntryRow> Items);

/// <summary>What became of one entry.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Outcome">done, repeated or refused.</param>
/// <param name="Id">The hazard; of a probable double, the one that exists.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Version">Its version.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Field">The field at fault.</param>
/// <param name="Link">The hazard.</param>
internal sealed record EntryRow(
    int Index, CodeEntry Outcome, HazardId? Id, CodeEntry? Stage, long? Version, BatchRefusal? Refusal, string? Field, string? Link)
{
    /// <summary>All that is wrong, where it is more than one thing.</summary>
    public ImmutableArray<Mistake>? Errors { get; init; }

    public static EntryRow Of(int index, Outcome<Hazard> outcome, bool english) => outcome switch
    {
        Outcome<Hazard>.Done done => new EntryRow(
            index, Labels.Of(done.Repeated ? BatchOutcome.Repeated : BatchOutcome.Done), done.After.Id, Labels.Of(done.After.Stage),
            done.After.Version, null, null, Links.Hazard(done.After.Id)),
        Outcome<Hazard>.Refused { Refusal: var why } when why.Facts.GetValueOrDefault("id") is { } known && HazardId.TryParse(known, out var id, out _) =>
            new EntryRow(
                index, Labels.Of(BatchOutcome.Refused), id, null, null, new BatchRefusal(why.Code, why.Chinese, why.English), why.Field,
                Links.Hazard(id)),
        Outcome<Hazard>.Refused { Refusal: var why } =>
            new EntryRow(
                index, Labels.Of(BatchOutcome.Refused), null, null, null, new BatchRefusal(why.Code, why.Chinese, why.English), why.Field,
                null)
            {
                Errors = Mistake.AllOf(why, english),
            },
        _ => throw new InvalidOperationException($"{outcome.GetType().Name} is no outcome."),
    };
}
