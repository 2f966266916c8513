using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Hazards.Evidence.Report;

/// <summary>A block of the report: written once, set for the screen and for the word processor.</summary>
internal abstract record Block
{
    /// <summary>A heading; level 0 is the report's title.</summary>
    public sealed record Heading(int Level, string Text, string? Anchor = null) : Block;

    /// <summary>A paragraph; a grave one stands out.</summary>
    public sealed record Words(string Text, bool Grave = false) : Block;

    /// <summary>A table. The widths are parts of the whole.</summary>
    public sealed record Table(ImmutableArray<string> Head, ImmutableArray<int> Widths, ImmutableArray<ImmutableArray<Cell>> Rows) : Block;

    /// <summary>What follows begins on a new page.</summary>
    public sealed record NewPage : Block;
}

/// <summary>A cell of a table.</summary>
/// <param name="Text">Its lines.</param>
/// <param name="Grave">Whether it stands out.</param>
/// <param name="Link">The anchor it leads to.</param>
internal readonly record struct Cell(string Text, bool Grave = false, string? Link = null)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>Text that may stand in HTML and in XML.</summary>
internal static partial class Markup
{
    /// <summary>〔事件 12〕, 〔事件 12、34〕.</summary>
    [GeneratedRegex("〔事件 [^〔〕]+〕")]
    public static partial Regex Citation();

    public static string Encode(string text)
    {
        // What no XML can hold is in no text of ours; a damaged one must not break the whole report.
        if (!text.All(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c)))
            text = new string([.. text.Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\uFFFD')]);
        return WebUtility.HtmlEncode(text);
    }
}

/// <summary>Blocks as HTML.</summary>
internal static class HtmlBlocks
{
    private const string Style = """
        @page { size: A4 landscape; margin: 18mm 15mm; @bottom-center { content: "— " counter(page) " / " counter(pages) " —"; font: 9pt SimSun, 宋体, "Noto Serif CJK SC", serif; } }
        * { box-sizing: border-box; }
        body { max-width: 267mm; margin: 0 auto; color: #000; font: 10.5pt/1.55 SimSun, 宋体, "Noto Serif CJK SC", serif; overflow-wrap: anywhere; }
        h1 { font: bold 22pt/1.5 FZXiaoBiaoSong-B05S, 方正小标宋简体, STZhongsong, "Noto Serif CJK SC", serif; text-align: center; margin: 10mm 0 8mm; }
        h2, h3, h4 { font-family: SimHei, 黑体, STHeiti, "Noto Sans CJK SC", sans-serif; break-after: avoid; }
        h2 { font-size: 15pt; border-bottom: .8pt solid #000; }
        h3 { font-size: 13pt; } h4 { font-size: 11pt; margin: 1em 0 .3em; }
        table { border-collapse: collapse; width: calc(100% - 2px); margin: 0 1px .8em; table-layout: fixed; font-size: 9pt; line-height: 1.4; }
        th, td { border: .5pt solid #000; padding: .2em .4em; text-align: left; vertical-align: top; }
        th { background: #eee; font-weight: bold; } thead { display: table-header-group; } tr { break-inside: avoid; }
        .cite { word-break: keep-all; }
        .grave { color: #b00000; font-weight: bold; } .page { break-before: page; }
        @media screen { html { background: #ddd; } body { background: #fff; padding: 10mm; } }
        """;

