namespace Hazards.Store.Tests;

public sealed class AppendTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task What_is_appended_is_read_back_as_it_was_given()
    {
        await using var log = database.Open();
        var stream = Guid.CreateVersion7();
        var given = Some.Event("""{"title": "三楼\"疏散通道\"堵塞", "n": 1.50}""");

        var committed = await log.CommitAsync(new Append([new StreamAppend(stream, "hazard", 0, [given])]));

        committed.Versions.ShouldBe([new StreamVersion(stream, 1)]);
        var read = (await log.StreamAsync(stream)).ShouldHaveSingleItem();
        read.Position.ShouldBe(committed.LastPosition);
        read.Id.ShouldBe(given.Id);
        read.StreamId.ShouldBe(stream);
        read.StreamType.ShouldBe("hazard");
        read.Version.ShouldBe(1);
        read.Type.ShouldBe(given.Type);
        read.DotnetType.ShouldBe(given.DotnetType);
        read.Data.Text().ShouldBe("""{"n": 1.50, "title": "三楼\"疏散通道\"堵塞"}""");
        read.Headers.Text().ShouldBe("""{"actor": "u-1"}""");
        read.CorrelationId.ShouldBe("request-1");
        read.CausationId.ShouldBe("command-1");
        read.RecordedAt.ShouldBe(committed.RecordedAt);
    }

    [Fact]
    public async Task Ids_of_correlation_and_causation_may_be_missing()
    {
        await using var log = database.Open();
        var stream = Guid.CreateVersion7();
        await log.CommitAsync(
            new Append([new StreamAppend(stream, "hazard", 0, [Some.Event() with { CorrelationId = null, CausationId = null }])]));
        var read = (await log.StreamAsync(stream)).ShouldHaveSingleItem();
        read.CorrelationId.ShouldBeNull();
        read.CausationId.ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_append_on_another_version_than_the_streams_conflicts_and_writes_nothing(long expected)
    {
        await using var log = database.Open();
        var stream = Guid.CreateVersion7();
        await log.CommitAsync(Some.Append(stream, events: 2));

        var result = await log.AppendAsync(Some.Append(stream, expected));

        result.ShouldBe(new AppendResult.Conflict(stream, expected, 2));
        (await log.StreamAsync(stream)).Count.ShouldBe(2);
    }

    /// <summary>What a decision relied on is not changed by it, and must stand where it stood: the lock is held over both.</summary>
    [Fact]
    public async Task An_append_that_relies_on_another_stream_is_written_only_while_that_has_not_moved()
    {
        await using var log = database.Open();
        var (relied, own, never) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await log.CommitAsync(Some.Append(relied));
        await log.CommitAsync(Some.Append(own) with { Relies = [new StreamVersion(relied, 1), new StreamVersion(never, 0)] });
        await log.CommitAsync(Some.Append(relied, 1));

        (await log.AppendAsync(Some.Append(own, 1) with { Relies = [new StreamVersion(relied, 1)] }))
            .ShouldBe(new AppendResult.Conflict(relied, 1, 2));
        (await log.AppendAsync(Some.Append(own, 1) with { Relies = [new StreamVersion(never, 1)] }))
            .ShouldBe(new AppendResult.Conflict(never, 1, 0));
        (await log.StreamAsync(own)).Count.ShouldBe(1);
        // Of its own stream it may say so as well.
        await log.CommitAsync(Some.Append(own, 1) with { Relies = [new StreamVersion(own, 1), new StreamVersion(relied, 2)] });
    }

    [Fact]
    public async Task In_one_batch_nobody_relies_on_what_an_earlier_one_changes()
    {
        await using var log = database.Open();
        for (var round = 0; round < 20; round++)
        {
            var relied = Guid.CreateVersion7();
            await log.CommitAsync(Some.Append(relied));
            var relying = Enumerable.Range(0, 6)
                .Select(_ => Some.Append(Guid.CreateVersion7()) with { Relies = [new StreamVersion(relied, 1)] }).ToList();
            var sent = relying.Take(3).Append(Some.Append(relied, 1)).Concat(relying.Skip(3)).Select(a => log.AppendAsync(a)).ToList();
            var results = await Task.WhenAll(sent);
            var changed = results[3].ShouldBeOfType<AppendResult.Committed>().FirstPosition;
            foreach (var result in results.Where((_, i) => i != 3))
                if (result is AppendResult.Committed before)
                    before.LastPosition.ShouldBeLessThan(changed);
                else
                    result.ShouldBe(new AppendResult.Conflict(relied, 1, 2));
        }
    }

    /// <summary>
    /// A hazard that is remembered, and a database of an earlier day in which others went on: the same version is not the same
    /// history.
    /// </summary>
    [Fact]
    public async Task An_append_after_a_remembered_event_is_written_only_after_that_event()
    {
        await using var log = database.Open();
        var stream = Guid.CreateVersion7();
        var first = Some.Append(stream);
        await log.CommitAsync(first);
        var last = first.Streams[0].Events[^1].Id;

        (await log.AppendAsync(new Append([Some.On(stream, 1) with { After = Guid.CreateVersion7() }])))
            .ShouldBe(new AppendResult.Conflict(stream, 1, 1));
        (await log.AppendAsync(new Append([Some.On(Guid.CreateVersion7(), 0) with { After = last }])))
            .ShouldBeOfType<AppendResult.Conflict>();
        await log.CommitAsync(new Append([Some.On(stream, 1) with { After = last }]));
    }

    [Fact]
    public async Task An_append_over_two_streams_is_all_or_nothing()
    {
        await using var log = database.Open();
        var (stale, fresh) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await log.CommitAsync(Some.Append(stale));

        var lost = await log.AppendAsync(new Append([Some.On(fresh, 0), Some.On(stale, 0)]));
        lost.ShouldBe(new AppendResult.Conflict(stale, 0, 1));
        (await log.StreamAsync(fresh)).ShouldBeEmpty();

        var won = await log.CommitAsync(new Append([Some.On(fresh, 0, 2), Some.On(stale, 1)]));
        won.Versions.ShouldBe([new StreamVersion(fresh, 2), new StreamVersion(stale, 2)]);
        won.LastPosition.ShouldBe(won.FirstPosition + 2);
    }

    [Fact]
    public async Task In_one_batch_the_loser_fails_alone_and_positions_and_times_have_no_gap()
    {
        await using var log = database.Open();
        var taken = Guid.CreateVersion7();
        await log.CommitAsync(Some.Append(taken));
        var streams = Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7()).ToList();

        Task<AppendResult>[] batch;
        await using (await database.HoldAppendsAsync())
        {
            var first = log.AppendAsync(Some.Append(Guid.CreateVersion7()));
            batch = [first, .. streams.Select((s, i) => log.AppendAsync(i == 2 ? Some.Append(taken) : Some.Append(s, events: 2)))];
        }

        var results = await Task.WhenAll(batch);

        results[3].ShouldBe(new AppendResult.Conflict(taken, 0, 1));
        var won = results.OfType<AppendResult.Committed>().ToList();
        won.Count.ShouldBe(5);
        foreach (var committed in won)
        {
            var events = await log.StreamAsync(committed.Versions[0].StreamId);
            events.Select(e => e.Position).ShouldBe(Enumerable.Range(0, events.Count).Select(n => committed.FirstPosition + n));
            events[^1].RecordedAt.ShouldBe(committed.RecordedAt);
        }

        await LogShould.BeWholeAsync(log);
    }

    [Fact]
    public async Task Of_two_appends_to_one_stream_in_one_batch_the_first_wins()
    {
        await using var log = database.Open();
        var stream = Guid.CreateVersion7();
        Task<AppendResult>[] racing;
        await using (await database.HoldAppendsAsync())
        {
            var first = log.AppendAsync(Some.Append(Guid.CreateVersion7()));
            racing = [first, .. Enumerable.Range(0, 4).Select(_ => log.AppendAsync(Some.Append(stream)))];
        }

        var results = await Task.WhenAll(racing);

        results[1].ShouldBeOfType<AppendResult.Committed>();
        results[2..].ShouldAllBe(r => r == new AppendResult.Conflict(stream, 0, 1));
    }

    [Fact]
    public async Task An_append_that_waits_for_one_which_loses_is_judged_after_it()
    {
        await using var log = database.Open();
        var (taken, free) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await log.CommitAsync(Some.Append(taken));
        Task<AppendResult>[] racing;
        await using (await database.HoldAppendsAsync())
        {
            var first = log.AppendAsync(Some.Append(Guid.CreateVersion7()));
            racing =
            [
                first,
                log.AppendAsync(new Append([Some.On(taken, 0), Some.On(free, 0)])),
                log.AppendAsync(Some.Append(free)),
            ];
        }

        var results = await Task.WhenAll(racing);

        results[1].ShouldBe(new AppendResult.Conflict(taken, 0, 1));
        results[2].ShouldBeOfType<AppendResult.Committed>();
        (await log.StreamAsync(free)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_events_sent_again_give_the_first_outcome()
    {
        await using var log = database.Open();
        var append = new Append([Some.On(Guid.CreateVersion7(), 0, 2), Some.On(Guid.CreateVersion7(), 0)]);
        var first = await log.CommitAsync(append);

        var again = (await log.AppendAsync(append)).ShouldBeOfType<AppendResult.Repeated>();

        (again.FirstPosition, again.LastPosition, again.RecordedAt).ShouldBe((first.FirstPosition, first.LastPosition, first.RecordedAt));
        again.Versions.ShouldBe(first.Versions);
    }

    [Fact]
    public async Task Events_of_another_append_cannot_be_appended_again_in_a_new_one()
    {
        await using var log = database.Open();
        var known = Some.On(Guid.CreateVersion7(), 0);
        await log.CommitAsync(new Append([known]));
        var other = Guid.CreateVersion7();

        await Should.ThrowAsync<AppendRejectedException>(() => log.AppendAsync(new Append([Some.On(other, 0), known])));

        (await log.StreamAsync(other)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_append_that_makes_no_sense_is_refused_before_it_is_queued()
    {
        await using var log = database.Open();
        var stream = Guid.CreateVersion7();
        await Should.ThrowAsync<ArgumentException>(() => log.AppendAsync(new Append([])));
        await Should.ThrowAsync<ArgumentException>(() => log.AppendAsync(new Append([Some.On(stream, 0, events: 0)])));
        await Should.ThrowAsync<ArgumentException>(() => log.AppendAsync(new Append([Some.On(stream, 0), Some.On(stream, 1)])));
        await Should.ThrowAsync<ArgumentException>(() => log.AppendAsync(Some.Append(stream, expectedVersion: -1)));
    }

    [Fact]
    public async Task A_closed_log_writes_what_waits_and_takes_no_more()
    {
        var log = database.Open();
        var stream = Guid.CreateVersion7();
        Task<AppendResult> waiting;
        ValueTask closing;
        await using (await database.HoldAppendsAsync())
        {
            waiting = log.AppendAsync(Some.Append(stream));
            closing = log.DisposeAsync();
        }

        await closing;
        (await waiting).ShouldBeOfType<AppendResult.Committed>();
        await Should.ThrowAsync<ObjectDisposedException>(() => log.AppendAsync(Some.Append(stream, 1)));
    }
}
