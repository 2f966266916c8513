namespace Hazards.Store.Tests;

/// <summary>
/// Whoever may do everything in the database puts something before the log's tables, so that a statement succeeds and
/// writes nothing, or writes elsewhere: that is never acknowledged, and when it has gone the log goes on as if nothing had been.
/// </summary>
[Trait("Server", "any")]
public sealed class ObstacleTests(LogDatabase database) : IClassFixture<LogDatabase>, IAsyncLifetime
{
    private static readonly EventLogOptions Patient = new() { AppendKey = new byte[32], AppendTimeout = TimeSpan.FromMinutes(1) };

    private static readonly EventLogOptions Hurried = Patient with
    {
        AppendTimeout = TimeSpan.FromSeconds(2), MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
    };

    public Task InitializeAsync() => database.ExecuteAsync("""
        create schema if not exists apart;
        create or replace function apart.swallow() returns trigger language plpgsql as $$ begin return null; end $$;
        create or replace function apart.pretend() returns trigger language plpgsql as $$ begin return new; end $$
        """);

    public Task DisposeAsync() => database.ExecuteAsync("drop schema apart cascade");

    [Theory]
    [InlineData("mt_events"), InlineData("mt_streams"), InlineData("event_codes"), InlineData("append_keys")]
    public Task A_trigger_that_swallows_rows(string table) => ShouldAcknowledgeNothingAsync(
        $"create trigger swallow before insert on log.{table} for each row execute function apart.swallow()",
        $"drop trigger swallow on log.{table}");

    [Fact]
    public Task A_trigger_that_swallows_updates_of_streams() => ShouldAcknowledgeNothingAsync(
        "create trigger swallow before update on log.mt_streams for each row execute function apart.swallow()",
        "drop trigger swallow on log.mt_streams");

    [Theory]
    [InlineData("mt_events"), InlineData("mt_streams"), InlineData("event_codes"), InlineData("append_keys")]
    public Task A_rule_that_does_nothing_instead(string table) => ShouldAcknowledgeNothingAsync(
        $"create rule away as on insert to log.{table} do instead nothing",
        $"drop rule away on log.{table}");

    [Theory]
    [InlineData("mt_events"), InlineData("mt_streams"), InlineData("event_codes"), InlineData("append_keys")]
    public Task A_rule_that_writes_elsewhere(string table) => ShouldAcknowledgeNothingAsync(
        $"create table apart.{table} (like log.{table}); create rule away as on insert to log.{table} do instead insert into apart.{table} select new.*",
        $"drop rule away on log.{table}");

    /// <summary>What was there is shown, what is written goes nowhere.</summary>
    [Theory]
    [InlineData("mt_events"), InlineData("mt_streams"), InlineData("event_codes"), InlineData("append_keys")]
    public Task A_view_in_the_tables_place(string table) => ShouldAcknowledgeNothingAsync(
        $"""
        alter table log.{table} rename to {table}_real;
        create view log.{table} as select * from log.{table}_real;
        create trigger pretend instead of insert or update on log.{table} for each row execute function apart.pretend()
        """,
        $"drop view log.{table}; alter table log.{table}_real rename to {table}");

    /// <summary>What is written is found again, and is in no table of ours.</summary>
    [Theory]
    [InlineData("mt_events"), InlineData("mt_streams"), InlineData("event_codes"), InlineData("append_keys")]
    public Task A_view_that_keeps_what_is_written_elsewhere(string table) => ShouldAcknowledgeNothingAsync(
        $"""
        alter table log.{table} rename to {table}_real;
        create table apart.{table} (like log.{table}_real including defaults);
        create view log.{table} as select * from apart.{table}
        """,
        $"drop view log.{table}; alter table log.{table}_real rename to {table}");

    /// <summary>The same, and it says of itself what only a table should say.</summary>
    [Theory]
    [InlineData("mt_events"), InlineData("mt_streams"), InlineData("event_codes"), InlineData("append_keys")]
    public Task A_view_that_passes_itself_off_as_the_table(string table) => ShouldAcknowledgeNothingAsync(
        $"""
        alter table log.{table} rename to {table}_real;
        create table apart.{table} (like log.{table}_real including defaults);
        create function apart.itself() returns oid stable language sql as $$ select to_regclass('log.{table}')::oid $$;
        create view log.{table} as select *, apart.itself() as tableoid from apart.{table}
        """,
        $"drop view log.{table}; alter table log.{table}_real rename to {table}");

    private async Task ShouldAcknowledgeNothingAsync(string place, string remove)
    {
        // As the owner: rights must not be what stops it.
        await using var log = LogDatabase.Open(database.DataSource, Patient);
        await using var hurried = LogDatabase.Open(database.DataSource, Hurried);
        var (grown, begun) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var more = Some.Append(grown, 1, events: 2) with { Key = Some.Key($"more of {grown}") };
        var first = Some.Append(begun) with { Key = Some.Key($"first of {begun}") };
        await log.CommitAsync(Some.Append(grown) with { Key = Some.Key($"first of {grown}") });
        await WarmAsync(hurried);
        var keys = await database.ScalarAsync<long>("select count(*) from log.append_keys");

        bool[] acknowledged;
        await database.ExecuteAsync(place);
        try
        {
            acknowledged = await Task.WhenAll(((Append[])[more, first]).Select(a => IsAcknowledgedAsync(hurried, a)));
        }
        finally
        {
            await database.ExecuteAsync(remove);
        }

        // Together, neither; each in a batch of its own, the one that what is in the way does not touch may be, and is there then.
        acknowledged.ShouldContain(false);
        // What is not acknowledged is not there, or whole: by the try of the hurried one that was still waiting for its locks.
        var whole = first.Streams[0].Events.Count;
        int[] ofGrown = acknowledged[0] ? [3] : [1, 3], ofBegun = acknowledged[1] ? [whole] : [0, whole];
        ofGrown.ShouldContain((await log.StreamAsync(grown)).Count);
        ofBegun.ShouldContain((await log.StreamAsync(begun)).Count);
        // Written now, or by that try: once, and whole.
        foreach (var append in (Append[])[more, first])
        {
            var result = await log.AppendAsync(append);
            (result is AppendResult.Committed or AppendResult.Repeated).ShouldBeTrue($"{result}");
        }

        var events = await LogShould.BeWholeAsync(log);
        (await database.ScalarAsync<long>("select count(*) from log.event_codes")).ShouldBe(events.Count);
        (await database.ScalarAsync<long>("select count(*) from log.append_keys")).ShouldBe(keys + 2);
    }

    /// <summary>
    /// Not acknowledged is: unavailable; or, where it stands alone in its batch and what stands in the place of the streams is
    /// empty, a conflict with the version that is seen there: nothing is written then either, and nothing is said to be.
    /// </summary>
    private static async Task<bool> IsAcknowledgedAsync(MartenEventLog log, Append append)
    {
        try
        {
            var result = await log.AppendAsync(append);
            if (result is AppendResult.Committed)
            {
                return true;
            }

            result.ShouldBe(new AppendResult.Conflict(append.Streams[0].StreamId, 1, 0));
        }
        catch (LogUnavailableException)
        {
            // It was not.
        }

        return false;
    }

    /// <summary>So that what is obstructed is tried, and not given up before it was, on a machine that has just begun.</summary>
    private static async Task WarmAsync(MartenEventLog log)
    {
        while (true)
        {
            try
            {
                await log.CommitAsync(Some.Append(Guid.CreateVersion7()));
                return;
            }
            catch (LogUnavailableException)
            {
                // Again.
            }
        }
    }
}
