using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Hazards.Evidence.Proof;

namespace Hazards.Projections.Store.Auditing;

/// <summary>An event as the bytes of its row, where an object and strings for each would cost more than hashing it.</summary>
internal readonly ref struct EventBytes
{
    public long Position { get; init; }
    public Guid Id { get; init; }
    public Guid Stream { get; init; }
    public ReadOnlySpan<byte> StreamType { get; init; }
    public long Version { get; init; }
    public ReadOnlySpan<byte> Type { get; init; }
    public ReadOnlySpan<byte> DotnetType { get; init; }
    public ReadOnlySpan<byte> Data { get; init; }
    public ReadOnlySpan<byte> Headers { get; init; }
    public DateTime RecordedAt { get; init; }
    public bool HasCorrelation { get; init; }
    public ReadOnlySpan<byte> Correlation { get; init; }
    public bool HasCausation { get; init; }
    public ReadOnlySpan<byte> Causation { get; init; }
    public ReadOnlySpan<byte> Code { get; init; }
}

/// <summary>
/// Writes <see cref="Envelope"/> and <see cref="AppendCode"/> from the bytes of a row: the same bytes (a test compares them).
/// </summary>
internal sealed class EventWriter
{
    private const int MicrosecondDigits = 26;

    private readonly CanonicalWriter _envelope = new();
    private readonly CanonicalWriter _coded = new();
    private Range _data;
    private Range _headers;

    /// <summary>The canonical bytes of an event's envelope; gone with the next.</summary>
    /// <exception cref="JsonException">The row holds what has no canonical form.</exception>
    public ReadOnlySpan<byte> Envelope(in EventBytes e)
    {
        var output = _envelope;
        output.Clear();
        output.Raw("{\"causation\":"u8);
        TextOrNull(output, e.HasCausation, e.Causation);
        output.Raw(",\"correlation\":"u8);
        TextOrNull(output, e.HasCorrelation, e.Correlation);
        output.Raw(",\"data\":"u8);
        _data = JsonOrNull(output, e.Data);
        output.Raw(",\"dotnetType\":"u8);
        output.Text(e.DotnetType);
        output.Raw(",\"envelope\":1,\"headers\":"u8);
        _headers = JsonOrNull(output, e.Headers);
        output.Raw(",\"id\":\""u8);
        Identity(output, e.Id);
        output.Raw("\",\"position\":"u8);
        output.Whole(e.Position);
        output.Raw(",\"recordedAt\":\""u8);
        Time(output, e.RecordedAt);
        output.Raw("Z\",\"stream\":\""u8);
        Identity(output, e.Stream);
        output.Raw("\",\"streamType\":"u8);
        output.Text(e.StreamType);
        output.Raw(",\"type\":"u8);
        output.Text(e.Type);
        output.Raw(",\"version\":"u8);
        output.Whole(e.Version);
        output.Raw("}"u8);
        return output.Written;
    }

    /// <summary>Whether the event whose envelope was written last carries the code that the key's holder gave it.</summary>
    public bool IsCoded(in EventBytes e, ReadOnlySpan<byte> key)
    {
        var output = _coded;
        output.Clear();
        output.Raw("{\"data\":"u8);
        output.Raw(_envelope.Written[_data]);
        output.Raw(",\"headers\":"u8);
        output.Raw(_envelope.Written[_headers]);
        output.Raw(",\"id\":\""u8);
        Identity(output, e.Id);
        output.Raw("\",\"stream\":\""u8);
        Identity(output, e.Stream);
        output.Raw("\",\"type\":"u8);
        output.Text(e.Type);
        output.Raw(",\"version\":"u8);
        output.Whole(e.Version);
        output.Raw("}"u8);
        Span<byte> code = stackalloc byte[AppendCode.Size];
        HMACSHA256.HashData(key, output.Written, code);
        return CryptographicOperations.FixedTimeEquals(code, e.Code);
    }

    private static void TextOrNull(CanonicalWriter output, bool isGiven, ReadOnlySpan<byte> value)
    {
        if (isGiven)
            output.Text(value);
        else
            output.Raw("null"u8);
    }

    private static Range JsonOrNull(CanonicalWriter output, ReadOnlySpan<byte> value)
    {
        var start = output.Written.Length;
        if (value.IsEmpty)
            output.Raw("null"u8);
        else
            output.Json(value);
        return start..output.Written.Length;
    }

    private static void Identity(CanonicalWriter output, Guid value)
    {
        value.TryFormat(output.GetSpan(36), out var written, "D");
        output.Advance(written);
    }

    // To the microsecond, which is as finely as PostgreSQL keeps time: one digit less than .NET's round-trip form has.
    private static void Time(CanonicalWriter output, DateTime utc)
    {
        utc.TryFormat(output.GetSpan(33), out _, "O", CultureInfo.InvariantCulture);
        output.Advance(MicrosecondDigits);
    }
}
