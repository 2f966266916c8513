using System.Collections.Immutable;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>
/// What a replay reads beside a hazard's own stream: many streams at once, openings, the entries of a body, a person, an
/// enterprise or a region. Nothing here is read one hazard at a time.
/// </summary>
/// <param name="dataSource">The database, or a replica of it.</param>
public sealed class ReplayQueries(NpgsqlDataSource dataSource)
{
    /// <summary>A region with more hazards than this is read along the log, others by their hazards.</summary>
    private const int FewHazards = 2_000;

    /// <summary>Of an office that stood in for more regions than this, only those are looked at whose office was told anything.</summary>
    private const int FewRegions = 100;

    /// <summary>A body that was told of more events than this is read along the log, others by what they were told.</summary>
    private const int MostTold = 5_000;

    /// <summary>
    /// How much of the log one page of a large region or a busy body looks through: a page may be shorter than asked for, and
    /// go on.
    /// </summary>
    private const int Stretch = 20_000;

    /// <summary>The events of hazards, in order; a stream that is no hazard's is left out. By the log's (stream, version).</summary>
    public async Task<IReadOnlyDictionary<HazardId, ImmutableArray<RecordedHappening>>> EventsAsync(
        IReadOnlyCollection<Guid> streams, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            select e.stream_id, e.seq_id, e.version, e.id, e."timestamp", e.type, e.data, e.headers
            from unnest($1) u (id)
            join log.mt_streams s on s.id = u.id and s.type = 'hazard'
            join log.mt_events e on e.stream_id = u.id
            order by e.stream_id, e.version
            """);
        command.Parameters.Add(Ids(streams));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<HazardId, ImmutableArray<RecordedHappening>.Builder>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = new HazardId(reader.GetGuid(0));
            if (!found.TryGetValue(id, out var events))
                found[id] = events = ImmutableArray.CreateBuilder<RecordedHappening>();
            events.Add(new RecordedHappening(
                reader.GetInt64(1), reader.GetInt64(2), reader.GetGuid(3), At(reader.GetDateTime(4)),
                new Happening(
                    (IHazardEvent)DomainJson.ReadEvent(reader.GetString(5), reader.GetFieldValue<byte[]>(6)),
                    DomainJson.ReadContext(reader.GetFieldValue<byte[]>(7)))));
        }
        return found.ToDictionary(f => f.Key, f => f.Value.ToImmutable());
    }

    /// <summary>
    /// The openings of the messages that the events of hazards told, from the messages' own streams. By the log's (stream,
    /// version): a probe for each message, whatever the rows of the inbox say.
    /// </summary>
    public async Task<ILookup<HazardId, RecordedOpening>> OpeningsAsync(
        IReadOnlyDictionary<HazardId, ImmutableArray<RecordedHappening>> hazards, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hazards);
        var told = new Dictionary<Guid, HazardId>();
        foreach (var (hazard, events) in hazards)
            foreach (var e in events)
                foreach (var one in e.Context.Told)
                    told[Messages.IdOf(e.Id, one.Address)] = hazard;
        if (told.Count == 0)
            return Array.Empty<RecordedOpening>().ToLookup(_ => default(HazardId));
        await using var command = dataSource.CreateCommand($"""
            select e.stream_id, e.headers, e."timestamp", e.seq_id
            from unnest($1) u (id)
            join log.mt_events e on e.stream_id = u.id
            where e.type = '{MessageSql.Opened}'
            order by e.seq_id
            """);
        command.Parameters.Add(Ids(told.Keys));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(HazardId, RecordedOpening)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (message, context) = (reader.GetGuid(0), DomainJson.ReadContext(reader.GetFieldValue<byte[]>(1)));
            found.Add(
                (told[message], new RecordedOpening(message, context.Body, context.Actor, At(reader.GetDateTime(2)), reader.GetInt64(3))));
        }
        return found.ToLookup(f => f.Item1, f => f.Item2);
    }

    /// <summary>
    /// The last position recorded at an instant or before; 0 when there is none. Recorded times never run backwards, so it is
    /// found by halving.
    /// </summary>
    public async Task<long> PositionAtAsync(DateTimeOffset instant, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand("""
            with recursive halving (low, high) as (
              select 0::bigint, coalesce((select e.seq_id from log.mt_events e order by e.seq_id desc limit 1), 0)
              union all
              select case when e."timestamp" <= $1 then h.middle else h.low end, case when e."timestamp" <= $1 then h.high else h.middle - 1 end
              from (select low, high, (low + high + 1) / 2 as middle from halving where low < high) h
              join log.mt_events e on e.seq_id = h.middle
            )
            select low from halving where low = high
            """);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = instant.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return (long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L);
    }

    /// <summary>
    /// The entries of a subject after a position, in the order of the log, up to another. A page may have fewer than asked for
    /// and go on all the same.
    /// </summary>
    /// <exception cref="BadCursorException">The cursor is not one of this subject's.</exception>
    public async Task<Page<ReplayEntry>> EntriesAsync(
        ReplaySubject subject, long from, long upTo, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var hash = PageCursor.HashOf("replay entries", subject.Key);
        var after = Math.Max(from, PageCursor.Read(cursor, hash)?.Key ?? 0);
        var (entries, next) = await EntriesAsync(subject, after, upTo, limit, cancellationToken);
        return new Page<ReplayEntry>(entries, next is { } position ? new PageCursor(0, position, "").Write(hash) : null);
    }

    private async Task<(ImmutableArray<ReplayEntry> Entries, long? Next)> EntriesAsync(
        ReplaySubject subject, long after, long upTo, int limit, CancellationToken cancellationToken)
    {
        subject = await NarrowedAsync(subject, cancellationToken);
        var where = new Conditions();
        var range = new Range(
            where.Parameter(after, NpgsqlDbType.Bigint), where.Parameter(upTo, NpgsqlDbType.Bigint),
            where.Parameter(limit, NpgsqlDbType.Integer));
        var stretch = subject switch
        {
            ReplaySubject.OfRegion { Region: var region } => await IsLargeAsync(region, cancellationToken),
            ReplaySubject.OfBody of => await IsBusyAsync(of, cancellationToken),
            _ => false,
        };
        var sql = subject switch
        {
            ReplaySubject.OfBody of => OfBody(where, range, of, stretch),
            ReplaySubject.OfPerson person => OfPerson(where, range, person),
            ReplaySubject.OfRegion of when stretch => OfLargeRegion(where, range, of.Region),
            _ => OfHazards(range, Hazards(where, subject)),
        };
        await using var command = dataSource.CreateCommand(sql);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<ReplayEntry>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(
                new ReplayEntry(reader.GetInt64(0), Codes.Read<Involvement>(reader.GetString(1)), reader.GetGuid(2), reader.GetInt64(3)));
        if (found.Count == limit)
            return (found.ToImmutable(), found[^1].Position);
        return (found.ToImmutable(), stretch && after + Stretch < upTo ? after + Stretch : null);
    }

    /// <summary>The hazards a subject has to do with between two positions, by their identities, after one of them.</summary>
    /// <exception cref="BadCursorException">The cursor is not one of this subject's.</exception>
    public async Task<Page<Guid>> HazardsAsync(
        ReplaySubject subject, long after, long upTo, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var hash = PageCursor.HashOf("replay hazards", subject.Key);
        var found = await HazardsAsync(subject, after, upTo, PageCursor.Read(cursor, hash)?.HazardId, limit + 1, cancellationToken);
        return found.Length <= limit
            ? new Page<Guid>(found, null)
            : new Page<Guid>(found[..limit], new PageCursor(0, 0, found[limit - 1].ToString("N")).Write(hash));
    }

    private async Task<ImmutableArray<Guid>> HazardsAsync(
        ReplaySubject subject, long after, long upTo, Guid? afterHazard, int limit, CancellationToken cancellationToken)
    {
        subject = await NarrowedAsync(subject, cancellationToken);
        var where = new Conditions();
        var range = new Range(
            where.Parameter(after, NpgsqlDbType.Bigint), where.Parameter(upTo, NpgsqlDbType.Bigint),
            where.Parameter(limit, NpgsqlDbType.Integer));
        var concerned = subject switch
        {
            // By mt_events_by_body and mt_events_told: as many events as the body was concerned in the period.
            ReplaySubject.OfBody of => $"""
                select e.stream_id from log.mt_events e where {ByBody(where, range, of.Body.Id)}
                union select e.stream_id from log.mt_events e
                where {IsTold(where, of, ever: true)} and e.seq_id > {range.After} and e.seq_id <= {range.UpTo}
                """,
            ReplaySubject.OfPerson person =>
                $"select distinct e.stream_id from log.mt_events e where {ByBody(where, range, person.Body)} and e.headers ->> 'actor' = {where.Text(person.Name)}",
            _ => Hazards(where, subject),
        };
        await using var command = dataSource.CreateCommand($"""
            select c.id from ({concerned}) c (id)
            where c.id > {where.Parameter(afterHazard ?? Guid.Empty, NpgsqlDbType.Uuid)} and exists (select from log.mt_streams s where s.id = c.id and s.type = 'hazard')
            order by c.id limit {range.Limit}
            """);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetGuid(0));
        return found.ToImmutable();
    }

    private sealed record Range(string After, string UpTo, string Limit);

    private static string ByBody(Conditions where, Range range, BodyId body) =>
        $"e.headers ->> 'body' = {where.Text(body.Value)} and e.seq_id > {range.After} and e.seq_id <= {range.UpTo}";

    // A region's body reads what is put before its office as well, as long as it is that; and it owes what was put before that before. The
    // first condition is the index's own.
    private static string IsTold(Conditions where, ReplaySubject.OfBody of, bool ever = false)
    {
        var offices = ever
            ? of.Terms.Select(t => t.Region.Value).Distinct().Select(r => Tells("office", r))
            : of.Terms.Select(t => $"{Tells("office", t.Region.Value)} and {During(t)}");
        var tellings = offices.Prepend(Tells("body", of.Body.Id.Value));
        return $"e.headers ? 'told' and ({string.Join(" or ", tellings)})";

        string During(OfficeTerm term) => $"""
            e."timestamp" >= {where.Instant(term.From)} and e."timestamp" < {where.Instant(term.To ?? DateTimeOffset.MaxValue)}
            """;

        string Tells(string who, string named)
        {
            var told = JsonSerializer.Serialize(new[] { new Dictionary<string, string> { [who] = named } });
            return $"e.headers -> 'told' @> {where.Parameter(told, NpgsqlDbType.Jsonb)}";
        }
    }

    /// <summary>
    /// By mt_events_by_body and mt_events_told, each no further than the page; of a body that is told of much, a stretch of the
    /// log, by its positions. Who was told is the events' own word.
    /// </summary>
    private static string OfBody(Conditions where, Range range, ReplaySubject.OfBody of, bool stretch)
    {
        var told = IsTold(where, of);
        var upTo = stretch ? $"least({range.UpTo}, {range.After} + {Stretch})" : range.UpTo;
        var events = stretch
            ? $"(select * from log.mt_events e where e.seq_id > {range.After} and e.seq_id <= {upTo} order by e.seq_id)"
            : $"(select * from log.mt_events e where {told} offset 0)";
        return WithOpened(range, $"""
            (select e.seq_id, case e.type when '{MessageSql.Opened}' then 'opened' else 'acted' end, e.stream_id
             from log.mt_events e where {ByBody(where, range with { UpTo = upTo }, of.Body.Id)} order by e.seq_id limit {range.Limit})
            union all
            (select e.seq_id, 'told', e.stream_id
             from {events} e where {told} and e.seq_id > {range.After} and e.seq_id <= {upTo} order by e.seq_id limit {range.Limit})
            """);
    }

    /// <summary>By mt_events_by_body: what the body did in the period, of which the person's is kept.</summary>
    private static string OfPerson(Conditions where, Range range, ReplaySubject.OfPerson person) => WithOpened(range, $"""
        (select e.seq_id, case e.type when '{MessageSql.Opened}' then 'opened' else 'acted' end, e.stream_id
         from log.mt_events e where {ByBody(where, range, person.Body)} and e.headers ->> 'actor' = {where.Text(person.Name)} order by e.seq_id limit {range.Limit})
        """);

    // What was opened, by the opening's own word: the hazard's event of this identity.
    private static string WithOpened(Range range, string entries) => $"""
        select k.position, k.how, coalesce(t.stream_id, k.stream), coalesce(t.seq_id, k.position)
        from (select distinct * from ({entries}) e (position, how, stream) order by position, how limit {range.Limit}) k
        left join log.mt_events o on k.how = 'opened' and o.seq_id = k.position
        left join log.mt_events t on t.stream_id = (o.data ->> 'hazard')::uuid and t.id = (o.data ->> 'event')::uuid
        order by k.position, k.how
        """;

    private static string OfHazards(Range range, string hazards) => $"""
        with concerned as materialized ({hazards}), entries as materialized (
          select e.seq_id, e.stream_id from concerned c (id)
          cross join lateral (select e.seq_id, e.stream_id from log.mt_events e where e.stream_id = c.id and e.seq_id > {range.After} and e.seq_id <= {range.UpTo}) e)
        select e.seq_id, 'happened', e.stream_id, e.seq_id from entries e order by e.seq_id limit {range.Limit}
        """;

    private static string OfLargeRegion(Conditions where, Range range, RegionCode region) => $"""
        select e.seq_id, 'happened', e.stream_id, e.seq_id
        from (select e.seq_id, e.stream_id from log.mt_events e where e.seq_id > {range.After} and e.seq_id <= least({range.UpTo}, {range.After} + {Stretch}) order by e.seq_id) e
        join rows.hazards h on h.hazard_id = e.stream_id
        where true{Inside(where, "h.region", region)} or h.hazard_id = any (array({MovedFrom(where, region)}))
        order by e.seq_id limit {range.Limit}
        """;

    /// <summary>
    /// What bears its code or ever did: by hazards_by_enterprise or hazards_by_region, and mt_events_moved. Which of them did as of an
    /// instant, their files say.
    /// </summary>
    private static string Hazards(Conditions where, ReplaySubject subject) => subject switch
    {
        ReplaySubject.OfEnterprise { Code: var code } when where.Text(code.Value) is var value => $"""
            select h.hazard_id from rows.hazards h where h.enterprise = {value}
            union {Moved.Away(CorrectableField.EnterpriseCreditCode, $"{Moved.From} = {value}")}
            """,
        ReplaySubject.OfRegion { Region: var region } =>
            $"select h.hazard_id from rows.hazards h where true{Inside(where, "h.region", region)} union {MovedFrom(where, region)}",
        _ => throw new ArgumentOutOfRangeException(nameof(subject)),
    };

    private static string MovedFrom(Conditions where, RegionCode region) =>
        Moved.Away(CorrectableField.Region, $"true{Inside(where, Moved.From, region)}");

    private static string Inside(Conditions where, string column, RegionCode region) =>
        region.IsNation ? "" : $" and {column} >= {where.Text(region.Prefix)} and {column} < {where.Text(region.Prefix + ":")}";

    private async Task<bool> IsLargeAsync(RegionCode region, CancellationToken cancellationToken)
    {
        var where = new Conditions().Within(region);
        await using var command = dataSource.CreateCommand(
            $"select count(*) from (select from rows.hazards h where {where.Sql} limit {FewHazards + 1}) h");
        where.AddTo(command);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! > FewHazards;
    }

    // The nation's office stands in for three thousand counties; in few of them anybody uses the service. By the inbox's addressees, a
    // probe each.
    private async Task<ReplaySubject> NarrowedAsync(ReplaySubject subject, CancellationToken cancellationToken)
    {
        if (subject is not ReplaySubject.OfBody of || of.Terms.Length <= FewRegions)
            return subject;
        await using var command = dataSource.CreateCommand("""
            select u.address from unnest($1) u (address) where exists (select from rows.inbox i where i.addressee = u.address)
            """);
        command.Parameters.Add(Addresses(of));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var told = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            told.Add(reader.GetString(0));
        return of with { Terms = [.. of.Terms.Where(t => told.Contains(Told.OfficeAddress(t.Region)))] };
    }

    // The rows only say how it is looked for.
    private async Task<bool> IsBusyAsync(ReplaySubject.OfBody of, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select count(*) from (select from rows.inbox i where i.addressee = any ($1) limit {MostTold + 1}) i");
        command.Parameters.Add(Addresses(of));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! > MostTold;
    }

    private static NpgsqlParameter<string[]> Addresses(ReplaySubject.OfBody of) => new()
    {
        TypedValue = [of.Body.Id.Value, .. of.Terms.Select(t => Told.OfficeAddress(t.Region)).Distinct()],
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
    };

    private static NpgsqlParameter<Guid[]> Ids(IReadOnlyCollection<Guid> ids) =>
        new() { TypedValue = [.. ids], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    private static DateTimeOffset At(DateTime utc) => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
}
