using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Hazards.Evidence.Proof;

/// <summary>
/// Writes RFC 8785 canonical JSON straight from JSON text, in one pass and without a document in between: the same bytes as
/// <see cref="CanonicalJson"/>, for whoever has millions of values to hash. Reusable; for one thread at a time.
/// </summary>
/// <remarks>
/// A value is written as it is read. When an object ends, its members are put in order where they stand:
/// <code>
///   text     {"level": "major", "basis": {…}}
///   written  {"level":"major","basis":{…}
///             └─ member ─────┘ └─ member ─┘      → sorted by name, copied once
/// </code>
/// </remarks>
public sealed class CanonicalWriter : IBufferWriter<byte>, IComparer<CanonicalWriter.Member>
{
    // As System.Text.Json reads.
    private const int Deepest = 64;

    // Whole numbers of so many digits are exact in a double and written as they stand.
    private const int ExactDigits = 15;

    // More members than this are sorted by the library.
    private const int Few = 24;

    // So that eight bytes may be read wherever a name begins.
    private const int Slack = sizeof(ulong);

    private static readonly SearchValues<byte> EndsPlainText =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    private static readonly SearchValues<byte> OfNumbers = SearchValues.Create("+-.0123456789Ee"u8);

    private byte[] _bytes = new byte[4096];
    private byte[] _aside = [];
    private int _length;
    private Member[] _members = new Member[64];
    private int _memberCount;

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Begins anew; keeps the memory.</summary>
    public void Clear() => (_length, _memberCount) = (0, 0);

    /// <summary>Writes bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Writes a JSON text in canonical form.</summary>
    /// <exception cref="JsonException">
    /// It is not one JSON value in UTF-8, a number is beyond a double, a string holds half of a surrogate pair, or a member's
    /// name stands twice. What was written of it is to be cleared.
    /// </exception>
    public void Json(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new JsonException("The text is not UTF-8.");
        _memberCount = 0;
        var at = 0;
        Value(utf8, ref at, 0);
        SkipSpace(utf8, ref at);
        if (at != utf8.Length)
            throw Malformed(at);
    }

    /// <summary>Writes a text as a JSON string.</summary>
    /// <exception cref="JsonException">It is not UTF-8.</exception>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new JsonException("The text is not UTF-8.");
        Byte((byte)'"');
        while (utf8.IndexOfAny(EndsPlainText) is >= 0 and var plain)
        {
            Raw(utf8[..plain]);
            Character(utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }
        Raw(utf8);
        Byte((byte)'"');
    }

