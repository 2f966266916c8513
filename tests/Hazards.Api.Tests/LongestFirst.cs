using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Hazards.Api.Tests.LongestFirst", "Hazards.Api.Tests")]

namespace Hazards.Api.Tests;

/// <summary>Classes that take long begin first, so that none of them is left running alone at the end; the others in any order.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <summary>Those of more than half a minute on a busy machine of two cores.</summary>
    private static readonly Type[] Long =
    [
        typeof(JobCrashTests), typeof(VisibilityTests), typeof(TelemetryTests), typeof(OlderDatabaseTests), typeof(TamperingTests),
        typeof(CrashTests), typeof(IdentityTests), typeof(GeneratedClientTests), typeof(ClockTests), typeof(RaceTests),
        typeof(SilenceTests), typeof(ToldTests), typeof(RoleTests),
    ];

    /// <inheritdoc />
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(RankOf);

    // A class without a collection of its own is one, and its name ends the collection's.
    private static int RankOf(ITestCollection collection) =>
        Array.FindIndex(Long, type => collection.DisplayName.EndsWith($" {type.FullName}", StringComparison.Ordinal)) is >= 0 and var at
            ? at : Long.Length;
}
