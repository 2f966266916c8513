using System.Text;
using Npgsql;

namespace Hazards.Projections.Store.Auditing;

/// <summary>The types of all streams, in little memory: those that are not of the most usual type by name.</summary>
internal sealed class StreamTypes
{
    // Of some 50 bytes each; beyond, every event's is looked up.
    private const int MostExceptions = 3_000_000;

    private readonly Dictionary<Guid, byte[]> exceptions = [];
    private readonly Dictionary<string, byte[]> names = new(StringComparer.Ordinal);
    private byte[] usual = [];

    /// <summary>A stream's type, as the log's reader has it: empty where it has none.</summary>
    public ReadOnlySpan<byte> Of(Guid stream) => exceptions.TryGetValue(stream, out var type) ? type : usual;

    /// <summary>Reads all streams, and sums up their versions.</summary>
    /// <returns>Null for the types when they are too many.</returns>
    public static async Task<(StreamTypes? Types, StreamTally Tally)> ReadAsync(
        NpgsqlConnection connection, StreamTally tally, CancellationToken cancellationToken)
    {
        var types = new StreamTypes();
        await using (var command = new NpgsqlCommand(
            "select s.type from log.mt_streams s tablesample system (1) group by 1 order by count(*) desc limit 1",
            connection) { CommandTimeout = 0 })
            types.usual = types.Named(await command.ExecuteScalarAsync(cancellationToken) as string ?? "hazard");
        await using var all = new NpgsqlCommand("select s.id, s.type, s.version from log.mt_streams s", connection) { CommandTimeout = 0 };
        await using var reader = await all.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            tally.AddStream(id, await reader.IsDBNullAsync(2, cancellationToken) ? 0 : reader.GetInt64(2));
            var type = types.Named(await reader.IsDBNullAsync(1, cancellationToken) ? "" : reader.GetString(1));
            if (type != types.usual && types.exceptions.Count <= MostExceptions)
                types.exceptions[id] = type;
        }
        return (types.exceptions.Count <= MostExceptions ? types : null, tally);
    }

    private byte[] Named(string name) => names.TryGetValue(name, out var bytes) ? bytes : names[name] = Encoding.UTF8.GetBytes(name);
}
