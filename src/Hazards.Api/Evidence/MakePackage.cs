using Hazards.Api.Jobs;

namespace Hazards.Api.Evidence;

/// <summary>Asks for a package of evidence to be made; written with the event that requests it.</summary>
/// <param name="Package">The package.</param>
public sealed record MakePackage(Guid Package);

/// <summary>Takes <see cref="MakePackage"/>.</summary>
public static class MakePackageHandler
{
    /// <summary>Makes the package.</summary>
    public static Task Handle(MakePackage message, IJob<MakePackage> job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.RunAsync(message, cancellationToken);
    }
}

/// <summary>
/// Makes packages. A package belongs to whoever holds its lock; a maker that dies leaves what it has gathered to the next,
/// which takes its message over.
/// </summary>
internal sealed partial class PackageJob(PackageShelf shelf, PackageMaker maker, ILogger<PackageJob> logger) : IJob<MakePackage>
{
    /// <inheritdoc />
    public async Task RunAsync(MakePackage message, CancellationToken cancellationToken)
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
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !Door.IsTheDatabases(e) && e is not Projections.Store.LogUnavailableException)
        {
            LogFailed(id, e);
            await shelf.TroubleAsync(id, $"{e.GetType().Name}: {e.Message}", isTry: true, cancellationToken);
            throw;
        }
    }

    private sealed class AnotherIsAtItException(Guid package) : NotNowException($"另一节点正在制作 {package} · another node is making {package}");

    [LoggerMessage(Level = LogLevel.Information, Message = "evidence: package {Package} ended")]
    private partial void LogMade(Guid package);

    [LoggerMessage(Level = LogLevel.Warning, Message = "evidence: package {Package} waits: {Why}")]
    private partial void LogWaiting(Guid package, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "evidence: package {Package} failed and is tried again")]
    private partial void LogFailed(Guid package, Exception exception);
}
