namespace Hazards.Projections;

/// <summary>What events say of messages, in SQL that rests on no function of the database's own.</summary>
internal static class MessageSql
{
    /// <summary>The first opening by each person stands as an event in the message's stream.</summary>
    public const string Opened = "message_opened";

    /// <summary>Whether an event <c>e</c> told what a row <c>h</c> of the inbox says it did.</summary>
    public static readonly string BearsOut = $$"""
        e.seq_id = h.position and e.stream_id = h.hazard_id and h.message_id = {{IdOf("e.id", "h.addressee")}}
        and e.headers -> 'told' @> jsonb_build_array(case when h.addressee like 'office:%'
              then jsonb_build_object('as', h.told_as, 'office', substr(h.addressee, 8)) else jsonb_build_object('as', h.told_as, 'body', h.addressee) end)
        """;

    /// <summary>A message's identity, as <see cref="Domain.Messages.IdOf"/> makes it.</summary>
    public static string IdOf(string eventId, string address)
    {
        var hash =
            $"substring(sha256(convert_to('hazards:message' || chr(10) || {eventId}::text || chr(10) || {address}, 'UTF8')) from 1 for 16)";
        return $"encode(set_byte(set_byte({hash}, 6, get_byte({hash}, 6) & 15 | 128), 8, get_byte({hash}, 8) & 63 | 128), 'hex')::uuid";
    }
}
