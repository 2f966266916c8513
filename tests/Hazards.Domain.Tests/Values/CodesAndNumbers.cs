using System.Text.Json;
using Hazards.Domain.Codes;

namespace Hazards.Domain.Tests.Values;

/// <summary>Types that cannot hold a wrong value.</summary>
public sealed class CodesAndNumbers
{
    [Theory]
    [InlineData("62", "62", RegionLevel.Province)]
    [InlineData("6212", "6212", RegionLevel.Prefecture)]
    [InlineData("621202", "621202", RegionLevel.County)]
    [InlineData("621202101", "621202101", RegionLevel.Township)]
    [InlineData("621202101201", "621202101201", RegionLevel.Village)]
    [InlineData("620000", "62", RegionLevel.Province)]
    [InlineData("621200", "6212", RegionLevel.Prefecture)]
    [InlineData("621202000", "621202", RegionLevel.County)]
    [InlineData("621202101000", "621202101", RegionLevel.Township)]
    [InlineData("621202000000", "621202", RegionLevel.County)]
    [InlineData("620000000000", "62", RegionLevel.Province)]
    [InlineData("0", "0", RegionLevel.Nation)]
    public void A_region_code_has_one_form(string text, string value, RegionLevel level)
    {
        var region = RegionCode.Parse(text);
        (region.Value, region.Level, region.ToString()).ShouldBe((value, level, value));
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("6"), InlineData("621"), InlineData("62120"), InlineData("6212021")]
    [InlineData("62120210")]
    [InlineData("6212021012011"), InlineData("62120a"), InlineData("012345"), InlineData("00"), InlineData(" 62"), InlineData("６２")]
    [InlineData("'; drop table")]
    public void A_malformed_region_code_is_refused(string? text)
    {
        RegionCode.TryParse(text, out _, out var refusal).ShouldBeFalse();
        refusal!.Code.ShouldBe("region.malformed");
        Should.Throw<FormatException>(() => RegionCode.Parse(text!));
    }

    [Fact]
    public void Jurisdiction_is_a_prefix()
    {
        var county = RegionCode.Parse("621202");
        county.Contains(county).ShouldBeTrue();
        county.Contains(RegionCode.Parse("621202101")).ShouldBeTrue();
        county.Contains(RegionCode.Parse("6212")).ShouldBeFalse();
        county.Contains(RegionCode.Parse("621203")).ShouldBeFalse();
        county.Contains(RegionCode.Nation).ShouldBeFalse();
        RegionCode.Nation.Contains(county).ShouldBeTrue();
        RegionCode.Nation.Contains(RegionCode.Nation).ShouldBeTrue();
        (RegionCode.Nation.Prefix, county.Prefix).ShouldBe(("", "621202"));
        default(RegionCode).ShouldBe(default);
        default(RegionCode).Value.ShouldBe("0");
    }

    [Fact]
    public void A_region_lies_in_one_region_of_each_wider_level()
    {
        var village = RegionCode.Parse("621202101201");
        Enum.GetValues<RegionLevel>().Select(l => village.At(l).Value).ShouldBe(["621202101201", "621202101", "621202", "6212", "62", "0"]);
        RegionCode.Parse("62").At(RegionLevel.County).Value.ShouldBe("62");
        RegionCode.Nation.At(RegionLevel.Village).ShouldBe(RegionCode.Nation);
    }

    [Fact]
    public void Regions_have_names_from_province_to_county()
    {
        Regions.NameOf(RegionCode.Nation).ShouldBe("全国");
        Regions.NameOf(RegionCode.Parse("621202")).ShouldBe("武都区");
        Regions.NameOf(RegionCode.Parse("621202101")).ShouldBe("武都区（621202101）");
        Regions.FullNameOf(RegionCode.Parse("621202")).ShouldBe("甘肃省陇南市武都区");
        Regions.FullNameOf(RegionCode.Parse("621202101")).ShouldBe("甘肃省陇南市武都区（621202101）");
        Regions.FullNameOf(RegionCode.Nation).ShouldBe("全国");
        Regions.NameOf(RegionCode.Parse("999999")).ShouldBe("999999");
        Regions.FullNameOf(RegionCode.Parse("999999")).ShouldBe("999999");
    }

