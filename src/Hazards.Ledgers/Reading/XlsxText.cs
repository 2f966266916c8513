using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Hazards.Ledgers;

/// <summary>Text as workbooks store it: plain or in runs, with phonetic guides beside it and control characters escaped.</summary>
internal static partial class XlsxText
{
    /// <summary>
    /// Reads the element the reader stands on (si, is) to its end: all t elements but those of phonetic runs (rPh),
    /// which repeat the reading of the text and are not part of it.
    /// </summary>
    public static string Read(XmlReader xml, int most)
    {
        if (xml.IsEmptyElement) return "";
        var text = new StringBuilder();
        var depth = xml.Depth;
        var phonetic = 0;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.LocalName == "rPh" && !xml.IsEmptyElement) phonetic += xml.NodeType == XmlNodeType.Element ? 1 : -1;
            if (phonetic > 0 || xml.NodeType != XmlNodeType.Element || xml.LocalName != "t") continue;
            text.Append(ReadContent(xml, most));
            if (text.Length > most) most = 0; // too long already: the rest is only passed over
        }
        return Unescape(text.ToString());
    }

    /// <summary>
    /// The characters inside the element the reader stands on, read in chunks and no further than one past the limit:
    /// a text node of a hundred megabytes is never built.
    /// </summary>
    public static string ReadContent(XmlReader xml, int most)
    {
        if (xml.IsEmptyElement) return "";
        var depth = xml.Depth;
        var text = new StringBuilder();
        var chunk = new char[256];
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)) continue;
            for (int read; text.Length <= most && (read = xml.ReadValueChunk(chunk, 0, chunk.Length)) > 0;)
                text.Append(chunk, 0, read);
        }
        return text.ToString();
    }

    /// <summary>
    /// ECMA-376 part 1, 22.9.2.19 (ST_Xstring): _x000D_ is a carriage return. NUL and lone surrogates stay escaped:
    /// no database or JSON text could hold them.
    /// </summary>
    public static string Unescape(string text) => !text.Contains("_x", StringComparison.Ordinal) ? text : Escape().Replace(text, match =>
    {
        var c = (char)int.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return c == '\0' || char.IsSurrogate(c) ? match.Value : c.ToString();
    });

    [GeneratedRegex("_x([0-9A-Fa-f]{4})_", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
