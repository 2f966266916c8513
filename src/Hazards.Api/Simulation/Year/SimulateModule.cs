using System.CommandLine;
using System.Globalization;
using Hazards.Api.Cli;
using Spectre.Console;

namespace Hazards.Api.Simulation.Year;

/// <summary><c>hazards simulate</c>: one year of a prefecture through the real API, with its tables and figures.</summary>
internal sealed class SimulateModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        // The simulation builds a service of its own.
    }

    public void Map(IEndpointRouteBuilder api)
    {
        // Only by the command line.
    }

    public IEnumerable<Command> Commands()
    {
        var hazards = new Option<int>("--hazards") { Description = "隐患数 how many hazards", DefaultValueFactory = _ => 3_000 };
        var seed = new Option<int>("--seed") { Description = "随机种子 the seed: the same gives the same year", DefaultValueFactory = _ => 1 };
        var year = new Option<int>("--year") { Description = "年份 the year", DefaultValueFactory = _ => 2026 };
        var folder = new Option<string>("--out")
        {
            Description = "输出目录 the folder for tables and figures", DefaultValueFactory = _ => "simulated-year",
        };
        hazards.Validators.Add(r => Within(r, hazards.Name, r.GetValueOrDefault<int>(), 1, 100_000));
        year.Validators.Add(r => Within(r, year.Name, r.GetValueOrDefault<int>(), 2024, 2026));
        var database = new DatabaseOptions();
        var command = new Command("simulate", "用真实接口模拟一个州（市）的一年，输出统计表 · simulate a year of a prefecture through the real API") { hazards,
            seed, year, folder };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var plan = new YearPlan(
                parsed.GetValue(hazards), parsed.GetValue(seed), parsed.GetValue(year), Path.GetFullPath(parsed.GetRequiredValue(folder)));
            await using var opened = await database.OpenAsync(parsed, stop);
            await opened.PrepareAsync(stop);
            return await RunAsync(opened, plan, stop);
        });
        return [command];
    }

    private static void Within(System.CommandLine.Parsing.OptionResult result, string name, int value, int least, int most)
    {
        if (value < least || value > most)
            result.AddError($"{name} 应在 {least} 与 {most} 之间 must lie between {least} and {most}");
    }

    private static async Task<int> RunAsync(OwnedDatabase opened, YearPlan plan, CancellationToken stop)
    {
        var began = System.Diagnostics.Stopwatch.StartNew();
        await using var year = await SimulatedYear.StartAsync(opened.ConnectionString, opened.Keys, plan, stop);
        var outcome = await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask($"{plan.Year} 年", maxValue: (plan.End - plan.Begin).TotalDays);
            return await year.RunAsync(new Into(task), stop);
        });
        var figures = await new YearReport(outcome).WriteAsync(await Recount.OfAsync(year.Log, stop), stop);
        Say($"{outcome.Hazards:N0} 隐患 hazards · {outcome.Visits:N0} 户次 visits · {outcome.Callers.Requests:N0} 请求 requests · {outcome.Rung:N0} 时钟事件 events of the clock · {began.Elapsed.TotalSeconds:F0} s");
        foreach (var (refusal, count) in outcome.Refusals.OrderByDescending(r => r.Value))
            Say($"  {count,6:N0} × {refusal}");
        foreach (var figure in figures)
            Say($"{(figure.Same ? "✓" : "✗")} {figure.Figure}: 系统 service {figure.Service:N0} · 由事件重数 recounted {figure.Recounted:N0}");
        Say($"{plan.Out}");
        return figures.All(f => f.Same) ? 0 : 1;
    }

    private static void Say(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed class Into(ProgressTask task) : IProgress<YearProgress>
    {
        public void Report(YearProgress value)
        {
            task.Value = value.Day.DayOfYear;
            task.Description = $"{value.Day:yyyy-MM-dd} {value.Hazards} 隐患";
        }
    }
}
