using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>What is to be said of a policy document: every mistake with its place, or the policy.</summary>
/// <param name="Findings">The mistakes, in the order of the file.</param>
/// <param name="Text">The document's text; null when there is a mistake.</param>
/// <param name="Document">The document; null when there is a mistake.</param>
/// <param name="Policy">The whole policy with what its bases say; null when there is a mistake.</param>
public sealed record PolicyCheck(ImmutableArray<Finding> Findings, PolicyText? Text, PolicyDocument? Document, Policy? Policy)
{
    /// <summary>The largest document, in bytes.</summary>
    public const int MostBytes = 512 * 1024;

    /// <summary>Checks a document that rests on nothing but what ships with the product.</summary>
    public static PolicyCheck Of(ReadOnlyMemory<byte> file) => Of(file, PolicyShelf.Shipped);

    /// <summary>Checks a document.</summary>
    /// <param name="file">Its UTF-8 text.</param>
    /// <param name="shelf">What it may rest on.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static PolicyCheck Of(ReadOnlyMemory<byte> file, PolicyShelf shelf, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shelf);
        var findings = new Findings(cancellationToken);
        if (JsonPart.Read(file, MostBytes, findings) is not { } root)
            return new PolicyCheck(findings.All, null, null, null);
        var sections = PolicySections.Read(root, findings);
        new PolicyRules(root, sections, findings).Check();
        var under = UnderOf(root, shelf, findings);
        if (findings.Count > 0)
            return new PolicyCheck(findings.All, null, null, null);
        var document = JsonSerializer.Deserialize<PolicyDocument>(root.Raw.Span, DomainJson.Strict)!;
        if (document.Base is null && PolicyDocument.Indispensable.Where(n => root[n] is null).ToArray() is { Length: > 0 } missing)
            foreach (var name in missing)
                findings.Add(root, PolicyRefusals.SectionMissing, ("name", name));
        else
        {
            var policy = document.On(under);
            new PolicyWhole(root, policy, findings).Check();
            if (findings.Count == 0)
                return new PolicyCheck([], PolicyText.Of(document.Version, Plain(root.Raw)), document, policy);
        }
        return new PolicyCheck(findings.All, null, null, null);
    }

    // However it is indented, it is the same document.
    private static string Plain(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement, DomainJson.Options);
    }

    private static Policy? UnderOf(JsonPart root, PolicyShelf shelf, Findings findings)
    {
        if (root["base"] is not { } at || !PolicyVersion.TryParse(at.Text, out var version, out _))
            return null;
        if (at.Text == root["version"]?.Text)
            findings.Add(at, PolicyRefusals.BaseItself, ("value", version));
        else if (shelf.Find(version) is { } text)
            return shelf.Resolve(PolicyDocument.Read(text.Json));
        else
            findings.Add(at, PolicyRefusals.BaseUnknown, ("value", version), ("known", string.Join("、", shelf.Versions)));
        return null;
    }
}

