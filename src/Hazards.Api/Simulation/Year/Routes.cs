using System.Collections;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Domain;

namespace Hazards.Api.Simulation.Year;

/// <summary>A command as the REST API takes it.</summary>
internal static class Routes
{
    // Where each command is posted, under /hazards/{id}; those on a leg under its legs/{leg}.
    private static readonly FrozenDictionary<Type, string> Nouns = new Dictionary<Type, string>
    {
        [typeof(VerifyHazard)] = "verification",
        [typeof(RejectHazard)] = "rejection",
        [typeof(FixOnTheSpot)] = "on-the-spot-fix",
        [typeof(AssignHazard)] = "assignments",
        [typeof(AcknowledgeAssignment)] = "legs/{leg}/acknowledgement",
        [typeof(SubmitPlan)] = "legs/{leg}/plans",
        [typeof(ReviewPlan)] = "legs/{leg}/plan-reviews",
        [typeof(ReportProgress)] = "legs/{leg}/progress",
        [typeof(RequestExtension)] = "legs/{leg}/extension-requests",
        [typeof(DecideExtension)] = "legs/{leg}/extension-decisions",
        [typeof(DeclareCompletion)] = "legs/{leg}/completion",
        [typeof(Reinspect)] = "legs/{leg}/reinspections",
        [typeof(ListHazard)] = "listing",
        [typeof(PublishListing)] = "listing-publication",
        [typeof(FileListing)] = "listing-filing",
        [typeof(DelistHazard)] = "delisting",
        [typeof(PublishDelisting)] = "delisting-publication",
        [typeof(Urge)] = "urgings",
        [typeof(IssueNotice)] = "notices",
        [typeof(HoldInterview)] = "interviews",
        [typeof(CloseHazard)] = "closure",
        [typeof(LookBack)] = "lookbacks",
        [typeof(AddComment)] = "comments",
    }.ToFrozenDictionary();

    /// <summary>The path and the body of a command on a hazard.</summary>
    public static (string Path, JsonObject Body) Of(HazardId hazard, IHazardCommand command)
    {
        var (noun, body) = (Nouns[command.GetType()], BodyOf(command));
        if (!noun.Contains("{leg}", StringComparison.Ordinal))
            return ($"hazards/{hazard}/{noun}", body);
        var leg = body["leg"]!.GetValue<string>();
        body.Remove("leg");
        return ($"hazards/{hazard}/{noun.Replace("{leg}", leg, StringComparison.Ordinal)}", body);
    }

    /// <summary>The members that a request may give, as the API reads them; what is left out is left out.</summary>
    public static JsonObject BodyOf(object command)
    {
        var body = new JsonObject();
        foreach (var member in RequestJson.MembersOf(command.GetType()))
            if (member.Get?.Invoke(command) is { } value && !IsDefaultArray(value))
                body[member.Name] = JsonSerializer.SerializeToNode(value, value.GetType(), DomainJson.Options);
        return body;
    }

    private static bool IsDefaultArray(object value) =>
        value.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
        && ((IStructuralEquatable)value).Equals(Activator.CreateInstance(type), StructuralComparisons.StructuralEqualityComparer);
}
