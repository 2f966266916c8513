using Hazards.Domain;
using static Hazards.Domain.RefusalKind;

namespace Hazards.Evidence;

/// <summary>What can be wrong with a package: every reason for which one is refused.</summary>
public static class EvidenceRefusals
{
#pragma warning disable CS1591 // each code says in both languages what it means
    // The file.
    public static readonly RefusalCode NoFile = new("package.no_file", NotFound, "没有文件 {path}", "There is no file {path}");
    public static readonly RefusalCode Folder = new(
        "package.folder", Invalid, "{path} 是文件夹，请给出 zip 文件本身（不要解压）", "{path} is a folder; give the zip itself (do not unpack it)");
    public static readonly RefusalCode Empty = new("package.empty", Invalid, "文件是空的", "The file is empty");
    public static readonly RefusalCode NotZip = new("package.not_zip", Invalid, "不是 zip 文件", "It is no zip file");
    public static readonly RefusalCode Prepended = new(
        "package.prepended", Invalid, "zip 之前多出 {bytes} 字节", "{bytes} bytes stand before the zip");
    public static readonly RefusalCode Appended = new(
        "package.appended", Invalid, "zip 之后多出 {bytes} 字节（或 zip 注释）", "{bytes} bytes stand after the zip (or as its comment)");
    public static readonly RefusalCode Cut = new(
        "package.cut", Invalid, "文件不完整：到第 {at} 字节就结束了（{what}）；请重新下载", "The file was cut: it ends at byte {at} ({what}); download it again");
    public static readonly RefusalCode Repacked = new(
        "package.repacked", Invalid, "不是原始的包：被其他程序重新打包或改动过（第 {at} 字节，{what}）；请使用原始 zip",
        "It is not the original: another program packed it anew or changed it (byte {at}, {what}); use the original zip");
    public static readonly RefusalCode Encrypted = new("package.encrypted", Invalid, "“{name}”是加密的", "“{name}” is encrypted");
    public static readonly RefusalCode Outside = new(
        "package.path", Invalid, "条目名“{name}”不允许：可能指向包外", "An entry may not be named “{name}”: it could lead outside the package");
    public static readonly RefusalCode Link = new("package.link", Invalid, "“{name}”是符号链接", "“{name}” is a symbolic link");
    public static readonly RefusalCode Twice = new("package.twice", Invalid, "“{name}”出现了两次", "“{name}” is there twice");
    public static readonly RefusalCode TooMany = new("package.too_many", Invalid, "条目超过 {most} 个", "There are more than {most} entries");
    public static readonly RefusalCode TooLarge = new(
        "package.too_large", Invalid, "“{name}”有 {size} 字节，最多 {most} 字节", "“{name}” has {size} bytes; {most} at most");

    // What the manifest says.
    public static readonly RefusalCode Missing = new("package.missing", Invalid, "缺少“{name}”", "“{name}” is missing");
    public static readonly RefusalCode Unexpected = new(
        "package.unexpected", Invalid, "“{name}”不在清单中，或不应在包中", "“{name}” is not in the manifest, or has no place in a package");
    public static readonly RefusalCode Order = new(
        "package.order", Invalid, "条目次序与清单不符：应为“{expected}”，却是“{name}”",
        "The entries are not in the manifest's order: “{expected}” should be where “{name}” is");
    public static readonly RefusalCode Content = new(
        "package.content", Invalid, "“{name}”的内容与清单中的摘要不符：被改动过",
        "The content of “{name}” has not the digest that the manifest gives: it was altered");
    public static readonly RefusalCode Format = new(
        "manifest.format", Unsupported, "包的格式是“{format}”，本工具只认识 {known}；请用较新的工具",
        "The package is of format “{format}”; this tool knows {known}: use a newer one");
    public static readonly RefusalCode ManifestMalformed = new(
        "manifest.malformed", Invalid, "清单无法读取：{detail}", "The manifest cannot be read: {detail}");
    public static readonly RefusalCode NoteMalformed = new(
        "manifest.note_malformed", Invalid, "manifest.note 不是签名文本", "manifest.note is no signed note");
    public static readonly RefusalCode Forged = new(
        "manifest.signature", Invalid, "清单签名无效：不是公钥 {key} 签的", "The manifest's signature is wrong: the key {key} did not make it");
    public static readonly RefusalCode OtherManifest = new(
        "manifest.other", Invalid, "签名是对另一份清单的（{what}不符）", "The signature is over another manifest ({what} differs)");
    public static readonly RefusalCode Keys = new(
        "key.malformed", Invalid, "keys.json 无法读取：{detail}", "keys.json cannot be read: {detail}");
    public static readonly RefusalCode OtherLog = new(
        "key.other_log", Invalid, "包来自另一个日志“{origin}”，不是您信任的公钥所属的“{trusted}”",
        "The package was made from another log, “{origin}”, not from “{trusted}” whose key you trust");
    public static readonly RefusalCode OtherKey = new(
        "key.other", Invalid, "没有您信任的公钥的签名；包由 {key} 签名", "No key that you trust has signed it; the package is signed by {key}");