/// <summary>The sections of a document, as far as they can be read: one rule that is wrong in itself hides none of the others.</summary>
internal sealed record PolicySections(
    ImmutableArray<(JsonPart At, ClockRule Rule)> Clocks,
    ImmutableArray<(JsonPart At, PlanRule Rule)> PlanParts,
    ImmutableArray<(JsonPart At, ListingRule Rule)> Listing,
    ImmutableArray<(JsonPart At, GradeRule Rule)> Grades,
    ImmutableArray<(JsonPart At, AssignmentRule Rule)> Assignment,
    ImmutableArray<(JsonPart At, SupervisionRule Rule)> Supervision,
    ImmutableArray<(JsonPart At, LookbackRule Rule)> Lookbacks,
    ImmutableArray<(JsonPart At, AcceptanceRule Rule)> Acceptance,
    ImmutableArray<(JsonPart At, LadderStep Rule)> Ladder,
    ImmutableArray<(JsonPart At, QuotaRule Rule)> Quotas,
    ImmutableArray<(JsonPart At, ReportRule Rule)> Reports,
    ImmutableArray<(JsonPart At, RankingRule Rule)> Rankings,
    ImmutableArray<(JsonPart At, SpecialPeriodRule Rule)> SpecialPeriods,
    ImmutableArray<(JsonPart At, PaperRule Rule)> Papers,
    (JsonPart At, ExtensionRule Rule)? Extension,
    (JsonPart At, PrivacyRule Rule)? Privacy,
    ImmutableArray<(JsonPart At, TogetherRule Rule)> RolesTogether,
    ImmutableArray<(JsonPart At, WarningRule Rule)> Warnings)
{
    private static readonly ImmutableArray<string> Apart =
    [
        "clocks", "planParts", "listing", "grades", "assignment", "supervision", "lookbacks", "acceptance", "ladder", "quotas", "reports",
        "rankings", "specialPeriods", "papers", "extension", "privacy", "rolesTogether", "warnings",
    ];

    public static PolicySections Read(JsonPart root, Findings findings)
    {
        var shape = new JsonShape(findings);
        shape.CheckMembers(root, typeof(PolicyDocument), Apart);
        return new PolicySections(
            shape.Each<ClockRule>(root["clocks"]), shape.Each<PlanRule>(root["planParts"]), shape.Each<ListingRule>(root["listing"]),
            shape.Each<GradeRule>(root["grades"]), shape.Each<AssignmentRule>(root["assignment"]),
            shape.Each<SupervisionRule>(root["supervision"]),
            shape.Each<LookbackRule>(root["lookbacks"]), shape.Each<AcceptanceRule>(root["acceptance"]),
            shape.Each<LadderStep>(root["ladder"]),
            shape.Each<QuotaRule>(root["quotas"]), shape.Each<ReportRule>(root["reports"]), shape.Each<RankingRule>(root["rankings"]),
            shape.Each<SpecialPeriodRule>(root["specialPeriods"]), shape.Each<PaperRule>(root["papers"]),
            root["extension"] is { } extension && shape.Read<ExtensionRule>(extension) is { } rule ? (extension, rule) : null,
            root["privacy"] is { } privacy && shape.Read<PrivacyRule>(privacy) is { } seen ? (privacy, seen) : null,
            shape.Each<TogetherRule>(root["rolesTogether"]),
            shape.Each<WarningRule>(root["warnings"]));
    }
}

/// <summary>The rules of a document, each by itself and against those of its own section.</summary>
internal sealed class PolicyRules(JsonPart root, PolicySections sections, Findings findings)
{
    private static readonly ImmutableArray<SupervisionStep> Automatic = [
        SupervisionStep.Urge, SupervisionStep.Notice, SupervisionStep.Criticism, SupervisionStep.Escalation];

    public void Check()
    {
        CheckHead();
        CheckClocks();
        CheckDuties();
        CheckLadder();
        CheckFigures();
        CheckPrivacy();
        CheckTogether();
        CheckWarnings();
    }

    private void CheckTogether()
    {
        Unique(sections.RolesTogether, r => OfWhich(Words.Of(new[] { r.Role, r.With }.Order()), "的兼任", "the holding together of"));
        foreach (var (at, rule) in sections.RolesTogether)
            if (!Authority.Incompatible.Any(p => p == (rule.Role, rule.With) || p == (rule.With, rule.Role)))
                findings.Add(at.Or("with"), PolicyRefusals.TogetherAnyway,
                    ("one", Words.Of(rule.Role)), ("other", Words.Of(rule.With)));
    }

    private void CheckWarnings()
    {
        Unique(
            sections.Warnings,
            w => OfWhich(w.Clock is { } clock ? Words.Of(clock) : new Words("各项时限", "every clock"), "的预警", "the warning of"));
        foreach (var (at, rule) in sections.Warnings)
        {
            InRange(at["yellowDays"], 0, 366);
            InRange(at["redDays"], 0, 366);
            if (rule.RedDays > rule.YellowDays)
                findings.Add(at.Or("redDays"), PolicyRefusals.WarningOrder, ("red", rule.RedDays), ("yellow", rule.YellowDays));
        }
    }

