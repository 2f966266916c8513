using System.CommandLine;
using Hazards.Projections.Store;

namespace Hazards.Api.Cli;

/// <summary><c>hazards migrate</c>: brings the database up to date and says what it did.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var database = new DatabaseOptions();
        var grant = new Option<string?>("--grant")
        {
            Description = "授权给只能追加和读取的角色 · makes and grants a role that may only append and read",
        };
        var command = new Command("migrate", "升级数据库结构 · bring the database up to date") { grant };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            await using var opened = await database.OpenAsync(parsed, stop);
            var applied = await opened.PrepareAsync(stop);
            Console.WriteLine(applied.Count == 0 ? "已是最新 up to date" : string.Join('\n', applied));
            if (parsed.GetValue(grant) is { Length: > 0 } role)
            {
                await using var owner = Database.Open(opened.Logins.OfTheOwner);
                await ServiceRole.EnsureAsync(owner, role, null, stop);
            }

            return 0;
        });
        return command;
    }
}
