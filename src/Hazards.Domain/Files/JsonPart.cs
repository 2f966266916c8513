using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Hazards.Domain;

/// <summary>A member of an object, with the place of its name.</summary>
internal sealed record JsonMember(string Name, JsonPart At, JsonPart Value);

/// <summary>A value of a JSON file that knows where it stands.</summary>
internal sealed class JsonPart
{
    /// <summary>More values than a file that a person writes ever has.</summary>
    internal const int MostParts = 60_000;

    private OrderedDictionary<string, JsonMember>? _members;
    private List<JsonPart>? _items;

    /// <summary>The part that it stands in; null for the whole file.</summary>
    public JsonPart? In { get; init; }

    /// <summary>What it is called there: a member's name, or the number of an item.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// Where it stands (<c>clocks[2].days</c>). Put together when it is asked for: written out for each of many parts, it would
    /// be as long as all the names around them.
    /// </summary>
    public string Path => In is not { Path: var outer } ? "" : In.Kind == JsonTokenType.StartArray ? $"{outer}[{Name}]" : outer.Length == 0 ? Texts.Excerpt(Name)! : $"{outer}.{Texts.Excerpt(Name)}";

    public required int Line { get; init; }

    public required int Column { get; init; }

    public JsonTokenType Kind { get; init; }

    /// <summary>The text of a string, or a number as written.</summary>
    public string? Text { get; init; }

    /// <summary>Its own bytes in the file.</summary>
    public ReadOnlyMemory<byte> Raw { get; private set; }

    /// <summary>Whether it is broken inside, as with a member given twice: it cannot be read as a whole.</summary>
    public bool Broken { get; private set; }

    public IReadOnlyList<JsonMember> Members => _members is null ? [] : _members.Values;

    public IReadOnlyList<JsonPart> Items => _items is null ? [] : _items;

    /// <summary>The member of this name; null when there is none.</summary>
    public JsonPart? this[string name] => _members is not null && _members.TryGetValue(name, out var member) ? member.Value : null;

    /// <summary>The member of this name, else the part itself: where a mistake about it is told.</summary>
    public JsonPart Or(string name) => this[name] ?? this;

    /// <summary>Reads a file; null, and the first mistake told, when it is no JSON at all.</summary>
    public static JsonPart? Read(ReadOnlyMemory<byte> file, int most, Findings findings)
    {
        var start = new JsonPart { Line = 1, Column = 1 };
        if (file.Length > most)
            findings.Add(start, FileRefusals.TooLarge, ("size", file.Length), ("max", most));
        else if (!Utf8.IsValid(file.Span))
            findings.Add(start, FileRefusals.Encoding);
        else
            return Parse(file.Span.StartsWith(Encoding.UTF8.Preamble) ? file[3..] : file, findings);
        return null;
    }

    private static JsonPart? Parse(ReadOnlyMemory<byte> file, Findings findings)
    {
        var lines = new Lines(file);
        var reader = new Utf8JsonReader(file.Span);
        try
        {
            reader.Read();
            var root = Take(ref reader, null, "", file, lines, findings);
            reader.Read();
            if (root.Kind == JsonTokenType.StartObject)
                return root;
            findings.Add(root, FileRefusals.NotObject);
        }
        catch (JsonException e)
        {
            var (line, column) = lines.At(lines.StartOf((int)(e.LineNumber ?? 0)) + (int)(e.BytePositionInLine ?? 0));
            findings.Add(new JsonPart { Line = line, Column = column }, FileRefusals.Syntax);
        }
        catch (TooManyPartsException e)
        {
            findings.Add(e.At, FileRefusals.TooManyValues, ("max", MostParts));
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape: no text can hold it.
            var (line, column) = lines.At((int)reader.TokenStartIndex);
            findings.Add(new JsonPart { Line = line, Column = column }, FileRefusals.Encoding);
        }
        return null;
    }

    private static JsonPart Take(
        ref Utf8JsonReader reader, JsonPart? outer, string name, ReadOnlyMemory<byte> file, Lines lines, Findings findings)
    {
        var start = (int)reader.TokenStartIndex;
        var (line, column) = lines.At(start);
        var part = new JsonPart
        {
            In = outer,
            Name = name,
            Line = line,
            Column = column,
            Kind = reader.TokenType,
            Text = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => null,
            },
        };
        lines.Count(part);
        if (part.Kind == JsonTokenType.StartObject)
            part.TakeMembers(ref reader, file, lines, findings);
        else if (part.Kind == JsonTokenType.StartArray)
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                part.TakeItem(Take(ref reader, part, part.Items.Count.ToString(CultureInfo.InvariantCulture), file, lines, findings));
        part.Raw = file[start..(int)reader.BytesConsumed];
        return part;
    }

    private void TakeItem(JsonPart item)
    {
        (_items ??= []).Add(item);
        Broken |= item.Broken;
    }

    private void TakeMembers(ref Utf8JsonReader reader, ReadOnlyMemory<byte> file, Lines lines, Findings findings)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            findings.Stop.ThrowIfCancellationRequested();
            var name = reader.GetString()!;
            var (line, column) = lines.At((int)reader.TokenStartIndex);
            var at = new JsonPart { In = this, Name = name, Line = line, Column = column };
            reader.Read();
            var value = Take(ref reader, this, name, file, lines, findings);
            var first = (_members ??= new(StringComparer.Ordinal)).TryAdd(name, new JsonMember(name, at, value)) ? null : _members[name];
            Broken |= value.Broken || first is not null;
            if (first is not null)
                findings.Add(at, FileRefusals.Twice, ("name", Texts.Excerpt(name)), ("line", first.At.Line));
        }
    }

    /// <summary>A file has more values than anybody writes.</summary>
    private sealed class TooManyPartsException(JsonPart at) : Exception
    {
        public JsonPart At => at;
    }

    /// <summary>Where lines begin, and how far the reading has come.</summary>
    private sealed class Lines
    {
        private readonly ReadOnlyMemory<byte> _file;
        private readonly List<int> _starts = [0];
        private (int Index, int Line, int Column) _last = (0, 0, 1);
        private int _parts;

        public Lines(ReadOnlyMemory<byte> file)
        {
            _file = file;
            for (var i = 0; i < file.Length; i++)
                if (file.Span[i] == '\n')
                    _starts.Add(i + 1);
        }

        public int StartOf(int line) => _starts[Math.Min(line, _starts.Count - 1)];

        public (int Line, int Column) At(int index)
        {
            index = Math.Min(index, _file.Length);
            var found = _starts.BinarySearch(index);
            var line = found >= 0 ? found : ~found - 1;
            // From where it was last asked, when that is on the same line: a file of one line is not counted from its beginning each time.
            var (from, column) = line == _last.Line && index >= _last.Index ? (_last.Index, _last.Column) : (_starts[line], 1);
            _last = (index, line, column + Encoding.UTF8.GetCharCount(_file.Span[from..index]));
            return (line + 1, _last.Column);
        }

        public void Count(JsonPart part)
        {
            if (++_parts > MostParts)
                throw new TooManyPartsException(part);
        }
    }
}
