using System.CommandLine;
using Hazards.Api.Administration.Jobs;
using Hazards.Evidence.Proof;

namespace Hazards.Api.Proofs;

/// <summary>防篡改证明: the trees over the log, their checkpoints, keys and witnesses.</summary>
internal sealed class ProofModule : IModule
{
    public static readonly QueryParameter Hash = new(
        "hash", typeof(string), "哪棵树：sha256（默认）或 sm3", "Which tree: sha256 (default) or sm3") { Longest = 20 };

    private static readonly QueryParameter Size = new(
        "size", typeof(long), "树的大小；默认为最近的检查点", "The tree's size; the newest checkpoint's when left out") { Least = 1 };

    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<Deliveries>();
        services.AddHostedService<TreeKeeper>();
        services.AddSingleton<OutsideHolders>();
        services.AddSingleton<Timestamping>();
        services.AddScheduled(
            JobKind.TimestampCheckpoints, o => o.Timestamps is not { } tsa ? null : tsa.Every < o.PushEvery ? tsa.Every : o.PushEvery,
            (s, stop) => s.GetRequiredService<Timestamping>().PassAsync(stop));
        services.AddScheduled(
            JobKind.DeliverCheckpoints, o => o.PushEvery, (s, stop) => s.GetRequiredService<Deliveries>().PassAsync(stop));
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/log",
            new Operation(
                Tag.Proof, "日志概况：树、最近的检查点、未能签名的原因",
                "The log: its trees, newest checkpoints, and why it is not signed, if it is not") { Answer = typeof(LogView) },
                CheckpointEndpoints.LogAsync);
        api.Get(
            "/log/keys",
            new Operation(Tag.Proof, "验证公钥及其使用期间",
                "The keys that check the log's signatures, with their periods") { Answer = typeof(LogKeyList) },
                CheckpointEndpoints.KeysAsync);
        api.Post(
            "/log/keys/rotation",
            new Operation(Tag.Proof, "轮换签名密钥：新旧两把同时签名一次，旧的停用", "Rotate the signing key: both sign once, then the old one is retired")
        {
            Body = typeof(RotateLogKey), IsAct = true, Answer = typeof(LogKeyList), Forbids = WitnessEndpoints.NotOfTheDeployment,
        }, WitnessEndpoints.RotateAsync);

        MapCheckpoints(api);
        MapProofs(api);
        MapWitnesses(api);
    }

    public IEnumerable<Command> Commands() => ProofCommands.All();

    private static void MapCheckpoints(IEndpointRouteBuilder api)
    {
        api.Get(
            "/log/checkpoint",
            new Operation(Tag.Proof, "最近的检查点：C2SP 签名文本", "The newest checkpoint, a C2SP signed note") { Query = [Hash],
                Files = ["text/plain"] }, CheckpointEndpoints.NewestNoteAsync);
        api.Get("/log/checkpoints", new Operation(Tag.Proof, "检查点，最近的在前", "Checkpoints, the newest first")
        {
            Query = [Hash, new("below", typeof(long), "只列小于此大小的", "Only those smaller than this size") { Least = 1 }, Parameters.Limit],
            Answer = typeof(CheckpointPage),
        }, CheckpointEndpoints.ListAsync);
        api.Post("/log/checkpoints", new Operation(Tag.Proof, "立即签发覆盖现有全部事件的检查点", "Sign a checkpoint over all events there are, now")
        {
            Query = [Hash], BodyMediaType = "text/plain", Answer = typeof(CheckpointView),
        }, CheckpointEndpoints.SignAsync);
        api.Get(
            "/log/checkpoints/{size}",
            new Operation(Tag.Proof, "某个大小的检查点及其签名（latest 为最近的）", "The checkpoint of a size with its signatures (latest: the newest)")
            {
                Query = [Hash], Answer = typeof(CheckpointView),
            }, CheckpointEndpoints.FindAsync);
        api.Get(
            "/log/checkpoints/{size}/note",
            new Operation(Tag.Proof, "某个大小的检查点：C2SP 签名文本", "The checkpoint of a size, a C2SP signed note")
            {
                Query = [Hash], Files = ["text/plain"],
            }, CheckpointEndpoints.NoteAsync);
        api.Get(
            "/log/checkpoints/{size}/sheet",
            new Operation(Tag.Proof, "检查点存证单：可打印、盖章、留存", "The checkpoint as a sheet to print, stamp and keep")
            {
                Query = [Hash], Files = ["text/html"],
            }, CheckpointEndpoints.SheetAsync);
        api.Get(
            "/log/checkpoints/{size}/timestamp",
            new Operation(Tag.Proof, "某个检查点的时间戳：RFC 3161 回复，原样", "The timestamp of a checkpoint: the reply of RFC 3161, verbatim")
        {
            Query = [Hash], Files = [CheckpointEndpoints.TimestampReply],
        }, CheckpointEndpoints.TimestampAsync);
        api.Post(
            "/log/checkpoints/{size}/cosignatures",
            new Operation(Tag.Proof, "提交见证方的联署：C2SP 签名行", "Bring cosignatures of witnesses: C2SP signature lines")
        {
            Query = [Hash], BodyMediaType = "text/plain", Answer = typeof(CheckpointView),
        }, CheckpointEndpoints.CosignAsync);
    }

    private static void MapProofs(IEndpointRouteBuilder api)
    {
        api.Get("/log/proofs/inclusion", new Operation(Tag.Proof, "包含证明：某个事件在树中", "Proof that an event is in the tree")
        {
            Query =
            [
                Hash, Size,
                new("position", typeof(long), "事件的位置号", "The event's position") { Least = 1 },
                new("stream", typeof(Guid), "或：事件所在的流", "Or: the stream the event is in"),
                new("version", typeof(long), "以及它在流中的版本", "And its version in the stream") { Least = 1 },
            ],
            Answer = typeof(InclusionView),
        }, ProofEndpoints.InclusionAsync);
        api.Get("/log/proofs/consistency", new Operation(Tag.Proof, "一致性证明：后来的树延续了先前的树", "Proof that a later tree continues an earlier one")
        {
            Query = [
                Hash, new("from", typeof(long), "先前的大小", "The earlier size") { Least = 1 },
                new("to", typeof(long), "后来的大小；默认为最近的检查点", "The later size; the newest checkpoint's when left out")],
            Answer = typeof(ConsistencyView),
        }, ProofEndpoints.ConsistencyAsync);
        api.Get(
            "/log/tile/{**path}",
            new Operation(Tag.Proof, "树的瓦片：C2SP tlog-tiles 路径", "A tile of the tree, by its C2SP tlog-tiles path")
            {
                Query = [Hash], Files = ["application/octet-stream"],
            }, ProofEndpoints.TileAsync);
    }

    private static void MapWitnesses(IEndpointRouteBuilder api)
    {
        api.Get(
            "/log/witnesses",
            new Operation(Tag.Proof, "见证方及送达情况", "The witnesses, and how far checkpoints have got with them")
            {
                Answer = typeof(WitnessList),
            }, WitnessEndpoints.ListAsync);
        api.Post(
            "/log/witnesses",
            new Operation(Tag.Proof, "登记见证方", "Register a witness")
            {
                Body = typeof(RegisterWitness), IsAct = true, Forbids = WitnessEndpoints.NotOfTheDeployment, Answer = typeof(WitnessList),
                Success = 201,
            }, WitnessEndpoints.RegisterAsync);
        api.Post(
            "/log/witnesses/retirement",
            new Operation(Tag.Proof, "注销见证方", "Retire a witness")
            {
                Body = typeof(RetireVerifier), IsAct = true, Forbids = WitnessEndpoints.NotOfTheDeployment, Answer = typeof(WitnessList),
            }, WitnessEndpoints.RetireAsync);
        api.Get(
            "/witness",
            new Operation(Tag.Proof, "本部署作为见证方：公钥、受托见证的日志", "This deployment as a witness: its key, the logs it witnesses")
            {
                Answer = typeof(WitnessedList),
            }, WitnessEndpoints.WitnessedAsync);
        api.Post(
            "/witness/logs",
            new Operation(Tag.Proof, "受托见证另一日志：登记其公钥", "Witness another log: register its key")
            {
                Body = typeof(WitnessLog), IsAct = true, Forbids = WitnessEndpoints.NotOfTheDeployment, Answer = typeof(WitnessedList),
                Success = 201,
            }, WitnessEndpoints.AddLogAsync);
        api.Post(
            "/witness/logs/removal",
            new Operation(Tag.Proof, "停止见证另一日志的某把公钥", "Trust a key of another log no more")
            {
                Body = typeof(RetireVerifier), IsAct = true, Forbids = WitnessEndpoints.NotOfTheDeployment, Answer = typeof(WitnessedList),
            }, WitnessEndpoints.RemoveLogAsync);
        // The protocol knows no keys of ours: what is signed by a registered log is answered, nothing else.
        api.Post(
            "/witness/add-checkpoint",
            new Operation(
                Tag.Proof, "见证协议：提交检查点，得到联署（C2SP tlog-witness）",
                "The witness protocol: submit a checkpoint, get a cosignature (C2SP tlog-witness)")
        {
            Open = true, BodyMediaType = "text/plain", Files = ["text/plain"], PlainErrors = true,
        }, WitnessEndpoints.AddCheckpointAsync);
        api.Get(
            "/witness/{origin}/checkpoint",
            new Operation(
                Tag.Proof, "见证协议：某日志最近一次联署的检查点，以来源名的 SHA-256 查询",
                "The witness protocol: the last checkpoint cosigned of a log, by the SHA-256 of its origin") { Open = true,
                Files = ["text/plain"], PlainErrors = true }, WitnessEndpoints.WitnessedCheckpointAsync);
    }
}

/// <summary>Reads what the endpoints of this module share.</summary>
internal static class ProofQuery
{
    /// <summary>The tree asked for, or the first of the deployment; null, and refused, when there is no such tree.</summary>
    public static TreeHash? Tree(this Call call, LogKeys keys)
    {
        if (call.Query.Text(ProofModule.Hash.Name, 20) is not { } name)
            return keys.Trees[0];
        if (keys.Trees.FirstOrDefault(t => t.Name == name) is { } found)
            return found;
        call.Query.Refuse(ProofRefusals.NoTree.Because(ProofModule.Hash.Name, ("hash", name), ("known", string.Join(", ", keys.Trees))));
        return null;
    }
}
