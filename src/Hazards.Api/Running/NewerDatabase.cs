using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Running;

/// <summary>
/// During a rolling upgrade a newer node migrates the database under this one. What this program then reads and writes may
/// be wrong in ways it cannot see, and what it would answer as the caller's mistake may be its own: it serves nobody any
/// more and appends nothing, until it is replaced. Looks every few seconds and whenever a request failed, never for each request.
/// </summary>
[LogCategory("Hazards.Api.NewerDatabase")]
internal sealed partial class NewerDatabase(NpgsqlDataSource dataSource, MartenEventLog log, ILogger<NewerDatabase> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim one = new(1);
    private string? migration;

    /// <summary>A migration that this program does not know; null as long as there is none.</summary>
    public string? Migration => Volatile.Read(ref migration);

    /// <summary>Whether this node is older than the database.</summary>
    public bool Exists => Migration is not null;

    /// <summary>Whatever was asked is refused, an address that is not known here too: the newer nodes may know it.</summary>
    public Task RefuseAsync(HttpContext http, RequestDelegate next) =>
        Exists && http.Request.Path.StartsWithSegments(Links.Root, StringComparison.Ordinal)
            ? new Problem(RequestRefusals.Outdated.Because()).ExecuteAsync(http)
            : next(http);

    /// <summary>The migrations that the database has had.</summary>
    public async Task<IReadOnlySet<string>> ReadAsync(CancellationToken cancellationToken)
    {
        // One at a time: what was read earlier must not be said later.
        await one.WaitAsync(cancellationToken);
        try
        {
            var applied = await KnownMigrations.ReadAsync(dataSource, cancellationToken);
            var newer = KnownMigrations.NewerIn(applied);
            log.Closed = newer is null ? null : $"The database has had migration {newer}, which this program does not know.";
            if (Interlocked.Exchange(ref migration, newer) != newer)
                Log(newer);
            return applied;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Looks now. A database that does not answer leaves what was known.</summary>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await ReadAsync(patience.Token);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Whoever asks the database for something hears of it.
        }

        return Exists;
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request is taken.
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await LookAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        one.Dispose();
    }

    private void Log(string? newer)
    {
        if (newer is not null)
            LogNewer(newer);
        else
            LogKnown();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the database has had migration {Migration}, which this program does not know: it serves nobody until it is replaced by a newer one")]
    private partial void LogNewer(string migration);

    [LoggerMessage(Level = LogLevel.Information, Message = "every migration of the database is known to this program again")]
    private partial void LogKnown();
}
