using Npgsql;

namespace Hazards.Projections.Store;

/// <summary>Where named subscriptions have got to, in Marten's <c>mt_event_progression</c>.</summary>
public sealed class SubscriptionPositions(NpgsqlDataSource dataSource)
{
    private const string SaveSql = """
        insert into log.mt_event_progression (name, last_seq_id, last_updated) values ($1, $2, clock_timestamp())
        on conflict (name) do update set last_seq_id = excluded.last_seq_id, last_updated = excluded.last_updated
        """;

    /// <summary>The last position saved under this name; 0 when there is none.</summary>
    public async Task<long> LoadAsync(string name, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select last_seq_id from log.mt_event_progression where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
    }

    /// <summary>Saves a position in a transaction of its own: what was done up to it may be done again after a crash.</summary>
    public async Task SaveAsync(string name, long position, CancellationToken cancellationToken = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        AddSaveTo(batch, name, position);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Saves a position together with what else the batch does: then that is done exactly once.</summary>
    public static void AddSaveTo(NpgsqlBatch batch, string name, long position)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var command = new NpgsqlBatchCommand(SaveSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        batch.BatchCommands.Add(command);
    }
}
