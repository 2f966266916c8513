using Hazards.Api.Administration.Jobs;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Administration.Policies;

/// <summary>
/// 期限重算 after a change of the calendar: finds the hazards counted through the days that changed, and records for each
/// what moved. May be stopped anywhere and run on every node: a hazard is recounted when the event is in its stream, and
/// whoever comes second finds nothing to do. A node that still counted by an older edition a moment ago is caught by the
/// next round.
/// </summary>
[LogCategory("Hazards.Api.Recounting")]
internal sealed class Recounting(RulebookSource rules, WorkingClocks clocks, HazardStore hazards, ServiceOptions options, ILogger<Recounting> logger) : IDisposable
{
    private const int PageLength = 200;

    // Looked at and found to stay as they are: not again until they or the calendar change.
    private readonly Dictionary<HazardId, long> unmoved = [];
    private readonly SemaphoreSlim turn = new(1);
    private int lookedAtBy;

    /// <summary>One round; returns how many hazards were recounted, an event each.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await RoundAsync(cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>As a change of the calendar asks for it, by that edition or a newer one.</summary>
    internal async Task RunAsync(RecountDueDates message, CancellationToken cancellationToken)
    {
        await rules.RefreshAsync(cancellationToken);
        if (rules.Current.Calendar.Edition < message.Edition)
            throw new NotNowException($"日历第 {message.Edition} 版尚未读到 · edition {message.Edition} of the calendar is not read yet");
        await RunAsync(cancellationToken);
    }

    public void Dispose() => turn.Dispose();

    private async Task<int> RoundAsync(CancellationToken cancellationToken)
    {
        var calendar = rules.Current.Calendar;
        if (calendar.Edition != lookedAtBy)
            unmoved.Clear();
        lookedAtBy = calendar.Edition;
        var count = 0;
        for (var edition = 0; edition < calendar.Edition; edition++)
            if (calendar.DifferenceFrom(calendar.At(edition)) is { } changed)
                count += await RunAsync(edition, changed.First, cancellationToken);
        if (count > 0)
            RulesLog.Recounted(logger, calendar.Edition, count);
        return count;
    }

    // A log that takes given times is a simulation's, and goes by the simulation's clock.
    private Terms Terms => new() { CausationId = "calendar", RecordedAt = options.Log.AllowGivenTimes ? options.Clock.GetUtcNow() : null };

    private async Task<int> RunAsync(int edition, DateOnly from, CancellationToken cancellationToken)
    {
        var count = 0;
        WorkingClock? last = null;
        do
        {
            var page = await clocks.FindAsync(edition, from, last, PageLength, cancellationToken);
            foreach (var found in page)
                if (unmoved.GetValueOrDefault(found.Hazard) != found.Version)
                    if (await hazards.RecountAsync(found.Hazard, Terms, cancellationToken) is Outcome<Hazard>.Done)
                        count++;
                    else
                        unmoved[found.Hazard] = found.Version;
            last = page.Length == PageLength ? page[^1] : null;
        }
        while (last is not null);
        return count;
    }
}
