using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>
/// Bodies, keys, accounts and webhooks on PostgreSQL. Nothing is cached: a key that one node revokes opens nothing on any other, and a
/// look-up by key or identity is one probe of an index.
/// </summary>
/// <param name="dataSource">The database.</param>
public sealed class RegistryQueries(NpgsqlDataSource dataSource) : IRegistryQueries
{
    private const int LongestPage = 200;

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<BodyId, Body>> BodiesAsync(
        IReadOnlyCollection<BodyId> ids, DateTimeOffset? asOf, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count == 0)
            return ImmutableDictionary<BodyId, Body>.Empty;
        var where = new Conditions();
        where.And($"h.body_id = any ({where.Parameter(ids.Select(i => i.Value).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})")
            .And(BodyNames.InForce(where, asOf));
        // By the primary key.
        return (await ReadAsync<Body>($"select h.body from rows.bodies h where {where.Sql}", where, cancellationToken))
            .ToDictionary(b => b.Id);
    }

    /// <inheritdoc />
    public async Task<SortedDictionary<string, string>> NamesOfBodiesAsync(
        IReadOnlyCollection<BodyId> ids, DateTimeOffset? asOf, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var names = await BodyNames.ReadAsync(dataSource, ids, asOf, cancellationToken);
        if (asOf is not null && ids.Where(i => !names.ContainsKey(i.Value)).ToArray() is { Length: > 0 } later)
            // Whoever was registered since is called as he is.
            foreach (var (id, name) in await BodyNames.ReadAsync(dataSource, later, null, cancellationToken))
                names.Add(id, name);
        return names;
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<Body>> OfficesAsync(
        IReadOnlyCollection<RegionCode> regions, DateTimeOffset? asOf, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(regions);
        var where = new Conditions();
        where.And($"h.region = any ({where.Parameter(regions.Select(r => r.Value).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})")
            .And($"h.kind = {where.Text(CodeList.Code(BodyKind.CommitteeOffice))} and not h.dissolved").And(BodyNames.InForce(where, asOf));
        // By bodies_by_region.
        return [.. await ReadAsync<Body>(
            $"select h.body from rows.bodies h where {where.Sql} order by h.body_id", where, cancellationToken)];
    }

    /// <inheritdoc />
    public async Task<IReadOnlySet<RegionCode>> OfficeRegionsAsync(
        IReadOnlyCollection<RegionCode> within, DateTimeOffset? asOf, CancellationToken cancellationToken = default)
    {
        // By bodies_by_region.
        var where = new Conditions().Within(within);
        where.And($"h.kind = {where.Text(CodeList.Code(BodyKind.CommitteeOffice))} and not h.dissolved")
            .And(BodyNames.InForce(where, asOf));
        await using var command = dataSource.CreateCommand($"select distinct h.region from rows.bodies h where {where.Sql}");
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<RegionCode>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(RegionCode.Parse(reader.GetString(0)));
        return found;
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<OfficeHeld>> OfficesHeldAsync(BodyId body, CancellationToken cancellationToken = default)
    {
        // Through all offices once, some thousands at most; of the nation, a region without digits is the beginning of every other.
        await using var command = dataSource.CreateCommand("""
            with office as (
              select b.body_id, b.region, case b.region when '0' then '' else b.region end as prefix, b.recorded_from, b.recorded_to
              from rows.bodies b where b.kind = 'committeeOffice' and not b.dissolved
            )
            select o.body_id, o.region, o.recorded_from, nullif(o.recorded_to, 'infinity')
            from office o
            where exists (select from office own where own.body_id = $1 and (own.prefix ^@ o.prefix or o.prefix ^@ own.prefix))
            order by o.body_id, o.recorded_from
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = body.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<OfficeHeld>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new OfficeHeld(
                BodyId.Parse(reader.GetString(0)), RegionCode.Parse(reader.GetString(1)), reader.GetFieldValue<DateTimeOffset>(2),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)));
        return found.ToImmutable();
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<Body>> NearAsync(
        RegionCode place, IReadOnlyCollection<BodyKind> kinds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        // By bodies_by_region, once for each: ':' follows '9' in ASCII, and the column is compared byte by byte.
        await using var command = dataSource.CreateCommand("""
            select b.body from rows.bodies b
            where (b.region = any ($1) or (b.region >= $2 and b.region < $2 || ':')) and b.kind = any ($3)
              and not b.dissolved and b.recorded_to = 'infinity'
            order by length(b.region), b.body_id limit 300
            """);
        var county = place.At(RegionLevel.County);
        command.Parameters.Add(
            new NpgsqlParameter<string[]> { TypedValue = [.. Authority.Wider(place).Prepend(place).Select(r => r.Value)] });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = county.Value });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. kinds.Select(CodeList.Code)] });
        return [.. await ReadAsync<Body>(command, cancellationToken)];
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<BodyId>> WithSubordinatesAsync(BodyId body, CancellationToken cancellationToken = default)
    {
        // Through all of them once: some thousands at most, and union ends at a ring.
        await using var command = dataSource.CreateCommand("""
            with recursive held as (
              select $1::text collate "C" as id
              union
              select b.body_id from rows.bodies b join held on b.body ->> 'parent' = held.id where b.recorded_to = 'infinity'
            )
            select id from held
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = body.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<BodyId>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(BodyId.Parse(reader.GetString(0)));
        return found.ToImmutable();
    }

    /// <inheritdoc />
    public async Task<Body?> BodyAsync(BodyId id, DateTimeOffset? asOf, CancellationToken cancellationToken = default)
    {
        var where = new Conditions();
        where.And($"h.body_id = {where.Text(id.Value)}").And(BodyNames.InForce(where, asOf));
        return (await ReadAsync<Body>($"select h.body from rows.bodies h where {where.Sql}", where, cancellationToken)).FirstOrDefault();
    }

    /// <inheritdoc />
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<Body>> ListBodiesAsync(
        RegionCode region, BodyKind? kind, SectorCode? sector, string? name, bool dissolved, DateTimeOffset? asOf,
        string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        var hash = PageCursor.HashOf("bodies", region, kind, sector, name, dissolved, asOf);
        var where = new Conditions().Within(region);
        where.And(BodyNames.InForce(where, asOf));
        if (kind is { } k)
            where.And($"h.kind = {where.Text(CodeList.Code(k))}");
        if (sector is { } s)
            where.And($"{where.Text(s.Value)} = any (h.sectors)");
        if (!string.IsNullOrWhiteSpace(name))
            where.And($"strpos(h.name, {where.Text(name.Trim())}) > 0");
        if (!dissolved)
            where.And("not h.dissolved");
        if (PageCursor.Read(cursor, hash) is { } after)
            where.And($"h.body_id > {where.Text(after.Id)}");
        // By bodies_by_region, or by the primary key in order.
        var found = await ReadAsync<Body>(
            $"select h.body from rows.bodies h where {where.Sql} order by h.body_id limit {limit + 1}", where, cancellationToken);
        return found.Count <= limit
            ? new Page<Body>([.. found], null)
            : new Page<Body>([.. found.Take(limit)], new PageCursor(0, 0, found[limit - 1].Id.Value).Write(hash));
    }

    /// <inheritdoc />
    public async Task<ApiKey?> KeyAsync(Sha256Digest digest, CancellationToken cancellationToken = default)
    {
        // By the unique digest.
        await using var command = dataSource.CreateCommand("select k.key from rows.api_keys k where k.digest = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = digest.Value });
        return (await ReadAsync<ApiKey>(command, cancellationToken)).FirstOrDefault();
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<ApiKey>> ListKeysAsync(RegionCode region, CancellationToken cancellationToken = default)
    {
        // By keys_by_region.
        var where = new Conditions().Within(region);
        return [
            .. await ReadAsync<ApiKey>($"select h.key from rows.api_keys h where {where.Sql} order by h.key_id", where, cancellationToken)];
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<RegionCode>> ReachAsync(BodyId body, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        // Through all of both: some thousands at most, and administrators do not act often.
        await using var command = dataSource.CreateCommand("""
            select k.region from rows.api_keys k
            where k.key ->> 'body' = $1 and not (k.key ->> 'revoked')::boolean
              and coalesce((k.key ->> 'expiresAt')::timestamptz > $2, true)
            union
            select a.region from rows.accounts a where a.account ->> 'body' = $1 and not (a.account ->> 'closed')::boolean
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = body.Value });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<RegionCode>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(RegionCode.Parse(reader.GetString(0)));
        return found.ToImmutable();
    }

    /// <inheritdoc />
    public async Task<Account?> AccountAsync(string login, CancellationToken cancellationToken = default)
    {
        // By the unique login.
        await using var command = dataSource.CreateCommand("select a.account from rows.accounts a where a.login = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = login });
        return (await ReadAsync<Account>(command, cancellationToken)).FirstOrDefault();
    }

    /// <inheritdoc />
    public async Task<Account?> AccountAsync(Guid id, CancellationToken cancellationToken = default)
    {
        // By the primary key.
        await using var command = dataSource.CreateCommand("select a.account from rows.accounts a where a.account_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (await ReadAsync<Account>(command, cancellationToken)).FirstOrDefault();
    }

    /// <inheritdoc />
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<Account>> ListAccountsAsync(
        RegionCode region, BodyId? body, bool closed, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        var hash = PageCursor.HashOf("accounts", region, body, closed);
        var where = new Conditions().Within(region);
        if (body is { } own)
            where.And($"h.account->>'body' = {where.Text(own.Value)}");
        if (!closed)
            where.And("not (h.account->>'closed')::boolean");
        if (PageCursor.Read(cursor, hash) is { } after)
            where.And($"h.login > {where.Text(after.Id)}");
        // By accounts_by_region, or by the unique login in order. There are some thousands at most.
        var found = await ReadAsync<Account>(
            $"select h.account from rows.accounts h where {where.Sql} order by h.login limit {limit + 1}", where, cancellationToken);
        return found.Count <= limit
            ? new Page<Account>([.. found], null)
            : new Page<Account>([.. found.Take(limit)], new PageCursor(0, 0, found[limit - 1].Login).Write(hash));
    }

    /// <inheritdoc />
    public async Task<Webhook?> WebhookAsync(Guid id, CancellationToken cancellationToken = default)
    {
        // By the primary key.
        await using var command = dataSource.CreateCommand("select w.webhook from rows.webhooks w where w.webhook_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (await ReadAsync<Webhook>(command, cancellationToken)).FirstOrDefault();
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<Webhook>> ListWebhooksAsync(
        RegionCode region, bool removed, CancellationToken cancellationToken = default)
    {
        // By webhooks_by_region.
        var where = new Conditions().Within(region);
        if (!removed)
            where.And("not (h.webhook->>'removed')::boolean");
        var sql = $"select h.webhook from rows.webhooks h where {where.Sql} order by h.webhook_id";
        return [.. await ReadAsync<Webhook>(sql, where, cancellationToken)];
    }

    private async Task<List<T>> ReadAsync<T>(string sql, Conditions where, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        where.AddTo(command);
        return await ReadAsync<T>(command, cancellationToken);
    }

    private static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(JsonSerializer.Deserialize<T>(reader.GetFieldValue<byte[]>(0), DomainJson.Options)
                ?? throw new JsonException("a row is null"));
        return found;
    }
}
