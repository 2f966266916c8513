using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hazards.Evidence.Proof;

/// <summary>
/// RFC 8785 (JCS): one way to write a JSON value, so that its hash means the value. Members are sorted by their names as
/// UTF-16, strings are escaped as little as JSON allows, numbers are written as ECMAScript writes them.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical form, UTF-8.</summary>
    /// <exception cref="JsonException">A number is beyond a double, or a string holds half of a surrogate pair, or a member's
    /// name stands twice.</exception>
    public static byte[] Write(JsonElement value)
    {
        var output = new ArrayBufferWriter<byte>(512);
        Write(value, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes the canonical form, UTF-8.</summary>
    /// <inheritdoc cref="Write(JsonElement)"/>
    public static void Write(JsonElement value, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(value, output);
                break;
            case JsonValueKind.Array:
                WriteArray(value, output);
                break;
            case JsonValueKind.String:
                WriteText(TextOf(value), output);
                break;
            case JsonValueKind.Number:
                output.Write(Encoding.ASCII.GetBytes(Number(value)));
                break;
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            case JsonValueKind.False:
                output.Write("false"u8);
                break;
            case JsonValueKind.Null:
                output.Write("null"u8);
                break;
            default:
                throw new JsonException("There is no value.");
        }
    }

    private static void WriteObject(JsonElement value, IBufferWriter<byte> output)
    {
        var members = value.EnumerateObject().Select(m => (m.Name, m.Value)).ToArray();
        Array.Sort(members, (one, other) => string.CompareOrdinal(one.Name, other.Name));
        output.Write("{"u8);
        for (var i = 0; i < members.Length; i++)
        {
            if (i > 0 && members[i].Name == members[i - 1].Name)
                throw new JsonException($"The member {members[i].Name} stands twice.");
            if (i > 0)
                output.Write(","u8);
            WriteText(members[i].Name, output);
            output.Write(":"u8);
            Write(members[i].Value, output);
        }
        output.Write("}"u8);
    }

    private static void WriteArray(JsonElement value, IBufferWriter<byte> output)
    {
        output.Write("["u8);
        var first = true;
        foreach (var item in value.EnumerateArray())
        {
            if (!first)
                output.Write(","u8);
            first = false;
            Write(item, output);
        }
        output.Write("]"u8);
    }

    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A string holds half of a surrogate pair.", e);
        }
    }

    /// <summary>A string, quoted: only what must be escaped is.</summary>
    public static void WriteText(string text, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(output);
        output.Write("\""u8);
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var plain = rest.IndexOfAny(MustBeEscaped);
            if (plain < 0)
                plain = rest.Length;
            WriteUtf8(rest[..plain], output);
            if (plain == rest.Length)
                break;
            output.Write(Encoding.ASCII.GetBytes(Escape(rest[plain])));
            rest = rest[(plain + 1)..];
        }
        output.Write("\""u8);
    }

    private static readonly SearchValues<char> MustBeEscaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private static void WriteUtf8(ReadOnlySpan<char> text, IBufferWriter<byte> output)
    {
        try
        {
            var span = output.GetSpan(StrictUtf8.GetMaxByteCount(text.Length));
            output.Advance(StrictUtf8.GetBytes(text, span));
        }
        catch (EncoderFallbackException e)
        {
            throw new JsonException("A string holds half of a surrogate pair.", e);
        }
    }

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => FormattableString.Invariant($"\\u{(int)c:x4}"),
    };

    private static string Number(JsonElement value) =>
        Number(value.TryGetInt64(out var whole) ? whole : null, value.GetDouble, value.GetRawText);

    /// <summary>Writes the number that a reader stands on.</summary>
    internal static void WriteNumber(ref Utf8JsonReader reader, IBufferWriter<byte> output)
    {
        var (whole, number, text) = (reader.TryGetInt64(out var found) ? found : (long?)null, reader.GetDouble(),
            Encoding.ASCII.GetString(reader.ValueSpan));
        output.Write(Encoding.ASCII.GetBytes(Number(whole, () => number, () => text)));
    }

    private static string Number(long? whole, Func<double> read, Func<string> text)
    {
        // Whole numbers that a double holds exactly are the common case and need no conversion.
        const long MostExact = 1L << 53;
        if (whole is > -MostExact and < MostExact)
            return whole.Value.ToString(CultureInfo.InvariantCulture);
        var number = read();
        return double.IsFinite(number)
            ? Number(number)
            : throw new JsonException($"The number {text()} is beyond what JSON interchange holds.");
    }

    /// <summary>A double as ECMAScript writes it (ECMA-262, Number::toString): the shortest digits that read back the same.</summary>
    public static string Number(double number)
    {
        if (!double.IsFinite(number))
            throw new JsonException("Not a number that JSON can hold.");
        if (number == 0)
            return "0";
        var (digits, point) = Shortest(Math.Abs(number));
        var sign = number < 0 ? "-" : "";
        // `point` is n of the standard: the value is 0.digits × 10^n.
        return sign + point switch
        {
            > 0 and <= 21 when digits.Length <= point => digits + new string('0', point - digits.Length),
            > 0 and <= 21 => $"{digits[..point]}.{digits[point..]}",
            > -6 and <= 0 => $"0.{new string('0', -point)}{digits}",
            _ => FormattableString.Invariant(
                $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(point > 0 ? "+" : "-")}{Math.Abs(point - 1)}"),
        };
    }

    private static (string Digits, int Point) Shortest(double number)
    {
        // .NET's round-trip form has the same shortest digits; only where it puts the point differs.
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = dot < 0 ? mantissa : mantissa[..dot];
        var all = dot < 0 ? mantissa : whole + mantissa[(dot + 1)..];
        var leading = all.Length - all.TrimStart('0').Length;
        return (all.Trim('0'), whole.Length - leading + exponent);
    }
}
