using System.Text.Json;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Projections;

/// <summary>A row that says who somebody is, as it lies in the table, beside how far its stream goes.</summary>
/// <param name="Stream">Its stream in the log, by the row's own identity.</param>
/// <param name="Version">The version that the row says it is of.</param>
/// <param name="InLog">The version of the stream's newest event; 0 when there is none.</param>
/// <param name="Json">What the row says.</param>
/// <param name="FoundBy">The column that it is found by: a key's digest, an account's login, a body's id.</param>
/// <param name="Region">The column that lists are narrowed by.</param>
public sealed record IdentityRow(Guid Stream, long Version, long InLog, ReadOnlyMemory<byte> Json, string FoundBy, string Region)
{
    /// <summary>Whether it says the same.</summary>
    public bool Says(IdentityRow other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Stream == other.Stream && Version == other.Version && InLog == other.InLog
            && FoundBy == other.FoundBy && Region == other.Region && Json.Span.SequenceEqual(other.Json.Span);
    }

    /// <summary>What it says.</summary>
    /// <exception cref="JsonException">Nothing that can be read.</exception>
    public T Read<T>() => JsonSerializer.Deserialize<T>(Json.Span, DomainJson.Options) ?? throw new JsonException("a row is null");
}

/// <summary>Rows of keys and bodies, each by what it is found by.</summary>
/// <param name="Keys">By digest.</param>
/// <param name="Bodies">By id.</param>
public sealed record KeysAndBodies(IReadOnlyDictionary<string, IdentityRow> Keys, IReadOnlyDictionary<string, IdentityRow> Bodies);

/// <summary>
/// Reads the rows of keys, accounts and bodies together with their streams' versions: one statement, two probes of an index,
/// of one snapshot. Rows are written with their events, so that the two versions are the same unless somebody changed one.
/// </summary>
/// <param name="dataSource">The database.</param>
public sealed class IdentityRows(NpgsqlDataSource dataSource)
{
    // The newest event by the unique index of stream and version, read from its end.
    private const string InLog =
        "coalesce((select e.version from log.mt_events e where e.stream_id = {0} order by e.version desc limit 1), 0)";

    /// <summary>The columns of an account's row <c>a</c>, as <see cref="Read"/> takes them.</summary>
    public static readonly string AccountColumns = $"a.account_id, a.version, {Of("a.account_id")}, a.account, a.login, a.region";

    private static readonly string Key = $"select k.key_id, k.version, {Of("k.key_id")}, k.key, k.digest, k.region from rows.api_keys k";
    private static readonly string KeyByDigest = $"{Key} where k.digest = $1";
    private static readonly string KeyById = $"{Key} where k.key_id = $1";
    private static readonly string Account = $"select {AccountColumns} from rows.accounts a";
    private static readonly string Keys = $"{Key} where k.digest = any ($1)";
    private static readonly string Bodies = $"""
        select s.stream, b.version, {Of("s.stream")}, b.body, b.body_id, b.region
        from unnest($1, $2) s (id, stream) join rows.bodies b on b.body_id = s.id and b.recorded_to = 'infinity'
        """;
    private static readonly string Body = $"""
        select $2::uuid, b.version, {Of("$2")}, b.body, b.body_id, b.region
        from rows.bodies b where b.body_id = $1 and b.recorded_to = 'infinity'
        """;

    /// <summary>A key's row by its digest, which is unique.</summary>
    public Task<IdentityRow?> KeyAsync(Sha256Digest digest, CancellationToken cancellationToken = default) =>
        OneAsync(KeyByDigest, cancellationToken, Parameter(digest.Value));

    /// <summary>Any key's row, where there is one.</summary>
    public Task<IdentityRow?> AnyKeyAsync(CancellationToken cancellationToken = default) => OneAsync($"{Key} limit 1", cancellationToken);

    /// <summary>
    /// The rows of keys by their digests and of bodies as they are now, in one round trip.
    /// </summary>
    public async Task<KeysAndBodies> KeysAndBodiesAsync(
        IReadOnlyCollection<(Sha256Digest Digest, BodyId Body)> asked, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var (digests, bodies) = (asked.Select(a => a.Digest.Value).Distinct().ToArray(), asked.Select(a => a.Body).Distinct().ToArray());
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Keys) { Parameters = { Parameter(digests) } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Bodies)
        {
            Parameters = { Parameter(bodies.Select(b => b.Value).ToArray()), Parameter(bodies.Select(b => b.StreamId).ToArray()) },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var keys = await RowsAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return new KeysAndBodies(keys, await RowsAsync(reader, cancellationToken));
    }

    private static async Task<Dictionary<string, IdentityRow>> RowsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, IdentityRow>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = Read(reader, 0);
            rows[row.FoundBy] = row;
        }
        return rows;
    }

    /// <summary>A key's row by its primary key and a body's as it is now, in one round trip.</summary>
    public async Task<(IdentityRow? Key, IdentityRow? Body)> KeyAndBodyAsync(
        Guid id, BodyId body, CancellationToken cancellationToken = default)
    {
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(KeyById) { Parameters = { Parameter(id) } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Body) { Parameters = { Parameter(body.Value), Parameter(body.StreamId) } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var row = await reader.ReadAsync(cancellationToken) ? Read(reader, 0) : null;
        await reader.NextResultAsync(cancellationToken);
        return (row, await reader.ReadAsync(cancellationToken) ? Read(reader, 0) : null);
    }

    /// <summary>A key's row by its primary key.</summary>
    public Task<IdentityRow?> KeyAsync(Guid id, CancellationToken cancellationToken = default) =>
        OneAsync(KeyById, cancellationToken, Parameter(id));

    /// <summary>An account's row by its login, which is unique.</summary>
    public Task<IdentityRow?> AccountAsync(string login, CancellationToken cancellationToken = default) =>
        OneAsync($"{Account} where a.login = $1", cancellationToken, Parameter(login));

    /// <summary>An account's row by its primary key.</summary>
    public Task<IdentityRow?> AccountAsync(Guid id, CancellationToken cancellationToken = default) =>
        OneAsync($"{Account} where a.account_id = $1", cancellationToken, Parameter(id));

    /// <summary>A body's row as it is now, by the primary key.</summary>
    public Task<IdentityRow?> BodyAsync(BodyId id, CancellationToken cancellationToken = default) =>
        OneAsync(Body, cancellationToken, Parameter(id.Value), Parameter(id.StreamId));

    /// <summary>A row whose columns begin at an ordinal.</summary>
    public static IdentityRow Read(NpgsqlDataReader reader, int from)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return new IdentityRow(
            reader.GetGuid(from), reader.GetInt64(from + 1), reader.GetInt64(from + 2), reader.GetFieldValue<byte[]>(from + 3),
            reader.GetString(from + 4), reader.GetString(from + 5));
    }

    private static string Of(string stream) => InLog.Replace("{0}", stream, StringComparison.Ordinal);

    private static NpgsqlParameter<T> Parameter<T>(T value) => new() { TypedValue = value };

    private async Task<IdentityRow?> OneAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader, 0) : null;
    }
}
