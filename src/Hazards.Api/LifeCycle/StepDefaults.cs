using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// The fields of a step as this hazard and this caller need them: only the codes that can be chosen, what the policy
/// requires, the likely bodies, and what stands there before anybody types.
/// </summary>
/// <param name="hazard">The hazard.</param>
/// <param name="act">Who would act, now, under which policy.</param>
/// <param name="near">The public bodies that have to do with the place, the wider first.</param>
/// <param name="names">Names of bodies the hazard names.</param>
internal sealed class StepDefaults(Hazard hazard, Act act, ImmutableArray<Body> near, IReadOnlyDictionary<string, string> names)
{
    private const string UsualInstructions = "限期整改，消除隐患；整改完成后申报验收。";
    private const string UsualRequirements = "限期完成整改，按期报告进展。";
    private const int UsualDays = 30;
    private const int UsualReplyDays = 3;

    /// <summary>The fields of a step, filled in.</summary>
    public ImmutableArray<StepField> Fill(OpenStep step, ImmutableArray<StepField> fields) =>
    [
        .. from field in fields
           where Applies(step, field)
           let needed = Required(step, Narrowed(step, field))
           select needed with { Default = needed.Default ?? Default(step, field.Name) },
    ];

    private bool Applies(OpenStep step, StepField field) => field.Name switch
    {
        "grade" => !act.Policy.Grades.IsEmpty,
        "legs" => step.Rule != CommandRules.Correct || !hazard.Legs.IsEmpty,
        "keptElsewhere" => hazard.Level != Level.Major,
        "leg" => step.Proposed is null || step.Rule != CommandRules.DeclineStep || step.Proposed.Missed.Leg is not null,
        "documentNumber" => step.Rule != CommandRules.IssuePaper && step.Rule != CommandRules.Comment
            && step.Rule != CommandRules.RecordWitness,
        _ => true,
    };

    private StepField Narrowed(OpenStep step, StepField field) => (step.Rule.Name, field.Name) switch
    {
        ("correct", "legs") => field with { Fields = [.. hazard.Legs.Keys.Select(l => OfLeg(step, l, field))] },
        (_, "legs") => field with { Fields = [.. new[] { Leg.Territorial, Leg.Sectoral, Leg.Sole }.Select(l => OfLeg(step, l, field))] },
        (_, "leg") => field with { Codes = [.. hazard.Legs.Keys.Select(l => Labels.Of(l))] },
        (_, "parts") => field with { Codes = Parts() },
        ("list", "level") =>
            field with { Codes = [.. from r in act.Policy.Listing where r.LetsList(act.By.Body) select Labels.Of(r.Level)] },
        ("issue_paper", "paper") => field with { Codes = Papers() },
        (_, "grade") => field with { Codes = [.. act.Policy.Grades.Select(g => new CodeEntry($"{g.Grade}", g.Title, g.Title))] },
        (_, "supervisor") or ("name_supervisor", "body") => field with { Bodies = Supervisors() },
        ("reassign", "body") => field with { Bodies = Bodies(step.Leg ?? Leg.Sole) },
        ("escalate", "to") => field with { Bodies = Above(act.By.Body.Region.Level) },
        ("file_listing", "with") => field with { Bodies = Above(act.By.Body.Region.Level) },
        _ => field,
    };

    // What the policy has the service number itself may be left out; whatever else needs a number needs it from the caller.
    private StepField Required(OpenStep step, StepField field)
    {
        if (field.Name == "documentNumber")
            return Numbered(step.Rule, field);
        if (step.Rule != CommandRules.Reinspect)
            return field;
        foreach (var rule in act.Policy.Acceptance)
            if (!((rule.Level is null || rule.Level == hazard.Level) && (rule.Leg is null || rule.Leg == step.Leg)))
                continue;
            else if (field.Name == "attachments" && rule.Attachments > 0)
                return field with { Hint = new FieldLabel($"验收合格须有至少{rule.Attachments}个附件（{rule.Source}）",
                    $"A pass needs at least {rule.Attachments} files: {rule.Source}") };
            else if (field.Name == "verdict" && Words.Of(rule.AcceptedBy) is { Chinese.Length: > 0 } kinds)
                return field with { Hint = new FieldLabel($"合格须由{kinds.Chinese}认定；其他单位可请其复查（{rule.Source}）",
                    $"Only these may pass it ({kinds.English}); others ask one of them to inspect: {rule.Source}") };
            else if (field.Name == "inspectors" && rule.Inspectors)
                return field with { Required = true, Hint = new FieldLabel($"须写明复查人员（{rule.Source}）",
                    $"They must be named: {rule.Source}") };
        return field;
    }

