using System.Text;
using System.Text.Json;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests.Proof;

public sealed class CanonicalJsonFacts
{
    [Theory, InlineData("arrays"), InlineData("french"), InlineData("structures"), InlineData("unicode"), InlineData("values")]
    [InlineData("weird")]
    public void The_published_files_come_out_byte_for_byte(string name)
    {
        static byte[] Read(string folder, string name) =>
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Proof", "Vectors", "jcs", folder, name + ".json"));
        using var input = JsonDocument.Parse(Read("input", name));
        Encoding.UTF8.GetString(CanonicalJson.Write(input.RootElement))
            .ShouldBe(Encoding.UTF8.GetString(Read("output", name)).TrimEnd('\n'));
    }

    [Theory] // RFC 8785, appendix B
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_ecmascript_writes_them(ulong bits, string text) =>
        CanonicalJson.Number(BitConverter.UInt64BitsToDouble(bits)).ShouldBe(text);

    [Theory]
    [InlineData("{\"b\":1,\"a\":{\"z\":null,\"y\":[true,false]}}", "{\"a\":{\"y\":[true,false],\"z\":null},\"b\":1}")]
    [InlineData("\"\\u4e2d文\\u0001\\/\\u007f\"", "\"中文\\u0001/\u007f\"")]
    [InlineData("[1.0, -0, 12345678901234567890, 30.25, 1e2]", "[1,0,12345678901234567000,30.25,100]")]
    public void One_value_has_one_form(string json, string canonical)
    {
        using var value = JsonDocument.Parse(json);
        Encoding.UTF8.GetString(CanonicalJson.Write(value.RootElement)).ShouldBe(canonical);
    }

    [Theory, InlineData("{\"a\":1,\"a\":2}"), InlineData("1e999"), InlineData("\"\\ud800\""), InlineData("{\"\\udc00\":1}")]
    public void What_has_no_one_meaning_has_no_form(string json)
    {
        using var value = JsonDocument.Parse(json);
        Should.Throw<Exception>(() => CanonicalJson.Write(value.RootElement)).ShouldBeAssignableTo<Exception>();
    }
}
