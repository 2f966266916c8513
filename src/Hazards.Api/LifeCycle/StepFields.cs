using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.LifeCycle;

/// <summary>
/// The fields of every command's form, made from the command's own members; here stands, once, what the members cannot say:
/// their names for people, which of them are long, and what to know when filling them in.
/// </summary>
internal static class StepFields
{
    private static readonly ConcurrentDictionary<Type, ImmutableArray<StepField>> Made = new();

    // By member; by command and member where a command means something of its own by it.
    private static readonly FrozenDictionary<string, (string Chinese, string English)> Names = new Dictionary<string, (string, string)>
    {
        ["level"] = ("隐患等级", "Level"),
        ["basis"] = ("判定依据", "Grading basis"),
        ["findings"] = ("检查情况", "Findings"),
        ["grade"] = ("本地分级", "Local grade"),
        ["reason"] = ("理由", "Reason"),
        ["withMerged"] = ("并入的也不是重大隐患", "What was merged into it is not major either"),
        ["correct.withMerged"] = ("并入的也在新的地区", "What was merged into it is in the new region too"),
        ["inOtherRegion"] = ("目标在另一地区", "The target is in another region"),
        ["reject.withMerged"] = ("并入的也不属实", "What was merged into it is unfounded too"),
        ["into"] = ("并入的隐患编号", "Merged into (identity)"),
        ["measures"] = ("措施", "Measures"),
        ["fixedBy"] = ("整改人", "Fixed by"),
        ["legs"] = ("责任方", "Legs"),
        ["leg"] = ("责任方", "Leg"),
        ["body"] = ("责任单位", "Responsible body"),
        ["deadline"] = ("整改期限", "Deadline"),
        ["instructions"] = ("整改要求", "Instructions"),
        ["supervisor"] = ("督办单位", "Supervisor"),
        ["responsiblePerson"] = ("整改责任人", "Person responsible"),
        ["deadlineAssumed"] = ("期限为制度默认值", "The deadline is the policy's default"),
        ["parts"] = ("方案内容", "The plan"),
        ["funds"] = ("落实资金（万元）", "Funds committed (10,000 yuan)"),
        ["keptElsewhere"] = ("方案存放处", "Where the plan is kept"),
        ["verdict"] = ("结论", "Verdict"),
        ["comments"] = ("意见", "Comments"),
        ["whole"] = ("全部停产停业", "The whole stops"),
        ["scope"] = ("停产停业范围", "What is stopped"),
        ["grounds"] = ("理由和依据", "Grounds"),
        ["percent"] = ("累计进度（%）", "Progress so far (%)"),
        ["note"] = ("进展说明", "Note"),
        ["spent"] = ("累计支出（万元）", "Spent so far (10,000 yuan)"),
        ["to"] = ("延至", "New deadline"),
        ["grant"] = ("批准延期", "Granted"),
        ["results"] = ("整改结果", "Results"),
        ["inspectors"] = ("复查人员", "Inspectors"),
        ["requirements"] = ("督办要求", "Requirements"),
        ["publishedIn"] = ("公布媒体", "Published in"),
        ["ground"] = ("摘牌原因", "Ground"),
        ["medium"] = ("媒体", "Medium"),
        ["on"] = ("日期", "Date"),
        ["with"] = ("备案单位", "Filed with"),
        ["message"] = ("催办内容", "Message"),
        ["replyBy"] = ("回复期限", "Reply by"),
        ["notice"] = ("回复的督办通知书文号", "The notice replied to (its number)"),
        ["visitors"] = ("督查人员", "Visitors"),
        ["interviewed"] = ("被约谈人", "Interviewed"),
        ["summary"] = ("约谈纪要", "Summary"),
        ["text"] = ("内容", "Text"),
        ["penalised"] = ("被处罚人", "Penalised"),
        ["measure"] = ("处罚内容", "Measure"),
        ["fine"] = ("罚款（万元）", "Fine (10,000 yuan)"),
        ["step"] = ("督办措施", "Step"),
        ["clock"] = ("超期的时限", "Missed duty"),
        ["due"] = ("到期日", "Due date"),
        ["paper"] = ("文书", "Paper"),
        ["remarks"] = ("销号说明", "Remarks"),
        ["unitClosed"] = ("单位已关闭取缔", "The unit was closed down"),
        ["result"] = ("回头看结论", "Result"),
        ["field"] = ("更正哪一项", "Which fact"),
        ["name"] = ("姓名", "Name"),
        ["phone"] = ("联系电话", "Phone"),
        ["idNumber"] = ("证件号码", "Identity number"),
        ["address"] = ("住址或单位", "Address"),
        ["other"] = ("其他联系方式", "Other contact"),
        ["statement"] = ("陈述", "Statement"),
        ["occurredAt"] = ("发生时间（补录时填写）", "When it happened (for a late entry)"),
        ["documentNumber"] = ("文号", "Document number"),
        ["attachments"] = ("照片和附件", "Photos and files"),
        ["list.level"] = ("挂牌层级", "Listing level"),
        ["list.deadline"] = ("挂牌整改期限", "To be rectified by"),
        ["name_supervisor.body"] = ("督办单位", "Supervisor"),
        ["reassign.body"] = ("改派给", "Reassigned to"),
        ["answer_notice.text"] = ("回复内容", "Reply"),
        ["escalate.to"] = ("提级至", "Escalated to"),
        ["refer.to"] = ("移送至", "Referred to"),
        ["correct.to"] = ("更正为", "Corrected to"),
        ["correct.legs"] = ("移交：更正后由谁办理", "Handed over: who answers from now on"),
        ["reinspect.deadline"] = ("不合格时的新期限", "New deadline when it fails"),
        ["visit.findings"] = ("督查情况", "Findings"),
        ["verify.findings"] = ("核实情况", "What the verification found"),
        ["look_back.findings"] = ("回头看情况", "Findings"),
        ["look_back.legs"] = ("反弹时重新交办", "When it recurred: who answers now"),
        ["reopen.legs"] = ("重新交办（可不填）", "Who answers now (optional)"),
        ["submit_plan.funds"] = ("落实资金（万元）", "Funds committed (10,000 yuan)"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (string Chinese, string English)> Hints = new Dictionary<string, (string, string)>
    {
        ["basis"] = ("重大隐患必须写明判定标准的条款", "For a major hazard: the clause of the standard that makes it major"),
        ["keptElsewhere"] = ("仅供一般隐患：方案已另行存档时填写，可不填上列各项", "General hazards only: when the plan is kept elsewhere"),
        ["review_plan.comments"] = ("不通过时必填", "Required when it fails"),
        ["decide_extension.comments"] = ("不批准时必填", "Required when it is refused"),
        ["decide_extension.to"] = ("不改则按申请的日期", "The date asked for, unless another"),
        ["reinspect.deadline"] = ("合格时不填；不合格而不填的，原期限不变", "Empty when it passes; when it fails and this is empty, the deadline stays"),
        ["correct.to"] = ("留空则删去该项（标题、描述等不能为空）", "Empty takes an optional fact away"),
        ["correct.legs"] = ("更正区划后，原责任单位或督办单位看不到该隐患的责任方必填；其余不填",
            "For legs whose body or supervisor cannot see the hazard in its new region; for no others"),
        ["supervisor"] = ("双重督办的，两方督办单位不得相同", "Of a double supervision, never the other leg's"),
        ["reassign.supervisor"] = ("不填则不变", "The present one when left out"),
        ["occurredAt"] = ("现在办理的不用填；补录以前的事项时填写当时的时间，会标明“补录”",
            "Leave it out for what is done now; an earlier time is shown as a late entry"),
        ["attachments"] = ("每张不超过 50 MB；照片自带的时间、地点会显示在照片旁", "50 MB each; the time and place in a photo are shown beside it"),
        ["statement"] = ("身份和陈述均加密保存", "Kept sealed, like the identity"),
        ["leg"] = ("不选则对全部责任方", "All legs when none is chosen"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Long = FrozenSet.ToFrozenSet(
    [
        "basis", "findings", "reason", "measures", "instructions", "comments", "scope", "grounds", "note", "results", "requirements",
        "message", "summary", "text", "measure", "remarks", "statement", "correct.to",
    ], StringComparer.Ordinal);

    /// <summary>The fields of a command, without what depends on the hazard.</summary>
    public static ImmutableArray<StepField> Of(StepEntry entry) => Made.GetOrAdd(entry.Command, _ =>
        [.. Of(entry.Command, entry.Rule.Name).Where(f => !(entry.OnLeg && f.Name == "leg")), .. Of(typeof(ActFields), entry.Rule.Name)
            .Where(f => f.Name != "actor").OrderBy(f => f.Kind)]);

    /// <summary>Whether a command names bodies.</summary>
    public static bool NamesBodies(Type? command) =>
        command is not null && RequestJson.MembersOf(command).Any(m => Plain(m) == typeof(BodyId)
            || m.PropertyType == typeof(ImmutableArray<LegOrder>));

    /// <summary>The name of a member for people; null where none is known.</summary>
    public static FieldLabel? NameOf(string command, string member) => Find(Names, command, member);

    private static IEnumerable<StepField> Of(Type type, string command) =>
        RequestJson.MembersOf(type).Where(m => m.Name != "deadlineAssumed").Select(m => Of(m, command));

    private static StepField Of(JsonPropertyInfo member, string command)
    {
        var (kind, type) = (KindOf(member, command), Plain(member));
        return new StepField(
            member.Name, kind, RequestJson.IsRequired(member),
            NameOf(command, member.Name) ?? new FieldLabel(member.Name, member.Name), Find(Hints, command, member.Name),
            type.IsEnum ? CodesOf(type) : kind == StepFieldKind.Parts ? CodeList.Of<PlanPart>() : null)
        {
            Fields = kind == StepFieldKind.Legs ? [.. Of(typeof(LegOrder), command)] : null,
        };
    }

    private static StepFieldKind KindOf(JsonPropertyInfo member, string command) => Plain(member) switch
    {
        { IsEnum: true } => StepFieldKind.Code,
        var t when t == typeof(DateOnly) => StepFieldKind.Date,
        var t when t == typeof(DateTimeOffset) => StepFieldKind.Instant,
        var t when t == typeof(decimal) => StepFieldKind.Money,
        var t when t == typeof(int) => StepFieldKind.Whole,
        var t when t == typeof(bool) => StepFieldKind.Flag,
        var t when t == typeof(BodyId) => StepFieldKind.Body,
        var t when t == typeof(HazardId) => StepFieldKind.Hazard,
        var t when t == typeof(ImmutableArray<LegOrder>) => StepFieldKind.Legs,
        var t when t == typeof(ImmutableArray<Attachment>) => StepFieldKind.Files,
        var t when t == typeof(ImmutableSortedDictionary<PlanPart, string>) => StepFieldKind.Parts,
        var t when t == typeof(string) || t == typeof(DocumentNumber) => Long.Contains(member.Name)
            || Long.Contains($"{command}.{member.Name}") ? StepFieldKind.Paragraph : StepFieldKind.Text,
        var t => throw new InvalidOperationException($"A form has no field for {t.Name} ({command}.{member.Name})."),
    };

    private static Type Plain(JsonPropertyInfo member) => Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;

    private static FieldLabel? Find(FrozenDictionary<string, (string Chinese, string English)> texts, string command, string member) =>
        texts.TryGetValue($"{command}.{member}", out var own) || texts.TryGetValue(member, out own)
            ? new FieldLabel(own.Chinese, own.English) : null;

    private static ImmutableArray<CodeEntry> CodesOf(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (f.Name, Label: f.GetCustomAttribute<LabelAttribute>()!))
            .Select(f => new CodeEntry(JsonNamingPolicy.CamelCase.ConvertName(f.Name), f.Label.Chinese, f.Label.English))];
}