    [Theory]
    [InlineData("0", true), InlineData("62", true), InlineData("6212", true), InlineData("621202", true), InlineData("621202101201", true)]
    [InlineData("441900", true), InlineData("441900003", true), InlineData("99", false), InlineData("621299", false)]
    [InlineData("621299101", false)]
    public void A_township_exists_where_its_county_does(string code, bool exists) =>
        Regions.Exists(RegionCode.Parse(code)).ShouldBe(exists);

    [Fact]
    public void All_regions_are_listed_once_in_order()
    {
        Regions.All.Length.ShouldBeGreaterThan(3000);
        Regions.All.Select(r => r.Code.Value).ShouldBeUnique();
        Regions.All.Select(r => r.Code.Value).ShouldBe(Regions.All.Select(r => r.Code.Value).Order(StringComparer.Ordinal));
    }

    // Published codes: GB 32100-2015's own example, and codes that companies and institutions print on their sites.
    [Theory]
    [InlineData("91350100M000100Y43"), InlineData("91110000802100433B"), InlineData("914403001922038216"), InlineData("91330100799655058B")]
    [InlineData("9144030071526726XG"), InlineData("91110108551385082Q"), InlineData("911100007109250324")]
    [InlineData("12100000400000624D"), InlineData("9111000071093123XX")]
    public void A_published_credit_code_is_right(string text)
    {
        CreditCode.Parse(text).Value.ShouldBe(text);
        CreditCode.Parse($" {text.ToLowerInvariant()} ").ShouldBe(CreditCode.Parse(text));
        CreditCode.CheckCharacter(text.AsSpan(0, 17)).ShouldBe(text[17]);
    }

    [Fact]
    public void Every_single_typing_error_in_a_credit_code_is_noticed()
    {
        const string alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        const string code = "91350100M000100Y43";
        for (var i = 0; i < 18; i++)
            foreach (var other in alphabet.Where(c => c != code[i]))
            {
                CreditCode.TryParse(code[..i] + other + code[(i + 1)..], out _, out var refusal).ShouldBeFalse();
                refusal!.Code.ShouldBe("credit_code.check_character");
                refusal.Facts["expected"].ShouldNotBe(refusal.Facts["found"]);
            }
    }

