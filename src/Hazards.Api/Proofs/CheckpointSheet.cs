using System.Globalization;
using System.Net;
using System.Text;
using Hazards.Domain;
using QRCoder;

namespace Hazards.Api.Proofs;

/// <summary>
/// 检查点存证单: a checkpoint on a sheet of paper, to be stamped and kept by whoever is to notice later that the record was altered.
/// </summary>
internal static class CheckpointSheet
{
    private const int DigitsAGroup = 4;
    private const int GroupsALine = 4;

    /// <summary>
    /// Bytes of a note that a symbol holds at its third level of correction, which still reads with a stamp across a corner.
    /// </summary>
    private const int MostInSymbol = 1_600;

    private const string Style = """
        @page { size: A4; margin: 20mm 22mm; }
        * { box-sizing: border-box; }
        body { max-width: 166mm; margin: 0 auto; color: #000; font: 11pt/1.6 FangSong, 仿宋, STFangsong, "Noto Serif CJK SC", serif; }
        h1 { margin: 0 0 1mm; font-size: 20pt; text-align: center; } h1 + p { margin: 0 0 6mm; text-align: center; }
        h2 { margin: 6mm 0 1mm; font-size: 12pt; break-after: avoid; }
        table { width: 100%; border-collapse: collapse; } th, td { border: .5pt solid #000; padding: 1.2mm 2mm; text-align: left; vertical-align: top; } th { width: 34mm; font-weight: normal; }
        .root { font: bold 17pt/1.7 "DejaVu Sans Mono", Consolas, "Courier New", monospace; letter-spacing: .06em; text-align: center; } .root span { margin: 0 .35em; white-space: nowrap; }
        pre { margin: 0; padding: 2mm; border: .5pt solid #000; font: 8.5pt/1.5 "DejaVu Sans Mono", Consolas, "Courier New", monospace; white-space: pre-wrap; word-break: break-all; }
        ol { margin: 0; padding-left: 1.6em; } .kept td { height: 24mm; } .kept, pre { break-inside: avoid; }
        .symbol { display: grid; grid-template-columns: 46mm 1fr; gap: 5mm; align-items: center; margin-top: 4mm; break-inside: avoid; } .symbol svg { width: 46mm; height: 46mm; } .symbol p { margin: 0; }
        small { color: #333; }
        @media screen { html { background: #ddd; } body { max-width: 210mm; margin: 8mm auto; padding: 20mm 22mm; background: #fff; } }
        """;

    public static string Write(CheckpointView checkpoint, string note)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>检查点存证单 ")
            .Append(Size(checkpoint)).Append("</title>\n<style>\n").Append(Style.ReplaceLineEndings("\n"))
            .Append("\n</style>\n</head>\n<body>\n<h1>检查点存证单</h1>\n<p>隐患闭环管理日志 · <small>Checkpoint of a hazard log, to be kept</small></p>\n<table>\n");
        Row(html, "日志名称 origin", checkpoint.Origin);
        Row(html, "事件数 size", Size(checkpoint));
        Row(html, "签发时间 signed at", $"{ChinaTime.Format(checkpoint.SignedAt)}（北京时间）");
        Row(html, "散列算法 hash", checkpoint.Hash == "sm3" ? "SM3（GB/T 32905-2016）" : "SHA-256");
        html.Append("</table>\n<h2>根散列（十六进制，逐组核对） root, to be compared group by group</h2>\n<div class=\"root\">\n");
        foreach (var line in checkpoint.RootHex.Chunk(DigitsAGroup * GroupsALine))
            html.Append("<div>").AppendJoin("", line.Chunk(DigitsAGroup).Select(g => $"<span>{new string(g)}</span>")).Append("</div>\n");
        html.Append("</div>\n<h2>签名 signatures</h2>\n<table>\n");
        foreach (var s in checkpoint.Signatures)
            Row(html, s.By switch { "log" => $"日志 log {s.Algorithm}".TrimEnd(), "witness" => "见证方 witness", _ => "未知 unknown" },
                $"{s.Witness ?? s.Name}（{s.KeyId}）{(s.CosignedAt is { } at ? ChinaTime.Format(at) : "")} {(s.Holds ? "有效 valid" : "未能核验 not verified")}");
        if (checkpoint.Timestamp is { } stamp)
            Row(html, "时间戳 timestamp", $"{stamp.Authority}：{ChinaTime.Format(stamp.Time)} 之前已经存在 existed before（RFC 3161，{stamp.Serial}）");
        html.Append("</table>\n<h2>签名文本（原文） the signed note, verbatim</h2>\n<pre>").Append(WebUtility.HtmlEncode(note)).Append("</pre>\n");
        Symbol(html, note);
        html.Append("<h2>如何核对 how to check</h2>\n<ol>\n");
        Item(
            html, $"任何时候从服务取得 GET {checkpoint.Links["note"]}，其事件数与根散列须与本单逐字相同。",
            "Ask the service for it at any later time: size and root must be those above, digit for digit.");
        Item(
            html, "后来的检查点须能证明延续本检查点：GET /api/v1/log/proofs/consistency?from=本单事件数。",
            "Every later checkpoint must be proved to continue this one.");
        Item(html, "证据包中的检查点与本单同名、同大小者，根散列须相同；更大者附一致性证明。", "So must the checkpoint in every evidence package.");
        Item(
            html, "有任何不同，即说明第 1 至末号事件中有记录在本单签发后被改动、删除或插入。请保留本单并报告。",
            "Any difference means that records covered here were altered, removed or inserted afterwards. Keep this sheet and report it.");
        html.Append("</ol>\n<h2>留存 kept by</h2>\n<table class=\"kept\"><tr><td>留存单位（盖章） body, stamp</td><td>接收人（签名） received by</td><td>日期 date</td></tr></table>\n</body>\n</html>\n");
        return html.ToString();
    }

    // What is typed from paper is mistyped. Many cosignatures are more than a symbol holds; what they sign is its first lines.
    private static void Symbol(StringBuilder html, string note)
    {
        var whole = Encoding.UTF8.GetByteCount(note) <= MostInSymbol;
        using var code = QRCodeGenerator.GenerateQrCode(whole ? note : note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 1)],
            QRCodeGenerator.ECCLevel.Q, forceUtf8: true);
        using var svg = new SvgQRCode(code);
        html.Append("<div class=\"symbol\">").Append(svg.GetGraphic(1, "#000", "#fff", sizingMode: SvgQRCode.SizingMode.ViewBoxAttribute))
            .Append("<p>")
            .Append(whole ? "扫描得到上面签名文本的原文" : "扫描得到签名文本的前三行（名称、事件数、根散列）；签名太多，未能全部放入")
            .Append("，可直接交给 hazards verify --checkpoint 核对证据包。<br><small>")
            .Append(whole ? "Scanned, it is the signed note above" : "Scanned, it is the first three lines of the note (origin, size, root); there are too many signatures for it")
            .Append(", as hazards verify --checkpoint takes it.</small></p></div>\n");
    }

    private static string Size(CheckpointView checkpoint) => checkpoint.Size.ToString("N0", CultureInfo.InvariantCulture).Replace(',', ' ');

    private static void Row(StringBuilder html, string name, string value) =>
        html.Append("<tr><th>").Append(WebUtility.HtmlEncode(name)).Append("</th><td>").Append(WebUtility.HtmlEncode(value))
            .Append("</td></tr>\n");

    private static void Item(StringBuilder html, string chinese, string english) =>
        html.Append("<li>").Append(WebUtility.HtmlEncode(chinese)).Append("<br><small>").Append(WebUtility.HtmlEncode(english))
            .Append("</small></li>\n");
}
