using System.CommandLine;
using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Api.Simulation.Demo;
using Hazards.Api.Supervision;
using Hazards.Domain;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Hazards.Api.Cli;

/// <summary><c>hazards run</c>: everything a newcomer needs, in one command.</summary>
internal static class RunCommand
{
    private static readonly BodyId DevOffice = BodyId.Parse("dev-office");

    public static Command Create()
    {
        var urls = new Option<string?>("--urls") { Description = "监听地址 where it listens (http://127.0.0.1:5080)" };
        var rings = RingOption.Create();
        var audits = AuditOption.Create();
        var trees = TreeOption.Create();
        var signatures = SignatureOption.Create();
        var bare = new Option<bool>("--no-demo") { Description = "从空数据库开始，不生成演示数据 begin empty, without the demonstration" };
        var database = new DatabaseOptions();
        var command = new Command("run", "启动服务：自备数据库、迁移、演示数据、开发密钥 · run the service with a database of its own") { urls, rings, trees,
            signatures, audits, bare };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            await using var opened = await database.OpenAsync(parsed, stop, alone: true);
            var data = database.DataOf(parsed);
            await FirstStart.BeginAsync(opened, data, demo: !parsed.GetValue(bare), stop);
            var options = new ServiceOptions(opened.ConnectionString)
            {
                Keys = opened.Keys, RingEvery = RingOption.Of(parsed.GetValue(rings)), Trees = TreeOption.Of(parsed.GetValue(trees)),
                Signatures = SignatureOption.Of(parsed.GetValue(signatures)), AuditEvery = AuditOption.Of(parsed.GetValue(audits)),
                RequireSecondFactor = false,
            };
            return await RunAsync(opened, options, parsed.GetValue(urls) ?? ServeCommand.UrlsOfEnvironment(), data, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        OwnedDatabase database, ServiceOptions options, string? urls, string data, CancellationToken stop)
    {
        await using var app = HazardsService.Build(urls is null ? options : options with { Urls = urls });
        Telemetry.Begin(app.Services);
        await database.PrepareAsync(stop);
        await Database.WarnAsync(app.Services, stop);
        var keyFile = Path.Combine(data, "dev-key");
        var key = await ActivatorUtilities.CreateInstance<FirstKey>(app.Services).EnsureAsync(keyFile, DevOffice, "安委办（开发）", "dev", stop);
        await WarmUp.StartAsync(app, stop);
        await FirstStart.RunAsync(app.Services, data, app.Lifetime.ApplicationStopping);
        var (people, password) = await ActivatorUtilities.CreateInstance<DemoAccounts>(app.Services).EnsureAsync(data, stop);
        await ServedAddress.KeepAsync(data, Address(app), stop);
        Print(database, Address(app), key, keyFile, AccountsOf(people, password));
        await app.WaitForShutdownAsync(stop);
        return 0;
    }

    private static string Address(WebApplication app) =>
        ServedAddress.Reachable(
            app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());

    private static string AccountsOf(System.Collections.Immutable.ImmutableArray<DemoPerson> people, string password) => people.IsEmpty
        ? "没有演示账号：用开发密钥开通账号 no demo accounts: open some with the development key (docs/accounts.md)"
        : $"演示账号 demo accounts，密码均为 all with the password  {password}\n{string.Join('\n', people.Select(p => $"    {p.Login,-12} {p.Name}"))}";

    private static void Print(OwnedDatabase database, string address, string key, string keyFile, string accounts) => Console.WriteLine($"""

        隐患闭环管理服务已启动 hazards is running — Ctrl-C 停止 stops it
          打开 open      {address}        接口文档 API docs  {address}/docs
          {accounts}
          数据库 database  {database.Source}
          开发密钥 development key  {key}
            （保存在 kept in {keyFile}）

          curl -H 'Authorization: Bearer {key}' '{address}{Links.Root}/boards/closed-loop'

        """);
}

/// <summary>Runs what is done once for a data folder.</summary>
internal static class FirstStart
{
    private static string MarkOf(string data) => Path.Combine(data, "first-start-done");

    /// <summary>
    /// What must be recorded before anything of now is: the demonstration, whose past cannot come later. Without it nothing
    /// else is loaded either.
    /// </summary>
    public static async Task BeginAsync(OwnedDatabase database, string data, bool demo, CancellationToken stop)
    {
        if (File.Exists(MarkOf(data)))
            return;
        if (demo)
        {
            await DemoStart.RunAsync(database, data, stop);
            return;
        }
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(MarkOf(data), "", stop);
    }

    public static async Task RunAsync(IServiceProvider services, string data, CancellationToken stop)
    {
        var mark = MarkOf(data);
        if (File.Exists(mark))
            return;
        foreach (var task in services.GetServices<IFirstStart>())
        {
            Console.Error.WriteLine(task.Description);
            await task.RunAsync(stop);
        }

        await File.WriteAllTextAsync(mark, "", stop);
    }
}
