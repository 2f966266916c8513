using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

public class RefusalFacts
{
    private static async Task<LedgerRefusal> Refused(byte[] bytes, string name = "ledger.xlsx", LedgerLimits? limits = null)
    {
        var opened = await Open(bytes, name, limits);
        opened.Value.ShouldBeNull();
        opened.Refusal!.Zh.ShouldNotBeNullOrWhiteSpace();
        opened.Refusal.En.ShouldNotBeNullOrWhiteSpace();
        return opened.Refusal;
    }

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, text) in entries)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        return stream.ToArray();
    }

    private static byte[] OneCell(string sheetXml) =>
        Workbook.Tamper(new Workbook().Sheet("a").Row(1, "x").ToBytes(), "xl/worksheets/sheet1.xml", _ => sheetXml);

    private static byte[] SheetData(string rows) =>
        OneCell(
            $"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>""");

    [Fact]
    public async Task An_empty_file() => (await Refused([])).Code.ShouldBe("file.empty");

    [Fact]
    public async Task A_file_too_large() =>
        (await Refused(new byte[101], limits: new() { FileBytes = 100 })).Code.ShouldBe("file.too_large");

    [Fact]
    public async Task Text_named_xlsx()
    {
        var refusal = await Refused(Utf8("序号,隐患内容\n1,x"), "台账.xlsx");
        refusal.Code.ShouldBe("xlsx.not_zip");
        refusal.Zh.ShouldContain("台账.xlsx");
    }

    [Fact]
    public async Task A_legacy_xls() =>
        (await Refused([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[512]], "台账.xls")).Code.ShouldBe("xls.legacy");

    /// <summary>Of before Excel 97, with no compound file around it.</summary>
    [Theory]
    [InlineData(0x00), InlineData(0x02), InlineData(0x04)]
    public async Task An_older_xls(byte version) =>
        (await Refused([0x09, version, 0x04, 0x00, 0x00, 0x00, 0x10, 0x00, .. new byte[600]], "台账.xls")).Code.ShouldBe("xls.legacy");

    /// <summary>Chains of sectors that come back to where they were, or lead out of the file, end all the same.</summary>
    [Fact]
    public async Task An_xls_that_leads_in_circles()
    {
        var whole = new LegacyWorkbook().Sheet("一").Row(1, "序号", "隐患内容").Row(2, 1, "护栏缺失").ToBytes();
        var sectors = whole.Length / 512 - 1;
        for (var from = 1; from <= sectors; from++)
            foreach (var to in new[] { from, 2, sectors, sectors + 1, 100, int.MaxValue })
            {
                var bytes = whole.ToArray();
                BitConverter.GetBytes(to).CopyTo(bytes, 512 + 4 * from);
                // What lies behind the end of the file leads to itself.
                foreach (var beyond in new[] { sectors, sectors + 1, 100 })
                    BitConverter.GetBytes(beyond).CopyTo(bytes, 512 + 4 * beyond);
                // The reader looks for a name in any case, and takes the first.
                Encoding.Unicode.GetBytes("WORKBOOK").CopyTo(bytes, 1024 + 128);
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                var opened = await LedgerFile.OpenAsync(new MemoryStream(bytes), "a.xls", ct: limit.Token);
                if (!opened.IsOk)
                    opened.Refusal!.Code.ShouldBe("xls.legacy");
                opened.Value?.Dispose();
            }
    }

    /// <summary>A header that says of more sectors than there are makes nobody read on and on.</summary>
    [Theory]
    [InlineData(1), InlineData(2), InlineData(60), InlineData(9999), InlineData(int.MaxValue)]
    public async Task An_xls_whose_tables_lead_in_circles(int count)
    {
        var whole = new LegacyWorkbook().Sheet("一").Row(1, "序号", "隐患内容").Row(2, 1, "护栏缺失").ToBytes();
        foreach (var (at, length) in new[] { (68, 72), (48, 44), (60, 64) })
            foreach (var (one, other) in new[] { (8, 8), (8, 9), (2, 3) })
            {
                var bytes = whole.ToArray();
                BitConverter.GetBytes(one).CopyTo(bytes, at == 48 ? 76 : at);
                BitConverter.GetBytes(count).CopyTo(bytes, length);
                // The last of a sector says where the next is.
                BitConverter.GetBytes(other).CopyTo(bytes, 512 * (one + 2) - 4);
                BitConverter.GetBytes(one).CopyTo(bytes, 512 * (other + 2) - 4);
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                var before = GC.GetTotalAllocatedBytes();
                var opened = await LedgerFile.OpenAsync(new MemoryStream(bytes), "a.xls", ct: limit.Token);
                if (!opened.IsOk)
                    opened.Refusal!.Code.ShouldBe("xls.legacy");
                opened.Value?.Dispose();
                (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(200L << 20);
            }
    }

    [Fact]
    public async Task An_encrypted_xlsx() =>
        (await Refused([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[512], .. Encoding.Unicode.GetBytes("EncryptedPackage")])).Code.ShouldBe("xlsx.encrypted");

    [Fact]
    public async Task A_zip_that_is_no_package() =>
        (await Refused(Zip(("a.txt", "x")))).Code.ShouldBe("xlsx.not_workbook");

    [Fact]
    public async Task A_package_that_is_no_workbook()
    {
        using var stream = new MemoryStream();
        using (var document = DocumentFormat.OpenXml.Packaging.WordprocessingDocument.Create(
            stream, DocumentFormat.OpenXml.WordprocessingDocumentType.Document))
            document.AddMainDocumentPart().Document = new(new DocumentFormat.OpenXml.Wordprocessing.Body());
        (await Refused(stream.ToArray())).Code.ShouldBe("xlsx.not_workbook");
    }

    [Theory]
    [InlineData("<html><table><tr><td>序号</td></tr></table></html>")]
    [InlineData("\uFEFF<?xml version=\"1.0\"?><Workbook/>")]
    [InlineData("\r\n<!DOCTYPE html>")]
    public async Task A_web_page_saved_as_xls(string text) => (await Refused(Utf8(text), "导出.xls")).Code.ShouldBe("file.markup");

    [Fact]
    public async Task A_truncated_xlsx()
    {
        var whole = Construction();
        (await Refused(whole[..(whole.Length / 2)])).Code.ShouldBe("xlsx.broken");
    }

    [Fact]
    public async Task A_sheet_that_is_not_XML() => (await Refused(OneCell("<worksheet><sheetData><row"))).Code.ShouldBe("xlsx.broken");

    [Theory]
    [InlineData("""<row r="1"><c r="A1" t="s"><v>99</v></c></row>""")]
    [InlineData("""<row r="1"><c r="1A"><v>1</v></c></row>""")]
    [InlineData("""<row r="1048577"><c r="A1048577"><v>1</v></c></row>""")]
    [InlineData("""<row r="1"><c r="AAAA1"><v>1</v></c></row>""")]
    [InlineData("""<row r="-5"><c><v>1</v></c></row>""")]
    public async Task A_reference_to_nowhere(string row) => (await Refused(SheetData(row))).Code.ShouldBe("xlsx.broken");

    [Fact]
    public async Task External_entities_and_entities_that_multiply()
    {
        const string Doctype =
            """<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>""";
        var refusal = await Refused(OneCell(Doctype
            + """<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c t="inlineStr"><is><t>&b;&c;</t></is></c></row></sheetData></worksheet>"""));
        refusal.Code.ShouldBe("xlsx.dtd");
    }

    [Fact]
    public async Task A_zip_bomb_by_its_ratio()
    {
        var bytes = Workbook.Tamper(
            new Workbook().Sheet("a").Row(1, "x").ToBytes(), "xl/worksheets/sheet1.xml", xml => xml + new string(' ', 8 << 20));
        var refusal = await Refused(bytes);
        refusal.Code.ShouldBe("xlsx.inflates_too_much");
        refusal.Where.ShouldBe("xl/worksheets/sheet1.xml");
    }

    [Fact]
    public async Task A_zip_bomb_by_its_size() =>
        (await Refused(Workbook.Tamper(Construction(), "xl/big.bin", _ => Noise(200_000)), limits: new() { PartBytes = 100_000 })).Code.ShouldBe("xlsx.inflates_too_large");

    [Fact]
    public async Task A_zip_bomb_in_many_parts() =>
        (await Refused(Construction(), limits: new() { InflatedBytes = 5_000 })).Code.ShouldBe("xlsx.inflates_too_large");

    /// <summary>
    /// A deflate stream of zeros written by hand, whose headers declare ten bytes: whoever believes the headers inflates
    /// megabytes. Nothing of it may get through as content either.
    /// </summary>
    [Fact]
    public async Task A_zip_bomb_whose_headers_lie()
    {
        var bomb = Workbook.Tamper(
            new Workbook().Sheet("a").Row(1, "x").ToBytes(), "xl/sharedStrings.xml", _ => new string('\0', 64 << 20));
        DeclareSize(bomb, "xl/sharedStrings.xml", 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        (await Refused(bomb)).Code.ShouldBeOneOf("xlsx.inflates_too_much", "xlsx.broken");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16 << 20);
    }

    [Fact]
    public async Task Too_many_parts() => (await Refused(Construction(), limits: new() { Parts = 3 })).Code.ShouldBe("xlsx.too_many_parts");

    [Fact]
    public async Task Too_many_sheets() =>
        (await Refused(new Workbook().Sheet("a").Sheet("b").ToBytes(), limits: new() { Sheets = 1 })).Code.ShouldBe("sheet.too_many");

    [Fact]
    public async Task Too_many_rows()
    {
        var refusal = await Refused(Construction(), limits: new() { Rows = 5 });
        (refusal.Code, refusal.Where).ShouldBe(("sheet.too_many_rows", "A6"));
    }

    [Fact]
    public async Task Too_many_columns()
    {
        var refusal = await Refused(Construction(), limits: new() { Columns = 17 });
        (refusal.Code, refusal.Where).ShouldBe(("sheet.too_many_columns", "R1"));
        (await Refused(Utf8("a,b,c"), "x.csv", new() { Columns = 2 })).Code.ShouldBe("sheet.too_many_columns");
    }

    [Fact]
    public async Task Too_many_cells() =>
        (await Refused(Construction(), limits: new() { Cells = 30 })).Code.ShouldBe("sheet.too_many_cells");

    [Fact]
    public async Task Too_many_merged_ranges() =>
        (await Refused(Construction(), limits: new() { MergedRanges = 3 })).Code.ShouldBe("sheet.too_many_merges");

    [Fact]
    public async Task A_cell_too_long()
    {
        var refusal = await Refused(
            new Workbook().Sheet("a").Row(1, "x", new string('长', 101)).ToBytes(), limits: new() { CellCharacters = 100 });
        (refusal.Code, refusal.Where).ShouldBe(("cell.too_long", "B1"));
        (await Refused(Utf8("a," + new string('长', 101)), "x.csv", new() { CellCharacters = 100 })).Code.ShouldBe("cell.too_long");
    }

    [Fact]
    public async Task Broken_utf8_with_the_offset()
    {
        var bytes = Utf8("序号,隐患内容\n1,坏字");
        bytes[^2] = 0xFF;
        var refusal = await Refused(bytes, "x.csv");
        (refusal.Code, refusal.Where).ShouldBe(("text.broken_utf8", "byte 25"));
    }

    [Theory]
    [InlineData(0xFF, 0x80)]
    [InlineData(0xC8, 0x0A)]
    [InlineData(0x80, 0x41)]
    public async Task A_bad_byte_in_gb18030_with_its_place(int first, int second)
    {
        var good = System.Text.CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes(
            "序号,检查时间,隐患描述,责任单位,整改时限\n1,2026-06-02,未设警示标志,国标公司,");
        (await Refused([.. good, (byte)first, (byte)second, (byte)'\n', .. good], "x.csv"))
            .ShouldBe(Refusals.TextBroken.At($"byte {good.Length}", good.Length, "GB18030"));
    }

    [Fact]
    public async Task Broken_utf8_after_a_byte_order_mark() =>
        (await Refused([0xEF, 0xBB, 0xBF, (byte)'a', 0xC3], "x.csv")).ShouldBe(Refusals.TextBrokenUtf8.At("byte 4", 4));

    [Fact]
    public async Task Broken_utf16() =>
        (await Refused([0xFF, 0xFE, (byte)'a', 0, 0x00, 0xD8, (byte)'b', 0], "x.csv")).Code.ShouldBe("text.broken");

    [Fact]
    public async Task Binary_content() => (await Refused([1, 0, 2, 0, 3], "x.csv")).Code.ShouldBe("file.not_text");

    [Fact]
    public async Task A_quote_never_closed()
    {
        var refusal = await Refused(Utf8("序号,隐患内容\n1,\"没有结束\n2,x\n"), "x.csv");
        (refusal.Code, refusal.Where).ShouldBe(("csv.unclosed_quote", "line 2"));
    }

    [Fact]
    public async Task No_header()
    {
        using var file = await File_(Utf8("甲,乙\n1,2\n"), "x.csv");
        MappingGuesser.Guess(file).Refusal!.Code.ShouldBe("header.missing");
        LedgerReader.Open(file, LedgerMapping.Shipped("coal-mine")).Refusal!.Code.ShouldBe("header.missing");
        (await LedgerPreview.CreateAsync(file)).Refusal!.Code.ShouldBe("header.missing");
    }

    [Theory]
    [InlineData("{", "mapping.broken")]
    [InlineData("null", "mapping.broken")]
    [InlineData("{}", "mapping.broken")]
    [InlineData("""{"columns":[null]}""", "mapping.broken")]
    [InlineData("""{"columns":null}""", "mapping.broken")]
    [InlineData("""{"columns":[],"colums":[]}""", "mapping.broken")]
    [InlineData("""{"columns":[{"field":"descripton","header":"x"}]}""", "mapping.broken")]
    [InlineData("""{"columns":[{"field":3,"header":"x"}]}""", "mapping.broken")]
    [InlineData("""{"columns":[],"states":{"x":"done"}}""", "mapping.broken")]
    [InlineData("""{"columns":[]}""", "mapping.no_description")]
    [InlineData("""{"columns":[{"field":"description"}]}""", "mapping.invalid")]
    [InlineData("""{"columns":[{"field":"description","column":"G17"}]}""", "mapping.invalid")]
    [InlineData("""{"columns":[{"field":"description","header":"a"},{"field":"description","header":"b"}]}""", "mapping.invalid")]
    [InlineData("""{"columns":[{"field":"description","header":"a"}],"defaultRegion":"45010"}""", "mapping.invalid")]
    [InlineData("""{"columns":[{"field":"description","header":"a"}],"headerRow":0}""", "mapping.invalid")]
    public void A_wrong_mapping(string json, string code) => LedgerMapping.Parse(json).Refusal!.Code.ShouldBe(code);

    [Fact]
    public async Task A_mapping_for_a_sheet_that_is_not_there()
    {
        using var file = await File_(Construction());
        LedgerReader.Open(file,
            LedgerMapping.Shipped("construction") with { Sheet = "二月" }).Refusal!.Code.ShouldBe("mapping.sheet_missing");
    }

    private static string Noise(int length)
    {
        var random = new Random(7);
        return string.Create(length, random, (span, r) => { foreach (ref var c in span) c = (char)r.Next(' ', '~'); });
    }

    /// <summary>Overwrites the uncompressed size that the local and the central header declare (APPNOTE 4.3.7, 4.3.12).</summary>
    private static void DeclareSize(byte[] zip, string entry, uint size)
    {
        var name = Encoding.ASCII.GetBytes(entry);
        for (var at = 0; (at = zip.AsSpan(at).IndexOf(name) is >= 0 and var i ? at + i : -1) >= 0; at++)
        {
            if (at >= 30 && BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(at - 30)) == 0x04034B50)
                BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at - 30 + 22), size);
            if (at >= 46 && BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(at - 46)) == 0x02014B50)
                BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at - 46 + 24), size);
        }
    }
}
