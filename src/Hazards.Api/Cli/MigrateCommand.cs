using System.CommandLine;

namespace Hazards.Api;

/// <summary><c>hazards migrate</c>: brings the database up to date and says what it did.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var database = new DatabaseOptions();
        var command = new Command("migrate", "升级数据库结构 · bring the database up to date");
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            await using var opened = await database.OpenAsync(parsed, stop);
            await using var source = Database.Open(opened.ConnectionString);
            var applied = await Database.MigrateAsync(source, stop);
            Console.WriteLine(applied.Count == 0 ? "已是最新 up to date" : string.Join('\n', applied));
            return 0;
        });
        return command;
    }
}
