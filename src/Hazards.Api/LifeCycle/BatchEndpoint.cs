using System.Collections.Immutable;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;


namespace Hazards.Api.LifeCycle;

/// <summary>One supervision step, or one level, for many hazards: looked at before, then done one by one, with a result for each.</summary>
internal static class BatchEndpoint
{
    public const int MostHazards = 200;

    // The log takes them one after the other; what is done beside it (reading, deciding, making papers) goes on meanwhile.
    private const int AtOnce = 4;

    /// <summary>What can be done to many at once.</summary>
    public static readonly ImmutableArray<SupervisionStep> Steps = [
        SupervisionStep.Urge, SupervisionStep.Notice, SupervisionStep.Criticism];

    /// <summary>批量定级, as the answer names it.</summary>
    public static readonly CodeEntry Grading = new("grading", "核实定级", "Verify and grade");

    public static void Map(IEndpointRouteBuilder api) => api.Post("/hazards/batch", new Operation(Tag.Supervision,
        $"批量督办：催办、下达督办通知书、通报批评；批量定级（grading：待核实的核实定级，已定级的重新定级）。一次最多 {MostHazards} 条；preview 为 true 时只逐条说明可否办理，不写入。各条独立成败；同一幂等键再次提交不会重复办理",
        $"One step for many hazards: urge, issue a notice or circulate criticism; or one level (grading: those reported are verified, others graded anew). {MostHazards} at most. With preview each is only told whether it could be done. Each succeeds or is refused by itself; sent again under the same Idempotency-Key nothing is done twice")
    {
        Body = typeof(BatchStep), IsAct = true, Answer = typeof(BatchAnswer),
    }, RunAsync);

