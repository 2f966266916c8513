using System.Text;
using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>Pictures: those of WPS, of Excel and floating ones are of their rows, before or after by their header, byte for byte.</summary>
public class PictureFacts
{
    private static readonly byte[][] Pictures = [.. Enumerable.Range(1, 3).Select(i => Encoding.UTF8.GetBytes($"picture {i}"))];

    private static byte[] Ledger(string before, string after, params (int Row, int Column, int Picture)[] floating) => PicturedLedger.Of(
        [["序号", "隐患内容", "整改前照片", "整改后照片", "责任单位"], ["1", "阀门渗漏", before, after, "永昌化工厂"], ["2", "管道锈蚀", "", "", "永昌化工厂"]], Pictures, floating);

    private static async Task<(string Address, bool After, string? Bytes)[]> OfFirst(byte[] bytes)
    {
        using var file = (await LedgerFile.OpenAsync(new MemoryStream(bytes), "照片.xlsx")).Value!;
        await foreach (var row in LedgerReader.Open(file, MappingGuesser.Guess(file).Value!.Mapping).Value!.ReadAsync())
            if (row.Verdict != RowVerdict.Skipped)
                return [
                    .. row.Images.Select(p => (p.Address, p.IsAfter, p.Read() is { } picture ? Encoding.UTF8.GetString(picture) : null))];
        return [];
    }

    [Fact]
    public async Task Those_of_WPS() =>
        (await OfFirst(Ledger(PicturedLedger.Wps(2), PicturedLedger.Wps(1))))
            .ShouldBe([("C2", false, "picture 2"), ("D2", true, "picture 1")]);

    [Fact]
    public async Task Those_that_Excel_places_in_cells() =>
        (await OfFirst(Ledger(PicturedLedger.Excel(1), PicturedLedger.Excel(3))))
            .ShouldBe([("C2", false, "picture 1"), ("D2", true, "picture 3")]);

    [Fact]
    public async Task Those_that_float_over_a_row() =>
        (await OfFirst(Ledger("", "", (2, 4, 3), (2, 3, 1), (1, 1, 2)))).ShouldBe([("D2", true, "picture 3"), ("C2", false, "picture 1")]);

    [Theory]
    [InlineData(9)]
    [InlineData(0)]
    public async Task One_that_the_file_has_lost_is_counted_all_the_same(int picture)
    {
        (await OfFirst(Ledger(PicturedLedger.Wps(picture), PicturedLedger.Excel(picture))))
            .ShouldBe([("C2", false, null), ("D2", true, null)]);
    }

    [Fact]
    public async Task A_picture_that_is_exchanged_changes_its_row_and_no_other()
    {
        var (one, other) = (await Records(Ledger("", "", (2, 3, 1))), await Records(Ledger("", "", (2, 3, 2))));
        one[0].Fingerprint.ShouldNotBe(other[0].Fingerprint);
        one[1].Fingerprint.ShouldBe(other[1].Fingerprint);
        one[0].Key.ShouldBe(other[0].Key);
        one[1].Images.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("整改前照片", false)]
    [InlineData("隐患照片", false)]
    [InlineData("整改后照片", true)]
    [InlineData("整改照片", true)]
    [InlineData("复查图片", true)]
    [InlineData("整改前后对比", false)]
    [InlineData(null, false)]
    public void Before_or_after_is_told_by_the_header(string? header, bool after) =>
        new LedgerPicture(header, "A1").IsAfter.ShouldBe(after);
}
