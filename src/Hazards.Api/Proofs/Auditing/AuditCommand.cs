using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Cli;
using Hazards.Domain;
using Hazards.Evidence.Proof;
using Hazards.Projections.Store;
using Spectre.Console;

namespace Hazards.Api.Proofs.Auditing;

/// <summary><c>hazards audit</c>: 0 when everything holds, 1 when something does not, 2 when it could not be found out.</summary>
internal static class AuditCommand
{
    private const int CouldNot = 2;

    public static Command Create()
    {
        var database = new DatabaseOptions();
        var json = new Option<bool>("--json") { Description = "输出 JSON · prints JSON" };
        var since = new Option<long>("--since-checkpoint")
        {
            Description = "只审计此大小的检查点之后的部分 · only what lies after the checkpoint of this size",
        };
        var record = new Option<bool>("--record") { Description = "把结果记入日志 · records the result in the log" };
        var notes = new Option<string[]>("--checkpoint")
        {
            Description = "他方保存的检查点文件，可多次 · a file with a checkpoint that another body kept, one or more",
        };
        var size = new Option<long?>("--size") { Description = "存证单上的大小 · the size on the printed sheet" };
        var root = new Option<string?>("--root") { Description = "存证单上的根（Base64）· the root on the printed sheet" };
        var hash = new Option<string>("--hash")
        {
            Description = "存证单上的算法 · the hash on the printed sheet", DefaultValueFactory = _ => TreeHash.Sha256.Name,
        };
        var verifiers = new Option<string[]>("--vkey") { Description = "只信任这些验证公钥 · trust only these verifier keys" };
        var command = new Command(
            "audit",
            "审计日志：从数据表重算全部证明，与检查点比对 · recompute everything from the tables and compare it with the checkpoints") { json, since, record,
            notes, size, root, hash, verifiers };
        database.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            // Read by the sockets when the first one opens. What arrives is then worked off where it was noticed: measured,
            // 12 instead of 22 µs of this process an event on two busy cores.
            Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
            try
            {
                var order = new AuditOrder(
                    [.. (parsed.GetValue(notes) ?? []).Select(FromFile), .. Typed(parsed.GetValue(size), parsed.GetValue(root), parsed.GetRequiredValue(hash))], [.. (parsed.GetValue(verifiers) ?? []).Select(Verifier)], parsed.GetValue(since));
                await using var opened = await database.OpenAsync(parsed, stop);
                return await RunAsync(opened, order, parsed.GetValue(json), parsed.GetValue(record), stop);
            }
            catch (Exception e) when (Failure.Explains(e) || e is InvalidDataException)
            {
                Failure.Report(e);
                return CouldNot;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(OwnedDatabase opened, AuditOrder order, bool json, bool record, CancellationToken stop)
    {
        // A folder that is not there is not made: whoever audits has no keys to make.
        var options = new ServiceOptions(opened.ConnectionString)
        {
            Keys = Directory.Exists(opened.Keys) ? opened.Keys : null,
            Timestamps = TimestampOptions.Of(new ConfigurationBuilder().AddEnvironmentVariables().Build()),
        };
        await using var source = Database.Open(options.ConnectionString);
        await using var log = MartenEventLog.Open(source);
        var desk = new AuditDesk(new KeyFolder(options.Keys), log, options);
        var report = json || Console.IsOutputRedirected
            ? await desk.RunAsync(order, null, null, stop)
            : await Bar().StartAsync(context => desk.RunAsync(order, null, new Showing(context.AddTask("审计 auditing")), stop));
        if (json)
            Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(Said.Of(report), DomainJson.Options));
        else
            Say(report, options.Keys is null);
        if (record)
            await RecordAsync(options, report, stop);
        return report.Holds ? 0 : 1;
    }

    private static async Task RecordAsync(ServiceOptions options, AuditReport report, CancellationToken stop)
    {
        var services = new ServiceCollection();
        HazardsService.AddCore(services, options);
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<RulebookSource>().RefreshAsync(stop);
        await AuditDesk.RecordAsync(provider.GetRequiredService<LogKeys>(), report, stop);
    }

    private static void Say(AuditReport report, bool withoutKeys)
    {
        var rate = report.Events / Math.Max(0.001, report.Duration.TotalSeconds);
        Line($"事件 events {report.First:N0}–{report.Size:N0}  {report.Duration.TotalSeconds:F1} s  {rate:N0}/s");
        foreach (var tree in report.Trees)
        {
            Line($"{tree.Hash}  根 root {tree.Root}  检查点 checkpoints {tree.Checkpoints:N0}，最近 newest {tree.LastCheckpoint:N0} {tree.LastSignedAt:yyyy-MM-dd HH:mm:ss zzz}");
            if (tree.Uncovered > 0)
                Line($"  尚无检查点覆盖的事件 events that no checkpoint covers yet: {tree.Uncovered:N0}，自 since {tree.UncoveredSince:yyyy-MM-dd HH:mm:ss zzz}");
        }
        if (withoutKeys)
            Line($"没有密钥目录：密钥取自日志本身，写入校验码与本机记忆未核对 · no key folder: keys are taken from the log itself; append codes and this machine's memory were not checked");
        if (report.Holds)
            Line($"一致：日志与检查点相符 · all holds: the log equals its checkpoints");
        foreach (var finding in report.Findings)
            Line($"✗ {finding.Code}\n    {finding.Chinese}\n    {finding.English}");
        if (!report.Holds)
            Line($"发现 {report.Findings.Length} 项异常。不要改动数据库，先保全数据库、备份和密钥目录；处置见 docs/audit.md · findings: {report.Findings.Length}. Change nothing; preserve the database, its backups and the key folder first; docs/audit.md says what to do");
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static KeptCheckpoint FromFile(string path) =>
        SignedNote.TryParse(File.ReadAllBytes(path), out var note) && Checkpoint.TryParse(note.Text, out var checkpoint)
            ? new KeptCheckpoint(
                path, checkpoint.Origin.EndsWith("/sm3", StringComparison.Ordinal) ? TreeHash.Sm3.Name : TreeHash.Sha256.Name,
                checkpoint.Size, checkpoint.Root)
            : throw new ArgumentException($"--checkpoint：{path} 不是检查点（C2SP 签名文本）· is not a checkpoint (a C2SP signed note)");

    private static IEnumerable<KeptCheckpoint> Typed(long? size, string? root, string hash)
    {
        if (size is null && root is null)
            return [];
        if (TreeOption.Find(hash) is null)
            throw new ArgumentException($"--hash：没有 {hash} · there is no {hash}; sha256 or sm3");
        return size > 0 && Digest.TryParse(root, out var digest)
            ? [new KeptCheckpoint("存证单 the printed sheet", hash, size.Value, digest)]
            : throw new ArgumentException(
                "--size 与 --root 须一同给出，根为 44 个字符的 Base64 · --size and --root go together; the root has 44 characters of Base64");
    }

    private static NoteVerifier Verifier(string text) =>
        NoteVerifier.TryParse(text, out var verifier)
            ? verifier
            : throw new ArgumentException($"--vkey：{text} 不是验证公钥 · is not a verifier key (name+id+base64)");

    private static Progress Bar() => AnsiConsole.Progress()
        .Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn());

    private sealed class Showing(ProgressTask bar) : IProgress<AuditProgress>
    {
        public void Report(AuditProgress value)
        {
            bar.MaxValue = Math.Max(1, value.All);
            bar.Value = value.Done;
        }
    }

    /// <summary>A report as JSON.</summary>
    internal sealed record Said(
        bool Holds, long First, long Size, DateTimeOffset? RecordedAt, double Seconds, ImmutableArray<SaidTree> Trees,
        ImmutableArray<AuditFinding> Findings)
    {
        public static Said Of(AuditReport report) => new(
            report.Holds, report.First, report.Size, report.RecordedAt, report.Duration.TotalSeconds,
            [.. report.Trees.Select(t => new SaidTree(t.Hash, t.Root.ToString(), t.Stored, t.Checkpoints, t.LastCheckpoint, t.LastSignedAt, t.Uncovered, t.UncoveredSince))], report.Findings);
    }

    /// <summary>A tree as JSON.</summary>
    internal sealed record SaidTree(
        string Hash, string Root, long Stored, long Checkpoints, long LastCheckpoint, DateTimeOffset? LastSignedAt, long Uncovered,
        DateTimeOffset? UncoveredSince);
}
