using Npgsql;

namespace Hazards.LocalPostgres;

/// <summary>Waits for a server that has just been started to accept its first connection.</summary>
internal static class Startup
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    // Processes of a server that was killed end by themselves, as a rule at once; until then a new one will not start.
    private const int MostAttemptsBesideOldProcesses = 15;

    /// <summary>Takes as long as recovery takes, while the server lives.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(
        NpgsqlConnectionStringBuilder target, Watchdog watchdog, ClusterFolder folder, long logStart,
        IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(target.ConnectionString) { Pooling = false, Timeout = 5 };
        var nextWord = DateTime.UtcNow.AddSeconds(3);
        for (var endings = 0; ;)
        {
            var connection = new NpgsqlConnection(unpooled.ConnectionString);
            try
            {
                await connection.OpenAsync(cancellationToken);
                return connection;
            }
            catch (PostgresException problem) when (problem.SqlState is not PostgresErrorCodes.CannotConnectNow)
            {
                await connection.DisposeAsync();
                throw Failed(folder, problem.MessageText, problem);
            }
            catch (NpgsqlException)
            {
                await connection.DisposeAsync(); // not listening yet, or recovering
            }

            if (watchdog.Endings.TryRead(out var code))
            {
                var said = folder.LogTail(logStart);
                // A process that was killed may hold either for a moment longer; one that lives was stopped before (Orphan).
                var besideOld = said.Contains("shared memory block", StringComparison.Ordinal)
                    || said.Contains("postmaster.pid", StringComparison.Ordinal);
                if (!besideOld || ++endings > MostAttemptsBesideOldProcesses) throw Failed(folder, $"exit code {code}\n{said}");
            }
            if (watchdog.Endings.Completion.IsCompleted) throw Failed(folder, $"{watchdog.Complaints}\n{folder.LogTail(logStart)}");
            if (DateTime.UtcNow > nextWord)
            {
                progress?.Report("等待数据库恢复… Waiting for the server to recover…");
                nextWord = nextWord.AddSeconds(10);
            }
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static LocalClusterException Failed(ClusterFolder folder, string said, Exception? inner = null) =>
        new(LocalClusterErrors.StartFailed,
            $"PostgreSQL 未能启动:{said}\n完整日志:{folder.Log}",
            $"PostgreSQL did not start (see above). Its log: {folder.Log}", inner);
}
