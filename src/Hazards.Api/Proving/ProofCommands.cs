using System.CommandLine;
using Hazards.Domain;
using Hazards.Proof;

namespace Hazards.Api.Proving;

/// <summary><c>hazards log-key …</c>, <c>hazards checkpoint</c>.</summary>
internal static class ProofCommands
{
    public static IEnumerable<Command> All() => [new Command("log-key", "日志签名密钥 · the keys the log is signed with") { Show(), Rotate() }, Sign()];

    private static Command Show()
    {
        var database = new DatabaseOptions();
        var command = new Command("show", "打印验证公钥及其使用期间 · print the keys that check the log's signatures, with their periods");
        database.AddTo(command);
        command.SetAction((parsed, stop) => Administration.RunAsync(database, parsed, async services =>
        {
            var keys = services.GetRequiredService<LogKeys>();
            if (await keys.EnsureAsync(stop) is { } refusal)
                Administration.Fail(refusal);
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
        var command = new Command("rotate", "轮换签名密钥：新旧两把同时签名一次，旧的停用；之后请备份密钥目录 · rotate the signing key; back the key folder up afterwards") { reason, body };
        database.AddTo(command);
        command.SetAction((parsed, stop) => Administration.RunAsync(database, parsed, async services =>
        {
            if (await Administration.OnBehalfOfAsync(services, parsed.GetValue(body), stop) is not { } given)
                return 1;
            var (keys, refusal) = await services.GetRequiredService<KeyRotation>().RunAsync(given.By, parsed.GetRequiredValue(reason), stop);
            if (refusal is not null)
                return Administration.Fail(refusal);
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
        command.SetAction((parsed, stop) => Administration.RunAsync(database, parsed, async services =>
        {
            var name = parsed.GetRequiredValue(hash);
            if (TreeOption.Find(name) is not { } tree)
                return Administration.Fail(ProofRefusals.NoTree.Because("--hash", ("hash", name), ("known", string.Join(", ", TreeOption.Known))));
            var (checkpoint, refusal) = await services.GetRequiredService<CheckpointDesk>().SignNowAsync(tree, null, stop);
            if (refusal is not null)
                return Administration.Fail(refusal);
            if (parsed.GetValue(output) is { } file)
                await File.WriteAllTextAsync(file.FullName, checkpoint!.Note.ToString(), stop);
            else
                Console.Write(checkpoint!.Note.ToString());
            return 0;
        }, stop));
        return command;
    }
}