    // The checkpoint.
    public static readonly RefusalCode CheckpointMalformed = new(
        "checkpoint.malformed", Invalid, "“{name}”不是检查点", "“{name}” is no checkpoint");
    public static readonly RefusalCode CheckpointSignature = new(
        "checkpoint.signature", Invalid, "检查点没有日志公钥的有效签名", "The checkpoint bears no right signature of the log's key");
    public static readonly RefusalCode CheckpointOther = new(
        "checkpoint.other", Invalid, "检查点与清单不符：{what}", "The checkpoint is not the one of the manifest: {what} differs");
    public static readonly RefusalCode NoCosignature = new(
        "checkpoint.no_cosignature", Invalid, "检查点没有见证人 {witness} 的有效会签",
        "The checkpoint bears no right cosignature of the witness {witness}");
    public static readonly RefusalCode EarlierOther = new(
        "checkpoint.earlier_other", Invalid, "另存的检查点属于另一个日志“{origin}”", "The checkpoint kept elsewhere is of another log, “{origin}”");
    public static readonly RefusalCode EarlierUnproved = new(
        "checkpoint.earlier_unproved", Invalid, "包内没有从另存的检查点（{from}）到本检查点（{size}）的一致性证明；请向服务索取后用 --consistency 给出",
        "The package has no proof from the checkpoint kept elsewhere ({from}) to this one ({size}); ask the service for it and give it with --consistency");
    public static readonly RefusalCode ConsistencyMalformed = new(
        "checkpoint.consistency_malformed", Invalid, "“{name}”不是一致性证明", "“{name}” is no consistency proof");
    public static readonly RefusalCode Rewritten = new(
        "checkpoint.rewritten", Invalid, "日志被改写过：本检查点（{size}）不是由另存的检查点（{from}）延续而来",
        "The log was rewritten: this checkpoint ({size}) does not continue the one kept elsewhere ({from})");

    // The time.
    public static readonly RefusalCode TimeHalf = new(
        "time.incomplete", Invalid, "时间戳不完整：{name} 缺失", "The timestamp is incomplete: {name} is missing");
    public static readonly RefusalCode TimeCheckpoint = new(
        "time.checkpoint", Invalid, "加盖时间戳的检查点不是本日志的，或带有伪造的签名",
        "The checkpoint that was timestamped is not one of this log, or bears a false signature");
    public static readonly RefusalCode TimeRewritten = new(
        "time.rewritten", Invalid, "本检查点（{size}）不能证明由加盖时间戳的检查点（{from}）延续而来",
        "This checkpoint ({size}) is not proved to continue the one that was timestamped ({from})");
    public static readonly RefusalCode TimeMalformed = new(
        "time.malformed", Invalid, "{name} 不是授予时间戳的 RFC 3161 回复", "{name} is no reply of RFC 3161 that grants a timestamp");
    public static readonly RefusalCode TimeImprint = new(
        "time.imprint", Invalid, "时间戳不是对这一检查点的：散列不符", "The timestamp is not one of this checkpoint: the hash is another");
    public static readonly RefusalCode TimeSignature = new(
        "time.signature", Invalid, "时间戳的签名无效：被改动过", "The timestamp's signature is wrong: it was altered");
    public static readonly RefusalCode TimePurpose = new(
        "time.purpose", Invalid, "签时间戳的证书不是专用于时间戳的，或当时不在有效期内",
        "The certificate that signed the timestamp is not one for timestamps alone, or was not valid then");
    public static readonly RefusalCode TimeAuthority = new(
        "time.authority", Invalid, "时间戳不是您信任的机构签的", "The timestamp is not by the authority that you trust");
    public static readonly RefusalCode TimeBefore = new(
        "time.before_events", Invalid, "时间戳（{time}）早于它所覆盖的事件的记录时间（{recorded}）：记录时间不可信",
        "The timestamp ({time}) is from before events that it covers were recorded ({recorded}): the recorded times are not to be believed");

