using System.CommandLine;
using Hazards.Api.Administration.Webhooks;
using Hazards.Api.Cli;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Api.Proofs;

/// <summary><c>hazards log-key …</c>, <c>hazards checkpoint</c>, <c>hazards timestamp</c>.</summary>
internal static class ProofCommands
{
    public static IEnumerable<Command> All() =>
        [new Command("log-key", "日志签名密钥 · the keys the log is signed with") { Show(), Rotate() }, Sign(), Time()];

    private static Command Show()
    {
        var database = new DatabaseOptions();
        var command = new Command("show", "打印验证公钥及其使用期间 · print the keys that check the log's signatures, with their periods");
        database.AddTo(command);
        command.SetAction((parsed, stop) => AdministratorCommands.RunAsync(database, parsed, async services =>
        {
            var keys = services.GetRequiredService<LogKeys>();
            if (await keys.EnsureAsync(stop) is { } refusal)
                AdministratorCommands.Fail(refusal);
            foreach (var key in (await keys.RegisterAsync(stop)).Keys)
                Console.WriteLine($"{key.Verifier}\t{key.Hash}\t{ChinaTime.Format(key.Since)} – {(key.Until is { } until ? ChinaTime.Format(until) : "")}");
            if (services.GetRequiredService<Witnessing>().Signer() is { } witness)
                Console.WriteLine($"{witness.Verifier}\t见证他人 as a witness of other logs");
            return 0;
        }, stop));
        return command;
    }

    private static Command Rotate()
    {
        var reason = new Option<string>("--reason") { Description = "停用旧密钥的原因 why the old key is retired", Required = true };
        var body = new Option<string?>("--body") { Description = "以哪个单位名义 the body that acts" };
        var database = new DatabaseOptions();
        var command = new Command(
            "rotate", "轮换签名密钥：新旧两把同时签名一次，旧的停用；之后请备份密钥目录 · rotate the signing key; back the key folder up afterwards") { reason, body };
        database.AddTo(command);
        command.SetAction((parsed, stop) => AdministratorCommands.RunAsync(database, parsed, async services =>
        {
            if (await AdministratorCommands.OnBehalfOfAsync(services, parsed.GetValue(body), stop) is not { } given)
                return 1;
            var (keys, refusal) = await services.GetRequiredService<KeyRotation>()
                .RunAsync(given.By, parsed.GetRequiredValue(reason), stop);
            if (refusal is not null)
                return AdministratorCommands.Fail(refusal);
            foreach (var key in keys.Where(k => k.RetiredAt is null))
                Console.WriteLine(key.Verifier);
            return 0;
        }, stop));
        return command;
    }

    private static Command Sign()
    {
        var hash = new Option<string>("--hash") { Description = "sha256 | sm3", DefaultValueFactory = _ => "sha256" };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "写入文件 writes it to this file" };
        var database = new DatabaseOptions();
        var command = new Command("checkpoint", "签发并打印覆盖全部事件的检查点 · sign a checkpoint over all events and print it") { hash, output };
        database.AddTo(command);
        command.SetAction((parsed, stop) => AdministratorCommands.RunAsync(database, parsed, async services =>
        {
            var name = parsed.GetRequiredValue(hash);
            if (TreeOption.Find(name) is not { } tree)
                return AdministratorCommands.Fail(
                    ProofRefusals.NoTree.Because("--hash", ("hash", name), ("known", string.Join(", ", TreeOption.Known))));
            var (checkpoint, refusal) = await services.GetRequiredService<CheckpointDesk>().SignNowAsync(tree, null, stop);
            if (refusal is not null)
                return AdministratorCommands.Fail(refusal);
            if (parsed.GetValue(output) is { } file)
                await File.WriteAllTextAsync(file.FullName, checkpoint!.Note.ToString(), stop);
            else
                Console.Write(checkpoint!.Note.ToString());
            return 0;
        }, stop));
        return command;
    }

    private static Command Time()
    {
        var hash = new Option<string>("--hash") { Description = "sha256 | sm3", DefaultValueFactory = _ => "sha256" };
        var now = new Option<bool>("--now") { Description = "现在就为最近的检查点申请 have the newest checkpoint timestamped now (HAZARDS_TSA_URL)" };
        var output = new Option<FileInfo?>("--output", "-o")
        {
            Description = "把回复写入此文件，检查点写入同名 .txt writes the reply to this file, and the checkpoint beside it as .txt",
        };
        var database = new DatabaseOptions();
        var command = new Command("timestamp", "检查点最近的时间戳：时间、机构、策略 · the newest timestamp of a checkpoint: time, authority, policy") { hash,
            now, output };
        database.AddTo(command);
        command.SetAction((parsed, stop) => AdministratorCommands.RunAsync(database, parsed, async services =>
        {
            var name = parsed.GetRequiredValue(hash);
            if (TreeOption.Find(name) is not { } tree)
                return AdministratorCommands.Fail(
                    ProofRefusals.NoTree.Because("--hash", ("hash", name), ("known", string.Join(", ", TreeOption.Known))));
            var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
            var options = services.GetRequiredService<ServiceOptions>() with { Timestamps = TimestampOptions.Of(environment) };
            using var times = new Timestamping(
                services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<CheckpointDesk>(), options,
                new WebhookAddresses(options, environment), options.Clock);
            if (parsed.GetValue(now) && await times.NowAsync(tree, stop) is { } trouble)
            {
                await Console.Error.WriteLineAsync(trouble);
                return 1;
            }

            if (await times.Store(tree).NewestAsync(cancellationToken: stop) is not { } stamp || TimestampView.Of(stamp) is not { } said)
                return AdministratorCommands.Fail(ProofRefusals.NoTimestamp.Because(null, ("size", "latest"), ("latest", null)));
            Console.WriteLine(FormattableString.Invariant($"{stamp.Size}\t{ChinaTime.Format(said.Time)}\t{said.Authority}\t{said.Policy}\t{said.Hash}\t{said.Serial}"));
            if (parsed.GetValue(output) is not { } file)
                return 0;
            await File.WriteAllBytesAsync(file.FullName, stamp.Reply.ToArray(), stop);
            await File.WriteAllTextAsync(Path.ChangeExtension(file.FullName, ".txt"), stamp.Note, stop);
            return 0;
        }, stop));
        return command;
    }
}
