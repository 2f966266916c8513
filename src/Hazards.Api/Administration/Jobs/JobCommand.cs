using System.CommandLine;
using System.Globalization;
using Hazards.Api.Cli;

namespace Hazards.Api.Administration.Jobs;

/// <summary><c>hazards jobs</c>: what failed for good, and again.</summary>
internal static class JobCommand
{
    private const int Most = 100;

    public static Command Create()
    {
        var command = new Command("jobs", "后台任务 · work outside of requests");
        command.Add(List());
        command.Add(Replay());
        return command;
    }

    private static Command List()
    {
        var database = new DatabaseOptions();
        var command = new Command("dead-letters", "列出多次尝试仍失败的任务 · lists jobs that failed again and again");
        database.AddTo(command);
        command.SetAction((parsed, stop) => WithAsync(database, parsed, async letters =>
        {
            var page = await letters.ListAsync(null, Most, stop);
            foreach (var letter in page.Items)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{letter.Id:D}  {letter.Job.Chinese} {letter.Job.Code}  {letter.FailedAt ?? letter.SentAt:yyyy-MM-dd'T'HH:mm:ssK}  {letter.Attempts} 次 attempts{(letter.Replaying ? "  等待重新执行 waits to be done again" : "")}\n    {letter.Message}\n    {letter.Error}: {letter.Why}"));
            Console.WriteLine(
                page.Items.IsEmpty ? "没有失败的任务 none" : page.Next is null ? $"{page.Items.Length}" : $"最近 {Most} 个 the newest {Most}");
            return 0;
        }, stop));
        return command;
    }

    private static Command Replay()
    {
        var database = new DatabaseOptions();
        var id = new Argument<Guid>("id") { Description = "编号 · its id" };
        var command = new Command(
            "replay", "重新执行失败的任务：由运行中的服务在数秒内执行 · has a failed job done again, by the running service within seconds") { id };
        database.AddTo(command);
        command.SetAction((parsed, stop) => WithAsync(database, parsed, async letters =>
        {
            if (await letters.ReplayAsync(parsed.GetValue(id), stop))
                return AdministratorCommands.Done($"{parsed.GetValue(id):D} 等待重新执行 waits to be done again");
            return AdministratorCommands.Fail(JobRefusals.NotFound.Because("id", ("id", parsed.GetValue(id))));
        }, stop));
        return command;
    }

    private static async Task<int> WithAsync(
        DatabaseOptions database, ParseResult parsed, Func<DeadLetters, Task<int>> work, CancellationToken stop)
    {
        await using var opened = await database.OpenAsync(parsed, stop);
        // Built and never started: it serves nothing and does no job.
        await using var app = HazardsService.Build(new ServiceOptions(opened.ConnectionString) { Keys = opened.Keys });
        return await work(app.Services.GetRequiredService<DeadLetters>());
    }
}
