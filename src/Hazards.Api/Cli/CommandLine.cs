using System.CommandLine;
using Hazards.Verifier;
using Spectre.Console;

namespace Hazards.Api.Cli;

/// <summary>The command line: one list of commands.</summary>
internal static class CommandLine
{
    /// <summary>
    /// Tables are laid out for this many characters at least. In a column one character wide, which many columns in a
    /// narrow window (or no window at all) come to, Spectre.Console 0.49.1 never finds a place for a Chinese character,
    /// which is two wide, and goes on for ever.
    /// </summary>
    private const int NarrowestTable = 200;

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("隐患闭环管理服务 · hazards from discovery to closure");
        var (ours, theirs) = StoreCommand.Divide(args);
        foreach (var command in All(theirs))
            root.Add(command);
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, NarrowestTable);
        try
        {
            // The host heeds Ctrl-C itself and takes the time it needs to stop.
            return await root.Parse(ours)
                .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e) when (Failure.Explains(e))
        {
            return Failure.Report(e);
        }
    }

    private static IEnumerable<Command> All(string[] theirs) =>
    [
        RunCommand.Create(),
        ServeCommand.Create(),
        MigrateCommand.Create(),
        RebuildCommand.Create(),
        StoreCommand.Create(theirs),
        VerifyCommand.Create(),
        .. Modules.All.SelectMany(m => m.Commands()),
    ];
}
