using System.CommandLine;
using Hazards.Api.Administration.Policies;
using Hazards.Projections;
using Hazards.Projections.Store;
using Spectre.Console;

namespace Hazards.Api.Cli;

/// <summary><c>hazards rebuild</c>: makes the rows anew from the log, beside the live ones, and exchanges them.</summary>
internal static class RebuildCommand
{
    public static Command Create()
    {
        var check = new Option<bool>("--check") { Description = "只比对，不替换 · only compare with the live rows; 1 when they differ" };
        var database = new DatabaseOptions();
        var command = new Command("rebuild", "从日志重建查询表 · make the rows anew from the log") { check };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            await using var opened = await database.OpenAsync(parsed, stop);
            return await RunAsync(opened, parsed.GetValue(check), stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(OwnedDatabase database, bool check, CancellationToken stop)
    {
        await database.PrepareAsync(stop);
        await using var source = Database.Open(database.Logins.OfTheOwner);
        await Database.RefuseNewerAsync(source, stop);
        await using var log = MartenEventLog.Open(source);
        using var known = new RulebookSource(new ServiceOptions(database.ConnectionString), log);
        var rules = await known.RefreshAsync(stop);
        return await Bar().StartAsync(async context =>
        {
            var bar = context.AddTask(check ? "比对 comparing" : "重建 rebuilding", maxValue: 1);
            var progress = new Showing(bar);
            if (!check)
            {
                await Rebuild.RunAsync(source, log, rules, progress, stop);
                bar.Value = bar.MaxValue;
                return 0;
            }

            var comparison = await Rebuild.CompareAsync(source, log, rules, progress, stop);
            bar.Value = bar.MaxValue;
            AnsiConsole.WriteLine(comparison.Same
                ? $"一致 the same, up to event {comparison.Position}"
                : $"不一致 different, up to event {comparison.Position}: {comparison.Live} ≠ {comparison.Rebuilt}");
            return comparison.Same ? 0 : 1;
        });
    }

    private static Progress Bar() => AnsiConsole.Progress()
        .Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn());

    private sealed class Showing(ProgressTask bar) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value)
        {
            bar.MaxValue = Math.Max(1, value.Head);
            bar.Value = value.Position;
        }
    }
}
