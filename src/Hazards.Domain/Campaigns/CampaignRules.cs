using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>The table of who may do what with campaigns and inspections. Documentation and OpenAPI are made from it.</summary>
public static class CampaignRules
{
#pragma warning disable CS1591 // each line says what it is
    public static readonly CommandRule Open = Rule(
        "open_campaign", "部署专项行动", "Open a campaign", Relation.OrganiserAbove, Role.Coordinator, Role.Supervisor);
    public static readonly CommandRule Change = Rule(
        "change_campaign", "调整专项行动", "Change a campaign", Relation.Organiser, Role.Coordinator, Role.Supervisor);
    public static readonly CommandRule End = Rule(
        "end_campaign", "结束专项行动", "End a campaign", Relation.Organiser, Role.Coordinator, Role.Supervisor);
    public static readonly CommandRule Inspect = Rule(
        "make_inspection", "登记检查", "Enter an inspection", Relation.VisitedRegion, Role.Inspector, Role.Enforcer, Role.Coordinator,
        Role.Supervisor, Role.Reporter) with { WhenSealed = WhenSealed.InPart };
    // 封存: who inspected an enterprise, when, and what was found is part of its sealed records.
    public static readonly CommandRule CorrectInspection = Rule(
        "correct_inspection", "更正检查", "Correct an inspection", Relation.Visitor, Role.Inspector, Role.Enforcer, Role.Coordinator,
        Role.Supervisor, Role.Reporter) with { WhenSealed = WhenSealed.Frozen };
    public static readonly CommandRule VoidInspection = Rule(
        "void_inspection", "作废检查", "Void an inspection entered in error", Relation.Visitor, Role.Inspector, Role.Enforcer,
        Role.Coordinator, Role.Supervisor, Role.Reporter) with { WhenSealed = WhenSealed.Frozen };
#pragma warning restore CS1591

    /// <summary>Every line.</summary>
    public static ImmutableArray<CommandRule> All { get; } = [Open, Change, End, Inspect, CorrectInspection, VoidInspection];

    private static CommandRule Rule(string name, string chinese, string english, Relation relation, params ImmutableArray<Role> roles) =>
        new(name, chinese, english, roles, relation, [], []);
}
