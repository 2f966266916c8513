using static Hazards.Domain.RefusalKind;

namespace Hazards.Domain;

/// <summary>What can be wrong with a policy, and why one is not adopted.</summary>
public static class PolicyRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    // The document
    public static readonly RefusalCode Version = new(
        "policy.version_malformed", Invalid, "制度版本“{value}”不正确：应为 名称@序号，如 xiangxi-one-list@1（小写字母、数字、连字符）",
        "The policy version “{value}” is malformed: name@number, such as xiangxi-one-list@1 (lower-case letters, digits, hyphens)");
    public static readonly RefusalCode NoSource = new(
        "policy.no_source", Unprocessable, "没有写明依据：sources 至少要有一份文件", "No source is named: sources needs at least one paper");
    public static readonly RefusalCode RegionUnknown = new(
        "policy.region_unknown", Unprocessable, "行政区划 {value} 在 GB/T 2260 中不存在", "The region {value} is not in GB/T 2260");
    public static readonly RefusalCode DatesBackwards = new(
        "policy.dates_backwards", Unprocessable, "失效日期 {to} 早于生效日期 {from}", "effectiveTo {to} lies before effectiveFrom {from}");
    public static readonly RefusalCode BaseUnknown = new(
        "policy.base_unknown", Unprocessable, "所依据的制度 {value} 既未随产品提供，也未采用过；可用：{known}",
        "The base {value} neither ships with the product nor was adopted; known: {known}");
    public static readonly RefusalCode BaseItself = new(
        "policy.base_itself", Unprocessable, "制度不能以自己（{value}）为依据", "A policy cannot rest on itself ({value})");
    public static readonly RefusalCode SectionMissing = new(
        "policy.section_missing", Unprocessable, "没有 base，也没有“{name}”：不依据其他制度的文件必须写全",
        "There is neither a base nor “{name}”: a document that rests on no other must say everything");
    public static readonly RefusalCode Twice = new(
        "policy.rule_twice", Unprocessable, "{what}已在第 {line} 行规定过，两处只能留一处", "{what} is ruled on line {line} already; keep one of the two");
    public static readonly RefusalCode Empty = new("policy.list_empty", Unprocessable, "{name} 不能是空列表", "{name} cannot be an empty list");

    // Clocks
    public static readonly RefusalCode ClockMissing = new(
        "policy.clock_missing", Unprocessable, "“{clock}”（{level}）没有时限：这项工作会从清单上消失",
        "There is no clock for {clock} ({level}): the duty would drop off every list");
    public static readonly RefusalCode ClockNever = new(
        "policy.clock_never_runs", Unprocessable, "“{clock}”的时限不会起作用：{why}", "The clock {clock} would never run: {why}");
    public static readonly RefusalCode WorkingOrDate = new(
        "policy.working_and_date", Unprocessable, "既按工作日计 {days} 天，又限定在每年 {by}：两种算法只能用一种（限定日期时用自然日）",
        "Both {days} working days and the date {by} of a year: use one (with a date, calendar days)");
    public static readonly RefusalCode PublicationClock = new(
        "policy.publication_without_clock", Unprocessable, "规定了公布（publication），但没有“{clock}”的时限",
        "Publication is asked for, but the clock {clock} is not set");

    // Duties
    public static readonly RefusalCode PlanWithoutParts = new(
        "policy.plan_without_parts", Unprocessable, "要求{level}有整改方案，却没有规定方案内容（planParts）",
        "A plan is required for {level}, but nothing says what it must hold (planParts)");
    public static readonly RefusalCode OnTheSpotPlanned = new(
        "policy.on_the_spot_planned", Unprocessable, "{level}既可立行立改，又必须有审查通过的方案：自相矛盾",
        "{level} may be fixed on the spot and yet needs a reviewed plan: a contradiction");
    public static readonly RefusalCode SupervisionMissing = new(
        "policy.supervision_missing", Unprocessable, "{level}实行双重督办，却没有规定督办单位多久督查一次（supervision）",
        "{level} is under double supervision, but nothing says how often a supervisor must act (supervision)");
    public static readonly RefusalCode ListingRegion = new(
        "policy.listing_region", Unprocessable, "“{level}”须由同级或更高层级的单位作出，不能由 {region} 一级",
        "“{level}” cannot be made by bodies of the level {region}");
    public static readonly RefusalCode ExtensionLate = new(
        "policy.extension_after_deadline", Unprocessable, "延期申请不能晚于期限：requestDaysBefore 为 {value}",
        "An extension cannot be asked for after the deadline: requestDaysBefore is {value}");
    public static readonly RefusalCode ExtensionNothing = new(
        "policy.extension_of_nothing", Unprocessable, "允许延期 {times} 次，每次最多 {days} 天：等于没有延期",
        "{times} extensions of at most {days} days: that is none");
    public static readonly RefusalCode LookbackFalling = new(
        "policy.lookback_not_rising", Unprocessable, "回头看的天数应逐次增大且大于 0：{value} 不大于前一个 {previous}",
        "The days of look-backs must rise and be more than 0: {value} is not after {previous}");

    // The ladder
    public static readonly RefusalCode LadderFalling = new(
        "policy.ladder_not_rising", Unprocessable, "督办阶梯应由轻到重、天数不减：{value} 天小于前一级的 {previous} 天",
        "The ladder must not fall: {value} days come after {previous}");
    public static readonly RefusalCode LadderSoon = new(
        "policy.ladder_before_due", Unprocessable, "逾期 {value} 天：阶梯从逾期第 1 天开始",
        "{value} days overdue: the ladder begins with the first day overdue");
    public static readonly RefusalCode LadderAutomatic = new(
        "policy.step_not_automatic", Unprocessable, "“{step}”须由人决定，不能自动执行；可自动执行的只有：{allowed}",
        "{step} is for a person to decide and cannot be automatic; only these can: {allowed}");

    // Figures
    public static readonly RefusalCode Weights = new(
        "policy.weights", Unprocessable, "排名权重合计 {sum}，应为 100", "The weights add up to {sum}; they must make 100");
    public static readonly RefusalCode WeightNothing = new(
        "policy.weight_of_nothing", Unprocessable, "权重 {value} 应大于 0；不考核的指标请删去",
        "The weight {value} must be more than 0; leave out what does not count");
    public static readonly RefusalCode RankingKind = new(
        "policy.ranking_kind", Unprocessable, "“{kind}”不是排名；可用：bodyRanking、countyRanking",
        "{kind} is no ranking: bodyRanking or countyRanking");
    public static readonly RefusalCode ReportKind = new(
        "policy.report_kind", Unprocessable, "“{kind}”应写在 {section}，不在 reports", "{kind} belongs into {section}, not into reports");
    public static readonly RefusalCode ReportEarly = new(
        "policy.report_before_period_ends", Unprocessable, "报告在期末后 {value} 天到期，即不晚于期末：应至少为 1",
        "The report falls due {value} days after its period, which is no later than its end: 1 at least");
    public static readonly RefusalCode QuotaNothing = new(
        "policy.quota_of_nothing", Unprocessable, "挂牌任务 {value} 件：应至少为 1", "A quota of {value}: 1 at least");
    public static readonly RefusalCode QuotaOf = new(
        "policy.quota_of_region", Unprocessable, "挂牌任务应由省、市、县承担，不能是 {value}",
        "A quota is owed by provinces, prefectures or counties, not by {value}");
    public static readonly RefusalCode PeriodBackwards = new(
        "policy.special_period_backwards", Unprocessable, "特殊时段“{name}”的止日 {to} 早于起日 {from}",
        "The special period “{name}” ends {to}, before it begins {from}");
    public static readonly RefusalCode GradeFalling = new(
        "policy.grade_not_rising", Unprocessable, "等级 {grade} 比等级 {other} 严重，挂牌层级却更低",
        "Grade {grade} is graver than grade {other}, yet listed lower");
    public static readonly RefusalCode PrivacyRole = new(
        "policy.privacy_role", Unprocessable, "{name} 中不能有“{role}”：责任单位不得知悉举报人和证人，系统时钟不是人",
        "{role} cannot be in {name}: the unit that answers for a hazard must not learn of whistle-blowers and witnesses, and the clock is nobody");
    public static readonly RefusalCode PrivacyWider = new(
        "policy.privacy_wider", Unprocessable, "“{role}”可查看举报人却不能查看一般报告人：举报人的可见范围不得更宽",
        "{role} may see whistle-blowers but not reporters: whistle-blowers must not be seen by more");
    public static readonly RefusalCode TogetherAnyway = new("policy.roles_together_anyway", Unprocessable,
        "“{one}”与“{other}”本来就可以兼任，rolesTogether 只写不相容的角色",
        "These roles ({one}, {other}) may be held together anyway; rolesTogether is for incompatible ones only");

    public static readonly RefusalCode LateEntryRole = new("policy.late_entry_role", Unprocessable,
        "lateEntry 中不能有“{role}”：系统时钟不是人", "{role} cannot be in lateEntry: the clock is nobody");
    public static readonly RefusalCode WarningOrder = new(
        "policy.warning_order", Unprocessable, "剩 {red} 天转红，早于剩 {yellow} 天转黄：应先黄后红",
        "Red with {red} days left comes before yellow with {yellow}: yellow must come first");

    // Adoption
    public static readonly RefusalCode Wrong = new(
        "policy.document_wrong", Unprocessable, "制度文件有 {count} 处错误，第一处在第 {line} 行第 {column} 列：{first}。全部错误见 POST /api/v1/policies/check",
        "The policy has {count} mistakes, the first on line {line}, column {column}: {first}. POST /api/v1/policies/check tells all of them");
    public static readonly RefusalCode Forbidden = new(
        "policy.forbidden", RefusalKind.Forbidden, "只有对 {region} 有管辖权的系统管理员可以采用或停用制度",
        "Only an administrator with jurisdiction over {region} may adopt or withdraw a policy");
    public static readonly RefusalCode PrivacyAbove = new("policy.privacy_above", RefusalKind.Forbidden,
        "上级现行制度 {above} 的 {name} 没有“{role}”：个人信息的可见范围，下级只能收窄，不能放宽",
        "{role} is not in {name} of the policy in force above, {above}: a lower level may show personal data to fewer, never to more");
    public static readonly RefusalCode TogetherAbove = new("policy.roles_together_above", RefusalKind.Forbidden,
        "上级现行制度 {above} 没有允许“{one}”与“{other}”兼任，下级不能允许",
        "The policy in force above, {above}, does not let these roles be held together ({one}, {other}); a lower level cannot");
    public static readonly RefusalCode NotFound = new(
        "policy.not_found", RefusalKind.NotFound, "没有制度 {version}", "There is no policy {version}");
    public static readonly RefusalCode TooSoon = new(
        "policy.too_soon", Unprocessable, "制度只能从今后采用：生效日期 {value} 应不早于 {earliest}，让每个节点都先知道",
        "A policy is adopted for days to come only: from {value}, but {earliest} is the earliest, so that every node knows it before it applies");
    public static readonly RefusalCode Adopted = new(
        "policy.adopted_already", Conflict, "{version} 已经采用过", "{version} was adopted already");
    public static readonly RefusalCode Reused = new(
        "policy.version_reused", Conflict, "{version} 已以不同内容采用过；在用的制度只能由新版本取代，请改为 {next}",
        "{version} was adopted with other content; a policy in use can only be superseded: make it {next}");
    public static readonly RefusalCode Number = new(
        "policy.number", Conflict, "{name} 的下一个版本应为 {next}", "The next version of {name} is {next}");
    public static readonly RefusalCode OtherRegion = new(
        "policy.other_region", Conflict, "{name} 是 {region} 的制度；用于 {value} 请另起名称",
        "{name} is a policy of {region}; give the one for {value} a name of its own");
    public static readonly RefusalCode NotAfter = new(
        "policy.not_after", Conflict, "新版本的生效日期 {value} 应晚于 {previous} 的生效日期 {from}",
        "The new version begins {value}; it must begin after {previous}, which begins {from}");
    public static readonly RefusalCode Overlaps = new(
        "policy.overlaps", Conflict, "{region} 在 {from} 至 {to} 已有制度 {other}；一个行政区划同时只能有一个制度，请先停用它或调整日期",
        "{region} has the policy {other} from {from} to {to}; a jurisdiction has one policy at a time: withdraw it first or change the dates");
    public static readonly RefusalCode Ended = new("policy.ended", Conflict, "{version} 已于 {to} 到期", "{version} has ended on {to}");
    public static readonly RefusalCode LastDay = new(
        "policy.last_day", Unprocessable, "停用只能从今后起：最后适用日 {value} 应在 {earliest} 与 {latest} 之间",
        "A policy is withdrawn for days to come only: the last day {value} must lie between {earliest} and {latest}");
    public static readonly RefusalCode NothingGiven = new(
        "policy.nothing_given", Invalid, "请给出 document（制度文件）或 shipped（随产品提供的版本），二者给一个",
        "Give either document (a policy) or shipped (a version that comes with the product)");
#pragma warning restore CS1591
}
