using System.Net;
using System.Text;
using Hazards.Domain;

namespace Hazards.Api.LifeCycle.Papers;

/// <summary>A paper to be printed from a browser: one page of HTML that needs nothing else, in the layout of GB/T 9704-2012.</summary>
internal static class PaperHtml
{
    // GB/T 9704-2012, 5.1–5.2: A4, 37 mm above and 28 mm beside the type area of 156 mm × 225 mm; 22 lines of 28 characters of
    // size 3 (16 pt).
    private const string Style = """
        @page { size: A4; margin: 37mm 26mm 35mm 28mm; }
        * { box-sizing: border-box; margin: 0; padding: 0; }
        body { width: 156mm; margin: 0 auto; color: #000; font: 16pt/28.95pt FangSong_GB2312, 仿宋_GB2312, FangSong, 仿宋, STFangsong, "Noto Serif CJK SC", serif; text-align: justify; word-break: break-all; line-break: strict; }
        .org { padding-top: 15mm; color: #e00000; font-family: FZXiaoBiaoSong-B05S, 方正小标宋简体, STZhongsong, "Noto Serif CJK SC", serif; font-weight: bold; text-align: center; line-height: 1.2; white-space: nowrap; }
        .number { margin-top: 28.95pt; text-align: center; }
        .rule { height: 0; border-top: 1.5pt solid #e00000; margin: 4mm 0 57.9pt; }
        h1 { font: bold 22pt/34pt FZXiaoBiaoSong-B05S, 方正小标宋简体, STZhongsong, "Noto Serif CJK SC", serif; text-align: center; margin-bottom: 28.95pt; text-wrap: balance; }
        p { text-indent: 2em; }
        p.to { text-indent: 0; }
        p.h1 { font-family: SimHei, 黑体, STHeiti, "Noto Sans CJK SC", sans-serif; break-after: avoid; }
        p.h2 { font-family: KaiTi_GB2312, 楷体_GB2312, KaiTi, 楷体, STKaiti, "Noto Serif CJK SC", serif; break-after: avoid; }
        .annex { margin-top: 28.95pt; padding-left: 5em; text-indent: -3em; }
        .sign { margin-top: 57.9pt; padding-right: 4em; text-align: right; break-inside: avoid; }
        .sign .seal { color: #999; }
        .imprint { margin-top: 57.9pt; border-top: 1pt solid #000; border-bottom: 1pt solid #000; font-size: 14pt; line-height: 24pt; break-inside: avoid; }
        .imprint div { padding: 0 1em; }
        .imprint div + div { border-top: .5pt solid #000; display: flex; justify-content: space-between; }
        @media screen { html { background: #ddd; } body { width: 210mm; margin: 8mm auto; padding: 37mm 26mm 35mm 28mm; background: #fff; box-shadow: 0 1mm 4mm #0004; } }
        """;

    public static string Write(PaperText paper)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
        html.Append("<title>").Append(Text(paper.Number.Value)).Append(' ').Append(Text(paper.Title)).Append("</title>\n<style>\n")
            .Append(Style.ReplaceLineEndings("\n")).Append("\n</style>\n</head>\n<body>\n");
        html.Append(FormattableString.Invariant($"<div class=\"org\" style=\"font-size:{PaperDocx.SizeOf(paper.Letterhead.Name)}pt\">{Text(paper.Letterhead.Name)}</div>\n"));
        Line(html, "div", "number", paper.Number.Value);
        html.Append("<div class=\"rule\"></div>\n<h1>").Append(Text(paper.Title)).Append("</h1>\n");
        Line(html, "p", "to", string.Join('、', paper.To) + "：");
        foreach (var line in paper.Body)
            Line(html, "p", line.Heading switch { 1 => "h1", 2 => "h2", _ => null }, line.Text);
        if (!paper.Annexes.IsEmpty)
            html.Append("<div class=\"annex\">附件：")
                .AppendJoin("<br>", paper.Annexes.Select((a, n) => FormattableString.Invariant($"{n + 1}. {Text(a)}"))).Append("</div>\n");
        html.Append("<div class=\"sign\">").Append(Text(paper.Letterhead.Signature)).Append("<br><span class=\"seal\">")
            .Append(Text(paper.Letterhead.Seal)).Append("</span><br>")
            .Append(PaperText.Day(paper.Date)).Append("</div>\n<div class=\"imprint\">\n");
        if (!paper.CopyTo.IsEmpty)
            html.Append("<div>抄送：").Append(Text(string.Join('，', paper.CopyTo))).Append("。</div>\n");
        else
            html.Append("<div></div>\n");
        html.Append("<div><span>").Append(Text(paper.Letterhead.Signature)).Append("</span><span>").Append(PaperText.Day(paper.Date))
            .Append("印发</span></div>\n</div>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void Line(StringBuilder html, string tag, string? style, string text) =>
        html.Append('<').Append(tag).Append(style is null ? "" : $" class=\"{style}\"").Append('>').Append(Text(text)).Append("</")
            .Append(tag).Append(">\n");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
