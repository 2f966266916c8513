using System.Globalization;
using System.Text;

namespace Hazards.Api.Investigation.Replay;

/// <summary>
/// Lines for a terminal, laid out by hand: a Chinese character is two columns wide, and nothing is ever wrapped inside a
/// column. Colours only where somebody looks.
/// </summary>
internal static class ConsoleScreen
{
    /// <summary>Whether keys can be read and the screen cleared.</summary>
    public static bool IsInteractive => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    private static bool Colours => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    public static string Red(string text) => Paint("31", text);

    public static string Yellow(string text) => Paint("33", text);

    public static string Dim(string text) => Paint("2", text);

    public static string Bold(string text) => Paint("1", text);

    /// <summary>An instant in China, to the minute.</summary>
    public static string Time(DateTimeOffset instant) =>
        instant.ToOffset(Domain.ChinaTime.Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>How an event is cited.</summary>
    public static string Cite(params IEnumerable<long> positions) =>
        $"〔事件 {string.Join('、', positions.Select(p => p.ToString(CultureInfo.InvariantCulture)))}〕";

    public static void Heading(string text) => Console.WriteLine($"\n{Bold(text)}\n{new string('─', Math.Min(100, WidthOf(text)))}");

    /// <summary>Columns, each as wide as its widest cell; what is emphasised is painted after it is measured.</summary>
    public static void Table(IReadOnlyList<string> heads, IEnumerable<Row> rows)
    {
        var all = rows.ToArray();
        var widths = heads.Select((h, i) => all.Select(r => WidthOf(r.Cells[i])).Append(WidthOf(h)).Max()).ToArray();
        Console.WriteLine(Dim(Line(heads, widths)));
        foreach (var row in all)
        {
            Console.WriteLine(row.Paint(Line(row.Cells, widths)));
            foreach (var under in row.Under)
                Console.WriteLine($"      {under}");
        }
        if (all.Length == 0)
            Console.WriteLine("  （无 none）");
    }

    /// <summary>How many columns a text takes.</summary>
    public static int WidthOf(string text) => text.EnumerateRunes().Sum(r => IsWide(r) ? 2 : 1);

    private static string Line(IReadOnlyList<string> cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Count; i++)
            line.Append(cells[i]).Append(' ', i == cells.Count - 1 ? 0 : widths[i] - WidthOf(cells[i]) + 2);
        return line.ToString();
    }

    // East Asian Wide and Fullwidth, as far as the field writes them (Unicode UAX #11).
    private static bool IsWide(Rune r) =>
        r.Value is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE4F or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x20000 and <= 0x3FFFD;

    private static string Paint(string code, string text) => Colours ? $"\u001b[{code}m{text}\u001b[0m" : text;

    /// <summary>A line of a table, and what stands under it.</summary>
    /// <param name="Cells">The cells.</param>
    internal sealed record Row(params string[] Cells)
    {
        public Func<string, string> Paint { get; init; } = text => text;

        public IReadOnlyList<string> Under { get; init; } = [];
    }
}
