using System.Text;
using System.Text.Json;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence.Tests.Proof;

/// <summary>The quick way to canonical JSON against the plain one: the same bytes, and the same texts refused.</summary>
public sealed class CanonicalWriterFacts
{
    private readonly CanonicalWriter _writer = new();

    [Theory, InlineData("arrays"), InlineData("french"), InlineData("structures"), InlineData("unicode"), InlineData("values")]
    [InlineData("weird")]
    public void The_published_files_come_out_byte_for_byte(string name)
    {
        static byte[] Read(string folder, string name) =>
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Proof", "Vectors", "jcs", folder, name + ".json"));
        _writer.Json(Read("input", name));
        Encoding.UTF8.GetString(_writer.Written).ShouldBe(Encoding.UTF8.GetString(Read("output", name)).TrimEnd('\n'));
    }

    [Fact]
    public void Any_value_comes_out_as_the_plain_way_writes_it()
    {
        var random = new Random(20261122);
        for (var i = 0; i < 20_000; i++)
            Agree(Encoding.UTF8.GetBytes(Value(random, 0)));
    }

    [Fact]
    public void Any_damaged_text_is_refused_by_both_or_by_neither()
    {
        var random = new Random(8785);
        for (var i = 0; i < 20_000; i++)
        {
            var text = Encoding.UTF8.GetBytes(Value(random, 0));
            for (var damages = random.Next(1, 3); damages > 0 && text.Length > 0; damages--)
            {
                var at = random.Next(text.Length);
                text = random.Next(3) switch
                {
                    0 => [.. text[..at], .. text[(at + 1)..]],
                    1 => [.. text[..at], Odd(random), .. text[at..]],
                    _ => [.. text[..at], Odd(random), .. text[(at + 1)..]],
                };
            }
            Agree(text);
        }
    }

    [Theory]
    [InlineData(""), InlineData(" "), InlineData("{"), InlineData("[1,]"), InlineData("{\"a\":1,}"), InlineData("{\"a\"}")]
    [InlineData("{,}"), InlineData("[1 2]"), InlineData("01"), InlineData("-"), InlineData("-01")]
    [InlineData("1."), InlineData(".5"), InlineData("1e"), InlineData("+1"), InlineData("nul"), InlineData("nulll")]
    [InlineData("true false"), InlineData("\"\\x\""), InlineData("\"\\u12g4\""), InlineData("\"\\u12\""), InlineData("\"a")]
    [InlineData("\"\t\""), InlineData("// note\n1"), InlineData("{\"a\":1,\"a\":2}"), InlineData("{\"a\":1,\"b\":0,\"\\u0061\":2}")]
    [InlineData("1e999"), InlineData("-1e999"), InlineData("\"\\ud800\""), InlineData("\"\\ud800\\u0041\""), InlineData("\"\\udc00\"")]
    [InlineData("-0"), InlineData("0"), InlineData("-0.0"), InlineData("999999999999999"), InlineData("-9007199254740991")]
    [InlineData("9007199254740993"), InlineData("1E5"), InlineData("5e-324"), InlineData("\"\\/\\b\\u000B\"")]
    [InlineData("{\"\\ud83d\\ude00\":1,\"\uFF01\":2,\"\":3,\"a\":4,\"a\\u0000\":5,\"ab\":6}")]
    [InlineData("{\"abcdefgh\":1,\"abcdefghi\":2,\"abcdefg\":3}")]
    public void What_is_odd_is_judged_alike(string json) => Agree(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void What_is_not_utf8_has_no_form() => Should.Throw<JsonException>(() => _writer.Json([(byte)'"', 0xC3, 0x28, (byte)'"']));

    [Theory, InlineData(64, true), InlineData(65, false)]
    public void Values_stand_in_each_other_so_deep(int depth, bool allowed)
    {
        var text = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        Agree(text);
        (Quickly(text) is not null).ShouldBe(allowed);
    }

    [Fact]
    public void A_text_is_written_as_a_string()
    {
        _writer.Text("路\"\\\n\u0001\u001f/😀"u8);
        Encoding.UTF8.GetString(_writer.Written).ShouldBe("\"路\\\"\\\\\\n\\u0001\\u001f/😀\"");
    }

    private void Agree(byte[] text) => (Quickly(text) ?? "refused").ShouldBe(Plainly(text) ?? "refused", Encoding.UTF8.GetString(text));

    private string? Quickly(byte[] text)
    {
        try
        {
            _writer.Clear();
            _writer.Json(text);
            return Encoding.UTF8.GetString(_writer.Written);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Plainly(byte[] text)
    {
        try
        {
            using var value = JsonDocument.Parse(text);
            return Encoding.UTF8.GetString(CanonicalJson.Write(value.RootElement));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte Odd(Random random) => random.Next(4) == 0 ? (byte)random.Next(128) : (byte)Oddities[random.Next(Oddities.Length)];

    private const string Oddities = "{}[]\",:\\u0019eE+-. \ttfn/";

    private static string Value(Random random, int depth) => random.Next(depth > 4 ? 6 : 9) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue).ToString(),
        1 => random.Next(-1000, 1000).ToString(),
        2 => BitConverter.Int64BitsToDouble(random.NextInt64()) is var number && double.IsFinite(number) ? number.ToString("R") : "1.50",
        3 => ((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-9, 8)))
            .ToString("F" + random.Next(1, 12)) + (random.Next(3) == 0 ? "00" : ""),
        4 => new[] { "true", "false", "null" }[random.Next(3)],
        5 or 6 => Text(random),
        7 => $"[{Space(random)}{string.Join($"{Space(random)},{Space(random)}", Enumerable.Range(0, random.Next(5)).Select(_ => Value(random, depth + 1)))}{Space(random)}]",
        _ => $"{{{string.Join(",", Enumerable.Range(0, random.Next(random.Next(10) == 0 ? 60 : 7)).Select(_ => $"{Space(random)}{Text(random)}{Space(random)}:{Space(random)}{Value(random, depth + 1)}{Space(random)}"))}}}",
    };

    private static string Space(Random random) => new[] { "", "", "", " ", "\n", "\r\n\t " }[random.Next(6)];

    private static string Text(Random random) =>
        $"\"{string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => Letters[random.Next(Letters.Length)]))}\"";

    private static readonly string[] Letters =
        ["a", "b", "c", "level", "Z", "0", " ", "隐患", "é", "😀", "\uE000", "\uFFFD", "\\n", "\\\"", "\\\\", "\\/", "\\u4e2d", "\\u0007", "\\u00e9", "\\ud83d\\ude00", "\\uFF01", "<", "\u007f"];
}
