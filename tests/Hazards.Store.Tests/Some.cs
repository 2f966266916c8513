using System.Security.Cryptography;
using System.Text;

namespace Hazards.Store.Tests;

/// <summary>Events and appends where it does not matter which.</summary>
internal static class Some
{
    public static NewEvent Event(string data = """{"text": "燃气管道阀门泄漏"}""") => new(
        Guid.CreateVersion7(),
        "something_noted",
        "Hazards.Tests.SomethingNoted, Hazards.Tests",
        Encoding.UTF8.GetBytes(data),
        """{"actor": "u-1"}"""u8.ToArray(),
        "request-1",
        "command-1");

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
