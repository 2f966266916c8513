using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle;

/// <summary>Reports, and every command on a hazard as a noun under it.</summary>
internal static class HazardEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post("/hazards", new Operation(Tag.Hazards, "上报隐患", "Report a hazard")
        {
            Rule = CommandRules.Report, Query = [DoubleReports.Anew], Body = typeof(ReportHazard), IsAct = true,
            Answer = typeof(CommandAnswer), Success = 201, Versioned = true,
        }, ReportAsync);
        HazardEntries.Map(api);
        BatchEndpoint.Map(api);

        var hazard = api.MapGroup("/hazards/{id}");
        Command<VerifyHazard>(hazard, "verification", Tag.Discovery, CommandRules.Verify);
        Command<RegradeHazard>(hazard, "regrading", Tag.Discovery, CommandRules.Regrade);
        Command<RejectHazard>(hazard, "rejection", Tag.Discovery, CommandRules.Reject);
        Command<MergeHazard>(hazard, "merge", Tag.Discovery, CommandRules.Merge);
        Command<FixOnTheSpot>(hazard, "on-the-spot-fix", Tag.Discovery, CommandRules.FixOnTheSpot);
        Command<FixByOwnCheck>(hazard, "own-check-fix", Tag.Discovery, CommandRules.FixByOwnCheck);
        Command<WithdrawFix>(hazard, "fix-withdrawal", Tag.Discovery, CommandRules.WithdrawFix);

        Command<AssignHazard>(hazard, "assignments", Tag.Assignment, CommandRules.Assign);
        OnLeg<AcknowledgeAssignment>(hazard, "acknowledgement", Tag.Assignment, CommandRules.Acknowledge);
        OnLeg<ReturnAssignment>(hazard, "return", Tag.Assignment, CommandRules.Return);
        OnLeg<ReassignLeg>(hazard, "reassignment", Tag.Assignment, CommandRules.Reassign);

        OnLeg<SubmitPlan>(hazard, "plans", Tag.Rectification, CommandRules.SubmitPlan);
        OnLeg<ReviewPlan>(hazard, "plan-reviews", Tag.Rectification, CommandRules.ReviewPlan);
        OnLeg<TakeInterimMeasures>(hazard, "interim-measures", Tag.Rectification, CommandRules.TakeInterimMeasures);
        Command<SuspendProduction>(hazard, "production-suspension", Tag.Rectification, CommandRules.SuspendProduction);
        OnLeg<RequestResumption>(hazard, "resumption-requests", Tag.Rectification, CommandRules.RequestResumption);
        Command<ReviewResumption>(hazard, "resumption-reviews", Tag.Rectification, CommandRules.ReviewResumption);
        OnLeg<ReportProgress>(hazard, "progress", Tag.Rectification, CommandRules.ReportProgress);
        OnLeg<RequestExtension>(hazard, "extension-requests", Tag.Rectification, CommandRules.RequestExtension);
        OnLeg<DecideExtension>(hazard, "extension-decisions", Tag.Rectification, CommandRules.DecideExtension);
        OnLeg<DeclareCompletion>(hazard, "completion", Tag.Rectification, CommandRules.DeclareCompletion);

        OnLeg<Reinspect>(hazard, "reinspections", Tag.Acceptance, CommandRules.Reinspect);
        OnLeg<WithdrawAcceptance>(hazard, "acceptance-withdrawal", Tag.Acceptance, CommandRules.WithdrawAcceptance);

        Command<ListHazard>(hazard, "listing", Tag.Supervision, CommandRules.List);
        Command<PublishListing>(hazard, "listing-publication", Tag.Supervision, CommandRules.PublishListing);
        Command<FileListing>(hazard, "listing-filing", Tag.Supervision, CommandRules.FileListing);
        Command<DelistHazard>(hazard, "delisting", Tag.Supervision, CommandRules.Delist);
        Command<PublishDelisting>(hazard, "delisting-publication", Tag.Supervision, CommandRules.PublishDelisting);
        OnLeg<NameSupervisor>(hazard, "supervisor", Tag.Supervision, CommandRules.NameSupervisor);
        Command<Urge>(hazard, "urgings", Tag.Supervision, CommandRules.Urge);
        Command<IssueNotice>(hazard, "notices", Tag.Supervision, CommandRules.IssueNotice);
        OnLeg<AnswerNotice>(hazard, "notice-replies", Tag.Supervision, CommandRules.AnswerNotice);
        Command<RecordVisit>(hazard, "visits", Tag.Supervision, CommandRules.Visit);
        Command<Escalate>(hazard, "escalations", Tag.Supervision, CommandRules.Escalate);
        Command<HoldInterview>(hazard, "interviews", Tag.Supervision, CommandRules.Interview);
        Command<CirculateCriticism>(hazard, "criticisms", Tag.Supervision, CommandRules.Criticise);
        Command<Expose>(hazard, "exposures", Tag.Supervision, CommandRules.Expose);
        Command<ImposePenalty>(hazard, "penalties", Tag.Supervision, CommandRules.Penalise);
        Command<ReferToJustice>(hazard, "referrals", Tag.Supervision, CommandRules.Refer);

        Command<DeclineStep>(hazard, "declined-steps", Tag.Supervision, CommandRules.DeclineStep);

        Command<IssuePaper>(hazard, "papers", Tag.Papers, CommandRules.IssuePaper);

        Command<CloseHazard>(hazard, "closure", Tag.Closure, CommandRules.Close);
        Command<LookBack>(hazard, "lookbacks", Tag.Closure, CommandRules.Lookback);
        Command<ReopenHazard>(hazard, "reopening", Tag.Closure, CommandRules.Reopen);

        Command<CorrectHazard>(hazard, "corrections", Tag.Record, CommandRules.Correct);
        Command<RecordWitness>(hazard, "witnesses", Tag.Persons, CommandRules.RecordWitness);
        Command<AddComment>(hazard, "comments", Tag.Record, CommandRules.Comment);
    }

    private static void Command<T>(RouteGroupBuilder hazard, string noun, Tag tag, CommandRule rule) where T : class, IHazardCommand =>
        hazard.Post(noun, OperationOf<T>(tag, rule), (Call call, string id, HazardStore store) => ExecuteAsync<T>(call, id, null, store));

    private static void OnLeg<T>(RouteGroupBuilder hazard, string noun, Tag tag, CommandRule rule) where T : class, IHazardCommand =>
        hazard.Post(
            $"legs/{{leg}}/{noun}", OperationOf<T>(tag, rule),
            (Call call, string id, string leg, HazardStore store) => ExecuteAsync<T>(call, id, leg, store));

    private static Operation OperationOf<T>(Tag tag, CommandRule rule) => new(tag, rule.Chinese, rule.English)
    {
        Rule = rule, Body = typeof(T), IsAct = true, Answer = typeof(CommandAnswer), Versioned = true,
    };

    private static async Task<IResult> ReportAsync(Call call, HazardStore store)
    {
        var order = await call.ReadAsync<ReportHazard>();
        if (Refusal.All(order.Refusal, call.Query.Flag(DoubleReports.Anew.Name) is null ? call.Query.Refusal : null) is { } refusal)
            return Call.Refuse(refusal);
        var said = DoubleReports.IdentitiesOf(order.Command!, call);
        var outcome = await store.EnterAsync(order.Command!, order.Given!, [], said, order.Terms, call.Stop);
        if (outcome is Outcome<Hazard>.Done done)
            call.Response.Headers.Location = Links.Hazard(done.After.Id);
        return Answer(call, outcome, 201);
    }

    private static async Task<IResult> ExecuteAsync<T>(Call call, string id, string? leg, HazardStore store) where T : class, IHazardCommand
    {
        if (!HazardId.TryParse(id, out var hazard, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        leg = leg is null ? null : SaidInWords.LegOf(leg);
        if (leg is not null && !CodeList.TryParse<Leg>(leg, out _))
            return Call.Refuse(
                RequestRefusals.UnknownCode.Because("leg", ("value", Texts.Excerpt(leg)), ("allowed", "sole, territorial, sectoral")));
        var order = await call.ReadAsync<T>(leg);
        return order.Refusal is { } refusal
            ? Call.Refuse(refusal)
            : Answer(call, await store.ExecuteAsync(hazard, order.Command!, order.Given!, order.Terms, call.Stop), 200);
    }

    private static IResult Answer(Call call, Outcome<Hazard> outcome, int status)
    {
        if (outcome is not Outcome<Hazard>.Done done)
            return Call.Refuse(((Outcome<Hazard>.Refused)outcome).Refusal);
        call.Mark(done.After.Version, done.Repeated);
        return Call.Json(CommandAnswer.Of(done), status);
    }
}

/// <summary>What a command answers: the state it left.</summary>
/// <param name="Id">The hazard.</param>
/// <param name="Version">Its version after the command.</param>
/// <param name="Stage">Its stage after the command.</param>
/// <param name="Legs">Where each leg stands.</param>
/// <param name="Events">What was written, in order.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Links">Where to go from here.</param>
internal sealed record CommandAnswer(
    HazardId Id, long Version, CodeEntry Stage, ImmutableArray<LegAnswer> Legs, ImmutableArray<EventAnswer> Events, DateTimeOffset RecordedAt, IReadOnlyDictionary<string, string> Links)
{
    public static CommandAnswer Of(Outcome<Hazard>.Done done) => new(
        done.After.Id, done.After.Version, Labels.Of(done.After.Stage),
        [.. done.After.Legs.Values.Select(l => new LegAnswer(l.Leg, Labels.Of(l.Stage), l.Deadline))],
        EventAnswer.Of(done.Events), done.RecordedAt, LifeCycle.Links.Of(done.After.Id));
}

/// <summary>Where one leg stands.</summary>
internal sealed record LegAnswer(Leg Leg, CodeEntry Stage, DateOnly Deadline);

/// <summary>An event that was written.</summary>
internal sealed record EventAnswer(string Type, string Chinese, string English, long Position, long Version, Guid StreamId)
{
    public static ImmutableArray<EventAnswer> Of(ImmutableArray<WrittenEvent> events) =>
        [.. events.Select(Of)];

    private static EventAnswer Of(WrittenEvent e)
    {
        var label = EventLabels.Of(e.Type);
        return new EventAnswer(e.Type, label.Chinese, label.English, e.Position, e.Version, e.StreamId);
    }
}

/// <summary>Addresses of the API.</summary>
internal static class Links
{
    public const string Root = "/api/v1";

    public static string Hazard(HazardId id) => $"{Root}/hazards/{id}";

    public static string Body(BodyId id) => $"{Root}/bodies/{id}";

    public static IReadOnlyDictionary<string, string> Of(HazardId id) => new Dictionary<string, string>
    {
        ["self"] = Hazard(id),
        ["events"] = $"{Hazard(id)}/events",
        ["persons"] = $"{Hazard(id)}/persons",
    };
}

/// <summary>Labels of codes as answers show them.</summary>
internal static class Labels
{
    public static CodeEntry Of<T>(T value) where T : struct,
    Enum => new(CodeList.Code(value), CodeList.Chinese(value), CodeList.English(value));

    /// <summary>
    /// A duty, as it is said of a leg where it stands: who has to reassign what was given back has not failed to rectify it, though its
    /// deadline stands with him meanwhile.
    /// </summary>
    public static CodeEntry OfDuty(ClockKind duty, LegStage? leg) => duty == ClockKind.Rectify && leg == LegStage.Returned
        ? new(CodeList.Code(duty), $"{CodeList.Chinese(duty)}（已退回，待改派）", $"{CodeList.English(duty)} (given back, to be reassigned)")
        : Of(duty);

    /// <summary>The code of a value that has no label.</summary>
    public static string Camel<T>(T value) where T : struct,
    Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static CodeEntry? Of<T>(T? value) where T : struct, Enum => value is { } known ? Of(known) : null;
}
