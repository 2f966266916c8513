using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Store.Tests;

public sealed class PoisonTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Theory]
    [InlineData("22P02", "not json")]
    [InlineData("22P05", """{"text": "\u0000"}""")]
    [InlineData("22021", "\"\u00ff\"")]
    public async Task Data_the_database_refuses_fails_alone(string sqlState, string latin1)
    {
        await using var log = database.Open();
        var poison = Some.Event(new SomethingNoted(Encoding.Latin1.GetBytes(latin1)));
        await ShouldFailAloneAsync(log, poison, sqlState);
    }

    [Fact]
    public async Task A_type_name_that_does_not_fit_fails_alone()
    {
        await using var log = database.Open();
        await ShouldFailAloneAsync(log, Some.Event(new TooLong("{}"u8.ToArray())), "22001");
    }

    [Fact]
    public async Task Text_with_a_zero_in_it_fails_alone()
    {
        await using var log = database.Open();
        await ShouldFailAloneAsync(log, Some.Event() with { CorrelationId = "a\0b" }, "22021");
    }

    private async Task ShouldFailAloneAsync(MartenEventLog log, NewEvent poison, string sqlState)
    {
        Task<AppendResult> refused;
        Task<AppendResult>[] batch;
        await using (await database.HoldAppendsAsync())
        {
            batch = [.. Enumerable.Range(0, 5).Select(_ => log.AppendAsync(Some.Append(Guid.CreateVersion7())))];
            refused = log.AppendAsync(new Append([new StreamAppend(Guid.CreateVersion7(), "hazard", 0, [poison])]));
            batch = [.. batch, .. Enumerable.Range(0, 6).Select(_ => log.AppendAsync(Some.Append(Guid.CreateVersion7())))];
        }

        (await Should.ThrowAsync<AppendRejectedException>(() => refused)).SqlState.ShouldBe(sqlState);
        (await Task.WhenAll(batch)).ShouldAllBe(r => r is AppendResult.Committed);
        await LogShould.BeWholeAsync(log);
    }

    [Fact]
    public async Task An_append_that_is_too_large_is_rejected_before_it_is_queued()
    {
        await using var log = database.Open(new EventLogOptions { MaxAppendBytes = 100 });
        await Should.ThrowAsync<AppendRejectedException>(() => log.AppendAsync(Some.Append(Guid.CreateVersion7(), events: 20)));
    }

    [Fact]
    public async Task A_large_append_goes_alone()
    {
        await using var log = database.Open(new EventLogOptions { MaxBatchBytes = 1000 });
        var large = Some.Event($"\"{new string('x', 100_000)}\"");
        Task<AppendResult>[] all;
        await using (await database.HoldAppendsAsync())
        {
            all =
            [
                log.AppendAsync(Some.Append(Guid.CreateVersion7())),
                log.AppendAsync(Some.Append(Guid.CreateVersion7())),
                log.AppendAsync(new Append([new StreamAppend(Guid.CreateVersion7(), "hazard", 0, [large])])),
                log.AppendAsync(Some.Append(Guid.CreateVersion7())),
            ];
        }

        (await Task.WhenAll(all)).ShouldAllBe(r => r is AppendResult.Committed);
    }

    [Fact]
    public async Task A_row_that_its_table_refuses_fails_its_append_alone()
    {
        await database.ExecuteAsync("create table noted (stream_id uuid primary key, version bigint, position bigint, text text check (text <> 'bad')); grant all on noted to public");
        await using var log = database.Open(rows: new NotedRows());
        var streams = Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7()).ToArray();
        Append Noting(int n, string text) => new([Some.On(streams[n], 0) with { Row = text }]);

        Task<AppendResult>[] all;
        await using (await database.HoldAppendsAsync())
            all = [
                log.AppendAsync(Noting(0, "a")), log.AppendAsync(Noting(1, "b")), log.AppendAsync(Noting(2, "bad")),
                log.AppendAsync(Noting(3, "c"))];

        (await Should.ThrowAsync<AppendRejectedException>(() => all[2])).SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
        foreach (var n in new[] { 0, 1, 3 })
            (await all[n]).ShouldBeOfType<AppendResult.Committed>();
        (await database.ScalarAsync<long>("select count(*) from noted")).ShouldBe(3);

        // A row is written only where its append wins.
        (await log.AppendAsync(Noting(0, "too late"))).ShouldBeOfType<AppendResult.Conflict>();
        (await database.ScalarAsync<long>("select count(*) from noted where text = 'too late'")).ShouldBe(0);
        (await database.ScalarAsync<long>("""
            select count(*) from noted n join log.mt_events e on e.seq_id = n.position and e.stream_id = n.stream_id and e.version = n.version
            """)).ShouldBe(3);
    }

    private sealed class NotedRows : IRowWriter
    {
        private const string Sql = """
            insert into noted (stream_id, version, position, text)
            select e.stream_id, e.version, e.seq_id, r.text
            from unnest($1, $2, $3, $4) r (stream_id, version, last_event_id, text)
            join log.mt_events e on e.stream_id = r.stream_id and e.version = r.version and e.id = r.last_event_id
            """;

        public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
        {
            var command = new NpgsqlBatchCommand(Sql);
            Add(command, rows.Select(r => r.StreamId), NpgsqlDbType.Uuid);
            Add(command, rows.Select(r => r.Version), NpgsqlDbType.Bigint);
            Add(command, rows.Select(r => r.LastEventId), NpgsqlDbType.Uuid);
            Add(command, rows.Select(r => (string)r.Row), NpgsqlDbType.Text);
            batch.BatchCommands.Add(command);
        }

        private static void Add<T>(NpgsqlBatchCommand command, IEnumerable<T> column, NpgsqlDbType type) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. column], NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}