    private StepField Numbered(CommandRule rule, StepField number)
    {
        if (PaperOf(rule) is not { } paper)
            return number with
            {
                Required = rule == CommandRules.SuspendProduction || rule == CommandRules.Penalise || rule == CommandRules.Refer,
            };
        return act.Policy.Papers.Any(p => p.Paper == paper)
            ? number with { Hint = new FieldLabel("不填则由系统按本单位文号编号并制作文书", "Left out, the service numbers and makes the paper") }
            : number with { Required = true };
    }

    private PaperKind? PaperOf(CommandRule rule) => rule.Name switch
    {
        "list" => PaperKind.ListingNotice,
        "delist" => PaperKind.DelistingNotice,
        "issue_notice" => PaperKind.SupervisionNotice,
        "criticise" => PaperKind.Criticism,
        "close" when hazard.Listing is not null => PaperKind.DelistingNotice,
        _ => null,
    };

    private ImmutableArray<CodeEntry> Papers() =>
        [.. from paper in Enum.GetValues<PaperKind>() where IssuePaper.Missing(paper, hazard, act) is null select Labels.Of(paper)];

    private ImmutableArray<CodeEntry> Parts()
    {
        var parts = act.Policy.PartsFor(hazard.Level ?? Level.General);
        return [.. (parts.IsEmpty ? Enum.GetValues<PlanPart>().AsEnumerable() : parts).Select(p => Labels.Of(p))];
    }

    private StepField OfLeg(OpenStep step, Leg leg, StepField legs)
    {
        var proposed = step.Rule == CommandRules.Assign && leg != Leg.Sole;
        var supervised = act.Policy.Assignment.Any(r => r.Level == hazard.Level && r.Supervised);
        var fields = legs.Fields!.Value.Where(f => f.Name != "leg").Select(f => f.Name switch
        {
            "body" => f with { Bodies = Bodies(leg), Default = proposed ? Bodies(leg).FirstOrDefault()?.Id?.Value : null },
            "supervisor" => f with
            {
                Bodies = Supervisors(), Required = supervised, Default = proposed && supervised ? SupervisorOf(leg)?.Value : null,
            },
            "deadline" => f with { Default = Text(UsualDeadline()) },
            "instructions" => f with { Default = UsualInstructions },
            _ => f,
        });
        var label = new FieldLabel(CodeList.Chinese(leg), CodeList.English(leg));
        return new StepField(CodeList.Code(leg), StepFieldKind.Leg, false, label, Fields: [.. fields]);
    }

    private DateOnly UsualDeadline() => act.Policy.Due(ClockKind.Rectify, hazard.Level, act.OccurredAt, act.Calendar)?.Date
        ?? act.Date.AddDays(UsualDays);

    /// <summary>Who may answer for a leg here, the nearest first.</summary>
    private ImmutableArray<NamedBody> Bodies(Leg leg) => Named(leg switch
    {
        Leg.Territorial => Holding().Where(b => b.Kind == BodyKind.Government),
        Leg.Sectoral => Holding().Where(b => b.Kind == BodyKind.Regulator && b.Covers(hazard.Sector))
            .OrderBy(b => b.Sectors.IsDefaultOrEmpty).ThenBy(b => b.Region.Level),
        _ => Holding().Where(b => b.Kind is BodyKind.Government or BodyKind.Regulator),
    });

    private ImmutableArray<NamedBody> Supervisors() =>
        Named(Holding().Where(b => b.Kind != BodyKind.Regulator).OrderBy(b => b.Kind == BodyKind.Government));

    private BodyId? SupervisorOf(Leg leg)
    {
        var taken = new[] { Bodies(Leg.Territorial).FirstOrDefault()?.Id, Bodies(Leg.Sectoral).FirstOrDefault()?.Id };
        var free = Supervisors().Select(b => b.Id).Where(b => !taken.Contains(b)).Take(2).ToArray();
        return leg == Leg.Territorial ? free.FirstOrDefault() : free.ElementAtOrDefault(1);
    }

    private ImmutableArray<NamedBody> Above(RegionLevel level) =>
        Named(Holding().Where(b => b.Region.Level > level && b.Kind != BodyKind.Regulator)
            .OrderBy(b => b.Region.Level).ThenBy(b => b.Kind != BodyKind.CommitteeOffice));

    private IEnumerable<Body> Holding() => near.Where(b => b.Region.Contains(hazard.Region)).OrderBy(b => b.Region.Level);