    private void CheckPrivacy()
    {
        if (sections.Privacy is not var (at, rule))
            return;
        foreach (var name in (string[])["reporter", "whistleBlower", "witness", "erase"])
        {
            if (at[name]!.Items.Count == 0)
                NotEmpty(at, name, 0);
            Once(at[name]);
            foreach (var item in at[name]!.Items)
                if (CodeList.TryParse<Role>(item.Text, out var role) && Never(name, role))
                    findings.Add(item, PolicyRefusals.PrivacyRole, ("role", Words.Of(role)), ("name", name));
        }
        foreach (var item in at["whistleBlower"]!.Items)
            if (CodeList.TryParse<Role>(item.Text, out var role) && !rule.Reporter.Contains(role))
                findings.Add(item, PolicyRefusals.PrivacyWider, ("role", Words.Of(role)));
    }

    // The unit that is complained of, and the service's own clock.
    private static bool Never(string name, Role role) => role == Role.Clock || (role == Role.Responsible && name != "reporter");

    private void CheckHead()
    {
        if (root["sources"] is { Kind: JsonTokenType.StartArray, Items.Count: 0 } sources)
            findings.Add(sources, PolicyRefusals.NoSource);
        if (root["jurisdiction"] is { } at && RegionCode.TryParse(at.Text, out var region, out _) && !Regions.Exists(region))
            findings.Add(at, PolicyRefusals.RegionUnknown, ("value", region));
        if (Date("effectiveFrom") is { } from && Date("effectiveTo") is { } to && to < from)
            findings.Add(root["effectiveTo"]!, PolicyRefusals.DatesBackwards, ("from", from), ("to", to));
        InRange(root["promptEntryHours"], 0, 8760);
        InRange(root["dueSoonDays"], 0, 366);
        CheckLateEntry();
        foreach (var name in (string[])["planRequired", "onTheSpotLevels", "lookback"])
            Once(root[name]);
    }

    private void CheckLateEntry()
    {
        if (root["lateEntry"] is not { Kind: JsonTokenType.StartObject } late)
            return;
        InRange(late["hours"], 1, 8760);
        Once(late["roles"]);
        if (late["roles"] is { Kind: JsonTokenType.StartArray, Items.Count: 0 })
            NotEmpty(late, "roles", 0);
        foreach (var item in late["roles"]?.Items ?? [])
            if (CodeList.TryParse<Role>(item.Text, out var role) && role == Role.Clock)
                findings.Add(item, PolicyRefusals.LateEntryRole, ("role", Words.Of(role)));
    }

    private void CheckClocks()
    {
        Unique(sections.Clocks, c => Of(Words.Of(c.Kind), NameOf(c.Level)));
        foreach (var (at, clock) in sections.Clocks)
        {
            InRange(at["days"], 0, 3660);
            if (clock.By is { } by && clock.Count == DayCount.Working)
                findings.Add(at.Or("by"), PolicyRefusals.WorkingOrDate, ("days", clock.Days), ("by", by));
            if (clock is { Kind: ClockKind.Verify, Level: not null })
                Never(at.Or("level"), clock.Kind, new Words("核实之前还没有等级", "a report has no level before it is verified"));
            if (clock.Kind == ClockKind.Reply)
                Never(at.Or("kind"), clock.Kind, new Words("期限由督办通知书写明", "the notice sets its day"));
            if (clock.Kind == ClockKind.Supervise)
                Never(at.Or("kind"), clock.Kind, new Words("请写在 supervision", "it belongs into supervision"));
        }
    }

    private void CheckDuties()
    {
        Unique(sections.PlanParts, p => OfWhich(Words.Of(p.Level), "的方案内容", "the parts of a plan of"));
        Unique(sections.Listing, l => OfWhich(Words.Of(l.Level), "的权限", "who lists at"));
        Unique(sections.Grades, g => new Words($"等级 {g.Grade} ", $"the grade {g.Grade}"));
        Unique(sections.Assignment, a => OfWhich(Words.Of(a.Level), "的交办方式", "the assignment of"));
        Unique(sections.Supervision, s => OfWhich(Words.Of(s.Level), "的督查间隔", "the supervision of"));
        Unique(sections.Lookbacks, l => OfWhich(Words.Of(l.Level), "的回头看", "the look-back of"));
        Unique(
            sections.Acceptance,
            a => Of(
                new Words("验收要求", "what an acceptance needs"), NameOf(a.Level),
                a.Leg is { } leg ? Words.Of(leg) : new Words("各方", "every leg")));
        Unique(sections.Papers, p => Words.Of(p.Paper));
        foreach (var (at, plan) in sections.PlanParts)
        {
            NotEmpty(at, "parts", plan.Parts.Length);
            Once(at["parts"]);
        }
        foreach (var (at, rule) in sections.Supervision)
            InRange(at["days"], 1, 366);
        foreach (var (at, rule) in sections.Acceptance)
            InRange(at["attachments"], 0, Attachment.Most);
        CheckListing();
        CheckGrades();
        CheckExtension();
        foreach (var (at, rule) in sections.Lookbacks)
        {
            NotEmpty(at, "days", rule.Days.Length);
            for (var i = 0; i < rule.Days.Length; i++)
                if (rule.Days[i] <= (i == 0 ? 0 : rule.Days[i - 1]))
                    findings.Add(
                        at["days"]!.Items[i], PolicyRefusals.LookbackFalling, ("value", rule.Days[i]),
                        ("previous", i == 0 ? 0 : rule.Days[i - 1]));
        }
    }

