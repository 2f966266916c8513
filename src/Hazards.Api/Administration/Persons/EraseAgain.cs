using Hazards.Api.Administration.Jobs;
using Wolverine.Attributes;

namespace Hazards.Api.Administration.Persons;

/// <summary>Asks for the keys of erased persons to be destroyed again, should a backup have brought them back.</summary>
[MessageIdentity("Hazards.Api.Persons.EraseAgain")]
public sealed record EraseAgain;

/// <summary>Takes <see cref="EraseAgain"/>.</summary>
public static class EraseAgainHandler
{
    /// <summary>Destroys them.</summary>
    public static Task Handle(EraseAgain message, IJob<EraseAgain> job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.RunAsync(message, cancellationToken);
    }
}
