using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Tests;

/// <summary>Deadlines that ring: each once, whatever nodes run, die, or read from their clocks.</summary>
[Trait("Server", "any")]
public sealed class ClockTests : IAsyncLifetime
{
    /// <summary>Monday, 2 March 2026, nine in the morning in China.</summary>
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, ChinaTime.Offset);

    private static readonly Policy Stepwise = Policy.NationalBaseline with
    {
        Version = "stepwise@1",
        Supervision = [new SupervisionRule(Level.General, 10, "双重督办")],
        Ladder =
        [
            new LadderStep(1, SupervisionStep.Urge, StepMode.Automatic),
            new LadderStep(3, SupervisionStep.Interview, StepMode.Automatic),
            new LadderStep(15, SupervisionStep.Criticism, StepMode.Automatic),
            new LadderStep(20, SupervisionStep.Escalation, StepMode.Automatic),
        ],
    };

    private readonly List<Node> nodes = [];
    private string database = "";

    public async Task InitializeAsync()
    {
        database = await TestServer.CreateDatabaseAsync();
        await Town.RegisterAsync(await NodeAsync(Start));
    }

    public async Task DisposeAsync()
    {
        foreach (var node in nodes)
            await node.DisposeAsync();
        await TestServer.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task Three_workers_at_once_notice_each_deadline_once()
    {
        var one = nodes[0];
        var ids = new List<HazardId>();
        for (var i = 0; i < 25; i++)
            ids.Add(await one.AssignedAsync());
        var others = new[] { one, await NodeAsync(Start), await NodeAsync(Start) };
        foreach (var node in others)
            node.Clock.Now = Start.AddDays(35);
        var passes = await Task.WhenAll(others.Select(n => n.Worker.PassAsync()));
        passes.Sum(p => p.Rang).ShouldBe(ids.Count);
        passes.ShouldAllBe(p => p.Failed == 0);
        foreach (var id in ids)
            await ShouldHaveMissedOnceAsync(one, id, 6);
        (await one.Worker.PassAsync()).Events.ShouldBe(0);
        await RowsShouldBeThoseOfTheLogAsync(one);
    }

    [Fact]
    public async Task One_of_the_running_nodes_leads_and_another_takes_over_when_it_is_gone()
    {
        var often = TimeSpan.FromMilliseconds(50);
        var one = await Node.StartAsync(database, Start, Town.Under(Stepwise), often);
        var two = await Node.StartAsync(database, Start, Town.Under(Stepwise), often);
        nodes.Add(two);
        var id = await one.AssignedAsync();
        one.Clock.Now = two.Clock.Now = Start.AddDays(3);
        await UntilAsync(async () => (await two.LoadAsync(id)).Missed.Length == 2);
        // The session that its lead hangs on is ended under the leader, and then one is gone itself.
        (await EndLockHoldersAsync(two.Owner)).ShouldBeGreaterThan(0);
        await one.DisposeAsync();
        two.Clock.Now = Start.AddDays(35);
        await UntilAsync(async () => (await two.LoadAsync(id)).Missed.Length == 6);
        await ShouldHaveMissedOnceAsync(two, id, 6);
    }

    private static async Task<long> EndLockHoldersAsync(Npgsql.NpgsqlDataSource owner)
    {
        await using var end = owner.CreateCommand("select count(pg_terminate_backend(pid)) from (select distinct pid from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())) held");
        return (long)(await end.ExecuteScalarAsync())!;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
            await Task.Delay(20, patience.Token);
    }

    [Fact]
    public async Task A_worker_cut_off_in_the_middle_loses_nothing_and_doubles_nothing()
    {
        var one = nodes[0];
        var ids = new List<HazardId>();
        for (var i = 0; i < 40; i++)
            ids.Add(await one.AssignedAsync());
        one.Clock.Now = Start.AddDays(60);
        var dying = await NodeAsync(one.Clock.Now);
        using var stop = new CancellationTokenSource();
        var pass = dying.Worker.PassAsync(stop.Token);
        // When some are done: end the worker, and every connection that anybody has.
        while ((await one.Clocks.BacklogAsync(new DateOnly(2026, 5, 1))).Count > 25 && !pass.IsCompleted)
            await Task.Yield();
        await SharedServer.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{new Npgsql.NpgsqlConnectionStringBuilder(database).Database}'");
        await stop.CancelAsync();
        await pass.ContinueWith(_ => { }, TaskScheduler.Default);
        var restarted = await NodeAsync(one.Clock.Now);
        await restarted.Worker.PassAsync();
        foreach (var id in ids)
        {
            await ShouldHaveMissedOnceAsync(restarted, id, 6);
            (await restarted.StoryAsync(id)).Count(e => e.Event is SupervisionEscalated).ShouldBe(1);
            (await restarted.StoryAsync(id)).Count(e => e.Event is LegUrged { Against: null }).ShouldBe(2);
        }

        (await restarted.Worker.PassAsync()).Events.ShouldBe(0);
        await RowsShouldBeThoseOfTheLogAsync(restarted);
    }

    [Fact]
    public async Task A_node_that_was_down_for_a_week_catches_up_in_order_and_says_when_it_noticed()
    {
        var node = nodes[0];
        var later = await node.AssignedAsync(20);
        var sooner = await node.AssignedAsync(10);
        node.Clock.Now = Start.AddDays(27);
        await node.Worker.PassAsync();
        var missed = (await node.StoryAsync(sooner))
            .Where(e => e.Event is DeadlineMissed { Clock: ClockKind.Rectify, Leg: Leg.Territorial }).Single();
        missed.Context.OccurredAt.ShouldBe(ChinaTime.EndOf(new DateOnly(2026, 3, 12)));
        missed.Context.Entry.ShouldBe(Entry.Late);
        missed.Context.Policy.ShouldBe(Stepwise.Version);
        ((DeadlineMissed)missed.Event).NoticedAt.ShouldBe(node.Clock.Now);
        var page = await node.Clocks.MissedAsync(node.Scope(), new ClockFilter { Duty = ClockKind.Rectify }, null, 200);
        page.Items.Select(i => (i.Hazard.Id, i.Due)).Distinct()
            .ShouldBe([(later, new DateOnly(2026, 3, 22)), (sooner, new DateOnly(2026, 3, 12))]);
        page.Items.ShouldAllBe(i => i.NoticedAt == node.Clock.Now);
        (await node.Clocks.MissedAsync(node.Scope(Start.AddDays(26)), new ClockFilter(), null, 200)).Items.ShouldBeEmpty("it was not known then");
    }

    [Fact]
    public async Task A_clock_set_back_and_a_clock_ahead_lose_and_double_nothing()
    {
        var node = nodes[0];
        var id = await node.AssignedAsync(10);
        var due = new DateOnly(2026, 3, 12);
        node.Clock.Now = ChinaTime.EndOf(due).AddMinutes(30);
        await node.Worker.PassAsync();
        var noticed = (await node.StoryAsync(id)).Count;
        node.Clock.Now = node.Clock.Now.AddHours(-1);
        (await node.Worker.PassAsync()).Events.ShouldBe(0);
        node.Clock.Now = node.Clock.Now.AddHours(1.5);
        (await node.Worker.PassAsync()).Events.ShouldBe(0);
        (await node.StoryAsync(id)).Count.ShouldBe(noticed);
        await ShouldHaveMissedOnceAsync(node, id, 4 + 2); // acknowledge, rectify, and the supervisors' own duty, for each leg
    }

    [Fact]
    public async Task The_ladder_is_climbed_day_by_day_and_proposals_wait_for_persons()
    {
        var node = nodes[0];
        var id = await node.AssignedAsync(10);
        for (var day = 1; day <= 40; day++)
        {
            node.Clock.Now = Start.AddDays(day);
            await node.Worker.PassAsync();
        }

        var story = await node.StoryAsync(id);
        await ShouldHaveMissedOnceAsync(node, id, 6);
        // Who is late with what he owes of a leg is urged for himself.
        story.Select(e => (On: ChinaTime.DateAt(e.Context.OccurredAt), Urged: e.Event as LegUrged)).Where(e => e.Urged is not null)
            .GroupBy(e => (e.On, e.Urged!.Leg, e.Urged.Against))
            .ShouldAllBe(g => g.Count() == 1);
        story.Count(e => e.Event is SupervisionEscalated { To.Value: "dali-awb" }).ShouldBe(1);
        var urged = (LegUrged)story.First(e => e.Event is LegUrged).Event;
        urged.Message.ShouldContain("巍山县人民政府");
        urged.Message.ShouldContain("签收");

        var proposals = await node.Clocks.ProposalsAsync(node.Scope(), new ClockFilter { Body = Town.Supervision.Id }, null, 200);
        var proposal = proposals.Items.First(p => p.Step == SupervisionStep.Interview);
        proposal.Leg.ShouldBe(Leg.Sectoral);
        var before = node.Clock.Now;
        node.Clock.Now = node.Clock.Now.AddHours(1);
        await node.DoAsync(id, Town.Supervision, new HoldInterview("局长", "限期整改", Leg.Sectoral));
        (await node.Clocks.ProposalsAsync(node.Scope(), new ClockFilter { Body = Town.Supervision.Id }, null, 200)).Items.ShouldNotContain(
            p => p.Step == SupervisionStep.Interview);
        (await node.Clocks.ProposalsAsync(node.Scope(before), new ClockFilter { Body = Town.Supervision.Id }, null, 200)).Items.ShouldContain(p => p.Step == SupervisionStep.Interview);
        await RowsShouldBeThoseOfTheLogAsync(node);
    }

    [Fact]
    public async Task An_extension_moves_the_deadline_and_its_miss_is_another()
    {
        var node = nodes[0];
        var id = await node.AssignedAsync(10);
        await node.DoAsync(id, Town.Regulator, new AcknowledgeAssignment(Leg.Sectoral));
        await node.DoAsync(id, Town.Regulator, new RequestExtension(Leg.Sectoral, new DateOnly(2026, 3, 30), "材料未到"));
        node.Clock.Now = Start.AddDays(11);
        await node.Worker.PassAsync();
        await node.DoAsync(id, Town.Office, new DecideExtension(Leg.Sectoral, true, null, "同意"));
        node.Clock.Now = Start.AddDays(40);
        await node.Worker.PassAsync();
        (await node.StoryAsync(id)).Select(e => e.Event).OfType<DeadlineMissed>()
            .Where(m => m is { Clock: ClockKind.Rectify, Leg: Leg.Sectoral }).Select(m => m.Due)
            .ShouldBe([new DateOnly(2026, 3, 12), new DateOnly(2026, 3, 30)]);
    }

    /// <summary>移交不移过: what had passed is missed by who had it, whether the clock, a person or the passing on comes first.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task Who_is_dissolved_has_missed_what_passed_before(bool clock, bool acknowledged)
    {
        var node = nodes[0];
        var id = await node.AssignedAsync(5);
        if (acknowledged)
            await node.DoAsync(id, Town.Regulator, new AcknowledgeAssignment(Leg.Sectoral));
        // Nobody has looked since.
        node.Clock.Now = Start.AddDays(8);
        var admin = new Given(new Actor("管理员", Town.Office, [Role.Administrator], "tests", RegionCode.Nation));
        (await node.Bodies.ExecuteAsync(
            Town.Regulator.Id, new DissolveBody("机构改革"), admin, new Terms { RecordedAt = node.Clock.Now }))
            .ShouldBeOfType<Outcome<Body>.Done>();
        if (clock)
            await node.Worker.PassAsync();
        else
            (await node.Hazards.PassOnAsync(id, new Terms { RecordedAt = node.Clock.Now })).ShouldBeOfType<Outcome<Hazard>.Done>();
        await node.Worker.PassAsync();

        var events = (await node.StoryAsync(id)).Select(e => e.Event).ToArray();
        var vacated = Array.FindIndex(events, e => e is LegVacated);
        var missed = events.OfType<DeadlineMissed>().Where(m => m.Leg == Leg.Sectoral).ToArray();
        missed.Select(m => m.Clock).ShouldBe(
            acknowledged ? [ClockKind.Rectify] : [ClockKind.Acknowledge, ClockKind.Rectify], ignoreOrder: true);
        missed.ShouldAllBe(m => m.Body == Town.Regulator.Id);
        events.Index().Where(e => e.Item is DeadlineMissed { Leg: Leg.Sectoral }).ShouldAllBe(e => e.Index < vacated);
        await RowsShouldBeThoseOfTheLogAsync(node);
    }

    [Fact]
    public async Task A_year_that_is_announced_counts_provisional_deadlines_anew()
    {
        var policy = Stepwise with
        {
            Clocks = [
                .. Stepwise.Clocks.Where(c => c.Kind != ClockKind.Verify),
                new ClockRule(ClockKind.Verify, 10, "x", null, DayCount.Working)],
        };
        var late = new DateTimeOffset(2026, 12, 28, 9, 0, 0, ChinaTime.Offset);
        var node = await NodeAsync(late, policy);
        var id = await node.ReportAsync();
        var item = (await node.Rows.FindAsync(node.Scope(), id)).ShouldNotBeNull();
        item.Clocks.Single().ShouldSatisfyAllConditions(c => c.Provisional.ShouldBeTrue(), c => c.Due.ShouldBe(new DateOnly(2027, 1, 11)));
        var year = new CalendarYear(
            2027, new PolicySource("关于2027年部分节假日安排的通知"), [new Holiday("元旦", new DateOnly(2027, 1, 1), new DateOnly(2027, 1, 3))], []);
        var rules = Town.Under(policy) with { Calendar = WorkCalendar.Shipped.With(year) };
        var newer = await NodeAsync(late.AddDays(1), rules: rules);
        (await newer.Worker.PassAsync()).Events.ShouldBe(1);
        var moved = (await newer.StoryAsync(id)).Select(e => e.Event).OfType<DeadlinesRecounted>().Single().Moved.Single();
        (moved.From, moved.To, moved.Provisional).ShouldBe((new DateOnly(2027, 1, 11), new DateOnly(2027, 1, 12), false));
        (await newer.Worker.PassAsync()).Events.ShouldBe(0);
    }

    [Fact]
    public async Task A_row_from_before_there_were_rings_is_looked_at_once()
    {
        var node = nodes[0];
        var id = await node.AssignedAsync(10);
        await using (var forget = node.Owner.CreateCommand("update rows.hazards set next_ring = '-infinity'"))
            await forget.ExecuteNonQueryAsync();
        (await node.Worker.PassAsync()).Events.ShouldBe(0);
        (await node.Clocks.BacklogAsync(new DateOnly(2026, 3, 3))).Count.ShouldBe(0);
        await RowsShouldBeThoseOfTheLogAsync(node);
        node.Clock.Now = Start.AddDays(11);
        (await node.Worker.PassAsync()).Rang.ShouldBe(1);
    }

    [Fact]
    public async Task A_hazard_that_cannot_be_rung_does_not_stop_the_rest()
    {
        var node = nodes[0];
        var broken = await node.ReportAsync("损坏");
        var sound = await node.ReportAsync("完好");
        // Behind the service's back: a row of a hazard whose events say nothing that can be folded.
        await using (var damage = node.Owner.CreateCommand($$"""
            alter table log.mt_events disable trigger all;
            update log.mt_events set type = 'comment_added', data = '{"text":"x"}' where stream_id = '{{broken.StreamId}}';
            alter table log.mt_events enable trigger all
            """))
            await damage.ExecuteNonQueryAsync();
        node.Clock.Now = Start.AddDays(11);
        var pass = await node.Worker.PassAsync();
        pass.Failed.ShouldBe(1);
        pass.Rang.ShouldBe(1);
        await ShouldHaveMissedOnceAsync(node, sound, 1);
    }

    [Fact]
    public async Task The_board_of_double_supervision_shows_both_legs_the_silent_one_on_top()
    {
        var node = nodes[0];
        var silent = await node.AssignedAsync(30, "沉默");
        node.Clock.Now = Start.AddDays(1);
        var lively = await node.AssignedAsync(30, "有回应");
        node.Clock.Now = Start.AddDays(2);
        await node.DoAsync(lively, Town.Government, new AcknowledgeAssignment(Leg.Territorial));
        await node.DoAsync(silent, Town.Government, new AcknowledgeAssignment(Leg.Territorial));
        var page = await node.Clocks.DualAsync(node.Scope(), new ClockFilter(), null, 1);
        page.Items.Single().Hazard.Id.ShouldBe(silent);
        page.Items.Single().SilentSince.ShouldBe(Start, "the other leg's activity hides nothing");
        (await node.Clocks.DualAsync(node.Scope(), new ClockFilter(), page.Next.ShouldNotBeNull(), 1)).Items.Single().Hazard.Id.ShouldBe(lively);
        (await node.Clocks.DualAsync(node.Scope(), new ClockFilter { Body = Town.Supervision.Id }, null, 10)).Items.Length.ShouldBe(2);
        (await node.Clocks.DualAsync(node.Scope(), new ClockFilter { Body = Town.CityOffice.Id }, null, 10)).Items.ShouldBeEmpty();
        await node.DoAsync(silent, Town.Regulator, new AcknowledgeAssignment(Leg.Sectoral));
        (await node.Clocks.DualAsync(node.Scope(), new ClockFilter(), null, 10)).Items.Select(i => i.Hazard.Id).ShouldBe([lively, silent]);
        (await node.Clocks.DualAsync(node.Scope(Start.AddHours(30)), new ClockFilter(), null, 10)).Items.Select(i => i.Hazard.Id)
            .ShouldBe([silent, lively]);
        await RowsShouldBeThoseOfTheLogAsync(node);
    }

    private static async Task ShouldHaveMissedOnceAsync(Node node, HazardId id, int times)
    {
        var missed = (await node.StoryAsync(id)).Select(e => e.Event).OfType<DeadlineMissed>().Select(m => (m.Clock, m.Leg, m.Since, m.Due))
            .ToArray();
        missed.ShouldBeUnique();
        missed.Length.ShouldBe(times);
    }

    private static async Task RowsShouldBeThoseOfTheLogAsync(Node node) =>
        (await Rebuild.CompareAsync(node.Owner, node.Log, Town.Under(Stepwise))).Same.ShouldBeTrue();

    private async Task<Node> NodeAsync(DateTimeOffset now, Policy? policy = null, Rulebook? rules = null)
    {
        var node = await Node.StartAsync(database, now, rules ?? Town.Under(policy ?? Stepwise));
        nodes.Add(node);
        return node;
    }
}
