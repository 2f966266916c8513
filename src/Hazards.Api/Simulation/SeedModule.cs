using System.CommandLine;
using System.Globalization;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Cli;
using Hazards.Projections.Store;
using Spectre.Console;

namespace Hazards.Api.Simulation;

/// <summary><c>hazards seed</c>: fills an empty database with a simulated prefecture.</summary>
internal sealed class SeedModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        // Seeding needs a log that allows given times; a service never has one.
    }

    public void Map(IEndpointRouteBuilder api)
    {
        // Only by the command line.
    }

    public IEnumerable<Command> Commands()
    {
        var hazards = new Option<int>("--hazards") { Description = "隐患数 how many hazards", DefaultValueFactory = _ => 10_000 };
        var seed = new Option<int>("--seed") { Description = "随机种子 the seed: the same gives the same lives", DefaultValueFactory = _ => 1 };
        var days = new Option<int>("--days") { Description = "历时天数 over how many days until now", DefaultValueFactory = _ => 730 };
        var database = new DatabaseOptions();
        var command = new Command("seed", "在空数据库中生成一个模拟州（市）· fill an empty database with a simulated prefecture") { hazards, seed, days };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var plan = PlanOf(parsed.GetValue(hazards), parsed.GetValue(seed), parsed.GetValue(days));
            await using var opened = await database.OpenAsync(parsed, stop);
            return await RunAsync(opened, plan, stop);
        });
        return [command];
    }

    /// <summary>What to generate, ending now.</summary>
    internal static SeedPlan PlanOf(int hazards, int seed, int days)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hazards, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        var now = TimeProvider.System.GetUtcNow();
        return new SeedPlan(hazards, seed, now.AddDays(-days), now);
    }

    private static async Task<int> RunAsync(OwnedDatabase opened, SeedPlan plan, CancellationToken stop)
    {
        var services = new ServiceCollection();
        HazardsService.AddCore(
            services,
            new ServiceOptions(opened.ConnectionString) { Keys = opened.Keys, Log = new EventLogOptions { AllowGivenTimes = true } });
        await using var provider = services.BuildServiceProvider();
        await opened.PrepareAsync(stop);
        await provider.GetRequiredService<RulebookSource>().RefreshAsync(stop);
        var log = provider.GetRequiredService<IEventLog>();
        if ((await log.HeadAsync(stop)).Position > 0)
        {
            // Recorded times never run backwards, so a past can only be simulated before anything else is recorded.
            await Console.Error.WriteLineAsync("数据库不是空的：请用 --data 指定一个新目录 · the database is not empty: give --data a new folder");
            return 1;
        }
        var began = System.Diagnostics.Stopwatch.StartNew();
        var seeder = ActivatorUtilities.CreateInstance<Seeder>(provider, provider.GetRequiredService<RulebookSource>().Current);
        var events = await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask("生成 seeding", maxValue: (plan.To - plan.From).TotalDays);
            return await seeder.RunAsync(plan, new Into(task, plan.From), stop);
        });
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Hazards:N0} 隐患 hazards · {events:N0} 事件 events · {began.Elapsed.TotalSeconds:F1} s · {events / began.Elapsed.TotalSeconds:N0}/s"));
        return 0;
    }

    private sealed class Into(ProgressTask task, DateTimeOffset from) : IProgress<SeedProgress>
    {
        public void Report(SeedProgress value) => task.Value = (value.At - from).TotalDays;
    }
}
