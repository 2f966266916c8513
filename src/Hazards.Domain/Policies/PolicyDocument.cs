using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// A policy as it is written down: who is bound from when on, on which papers it rests, and the rules in which it differs
/// from the policy it rests on. Names and shapes of the rules are those of <see cref="Policy"/>.
/// </summary>
/// <param name="Version">Name and number.</param>
/// <param name="Title">Its title, Chinese.</param>
/// <param name="Jurisdiction">For hazards in this region.</param>
/// <param name="EffectiveFrom">The first day it applies.</param>
/// <param name="Sources">The papers it rests on, with clause.</param>
/// <param name="EffectiveTo">The last day it applies; until superseded when left out.</param>
/// <param name="Base">The policy that says what this one does not; without one it must say everything.</param>
public sealed record PolicyDocument(
    PolicyVersion Version, string Title, RegionCode Jurisdiction, DateOnly EffectiveFrom, ImmutableArray<PolicySource> Sources,
    DateOnly? EffectiveTo = null, PolicyVersion? Base = null)
{
#pragma warning disable CS1591 // as in Policy, each
    public int? PromptEntryHours { get; init; }
    public int? DueSoonDays { get; init; }
    public ImmutableArray<ClockRule>? Clocks { get; init; }
    public ImmutableArray<PlanRule>? PlanParts { get; init; }
    public ImmutableArray<Level>? PlanRequired { get; init; }
    public ImmutableArray<Level>? OnTheSpotLevels { get; init; }
    public ImmutableArray<ListingRule>? Listing { get; init; }
    public ImmutableArray<GradeRule>? Grades { get; init; }
    public ImmutableArray<AssignmentRule>? Assignment { get; init; }
    public ImmutableArray<SupervisionRule>? Supervision { get; init; }
    public PublicationRule? Publication { get; init; }
    public ExtensionRule? Extension { get; init; }
    public StopRule? Stop { get; init; }
    public ImmutableArray<Level>? Lookback { get; init; }
    public ImmutableArray<LookbackRule>? Lookbacks { get; init; }
    public ImmutableArray<AcceptanceRule>? Acceptance { get; init; }
    public ImmutableArray<LadderStep>? Ladder { get; init; }
    public ImmutableArray<QuotaRule>? Quotas { get; init; }
    public ImmutableArray<ReportRule>? Reports { get; init; }
    public ImmutableArray<RankingRule>? Rankings { get; init; }
    public ImmutableArray<SpecialPeriodRule>? SpecialPeriods { get; init; }
    public ImmutableArray<PaperRule>? Papers { get; init; }
    public PrivacyRule? Privacy { get; init; }
    public LateEntryRule? LateEntry { get; init; }
    public ImmutableArray<TogetherRule>? RolesTogether { get; init; }
    public ImmutableArray<WarningRule>? Warnings { get; init; }
#pragma warning restore CS1591

    /// <summary>The sections a policy without a base must have.</summary>
    internal static readonly ImmutableArray<string> Indispensable =
        ["promptEntryHours", "clocks", "planParts", "planRequired", "listing", "extension", "lookback", "dueSoonDays", "ladder", "onTheSpotLevels"];

    /// <summary>
    /// The whole policy: what this document says, and for the rest what its base says. Clocks are put in place one by one
    /// (a rule for all levels replaces every rule of its duty, one for a level that level's), plan parts and who may list by
    /// level, warnings by duty (one for all duties replaces all of them); every other section replaces the base's as a whole.
    /// </summary>
    /// <param name="under">The base; null when it has none.</param>
    /// <exception cref="InvalidOperationException">An indispensable section is neither here nor in the base.</exception>
    public Policy On(Policy? under) => new(
        Version.Value, Title, [.. Sources, .. (under?.Sources ?? []).Where(s => !Sources.Contains(s))],
        PromptEntryHours ?? Of(under).PromptEntryHours,
        [.. Clocks ?? [], .. (under?.Clocks ?? []).Where(b => !(Clocks ?? []).Any(c => c.Kind == b.Kind && (c.Level is null || c.Level == b.Level)))],
        [.. PlanParts ?? [], .. (under?.PlanParts ?? []).Where(b => !(PlanParts ?? []).Any(p => p.Level == b.Level))],
        PlanRequired ?? Of(under).PlanRequired,
        [.. Listing ?? [], .. (under?.Listing ?? []).Where(b => !(Listing ?? []).Any(l => l.Level == b.Level))],
        Extension ?? Of(under).Extension,
        Lookback ?? Of(under).Lookback,
        DueSoonDays ?? Of(under).DueSoonDays,
        Ladder ?? Of(under).Ladder,
        OnTheSpotLevels ?? Of(under).OnTheSpotLevels)
    {
        Grades = Grades ?? under?.Grades ?? [],
        Assignment = Assignment ?? under?.Assignment ?? [],
        Supervision = Supervision ?? under?.Supervision ?? [],
        Publication = Publication ?? under?.Publication,
        Stop = Stop ?? under?.Stop,
        Lookbacks = Lookbacks ?? under?.Lookbacks ?? [],
        Acceptance = Acceptance ?? under?.Acceptance ?? [],
        Quotas = Quotas ?? under?.Quotas ?? [],
        Reports = Reports ?? under?.Reports ?? [],
        Rankings = Rankings ?? under?.Rankings ?? [],
        SpecialPeriods = SpecialPeriods ?? under?.SpecialPeriods ?? [],
        Papers = Papers ?? under?.Papers ?? [],
        Privacy = Privacy ?? under?.Privacy ?? PrivacyRule.ProductDefault,
        LateEntry = LateEntry ?? under?.LateEntry,
        RolesTogether = RolesTogether ?? under?.RolesTogether ?? [],
        Warnings = [
            .. Warnings ?? [], .. (under?.Warnings ?? []).Where(b => !(Warnings ?? []).Any(w => w.Clock is null || w.Clock == b.Clock))],
    };

    private Policy Of(Policy? under) =>
        under ?? throw new InvalidOperationException($"{Version} has no base and leaves out what a policy must say");

    /// <summary>Reads a document that was checked before; members that a newer program wrote are skipped.</summary>
    public static PolicyDocument Read(string json) =>
        JsonSerializer.Deserialize<PolicyDocument>(json, DomainJson.Options) ?? throw new JsonException("the policy is null");
}

