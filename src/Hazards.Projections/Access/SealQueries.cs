using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>Seals in force on some records.</summary>
/// <param name="Seals">The seals, the oldest first.</param>
/// <param name="Seen">The position of the newest; 0 when there is none.</param>
public sealed record SealsFound(ImmutableArray<Seal> Seals, long Seen)
{
    /// <summary>None.</summary>
    public static SealsFound None { get; } = new([], 0);

    /// <summary>Those of some, the oldest first, that are in force on an enterprise's records in a region.</summary>
    internal static SealsFound Covering(IEnumerable<(Seal Seal, long Position)> found, Enterprise enterprise, RegionCode region)
    {
        var covering = found.Where(f => f.Seal.Lifting is null && f.Seal.Covers(enterprise, region)).ToArray();
        return covering.Length == 0 ? None : new SealsFound([.. covering.Select(f => f.Seal)], covering[^1].Position);
    }
}

/// <summary>封存: which records are sealed, now and as of any instant.</summary>
/// <param name="dataSource">The database.</param>
public sealed class SealQueries(NpgsqlDataSource dataSource)
{
    private const int LongestPage = 200;

    /// <summary>The seals in force on an enterprise's records in a region: one look-up by index.</summary>
    public async Task<SealsFound> InForceAsync(
        Enterprise? enterprise, RegionCode region, DateTimeOffset? asOf = null, CancellationToken cancellationToken = default)
    {
        if (enterprise is null)
            return SealsFound.None;
        return SealsFound.Covering(await OfAsync([enterprise], asOf, cancellationToken), enterprise, region);
    }

    /// <summary>All seals in force, the oldest first, each with its position; no more than some.</summary>
    public async Task<ImmutableArray<(Seal Seal, long Position)>> AllInForceAsync(int most, CancellationToken cancellationToken = default) =>
        [.. await ReadAsync(new Conditions().And("h.lifted_at is null"), null, $"order by h.position limit {most}", cancellationToken)];

    /// <summary>Every seal that a hazard's records were ever under, lifted ones too.</summary>
    public async Task<ImmutableArray<Seal>> EverAsync(
        Enterprise? enterprise, RegionCode region, DateTimeOffset? asOf = null, CancellationToken cancellationToken = default)
    {
        if (enterprise is null)
            return [];
        return [.. (await OfAsync([enterprise], asOf, cancellationToken)).Select(f => f.Seal).Where(s => s.Covers(enterprise, region))];
    }

    /// <summary>Which of these hazards are sealed, and by what: one look-up for a whole page.</summary>
    public async Task<IReadOnlyDictionary<HazardId, ImmutableArray<Seal>>> OfItemsAsync(
        IReadOnlyCollection<HazardItem> items, DateTimeOffset? asOf, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        var named = items.Where(i => i.EnterpriseName is not null)
            .Select(i => (Item: i, Enterprise: new Enterprise(i.EnterpriseName!, i.EnterpriseCode))).ToArray();
        var seals = named.Length == 0 ? [] : await OfAsync([.. named.Select(n => n.Enterprise)], asOf, cancellationToken);
        var found = new Dictionary<HazardId, ImmutableArray<Seal>>();
        if (seals.Count == 0)
            return found;
        foreach (var (item, enterprise) in named)
            if (seals.Where(s => s.Seal.Lifting is null && s.Seal.Covers(enterprise, item.Region)).Select(s => s.Seal)
                .ToImmutableArray() is { IsEmpty: false } over)
                found[item.Id] = over;
        return found;
    }

    /// <summary>One seal; null when there is none that touches the jurisdiction: a county is told of what its province sealed.</summary>
    public async Task<Seal?> FindAsync(Scope scope, Guid id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var where = Touching(scope.Jurisdiction);
        where.And($"h.seal_id = {where.Parameter(id, NpgsqlDbType.Uuid)}");
        return (await ReadAsync(where, scope.AsOf, "", cancellationToken)).Select(f => f.Seal).FirstOrDefault();
    }

    /// <summary>Seals that touch the jurisdiction, the newest first; within a region, in force or lifted.</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this query.</exception>
    public async Task<Page<Seal>> ListAsync(
        Scope scope, RegionCode? region, bool? active, CreditCode? enterprise, string? cursor, int limit,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        var hash = PageCursor.HashOf("seals", scope.Jurisdiction, scope.AsOf, region, active, enterprise);
        var where = Touching(scope.Jurisdiction);
        if (region is { } asked)
            where.Within(asked);
        if (enterprise is { } code)
            where.And($"h.code = {where.Text(code.Value)}");
        if (active is { } inForce)
        {
            var lifted = scope.AsOf is { } asOf ? $"coalesce(h.lifted_at <= {where.Instant(asOf)}, false)" : "h.lifted_at is not null";
            where.And(inForce ? $"not ({lifted})" : lifted);
        }

        if (PageCursor.Read(cursor, hash) is { } after)
            where.And($"h.position < {where.Parameter(after.Key, NpgsqlDbType.Bigint)}");
        var found = await ReadAsync(where, scope.AsOf, $"order by h.position desc limit {limit + 1}", cancellationToken);
        return found.Count <= limit
            ? new Page<Seal>([.. found.Select(f => f.Seal)], null)
            : new Page<Seal>([.. found.Take(limit).Select(f => f.Seal)], new PageCursor(0, found[limit - 1].Position, "").Write(hash));
    }

    // There is a seal or two an accident: the table is small, and read whole where no key is given.
    private static Conditions Touching(RegionCode jurisdiction)
    {
        var where = new Conditions();
        if (jurisdiction.IsNation)
            return where;
        var prefix = where.Text(jurisdiction.Prefix);
        return where.And($"(starts_with(h.region, {prefix}) or starts_with({prefix}, h.prefix))");
    }

    // By seals_by_code and seals_by_name.
    private Task<List<(Seal Seal, long Position)>> OfAsync(
        IReadOnlyCollection<Enterprise> enterprises, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var where = new Conditions();
        var codes = where.Parameter(
            enterprises.Select(e => e.CreditCode?.Value).OfType<string>().Distinct().ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        var names = where.Parameter(enterprises.Select(Seal.NameKey).Distinct().ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        where.And($"(h.code = any ({codes}) or h.name_key = any ({names}))");
        return ReadAsync(where, asOf, "order by h.position", cancellationToken);
    }

    /// <summary>Seals with their positions; what was lifted after the instant looked from is still in force there.</summary>
    private async Task<List<(Seal Seal, long Position)>> ReadAsync(
        Conditions where, DateTimeOffset? asOf, string order, CancellationToken cancellationToken)
    {
        if (asOf is { } instant)
            where.And($"h.recorded_from <= {where.Instant(instant)}");
        await using var command = dataSource.CreateCommand(
            $"select h.item, h.position, h.lifted_at from rows.seals h where {where.Sql} {order}");
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(Seal, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var seal = JsonSerializer.Deserialize<Seal>(reader.GetFieldValue<byte[]>(0), DomainJson.Options)
                ?? throw new JsonException("a seal is null");
            if (asOf is { } then && !reader.IsDBNull(2) && reader.GetDateTime(2) > then.UtcDateTime)
                seal = seal with { Lifting = null, Version = 1 };
            found.Add((seal, reader.GetInt64(1)));
        }

        return found;
    }
}
