using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Hazards.Domain;

/// <summary>A member of an object, with the place of its name.</summary>
internal sealed record JsonMember(string Name, JsonPart At, JsonPart Value);

/// <summary>A value of a JSON file that knows where it stands.</summary>
internal sealed class JsonPart
{
    public required string Path { get; init; }

    public required int Line { get; init; }

    public required int Column { get; init; }

    public JsonTokenType Kind { get; init; }

    /// <summary>The text of a string, or a number as written.</summary>
    public string? Text { get; init; }

    /// <summary>Its own bytes in the file.</summary>
    public ReadOnlyMemory<byte> Raw { get; private set; }

    /// <summary>Whether it is broken inside, as with a member given twice: it cannot be read as a whole.</summary>
    public bool Broken { get; private set; }

    public List<JsonMember> Members { get; } = [];

    public List<JsonPart> Items { get; } = [];

    /// <summary>The member of this name; null when there is none.</summary>
    public JsonPart? this[string name] => Members.FirstOrDefault(m => m.Name == name)?.Value;

    /// <summary>The member of this name, else the part itself: where a mistake about it is told.</summary>
    public JsonPart Or(string name) => this[name] ?? this;

    /// <summary>Reads a file; null, and the first mistake told, when it is no JSON at all.</summary>
    public static JsonPart? Read(ReadOnlyMemory<byte> file, int most, Findings findings)
    {
        var start = new JsonPart { Path = "", Line = 1, Column = 1 };
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
            var root = Take(ref reader, "", file, lines, findings);
            reader.Read();
            if (root.Kind == JsonTokenType.StartObject)
                return root;
            findings.Add(root, FileRefusals.NotObject);
        }
        catch (JsonException e)
        {
            var (line, column) = lines.At(lines.StartOf((int)(e.LineNumber ?? 0)) + (int)(e.BytePositionInLine ?? 0));
            findings.Add(new JsonPart { Path = "", Line = line, Column = column }, FileRefusals.Syntax);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape: no text can hold it.
            var (line, column) = lines.At((int)reader.TokenStartIndex);
            findings.Add(new JsonPart { Path = "", Line = line, Column = column }, FileRefusals.Encoding);
        }
        return null;
    }

    private static JsonPart Take(ref Utf8JsonReader reader, string path, ReadOnlyMemory<byte> file, Lines lines, Findings findings)
    {
        var start = (int)reader.TokenStartIndex;
        var (line, column) = lines.At(start);
        var part = new JsonPart
        {
            Path = path,
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
        if (part.Kind == JsonTokenType.StartObject)
            part.TakeMembers(ref reader, file, lines, findings);
        else if (part.Kind == JsonTokenType.StartArray)
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                part.TakeItem(Take(ref reader, $"{path}[{part.Items.Count}]", file, lines, findings));
        part.Raw = file[start..(int)reader.BytesConsumed];
        return part;
    }

    private void TakeItem(JsonPart item)
    {
        Items.Add(item);
        Broken |= item.Broken;
    }

    private void TakeMembers(ref Utf8JsonReader reader, ReadOnlyMemory<byte> file, Lines lines, Findings findings)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            var (line, column) = lines.At((int)reader.TokenStartIndex);
            var path = Path.Length == 0 ? name : $"{Path}.{name}";
            var at = new JsonPart { Path = path, Line = line, Column = column };
            reader.Read();
            var value = Take(ref reader, path, file, lines, findings);
            var first = Members.FirstOrDefault(m => m.Name == name);
            Broken |= value.Broken || first is not null;
            if (first is not null)
                findings.Add(at, FileRefusals.Twice, ("name", Texts.Excerpt(name)), ("line", first.At.Line));
            else
                Members.Add(new JsonMember(name, at, value));
        }
    }

    /// <summary>Where lines begin.</summary>
    private sealed class Lines
    {
        private readonly ReadOnlyMemory<byte> _file;
        private readonly List<int> _starts = [0];

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
            return (line + 1, Encoding.UTF8.GetCharCount(_file.Span[_starts[line]..index]) + 1);
        }
    }
}
