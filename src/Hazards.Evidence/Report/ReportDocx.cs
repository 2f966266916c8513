using System.IO.Compression;
using System.Text;

namespace Hazards.Evidence.Report;

/// <summary>The docx around the report's body. Compressed: the body of a thousand hazards is long.</summary>
internal static class ReportDocx
{
    private const string Declaration = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""";
    private const string Types = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    private const string Relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

    private static readonly DateTimeOffset ZipTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The part that holds what is said.</summary>
    public const string Document = "word/document.xml";

    /// <summary>The parts around it, always the same.</summary>
    public static readonly (string Name, string Xml)[] Parts =
    [
        ("[Content_Types].xml",
            $"""{Declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="{Types}.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="{Types}.styles+xml"/><Override PartName="/word/footer1.xml" ContentType="{Types}.footer+xml"/></Types>"""),
        ("_rels/.rels",
            $"""{Declaration}<Relationships xmlns="{Relations}"><Relationship Id="rId1" Type="{Relation}/officeDocument" Target="word/document.xml"/></Relationships>"""),
        ("word/_rels/document.xml.rels",
            $"""{Declaration}<Relationships xmlns="{Relations}"><Relationship Id="rId1" Type="{Relation}/styles" Target="styles.xml"/><Relationship Id="rId2" Type="{Relation}/footer" Target="footer1.xml"/></Relationships>"""),
        ("word/footer1.xml",
            $"""{Declaration}<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>"""),
        ("word/styles.xml", $"""
            {Declaration}<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体" w:cs="宋体"/><w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>
            <w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/><w:pPr><w:spacing w:after="60"/></w:pPr></w:style>
            <w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="a"/><w:pPr><w:spacing w:before="1200" w:after="600"/><w:jc w:val="center"/></w:pPr><w:rPr><w:rFonts w:ascii="方正小标宋简体" w:hAnsi="方正小标宋简体" w:eastAsia="方正小标宋简体"/><w:b/><w:sz w:val="44"/></w:rPr></w:style>
            {Heading(1, 30)}{Heading(2, 26)}{Heading(3, 22)}
            <w:style w:type="paragraph" w:styleId="Cell"><w:name w:val="Cell"/><w:basedOn w:val="a"/><w:pPr><w:spacing w:after="0"/></w:pPr><w:rPr><w:sz w:val="17"/><w:szCs w:val="17"/></w:rPr></w:style>
            <w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:left w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:bottom w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:right w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:insideH w:val="single" w:sz="4" w:space="0" w:color="000000"/><w:insideV w:val="single" w:sz="4" w:space="0" w:color="000000"/></w:tblBorders><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>
            """),
    ];

    /// <summary>Writes the document; what is said writes itself.</summary>
    public static async Task WriteAsync(Stream output, Func<Stream, Task> writeBody)
    {
        await using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, xml) in Parts)
        {
            await using var part = await Open(zip, name).OpenAsync();
            await part.WriteAsync(Encoding.UTF8.GetBytes(xml));
        }

        await using var body = await Open(zip, Document).OpenAsync();
        await writeBody(body);
    }

    private static ZipArchiveEntry Open(ZipArchive zip, string name)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = ZipTime;
        return entry;
    }

    private static string Heading(int level, int halfPoints) =>
        $"""<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/><w:basedOn w:val="a"/><w:next w:val="a"/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="{level - 1}"/></w:pPr><w:rPr><w:rFonts w:ascii="黑体" w:hAnsi="黑体" w:eastAsia="黑体"/><w:b/><w:sz w:val="{halfPoints}"/></w:rPr></w:style>""";
}
