using Hazards.Domain;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Api.Proofs;

/// <summary>Why the log cannot be signed, or something of it not proved.</summary>
internal static class ProofRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    public static readonly RefusalCode NoKeyFolder = new(
        "proof.no_key_folder", Unavailable, "服务未配置密钥目录（--keys 或 HAZARDS_KEYS），不能签发检查点",
        "The service has no key folder (--keys or HAZARDS_KEYS) and cannot sign checkpoints");
    public static readonly RefusalCode KeyOfAnother = new(
        "proof.key_of_another", Unavailable, "本日志由另一把密钥（{key}）签名，密钥目录中没有它；不会用别的密钥签名。请恢复本部署的密钥目录（备份中的 {file}），或核对连接的数据库是否正确",
        "The log is signed by another key ({key}), which the key folder does not hold, and is not signed with any other. Restore this deployment's key folder ({file} from its backup), or check whether the service is connected to the right database");
    public static readonly RefusalCode SigningFailed = new(
        "proof.signing_failed", Unavailable, "最近一次签名没有成功（{what}），将自动重试；详情见服务日志",
        "The last attempt to sign failed ({what}) and will be made again; the service's log says more");
    public static readonly RefusalCode EmptyLog = new(
        "proof.log_empty", Conflict, "日志还没有事件，没有可签发的检查点", "The log has no event yet, and so no checkpoint to sign");
    public static readonly RefusalCode BeyondLog = new(
        "proof.beyond_log", Unprocessable, "日志只有 {size} 个事件，不能签发覆盖第 {position} 个的检查点",
        "The log has {size} events; no checkpoint can cover number {position}");
    public static readonly RefusalCode RolledBack = new(
        "proof.rolled_back", Unavailable,
        "数据库中的日志（{size} 个事件）比本机记得的最近一次签名（{remembered} 个，见密钥目录 {file}）短：数据库可能被恢复到旧备份。已停止签名；请恢复完整的数据库，或运行 audit 查明",
        "The log in the database has {size} events, fewer than the {remembered} of the checkpoint this machine remembers having signed ({file} in the key folder): the database may have been put back to an older backup. Nothing is signed; restore the whole database, or run audit to find out");
    public static readonly RefusalCode Shorter = new(
        "proof.log_shorter", Unavailable,
        "数据库中的日志只到第 {size} 个事件，而此前已有第 {told} 个（已告知调用方，或已入树）：数据库可能被恢复到旧备份，或故障切换丢失了最后的提交。请停止写入，保留现状并查明，之后重启各节点",
        "The log in the database ends at event {size}, but there was an event {told}, which callers were told of or a tree covers: an older backup may have been restored, or a fail-over lost the last commits. Stop writing, keep what there is and find out; then restart the nodes");
    public static readonly RefusalCode Rewritten = new(
        "proof.rewritten", Unavailable, "数据库中前 {remembered} 个事件与已签名的检查点（{where}）不一致：记录被改动过。已停止签名；请运行 audit 查明",
        "The first {remembered} events in the database are not those of a signed checkpoint ({where}): the record was altered. Nothing is signed; run audit to find out");
    public static readonly RefusalCode NoTree = new(
        "proof.no_tree", RefusalKind.NotFound, "本部署没有 {hash} 树；现有：{known}", "This deployment has no {hash} tree; it has: {known}");
    public static readonly RefusalCode NoCheckpoint = new(
        "proof.no_checkpoint", RefusalKind.NotFound, "没有大小为 {size} 的检查点；最近一次的大小为 {latest}",
        "There is no checkpoint of size {size}; the newest has size {latest}");
    public static readonly RefusalCode NoTimestamp = new(
        "proof.no_timestamp", RefusalKind.NotFound, "大小为 {size} 的检查点没有时间戳；最近一个有时间戳的大小为 {latest}",
        "The checkpoint of size {size} was not timestamped; the newest that was has size {latest}");
    public static readonly RefusalCode Size = new(
        "proof.size", Invalid, "“{value}”不是检查点大小：应为正整数，或 latest", "“{value}” is no checkpoint's size: a positive whole number, or latest");
    public static readonly RefusalCode BeyondTree = new(
        "proof.beyond_tree", Unprocessable, "大小 {size} 超出树的现有大小 {tree}", "Size {size} lies beyond the tree, which has {tree} leaves");
    public static readonly RefusalCode BeyondSize = new(
        "proof.beyond_size", Unprocessable, "第 {position} 个事件不在大小为 {size} 的树中",
        "The event at position {position} is not in the tree of size {size}");
    public static readonly RefusalCode Backwards = new(
        "proof.sizes_backwards", Unprocessable, "起始大小 {from} 大于终止大小 {to}：一致性证明只能从小到大",
        "from ({from}) is larger than to ({to}): a tree continues smaller ones only");
    public static readonly RefusalCode WhichEvent = new(
        "proof.which_event", Invalid, "请给出 position，或同时给出 stream 和 version", "Give position, or stream together with version");
    public static readonly RefusalCode NoEvent = new("proof.no_event", RefusalKind.NotFound, "没有这个事件", "There is no such event");
    public static readonly RefusalCode NoTile = new(
        "proof.no_tile", RefusalKind.NotFound, "没有 {path}：路径应符合 C2SP tlog-tiles，且不超出大小为 {size} 的树",
        "There is no {path}: a path is one of C2SP tlog-tiles within the tree of {size} leaves");
    public static readonly RefusalCode Forbidden = new(
        "proof.forbidden", RefusalKind.Forbidden, "日志的密钥与见证方由本部署统一管理：只有管辖范围为全国的系统管理员可以办理",
        "The log's keys and witnesses are the deployment's: only an administrator with jurisdiction over all of it may act on them");
    public static readonly RefusalCode Contended = new(
        "proof.contended", Conflict, "同时有其他人在办理，请重试", "Somebody else is at it at the same time; try again");
    public static readonly RefusalCode Verifier = new(
        "proof.verifier", Unprocessable, "“{value}”不是这里可用的验证公钥：应为 C2SP 格式 名称+编号+Base64，{type}",
        "“{value}” is no verifier key that can be used here: C2SP's name+id+Base64, {type}");
    public static readonly RefusalCode PrivateUrl = new("proof.url_private", Unprocessable,
        "{host} 是本机、内网或保留地址，未经部署方许可（HAZARDS_WEBHOOKS_PRIVATE）不能使用",
        "{host} is this machine, a private or a reserved address; the service's operator must allow such ones (HAZARDS_WEBHOOKS_PRIVATE)");
    public static readonly RefusalCode UrlUserInfo = new("proof.url_user_info", Unprocessable, "地址中不能有用户名、密码、? 或 #",
        "The address may hold neither a user's name or password nor a query or fragment");
    public static readonly RefusalCode Url = new(
        "proof.url", Unprocessable, "“{value}”不是可用的地址：应为 http 或 https 的完整地址",
        "“{value}” is no address that can be used: a whole one, http or https");
    public static readonly RefusalCode WitnessKnown = new("proof.witness_known", Conflict, "该公钥已登记", "This key is registered already");
    public static readonly RefusalCode WitnessUnknown = new(
        "proof.witness_unknown", Unprocessable, "签名者 {name}（{id}）不是已登记的见证方，其联署不予收存",
        "{name} ({id}) is no registered witness; its cosignature is not kept");
    public static readonly RefusalCode CosignatureWrong = new(
        "proof.cosignature_wrong", Unprocessable, "{name} 的联署与检查点不符：不是对大小为 {size} 的这一检查点的签名",
        "The cosignature by {name} is not one of this checkpoint of size {size}");
    public static readonly RefusalCode CosignatureForm = new(
        "proof.cosignature_form", Invalid, "应为一行或多行 C2SP 签名行（— 名称 Base64）", "Send one or more C2SP signature lines (— name Base64)");
#pragma warning restore CS1591
}