    private static async Task<IResult> RunAsync(Call call, HazardStore store, Naming naming)
    {
        var order = await call.ReadAsync<BatchStep>();
        if ((order.Refusal ?? Check(order.Command!, call.Caller)) is { } refusal)
            return Call.Refuse(refusal);
        var (batch, given) = (order.Command!, order.Given!);
        var results = new BatchResult[batch.Hazards.Length];
        await Parallel.ForEachAsync(Enumerable.Range(0, results.Length), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = call.Stop }, async (i, stop) =>
            results[i] = await OneAsync(batch, batch.Hazards[i], given, TermsOf(order.Terms, batch.Hazards[i]), store, stop));
        var names = await naming.OfBodiesAsync(results.SelectMany(r => r.To), null, call.Stop);
        return Call.Json(new BatchAnswer(
            batch.Step is { } step ? Labels.Of(step) : Grading, batch.Preview, [.. results.Select(r => BatchRow.Of(r, names))]));
    }

    private static Refusal? Check(BatchStep batch, Caller caller)
    {
        if (batch.Step is null == batch.Grading is null)
            return batch.Step is null ? InputRefusals.Missing.Because("step") : BatchRefusals.OneStep.Because("grading");
        if (batch.Step is { } step && !Steps.Contains(step))
            return BatchRefusals.Step.Because("step", ("step", Words.Of(step)), ("allowed", Words.Of(Steps)));
        if (batch.ReplyBy is not null && batch.Step != SupervisionStep.Notice)
            return BatchRefusals.OfNotices.Because("replyBy");
        if (batch.Hazards.IsDefaultOrEmpty)
            return InputRefusals.Missing.Because("hazards");
        if (batch.Hazards.Length > MostHazards)
            return InputRefusals.TooMany.Because("hazards", ("count", batch.Hazards.Length), ("max", MostHazards));
        if (batch.Hazards.GroupBy(h => h.Id).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return BatchRefusals.Twice.Because("hazards", ("id", twice.Key));
        if (batch.Grading is not null && Texts.Required("text", batch.Text) is { } reasonless)
            return reasonless;
        // Who could do it to none is told so at once, and is shown nothing.
        var rule = CommandOf(batch, null, null).Rule;
        return rule.Roles.Any(caller.Key.Roles.Contains)
            ? null
            : HazardRefusals.Role.Because(null, ("command", Words.Of(rule)), ("roles", Words.Of(rule.Roles)));
    }

    /// <summary>Every hazard has a key of its own, made from the batch's.</summary>
    private static Terms TermsOf(Terms terms, BatchHazard hazard) => terms with
    {
        IfVersion = hazard.Version is { } version ? [version] : null,
        Key = terms.Key?.Of($"{hazard.Id}"),
    };

    private static async Task<BatchResult> OneAsync(
        BatchStep batch, BatchHazard row, Given given, Terms terms, HazardStore store, CancellationToken stop)
    {
        Leg? leg = null;
        Stage? stage = null;
        Refusal? punctual = null;
        if (batch.Preview || batch.OverdueLegs || batch.Grading is not null)
        {
            var (hazard, made, refusal) = await store.ConsiderAsync(
                row.Id, (h, rules, today) =>
                {
                    (var only, punctual) = batch.OverdueLegs ? OverdueLegOf(h, rules, today) : default;
                    return CommandOf(batch, only, h.Stage);
                },
                given, terms, stop);
            (leg, stage) = (made?.ConcernedLeg, hazard?.Stage);
            if (hazard is not null && refusal is null && punctual is not null)
                return new BatchResult(row.Id, hazard, leg, BatchOutcome.Refused, punctual, null);
            if (hazard is null || batch.Preview)
                return new BatchResult(row.Id, hazard, leg, refusal is null ? BatchOutcome.Possible : OutcomeOf(refusal), refusal, null);
        }

        var outcome = await store.ExecuteAsync(row.Id, CommandOf(batch, leg, stage), given, terms, stop);
        return outcome switch
        {
            Outcome<Hazard>.Done done =>
                new BatchResult(
                    row.Id, done.After, leg, done.Repeated ? BatchOutcome.Repeated : BatchOutcome.Done, null, done.After.Version),
            Outcome<Hazard>.Refused refused => new BatchResult(row.Id, null, leg, OutcomeOf(refused.Refusal), refused.Refusal, null),
            _ => throw new InvalidOperationException($"{outcome.GetType().Name} is no outcome."),
        };
    }

    private static BatchOutcome OutcomeOf(Refusal refusal) =>
        refusal.Reason.Kind == RefusalKind.Stale ? BatchOutcome.Changed : BatchOutcome.Refused;

    private static IHazardCommand CommandOf(BatchStep batch, Leg? leg, Stage? stage) => batch.Step switch
    {
        null when stage is null or Stage.Reported =>
            new VerifyHazard(batch.Grading!.Level, batch.Grading.Basis, batch.Text, batch.Grading.Grade),
        null => new RegradeHazard(batch.Grading!.Level, batch.Text, batch.Grading.Basis, batch.Grading.Grade),
        SupervisionStep.Urge => new Urge(batch.Text, leg),
        SupervisionStep.Notice => new IssueNotice(batch.Text, leg, batch.ReplyBy),
        _ => new CirculateCriticism(batch.Text, leg),
    };

    /// <summary>
    /// The only leg whose body is overdue; null where several are, or nobody is: then it goes to all. Where others are and no leg's body,
    /// it goes to nobody: they would be held to what is not theirs.
    /// </summary>
    private static (Leg? Only, Refusal? Punctual) OverdueLegOf(Hazard hazard, Rulebook rules, DateOnly today)
    {
        Clock[] overdue = [.. Clocks.Open(hazard, rules).Where(c => c.Due < today)];
        return (Clocks.LegsOwing(overdue, hazard), overdue) switch
        {
            ([var only], _) => (only, null),
            ([], [var first, ..]) when !hazard.Legs.IsEmpty => (null, BatchRefusals.Punctual.Because(
                "overdueLegs", ("clock", Words.Of(first.Kind)), ("due", first.Due), ("body", Words.OfOwner(first.Body)))),
            _ => default,
        };
    }
}

/// <summary>Refusals of a batch as a whole.</summary>
internal static class BatchRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode Step = new(
        "batch.step", RefusalKind.Unprocessable, "“{step}”不能批量办理；可批量：{allowed}",
        "{step} cannot be done to many at once; these can: {allowed}");
    public static readonly RefusalCode OneStep = new(
        "batch.one_step", RefusalKind.Invalid, "step 与 grading 只能给其一", "Give either step or grading, not both");
    public static readonly RefusalCode OfNotices = new(
        "batch.of_notices", RefusalKind.Invalid, "{field} 只用于督办通知书（step 为 notice）", "Only a notice (step notice) takes {field}");
    public static readonly RefusalCode Punctual = new(
        "batch.no_leg_overdue", RefusalKind.Conflict,
        "没有超期的责任方：“{clock}”应由 {body} 于 {due} 前办理。要发给各责任方的，不选“只对有超期事项的一方”（overdueLegs）",
        "No leg's body is overdue: {clock} was for {body} to do by {due}. To send it to all legs leave overdueLegs out");
    public static readonly RefusalCode Twice = new(
        "batch.hazard_twice", RefusalKind.Invalid, "隐患 {id} 出现了两次", "The hazard {id} is there twice");