/// <summary>The text of a document as it was checked and is kept for ever, without its line breaks and indents.</summary>
/// <param name="Version">The version it says it is.</param>
/// <param name="Digest">SHA-256 of its UTF-8 text.</param>
/// <param name="Json">The text.</param>
public sealed record PolicyText(PolicyVersion Version, Sha256Digest Digest, string Json)
{
    /// <summary>The text of a version.</summary>
    public static PolicyText Of(PolicyVersion version, string json) => new(version, Sha256Digest.Of(Encoding.UTF8.GetBytes(json)), json);
}

/// <summary>The documents that come with the product. A version never changes once it was released.</summary>
public static class ShippedPolicies
{
    private const string Folder = "Hazards.Domain.Policies.";

    /// <summary>All of them, by name.</summary>
    public static ImmutableArray<PolicyText> All { get; } = Load();

    /// <summary>The text of a version; null when it does not ship.</summary>
    public static PolicyText? Find(PolicyVersion version) => All.FirstOrDefault(t => t.Version == version);

    private static ImmutableArray<PolicyText> Load() =>
    [
        .. typeof(ShippedPolicies).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Folder, StringComparison.Ordinal) && n.EndsWith(".json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(Text),
    ];

    private static PolicyText Text(string resource)
    {
        using var stream = typeof(ShippedPolicies).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var json = reader.ReadToEnd();
        return PolicyText.Of(PolicyDocument.Read(json).Version, json);
    }
}