    // The events.
    public static readonly RefusalCode Line = new(
        "event.line", Invalid, "{name} 第 {line} 行无法读取：{detail}", "{name}, line {line}, cannot be read: {detail}");
    public static readonly RefusalCode NotCanonical = new(
        "event.not_canonical", Invalid, "{name} 第 {line} 行不是规范形式（RFC 8785）", "{name}, line {line}, is not in canonical form (RFC 8785)");
    public static readonly RefusalCode OtherStream = new(
        "event.other_stream", Invalid, "{name} 第 {line} 行是另一事件流（{stream}）的", "{name}, line {line}, is of another stream ({stream})");
    public static readonly RefusalCode Gap = new(
        "event.gap", Invalid, "{name} 第 {line} 行应为第 {expected} 版，却是第 {version} 版：有事件缺失、重复或次序颠倒",
        "{name}, line {line}, should be version {expected} and is {version}: events are missing, repeated or out of order");
    public static readonly RefusalCode Count = new(
        "event.count", Invalid, "{name} 有 {count} 个事件，清单说有 {expected} 个", "{name} has {count} events; the manifest says {expected}");
    public static readonly RefusalCode Later = new(
        "event.later", Invalid, "位置 {position} 的事件记录于 {recorded}，晚于包的截止时点 {asOf}",
        "The event at position {position} was recorded {recorded}, after the package's {asOf}");
    public static readonly RefusalCode Backwards = new(
        "event.backwards", Invalid, "位置 {position} 的事件记录时间早于前面的事件，或位置重复",
        "The event at position {position} was recorded before one in front of it, or its position is there twice");
    public static readonly RefusalCode ProofLine = new(
        "proof.line", Invalid, "{name} 第 {line} 行无法读取：{detail}", "{name}, line {line}, cannot be read: {detail}");
    public static readonly RefusalCode ProofOther = new(
        "proof.other", Invalid, "{name} 第 {line} 行不是同一行事件（位置 {position}）的证明",
        "{name}, line {line}, is no proof of the event on the same line (position {position})");
    public static readonly RefusalCode Unproved = new(
        "proof.wrong", Invalid, "位置 {position} 的事件不在检查点的树中：证明不成立",
        "The event at position {position} is not in the checkpoint's tree: its proof does not hold");
    public static readonly RefusalCode Unknown = new(
        "state.unknown_event", Unsupported, "位置 {position} 的事件“{type}”本工具不认识或无法读取，请用较新的工具：{detail}",
        "The event at position {position}, “{type}”, is not known to this tool or cannot be read; use a newer one: {detail}");
    public static readonly RefusalCode Impossible = new(
        "state.impossible", Invalid, "位置 {position} 的事件“{type}”不可能在此发生", "The event at position {position}, “{type}”, cannot happen there");
    public static readonly RefusalCode State = new(
        "state.differs", Invalid, "“{name}”与重放事件所得不符", "“{name}” is not what a replay of the events gives");

