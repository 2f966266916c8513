using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using Hazards.Domain;

namespace Hazards.Api.LifeCycle.Papers;

/// <summary>
/// A paper as docx in the layout of GB/T 9704-2012. The same words give the same bytes: the parts are written in a fixed
/// order, uncompressed, with a fixed time, so that the digest says what the paper says.
/// </summary>
internal static class PaperDocx
{
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string FangSong = "仿宋_GB2312";
    private const string Song = "方正小标宋简体";
    private const string Hei = "黑体";
    private const string Kai = "楷体_GB2312";
    private const string Red = "E00000";

    // 22 lines on 225 mm: 28.95 pt each (GB/T 9704-2012, 5.2.3), in twentieths of a point.
    private const int Line = 579;

    private static readonly XNamespace W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private static readonly XNamespace R = Relations;
    private static readonly DateTimeOffset ZipTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The size in points of the line at the top: as large as fits in 156 mm (442 pt), at most 小初 and a half.</summary>
    public static int SizeOf(string name) => Math.Clamp(430 / Math.Max(name.Length, 1), 14, 44);

    public static byte[] Write(PaperText paper)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Part(zip, "[Content_Types].xml", ContentTypes());
            Part(zip, "_rels/.rels", Rels(("officeDocument", "word/document.xml")));
            Part(zip, "word/document.xml", Document(paper));
            Part(zip, "word/styles.xml", Styles());
            Part(zip, "word/footer1.xml", Footer());
            Part(zip, "word/_rels/document.xml.rels", Rels(("styles", "styles.xml"), ("footer", "footer1.xml")));
        }

        return bytes.ToArray();
    }

    private static void Part(ZipArchive zip, string name, XElement root)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = ZipTime;
        using var stream = entry.Open();
        stream.Write(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
            + root.ToString(SaveOptions.DisableFormatting)));
    }

    private static XElement ContentTypes()
    {
        XNamespace t = "http://schemas.openxmlformats.org/package/2006/content-types";
        XElement Override(string part, string type) =>
            new(
                t + "Override", new XAttribute("PartName", part),
                new XAttribute("ContentType", $"application/vnd.openxmlformats-officedocument.wordprocessingml.{type}+xml"));
        return new XElement(t + "Types",
            new XElement(
                t + "Default", new XAttribute("Extension", "rels"),
                new XAttribute("ContentType", "application/vnd.openxmlformats-package.relationships+xml")),
            new XElement(t + "Default", new XAttribute("Extension", "xml"), new XAttribute("ContentType", "application/xml")),
            Override("/word/document.xml", "document.main"), Override("/word/styles.xml", "styles"),
            Override("/word/footer1.xml", "footer"));
    }

    private static XElement Rels(params (string Type, string Target)[] parts)
    {
        XNamespace p = "http://schemas.openxmlformats.org/package/2006/relationships";
        return new XElement(p + "Relationships", parts.Select((part, n) => new XElement(p + "Relationship",
            new XAttribute("Id", FormattableString.Invariant($"rId{n + 1}")), new XAttribute("Type", $"{Relations}/{part.Type}"),
            new XAttribute("Target", part.Target))));
    }

    private static XElement Document(PaperText paper)
    {
        var body = new XElement(W + "body",
            Paragraph(
                paper.Letterhead.Name, Song, SizeOf(paper.Letterhead.Name) * 2, align: "center", bold: true, colour: Red, before: 850,
                exact: false),
            Paragraph(""),
            Paragraph(paper.Number.Value, align: "center", underRed: true),
            Paragraph(""),
            Paragraph(""),
            Paragraph(paper.Title, Song, 44, align: "center", bold: true, exact: false),
            Paragraph(""),
            Paragraph(string.Join('、', paper.To) + "："));
        foreach (var line in paper.Body)
            body.Add(Paragraph(line.Text, line.Heading switch { 1 => Hei, 2 => Kai, _ => FangSong }, indent: 2, keep: line.Heading > 0));
        if (!paper.Annexes.IsEmpty)
        {
            body.Add(Paragraph(""));
            for (var n = 0; n < paper.Annexes.Length; n++)
                body.Add(Paragraph(FormattableString.Invariant($"{(n == 0 ? "附件：" : "　　　")}{n + 1}. {paper.Annexes[n]}"), indent: 2));
        }

        body.Add(Paragraph(""), Paragraph(""),
            Paragraph(paper.Letterhead.Signature, align: "right", right: 4, keep: true),
            Paragraph(paper.Letterhead.Seal, align: "right", right: 4, keep: true, colour: "999999"),
            Paragraph(PaperText.Day(paper.Date), align: "right", right: 4),
            Paragraph(""),
            Imprint(paper),
            Section());
        return new XElement(W + "document", new XAttribute(XNamespace.Xmlns + "w", W), new XAttribute(XNamespace.Xmlns + "r", R), body);
    }

    /// <summary>版记: 抄送 and 印发 between lines, size 4.</summary>
    private static XElement Imprint(PaperText paper)
    {
        XElement Edge(string name, int size) =>
            new(
                W + name, Val("single"), new XAttribute(W + "sz", size), new XAttribute(W + "space", 0),
                new XAttribute(W + "color", "000000"));
        XElement Cell(int width, string text, string align, bool wide) => new(W + "tc",
            new XElement(
                W + "tcPr", new XElement(W + "tcW", new XAttribute(W + "w", width), new XAttribute(W + "type", "dxa")),
                wide ? new XElement(W + "gridSpan", Val("2")) : null),
            Paragraph(text, size: 28, align: align, exact: false));
        var rows = new List<XElement>();
        if (!paper.CopyTo.IsEmpty)
            rows.Add(new XElement(W + "tr", Cell(8844, $"抄送：{string.Join('，', paper.CopyTo)}。", "left", true)));
        rows.Add(new XElement(W + "tr", Cell(4844, paper.Letterhead.Signature, "left", false), Cell(4000, PaperText.Day(paper.Date)
            + "印发", "right", false)));
        return new XElement(W + "tbl",
            new XElement(W + "tblPr",
                new XElement(W + "tblW", new XAttribute(W + "w", 8844), new XAttribute(W + "type", "dxa")),
                new XElement(W + "tblBorders", Edge("top", 8), Edge("bottom", 8), Edge("insideH", 4)),
                new XElement(W + "tblLayout", new XAttribute(W + "type", "fixed"))),
            new XElement(
                W + "tblGrid", new XElement(W + "gridCol", new XAttribute(W + "w", 4844)),
                new XElement(W + "gridCol", new XAttribute(W + "w", 4000))),
            rows);
    }

    // 5.1 and 5.2: A4; 37 mm above, 35 below, 28 left, 26 right, in twentieths of a point; page number 7 mm under the type area.
    private static XElement Section() => new(W + "sectPr",
        new XElement(W + "footerReference", new XAttribute(W + "type", "default"), new XAttribute(R + "id", "rId2")),
        new XElement(W + "pgSz", new XAttribute(W + "w", 11906), new XAttribute(W + "h", 16838)),
        new XElement(
            W + "pgMar", new XAttribute(W + "top", 2098), new XAttribute(W + "right", 1474), new XAttribute(W + "bottom", 1984),
            new XAttribute(W + "left", 1588),
            new XAttribute(W + "header", 851), new XAttribute(W + "footer", 1400), new XAttribute(W + "gutter", 0)),
        new XElement(W + "docGrid", new XAttribute(W + "type", "lines"), new XAttribute(W + "linePitch", Line)));

    private static XElement Footer()
    {
        XElement Field(string type) =>
            new(W + "r", RunProperties("宋体", 28), new XElement(W + "fldChar", new XAttribute(W + "fldCharType", type)));
        XElement Words(string text) =>
            new(W + "r", RunProperties("宋体", 28), new XElement(W + "t", new XAttribute(XNamespace.Xml + "space", "preserve"), text));
        return new XElement(W + "ftr", new XAttribute(XNamespace.Xmlns + "w", W),
            new XElement(W + "p", new XElement(W + "pPr", new XElement(W + "jc", Val("center"))),
                Words("— "), Field("begin"), new XElement(W + "r", RunProperties("宋体", 28), new XElement(W + "instrText", "PAGE")),
                Field("end"), Words(" —")));
    }

    private static XElement Styles() => new(W + "styles", new XAttribute(XNamespace.Xmlns + "w", W),
        new XElement(W + "docDefaults", new XElement(W + "rPrDefault", RunProperties(FangSong, 32))),
        new XElement(
            W + "style", new XAttribute(W + "type", "paragraph"), new XAttribute(W + "default", "1"), new XAttribute(W + "styleId", "a"),
            new XElement(W + "name", Val("Normal")), new XElement(W + "qFormat")));

    private static XElement Paragraph(
        string text, string font = FangSong, int size = 32, string align = "both", bool bold = false, string? colour = null, int before = 0,
        int indent = 0, int right = 0, bool exact = true, bool keep = false, bool underRed = false)
    {
        var ind = indent == 0 && right == 0 ? null : new XElement(W + "ind",
            right == 0 ? null : new XAttribute(W + "rightChars", right * 100),
            right == 0 ? null : new XAttribute(W + "right", right * 320),
            indent == 0 ? null : new XAttribute(W + "firstLineChars", indent * 100),
            indent == 0 ? null : new XAttribute(W + "firstLine", indent * 320));
        var properties = new XElement(W + "pPr",
            keep ? new XElement(W + "keepNext") : null,
            underRed
                ? new XElement(
                    W + "pBdr",
                    new XElement(
                        W + "bottom", Val("single"), new XAttribute(W + "sz", 12), new XAttribute(W + "space", 11),
                        new XAttribute(W + "color", Red)))
                : null,
            new XElement(W + "spacing", new XAttribute(W + "before", before), new XAttribute(W + "after", 0),
                exact ? new XAttribute(W + "line", Line) : null, exact ? new XAttribute(W + "lineRule", "exact") : null),
            ind,
            new XElement(W + "jc", Val(align)));
        return new XElement(
            W + "p", properties,
            text.Length == 0
                ? null
                : new XElement(
                    W + "r", RunProperties(font, size, bold, colour),
                    new XElement(W + "t", new XAttribute(XNamespace.Xml + "space", "preserve"), text)));
    }

    private static XElement RunProperties(string font, int halfPoints, bool bold = false, string? colour = null)
    {
        var size = halfPoints.ToString(CultureInfo.InvariantCulture);
        return new XElement(W + "rPr",
            new XElement(
                W + "rFonts", new XAttribute(W + "ascii", font), new XAttribute(W + "hAnsi", font), new XAttribute(W + "eastAsia", font),
                new XAttribute(W + "cs", font)),
            bold ? new XElement(W + "b") : null,
            colour is null ? null : new XElement(W + "color", Val(colour)),
            new XElement(W + "sz", Val(size)), new XElement(W + "szCs", Val(size)),
            new XElement(W + "lang", Val("zh-CN"), new XAttribute(W + "eastAsia", "zh-CN")));
    }

    private static XAttribute Val(string value) => new(W + "val", value);
}
