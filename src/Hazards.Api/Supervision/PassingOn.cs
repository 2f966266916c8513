using System.Runtime.ExceptionServices;
using Hazards.Api.LifeCycle;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Supervision;

/// <summary>
/// 责任移交 after a change of a body: finds the hazards of which it owes what it cannot do any more, and passes that on. May be stopped
/// anywhere and run on every node: what was passed on stands in the hazard's stream, and whoever comes second finds nothing to do.
/// </summary>
[LogCategory("Hazards.Api.PassingOn")]
internal sealed partial class PassingOn(SuccessionQueries duties, HazardStore hazards, ServiceOptions options, ILogger<PassingOn> logger)
{
    private long bodiesAt = -1;

    /// <summary>One round; returns of how many hazards something was passed on. Nothing is looked for while no body has changed.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var now = await duties.BodiesAtAsync(cancellationToken);
        if (now == bodiesAt)
            return 0;
        var (count, left) = (0, 0);
        Exception? failed = null;
        foreach (var hazard in await duties.FindAsync(cancellationToken))
            try
            {
                if (await hazards.PassOnAsync(hazard, Terms, cancellationToken) is Outcome<Hazard>.Done)
                    count++;
                else
                    left++;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && !DatabaseTrouble.IsAway(e))
            {
                // The others do not wait for it; all are looked for again.
                failed ??= e;
            }
        if (count > 0)
            LogPassed(count, left);
        if (failed is not null)
            ExceptionDispatchInfo.Throw(failed);
        bodiesAt = now;
        return count;
    }

    // A log that takes given times is a simulation's, and goes by the simulation's clock.
    private Terms Terms => new()
    {
        CausationId = "succession", RecordedAt = options.Log.AllowGivenTimes ? options.Clock.GetUtcNow() : null,
    };

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "duties passed on of {Hazards} hazards; of {Left} there was nobody to take them, or nothing to do")]
    private partial void LogPassed(int hazards, int left);
}
