using System.Globalization;
using System.Xml;

namespace Hazards.Ledgers;

/// <summary>Which cell styles show their number as a date.</summary>
internal sealed class NumberFormats(IReadOnlyList<bool> isDate)
{
    public static NumberFormats None { get; } = new([]);

    public bool IsDate(int style) => style >= 0 && style < isDate.Count && isDate[style];

    public static NumberFormats Read(XmlReader xml)
    {
        var custom = new Dictionary<int, string>();
        var styles = new List<bool>();
        var inCellFormats = false;
        while (xml.Read())
        {
            if (xml.LocalName == "cellXfs") inCellFormats = xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement;
            if (xml.NodeType != XmlNodeType.Element) continue;
            if (xml.LocalName == "numFmt") custom[Id(xml)] = xml.GetAttribute("formatCode") ?? "";
            if (xml.LocalName == "xf" && inCellFormats) styles.Add(IsDateFormat(Id(xml), custom));
        }
        return new(styles);
    }

    private static int Id(XmlReader xml) =>
        int.TryParse(xml.GetAttribute("numFmtId"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    private static bool IsDateFormat(int id, Dictionary<int, string> custom) => ShowsDate(id, custom.GetValueOrDefault(id));

    /// <summary>Whether a format shows a date, by its code where the workbook has one, else by its number.</summary>
    public static bool ShowsDate(int id, string? code) => code is null ? IsBuiltInDate(id) : ShowsDate(code);

    /// <summary>
    /// ECMA-376 part 1, 18.8.30: 14–17 and 22 are dates everywhere, 27–36 and 50–58 in East Asian locales.
    /// 18–21 and 45–47 are times of day, which no ledger uses for a date.
    /// </summary>
    private static bool IsBuiltInDate(int id) => id is (>= 14 and <= 17) or 22 or (>= 27 and <= 31) or 36 or (>= 50 and <= 54) or 57 or 58;

    /// <summary>Whether a format code has a year or a day outside quotes, escapes and brackets ("m" alone may be minutes).</summary>
    public static bool ShowsDate(string code)
    {
        for (var i = 0; i < code.Length; i++)
        {
            switch (code[i])
            {
                case '"':
                    i = SkipTo(code, i, '"');
                    break;
                case '[':
                    i = SkipTo(code, i, ']');
                    break;
                case '\\' or '_' or '*':
                    i++;
                    break;
                case 'y' or 'Y' or 'd' or 'D' or 'e':
                    return true;
                case 'G' or 'g' when string.Compare(code, i, "General", 0, 7, StringComparison.OrdinalIgnoreCase) == 0:
                    i += 6;
                    break;
                case 'E': // scientific notation: 0.00E+00
                    i++;
                    break;
                case ';':
                    return false; // only the first section is for ordinary numbers
            }
        }
        return false;
    }

    private static int SkipTo(string code, int from, char end)
    {
        var at = code.IndexOf(end, from + 1);
        return at < 0 ? code.Length : at;
    }
}

/// <summary>Excel's serial dates.</summary>
internal static class ExcelDate
{
    /// <summary>31 December 9999, the last date Excel shows.</summary>
    private const double Last = 2_958_466;

    /// <summary>
    /// The wall clock reading of a serial, to the second. In the 1900 system day 1 is 1 January 1900 and day 60 is
    /// 29 February 1900, which never was (kept for Lotus 1-2-3); in the 1904 system day 0 is 1 January 1904.
    /// </summary>
    public static DateTime? FromSerial(double serial, bool date1904)
    {
        if (!(serial >= 0 && serial < Last)) return null;
        var epoch = date1904 ? new DateTime(1904, 1, 1)
            : serial < 60 ? new DateTime(1899, 12, 31)
            : new DateTime(1899, 12, 30);
        var days = Math.Floor(serial);
        // The last four years of the 1900 system lie beyond what a date can hold when they count from 1904.
        if (days + 1 >= (DateTime.MaxValue - epoch).TotalDays) return null;
        var seconds = Math.Round((serial - days) * 86_400);
        return epoch.AddDays(days).AddSeconds(seconds);
    }
}
