using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

/// <summary>The inbox says exactly what the events' own circumstances say, now, as of any instant, and after a rebuild.</summary>
public sealed class InboxTests(RowsDatabase database) : IClassFixture<RowsDatabase>
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_inbox_holds_what_its_body_was_told_and_a_rebuild_the_same()
    {
        await using var log = database.Open();
        var stories = new Stories(11, Begin);
        for (var i = 0; i < 500; i++)
            await log.AppendAsync(stories.Next());
        var inbox = new InboxQueries(database.DataSource);
        var now = new Scope(RegionCode.Nation, null, ChinaTime.DateAt(stories.Now));
        var first = await inbox.ListAsync(now, ["regulator"], new InboxFilter(), null, 200);
        first.Items.Length.ShouldBeGreaterThan(5);

        // Two persons open one message, one of them twice; another message is opened by one.
        await OpenAsync(log, first.Items[0], "王五", 0);
        await OpenAsync(log, first.Items[0], "赵六", 1);
        await OpenAsync(log, first.Items[1], "王五", 0);

        foreach (var instant in new DateTimeOffset?[] { null, Begin + (stories.Now - Begin) / 2, Begin.AddDays(-1) })
        {
            var told = await ToldAsync(log, instant);
            told.Count.ShouldBeGreaterThan(instant < Begin ? -1 : 50);
            var scope = now with { AsOf = instant };
            foreach (var address in told.Select(t => t.Address).Distinct().Append("nobody"))
                (await Pages.AllAsync((cursor, limit) => inbox.ListAsync(scope, [address], new InboxFilter(), cursor, limit), 7))
                    .Select(m => (m.Address, m.Position, m.As, m.Id))
                    .ShouldBe(told.Where(t => t.Address == address).OrderByDescending(t => t.Position), $"{address} at {instant}");
        }

        (await inbox.FindAsync(now, first.Items[0].Id))!.Openings.Select(o => o.Actor).ShouldBe(["王五", "赵六"]);
        var unread = await Pages.AllAsync(
            (cursor, limit) => inbox.ListAsync(now, ["regulator"], new InboxFilter { Unread = true }, cursor, limit), 50);
        unread.ShouldNotContain(m => m.Id == first.Items[0].Id || m.Id == first.Items[1].Id);
        (await inbox.CountAsync(now, ["regulator"])).Unread.ShouldBe(unread.Count);
        (await inbox.ListAsync(now, ["regulator"], new InboxFilter { Unread = false }, null, 50)).Items.Length.ShouldBe(2);

        var comparison = await Rebuild.CompareAsync(database.DataSource, log, Rulebook.Baseline);
        comparison.Rebuilt.ShouldBe(comparison.Live);
        await Rebuild.RunAsync(database.DataSource, log, Rulebook.Baseline);
        (await inbox.FindAsync(now, first.Items[0].Id))!.Openings.Length.ShouldBe(2);
    }

    [Fact]
    public async Task Messages_of_events_recorded_together_each_stand_for_themselves()
    {
        await using var log = database.Open();
        var id = new HazardId(Guid.NewGuid());
        var context = Town.Act(BodyId.Parse("county-office"), Begin, Begin).Context(Role.Coordinator);
        var reported = new HazardReported(
            ReportSource.Hotline, HazardKind.Safety, Town.County, Town.Sectors[0], null, "泄漏", "漏气", null, null, null, null, null);
        IHazardEvent[] story = [
            reported, new HazardVerified(Level.General, null, null),
            new HazardAssigned([new LegOrder(Leg.Sole, BodyId.Parse("gas-company"), new DateOnly(2026, 3, 1), "整改")]),
            new LegUrged(null, "抓紧"), new LegUrged(null, "再催")];
        var after = Hazard.Fold(id, story.Select(e => new Happening(e, context)))!;
        (await log.AppendAsync(new Append([Told.Stream(null, after, story, context)]))).ShouldBeOfType<AppendResult.Committed>();

        (await OfHazardAsync(id, "gas-company")).Select(m => m.Type).ShouldBe(["leg_urged", "leg_urged", "hazard_assigned"]);
        var comparison = await Rebuild.CompareAsync(database.DataSource, log, Rulebook.Baseline);
        comparison.Rebuilt.ShouldBe(comparison.Live);
    }

    [Fact]
    public async Task A_lost_append_tells_nobody()
    {
        await using var log = database.Open();
        var id = new HazardId(Guid.NewGuid());
        var context = Town.Act(BodyId.Parse("prefecture-office"), Begin, Begin).Context(Role.Coordinator);
        var reported = new HazardReported(
            ReportSource.Hotline, HazardKind.Safety, Town.County, Town.Sectors[0], null, "泄漏", "漏气", null, null, null, null, null);
        var after = Hazard.Fold(id, [new Happening(reported, context)])!;
        (await log.AppendAsync(new Append([Told.Stream(null, after, [reported], context)]))).ShouldBeOfType<AppendResult.Committed>();
        (await log.AppendAsync(new Append([Told.Stream(null, after, [reported], context)]))).ShouldBeOfType<AppendResult.Conflict>();
        (await OfHazardAsync(id, Hazards.Domain.Told.OfficeAddress(Town.County))).Length.ShouldBe(1);
    }

    private async Task<ImmutableArray<InboxItem>> OfHazardAsync(HazardId id, string address) =>
        (await new InboxQueries(database.DataSource).ListAsync(
            new Scope(RegionCode.Nation, null, DateOnly.MinValue), [address], new InboxFilter { Hazard = id }, null, 200)).Items;

    private static async Task OpenAsync(MartenEventLog log, InboxItem message, string actor, long version)
    {
        var office = BodyId.Parse("regulator");
        var context = Town.Act(office, Begin, Begin).Context(Role.Coordinator) with { Actor = actor };
        var opened = Told.Event(new MessageOpened(message.Hazard, message.EventId, message.Address), DomainJson.Write(context));
        (await log.AppendAsync(new Append([new StreamAppend(message.Id, "message", version, [opened], new PendingState.OfOpenings([new Opening(opened.Id, message.Id, version + 1, office, actor)]))])))
            .ShouldBeOfType<AppendResult.Committed>();
    }

    /// <summary>The slow way: whatever the headers of all events up to an instant say.</summary>
    private static async Task<List<(string Address, long Position, TellAs As, Guid Id)>> ToldAsync(
        MartenEventLog log, DateTimeOffset? instant)
    {
        var told = new List<(string, long, TellAs, Guid)>();
        await foreach (var e in log.ReadAllAsync(0))
            if (e.StreamType == "hazard" && !(e.RecordedAt > instant))
                foreach (var one in DomainJson.ReadContext(e.Headers.Span).Told)
                    told.Add((one.Address, e.Position, one.As, Messages.IdOf(e.Id, one.Address)));
        return told;
    }
}
