namespace Hazards.Store.Tests;

public sealed class KeyTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private static Append Keyed(AppendKey key, params StreamAppend[] streams) =>
        new(streams is [] ? [Some.On(Guid.CreateVersion7(), 0)] : streams, key);

    [Fact]
    public async Task The_same_request_again_gives_the_first_outcome_and_writes_nothing()
    {
        await using var log = database.Open();
        var first = await log.CommitAsync(Keyed(Some.Key("a"), Some.On(Guid.CreateVersion7(), 0, 2), Some.On(Guid.CreateVersion7(), 0)));
        await log.CommitAsync(Some.Append(first.Versions[0].StreamId, 2));
        var head = await log.HeadAsync();

        var again = (await log.AppendAsync(Keyed(Some.Key("a")))).ShouldBeOfType<AppendResult.Repeated>();

        (again.FirstPosition, again.LastPosition, again.RecordedAt).ShouldBe((first.FirstPosition, first.LastPosition, first.RecordedAt));
        again.Versions.ShouldBe(first.Versions);
        (await log.HeadAsync()).ShouldBe(head);
    }

    [Fact]
    public async Task Another_request_under_a_used_key_is_refused()
    {
        await using var log = database.Open();
        await log.CommitAsync(Keyed(Some.Key("b")));
        var head = await log.HeadAsync();

        (await log.AppendAsync(Keyed(Some.Key("b", "another body")))).ShouldBe(new AppendResult.KeyReused("b"));

        (await log.HeadAsync()).ShouldBe(head);
    }

    [Fact]
    public async Task The_log_can_be_asked_what_became_of_a_key()
    {
        await using var log = database.Open();
        (await log.FindAsync(Some.Key("i"))).ShouldBeNull();
        var first = await log.CommitAsync(Keyed(Some.Key("i"), Some.On(Guid.CreateVersion7(), 0, 3)));

        var found = (await log.FindAsync(Some.Key("i"))).ShouldBeOfType<AppendResult.Repeated>();

        (found.FirstPosition, found.LastPosition, found.RecordedAt).ShouldBe((first.FirstPosition, first.LastPosition, first.RecordedAt));
        found.Versions.ShouldBe(first.Versions);
        (await log.FindAsync(Some.Key("i", "another body"))).ShouldBe(new AppendResult.KeyReused("i"));
        (await log.FindAsync(Some.Key("i", scope: "enforcement"))).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_belongs_to_its_scope()
    {
        await using var log = database.Open();
        await log.CommitAsync(Keyed(Some.Key("c", scope: "hotline")));
        await log.CommitAsync(Keyed(Some.Key("c", scope: "enforcement")));
    }

    [Fact]
    public async Task A_key_is_not_used_up_by_an_append_that_lost()
    {
        await using var log = database.Open();
        var stream = Guid.CreateVersion7();
        await log.CommitAsync(Some.Append(stream));
        (await log.AppendAsync(Keyed(Some.Key("d"), Some.On(stream, 0)))).ShouldBeOfType<AppendResult.Conflict>();
        await log.CommitAsync(Keyed(Some.Key("d"), Some.On(stream, 1)));
    }

    [Fact]
    public async Task Of_many_at_once_with_one_key_one_is_written_whichever_node_it_reaches()
    {
        await using var one = database.Open();
        await using var two = database.Open();

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(n =>
            (n % 2 == 0 ? one : two).AppendAsync(Keyed(Some.Key("e")))));

        var committed = results.OfType<AppendResult.Committed>().ShouldHaveSingleItem();
        results.OfType<AppendResult.Repeated>().Count().ShouldBe(39);
        results.OfType<AppendResult.Repeated>()
            .ShouldAllBe(r => r.LastPosition == committed.LastPosition && r.Versions.SequenceEqual(committed.Versions));
    }

    [Fact]
    public async Task Appends_with_and_without_keys_share_a_batch()
    {
        await using var log = database.Open();
        await log.CommitAsync(Keyed(Some.Key("f")));
        Task<AppendResult>[] batch;
        await using (await database.HoldAppendsAsync())
        {
            batch =
            [
                log.AppendAsync(Some.Append(Guid.CreateVersion7())),
                log.AppendAsync(Keyed(Some.Key("f"))),
                log.AppendAsync(Keyed(Some.Key("f", "other"))),
                log.AppendAsync(Keyed(Some.Key("g"))),
                log.AppendAsync(Some.Append(Guid.CreateVersion7(), events: 3)),
                log.AppendAsync(Keyed(Some.Key("h"), Some.On(Guid.CreateVersion7(), 0, 2))),
            ];
        }

        var results = await Task.WhenAll(batch);

        results.Select(r => r.GetType().Name).ShouldBe(["Committed", "Repeated", "KeyReused", "Committed", "Committed", "Committed"]);
        var h = results[5].ShouldBeOfType<AppendResult.Committed>();
        var again = (await log.AppendAsync(Keyed(Some.Key("h")))).ShouldBeOfType<AppendResult.Repeated>();
        (again.FirstPosition, again.LastPosition, again.RecordedAt).ShouldBe((h.FirstPosition, h.LastPosition, h.RecordedAt));
        await LogShould.BeWholeAsync(log);
    }
}
