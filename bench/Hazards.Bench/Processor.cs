using System.Globalization;
using Npgsql;

namespace Hazards.Bench;

/// <summary>
/// Processor time rather than the clock, for a machine that others use as well: of this process, and of the backends that
/// serve its database (from /proc, so on Linux and on the server's own machine only).
/// </summary>
internal sealed class Processor(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    private NpgsqlConnection? watch;

    /// <summary>Microseconds spent so far by the client, and by each backend.</summary>
    public async Task<(double Client, Dictionary<int, double> Server)> ReadAsync(CancellationToken cancellationToken)
    {
        watch ??= await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'", watch);
        var server = new Dictionary<int, double>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            if (Spent(reader.GetInt32(0)) is { } spent)
                server[reader.GetInt32(0)] = spent;
        return (Environment.CpuUsage.TotalTime.TotalMicroseconds, server);
    }

    /// <summary>Microseconds between two readings, a command; a backend that came meanwhile counts whole.</summary>
    public static (double Client, double Server) Between(
        (double Client, Dictionary<int, double> Server) before, (double Client, Dictionary<int, double> Server) after, long commands) =>
        ((after.Client - before.Client) / commands, after.Server.Sum(b => b.Value - before.Server.GetValueOrDefault(b.Key)) / commands);

    /// <summary>What calls cost by the clock and in processor time.</summary>
    /// <remarks>The warm-up counts in processor time: a fifth as long as what is measured, and the same work.</remarks>
    public async Task<Cost> CostAsync(string name, int clients, TimeSpan time, Func<int, int, Task> call, CancellationToken stop)
    {
        var calls = 0L;
        var before = await ReadAsync(stop);
        var measured = await Measure.ForAsync(name, clients, time, (client, round) =>
        {
            Interlocked.Increment(ref calls);
            return call(client, round);
        }, stop);
        var (client, server) = Between(before, await ReadAsync(stop), calls);
        return new Cost(measured, client, server);
    }

    private static double? Spent(int pid)
    {
        try
        {
            // Nanoseconds on a processor, the first of three numbers.
            return double.Parse(File.ReadAllText($"/proc/{pid}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1000;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (watch is not null)
            await watch.DisposeAsync();
    }
}
