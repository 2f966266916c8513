using System.CommandLine;
using JasperFx;

namespace Hazards.Api.Cli;

/// <summary>
/// <c>hazards store …</c>: the tools that Marten's makers give to operators, on this service's database. What stands before
/// or after their words and is ours (<c>--postgres</c>, <c>--owner</c>, <c>--data</c>, <c>--keys</c>) says where, as with every command.
/// </summary>
internal static class StoreCommand
{
    private const string Name = "store";

    /// <summary>
    /// What may be asked for; what is not here would empty or drop the log (<c>marten --reset</c>, <c>run</c> would start a
    /// service half made).
    /// </summary>
    private static readonly string[] Known = [
        "db-assert", "db-patch", "db-apply", "db-dump", "db-list", "projections", "describe", "resources", "storage", "check-env"];

    /// <summary>What of those would do the same.</summary>
    private static readonly string[] Refused = ["clear", "teardown", "rebuild"];

    private static readonly string[] Ours = ["--postgres", "--owner", "--data", "--keys"];

    /// <summary>Divides a command line into ours and theirs: their flags are not ours to read.</summary>
    public static (string[] Ours, string[] Theirs) Divide(string[] args)
    {
        if (args is not [Name, ..])
            return (args, []);
        List<string> ours = [Name], theirs = [];
        for (var i = 1; i < args.Length; i++)
        {
            if (Ours.Contains(args[i]) && i + 1 < args.Length)
                ours.AddRange([args[i], args[++i]]);
            else if (theirs.Count == 0 && !Known.Contains(args[i]))
                ours.Add(args[i]);
            else
                theirs.Add(args[i]);
        }

        return ([.. ours], [.. theirs]);
    }

    public static Command Create(string[] theirs)
    {
        var database = new DatabaseOptions();
        var command = new Command(Name, $"Marten 的运维工具 · Marten's tools for operators: {string.Join(" | ", Known)}");
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            if (theirs.Length == 0)
                throw new ArgumentException($"缺少子命令 · which? {string.Join(" | ", Known)}");
            if (theirs.FirstOrDefault(Refused.Contains) is { } refused)
                throw new ArgumentException($"{refused}：日志只增不减，查询表用 hazards rebuild 重建 · the log is neither emptied nor dropped; rows are made anew by hazards rebuild");
            await using var opened = await database.OpenAsync(parsed, stop);
            return await RunAsync(new ServiceOptions(opened.Logins.OfTheOwner) { Keys = opened.Keys }, theirs);
        });
        return command;
    }

    /// <summary>The service's own configuration, not started.</summary>
    private static async Task<int> RunAsync(ServiceOptions options, string[] theirs)
    {
        var builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ContentRootPath = Environment.CurrentDirectory });
        HazardsService.AddCore(builder.Services, options);
        using var host = builder.Build();
        return await host.RunJasperFxCommands(theirs);
    }
}
