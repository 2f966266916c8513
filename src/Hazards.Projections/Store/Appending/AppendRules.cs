namespace Hazards.Projections.Store.Appending;

/// <summary>What an append must be before it is worth a place in the queue.</summary>
internal static class AppendRules
{
    public static void Check(Append append)
    {
        ArgumentNullException.ThrowIfNull(append);
        if (append.Streams.Count == 0)
            throw new ArgumentException("An append needs a stream.", nameof(append));
        foreach (var stream in append.Streams)
            Check(stream);
        if (append.Streams.Count > 1 && append.Streams.DistinctBy(s => s.StreamId).Count() < append.Streams.Count)
            throw new ArgumentException("A stream may be in an append once.", nameof(append));
        if (append.Key is { } key)
            Check(key);
    }

    private static void Check(StreamAppend stream)
    {
        if (stream.Events.Count == 0)
            throw new ArgumentException($"Stream {stream.StreamId} gains no event.", nameof(stream));
        ArgumentOutOfRangeException.ThrowIfNegative(stream.ExpectedVersion);
        ArgumentException.ThrowIfNullOrEmpty(stream.StreamType);
    }

    private static void Check(AppendKey key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key.Key);
        ArgumentNullException.ThrowIfNull(key.Scope);
        if (key.Fingerprint.IsEmpty)
            throw new ArgumentException("A key needs the fingerprint of its request.", nameof(key));
    }
}
