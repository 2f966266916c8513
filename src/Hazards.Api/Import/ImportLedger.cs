using Hazards.Api.Administration.Jobs;
using Wolverine.Attributes;

namespace Hazards.Api.Import;

/// <summary>Asks for an import to be done, or gone on with; written with the event that begins it.</summary>
/// <param name="Import">Its stream.</param>
/// <param name="Jurisdiction">That of whoever imports, a region's code.</param>
[MessageIdentity("Hazards.Api.Import.ImportLedger")]
public sealed record ImportLedger(Guid Import, string Jurisdiction);

/// <summary>Takes <see cref="ImportLedger"/>.</summary>
public static class ImportLedgerHandler
{
    /// <summary>Imports.</summary>
    public static Task Handle(ImportLedger message, IJob<ImportLedger> job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.RunAsync(message, cancellationToken);
    }
}
