using Hazards.Domain;

namespace Hazards.Api.Simulation.Demo;

/// <summary>What to show.</summary>
/// <param name="Hazards">How many hazards are found.</param>
/// <param name="Days">Over how many days, the last of them today.</param>
/// <param name="Until">Now: nothing is recorded later.</param>
/// <param name="Seed">The same seed gives the same lives.</param>
internal sealed record DemoPlan(int Hazards, int Days, DateTimeOffset Until, int Seed = 1)
{
    /// <summary>The first day on which hazards are found, under the policy adopted the day before.</summary>
    public DateOnly First => ChinaTime.DateAt(Until).AddDays(1 - Days);

    public DateOnly Last => ChinaTime.DateAt(Until);

    /// <summary>When bodies are registered and the policy is adopted: it is for days to come.</summary>
    public DateTimeOffset Eve => ChinaTime.StartOf(First).AddHours(-15);
}

/// <summary>How far it is.</summary>
internal readonly record struct DemoProgress(DateOnly Day, int Hazards);

/// <summary>What was made.</summary>
/// <param name="Hazards">Hazards found, without the imported ones.</param>
/// <param name="Rows">Rows of the ledger that was imported.</param>
/// <param name="Visits">户次.</param>
/// <param name="Rung">Events of the clock.</param>
/// <param name="Opened">Messages opened.</param>
/// <param name="Events">Events in the log.</param>
/// <param name="Refusals">Commands refused, by code; a demonstration has none.</param>
internal sealed record DemoOutcome(int Hazards, int Rows, int Visits, int Rung, int Opened, long Events, IReadOnlyDictionary<string,
    int> Refusals);
