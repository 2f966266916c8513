using Hazards.Domain;
using Hazards.Domain.Codes;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>A person's key as the database holds it.</summary>
/// <param name="Person">The person.</param>
/// <param name="Hazard">The hazard she stands in.</param>
/// <param name="Kind">In what capacity.</param>
/// <param name="Master">The master key it is wrapped under; null when it was destroyed.</param>
/// <param name="Wrapped">The wrapped key; null when it was destroyed.</param>
/// <param name="DestroyedAt">When it was destroyed.</param>
public sealed record PersonKeyRow(
    Guid Person, HazardId Hazard, PersonKind Kind, string? Master, byte[]? Wrapped, DateTimeOffset? DestroyedAt);

/// <summary>The keys of persons in schema <c>persons</c>: kept, read, wrapped anew, destroyed.</summary>
/// <param name="dataSource">The database.</param>
public sealed class PersonKeyRows(NpgsqlDataSource dataSource)
{
    private const string Columns = "person, hazard_id, kind, master, wrapped, destroyed_at";

    /// <summary>Keeps a new key. Committed when this returns.</summary>
    public async Task AddAsync(PersonKeyRow key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await using var command = dataSource.CreateCommand(
            "insert into persons.keys (person, hazard_id, kind, master, wrapped) values ($1, $2, $3, $4, $5) on conflict (person) do nothing");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = key.Person });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = key.Hazard.StreamId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = CodeList.Code(key.Kind) });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = key.Master });
        command.Parameters.Add(new NpgsqlParameter<byte[]?> { TypedValue = key.Wrapped });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A key; null when there never was one.</summary>
    public async Task<PersonKeyRow?> FindAsync(Guid person, CancellationToken cancellationToken = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, person, "", cancellationToken);
    }

    /// <summary>The hazards that hold the data of these persons, as their keys say.</summary>
    public async Task<IReadOnlyCollection<HazardId>> HazardsAsync(
        IReadOnlyCollection<Guid> persons, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select distinct hazard_id from persons.keys where person = any ($1)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. persons] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<HazardId>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new HazardId(reader.GetGuid(0)));
        return found;
    }

    /// <summary>When the keys of these persons were destroyed; those that live are not in it.</summary>
    public async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> DestroyedAsync(
        IReadOnlyCollection<Guid> persons, CancellationToken cancellationToken = default)
    {
        var found = new Dictionary<Guid, DateTimeOffset>();
        if (persons.Count == 0)
            return found;
        await using var command = dataSource.CreateCommand(
            "select person, destroyed_at from persons.keys where person = any ($1) and destroyed_at is not null");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. persons] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found[reader.GetGuid(0)] = reader.GetFieldValue<DateTimeOffset>(1);
        return found;
    }

    /// <summary>
    /// Holds a person's key while something is done with it: looks at once share it, an erasure waits for them and they
    /// for it, so that what was looked at is on record before the key is gone, and nothing is looked at after.
    /// </summary>
    public async Task<HeldKey> HoldAsync(Guid person, bool alone, CancellationToken cancellationToken = default)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            return new HeldKey(
                connection, transaction, await FindAsync(connection, person, alone ? " for update" : " for share", cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Destroys every key that lives though the log says that its person was erased: the database came from a backup, or a
    /// process died between the two. One look-up by index for each living key.
    /// </summary>
    /// <returns>How many.</returns>
    public async Task<int> DestroyErasedAsync(CancellationToken cancellationToken = default)
    {
        // The lateral keeps it at that: joined freely, the planner may read the whole log.
        await using var command = dataSource.CreateCommand("""
            update persons.keys k
            set wrapped = null, master = null, destroyed_at = clock_timestamp()
            from (
              select l.person
              from persons.keys l
              cross join lateral (select e.seq_id from log.mt_events e where e.stream_id = l.person and e.version = 1 limit 1) erased
              where l.wrapped is not null
            ) e
            where k.person = e.person
            """);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Which of these persons' keys live.</summary>
    public async Task<IReadOnlyList<PersonKeyRow>> LivingAsync(
        IReadOnlyCollection<Guid> persons, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(
            $"select {Columns} from persons.keys where person = any ($1) and wrapped is not null");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. persons] });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>How many living keys are wrapped under another master key than this.</summary>
    public async Task<long> UnderOthersAsync(string master, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("select count(*) from persons.keys where master <> $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = master });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Wraps the next keys under another master key, some at a time.</summary>
    /// <param name="master">The new master key.</param>
    /// <param name="wrap">Wraps one key anew.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How many there were; 0 when all are done.</returns>
    public async Task<int> RewrapAsync(
        string master, Func<PersonKeyRow, byte[]> wrap, int most, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(wrap);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var next = new NpgsqlCommand(
            $"select {Columns} from persons.keys where master <> $1 order by master, person limit $2 for update", connection);
        next.Parameters.Add(new NpgsqlParameter<string> { TypedValue = master });
        next.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        var keys = await ReadAsync(next, cancellationToken);
        await using var update = new NpgsqlCommand("update persons.keys k set master = $1, wrapped = n.wrapped from unnest($2::uuid[], $3::bytea[]) n (person, wrapped) where k.person = n.person", connection);
        update.Parameters.Add(new NpgsqlParameter<string> { TypedValue = master });
        update.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys.Select(k => k.Person)] });
        update.Parameters.Add(
            new NpgsqlParameter { Value = keys.Select(wrap).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        if (keys.Count > 0)
            await update.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return keys.Count;
    }

    /// <summary>Lets go of the places where destroyed and rewrapped keys stood (the write-ahead log and backups still have them).</summary>
    public async Task VacuumAsync(CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("vacuum persons.keys");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<PersonKeyRow?> FindAsync(
        NpgsqlConnection connection, Guid person, string locking, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from persons.keys where person = $1{locking}", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person });
        return await ReadAsync(command, cancellationToken) is [var key] ? key : null;
    }

    private static async Task<IReadOnlyList<PersonKeyRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<PersonKeyRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var kind = CodeList.TryParse<PersonKind>(reader.GetString(2), out var known)
                ? known
                : throw new InvalidDataException($"no kind of person: {reader.GetString(2)}");
            found.Add(new PersonKeyRow(
                reader.GetGuid(0), new HazardId(reader.GetGuid(1)), kind, reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5)));
        }
        return found;
    }
}

/// <summary>A person's key that is held. Let it go by disposing of it.</summary>
public sealed class HeldKey : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;

    internal HeldKey(NpgsqlConnection connection, NpgsqlTransaction transaction, PersonKeyRow? row) =>
        (this.connection, this.transaction, Row) = (connection, transaction, row);

    /// <summary>The key; null when there never was one.</summary>
    public PersonKeyRow? Row { get; }

    /// <summary>Destroys the key, for good; committed when this returns.</summary>
    /// <returns>When.</returns>
    public async Task<DateTimeOffset> DestroyAsync(CancellationToken cancellationToken = default)
    {
        await using var command = new NpgsqlCommand(
            "update persons.keys set wrapped = null, master = null, destroyed_at = clock_timestamp() where person = $1 and wrapped is not null returning destroyed_at", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Row!.Person });
        var at = await command.ExecuteScalarAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return at is DateTime utc ? utc : Row.DestroyedAt!.Value;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