#pragma warning restore CS1591
}

/// <summary>A step for many hazards.</summary>
/// <param name="Text">催办内容, 督办要求 or 通报内容, or why they are graded so; the same for all.</param>
/// <param name="Hazards">The hazards, 1 to 200.</param>
/// <param name="Step">urge, notice or criticism; left out where they are graded.</param>
/// <param name="Grading">批量定级: the level of all.</param>
/// <param name="ReplyBy">Of a notice: when an answer is asked for.</param>
/// <param name="OverdueLegs">
/// True: where one leg's body alone is overdue, to that leg only; where others are overdue and no leg's body, to nobody
/// (<c>batch.no_leg_overdue</c>). Otherwise to all legs.
/// </param>
/// <param name="Preview">True: say of each whether it could be done, and do nothing.</param>
internal sealed record BatchStep(
    string Text, ImmutableArray<BatchHazard> Hazards, SupervisionStep? Step = null, BatchGrading? Grading = null,
    DateOnly? ReplyBy = null, bool OverdueLegs = false, bool Preview = false);

/// <summary>The level of many.</summary>
/// <param name="Level">General or major.</param>
/// <param name="Basis">判定依据; required for major hazards.</param>
/// <param name="Grade">The place's own grade, where its policy has grades.</param>
internal sealed record BatchGrading(Level Level, [property: Longest(1000)] string? Basis = null, int? Grade = null);

/// <summary>A hazard of a batch.</summary>
/// <param name="Id">The hazard.</param>
/// <param name="Version">Only if this is still its version.</param>
internal sealed record BatchHazard(HazardId Id, long? Version = null);

/// <summary>What became of a hazard in a batch.</summary>
internal enum BatchOutcome
{
    /// <summary>可办理.</summary>
    [Label("可以办理", "It could be done (preview)")] Possible,

    /// <summary>已办理.</summary>
    [Label("已办理", "Done")] Done,

    /// <summary>此前已办理.</summary>
    [Label("此前已办理，未重复", "Done before under the same key; not done again")] Repeated,

    /// <summary>其间已变化.</summary>
    [Label("其间已有变化，未办理", "Changed since it was looked at; not done")] Changed,

    /// <summary>未办理.</summary>
    [Label("不能办理", "Refused")] Refused,
}

/// <summary>What became of every hazard.</summary>
/// <param name="Step">The step.</param>
/// <param name="Preview">Whether nothing was done.</param>
/// <param name="Items">One for each, in the order given.</param>
internal sealed record BatchAnswer(CodeEntry Step, bool Preview, ImmutableArray<BatchRow> Items);

/// <summary>What became of one hazard.</summary>
/// <param name="Id">The hazard.</param>
/// <param name="Title">Its title; absent where it is not found.</param>
/// <param name="Region">Its region.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Version">Its version: as looked at, or after the step.</param>
/// <param name="Leg">The leg it concerns; absent for all.</param>
/// <param name="To">The bodies it goes to.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Link">The hazard.</param>
internal sealed record BatchRow(
    HazardId Id, string? Title, RegionCode? Region, CodeEntry? Stage, long? Version, CodeEntry? Leg, ImmutableArray<NamedBody> To, CodeEntry Outcome, BatchRefusal? Refusal, string Link)
{
    public static BatchRow Of(BatchResult r, IReadOnlyDictionary<string, string> names) => new(
        r.Id, r.Hazard?.Title, r.Hazard?.Region, Labels.Of(r.Hazard?.Stage), r.Version ?? r.Hazard?.Version, Labels.Of(r.Leg),
        [.. r.To.Select(b => NamedBody.Of(b, names))], Labels.Of(r.Outcome),
        r.Refusal is { } why ? new BatchRefusal(why.Code, why.Chinese, why.English) : null, Links.Hazard(r.Id));
}

/// <summary>Why not.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Chinese">In words.</param>
/// <param name="English">In words.</param>
internal sealed record BatchRefusal(string Code, string Chinese, string English);

/// <summary>The same, before it is named.</summary>
internal sealed record BatchResult(HazardId Id, Hazard? Hazard, Leg? Leg, BatchOutcome Outcome, Refusal? Refusal, long? Version)
{
    public IEnumerable<BodyId> To => Hazard is null ? [] : Domain.Papers.To(Hazard, Leg);
}
