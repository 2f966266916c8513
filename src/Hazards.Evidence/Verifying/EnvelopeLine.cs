using System.Text.Json;
using Hazards.Evidence.Proof;

namespace Hazards.Evidence;

/// <summary>An event as its line in a package has it: the log's envelope, version 1 (docs/evidence.md).</summary>
internal sealed record EnvelopeLine(
    Guid Id, long Position, Guid Stream, string StreamType, long Version, string Type, DateTimeOffset RecordedAt, byte[] Data,
    byte[] Headers)
{
    private const int Members = 13;

    /// <exception cref="JsonException">It is no envelope.</exception>
    public static (EnvelopeLine Line, bool Canonical) Read(ReadOnlyMemory<byte> line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        try
        {
            if (root.GetPropertyCount() != Members || root.GetProperty("envelope").GetInt32() != 1)
                throw new JsonException("不是第 1 版信封 · no envelope of version 1");
            var envelope = new EnvelopeLine(
                root.GetProperty("id").GetGuid(),
                root.GetProperty("position").GetInt64(), root.GetProperty("stream").GetGuid(), Text(root, "streamType"),
                root.GetProperty("version").GetInt64(),
                Text(root, "type"), root.GetProperty("recordedAt").GetDateTimeOffset(), Raw(root, "data"), Raw(root, "headers"));
            return (envelope, CanonicalJson.Write(root).AsSpan().SequenceEqual(line.Span));
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static string Text(JsonElement root, string name) =>
        root.GetProperty(name).GetString() ?? throw new JsonException($"{name}: null");

    private static byte[] Raw(JsonElement root, string name) => System.Text.Encoding.UTF8.GetBytes(root.GetProperty(name).GetRawText());
}