    /// <param name="title">The title.</param>
    /// <param name="form">The form the report is written in; null where parts of it are of an older one.</param>
    public static string Begin(string title, string? form) =>
        $"<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n{(form is null ? "" : $"<meta name=\"generator\" content=\"{form}\">\n")}<title>{Markup.Encode(title)}</title>\n<style>\n{Style.ReplaceLineEndings("\n")}\n</style>\n</head>\n<body>\n";

    public const string End = "</body>\n</html>\n";

    public static byte[] Write(IEnumerable<Block> blocks)
    {
        var html = new StringBuilder();
        foreach (var block in blocks)
            Write(html, block);
        return Encoding.UTF8.GetBytes(html.ToString());
    }

    private static void Write(StringBuilder html, Block block)
    {
        switch (block)
        {
            case Block.Heading { Level: var level, Text: var text, Anchor: var anchor }:
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<h{level + 1}{(anchor is null ? "" : $" id=\"{anchor}\"")}>{Markup.Encode(text)}</h{level + 1}>\n");
                break;
            case Block.Words { Text: var text, Grave: var grave }:
                html.Append(grave ? "<p class=\"grave\">" : "<p>").Append(Lines(text)).Append("</p>\n");
                break;
            case Block.NewPage:
                html.Append("<div class=\"page\"></div>\n");
                break;
            case Block.Table table:
                Write(html, table);
                break;
        }
    }

    private static void Write(StringBuilder html, Block.Table table)
    {
        html.Append("<table>\n<colgroup>");
        foreach (var width in table.Widths)
            html.Append(CultureInfo.InvariantCulture, $"<col style=\"width:{100.0 * width / table.Widths.Sum():0.#}%\">");
        html.Append("</colgroup>\n<thead><tr>");
        foreach (var head in table.Head)
            html.Append("<th>").Append(Markup.Encode(head)).Append("</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Append("<tr>");
            foreach (var cell in row)
            {
                html.Append(cell.Grave ? "<td class=\"grave\">" : "<td>");
                html.Append(cell.Link is { } link ? $"<a href=\"#{link}\">{Lines(cell.Text)}</a>" : Lines(cell.Text)).Append("</td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table>\n");
    }

    // A citation is read as one word, a list of them breaks between two.
    private static string Lines(string text) =>
        Markup.Citation().Replace(Markup.Encode(text), m => $"<span class=\"cite\">{m.Value.Replace(' ', '\u00A0')}</span>")
            .Replace("\n", "<br>", StringComparison.Ordinal);
}

/// <summary>Blocks as the body of a word-processing document (ECMA-376), A4 across.</summary>
internal static class DocxBlocks
{
    // Of the type area, in twentieths of a point: 297 mm less 15 on either side.
    private const int Across = 15136;

    public const string Begin = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>""";

    public const string End = """<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1021" w:right="851" w:bottom="1021" w:left="851" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>""";

    public static byte[] Write(IEnumerable<Block> blocks)
    {
        var xml = new StringBuilder();
        foreach (var block in blocks)
            Write(xml, block);
        return Encoding.UTF8.GetBytes(xml.ToString());
    }

    private static void Write(StringBuilder xml, Block block)
    {
        switch (block)
        {
            case Block.Heading { Level: 0, Text: var text }:
                xml.Append("<w:p><w:pPr><w:pStyle w:val=\"Title\"/></w:pPr>").Append(Run(text, false)).Append("</w:p>");
                break;
            case Block.Heading { Level: var level, Text: var text }:
                xml.Append(CultureInfo.InvariantCulture, $"<w:p><w:pPr><w:pStyle w:val=\"Heading{level}\"/></w:pPr>")
                    .Append(Run(text, false)).Append("</w:p>");
                break;
            case Block.Words { Text: var text, Grave: var grave }:
                xml.Append("<w:p>").Append(Run(text, grave)).Append("</w:p>");
                break;
            case Block.NewPage:
                xml.Append("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>");
                break;
            case Block.Table table:
                Write(xml, table);
                break;
        }
    }

    private static void Write(StringBuilder xml, Block.Table table)
    {
        var whole = table.Widths.Sum();
        int[] widths = [.. table.Widths.Select(w => Across * w / whole)];
        xml.Append("<w:tbl><w:tblPr><w:tblStyle w:val=\"Grid\"/>")
            .Append(CultureInfo.InvariantCulture, $"<w:tblW w:w=\"{widths.Sum()}\" w:type=\"dxa\"/>")
            .Append("<w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>");
        foreach (var width in widths)
            xml.Append(CultureInfo.InvariantCulture, $"<w:gridCol w:w=\"{width}\"/>");
        xml.Append("</w:tblGrid>");
        Row(xml, [.. table.Head.Select(h => new Cell(h))], widths, head: true);
        foreach (var row in table.Rows)
            Row(xml, row, widths, head: false);
        xml.Append("</w:tbl><w:p/>");
    }

    private static void Row(StringBuilder xml, ImmutableArray<Cell> cells, int[] widths, bool head)
    {
        xml.Append("<w:tr><w:trPr><w:cantSplit/>").Append(head ? "<w:tblHeader/>" : "").Append("</w:trPr>");
        for (var i = 0; i < cells.Length; i++)
            xml.Append(
                CultureInfo.InvariantCulture,
                $"<w:tc><w:tcPr><w:tcW w:w=\"{widths[i]}\" w:type=\"dxa\"/>{(head ? "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"EEEEEE\"/>" : "")}</w:tcPr><w:p><w:pPr><w:pStyle w:val=\"Cell\"/></w:pPr>{Run(cells[i].Text, cells[i].Grave, head)}</w:p></w:tc>");
        xml.Append("</w:tr>");
    }

    private static string Run(string text, bool grave, bool bold = false)
    {
        var properties = grave ? "<w:rPr><w:b/><w:color w:val=\"B00000\"/></w:rPr>" : bold ? "<w:rPr><w:b/></w:rPr>" : "";
        // A citation is read as one word: no break at its blanks.
        text = Markup.Citation().Replace(text, m => m.Value.Replace(' ', '\u00A0'));
        var lines = text.Split('\n').Select(l => $"<w:t xml:space=\"preserve\">{Markup.Encode(l)}</w:t>");
        return text.Length == 0 ? "" : $"<w:r>{properties}{string.Join("<w:br/>", lines)}</w:r>";
    }
}
