using System.Globalization;

namespace Hazards.Evidence;

/// <summary>The text that whoever opens a package reads first.</summary>
internal static class PackageReadme
{
    public static string Of(Manifest manifest) => string.Create(CultureInfo.InvariantCulture, $"""
        隐患闭环管理 · 证据包
        ====================
        编号 {manifest.Package}
        日志 {manifest.Origin}
        共 {manifest.Streams.Count(s => s.Type == "hazard")} 条隐患，{manifest.Streams.Sum(s => s.Events)} 个事件，截至 {manifest.AsOf.ToOffset(TimeSpan.FromHours(8)):yyyy-MM-dd HH:mm:ss}（中国时间）

        本包可离线核验，不需要信任提供者：
          hazards verify 本文件.zip --key 日志公钥
        请把公钥与另行保存的（打印件、其他机关留存的）比对；包内 keys.json 中的公钥不能自证。
        没有该工具时，用 sha256sum、openssl、python3 也能核验，步骤见 docs/verification.md。
        请保留原始 zip：解压后重新压缩，内容不变但不再是原件，核验会指出。

        report/       可读报告（注明事件位置号）
        events/       事件，一个隐患一个文件，一行一个事件，逐字节即为树叶
        proofs/       每个事件在日志树中的证明
        states/       各时点的隐患状态，可由事件重放得出
        policies/     当时适用的制度
        calendar/     当时适用的工作日历
        notices/      文书
        attachments/  附件，以 SHA-256 命名
        time/         检查点的时间戳（如有）
        manifest.json 清单；manifest.note 为日志对清单的签名；checkpoint.txt 为检查点

        Evidence package of a hazard log
        --------------------------------
        It can be checked offline, without trust in whoever hands it over:
          hazards verify THIS.zip --key VKEY
        Compare the key with one kept elsewhere (on paper, by another body): the one in keys.json cannot vouch for itself.
        Without the tool, sha256sum, openssl and python3 will do: see docs/verification.md.
        Keep the original zip: packed again it has the same content but is no longer the original, and the check says so.

        """);
}
