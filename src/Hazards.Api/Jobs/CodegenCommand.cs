using System.CommandLine;
using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Model;

namespace Hazards.Api.Jobs;

/// <summary>
/// <c>hazards codegen</c>: writes the code that Wolverine calls the handlers by. It is committed, so that no compiler runs in
/// a service; run this when a handler was added or changed. No database is needed.
/// </summary>
internal static class CodegenCommand
{
    /// <summary>Where it is, seen from the root of the repository.</summary>
    public const string Folder = "src/Hazards.Api/Internal/Generated";

    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "目录 the folder", DefaultValueFactory = _ => Folder };
        var command = new Command("codegen", "（开发）生成消息处理代码 · (developers) writes the code around the handlers") { folder };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            await WriteAsync(parsed.GetRequiredValue(folder), Console.WriteLine);
            return 0;
        });
        return command;
    }

    /// <summary>Writes it all into a folder.</summary>
    public static async Task WriteAsync(string folder, Action<string> wrote)
    {
        await using var app = HazardsService.Build(new ServiceOptions("Host=127.0.0.1"));
        app.Services.GetRequiredService<Wolverine.WolverineOptions>().CodeGeneration.GeneratedCodeOutputPath = Path.GetFullPath(folder);
        var builder = new DynamicCodeBuilder(app.Services, [.. app.Services.GetServices<ICodeFileCollection>()])
        {
            ServiceVariableSource = app.Services.GetService<IServiceVariableSource>(),
        };
        builder.WriteGeneratedCode(wrote);
    }
}
