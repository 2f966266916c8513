using System.Globalization;
using System.IO.Packaging;
using System.Security.Cryptography;
using System.Xml;

namespace Hazards.Ledgers;

/// <summary>A picture in a workbook; its bytes are read when they are asked for.</summary>
internal sealed class SheetImage(PackagePart part)
{
    private string? _digest;

    /// <summary>SHA-256 of its bytes.</summary>
    public string Digest => _digest ??= Hash();

    public byte[] Read()
    {
        using var stream = part.GetStream(FileMode.Open, FileAccess.Read);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private string Hash()
    {
        using var stream = part.GetStream(FileMode.Open, FileAccess.Read);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}

/// <summary>
/// The pictures of a workbook: those that float over a cell, those that WPS puts into one by its formula DISPIMG, and those that
/// Excel places in one as rich data ([MS-XLSX] 2.2.4). What refers to nothing is no picture here, and is counted by its cell.
/// </summary>
internal sealed class XlsxPictures(XlsxWorkbook workbook, PackagePart book)
{
    private readonly Dictionary<Uri, SheetImage> _images = [];
    private Dictionary<string, SheetImage>? _byName;
    private List<SheetImage?>? _byValue;

    /// <summary>Where pictures float over a sheet: the cell at their upper left corner.</summary>
    public List<(int Row, int Column, SheetImage Image)> Floating(PackagePart sheet)
    {
        List<(int, int, SheetImage)> found = [];
        foreach (var drawing in workbook.TargetsOf(sheet, "/drawing").Values)
        {
            var images = workbook.TargetsOf(drawing, "/image");
            var (inFrom, inPicture, row, column) = (false, false, -1, -1);
            using var xml = workbook.OpenXml(drawing);
            for (var more = xml.Read(); more; more = xml.Read())
            {
                var begins = xml.NodeType == XmlNodeType.Element;
                if (!begins && xml.NodeType != XmlNodeType.EndElement) continue;
                switch (xml.LocalName)
                {
                    case "twoCellAnchor" or "oneCellAnchor" or "absoluteAnchor":
                        (row, column) = (-1, -1);
                        break;
                    case "from":
                        inFrom = begins;
                        break;
                    case "pic":
                        inPicture = begins;
                        break;
                    case "row" when begins && inFrom:
                        row = Number(xml);
                        break;
                    case "col" when begins && inFrom:
                        column = Number(xml);
                        break;
                    case "blip" when begins && inPicture && row >= 0 && column >= 0
                        && Embedded(xml) is { } id && images.TryGetValue(id, out var image):
                        found.Add((row + 1, column + 1, Of(image)));
                        break;
                }
            }
        }
        return found;
    }

    /// <summary>The picture within a cell; null where the file has none for it.</summary>
    public SheetImage? InCell(SheetCell cell)
    {
        if (cell.ImageValue is { } value)
            return (_byValue ??= ReadValues()) is var values && value >= 1 && value <= values.Count ? values[value - 1] : null;
        var text = cell.Formula ?? cell.Text;
        var first = text.IndexOf('"', StringComparison.Ordinal);
        var last = first < 0 ? -1 : text.IndexOf('"', first + 1);
        return last > first ? (_byName ??= ReadNames()).GetValueOrDefault(text[(first + 1)..last]) : null;
    }

    private SheetImage Of(PackagePart part) =>
        _images.TryGetValue(part.Uri, out var image) ? image : _images[part.Uri] = new SheetImage(part);

    /// <summary>WPS: cellimages.xml names the picture behind each DISPIMG.</summary>
    private Dictionary<string, SheetImage> ReadNames()
    {
        Dictionary<string, SheetImage> named = new(StringComparer.Ordinal);
        var known = workbook.TargetsOf(book, "/cellImage").Values.FirstOrDefault();
        if ((known ?? workbook.PartAt(book, "cellimages.xml")) is not { } part) return named;
        var images = workbook.TargetsOf(part, "/image");
        string? name = null;
        using var xml = workbook.OpenXml(part);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element) continue;
            if (xml.LocalName == "cNvPr") name = xml.GetAttribute("name");
            if (xml.LocalName == "blip" && name is not null && Embedded(xml) is { } id && images.TryGetValue(id, out var image))
                named[name] = Of(image);
        }
        return named;
    }

    /// <summary>Excel: a cell's vm leads by the metadata to a rich value, whose first member leads to a relationship.</summary>
    private List<SheetImage?> ReadValues()
    {
        if (workbook.TargetsOf(book, "/sheetMetadata").Values.FirstOrDefault() is not { } metadata
            || workbook.TargetsOf(book, "/rdRichValue").Values.FirstOrDefault() is not { } rich
            || workbook.TargetsOf(book, "/richValueRel").Values.FirstOrDefault() is not { } relations) return [];
        var images = workbook.TargetsOf(relations, "/image");
        var ids = Each(relations, "rel", Id);
        var members = FirstMembers(rich);
        var (future, values) = Metadata(metadata);
        return values.ConvertAll(v =>
            At(ids, At(members, At(future, v))) is { } id && images.TryGetValue(id, out var image) ? Of(image) : null);
    }

    private List<string?> Each(PackagePart part, string element, Func<XmlReader, string?> read)
    {
        List<string?> all = [];
        using var xml = workbook.OpenXml(part);
        while (xml.Read())
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == element) all.Add(read(xml));
        return all;
    }

    /// <summary>The first member of each rich value: of a picture, the number of its relationship.</summary>
    private List<int?> FirstMembers(PackagePart part)
    {
        List<int?> members = [];
        using var xml = workbook.OpenXml(part);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element) continue;
            if (xml.LocalName == "rv") members.Add(null);
            else if (xml.LocalName == "v" && members.Count > 0 && members[^1] is null) members[^1] = Number(xml);
        }
        return members;
    }

    /// <summary>Which rich value each entry of the future metadata is, and which of those each value of a cell is.</summary>
    private (List<int?> Future, List<int?> Values) Metadata(PackagePart part)
    {
        List<int?> future = [], values = [];
        var (inRich, inValues) = (false, false);
        using var xml = workbook.OpenXml(part);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element) continue;
            switch (xml.LocalName)
            {
                case "futureMetadata":
                    (inRich, inValues) = (xml.GetAttribute("name") == "XLRICHVALUE", false);
                    break;
                case "valueMetadata" or "cellMetadata":
                    (inRich, inValues) = (false, xml.LocalName == "valueMetadata");
                    break;
                case "rvb" when inRich:
                    future.Add(Parsed(xml.GetAttribute("i")));
                    break;
                case "rc" when inValues:
                    values.Add(Parsed(xml.GetAttribute("v")));
                    break;
            }
        }
        return (future, values);
    }

    private static T? At<T>(List<T> all, int? index) => index is { } i && i >= 0 && i < all.Count ? all[i] : default;

    private static int Number(XmlReader xml) => xml.IsEmptyElement || !xml.Read() ? -1 : Parsed(xml.Value) ?? -1;

    private static int? Parsed(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Embedded(XmlReader xml) => Related(xml, "embed");

    private static string? Id(XmlReader xml) => Related(xml, "id");

    private static string? Related(XmlReader xml, string name)
    {
        string? found = null;
        for (var more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
            if (xml.LocalName == name && xml.NamespaceURI.EndsWith("/relationships", StringComparison.Ordinal)) found = xml.Value;
        xml.MoveToElement();
        return found;
    }
}
