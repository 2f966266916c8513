using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hazards.Domain;

namespace Hazards.Store.Tests;

/// <summary>Events and appends where it does not matter which.</summary>
internal static class Some
{
    public static NewEvent Event(string data = """{"text": "燃气管道阀门泄漏"}""") => Event(new SomethingNoted(Encoding.UTF8.GetBytes(data)));

    public static NewEvent Event(IDomainEvent fact) =>
        new(Guid.CreateVersion7(), fact, Headers("""{"actor": "u-1"}"""), "request-1", "command-1");

    public static EventHeaders Headers(string json) => new(Encoding.UTF8.GetBytes(json));

    public static NewEvent[] Events(int count) => [.. Enumerable.Range(0, count).Select(_ => Event())];

    public static StreamAppend On(Guid stream, long expectedVersion, int events = 1) =>
        new(stream, "hazard", expectedVersion, Events(events));

    public static Append Append(Guid stream, long expectedVersion = 0, int events = 1) => new([On(stream, expectedVersion, events)]);

    public static AppendKey Key(string key, string request = "body", string scope = "hotline") =>
        new(scope, key, SHA256.HashData(Encoding.UTF8.GetBytes(request)));

    public static async Task<AppendResult.Committed> CommitAsync(this IEventLog log, Append append) =>
        (await log.AppendAsync(append)).ShouldBeOfType<AppendResult.Committed>();

    public static async Task<List<RecordedEvent>> AllAsync(this IEventLog log, long after = 0) =>
        await log.ReadAllAsync(after).ToListAsync();

    public static async Task<List<RecordedEvent>> StreamAsync(this IEventLog log, Guid stream) =>
        await log.ReadStreamAsync(stream).ToListAsync();

    public static string Text(this ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}

/// <summary>An event whose data are whatever a test wants them to be, JSON or not.</summary>
[EventType("something_noted", "记事", "Something noted"), JsonConverter(typeof(RawFact<SomethingNoted>))]
internal sealed record SomethingNoted(byte[] Utf8) : IRawFact<SomethingNoted>
{
    public static SomethingNoted Of(byte[] utf8) => new(utf8);
}

/// <summary>One that a trigger of a test refuses when it is committed.</summary>
[EventType("refused_at_commit", "提交时拒绝", "Refused at commit"), JsonConverter(typeof(RawFact<RefusedAtCommit>))]
internal sealed record RefusedAtCommit(byte[] Utf8) : IRawFact<RefusedAtCommit>
{
    public static RefusedAtCommit Of(byte[] utf8) => new(utf8);
}

/// <summary>One whose alias is longer than its column.</summary>
[EventType(TooLong.Alias, "别名过长", "Alias too long"), JsonConverter(typeof(RawFact<TooLong>))]
internal sealed record TooLong(byte[] Utf8) : IRawFact<TooLong>
{
    private const string Fifty = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    public const string Alias = Fifty + Fifty + Fifty + Fifty + Fifty + Fifty + Fifty + Fifty + Fifty + Fifty + "x";

    public static TooLong Of(byte[] utf8) => new(utf8);
}

internal interface IRawFact<TSelf> : IDomainEvent
{
    byte[] Utf8 { get; }

    static abstract TSelf Of(byte[] utf8);
}

/// <summary>Writes the bytes as they are; reads them back as the database gives them.</summary>
internal sealed class RawFact<T> : JsonConverter<T> where T : IRawFact<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return T.Of(Encoding.UTF8.GetBytes(document.RootElement.GetRawText()));
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8, skipInputValidation: true);
}
