using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hazards.Domain;

/// <summary>A value type that cannot hold a wrong value: made only by parsing its text.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IValue<TSelf> where TSelf : struct, IValue<TSelf>
{
    /// <summary>The text, in canonical form.</summary>
    string Value { get; }

    /// <summary>Parses; on failure says why.</summary>
    static abstract bool TryParse(string? text, out TSelf value, [NotNullWhen(false)] out Refusal? refusal);
}

/// <summary>Thrown while reading JSON when a value is not well formed; carries the refusal the caller will see.</summary>
public sealed class MalformedValueException : JsonException
{
    /// <summary>Creates the exception.</summary>
    public MalformedValueException(Refusal refusal) : base(refusal?.English) =>
        Refusal = refusal ?? throw new ArgumentNullException(nameof(refusal));

    /// <summary>Creates the exception.</summary>
    public MalformedValueException() : this(InputRefusals.Malformed.Because()) { }

    /// <summary>Creates the exception.</summary>
    public MalformedValueException(string message) : this(InputRefusals.Malformed.Because(null, ("detail", message))) { }

    /// <summary>Creates the exception.</summary>
    public MalformedValueException(string message, Exception innerException) : base(message, innerException) =>
        Refusal = InputRefusals.Malformed.Because(null, ("detail", message));

    /// <summary>Why the value was refused.</summary>
    public Refusal Refusal { get; }
}

/// <summary>Reads and writes an <see cref="IValue{TSelf}"/> as its text.</summary>
public sealed class ValueJsonConverter<T> : JsonConverter<T> where T : struct, IValue<T>
{
    /// <inheritdoc />
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new MalformedValueException(InputRefusals.NotText.Because());
        return T.TryParse(reader.GetString(), out var value, out var refusal) ? value : throw new MalformedValueException(refusal);
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }

    /// <inheritdoc />
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.TryParse(reader.GetString(), out var value, out var refusal) ? value : throw new MalformedValueException(refusal);

    /// <inheritdoc />
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.Value);
    }
}
