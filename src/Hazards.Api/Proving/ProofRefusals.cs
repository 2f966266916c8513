using Hazards.Domain;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Api.Proving;

/// <summary>Why the log cannot be signed, or something of it not proved.</summary>
public static class ProofRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NoKeyFolder = new("proof.no_key_folder", Unavailable, "服务未配置密钥目录（--keys 或 HAZARDS_KEYS），不能签发检查点", "The service has no key folder (--keys or HAZARDS_KEYS) and cannot sign checkpoints");
    public static readonly RefusalCode KeyOfAnother = new("proof.key_of_another", Unavailable, "本日志由另一把密钥（{key}）签名，密钥目录中没有它；不会用别的密钥签名。请恢复本部署的密钥目录（备份中的 {file}），或核对连接的数据库是否正确", "The log is signed by another key ({key}), which the key folder does not hold, and is not signed with any other. Restore this deployment's key folder ({file} from its backup), or check whether the service is connected to the right database");
    public static readonly RefusalCode KeyDamaged = new("proof.key_damaged", Unavailable, "密钥目录中的文件不可用：{what}", "A file in the key folder cannot be used: {what}");
    public static readonly RefusalCode EmptyLog = new("proof.log_empty", Conflict, "日志还没有事件，没有可签发的检查点", "The log has no event yet, and so no checkpoint to sign");
    public static readonly RefusalCode BeyondLog = new("proof.beyond_log", Unprocessable, "日志只有 {size} 个事件，不能签发覆盖第 {position} 个的检查点", "The log has {size} events; no checkpoint can cover number {position}");
    public static readonly RefusalCode RolledBack = new("proof.rolled_back", Unavailable, "数据库中的日志（{size} 个事件）比本机记得的最近一次签名（{remembered} 个，见密钥目录 {file}）短：数据库可能被恢复到旧备份。已停止签名；请恢复完整的数据库，或运行 audit 查明", "The log in the database has {size} events, fewer than the {remembered} of the checkpoint this machine remembers having signed ({file} in the key folder): the database may have been put back to an older backup. Nothing is signed; restore the whole database, or run audit to find out");
    public static readonly RefusalCode Rewritten = new("proof.rewritten", Unavailable, "数据库中前 {remembered} 个事件与已签名的检查点（{where}）不一致：记录被改动过。已停止签名；请运行 audit 查明", "The first {remembered} events in the database are not those of a signed checkpoint ({where}): the record was altered. Nothing is signed; run audit to find out");
    public static readonly RefusalCode NoTree = new("proof.no_tree", RefusalKind.NotFound, "本部署没有 {hash} 树；现有：{known}", "This deployment has no {hash} tree; it has: {known}");
    public static readonly RefusalCode NoCheckpoint = new("proof.no_checkpoint", RefusalKind.NotFound, "没有大小为 {size} 的检查点；最近一次的大小为 {latest}", "There is no checkpoint of size {size}; the newest has size {latest}");
#pragma warning restore CS1591
}
