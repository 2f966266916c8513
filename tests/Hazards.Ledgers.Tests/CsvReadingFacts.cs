using System.Text;
using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

public class CsvReadingFacts
{
    private static async Task<string[][]> Read(byte[] bytes)
    {
        using var file = await File_(bytes, "x.csv");
        return [.. file.Sheets[0].ReadRows().Select(r => r.Cells.Select(c => c.Text).ToArray())];
    }

    [Fact]
    public async Task Quotes_hold_delimiters_line_breaks_and_quotes() =>
        (await Read(Utf8("a,\"b,\r\nc\",\"说\"\"好\"\"\"\r\n"))).ShouldBe([["a", "b,\r\nc", "说\"好\""]]);

    [Fact]
    public async Task Quotes_within_a_field_and_text_after_a_quote_are_kept() =>
        (await Read(Utf8("5\"管,\"已\"整改\n"))).ShouldBe([["5\"管", "已整改"]]);

    [Theory]
    [InlineData("a,b\nc,d")]
    [InlineData("a,b\r\nc,d\r\n")]
    [InlineData("a,b\rc,d\r")]
    public async Task Any_line_ending_ends_a_line(string text) => (await Read(Utf8(text))).ShouldBe([["a", "b"], ["c", "d"]]);

    [Fact]
    public async Task Spaces_are_kept() => (await Read(Utf8(" a , b\t,c "))).ShouldBe([[" a ", " b\t", "c "]]);

    [Theory]
    [InlineData("a;b;c\n1;2,5;3\n4;5,5;6\n", ';')]
    [InlineData("a\tb\tc\n1\t2,2\t3\n", '\t')]
    [InlineData("a,b,c\n\"1;2;3;4\",2,3\n", ',')]
    [InlineData("隐患内容\n无护栏\n", ',')]
    public async Task The_delimiter_is_the_one_that_lines_agree_on(string text, char delimiter)
    {
        using var file = await File_(Utf8(text), "x.csv");
        file.Delimiter.ShouldBe(delimiter);
    }

    public static TheoryData<string, byte[]> Encodings() => new()
    {
        { "utf-8", Encoding.UTF8.GetBytes("序号,隐患内容") },
        { "utf-8", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("序号,隐患内容")] },
        { "gb18030", CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes("序号,隐患内容") },
        { "utf-16le", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("序号,隐患内容")] },
        { "utf-16be", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("序号,隐患内容")] },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task The_encoding_is_found(string name, byte[] bytes)
    {
        using var file = await File_(bytes, "x.csv");
        file.EncodingName.ShouldBe(name);
        file.Sheets[0].ReadRows().Single().Cells.Select(c => c.Text).ShouldBe(["序号", "隐患内容"]);
    }

    [Fact]
    public async Task A_lines_width_counts_its_empty_fields()
    {
        using var file = await File_(Utf8("a,b,c\n1,,\n\n,2\n"), "x.csv");
        file.Sheets[0].ReadRows().Select(r => (r.Number, r.Width, r.IsBlank))
            .ShouldBe([(1, 3, false), (2, 3, false), (3, 1, true), (4, 2, false)]);
        file.Sheets[0].RowCount.ShouldBe(3);
    }
}
