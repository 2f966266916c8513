using Hazards.Projections.Store;

namespace Hazards.Api.Evidence;

/// <summary>
/// Makes packages in the background, one after the other. Every node does; a package belongs to whoever holds its lock, and
/// a maker that dies leaves what it has gathered to the next.
/// </summary>
internal sealed partial class EvidenceWorker(PackageShelf shelf, PackageMaker maker, EvidenceBell bell, ServiceOptions options, ILogger<EvidenceWorker> logger) : BackgroundService
{
    private const int MostTries = 5;

    /// <summary>Makes all that are waiting and that no other node is making.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        foreach (var package in await shelf.UnfinishedAsync(cancellationToken))
            await TryAsync(package, cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.EvidenceEvery is not { } every)
            return;
        try
        {
            while (true)
            {
                try
                {
                    await PassAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogTrouble(e.GetType().Name, e.Message);
                }

                await bell.WaitAsync(every, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops; whoever starts next goes on.
        }
    }

    private async Task TryAsync(ShelvedPackage package, CancellationToken cancellationToken)
    {
        try
        {
            if (await maker.MakeAsync(package.Id, null, cancellationToken))
                LogMade(package.Id, package.Request.Hazards.Length);
        }
        catch (NotNowException e)
        {
            LogWaiting(package.Id, e.Message);
            await shelf.TroubleAsync(package.Id, e.Message, isTry: false, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !Door.IsTheDatabases(e) && e is not LogUnavailableException)
        {
            LogFailed(package.Id, e);
            await shelf.TroubleAsync(package.Id, $"{e.GetType().Name}: {e.Message}", isTry: true, cancellationToken);
            if (package.Tries + 1 >= MostTries)
                await maker.GiveUpAsync(package.Id, $"多次尝试均未成功 · it failed again and again: {e.Message}", cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "evidence: package {Package} of {Hazards} hazards ended")]
    private partial void LogMade(Guid package, int hazards);

    [LoggerMessage(Level = LogLevel.Warning, Message = "evidence: package {Package} waits: {Why}")]
    private partial void LogWaiting(Guid package, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "evidence: package {Package} failed and is tried again")]
    private partial void LogFailed(Guid package, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "evidence: a pass was given up: {Error}: {Why}")]
    private partial void LogTrouble(string error, string why);
}
