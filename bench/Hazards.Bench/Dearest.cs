using System.Globalization;
using Npgsql;

namespace Hazards.Bench;

/// <summary>Which statements a command spends PostgreSQL's time on, by PostgreSQL's own account.</summary>
internal static class Dearest
{
    /// <summary>What the server must be started with.</summary>
    public static readonly (string Name, string Value)[] Settings =
        [("shared_preload_libraries", "pg_stat_statements"), ("pg_stat_statements.track", "all"), ("pg_stat_statements.track_planning", "on")];

    public static Task PrepareAsync(NpgsqlDataSource source, CancellationToken stop) =>
        RunAsync(source, "create extension if not exists pg_stat_statements", stop);

    public static Task ForgetAsync(NpgsqlDataSource source, CancellationToken stop) =>
        RunAsync(source, "select pg_stat_statements_reset()", stop);

    /// <summary>
    /// Says the dearest, the time of each divided by the commands; statements within functions count twice, there and in the
    /// function.
    /// </summary>
    public static async Task SayAsync(NpgsqlDataSource source, int count, long commands, CancellationToken stop)
    {
        await using var command = source.CreateCommand("""
            select calls, total_exec_time, total_plan_time, plans, shared_blks_hit, wal_bytes::bigint, toplevel, regexp_replace(query, '\s+', ' ', 'g')
            from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
            order by total_exec_time + total_plan_time desc limit $1
            """);
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var query = reader.GetString(7);
            Console.Error.WriteLine(
                $"    {Each(1) * 1000,6:F0} µs, {Each(2) * 1000,4:F0} µs for {Each(3):F2} plans, {Each(0),4:F2} calls, {Each(4),4:F0} pages, {Each(5),5:F0} B of WAL "
                + $"{(reader.GetBoolean(6) ? " " : "·")} {query}");
        }

        double Each(int column) => Convert.ToDouble(reader.GetValue(column), CultureInfo.InvariantCulture) / commands;
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql, CancellationToken stop)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }
}
