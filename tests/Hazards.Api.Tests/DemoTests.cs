using Hazards.Api.Proofs.Auditing;
using Hazards.Api.Simulation.Demo;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Tests;

/// <summary>The demonstration that a newcomer sees, smaller: everything a screen can show is in it, and nothing is amiss.</summary>
[Trait("Server", "any")]
public sealed class DemoTests
{
    // The kinds of events that a look at the demonstration must find.
    private static readonly Type[] Shown =
    [
        typeof(HazardReported), typeof(HazardVerified), typeof(HazardRejected), typeof(HazardMerged), typeof(DuplicateAbsorbed),
            typeof(HazardFixedOnTheSpot),
        typeof(HazardAssigned), typeof(AssignmentAcknowledged), typeof(AssignmentReturned), typeof(LegReassigned),
            typeof(PlanSubmitted), typeof(PlanReviewed),
        typeof(ProductionSuspended), typeof(ProgressReported), typeof(ExtensionRequested), typeof(ExtensionGranted),
            typeof(ExtensionRefused),
        typeof(CompletionDeclared), typeof(ReinspectionFailed), typeof(LegAccepted), typeof(HazardListed), typeof(ListingFiled),
            typeof(HazardClosed),
        typeof(LookbackMade), typeof(HazardReopened), typeof(DeadlineMissed), typeof(StepProposed), typeof(LegUrged),
            typeof(SupervisionNoticeIssued),
        typeof(InterviewHeld), typeof(CriticismCirculated), typeof(SupervisionVisitMade), typeof(PaperIssued), typeof(MessageOpened),
        typeof(InspectionMade), typeof(CampaignOpened), typeof(PolicyAdopted), typeof(LedgerRowRecorded), typeof(LedgerImportFinished),
    ];

    [Fact]
    public async Task A_small_one_shows_everything_in_order_and_refuses_nothing()
    {
        var database = await TestServer.CreateDatabaseAsync();
        var connection = await TestServer.PrepareAsync(database);
        var plan = new DemoPlan(60, 40, DateTimeOffset.UtcNow);
        try
        {
            await using (var maker = await DemoMaker.OnAsync(connection, TestServer.KeysOf(connection), plan, default))
            {
                var outcome = await maker.RunAsync(null, default);
                outcome.Refusals.ShouldBeEmpty();
                outcome.Hazards.ShouldBeGreaterThan(55);
                outcome.Opened.ShouldBeGreaterThan(0);
                await RecordedAsync(maker.Log, plan);
                await using var owner = NpgsqlDataSource.Create(database);
                var rows = await Rebuild.CompareAsync(owner, maker.Log, maker.Rules);
                rows.Rebuilt.ShouldBe(rows.Live);
                // Many acts of a hazard came in one commit: the audit, which makes them again as one version, accuses none of them.
                (await new RowsAudit(owner, maker.Log).RunAsync(null, _ => Task.FromResult(maker.Rules), default)).ShouldBeEmpty();
                await DesksAsync(owner, maker.Rules, plan);
            }

            // Recorded times never run backwards: it is made in an empty log or not at all.
            await Should.ThrowAsync<InvalidOperationException>(DemoMaker.OnAsync(connection, TestServer.KeysOf(connection), plan, default));
        }
        finally
        {
            await TestServer.DropDatabaseAsync(database);
        }
    }

    private static async Task RecordedAsync(IEventLog log, DemoPlan plan)
    {
        var (before, seen, pictures) = (plan.Eve, new HashSet<string>(), 0);
        await foreach (var e in log.ReadAllAsync(0))
        {
            e.RecordedAt.ShouldBeInRange(before, plan.Until.AddMinutes(1), e.Type);
            before = e.RecordedAt;
            seen.Add(e.Type);
            pictures += DomainJson.ReadContext(e.Headers.Span).Attachments.Count(a => a.MediaType == "image/png");
        }

        Shown.Select(EventTypes.NameOf).Except(seen).ShouldBeEmpty();
        pictures.ShouldBeGreaterThan(10);
    }

    /// <summary>Whoever logs in to have a look has something to do: a duty of the body's own, or a message.</summary>
    private static async Task DesksAsync(NpgsqlDataSource database, Rulebook rules, DemoPlan plan)
    {
        var (hazards, inbox) = (new HazardQueries(database, () => rules), new InboxQueries(database));
        foreach (var person in Demo.People.Where(p => p.Roles.Contains(Domain.Codes.Role.Responsible)
            || p.Roles.Contains(Domain.Codes.Role.Coordinator)))
        {
            var scope = new Scope(person.Region, null, plan.Last);
            var owed = await hazards.LedgerAsync(scope, new HazardFilter { Owes = person.Body, DueBy = DateOnly.MaxValue.AddDays(-1) },
                LedgerSort.Due, false, null, 10);
            owed.Items.ShouldNotBeEmpty(person.Login);
        }

        (await inbox.CountAsync(new Scope(Demo.People[1].Region, null, plan.Last),
            [Demo.People[1].Body.Value])).Unread.ShouldBeGreaterThan(0);
    }
}
