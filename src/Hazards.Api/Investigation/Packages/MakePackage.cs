using Hazards.Api.Administration.Jobs;
using Hazards.Projections.Store;
using Wolverine.Attributes;

namespace Hazards.Api.Investigation.Packages;

/// <summary>Asks for a package of evidence to be made; written with the event that requests it.</summary>
/// <param name="Package">The package.</param>
[MessageIdentity("Hazards.Api.Evidence.MakePackage")]
public sealed record MakePackage(Guid Package);

/// <summary>Takes <see cref="MakePackage"/>.</summary>
public static class MakePackageHandler
{
    /// <summary>Makes the package.</summary>
    public static Task Handle(MakePackage message, Wolverine.Envelope envelope, IPackageJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(envelope);
        return job.RunAsync(message, envelope.Attempts, cancellationToken);
    }
}

/// <summary>Makes packages.</summary>
public interface IPackageJob
{
    /// <summary>Makes a package, or goes on with it.</summary>
    /// <param name="message">Which.</param>
    /// <param name="attempt">Which try this is, from 1.</param>
    /// <param name="cancellationToken">Stops it; another goes on.</param>
    Task RunAsync(MakePackage message, int attempt, CancellationToken cancellationToken);
}

/// <summary>
/// Makes packages. A package belongs to whoever holds its lock; a maker that dies leaves what it has gathered to the next,
/// which takes its message over. With the last try the package ends as failed, which whoever asked for it sees; the message is
/// a dead letter then, and done again it still makes the package.
/// </summary>
[LogCategory("Hazards.Api.Evidence.PackageJob")]
internal sealed partial class PackageJob(PackageShelf shelf, PackageMaker maker, ServiceOptions options, ILogger<PackageJob> logger) : IPackageJob
{
    /// <inheritdoc />
    public async Task RunAsync(MakePackage message, int attempt, CancellationToken cancellationToken)
    {
        var id = message.Package;
        try
        {
            if (await maker.MakeAsync(id, null, cancellationToken))
                LogMade(id);
            else if (await shelf.FindAsync(id, cancellationToken) is { EndedAt: null })
                throw new AnotherIsAtItException(id);
        }
        catch (AnotherIsAtItException)
        {
            throw;
        }
        catch (NotNowException e)
        {
            LogWaiting(id, e.Message);
            await shelf.TroubleAsync(id, e.Message, isTry: false, cancellationToken);
            throw;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !DatabaseTrouble.IsAway(e))
        {
            LogFailed(id, attempt, e);
            await shelf.TroubleAsync(id, $"{e.GetType().Name}: {e.Message}", isTry: true, cancellationToken);
            // As Wolverine counts: the same try after which the message is a dead letter.
            if (attempt > options.JobRetries.Length)
                await maker.GiveUpAsync(
                    id,
                    $"多次尝试均未成功，可重新申请，或由系统管理员重新执行 · it failed again and again; ask again, or have an administrator do it again: {e.Message}",
                    cancellationToken);
            throw;
        }
    }

    private sealed class AnotherIsAtItException(Guid package) : NotNowException($"另一节点正在制作 {package} · another node is making {package}");

    [LoggerMessage(Level = LogLevel.Information, Message = "evidence: package {Package} ended")]
    private partial void LogMade(Guid package);

    [LoggerMessage(Level = LogLevel.Warning, Message = "evidence: package {Package} waits: {Why}")]
    private partial void LogWaiting(Guid package, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "evidence: package {Package} failed (try {Attempt})")]
    private partial void LogFailed(Guid package, int attempt, Exception exception);
}
