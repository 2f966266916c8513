namespace Hazards.Store.Tests;

public sealed class RaceTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private const int Writers = 24;
    private const int AppendsEach = 25;

    /// <summary>
    /// Two nodes, many writers on few streams: whatever is acknowledged is there once, whatever lost is not, and a
    /// reader that asks for seq_id > x during all this misses nothing.
    /// </summary>
    [Fact]
    public async Task Two_nodes_racing_leave_no_gap_and_lose_no_event()
    {
        await using var one = database.Open();
        await using var two = database.Open();
        var hot = Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7()).ToArray();
        const int total = Writers * AppendsEach;

        var following = FollowAsync(two, total);
        var acknowledged = await Task.WhenAll(Enumerable.Range(0, Writers).Select(w =>
            WriteAsync(w % 2 == 0 ? one : two, [hot[w % hot.Length], hot[(w + 1) % hot.Length]])));

        var events = await LogShould.BeWholeAsync(one);
        events.Select(e => e.Id).ShouldBe(acknowledged.SelectMany(a => a), ignoreOrder: true);
        (await following).ShouldBe(events.Select(e => e.Id));
        (await database.ScalarAsync<long>("select last_value from log.mt_events_sequence")).ShouldBe(events.Count);
        (await database.ScalarAsync<long>("""
            select count(*) from log.mt_streams s
            where version <> (select max(version) from log.mt_events e where e.stream_id = s.id)
            """)).ShouldBe(0);
    }

    private static async Task<List<Guid>> WriteAsync(MartenEventLog log, Guid[] streams)
    {
        var acknowledged = new List<Guid>();
        var version = streams.ToDictionary(s => s, _ => 0L);
        for (var n = 0; n < AppendsEach;)
        {
            var stream = streams[n % streams.Length];
            var append = Some.Append(stream, version[stream]);
            switch (await log.AppendAsync(append))
            {
                case AppendResult.Committed c:
                    acknowledged.Add(append.Streams[0].Events[0].Id);
                    version[stream] = c.Versions[0].Version;
                    n++;
                    break;
                case AppendResult.Conflict c:
                    c.ActualVersion.ShouldBeGreaterThan(version[stream]);
                    version[stream] = c.ActualVersion;
                    break;
            }
        }

        return acknowledged;
    }

    private static async Task<List<Guid>> FollowAsync(MartenEventLog log, int total)
    {
        var seen = new List<Guid>();
        await foreach (var e in log.SubscribeAsync(0))
        {
            e.Position.ShouldBe(seen.Count + 1);
            seen.Add(e.Id);
            if (seen.Count == total)
                break;
        }

        return seen;
    }
}
