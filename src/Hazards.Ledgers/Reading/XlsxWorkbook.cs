using System.IO.Packaging;
using System.Xml;

namespace Hazards.Ledgers;

/// <summary>
/// The workbook of a package: its sheets, shared strings and styles. Element and relationship names are matched without
/// their namespace's flavour, so transitional and strict workbooks (ISO/IEC 29500) read alike.
/// </summary>
internal sealed class XlsxWorkbook : IDisposable
{
    private readonly Package _package;
    private readonly PackagePart _part;
    private readonly LedgerLimits _limits;
    private readonly List<SheetEntry> _entries = [];
    private readonly List<string> _sharedStrings = [];
    private NumberFormats _formats = NumberFormats.None;
    private readonly XlsxPictures _pictures;
    private bool _date1904;

    private sealed record SheetEntry(string Name, bool Hidden, string RelationshipId);

    private XlsxWorkbook(Package package, PackagePart part, LedgerLimits limits)
    {
        (_package, _part, _limits) = (package, part, limits);
        _pictures = new XlsxPictures(this, part);
    }

    public IReadOnlyList<string> SharedStrings => _sharedStrings;

    /// <summary>Whether its serials count from 1904.</summary>
    public bool Date1904 => _date1904;

    public static XlsxWorkbook Open(byte[] bytes, LedgerLimits limits)
    {
        var package = Package.Open(new MemoryStream(bytes, writable: false), FileMode.Open, FileAccess.Read);
        try
        {
            var workbook = new XlsxWorkbook(package, FindWorkbook(package), limits);
            workbook.ReadWorkbook();
            workbook.ReadRelatedParts();
            return workbook;
        }
        catch
        {
            package.Close();
            throw;
        }
    }

    public void Dispose() => _package.Close();

    /// <summary>Reads every sheet through once, so that later readings can no longer meet a limit or a broken part.</summary>
    public List<LedgerSheet> ScanSheets(CancellationToken ct)
    {
        var quota = new Quota(_limits);
        var sheets = new List<LedgerSheet>();
        foreach (var entry in _entries)
        {
            if (FindSheet(entry) is not { } part) continue;
            var layout = new SheetLayout();
            foreach (var row in new XlsxSheet(this, part, entry.Name, quota, layout).Rows())
                if ((row.Number & 1023) == 0)
                    ct.ThrowIfCancellationRequested();
            layout.Pictures = CountPictures(part);
            layout.InCell = _pictures.InCell;
            if (layout.Pictures > 0) layout.Floating = _pictures.Floating(part).ToLookup(p => p.Row, p => (p.Column, p.Image));
            layout.Merges.Sort((a, b) => a.Top != b.Top ? a.Top.CompareTo(b.Top) : a.Left.CompareTo(b.Left));
            sheets.Add(new LedgerSheet(entry.Name, entry.Hidden, layout,
                () => new XlsxSheet(this, part, entry.Name, new Quota(_limits), new SheetLayout()).Rows()));
        }
        return sheets;
    }