    private void CheckListing()
    {
        foreach (var (at, rule) in sections.Listing)
        {
            NotEmpty(at, "kinds", rule.Kinds.Length);
            Once(at["kinds"]);
            InRange(at["mostDays"], 1, 3660);
            if (rule.Regions < Relations.LevelOf(rule.Level))
                findings.Add(
                    at.Or("regions"), PolicyRefusals.ListingRegion, ("level", Words.Of(rule.Level)),
                    ("region", JsonNamingPolicy.CamelCase.ConvertName(rule.Regions.ToString())));
        }
    }

    private void CheckGrades()
    {
        foreach (var (at, rule) in sections.Grades)
        {
            InRange(at["grade"], 1, 9);
            foreach (var (_, other) in sections.Grades)
                if (rule.Grade < other.Grade && rule.ListedAt is { } listed && other.ListedAt > listed)
                    findings.Add(at.Or("listedAt"), PolicyRefusals.GradeFalling, ("grade", rule.Grade), ("other", other.Grade));
        }
    }

    private void CheckExtension()
    {
        if (sections.Extension is not var (at, rule))
            return;
        if (rule.RequestDaysBefore < 0)
            findings.Add(at.Or("requestDaysBefore"), PolicyRefusals.ExtensionLate, ("value", rule.RequestDaysBefore));
        InRange(at["mostTimes"], 0, 20);
        InRange(at["mostDays"], 0, 3660);
        if (rule.MostTimes > 0 != rule.MostDays > 0)
            findings.Add(at.Or("mostDays"), PolicyRefusals.ExtensionNothing, ("times", rule.MostTimes), ("days", rule.MostDays));
    }

    private void CheckLadder()
    {
        var clocks = sections.Ladder.Select(l => ClocksOf(l.Rule)).ToArray();
        for (var i = 0; i < sections.Ladder.Length; i++)
        {
            var (at, step) = sections.Ladder[i];
            if (step.DaysOverdue < 1)
                findings.Add(at.Or("daysOverdue"), PolicyRefusals.LadderSoon, ("value", step.DaysOverdue));
            if (step.Mode == StepMode.Automatic && !Automatic.Contains(step.Step))
                findings.Add(
                    at.Or("mode"), PolicyRefusals.LadderAutomatic, ("step", Words.Of(step.Step)), ("allowed", Words.Of(Automatic)));
            Once(at["clocks"]);
            if (i > 0 && step.DaysOverdue < sections.Ladder[i - 1].Rule.DaysOverdue)
                findings.Add(
                    at.Or("daysOverdue"), PolicyRefusals.LadderFalling, ("value", step.DaysOverdue),
                    ("previous", sections.Ladder[i - 1].Rule.DaysOverdue));
            for (var j = 0; j < i; j++)
                if (sections.Ladder[j] is var (earlier, other) && other.Step == step.Step && (clocks[j] & clocks[i]) != 0
                    && Meet(other, step))
                    Twice(at.Or("step"), new Words($"“{CodeList.Chinese(step.Step)}”", $"“{CodeList.Code(step.Step)}”"), earlier);
        }
    }

    private static bool Meet(LadderStep one, LadderStep other) => one.Level is null || other.Level is null || one.Level == other.Level;

    // A bit for each clock; all of them where a step names none.
    private static ulong ClocksOf(LadderStep step) =>
        step.Clocks.IsEmpty ? ulong.MaxValue : step.Clocks.Aggregate(0UL, (bits, clock) => bits | 1UL << (int)clock);

