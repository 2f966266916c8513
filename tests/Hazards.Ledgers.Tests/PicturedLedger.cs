using System.IO.Compression;
using System.Text;

namespace Hazards.Ledgers.Tests;

/// <summary>A workbook with pictures as WPS, Excel and drawings keep them, written part by part: no library writes the first two.</summary>
internal static class PicturedLedger
{
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Drawing = "http://schemas.openxmlformats.org/drawingml/2006/main";
    private const string Anchors = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing";

    /// <summary>Rows of cells; a picture's cell is given by <see cref="Wps"/> or <see cref="Excel"/>.</summary>
    /// <param name="rows">The rows, the header first.</param>
    /// <param name="pictures">The pictures, image1 onwards.</param>
    /// <param name="floating">Which picture floats over which cell, both from 1.</param>
    public static byte[] Of(string[][] rows, byte[][] pictures, params (int Row, int Column, int Picture)[] floating)
    {
        var images = string.Concat(
            pictures.Select((_, i) => $"<Relationship Id=\"rId{i + 1}\" Type=\"{Office}/image\" Target=\"../media/image{i + 1}.png\"/>"));
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("[Content_Types].xml", $"""
                <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
                <Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
                <Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>
                """);
            Add("_rels/.rels", Relationships($"<Relationship Id=\"rId1\" Type=\"{Office}/officeDocument\" Target=\"xl/workbook.xml\"/>"));
            Add(
                "xl/workbook.xml",
                $"""<workbook xmlns="{Main}" xmlns:r="{Office}"><sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>""");
            Add("xl/_rels/workbook.xml.rels", Relationships($"""
                <Relationship Id="rId1" Type="{Office}/worksheet" Target="worksheets/sheet1.xml"/>
                <Relationship Id="rId2" Type="{Office}/sheetMetadata" Target="metadata.xml"/>
                <Relationship Id="rId3" Type="http://schemas.microsoft.com/office/2017/06/relationships/rdRichValue" Target="richData/rdrichvalue.xml"/>
                <Relationship Id="rId4" Type="http://schemas.microsoft.com/office/2022/10/relationships/richValueRel" Target="richData/richValueRel.xml"/>
                """));
            Add(
                "xl/worksheets/sheet1.xml",
                $"""<worksheet xmlns="{Main}"><sheetData>{string.Concat(rows.Select(Row))}</sheetData></worksheet>""");
            Add(
                "xl/worksheets/_rels/sheet1.xml.rels",
                Relationships($"<Relationship Id=\"rId1\" Type=\"{Office}/drawing\" Target=\"../drawings/drawing1.xml\"/>"));
            Add(
                "xl/drawings/drawing1.xml",
                $"""<xdr:wsDr xmlns:xdr="{Anchors}" xmlns:a="{Drawing}" xmlns:r="{Office}">{string.Concat(floating.Select(Anchor))}</xdr:wsDr>""");
            Add("xl/drawings/_rels/drawing1.xml.rels", Relationships(images));
            // WPS: by name, with no relationship from the workbook.
            var cells = pictures.Select((_, i) => $"""<etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="{i}" name="ID_{i + 1}"/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId{i + 1}"/></xdr:blipFill></xdr:pic></etc:cellImage>""");
            Add(
                "xl/cellimages.xml",
                $"""<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" xmlns:xdr="{Anchors}" xmlns:a="{Drawing}" xmlns:r="{Office}">{string.Concat(cells)}</etc:cellImages>""");
            Add("xl/_rels/cellimages.xml.rels", Relationships(images.Replace("../media", "media", StringComparison.Ordinal)));
            // Excel: the values in another order than the relationships, and after one that is no picture.
            var (n, values) = (pictures.Length, Enumerable.Range(0, pictures.Length + 1));
            Add("xl/metadata.xml", $"""
                <metadata xmlns="{Main}" xmlns:xlrd="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"><futureMetadata name="XLRICHVALUE" count="{n + 1}">{string.Concat(values.Select(i => $"<bk><extLst><ext><xlrd:rvb i=\"{i}\"/></ext></extLst></bk>"))}</futureMetadata>
                <valueMetadata count="{n}">{string.Concat(values.Skip(1).Select(i => $"<bk><rc t=\"1\" v=\"{i}\"/></bk>"))}</valueMetadata></metadata>
                """);
            Add(
                "xl/richData/rdrichvalue.xml",
                $"""<rvData xmlns="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata" count="{n + 1}"><rv s="0"><v>99</v></rv>{string.Concat(Enumerable.Range(1, n).Select(i => $"<rv s=\"1\"><v>{n - i}</v><v>5</v></rv>"))}</rvData>""");
            Add(
                "xl/richData/richValueRel.xml",
                $"""<richValueRels xmlns="http://schemas.microsoft.com/office/spreadsheetml/2022/richvaluerel" xmlns:r="{Office}">{string.Concat(Enumerable.Range(1, n).Select(i => $"<rel r:id=\"rId{n - i + 1}\"/>"))}</richValueRels>""");
            Add("xl/richData/_rels/richValueRel.xml.rels", Relationships(images));
            for (var i = 0; i < pictures.Length; i++)
            {
                using var part = zip.CreateEntry($"xl/media/image{i + 1}.png").Open();
                part.Write(pictures[i]);
            }

            void Add(string name, string text)
            {
                using var part = zip.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return stream.ToArray();
    }

    /// <summary>A picture as WPS puts it into a cell.</summary>
    public static string Wps(int picture) =>
        $"<c r=\"@\" t=\"str\"><f>_xlfn.DISPIMG(\"ID_{picture}\",1)</f><v>=DISPIMG(\"ID_{picture}\",1)</v></c>";

    /// <summary>A picture as Excel places it in a cell.</summary>
    public static string Excel(int picture) => $"<c r=\"@\" t=\"e\" vm=\"{picture}\"><v>#VALUE!</v></c>";

    private static string Row(string[] cells, int index) =>
        $"<row r=\"{index + 1}\">{string.Concat(cells.Select((c, i) => Cell(c, $"{(char)('A' + i)}{index + 1}")))}</row>";

    private static string Cell(string text, string address) => text.Length == 0 ? ""
        : text.StartsWith('<') ? text.Replace("\"@\"", $"\"{address}\"", StringComparison.Ordinal)
        : $"<c r=\"{address}\" t=\"inlineStr\"><is><t>{text}</t></is></c>";

    private static string Anchor((int Row, int Column, int Picture) at) => $"""
        <xdr:twoCellAnchor><xdr:from><xdr:col>{at.Column - 1}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{at.Row - 1}</xdr:row><xdr:rowOff>5</xdr:rowOff></xdr:from>
        <xdr:to><xdr:col>{at.Column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{at.Row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>
        <xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="图片"/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId{at.Picture}"/></xdr:blipFill></xdr:pic><xdr:clientData/></xdr:twoCellAnchor>
        """;

    private static string Relationships(string inner) =>
        $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>""";
}
