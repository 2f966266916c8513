using Hazards.Projections.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store.Appending;

/// <summary>
/// Numbers of Marten's sequence that a batch took and came to nothing with are filled with tombstones in Marten's own form,
/// so that positions have no gap and the daemon never waits for one. The sequence is never set back: the daemon's mark may
/// have passed what would then be written below it, and never deliver it.
/// </summary>
/// <remarks>They are written as archived: otherwise every subscription that does not say which types it wants would be given
/// them.</remarks>
public static class Tombstones
{
    /// <summary>The stream they lie in; Marten's own has another identity in every process. Their versions are their positions.</summary>
    public static readonly Guid Stream = new("00000000-0000-0000-0000-00000000dead");

    private const string StreamSql = """
        insert into log.mt_streams (id, tenant_id, version, is_archived) values ($1, '*DEFAULT*', 0, false)
        on conflict (id) do nothing
        """;

    private const string EventsSql = """
        insert into log.mt_events (seq_id, id, stream_id, version, data, type, "timestamp", mt_dotnet_type, tenant_id, is_archived)
        select t.position, t.id, $1, t.position, '{}', 'tombstone', t.recorded, 'JasperFx.Events.Tombstone, JasperFx.Events', '*DEFAULT*', true
        from unnest($2, $3, $4) t (position, id, recorded)
        """;

    private const string CodesSql = "insert into log.event_codes (position, code) select * from unnest($1, $2)";

    /// <summary>Fills what was burnt after the last event.</summary>
    /// <returns>How many numbers were.</returns>
    internal static async Task<long> FillAsync(NpgsqlTransaction transaction, Standing standing, ReadOnlyMemory<byte>? key)
    {
        var count = standing.Numbered - standing.Position;
        if (count <= 0)
            return 0;
        var burnt = Enumerable.Range(1, checked((int)count)).Select(n => new RecordedEvent(
            standing.Position + n, Guid.CreateVersion7(), Stream, "", standing.Position + n, "tombstone", "",
            "{}"u8.ToArray(), default, standing.RecordedAt.AddMicroseconds(n), null, null)).ToArray();
        await using var fill = new NpgsqlBatch(transaction.Connection, transaction);
        var stream = new NpgsqlBatchCommand(StreamSql);
        stream.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Stream });
        fill.BatchCommands.Add(stream);
        var events = new NpgsqlBatchCommand(EventsSql);
        events.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Stream });
        events.AddColumn(NpgsqlDbType.Bigint, burnt, e => e.Position);
        events.AddColumn(NpgsqlDbType.Uuid, burnt, e => e.Id);
        events.AddColumn(NpgsqlDbType.TimestampTz, burnt, e => e.RecordedAt.UtcDateTime);
        fill.BatchCommands.Add(events);
        if (key is { } secret)
        {
            var codes = new NpgsqlBatchCommand(CodesSql);
            codes.AddColumn(NpgsqlDbType.Bigint, burnt, e => e.Position);
            codes.AddColumn(NpgsqlDbType.Bytea, burnt, e => AppendCode.Of(e, secret.Span));
            fill.BatchCommands.Add(codes);
        }

        await fill.ExecuteNonQueryAsync();
        return count;
    }
}
