using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Hazards.Evidence.Proof;

namespace Hazards.Projections.Store;

/// <summary>
/// What a leaf of the tree is: an event with everything the log keeps of it, as RFC 8785 canonical JSON. The members are
/// written below and never change; a new member would be a new <c>envelope</c> version.
/// </summary>
public static class Envelope
{
    [ThreadStatic]
    private static CanonicalWriter? _writer;

    /// <summary>The canonical bytes of an event's envelope.</summary>
    /// <exception cref="JsonException">The event's data or headers cannot be written canonically.</exception>
    public static void Write(RecordedEvent recorded, IBufferWriter<byte> output) => Write(recorded, output, canonical: false);

    /// <summary>The same, for an event whose data and headers are canonical already.</summary>
    internal static void Write(RecordedEvent recorded, IBufferWriter<byte> output, bool canonical)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(output);
        // In the order of their names, as RFC 8785 asks.
        Text(output, "{\"causation\":"u8, recorded.CausationId);
        Text(output, ",\"correlation\":"u8, recorded.CorrelationId);
        Json(output, ",\"data\":"u8, recorded.Data, canonical);
        Text(output, ",\"dotnetType\":"u8, recorded.DotnetType);
        output.Write(",\"envelope\":1"u8);
        Json(output, ",\"headers\":"u8, recorded.Headers, canonical);
        Identity(output, ",\"id\":"u8, recorded.Id);
        Whole(output, ",\"position\":"u8, recorded.Position);
        Text(
            output, ",\"recordedAt\":"u8,
            recorded.RecordedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        Identity(output, ",\"stream\":"u8, recorded.StreamId);
        Text(output, ",\"streamType\":"u8, recorded.StreamType);
        Text(output, ",\"type\":"u8, recorded.Type);
        Whole(output, ",\"version\":"u8, recorded.Version);
        output.Write("}"u8);
    }

    /// <summary>The canonical bytes of an event's envelope.</summary>
    /// <inheritdoc cref="Write(RecordedEvent, IBufferWriter{byte})"/>
    public static byte[] Write(RecordedEvent recorded)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        Write(recorded, output);
        return output.WrittenSpan.ToArray();
    }

    internal static void Name(IBufferWriter<byte> output, ReadOnlySpan<byte> name) => output.Write(name);

    internal static void Identity(IBufferWriter<byte> output, ReadOnlySpan<byte> name, Guid value)
    {
        output.Write(name);
        var span = output.GetSpan(38);
        span[0] = (byte)'"';
        value.TryFormat(span[1..], out var written);
        span[written + 1] = (byte)'"';
        output.Advance(written + 2);
    }

    internal static void Text(IBufferWriter<byte> output, ReadOnlySpan<byte> name, string? value)
    {
        output.Write(name);
        if (value is null)
            output.Write("null"u8);
        else
            CanonicalJson.WriteText(value, output);
    }

    internal static void Whole(IBufferWriter<byte> output, ReadOnlySpan<byte> name, long value)
    {
        output.Write(name);
        value.TryFormat(output.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private static void Json(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> value, bool canonical)
    {
        output.Write(name);
        if (canonical)
            output.Write(value.Span);
        else
            Json(output, value);
    }

    internal static void Json(IBufferWriter<byte> output, ReadOnlyMemory<byte> value)
    {
        if (value.IsEmpty)
        {
            output.Write("null"u8);
            return;
        }
        var writer = _writer ??= new CanonicalWriter();
        writer.Clear();
        writer.Json(value.Span);
        output.Write(writer.Written);
    }
}