    [Fact]
    public void Two_neighbours_exchanged_are_noticed_too()
    {
        const string code = "91350100M000100Y43";
        for (var i = 0; i < 17; i++)
            if (code[i] != code[i + 1])
                CreditCode.TryParse(code[..i] + code[i + 1] + code[i] + code[(i + 2)..], out _, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("91350100M000100Y4"), InlineData("91350100M000100Y433"), InlineData("91350100I000100Y43")]
    [InlineData("91350100M000100Y4O"), InlineData("91350100M000100Y4 "), InlineData("９1350100M000100Y43")]
    [InlineData("91350100M000100Y4\0")]
    public void A_malformed_credit_code_is_refused(string? text)
    {
        CreditCode.TryParse(text, out _, out var refusal).ShouldBeFalse();
        refusal!.Code.ShouldBe("credit_code.malformed");
    }

    [Fact]
    public void Document_numbers_are_short_clean_text()
    {
        DocumentNumber.Parse(" 陇安委办督〔2026〕12号 ").Value.ShouldBe("陇安委办督〔2026〕12号");
        DocumentNumber.Parse(new string('文', 80)).Value.Length.ShouldBe(80);
        foreach (var wrong in new[] { null, "", "文", " 文 ", new string('文', 81), "文\n号", "文\ud800号", "文\u0007号" })
        {
            DocumentNumber.TryParse(wrong, out _, out var refusal).ShouldBeFalse();
            refusal!.Code.ShouldBe("document_number.malformed");
        }
    }

    [Fact]
    public void Bodies_sectors_and_digests_have_their_forms()
    {
        BodyId.Parse("wudu-office").Value.ShouldBe("wudu-office");
        BodyId.Parse("a1").StreamId.ShouldBe(BodyId.Parse("a1").StreamId);
        BodyId.Parse("a1").StreamId.ShouldNotBe(BodyId.Parse("a2").StreamId);
        foreach (var wrong in new[] { null, "", "a", "-a", "a-", "A1", "a_b", "武都", new string('a', 41), "a b" })
            Refused<BodyId>(wrong, "body_id.malformed");
        SectorCode.Parse("city_gas").Value.ShouldBe("city_gas");
        foreach (var wrong in new[] { null, "", "a", "City", "city-gas", "燃气", new string('a', 41) })
            Refused<SectorCode>(wrong, "sector.malformed");
        Sha256Digest.Of("abc"u8).Value.ShouldBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        Sha256Digest.TryParse("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", out var upper, out _).ShouldBeTrue();
        upper.ShouldBe(Sha256Digest.Of("abc"u8));
        foreach (var wrong in new[] { null, "", "ba78", new string('g', 64), new string('a', 65) })
            Refused<Sha256Digest>(wrong, "digest.malformed");
        foreach (var wrong in new[] { null, "", "1", "{0195f0a0-0000-7000-8000-000000000001}", "0195f0a0000070008000000000000001" })
            Refused<HazardId>(wrong, "hazard_id.malformed");
    }

    [Fact]
    public void Names_of_streams_never_change()
    {
        // In the log for ever: another algorithm would make a second stream for the same report.
        HazardId.Shared(new ExternalReference("12345", "LN-1")).Value.ShouldBe(StreamIds.Named("hazard", "12345\nLN-1").ToString());
        HazardId.For("a/b", new ExternalReference("12345", "LN-1")).Value.ShouldBe(
            StreamIds.Named("hazard of", "a/b\n12345\nLN-1").ToString());
        StreamIds.Named("body", "wudu-office").Version.ShouldBe(8);
        StreamIds.Named("body", "x").ShouldNotBe(StreamIds.Named("hazard", "x"));
    }

    [Fact]
    public void Values_are_written_as_their_text_and_read_strictly()
    {
        JsonSerializer.Serialize(RegionCode.Parse("621200"), DomainJson.Options).ShouldBe("\"6212\"");
        JsonSerializer.Deserialize<RegionCode>("\"620000\"", DomainJson.Options).Value.ShouldBe("62");
        Should.Throw<MalformedValueException>(() => JsonSerializer.Deserialize<RegionCode>("62", DomainJson.Options)).Refusal.Code.ShouldBe("input.not_text");
        Should.Throw<MalformedValueException>(() => JsonSerializer.Deserialize<CreditCode>("\"x\"", DomainJson.Options)).Refusal.Code.ShouldBe("credit_code.malformed");
        JsonSerializer.Deserialize<Dictionary<SectorCode, int>>("""{"city_gas":1}""", DomainJson.Options)![SectorCode.Parse("city_gas")]
            .ShouldBe(1);
        JsonSerializer.Serialize(new Dictionary<SectorCode, int> { [SectorCode.Parse("city_gas")] = 1 }, DomainJson.Options)
            .ShouldBe("""{"city_gas":1}""");
        Should.Throw<JsonException>(
            () => JsonSerializer.Deserialize<VerifyHazard>("""{"level":"major","bassis":"x"}""", DomainJson.Strict));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<VerifyHazard>("{}", DomainJson.Strict));
        JsonSerializer.Deserialize<VerifyHazard>("""{"level":"major"}""", DomainJson.Strict).ShouldBe(new VerifyHazard(Level.Major));
    }

    private static void Refused<T>(string? text, string code) where T : struct, IValue<T>
    {
        T.TryParse(text, out _, out var refusal).ShouldBeFalse();
        refusal!.Code.ShouldBe(code);
    }
}