    // What the events name.
    public static readonly RefusalCode FileMissing = new(
        "file.missing", Invalid, "事件（位置 {position}）所附的文件 {digest} 不在包中，也没有说明为何不提供",
        "The file {digest}, which the event at position {position} names, is neither here nor said to be withheld");
    public static readonly RefusalCode FileUnnamed = new(
        "file.unnamed", Invalid, "“{name}”不是任何事件所附的文件", "No event names the file “{name}”");
    public static readonly RefusalCode FileName = new(
        "file.name", Invalid, "“{name}”的名称与其内容的 SHA-256 不符", "“{name}” is not named by the SHA-256 of its content");
    public static readonly RefusalCode PolicyMissing = new(
        "policy.missing", Invalid, "事件所依据的制度 {version} 有据可查，却不在包中",
        "The policy {version}, by which events were decided and whose text is known, is not here");
    public static readonly RefusalCode PolicyUnproved = new(
        "policy.unproved", Invalid, "“{name}”既不是包中事件采用的文本，也不是随产品发布的文本",
        "“{name}” is neither a text that an event here adopts nor one that ships with the product");
    public static readonly RefusalCode CalendarMissing = new(
        "calendar.edition_missing", Invalid, "事件所依据的工作日历第 {edition} 版不在包中",
        "Edition {edition} of the working calendar, by which events were decided, is not here");
    public static readonly RefusalCode CalendarUnproved = new(
        "calendar.unproved", Invalid, "“{name}”与包中日历事件得出的日历不符", "“{name}” is not the calendar that the events here give");
    public static readonly RefusalCode PersonUnreadable = new(
        "person.unreadable", Invalid, "“{name}”无法读取，或名称与其内容不符", "“{name}” cannot be read, or its name is not that of its content");
    public static readonly RefusalCode PersonUnnamed = new(
        "person.unnamed", Invalid, "“{name}”所说的事件不在包中，或没有封存这个人的信息",
        "The event that “{name}” is about is not here, or holds no such person");
    public static readonly RefusalCode PersonKey = new(
        "person.wrong_key", Invalid, "“{name}”中的密钥不是事件中密文的密钥",
        "The key in “{name}” is not the one that the event's data were sealed under");
    public static readonly RefusalCode PersonAltered = new(
        "person.altered", Invalid, "“{name}”与事件中密文打开后的内容不符", "“{name}” is not what the event's sealed data open to");

    // Whether it is whole.
    public static readonly RefusalCode RequestMissing = new(
        "request.missing", Invalid, "包内没有日志中的申请事件（evidence_requested），无从得知应有哪些隐患",
        "The event that asked for the package (evidence_requested) is not here: which hazards belong in it cannot be told");
    public static readonly RefusalCode RequestOther = new(
        "request.other", Invalid, "清单与日志中第 {position} 号申请事件不符：{what}",
        "The manifest is not what the request at position {position} asked for: {what} differs");
    public static readonly RefusalCode HazardOmitted = new(
        "request.hazard_omitted", Invalid, "第 {position} 号申请事件所列的隐患 {hazard} 不在包中，或其事件不全",
        "The hazard {hazard}, which the request at position {position} lists, is not here, or not all of its events are");
    public static readonly RefusalCode HazardAdded = new(
        "request.hazard_added", Invalid, "隐患 {hazard} 不在第 {position} 号申请事件所列之中",
        "The hazard {hazard} is not one that the request at position {position} lists");
    public static readonly RefusalCode Uncounted = new(
        "whole.uncounted", Invalid, "申请事件说明将有清点事件（evidence_counted），包内却没有：末尾的事件被去掉了",
        "The request says that a count follows (evidence_counted), and none is here: the last events were left out");
    public static readonly RefusalCode CountOther = new(
        "whole.count", Invalid, "事件流 {stream} 至第 {upTo} 号应有 {expected} 个事件（第 {position} 号清点事件），包内有 {count} 个：有事件被去掉",
        "Stream {stream} had {expected} events up to position {upTo}, as the count at position {position} says; {count} are here: events were left out");
    public static readonly RefusalCode OpeningsOther = new(
        "whole.openings", Invalid, "隐患 {hazard} 的告知至第 {upTo} 号共被打开 {expected} 次（第 {position} 号清点事件），包内有 {count} 次：有打开记录被去掉",
        "What hazard {hazard} told had been opened {expected} times up to position {upTo}, as the count at position {position} says; {count} openings are here: some were left out");
    public static readonly RefusalCode MessageOther = new(
        "whole.message", Invalid, "事件流 {stream} 不是包内任何事件的告知", "Stream {stream} is no message that an event here told");

    // What it says in words.
    public static readonly RefusalCode ReportOther = new(
        "report.differs", Invalid, "“{name}”与由事件重新生成的报告不符（{where}）：被改写过",
        "“{name}” is not the report that the events give ({where}): it was rewritten");
    public static readonly RefusalCode ReportImpossible = new(
        "report.impossible", Invalid, "由包内事件无法生成报告：{detail}", "No report can be made from the events here: {detail}");

    // The machine.
    public static readonly RefusalCode TimeCertificate = new(
        "tool.tsa", Invalid, "“{name}”中没有可用的证书（PEM）", "“{name}” holds no certificate that can be read (PEM)");
    public static readonly RefusalCode VerifierKey = new(
        "tool.key", Invalid, "“{text}”不是公钥（形如 名称+标识+Base64）", "“{text}” is no verifier key (name+id+base64)");
#pragma warning restore CS1591
}