    private void CheckFigures()
    {
        Unique(sections.Quotas, q => Of(
            new Words("挂牌任务", "the quota"), new Words($"{q.Of}", $"{q.Of}"), Words.Of(q.Every), Words.Of(q.Listing),
            q.Kind is { } kind ? Words.Of(kind) : new Words("各类", "every kind")));
        Unique(sections.Reports, r => Of(Words.Of(r.Kind), new Words($"{r.Of}", $"{r.Of}"), Words.Of(r.Every)));
        Unique(sections.Rankings, r => Of(Words.Of(r.Kind), Words.Of(r.Every)));
        foreach (var (at, quota) in sections.Quotas)
        {
            if (quota.AtLeast < 1)
                findings.Add(at.Or("atLeast"), PolicyRefusals.QuotaNothing, ("value", quota.AtLeast));
            if (quota.Of is not (RegionLevel.Province or RegionLevel.Prefecture or RegionLevel.County))
                findings.Add(at.Or("of"), PolicyRefusals.QuotaOf, ("value", JsonNamingPolicy.CamelCase.ConvertName(quota.Of.ToString())));
        }
        foreach (var (at, report) in sections.Reports)
        {
            Early(at, report.DueDays);
            if (report.Kind is ReportKind.BodyRanking or ReportKind.CountyRanking)
                findings.Add(at.Or("kind"), PolicyRefusals.ReportKind, ("kind", Words.Of(report.Kind)), ("section", "rankings"));
        }
        foreach (var (at, ranking) in sections.Rankings)
            CheckRanking(at, ranking);
        foreach (var (at, period) in sections.SpecialPeriods)
            if (period.To < period.From)
                findings.Add(at.Or("to"), PolicyRefusals.PeriodBackwards, ("name", period.Name), ("from", period.From), ("to", period.To));
        Unique(
            [.. sections.SpecialPeriods],
            p => new Words($"特殊时段“{p.Name}”（{p.From:yyyy-MM-dd}）", $"the special period “{p.Name}” ({p.From:yyyy-MM-dd})"));
    }

    private void CheckRanking(JsonPart at, RankingRule ranking)
    {
        Early(at, ranking.DueDays);
        InRange(at["leastLegs"], 0, 1000);
        Once(at["bodies"]);
        if (ranking.Kind is not (ReportKind.BodyRanking or ReportKind.CountyRanking))
            findings.Add(at.Or("kind"), PolicyRefusals.RankingKind, ("kind", Words.Of(ranking.Kind)));
        foreach (var weight in at["weights"]!.Members)
            if (decimal.Parse(weight.Value.Text!, CultureInfo.InvariantCulture) <= 0)
                findings.Add(weight.Value, PolicyRefusals.WeightNothing, ("value", weight.Value.Text));
        if (ranking.Weights.Values.Sum() is var sum && sum != 100)
            findings.Add(at.Or("weights"), PolicyRefusals.Weights, ("sum", sum));
    }

    private void Early(JsonPart at, int days)
    {
        if (days < 1)
            findings.Add(at.Or("dueDays"), PolicyRefusals.ReportEarly, ("value", days));
        else
            InRange(at["dueDays"], 1, 366);
    }

    private static Words OfWhich(Words which, string chinese, string english) =>
        new($"{which.Chinese}{chinese}", $"{english} {which.English}");

    private static Words Of(Words what, params IEnumerable<Words> which)
    {
        var all = Words.Join(which);
        return new Words($"{what.Chinese}（{all.Chinese}）", $"{what.English} ({all.English})");
    }

    private void Unique<T>(ImmutableArray<(JsonPart At, T Rule)> rules, Func<T, Words> what)
    {
        var first = new Dictionary<Words, JsonPart>();
        foreach (var (at, rule) in rules)
            if (!first.TryAdd(what(rule), at))
                Twice(at, what(rule), first[what(rule)]);
    }

    private void Once(JsonPart? list)
    {
        var first = new Dictionary<string, JsonPart>(StringComparer.Ordinal);
        foreach (var item in list?.Items ?? [])
            if (item.Text is { } text && !first.TryAdd(text, item))
                Twice(item, new Words($"“{Texts.Excerpt(text)}”", $"“{Texts.Excerpt(text)}”"), first[text]);
    }

