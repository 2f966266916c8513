using System.CommandLine;
using Hazards.Api.Proofs;
using Hazards.Api.Proofs.Auditing;
using Hazards.Api.Supervision;
using Hazards.Domain;

namespace Hazards.Api.Cli;

/// <summary>
/// <c>hazards serve</c>: for containers and services. Needs a connection string; logs JSON; starts nothing beside itself.
/// </summary>
internal static class ServeCommand
{
    private static readonly BodyId FirstOffice = BodyId.Parse("first-office");

    public static Command Create()
    {
        var urls = new Option<string?>("--urls") { Description = "监听地址 where it listens (ASPNETCORE_URLS, http://127.0.0.1:5080)" };
        var postgres = new Option<string?>("--postgres") { Description = "连接串 a connection string (HAZARDS_POSTGRES)" };
        var owner = DatabaseOptions.OwnerOption();
        var keys = DatabaseOptions.KeysOption();
        var keyFile = new Option<string?>("--bootstrap-key-file")
        {
            Description = "首个管理密钥写入此文件 makes the first key and keeps it in this file",
        };
        var migrate = new Option<bool>("--no-migrate") { Description = "不迁移：由 migrate 命令另行执行 leaves migrations to the migrate command" };
        var rings = RingOption.Create();
        var audits = AuditOption.Create();
        var trees = TreeOption.Create();
        var signatures = SignatureOption.Create();
        var command = new Command("serve", "在已有数据库上运行（容器、系统服务）· serve on an existing database") { urls, postgres, owner, keys, keyFile,
            migrate, rings, trees, signatures, audits };
        command.SetAction(async (parsed, stop) =>
        {
            var logins = DatabaseOptions.LoginsGiven(parsed.GetValue(postgres), parsed.GetValue(owner))
                ?? throw new ArgumentException("缺少连接串：--postgres 或 HAZARDS_POSTGRES · a connection string is needed");
            var options = new ServiceOptions(logins.Service)
            {
                JsonLogs = true, Keys = DatabaseOptions.KeysGiven(parsed.GetValue(keys)), RingEvery = RingOption.Of(parsed.GetValue(rings)),
                Trees = TreeOption.Of(parsed.GetValue(trees)), Signatures = SignatureOption.Of(parsed.GetValue(signatures)),
                AuditEvery = AuditOption.Of(parsed.GetValue(audits)),
            };
            await using var app = HazardsService.Build(
                (parsed.GetValue(urls) ?? UrlsOfEnvironment()) is { } given ? options with { Urls = given } : options);
            Telemetry.Begin(app.Services);
            if (!parsed.GetValue(migrate))
                await Database.PrepareAsync(logins, stop);
            await Database.WarnAsync(app.Services, stop);
            if (parsed.GetValue(keyFile) is { Length: > 0 } file)
                await ActivatorUtilities.CreateInstance<FirstKey>(app.Services)
                    .EnsureAsync(file, FirstOffice, "安委办（初始）", "bootstrap", stop);
            await WarmUp.StartAsync(app, stop);
            await app.WaitForShutdownAsync(stop);
            return 0;
        });
        return command;
    }

    /// <summary>What the usual variable says.</summary>
    public static string? UrlsOfEnvironment() =>
        Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is { Length: > 0 } urls ? urls : null;
}
