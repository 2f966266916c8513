using System.CommandLine;
using System.Text;
using Hazards.Api.Cli;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Administration.Policies;

/// <summary><c>hazards policy …</c>.</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "制度：检查、查看、采用 · policies: check, show, adopt") { Check(), Shipped(), List(), Adopt() };

    private static Command Check()
    {
        var file = AdministratorCommands.File();
        var command = new Command("check", "检查制度文件：列出全部错误及行列 · every mistake with its line and column; 1 when there is any") { file };
        command.SetAction(parsed =>
        {
            var from = parsed.GetRequiredValue(file);
            return AdministratorCommands.Say(from, PolicyCheck.Of(File.ReadAllBytes(from.FullName)).Findings);
        });
        return command;
    }

    private static Command Shipped()
    {
        var version = new Argument<string?>("version")
        {
            Description = "随产品提供的版本；不给则列出全部 · a shipped version; all are listed without one", Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("show", "打印随产品提供的制度，供复制修改 · print a shipped policy, to copy and change") { version };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(version) is not { } wanted)
            {
                foreach (var text in ShippedPolicies.All)
                    Console.WriteLine($"{text.Version}\t{PolicyDocument.Read(text.Json).Title}");
                return 0;
            }
            if (PolicyVersion.TryParse(wanted, out var parsedVersion, out var refusal) && ShippedPolicies.Find(parsedVersion) is { } found)
            {
                Console.Write(found.Json);
                return 0;
            }
            return AdministratorCommands.Fail(refusal ?? PolicyRefusals.NotFound.Because("version", ("version", wanted)));
        });
        return command;
    }

    private static Command List()
    {
        var database = new DatabaseOptions();
        var command = new Command("list", "采用过的制度 · the policies adopted");
        database.AddTo(command);
        command.SetAction((parsed, stop) => AdministratorCommands.RunAsync(database, parsed, async services =>
        {
            var register = await services.GetRequiredService<PolicyStore>().LoadAsync(null, stop);
            var today = ChinaTime.DateAt(services.GetRequiredService<TimeProvider>().GetUtcNow());
            if (register.All.IsEmpty)
                Console.WriteLine($"尚未采用任何制度，适用全国基线 nothing adopted: {Policy.NationalBaseline.Version}");
            foreach (var policy in register.All.Select(p => AdoptionView.Of(p, today)))
                Console.WriteLine($"{policy.Version}\t{policy.JurisdictionName}\t{policy.From:yyyy-MM-dd} – {policy.To?.ToString("yyyy-MM-dd", null) ?? "…"}\t{CodeList.Chinese(policy.State)}\t{policy.Title}");
            return 0;
        }, stop));
        return command;
    }

    private static Command Adopt()
    {
        var file = AdministratorCommands.File();
        var body = AdministratorCommands.Body();
        var database = new DatabaseOptions();
        var command = new Command("adopt", "采用制度文件 · adopt a policy document") { file, body };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var from = parsed.GetRequiredValue(file);
            var bytes = await File.ReadAllBytesAsync(from.FullName, stop);
            return await AdministratorCommands.RunAsync(database, parsed, async services =>
            {
                var store = services.GetRequiredService<PolicyStore>();
                var check = PolicyCheck.Of(bytes, (await store.LoadAsync(null, stop)).Shelf, stop);
                if (!check.Findings.IsEmpty)
                    return AdministratorCommands.Say(from, check.Findings);
                if (await AdministratorCommands.OnBehalfOfAsync(services, parsed.GetValue(body), stop) is not { } given)
                    return 1;
                return await store.ExecuteAsync(new AdoptPolicy(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF')), given, null,
                    stop) is Outcome<PolicyRegister>.Refused refused
                    ? AdministratorCommands.Fail(refused.Refusal)
                    : AdministratorCommands.Done(
                        $"已采用 adopted {check.Document!.Version}：{check.Document.EffectiveFrom:yyyy-MM-dd} 起 from then on");
            }, stop);
        });
        return command;
    }
}

/// <summary><c>hazards calendar …</c>.</summary>
internal static class CalendarCommand
{
    public static Command Create() => new("calendar", "工作日历：检查、公布年度放假安排 · the working calendar: check, add a year") { Check(), Add() };

    private static Command Check()
    {
        var file = AdministratorCommands.File();
        var command = new Command("check", "检查年度放假安排文件 · every mistake with its line and column; 1 when there is any") { file };
        command.SetAction(parsed =>
        {
            var from = parsed.GetRequiredValue(file);
            return AdministratorCommands.Say(from, CalendarCheck.Of(File.ReadAllBytes(from.FullName)).Findings);
        });
        return command;
    }

    private static Command Add()
    {
        var file = AdministratorCommands.File();
        var body = AdministratorCommands.Body();
        var reason = new Option<string?>("--reason") { Description = "调整已公布的年度时写明原因 · why a known year is changed" };
        var database = new DatabaseOptions();
        var command = new Command("add", "公布（或调整）年度放假安排 · add a year, or amend it") { file, body, reason };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            var from = parsed.GetRequiredValue(file);
            var bytes = await File.ReadAllBytesAsync(from.FullName, stop);
            var check = CalendarCheck.Of(bytes, stop);
            if (!check.Findings.IsEmpty)
                return AdministratorCommands.Say(from, check.Findings);
            return await AdministratorCommands.RunAsync(database, parsed, async services =>
            {
                if (await AdministratorCommands.OnBehalfOfAsync(services, parsed.GetValue(body), stop) is not { } given)
                    return 1;
                var command = new SetCalendarYear(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'), parsed.GetValue(reason));
                return await services.GetRequiredService<CalendarStore>()
                    .ExecuteAsync(command, given, null, stop) is Outcome<WorkCalendar>.Refused refused
                    ? AdministratorCommands.Fail(refused.Refusal)
                    : AdministratorCommands.Done($"已公布 added {check.Year!.Year}；运行中的服务将重算期限 a running service counts due dates anew");
            }, stop);
        });
        return command;
    }
}