    /// <summary>Writes a whole number.</summary>
    public void Whole(long value)
    {
        value.TryFormat(GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <inheritdoc />
    public void Advance(int count) => _length += count;

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Grow(int room)
    {
        if (_bytes.Length - _length < room + Slack)
            Array.Resize(ref _bytes, Math.Max(checked(_length + room + Slack), _bytes.Length * 2));
    }

    private void Byte(byte value)
    {
        Grow(1);
        _bytes[_length++] = value;
    }

    private void Value(ReadOnlySpan<byte> text, ref int at, int depth)
    {
        SkipSpace(text, ref at);
        switch (At(text, at))
        {
            case (byte)'{':
                Object(text, ref at, Inside(depth, at));
                break;
            case (byte)'[':
                List(text, ref at, Inside(depth, at));
                break;
            case (byte)'"':
                String(text, ref at);
                break;
            case (byte)'t':
                Word(text, ref at, "true"u8);
                break;
            case (byte)'f':
                Word(text, ref at, "false"u8);
                break;
            case (byte)'n':
                Word(text, ref at, "null"u8);
                break;
            default:
                Number(text, ref at);
                break;
        }
    }

    private static int Inside(int depth, int at) =>
        depth < Deepest ? depth + 1 : throw new JsonException($"More than {Deepest} values in each other at byte {at}.");

    private void Object(ReadOnlySpan<byte> text, ref int at, int depth)
    {
        var (opening, first, sorted) = (_length, _memberCount, true);
        Byte((byte)'{');
        at++;
        SkipSpace(text, ref at);
        if (At(text, at) == '}')
        {
            at++;
            Byte((byte)'}');
            return;
        }
        while (true)
        {
            var start = _length;
            SkipSpace(text, ref at);
            var plain = String(text, ref at);
            var member = new Member(Prefix(start + 1, _length - 1), start, _length, plain);
            Expect(text, ref at, (byte)':');
            Byte((byte)':');
            Value(text, ref at, depth);
            member = member with { End = _length };
            sorted = sorted && (_memberCount == first || Compare(_members[_memberCount - 1], member) < 0);
            Remember(member);
            SkipSpace(text, ref at);
            if (At(text, at) != ',')
                break;
            at++;
            Byte((byte)',');
        }
        Expect(text, ref at, (byte)'}');
        if (!sorted)
            Order(opening + 1, first);
        _memberCount = first;
        Byte((byte)'}');
    }

    private void List(ReadOnlySpan<byte> text, ref int at, int depth)
    {
        Byte((byte)'[');
        at++;
        SkipSpace(text, ref at);
        if (At(text, at) == ']')
        {
            at++;
            Byte((byte)']');
            return;
        }
        while (true)
        {
            Value(text, ref at, depth);
            SkipSpace(text, ref at);
            if (At(text, at) != ',')
                break;
            at++;
            Byte((byte)',');
        }
        Expect(text, ref at, (byte)']');
        Byte((byte)']');
    }

    /// <summary>A string with its quotes; true when it can be compared byte by byte as it was written.</summary>
    private bool String(ReadOnlySpan<byte> text, ref int at)
    {
        if (At(text, at) != '"')
            throw Malformed(at);
        var rest = text[(at + 1)..];
        var plain = rest.IndexOfAny(EndsPlainText);
        if (plain >= 0 && rest[plain] == '"')
        {
            Raw(text.Slice(at, plain + 2));
            at += plain + 2;
            return rest[..plain].IndexOfAnyInRange((byte)0xEE, (byte)0xFF) < 0;
        }
        EscapedString(text, ref at);
        return false;
    }

    private void EscapedString(ReadOnlySpan<byte> text, ref int at)
    {
        at++;
        Byte((byte)'"');
        while (true)
        {
            var plain = text[at..].IndexOfAny(EndsPlainText);
            if (plain < 0)
                throw Malformed(text.Length);
            Raw(text.Slice(at, plain));
            at += plain;
            if (text[at] == '"')
                break;
            if (text[at] != '\\')
                throw Malformed(at);
            Escape(text, ref at);
        }
        at++;
        Byte((byte)'"');
    }

    // What follows a backslash.
    private void Escape(ReadOnlySpan<byte> text, ref int at)
    {
        var kind = At(text, at + 1);
        at += 2;
        switch (kind)
        {
            case (byte)'"' or (byte)'\\' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                Byte((byte)'\\');
                Byte(kind);
                break;
            case (byte)'/':
                Byte(kind);
                break;
            case (byte)'u':
                Rune(text, ref at);
                break;
            default:
                throw Malformed(at - 1);
        }
    }

    private void Rune(ReadOnlySpan<byte> text, ref int at)
    {
        var first = Unit(text, ref at);
        if (first < 0x80)
        {
            Character((byte)first);
            return;
        }
        if (!System.Text.Rune.TryCreate(first, out var rune))
        {
            if (At(text, at) != '\\' || At(text, at + 1) != 'u')
                throw new JsonException("A string holds half of a surrogate pair.");
            at += 2;
            if (!System.Text.Rune.TryCreate(first, Unit(text, ref at), out rune))
                throw new JsonException("A string holds half of a surrogate pair.");
        }
        _length += rune.EncodeToUtf8(GetSpan(4));
    }

    private static char Unit(ReadOnlySpan<byte> text, ref int at)
    {
        if (text.Length - at < 4)
            throw Malformed(text.Length);
        var unit = 0;
        foreach (var digit in text.Slice(at, 4))
            unit = (unit << 4) | (char.IsAsciiHexDigit((char)digit) ? Convert.ToInt32(((char)digit).ToString(), 16) : throw Malformed(at));
        at += 4;
        return (char)unit;
    }

    // One character below 0x80, escaped if it must be.
    private void Character(byte c)
    {
        var letter = c switch { (byte)'"' => '"', (byte)'\\' => '\\', 8 => 'b', 9 => 't', 10 => 'n', 12 => 'f', 13 => 'r', _ => '\0' };
        if (letter != 0)
        {
            Byte((byte)'\\');
            Byte((byte)letter);
        }
        else if (c < 0x20)
        {
            Raw("\\u00"u8);
            Byte((byte)(c < 0x10 ? '0' : '1'));
            Byte((byte)"0123456789abcdef"[c & 0xF]);
        }
        else
        {
            Byte(c);
        }
    }

    private void Number(ReadOnlySpan<byte> text, ref int at)
    {
        var digits = text[at..];
        var negative = digits is [(byte)'-', ..];
        if (negative)
            digits = digits[1..];
        var count = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (count < 0)
            count = digits.Length;
        var isShort = count is > 0 and <= ExactDigits && (digits[0] != '0' || (count == 1 && !negative));
        if (isShort && count < digits.Length && digits[count] == '.')
            count = PlainDecimal(digits, count);
        else if (!isShort || (count < digits.Length && digits[count] is (byte)'e' or (byte)'E'))
            count = 0;
        if (count == 0)
        {
            OddNumber(text, ref at);
            return;
        }
        if (negative)
            count++;
        Raw(text.Slice(at, count));
        at += count;
    }

    // A decimal of so few digits is the shortest that reads back as the same double, so it stands as it is; its length, or 0.
    private static int PlainDecimal(ReadOnlySpan<byte> digits, int point)
    {
        var fraction = digits[(point + 1)..];
        var count = fraction.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (count < 0)
            count = fraction.Length;
        var isPlain = count > 0 && point + count <= ExactDigits && fraction[count - 1] != '0'
            && (count == fraction.Length || fraction[count] is not ((byte)'e' or (byte)'E'))
            && (digits[0] != '0' || !fraction.StartsWith("000000"u8));
        return isPlain ? point + 1 + count : 0;
    }

    // Not a short whole number: rare, so the library reads it.
    private void OddNumber(ReadOnlySpan<byte> text, ref int at)
    {
        var rest = text[at..];
        var length = rest.IndexOfAnyExcept(OfNumbers);
        var token = length < 0 ? rest : rest[..length];
        if (token.IsEmpty)
            throw Malformed(at);
        var reader = new Utf8JsonReader(token);
        if (!reader.Read() || reader.BytesConsumed != token.Length)
            throw Malformed(at);
        CanonicalJson.WriteNumber(ref reader, this);
        at += token.Length;
    }

    private void Word(ReadOnlySpan<byte> text, ref int at, ReadOnlySpan<byte> word)
    {
        if (!text[at..].StartsWith(word))
            throw Malformed(at);
        Raw(word);
        at += word.Length;
    }

    private static void Expect(ReadOnlySpan<byte> text, ref int at, byte wanted)
    {
        SkipSpace(text, ref at);
        if (At(text, at) != wanted)
            throw Malformed(at);
        at++;
    }

    private static void SkipSpace(ReadOnlySpan<byte> text, ref int at)
    {
        while ((uint)at < (uint)text.Length && text[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            at++;
    }

    // No byte of JSON is zero.
    private static byte At(ReadOnlySpan<byte> text, int at) => (uint)at < (uint)text.Length ? text[at] : (byte)0;

    private static JsonException Malformed(int at) => new($"Not JSON at byte {at}.");

    private void Remember(Member member)
    {
        if (_memberCount == _members.Length)
            Array.Resize(ref _members, _memberCount * 2);
        _members[_memberCount++] = member;
    }

    /// <summary>Puts the members of the object that just ended in order.</summary>
    private void Order(int start, int first)
    {
        var members = _members.AsSpan(first, _memberCount - first);
        if (members.Length <= Few)
            SortFew(members);
        else
            Array.Sort(_members, first, members.Length, this);
        for (var i = 1; i < members.Length; i++)
            if (Compare(members[i - 1], members[i]) == 0)
                throw new JsonException($"The member {Encoding.UTF8.GetString(Name(members[i]))} stands twice.");

        var length = _length - start;
        if (_aside.Length < length)
            _aside = new byte[Math.Max(length, _bytes.Length)];
        _bytes.AsSpan(start, length).CopyTo(_aside);
        var at = start;
        foreach (var member in members)
        {
            if (at > start)
                _bytes[at++] = (byte)',';
            _aside.AsSpan(member.Start - start, member.End - member.Start).CopyTo(_bytes.AsSpan(at));
            at += member.End - member.Start;
        }
    }

    private void SortFew(Span<Member> members)
    {
        for (var i = 1; i < members.Length; i++)
        {
            var member = members[i];
            var to = i;
            for (; to > 0 && Compare(members[to - 1], member) > 0; to--)
                members[to] = members[to - 1];
            members[to] = member;
        }
    }

    // The first eight bytes of a name as a number that compares like them.
    private ulong Prefix(int start, int end)
    {
        Grow(0);
        var first = BinaryPrimitives.ReadUInt64BigEndian(_bytes.AsSpan(start));
        var length = end - start;
        return length >= sizeof(ulong) ? first : length == 0 ? 0 : first >> (8 * (sizeof(ulong) - length)) << (8 * (sizeof(ulong) - length));
    }

    private ReadOnlySpan<byte> Name(in Member member) => _bytes.AsSpan(member.Start + 1, member.NameEnd - member.Start - 2);

    private int Compare(in Member one, in Member other)
    {
        if (!one.Plain || !other.Plain)
            return string.CompareOrdinal(Unescaped(one), Unescaped(other));
        // As UTF-16 sorts: the same as the bytes of UTF-8, but for characters from U+E000 on, which are not plain.
        return one.Prefix != other.Prefix ? one.Prefix.CompareTo(other.Prefix) : Name(one).SequenceCompareTo(Name(other));
    }

    private string Unescaped(in Member member)
    {
        var reader = new Utf8JsonReader(_bytes.AsSpan(member.Start, member.NameEnd - member.Start));
        reader.Read();
        return reader.GetString()!;
    }

    int IComparer<Member>.Compare(Member x, Member y) => Compare(x, y);

    /// <summary>Where a member stands in what was written.</summary>
    internal readonly record struct Member(ulong Prefix, int Start, int NameEnd, bool Plain)
    {
        public int End { get; init; }
    }
}
