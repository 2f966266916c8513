using Hazards.Domain;

namespace Hazards.Api.Figures;

/// <summary>Looks now and then whether a report has become overdue. Every node may: a report's stream takes the event once.</summary>
internal sealed partial class ReportClock(ReportDuties duties, ServiceOptions options, ILogger<ReportClock> logger) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.RingEvery is not { } every)
            return;
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await NoticeAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task NoticeAsync(CancellationToken stop)
    {
        try
        {
            if (await duties.NoticeMissedAsync(stop) is > 0 and var noticed)
                LogNoticed(noticed);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogFailed(e.GetType().Name, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "reports: {Count} became overdue")]
    private partial void LogNoticed(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "reports: the look for overdue ones was given up: {Error}: {Why}")]
    private partial void LogFailed(string error, string why);
}