    private void Twice(JsonPart at, Words what, JsonPart first) =>
        findings.Add(at, PolicyRefusals.Twice, ("what", what), ("line", first.Line));

    private void Never(JsonPart at, ClockKind clock, Words why) =>
        findings.Add(at, PolicyRefusals.ClockNever, ("clock", PolicyWhole.NameOf(clock)), ("why", why));

    private void NotEmpty(JsonPart at, string name, int length)
    {
        if (length == 0)
            findings.Add(at.Or(name), PolicyRefusals.Empty, ("name", name));
    }

    private void InRange(JsonPart? at, int min, int max)
    {
        if (at?.Text is { } text && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && (value < min || value > max))
            findings.Add(at, FileRefusals.Range, ("value", value), ("min", min), ("max", max));
    }

    private DateOnly? Date(string name) =>
        DateOnly.TryParseExact(root[name]?.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : null;

    private static Words NameOf(Level? level) => level is { } one ? Words.Of(one) : new Words("各级", "every level");
}

/// <summary>Whether the rules of the whole policy, those of its bases among them, fit each other.</summary>
internal sealed class PolicyWhole(JsonPart root, Policy policy, Findings findings)
{
    /// <summary>The duties without whose clock an open hazard could drop off every list.</summary>
    private static readonly ImmutableArray<ClockKind> Indispensable =
        [ClockKind.Verify, ClockKind.Assign, ClockKind.Reassign, ClockKind.Acknowledge, ClockKind.Reinspect, ClockKind.ReviewResumption, ClockKind.Close];

    public void Check()
    {
        foreach (var kind in Indispensable)
            if (kind == ClockKind.Verify)
                Needs(kind, null);
            else
                foreach (var level in Enum.GetValues<Level>())
                    Needs(kind, level);
        foreach (var level in policy.PlanRequired)
            CheckPlan(level);
        foreach (var level in policy.Lookback)
            if (policy.Lookbacks.All(l => l.Level != level))
                Needs(ClockKind.Lookback, level);
        if (policy.Extension.MostTimes > 0)
            foreach (var level in Enum.GetValues<Level>())
                Needs(ClockKind.DecideExtension, level);
        foreach (var rule in policy.Assignment.Where(a => a.Supervised && policy.Supervision.All(s => s.Level != a.Level)))
            findings.Add(root.Or("assignment"), PolicyRefusals.SupervisionMissing, ("level", Words.Of(rule.Level)));
        CheckPublication();
    }

    private void CheckPlan(Level level)
    {
        Needs(ClockKind.Plan, level);
        Needs(ClockKind.ReviewPlan, level);
        if (policy.PartsFor(level).IsEmpty)
            findings.Add(root.Or("planRequired"), PolicyRefusals.PlanWithoutParts, ("level", Words.Of(level)));
        if (policy.OnTheSpotLevels.Contains(level))
            findings.Add(root["onTheSpotLevels"] ?? root.Or("planRequired"), PolicyRefusals.OnTheSpotPlanned, ("level", Words.Of(level)));
    }

    private void CheckPublication()
    {
        foreach (var kind in (ClockKind[])[ClockKind.Publish, ClockKind.PublishDelisting])
        {
            var set = policy.Clocks.Any(c => c.Kind == kind);
            if (policy.Publication is not null && !set)
                findings.Add(root.Or("publication"), PolicyRefusals.PublicationClock, ("clock", NameOf(kind)));
            if (policy.Publication is null && set)
                findings.Add(
                    root.Or("clocks"), PolicyRefusals.ClockNever, ("clock", NameOf(kind)),
                    ("why", new Words("没有 publication", "there is no publication")));
        }
    }

    internal static Words NameOf(ClockKind kind) => new($"{CodeList.Chinese(kind)} {CodeList.Code(kind)}", CodeList.Code(kind));

    private void Needs(ClockKind kind, Level? level)
    {
        if (policy.Clock(kind, level) is null)
            findings.Add(
                root.Or("clocks"), PolicyRefusals.ClockMissing, ("clock", NameOf(kind)),
                ("level", level is { } one ? Words.Of(one) : new Words("各级", "every level")));
    }
}
