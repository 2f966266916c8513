using System.Buffers;
using System.Security.Cryptography;
using Hazards.Evidence.Proof;

namespace Hazards.Projections.Store;

/// <summary>
/// 写入校验码: shows that an event was appended by a holder of the key (<see cref="EventLogOptions.AppendKey"/>), and as what.
/// HMAC-SHA256 over the canonical JSON (RFC 8785) of <c>{data, headers, id, stream, type, version}</c>; position and time are
/// given by the database, and are the tree's to prove.
/// </summary>
public static class AppendCode
{
    /// <summary>Its length in bytes.</summary>
    public const int Size = HMACSHA256.HashSizeInBytes;

    /// <summary>The code an event must have.</summary>
    /// <exception cref="System.Text.Json.JsonException">The event's data or headers cannot be written canonically.</exception>
    public static byte[] Of(RecordedEvent recorded, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        var output = new ArrayBufferWriter<byte>(1024);
        Write(output, recorded.Data, recorded.Headers, recorded.Id, recorded.StreamId, recorded.Type, recorded.Version);
        return HMACSHA256.HashData(key, output.WrittenSpan);
    }

    /// <summary>Writes what the code is made over; says where in it data and headers are.</summary>
    internal static (Range Data, Range Headers) Write(
        ArrayBufferWriter<byte> output, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> headers, Guid id, Guid stream, string type, long version)
    {
        Envelope.Name(output, "{\"data\":"u8);
        var dataAt = output.WrittenCount;
        Envelope.Json(output, data);
        var dataEnd = output.WrittenCount;
        Envelope.Name(output, ",\"headers\":"u8);
        var headersAt = output.WrittenCount;
        Envelope.Json(output, headers);
        var headersEnd = output.WrittenCount;
        Envelope.Identity(output, ",\"id\":"u8, id);
        Envelope.Identity(output, ",\"stream\":"u8, stream);
        Envelope.Text(output, ",\"type\":"u8, type);
        Envelope.Whole(output, ",\"version\":"u8, version);
        Envelope.Name(output, "}"u8);
        return (dataAt..dataEnd, headersAt..headersEnd);
    }
}

/// <summary>An event as it is appended, in canonical form: made on its caller's thread, used for its code and for its leaf.</summary>
/// <param name="Data">The facts, canonical.</param>
/// <param name="Headers">The circumstances, canonical.</param>
/// <param name="Code">Its code; null without a key.</param>
internal readonly record struct CanonicalEvent(ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte> Headers, byte[]? Code)
{
    /// <summary>All events of an append, stream by stream.</summary>
    /// <exception cref="System.Text.Json.JsonException">One cannot be written canonically.</exception>
    public static CanonicalEvent[] Of(Append append, ReadOnlyMemory<byte>? key)
    {
        var all = new CanonicalEvent[append.Streams.Sum(s => s.Events.Count)];
        var n = 0;
        foreach (var stream in append.Streams)
            for (var v = 0; v < stream.Events.Count; v++)
                all[n++] = Of(stream.Events[v], stream.StreamId, stream.ExpectedVersion + v + 1, key);
        return all;
    }

    private static CanonicalEvent Of(NewEvent added, Guid stream, long version, ReadOnlyMemory<byte>? key)
    {
        var output = new ArrayBufferWriter<byte>(added.Data.Length + added.Headers.Json.Length + 192);
        var (data, headers) = AppendCode.Write(output, added.Data, added.Headers.Json, added.Id, stream, added.Type, version);
        return new CanonicalEvent(
            output.WrittenMemory[data], output.WrittenMemory[headers],
            key is { } secret ? HMACSHA256.HashData(secret.Span, output.WrittenSpan) : null);
    }
}
