using System.Globalization;
using Hazards.Api.Cli;
using Npgsql;
using Spectre.Console;

namespace Hazards.Api.Simulation.Demo;

/// <summary>
/// Makes the demonstration for <c>run</c>, before the service is there. In a private cluster it is made in a database
/// beside the service's, which takes the empty one's place when it is whole: whatever happens meanwhile, the next start finds
/// an empty database and begins again. In a database that somebody named nothing is ever taken away.
/// </summary>
internal static class DemoStart
{
    private const string Aside = "hazards_demo";
    private const string Mark = "demo-unfinished";

    public static Task RunAsync(OwnedDatabase database, string data, CancellationToken cancellationToken) =>
        database.Cluster is null ? InPlaceAsync(database, data, cancellationToken) : AsideAsync(database, cancellationToken);

    private static async Task AsideAsync(OwnedDatabase database, CancellationToken cancellationToken)
    {
        if (!await IsEmptyAsync(database.Logins.OfTheOwner, cancellationToken))
            return;
        var name = new NpgsqlConnectionStringBuilder(database.Logins.OfTheOwner).Database!;
        await using var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(On(database.Logins.OfTheOwner,
            "postgres")) { Pooling = false }.ConnectionString);
        // One that was not finished.
        await ExecuteAsync(server, $"drop database if exists {Aside} with (force)", cancellationToken);
        await ExecuteAsync(server, $"create database {Aside} template template0 encoding 'UTF8' locale 'C.UTF-8'", cancellationToken);
        var logins = database.Logins with { Service = On(database.Logins.Service, Aside), Owner = On(database.Logins.OfTheOwner, Aside) };
        await Database.PrepareAsync(logins, cancellationToken);
        await FillAsync(logins.Service, database.Keys, cancellationToken);
        // Not by force: an empty database that somebody works in by now is not ours to take.
        await ExecuteAsync(server, $"drop database {name}", cancellationToken);
        await ExecuteAsync(server, $"alter database {Aside} rename to {name}", cancellationToken);
    }

    private static async Task InPlaceAsync(OwnedDatabase database, string data, CancellationToken cancellationToken)
    {
        var at = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var (mark, which) = (Path.Combine(data, Mark), $"{at.Host}:{at.Port}/{at.Database}");
        await database.PrepareAsync(cancellationToken);
        if (!await IsEmptyAsync(database.ConnectionString, cancellationToken))
        {
            if (File.Exists(mark) && await File.ReadAllTextAsync(mark, cancellationToken) == which)
                await Console.Error.WriteLineAsync($"""
                    演示数据上次未生成完：{which} 中只有一部分，服务照常启动。要完整的演示数据，请换一个空数据库。
                    The demonstration was cut off: {which} holds a part of it; the service runs all the same. For a whole one,
                        give an empty database.
                    """);
            return;
        }
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(mark, which, cancellationToken);
        await FillAsync(database.ConnectionString, database.Keys, cancellationToken);
        File.Delete(mark);
    }

    private static async Task FillAsync(string connectionString, string keys, CancellationToken cancellationToken)
    {
        var (plan, began) = (Demo.PlanOf(TimeProvider.System.GetUtcNow()), System.Diagnostics.Stopwatch.StartNew());
        await using var maker = await DemoMaker.OnAsync(connectionString, keys, plan, cancellationToken);
        var outcome = await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask("正在生成演示数据 making the demonstration", maxValue: plan.Days);
            return await maker.RunAsync(new Into(task, plan), cancellationToken);
        });
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"演示数据 demonstration: {outcome.Hazards:N0} 隐患 hazards · {plan.Days} 天 days · {outcome.Events:N0} 事件 events · {began.Elapsed.TotalSeconds:F1} s（run --no-demo：不生成 none）"));
    }

    private static async Task<bool> IsEmptyAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await using var made = source.CreateCommand("select to_regclass('log.mt_events') is not null");
        if (!(bool)(await made.ExecuteScalarAsync(cancellationToken))!)
            return true;
        await using var any = source.CreateCommand("select exists (select from log.mt_events)");
        return !(bool)(await any.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string On(string connectionString, string database) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;

    private static async Task ExecuteAsync(NpgsqlDataSource server, string sql, CancellationToken cancellationToken)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed class Into(ProgressTask task, DemoPlan plan) : IProgress<DemoProgress>
    {
        public void Report(DemoProgress value) => task.Value = value.Day.DayNumber - plan.First.DayNumber + 1;
    }
}
