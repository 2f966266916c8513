using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Hazards.Domain;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Http;

/// <summary>A request's body, read whole, within a limit.</summary>
internal static class RequestBody
{
    /// <summary>The largest JSON body.</summary>
    public const int MostJsonBytes = 1024 * 1024;

    private const string Json = "application/json";

    /// <summary>Reads at most <paramref name="most"/> bytes; refuses more, however it is sent.</summary>
    public static async Task<(byte[] Bytes, Refusal? Refusal)> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        var tooLarge = RequestRefusals.TooLarge.Because(null, ("max", most));
        if (request.ContentLength > most)
            return ([], tooLarge);
        // What says how long it is, is read into as much and never copied: of a large one each copy would stay for long.
        if (request.ContentLength is { } length)
            return await ReadExactlyAsync(request, (int)length, cancellationToken);
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var read = await request.Body.ReadAsync(buffer.GetMemory(4096), cancellationToken);
            if (read == 0)
                return (buffer.WrittenSpan.ToArray(), null);
            buffer.Advance(read);
            if (buffer.WrittenCount > most)
                return ([], tooLarge);
        }
    }

    // The server holds a body to the length it says, and lets nothing come after it.
    private static async Task<(byte[] Bytes, Refusal? Refusal)> ReadExactlyAsync(
        HttpRequest request, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        var read = await request.Body.ReadAtLeastAsync(bytes, length, throwOnEndOfStream: false, cancellationToken);
        return (read == length ? bytes : bytes[..read], null);
    }

    /// <summary>Reads a JSON object. No body at all is the empty object: some commands need nothing said.</summary>
    public static async Task<(byte[] Bytes, JsonDocument? Json, Refusal? Refusal)> ReadJsonAsync(
        HttpRequest request, CancellationToken cancellationToken)
    {
        var (bytes, refusal) = await ReadAsync(request, MostJsonBytes, cancellationToken);
        if (refusal is not null)
            return (bytes, null, refusal);
        if (bytes.Length == 0 && request.ContentType is null)
            return (bytes, JsonDocument.Parse("{}"), null);
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
            || (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            return (bytes, null, RequestRefusals.MediaType.Because(
                "Content-Type", ("value", Texts.Excerpt(request.ContentType)), ("expected", Json)));
        return Parse(bytes);
    }

    /// <summary>SHA-256 over method, path and body: what an idempotency key stands for.</summary>
    public static byte[] Fingerprint(HttpRequest request, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method}\n{request.Path}\n"));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static (byte[] Bytes, JsonDocument? Json, Refusal? Refusal) Parse(byte[] bytes)
    {
        ReadOnlyMemory<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsMemory(3) : bytes;
        if (!Utf8.IsValid(text.Span))
            return (bytes, null, RequestRefusals.BrokenUtf8.Because());
        try
        {
            var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
                return (bytes, json, null);
            json.Dispose();
            return (bytes, null, RequestRefusals.NotObject.Because());
        }
        catch (JsonException e)
        {
            return (bytes, null, RequestRefusals.MalformedJson.Because(null, ("line", e.LineNumber + 1), ("byte", e.BytePositionInLine)));
        }
    }
}