    /// <summary>Pictures anchored to the sheet by its drawings; they are counted, whatever they are anchored to.</summary>
    private int CountPictures(PackagePart sheet)
    {
        var pictures = 0;
        foreach (var target in TargetsOf(sheet, "/drawing").Values)
        {
            using var xml = OpenXml(target);
            while (xml.Read())
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "pic")
                    pictures++;
        }
        return pictures;
    }

    /// <summary>
    /// Parts that a part refers to, by the relationship's id. Relationships are read as XML: the packaging layer refuses them all for
    /// one malformed hyperlink.
    /// </summary>
    internal Dictionary<string, PackagePart> TargetsOf(PackagePart part, string type)
    {
        Dictionary<string, PackagePart> targets = new(StringComparer.Ordinal);
        var relationships = PackUriHelper.GetRelationshipPartUri(part.Uri);
        if (!_package.PartExists(relationships)) return targets;
        using var xml = OpenXml(_package.GetPart(relationships));
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "Relationship" || xml.GetAttribute("Type")?.EndsWith(
                type, StringComparison.Ordinal) != true) continue;
            if (xml.GetAttribute("TargetMode") == "External" || PartAt(part, xml.GetAttribute("Target")) is not { } target) continue;
            targets[xml.GetAttribute("Id") ?? ""] = target;
        }
        return targets;
    }

    /// <summary>The part at an address that is given beside another's.</summary>
    internal PackagePart? PartAt(PackagePart from, string? address) =>
        Uri.TryCreate(address, UriKind.Relative, out var target)
        && PackUriHelper.ResolvePartUri(from.Uri, target) is var uri && _package.PartExists(uri)
            ? _package.GetPart(uri)
            : null;

    public XmlReader OpenXml(PackagePart part) => XmlReader.Create(part.GetStream(FileMode.Open, FileAccess.Read), new XmlReaderSettings
    {
        // No DTD: neither external entities nor entities that multiply.
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = _limits.PartBytes,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    });

    /// <summary>The date a serial number stands for, in this workbook's date system.</summary>
    public DateTime? DateOf(double serial) => ExcelDate.FromSerial(serial, _date1904);

    public bool IsDateStyle(int style) => _formats.IsDate(style);

    private static PackagePart FindWorkbook(Package package)
    {
        foreach (var relationship in package.GetRelationships())
        {
            if (!relationship.RelationshipType.EndsWith("/officeDocument", StringComparison.Ordinal)) continue;
            var uri = PackUriHelper.ResolvePartUri(new Uri("/", UriKind.Relative), relationship.TargetUri);
            if (!package.PartExists(uri)) continue;
            var part = package.GetPart(uri);
            if (IsSpreadsheet(part.ContentType)) return part;
        }
        throw new RefusedException(Refusals.XlsxNotWorkbook.At(null));
    }

    /// <summary>Workbooks, templates and macro-enabled ones; the binary .xlsb is not XML.</summary>
    private static bool IsSpreadsheet(string contentType) =>
        contentType.EndsWith("main+xml", StringComparison.OrdinalIgnoreCase)
        && (contentType.Contains("spreadsheetml", StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("ms-excel", StringComparison.OrdinalIgnoreCase));

    private void ReadWorkbook()
    {
        using var xml = OpenXml(_part);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element) continue;
            if (xml.LocalName == "workbookPr") _date1904 = xml.GetAttribute("date1904") is "1" or "true";
            if (xml.LocalName != "sheet") continue;
            if (_entries.Count == _limits.Sheets) throw new RefusedException(Refusals.TooManySheets.At(null, _limits.Sheets));
            _entries.Add(new(xml.GetAttribute("name") ?? "", xml.GetAttribute("state") is "hidden" or "veryHidden", RelationshipId(xml)));
        }
    }

    private static string RelationshipId(XmlReader xml)
    {
        for (var more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
        {
            if (xml.LocalName != "id" || !xml.NamespaceURI.EndsWith("/relationships", StringComparison.Ordinal)) continue;
            var id = xml.Value;
            xml.MoveToElement();
            return id;
        }
        xml.MoveToElement();
        return "";
    }

    private void ReadRelatedParts()
    {
        foreach (var relationship in _part.GetRelationships())
        {
            if (Resolve(relationship) is not { } part) continue;
            if (relationship.RelationshipType.EndsWith("/sharedStrings", StringComparison.Ordinal)) ReadSharedStrings(part);
            if (relationship.RelationshipType.EndsWith("/styles", StringComparison.Ordinal)) ReadStyles(part);
        }
    }

    private void ReadSharedStrings(PackagePart part)
    {
        var characters = 0L;
        using var xml = OpenXml(part);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "si") continue;
            var text = XlsxText.Read(xml, _limits.SharedCharacters);
            characters += text.Length;
            if (characters > _limits.SharedCharacters)
                throw new RefusedException(Refusals.XlsxTooLarge.At(part.Uri.OriginalString, _limits.SharedCharacters));
            _sharedStrings.Add(text);
        }
    }

    private void ReadStyles(PackagePart part)
    {
        using var xml = OpenXml(part);
        _formats = NumberFormats.Read(xml);
    }

    /// <summary>The worksheet behind an entry; null for a chart sheet, which has no cells.</summary>
    private PackagePart? FindSheet(SheetEntry entry)
    {
        if (!_part.RelationshipExists(entry.RelationshipId))
            throw new RefusedException(Refusals.XlsxBroken.At(entry.Name, "no relationship " + entry.RelationshipId));
        var relationship = _part.GetRelationship(entry.RelationshipId);
        if (!relationship.RelationshipType.EndsWith("/worksheet", StringComparison.Ordinal)) return null;
        return Resolve(relationship)
            ?? throw new RefusedException(Refusals.XlsxBroken.At(entry.Name, "no part " + relationship.TargetUri.OriginalString));
    }

    private PackagePart? Resolve(PackageRelationship relationship)
    {
        if (relationship.TargetMode == TargetMode.External) return null;
        var uri = PackUriHelper.ResolvePartUri(_part.Uri, relationship.TargetUri);
        return _package.PartExists(uri) ? _package.GetPart(uri) : null;
    }
}
