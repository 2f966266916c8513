using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hazards.Domain;
using Hazards.Evidence;
using Hazards.Evidence.Proof;

namespace Hazards.Verifier;

/// <summary>
/// <c>hazards verify</c> and <c>hazards-verify</c>: checks a package without the service, says what was checked in plain
/// words, and ends with 0 only when all of it holds.
/// </summary>
internal static class VerifyCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Nothing fails, but no key was named: nothing is proved.</summary>
    private const int Unnamed = 2;

    public static Command Create() =>
        Describe(new Command("verify", "离线核验证据包，不需要服务和数据库 · check an evidence package, without service or database"));

    /// <summary>Gives a command its arguments and what it does.</summary>
    public static T Describe<T>(T command) where T : Command
    {
        var package = new Argument<string>("PACKAGE") { Description = "证据包（zip 原件） · the package, as it was downloaded" };
        var key = new Option<string[]>("--key")
        {
            Description = "您信任的日志公钥，可多次 · a key of the log that you trust, had from elsewhere; may be given more than once",
        };
        var keys = new Option<string?>("--keys") { Description = "公钥文件，每行一个 · a file of such keys, one a line" };
        var witness = new Option<string[]>("--witness")
        {
            Description = "检查点必须有其会签的见证人公钥 · a witness whose cosignature the checkpoint must bear",
        };
        var checkpoint = new Option<string?>("--checkpoint")
        {
            Description = "另存的检查点文件 · a checkpoint of this log that was kept elsewhere",
        };
        var consistency = new Option<string?>("--consistency")
        {
            Description = "两个检查点之间的一致性证明（包内没有时） · the proof between the two, where the package has none",
        };
        var tsa = new Option<string?>("--tsa")
        {
            Description = "您信任的时间戳机构的证书文件（PEM），或其上级的 · the certificate of the timestamp authority that you trust, or of its certifier",
        };
        var json = new Option<bool>("--json") { Description = "结果为 JSON · the result as JSON" };
        foreach (var option in new Option[] { key, keys, witness, checkpoint, consistency, tsa, json })
            command.Add(option);
        command.Add(package);
        command.SetAction((parsed, stop) => Task.Run(() =>
        {
            try
            {
                var (options, refusal) = Given(
                    parsed.GetValue(key) ?? [], parsed.GetValue(keys), parsed.GetValue(witness) ?? [], parsed.GetValue(checkpoint),
                    parsed.GetValue(consistency));
                var certificate = parsed.GetValue(tsa);
                if (certificate is not null && options is not null)
                    options = options with { Authority = TimestampTrust.Read(File.ReadAllText(certificate)) };
                if (certificate is not null && options is { Authority: null })
                    refusal = EvidenceRefusals.TimeCertificate.Because(null, ("name", certificate));
                var verification = refusal is null
                    ? PackageVerifier.Verify(parsed.GetValue(package)!, options, Console.IsErrorRedirected ? null : new Percent(), stop)
                    : new Verification([Check.Fails("options", refusal)], null);
                return Report(verification, parsed.GetValue(package)!, parsed.GetValue(json));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"无法读取 cannot be read: {e.Message}");
                return 1;
            }
        }, stop));
        return command;
    }

    private static (VerifyOptions? Options, Refusal? Refusal) Given(
        string[] key, string? keys, string[] witness, string? checkpoint, string? consistency)
    {
        var texts = key.Concat(keys is null ? [] : File.ReadLines(keys).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
            .ToArray();
        foreach (var text in texts.Concat(witness))
            if (!NoteVerifier.TryParse(text, out _))
                return (null, EvidenceRefusals.VerifierKey.Because(null, ("text", text)));
        var earlier = checkpoint is null ? null : Earlier(File.ReadAllText(checkpoint, Encoding.UTF8));
        if (checkpoint is not null && earlier is null)
            return (null, EvidenceRefusals.CheckpointMalformed.Because(null, ("name", checkpoint)));
        var proof = consistency is null ? null : Proof(File.ReadAllBytes(consistency));
        if (consistency is not null && proof is null)
            return (null, EvidenceRefusals.ConsistencyMalformed.Because(null, ("name", consistency)));
        return (new VerifyOptions { Keys = [.. texts.Select(Key)], Witnesses = [.. witness.Select(Key)], Earlier = earlier, Consistency = proof }, null);
    }

    private static NoteVerifier Key(string text) =>
        NoteVerifier.TryParse(text, out var verifier) ? verifier : throw new ArgumentException(text, nameof(text));

    // As it was published, with its signatures; or only its three lines, as they stand on paper.
    private static Checkpoint? Earlier(string text) =>
        Checkpoint.TryParse(SignedNote.TryParse(text, out var note) ? note.Text : text.TrimEnd() + "\n", out var checkpoint)
            ? checkpoint
            : null;

    // A line of consistency.jsonl, or what the service answers: whichever member is a list of hashes.
    private static ImmutableArray<Digest>? Proof(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var member in document.RootElement.EnumerateObject())
                if (member.Value.ValueKind == JsonValueKind.Array)
                    return [.. member.Value.EnumerateArray().Select(h => Digest.TryParse(h.GetString(), out var digest) ? digest : throw new JsonException())];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Said by the caller.
        }
        return null;
    }

    private static int Report(Verification verification, string path, bool json)
    {
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(new { package = path, verification.Holds, verification.Fits, verification.Checks, verification.Contents }, Json));
        else
            Console.Out.Write(InWords(verification, path));
        return verification.Holds ? 0 : verification.Fits ? Unnamed : 1;
    }

    private static string InWords(Verification verification, string path)
    {
        var text = new StringBuilder();
        text.AppendLine(null, $"核验 verifying {path}");
        if (verification.Contents is { } contents)
            text.AppendLine(null, $"证据包 package {contents.Package} · {contents.Purpose}")
                .AppendLine(
                    null,
                    $"隐患 hazards {contents.Hazards} · 事件 events {contents.Events} · 状态 states {contents.States} · 文件 files {contents.Files} · 截至 as of {ChinaTime.Format(contents.AsOf)}");
        text.AppendLine();
        foreach (var check in verification.Checks)
            text.AppendLine(null, $"{Mark(check.Outcome)} {check.Chinese}")
                .AppendLine(null, $"     {check.English}{(check.Code is null ? "" : $" [{check.Code}]")}");
        text.AppendLine().AppendLine(Verdict(verification));
        return text.ToString();
    }

    private static string Mark(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Holds => "[对]",
        CheckOutcome.Fails => "[错]",
        CheckOutcome.Heed => "[注意]",
        _ => "[未核验]",
    };

    private static string Verdict(Verification verification) =>
        (verification.Fits, verification.Holds, verification.Checks.Any(c => c.Outcome == CheckOutcome.Heed)) switch
    {
        (true, true, false) => """
            结论：核验通过。标“对”的各项已经证明，标“未核验”的没有：包中的事件与日志签名时逐字节相同，没有插入、改动或颠倒。
            RESULT: it holds. What is marked 对 is proved, what is marked 未核验 is not: the events are byte for byte what the log signed, none inserted, altered or out of order.
            """,
        (true, true, true) => """
            结论：核验通过，但以上面“注意”的事项为限，请逐项处理；标“未核验”的没有证明。
            RESULT: it holds, within the limits marked 注意 above: see to them; what is marked 未核验 is not proved.
            """,
        (true, false, _) => """
            结论：什么都没有证明。没有给出您从别处得到的公钥（--key），包只与其自带的公钥相符。
            RESULT: nothing is proved. No key had from elsewhere was given (--key); the package fits the key that it brings along.
            """,
        _ => """
            结论：核验未通过。请勿将此包作为证据使用；原因见上面的“错”。
            RESULT: REFUSED. Do not use this package as evidence; the reason is marked 错.
            """,
    };

    /// <summary>How far it is, on a terminal.</summary>
    private sealed class Percent : IProgress<double>
    {
        private int shown = -1;

        public void Report(double value)
        {
            var now = (int)(value * 100);
            if (now == shown)
                return;
            shown = now;
            Console.Error.Write(now == 100 ? "\r      \r" : $"\r{now,3} % ");
        }
    }
}
