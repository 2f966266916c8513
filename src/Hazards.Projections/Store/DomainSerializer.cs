using System.Buffers;
using System.Data.Common;
using System.Text;
using System.Text.Json;
using Hazards.Domain;
using ISerializer = Marten.ISerializer;
using Marten;
using Npgsql;
using NpgsqlTypes;
using Weasel.Core;

namespace Hazards.Projections.Store;

/// <summary>
/// JSON for Marten, written and read as <see cref="DomainJson"/> says: Marten's own serializer changes the options it is
/// given. Headers keep their bytes (<see cref="EventHeaders"/>).
/// </summary>
internal sealed class DomainSerializer : ISerializer
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = DomainJson.Options.Encoder, SkipValidation = true };

    public EnumStorage EnumStorage => EnumStorage.AsString;

    public Casing Casing => Casing.CamelCase;

    public ValueCasting ValueCasting => ValueCasting.Strict;

    public void WriteTo(IBufferWriter<byte> writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.Write("null"u8);
                break;
            case EventHeaders headers:
                writer.Write(headers.Json.IsEmpty ? "null"u8 : headers.Json.Span);
                break;
            default:
                using (var json = new Utf8JsonWriter(writer, Compact))
                    JsonSerializer.Serialize(json, value, value.GetType(), DomainJson.Options);
                break;
        }
    }

    public string ToJson(object? document) => Encoding.UTF8.GetString(Bytes(document));

    public string ToCleanJson(object? document) => ToJson(document);

    public string ToJsonWithTypes(object document) => ToJson(document);

    public void WriteToCleanJson(IBufferWriter<byte> writer, object? value) => WriteTo(writer, value);

    public void WriteToJsonWithTypes(IBufferWriter<byte> writer, object value) => WriteTo(writer, value);

    public void WriteToParameter(NpgsqlParameter parameter, object? value)
    {
        parameter.NpgsqlDbType = NpgsqlDbType.Jsonb;
        parameter.Value = value is null ? DBNull.Value : Bytes(value);
    }

    public T FromJson<T>(Stream stream) => (T)FromJson(typeof(T), stream);

    public T FromJson<T>(DbDataReader reader, int index) => (T)FromJson(typeof(T), reader, index);

    public object FromJson(Type type, Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Read(type, bytes.ToArray());
    }

    public object FromJson(Type type, DbDataReader reader, int index)
    {
        if (type.IsAssignableTo(typeof(IDomainEvent)))
            ThrowIfOtherwiseNamed(type, reader);
        return Read(type, reader.GetFieldValue<byte[]>(index));
    }

    /// <summary>
    /// Marten goes by an event's .NET type where it differs from the alias; everybody else who reads the log goes by the
    /// alias. An event that is one thing for the former and another for the latter was tampered with: nothing is made of it.
    /// </summary>
    private static void ThrowIfOtherwiseNamed(Type type, DbDataReader reader)
    {
        // Marten reads the columns data, type, mt_dotnet_type in this order.
        if (reader.FieldCount > 2 && reader.GetName(1) == "type" && reader.GetString(1) is var alias && alias != EventTypes.NameOf(type))
            throw new JsonException($"an event is {alias} by its alias and {EventTypes.NameOf(type)} by its .NET type");
    }

    public async ValueTask<T> FromJsonAsync<T>(Stream stream, CancellationToken cancellationToken = default) =>
        (T)await FromJsonAsync(typeof(T), stream, cancellationToken);

    public ValueTask<T> FromJsonAsync<T>(DbDataReader reader, int index, CancellationToken cancellationToken = default) =>
        new(FromJson<T>(reader, index));

    public async ValueTask<object> FromJsonAsync(Type type, Stream stream, CancellationToken cancellationToken = default)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken);
        return Read(type, bytes.ToArray());
    }

    // The row is in memory already: there is nothing to wait for.
    public ValueTask<object> FromJsonAsync(Type type, DbDataReader reader, int index, CancellationToken cancellationToken = default) =>
        new(FromJson(type, reader, index));

    private static object Read(Type type, byte[] json) =>
        type == typeof(Dictionary<string, object>)
            ? new EventHeaders(json)
            : JsonSerializer.Deserialize(json, type, DomainJson.Options) ?? throw new JsonException($"{type.Name} is null");

    private byte[] Bytes(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        WriteTo(buffer, value);
        return buffer.WrittenSpan.ToArray();
    }
}
