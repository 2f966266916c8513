using System.Diagnostics.Metrics;
using Npgsql;

namespace Hazards.Store.Tests;

[Trait("Server", "any")]
public sealed class OutageTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    /// <summary>
    /// The writers' backends are killed again and again under load, before, in and after commits: every
    /// acknowledged event is there exactly once, with its row, and nothing else but what was never answered.
    /// </summary>
    [Fact]
    public async Task Killing_the_writers_backend_loses_nothing_that_was_acknowledged_and_doubles_nothing()
    {
        await using var one = database.Open(new EventLogOptions { MaxReconnectDelay = TimeSpan.FromMilliseconds(50) });
        await using var two = database.Open(new EventLogOptions { MaxReconnectDelay = TimeSpan.FromMilliseconds(50) });
        using var enough = new CancellationTokenSource();
        var before = (await one.HeadAsync()).Position;
        var writers = Enumerable.Range(0, 32).Select(w => WriteAsync(w % 2 == 0 ? one : two, enough.Token)).ToList();

        for (var kills = 0; kills < 30;)
        {
            var grown = (await one.HeadAsync()).Position + 20;
            while ((await one.HeadAsync()).Position < grown)
                await Task.Yield();
            kills += (int)await database.TerminateAsync("%mt_quick_append_events%");
        }

        await enough.CancelAsync();
        var acknowledged = (await Task.WhenAll(writers)).SelectMany(w => w).ToList();

        var events = await LogShould.BeWholeAsync(one);
        events.Where(e => e.Position > before && e.Type != "tombstone").Select(e => (e.StreamId, e.Version, e.Id, e.Position))
            .ShouldBe(acknowledged, ignoreOrder: true);
    }

    private static async Task<List<(Guid, long, Guid, long)>> WriteAsync(MartenEventLog log, CancellationToken enough)
    {
        var acknowledged = new List<(Guid, long, Guid, long)>();
        var stream = Guid.CreateVersion7();
        for (var version = 0L; !enough.IsCancellationRequested; version++)
        {
            var append = Some.Append(stream, version);
            // Nobody else writes to this stream, so that anything but a commit would be an untruth.
            var committed = (await log.AppendAsync(append, CancellationToken.None)).ShouldBeOfType<AppendResult.Committed>();
            acknowledged.Add((stream, version + 1, append.Streams[0].Events[0].Id, committed.FirstPosition));
        }

        return acknowledged;
    }

    [Fact]
    public async Task A_database_that_is_gone_for_a_while_delays_appends_and_is_found_again()
    {
        await using var log = database.Open();
        using var retried = new Signal("hazards.log.retries");
        await log.CommitAsync(Some.Append(Guid.CreateVersion7()));

        await SharedServer.ExecuteAsync($"alter database {database.Name} allow_connections false");
        await SharedServer.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.Name}'");
        database.DataSource.Clear();
        var waiting = log.AppendAsync(Some.Append(Guid.CreateVersion7()));
        await retried.Task;
        waiting.IsCompleted.ShouldBeFalse();
        await SharedServer.ExecuteAsync($"alter database {database.Name} allow_connections true");

        (await waiting).ShouldBeOfType<AppendResult.Committed>();
    }

    [Fact]
    public async Task A_database_that_stays_away_fails_appends_clearly_and_in_time()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");
        await using var log = LogDatabase.Open(nowhere, new EventLogOptions { AppendTimeout = TimeSpan.FromMilliseconds(200) });
        var failure = await Should.ThrowAsync<LogUnavailableException>(() => log.AppendAsync(Some.Append(Guid.CreateVersion7())));
        failure.Message.ShouldContain("Nothing was written");
        failure.InnerException.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_append_that_was_cancelled_while_it_waited_is_never_written()
    {
        await using var log = database.Open();
        var (kept, given_up) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        using var cancel = new CancellationTokenSource();
        Task<AppendResult> first, last;
        await using (await database.HoldAppendsAsync())
        {
            first = log.AppendAsync(Some.Append(Guid.CreateVersion7()));
            await database.WaitForAsync("select exists (select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database()))");
            var cancelled = log.AppendAsync(Some.Append(given_up), cancel.Token);
            last = log.AppendAsync(Some.Append(kept));
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        }

        await Task.WhenAll(first, last);
        (await log.StreamAsync(kept)).ShouldHaveSingleItem();
        (await log.StreamAsync(given_up)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_append_whose_time_ran_out_while_it_waited_is_never_written()
    {
        await using var log = database.Open(new EventLogOptions { AppendTimeout = TimeSpan.FromSeconds(1) });
        var late = Guid.CreateVersion7();
        var sent = Guid.CreateVersion7();
        await using (await database.HoldAppendsAsync())
        {
            var first = log.AppendAsync(Some.Append(sent));
            await database.WaitForAsync("select exists (select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database()))");
            var second = log.AppendAsync(Some.Append(late));
            (await Should.ThrowAsync<LogUnavailableException>(() => second)).Message.ShouldContain("Nothing was written");
            // It waited for its turn at the log, and had not been handed over.
            (await Should.ThrowAsync<LogUnavailableException>(() => first)).Message.ShouldContain("Nothing was written");
        }

        await log.CommitAsync(Some.Append(Guid.CreateVersion7()));
        (await log.StreamAsync(late)).ShouldBeEmpty();
        (await log.StreamAsync(sent)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_commit_that_fails_at_the_very_end_is_not_acknowledged()
    {
        await database.ExecuteAsync("""
            create or replace function refuse_late() returns trigger language plpgsql as
              $$ begin raise exception 'refused at commit' using errcode = '23514'; end $$;
            create constraint trigger refuse_late after insert on log.mt_events deferrable initially deferred
              for each row when (new.type = 'refused_at_commit') execute function refuse_late()
            """);
        await using var log = database.Open();
        var stream = Guid.CreateVersion7();
        var refused = new Append([new StreamAppend(stream, "hazard", 0, [Some.Event(new RefusedAtCommit("{}"u8.ToArray()))])]);

        await Should.ThrowAsync<AppendRejectedException>(() => log.AppendAsync(refused));

        (await log.StreamAsync(stream)).ShouldBeEmpty();
    }

    /// <summary>
    /// An answer is lost although the server did what was asked: the look at the log, the events, or the commit itself. The
    /// connection is cut between the two by a stand-in that swallows what the server says.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_append_one_of_whose_answers_was_lost_is_acknowledged_once(int answer)
    {
        await using var proxy = await CuttingProxy.StartAsync(database.ServiceConnectionString);
        await using var through = NpgsqlDataSource.Create(proxy.ConnectionString);
        await database.ExecuteAsync("create table if not exists counted (stream_id uuid, version bigint, primary key (stream_id, version)); grant all on counted to public");
        await using var log = LogDatabase.Open(through, rows: new CountedRows());
        await log.CommitAsync(Some.Append(Guid.CreateVersion7()));
        var stream = Guid.CreateVersion7();

        proxy.CutAfterRequest(answer);
        var committed = await log.CommitAsync(new Append([Some.On(stream, 0, 2) with { Row = "" }]));

        proxy.Cuts.ShouldBe(1);
        committed.Versions.ShouldBe([new StreamVersion(stream, 2)]);
        var events = await log.StreamAsync(stream);
        events.Select(e => e.Position).ShouldBe([committed.FirstPosition, committed.LastPosition]);
        committed.RecordedAt.ShouldBe(events[^1].RecordedAt);
        (await database.ScalarAsync<long>($"select count(*) from counted where stream_id = '{stream}'")).ShouldBe(1);
    }

    private sealed class CountedRows : IRowWriter
    {
        public void AddTo(NpgsqlBatch batch, IReadOnlyList<PendingRow> rows)
        {
            foreach (var row in rows)
            {
                var command = new NpgsqlBatchCommand(
                    "insert into counted select stream_id, version from log.mt_events where stream_id = $1 and version = $2 and id = $3");
                command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = row.StreamId });
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = row.Version });
                command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = row.LastEventId });
                batch.BatchCommands.Add(command);
            }
        }
    }

    /// <summary>Completes when the log measures something under this name.</summary>
    private sealed class Signal : IDisposable
    {
        private readonly MeterListener listener = new();
        private readonly TaskCompletionSource measured = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Signal(string instrument)
        {
            listener.InstrumentPublished = (i, l) =>
            {
                if (i.Name == instrument)
                    l.EnableMeasurementEvents(i);
            };
            listener.SetMeasurementEventCallback<long>((_, _, _, _) => measured.TrySetResult());
            listener.Start();
        }

        public Task Task => measured.Task;

        public void Dispose() => listener.Dispose();
    }
}
