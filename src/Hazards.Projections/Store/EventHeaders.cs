using Hazards.Domain;

namespace Hazards.Projections.Store;

/// <summary>
/// The circumstances of an event as Marten's headers. The log keeps them as one JSON object whose shape is
/// <see cref="EventContext"/>'s, so they are carried as that JSON and not as a dictionary's entries: nothing is taken apart
/// and put together again, and the bytes are those they always were.
/// </summary>
public sealed class EventHeaders : Dictionary<string, object>
{
    private EventContext? _context;

    /// <summary>Circumstances as they lie in the log, or are to.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    public EventHeaders(ReadOnlyMemory<byte> json) => Json = json;

    /// <summary>The circumstances of an event that is to be appended.</summary>
    public EventHeaders(EventContext context) : this((ReadOnlyMemory<byte>)DomainJson.Write(context)) => _context = context;

    /// <summary>UTF-8 JSON; empty where an event has no headers.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Who, when, through which client, under which policy.</summary>
    /// <exception cref="System.Text.Json.JsonException">The headers are none.</exception>
    public EventContext Context => _context ??= DomainJson.ReadContext(Json.Span);

    /// <summary>
    /// On the last event of an append: the row that describes the stream after it, for the inline projection. It goes no
    /// further than the process that appends.
    /// </summary>
    internal PendingRow? Row { get; init; }

    /// <summary>The same circumstances, with the row that follows from the event.</summary>
    internal EventHeaders With(PendingRow row) => new(Json) { _context = _context, Row = row };
}

/// <summary>What Marten read of an event, in the terms of the domain.</summary>
public static class MartenEvents
{
    /// <summary>The circumstances of an event.</summary>
    public static EventContext Context(this JasperFx.Events.IEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return recorded.Headers is EventHeaders headers
            ? headers.Context
            : throw new System.Text.Json.JsonException($"the event at {recorded.Sequence} has no headers");
    }
}
