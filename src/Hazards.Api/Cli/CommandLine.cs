using System.CommandLine;

namespace Hazards.Api;

/// <summary>The command line: one list of commands.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("隐患闭环管理服务 · hazards from discovery to closure");
        foreach (var command in All())
            root.Add(command);
        try
        {
            // The host heeds Ctrl-C itself and takes the time it needs to stop.
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e) when (Failure.Explains(e))
        {
            return Failure.Report(e);
        }
    }

    private static IEnumerable<Command> All() =>
    [
        RunCommand.Create(),
        ServeCommand.Create(),
        MigrateCommand.Create(),
        RebuildCommand.Create(),
        .. Modules.All.SelectMany(m => m.Commands()),
    ];
}
