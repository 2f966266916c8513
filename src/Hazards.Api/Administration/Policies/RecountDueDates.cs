using Hazards.Api.Administration.Jobs;
using Wolverine.Attributes;

namespace Hazards.Api.Administration.Policies;

/// <summary>Asks for due dates to be counted anew: the calendar has changed.</summary>
/// <param name="Edition">The edition that is to be counted by at least.</param>
[MessageIdentity("Hazards.Api.RecountDueDates")]
public sealed record RecountDueDates(int Edition);

/// <summary>Takes <see cref="RecountDueDates"/>.</summary>
public static class RecountDueDatesHandler
{
    /// <summary>Counts anew.</summary>
    public static Task Handle(RecountDueDates message, IJob<RecountDueDates> job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.RunAsync(message, cancellationToken);
    }
}
