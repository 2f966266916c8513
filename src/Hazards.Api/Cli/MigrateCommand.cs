using System.CommandLine;

namespace Hazards.Api;

/// <summary><c>hazards migrate</c>: brings the database up to date and says what it did.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var database = new DatabaseOptions();
        var grant = new Option<string?>("--grant") { Description = "授权给只能追加和读取的角色 · makes and grants a role that may only append and read" };
        var command = new Command("migrate", "升级数据库结构 · bring the database up to date") { grant };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            await using var opened = await database.OpenAsync(parsed, stop);
            await using var source = Database.Open(opened.ConnectionString);
            var applied = await Database.MigrateAsync(source, stop);
            Console.WriteLine(applied.Count == 0 ? "已是最新 up to date" : string.Join('\n', applied));
            if (parsed.GetValue(grant) is not { Length: > 0 } role || await Database.GrantAsync(source, role, stop))
                return 0;
            await Console.Error.WriteLineAsync($"角色 {role} 不存在，且当前用户不能创建 · the role {role} does not exist and this user may not make it");
            return 1;
        });
        return command;
    }
}
