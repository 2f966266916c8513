using System.Globalization;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Http;
using Hazards.Api.Investigation.Replay;
using Hazards.Api.Running;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Bench;

/// <summary>
/// The state of any hazard at any instant, against reading the same rows plainly; and what a whole case file costs. The
/// log is filled with the streams of seeded hazards, copied set-wise under other identities until it is large enough.
/// </summary>
internal sealed class ReplayBench(NpgsqlDataSource source, MartenEventLog log)
{
    private const int LongStream = 500;
    private const string PlainSql =
        """select data, headers from log.mt_events where stream_id = $1 and "timestamp" <= $2 order by version""";

    private readonly Random random = new(1);

    /// <summary>Copies every stream until the log has so many events.</summary>
    public async Task<long> FillAsync(long events, CancellationToken stop)
    {
        var seeded = (await log.HeadAsync(stop)).Position;
        for (var copy = 1; seeded * copy < events; copy++)
        {
            await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
                insert into log.mt_streams (id, type, version, "timestamp", created)
                select md5(s.id::text || '{copy}')::uuid, s.type, s.version, s."timestamp" + interval '730 days' * {copy}, s.created + interval '730 days' * {copy}
                from log.mt_streams s where s.id in (select e.stream_id from log.mt_events e where e.seq_id <= {seeded});
                insert into log.mt_events (seq_id, id, stream_id, version, data, type, "timestamp", mt_dotnet_type, headers)
                select e.seq_id + {seeded} * {copy}, md5(e.id::text || '{copy}')::uuid, md5(e.stream_id::text || '{copy}')::uuid, e.version, e.data, e.type, e."timestamp" + interval '730 days' * {copy}, e.mt_dotnet_type, e.headers
                from log.mt_events e where e.seq_id <= {seeded}
                """), stop);
        }
        await ExecuteAsync("vacuum analyze log.mt_events, log.mt_streams", stop);
        return (await log.HeadAsync(stop)).Position;
    }

    public async Task<IReadOnlyList<(string Name, Measured Ours, Measured Plain)>> RunAsync(
        int times, Action<string> say, CancellationToken stop)
    {
        var results = new List<(string, Measured, Measured)>();
        var places = await PlacesAsync(times, stop);
        say("state at an instant");
        results.Add(("任一隐患在任一时刻的状态 state at any instant",
            await Measure.TimesAsync("state", times, i => FoldAsync(places[i % places.Length].Id, places[i % places.Length].At, stop)),
            await Measure.TimesAsync("plain", times, i => PlainAsync(places[i % places.Length].Id, places[i % places.Length].At, stop))));
        var stream = await LongAsync(places[0].Id, stop);
        say("state of a long stream");
        results.Add(($"同上，{LongStream} 个以上事件 the same of {LongStream}+ events",
            await Measure.TimesAsync("long", times, _ => FoldAsync(stream, DateTimeOffset.MaxValue, stop)),
            await Measure.TimesAsync("plain", times, _ => PlainAsync(stream, DateTimeOffset.MaxValue, stop))));
        using var rules = new RulebookSource(new ServiceOptions(source.ConnectionString), log);
        var files = new CaseFiles(new ReplayQueries(source), new RegistryQueries(source), rules, TimeProvider.System);
        say("case file");
        results.Add(("全案：时间线、沉默、责任 a whole case file",
            await Measure.TimesAsync("file", times, i => FileAsync(files, places[i % places.Length].Id, stop)),
            await Measure.TimesAsync("plain", times, i => PlainAsync(places[i % places.Length].Id, DateTimeOffset.MaxValue, stop))));
        return results;
    }

    private static async Task FileAsync(CaseFiles files, Guid stream, CancellationToken stop)
    {
        var file = await files.OpenAsync(new HazardId(stream), null, stop) ?? throw new InvalidOperationException("no such hazard");
        if (Timeline.Of(file).IsEmpty || Accountability.Of(file).IsEmpty || Silences.Of(file).Any(s => s.Positions.IsEmpty))
            throw new InvalidOperationException("nothing is said of it");
    }

    private async Task FoldAsync(Guid stream, DateTimeOffset at, CancellationToken stop)
    {
        Hazard? hazard = null;
        await foreach (var e in log.ReadStreamAsync(stream, 1, at, stop))
            hazard = Hazard.Apply(
                new HazardId(stream), hazard,
                new Happening((IHazardEvent)DomainJson.ReadEvent(e.Type, e.Data.Span), DomainJson.ReadContext(e.Headers.Span)));
        if (hazard is null)
            throw new InvalidOperationException("no such hazard");
    }

    private async Task PlainAsync(Guid stream, DateTimeOffset at, CancellationToken stop)
    {
        await using var command = source.CreateCommand(PlainSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = stream });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            if (reader.GetFieldValue<byte[]>(0).Length + reader.GetFieldValue<byte[]>(1).Length == 0)
                throw new InvalidOperationException("an empty row");
    }

    /// <summary>Hazards from all over the log, each with an instant within its life: nothing is asked twice in a row.</summary>
    private async Task<(Guid Id, DateTimeOffset At)[]> PlacesAsync(int count, CancellationToken stop)
    {
        var head = (await log.HeadAsync(stop)).Position;
        var positions = Enumerable.Range(0, count).Select(_ => 1 + random.NextInt64(head)).ToArray();
        await using var command = source.CreateCommand("""
            select e.stream_id, e."timestamp" from log.mt_events e join log.mt_streams s on s.id = e.stream_id and s.type = 'hazard' where e.seq_id = any ($1)
            """);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = positions });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var found = new List<(Guid, DateTimeOffset)>();
        while (await reader.ReadAsync(stop))
            found.Add((reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1)));
        return [.. found.OrderBy(_ => random.Next())];
    }

    private async Task<Guid> LongAsync(Guid stream, CancellationToken stop)
    {
        await ExecuteAsync($$"""
            insert into log.mt_events (seq_id, id, stream_id, version, data, type, "timestamp", mt_dotnet_type, headers)
            select h.head + n, gen_random_uuid(), e.stream_id, e.version + n, '{"text":"已到现场查看，督促单位抓紧施工，材料已到位"}', 'comment_added', h.at + interval '1 second' * n, e.mt_dotnet_type, e.headers
            from (select * from log.mt_events where stream_id = '{{stream}}' order by version desc limit 1) e,
                 (select seq_id as head, "timestamp" as at from log.mt_events order by seq_id desc limit 1) h, generate_series(1, {{LongStream}}) n
            """, stop);
        return stream;
    }

    private async Task ExecuteAsync(string sql, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        foreach (var statement in sql.Contains("vacuum", StringComparison.Ordinal) ? [sql] : sql.Split(";\n"))
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 600 };
            await command.ExecuteNonQueryAsync(stop);
        }
    }
}