    private static ImmutableArray<NamedBody> Named(IEnumerable<Body> bodies) => [.. bodies.Select(b => new NamedBody(b.Id, b.Name))];

    private JsonNode? Default(OpenStep step, string field)
    {
        var leg = step.Leg is { } on ? hazard.Legs[on] : null;
        return (step.Rule.Name, field) switch
        {
            ("acknowledge", "responsiblePerson") => leg!.ResponsiblePerson,
            ("reassign", "deadline") => Text(leg!.Deadline > act.Date ? leg.Deadline : UsualDeadline()),
            ("reassign", "instructions") => leg!.Instructions,
            ("report_progress", "percent") => leg!.Percent,
            ("report_progress" or "declare_completion", "spent") => leg!.Spent,
            ("submit_plan", "funds") => leg!.Funds,
            ("request_extension", "to") => Text(hazard.DeadlineOf(leg!).AddDays(Math.Min(UsualDays, act.Policy.Extension.MostDays))),
            ("decide_extension", "grant") => true,
            ("decide_extension", "to") => Text(leg!.Request!.To),
            ("verify", "level") => CodeList.Code(hazard.IsReportedMajor ? Level.Major : Level.General),
            ("regrade", "level") => CodeList.Code(hazard.Level == Level.Major ? Level.General : Level.Major),
            ("list", "level") => act.Policy.Listing.FirstOrDefault(r => r.LetsList(act.By.Body)) is { } rule
                ? CodeList.Code(rule.Level) : null,
            ("list", "deadline") => Text(ListingDeadline()),
            ("list", "requirements") => UsualRequirements,
            ("delist", "ground") => hazard.Stage == Stage.AwaitingClosure ? CodeList.Code(DelistingGround.Accepted) : null,
            ("publish_listing" or "publish_delisting" or "file_listing", "on") => Text(act.Date),
            ("publish_delisting", "medium") => hazard.Delisting?.Medium,
            ("file_listing", "with") => Above(act.By.Body.Region.Level).FirstOrDefault()?.Id?.Value,
            ("escalate", "to") => Above(act.By.Body.Region.Level).FirstOrDefault()?.Id?.Value,
            ("issue_notice", "replyBy") => Text(act.Date.AddDays(UsualReplyDays)),
            ("answer_notice", "notice") => leg!.Notices.OrderBy(n => n.ReplyBy ?? DateOnly.MaxValue).First().Number.Value,
            ("penalise", "penalised") => hazard.Enterprise?.Name,
            ("decline_step", "step") => CodeList.Code(step.Proposed!.Step),
            ("decline_step", "clock") => CodeList.Code(step.Proposed!.Missed.Kind),
            ("decline_step", "due") => Text(step.Proposed!.Missed.Due),
            (_, "leg") => (step.Proposed?.Missed.Leg ?? step.Duty?.Clock.Leg) is { } asked ? CodeList.Code(asked) : null,
            ("urge", "message") or ("issue_notice", "requirements") or ("criticise", "text") => Reproach(step),
            _ => null,
        };
    }

    private DateOnly ListingDeadline()
    {
        var deadline = hazard.Legs.IsEmpty ? UsualDeadline() : hazard.Legs.Values.Max(l => l.Deadline);
        if (deadline < act.Date)
            deadline = UsualDeadline();
        return act.Policy.Listing.FirstOrDefault(r => r.LetsList(act.By.Body))?.MostDays is { } most
            && deadline > act.Date.AddDays(most) ? act.Date.AddDays(most) : deadline;
    }

    /// <summary>What is held against whoever is late, in a sentence.</summary>
    private string? Reproach(OpenStep step)
    {
        (ClockKind Kind, BodyId? Body, Leg? Leg, DateOnly Due)? late = step switch
        {
            { Proposed.Missed: var m } => (m.Kind, m.Body, m.Leg, m.Due),
            { Duty.Clock: var c } => (c.Kind, c.Body, c.Leg, c.Due),
            _ => null,
        };
        if (late is not var (kind, body, leg, due) || due >= act.Date || kind == ClockKind.Supervise)
            return null;
        var who = body is { } id ? names.GetValueOrDefault(id.Value, id.Value) : "安委办";
        return string.Create(CultureInfo.InvariantCulture,
            $"{who}{(leg is { } on and not Leg.Sole ? $"（{CodeList.Chinese(on)}）" : "")}应于{due:yyyy年M月d日}前完成“{CodeList.Chinese(kind)}”，已超期{act.Date.DayNumber - due.DayNumber}天，请立即办理并报告结果。");
    }

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
