using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Projections.Tests;

/// <summary>Campaigns and inspections as the log takes them, decided by the domain like any other.</summary>
internal sealed class Visits(IEventLog log)
{
    public static readonly SectorCode Gas = SectorCode.Parse("city_gas");

    /// <summary>A campaign with three visits, one corrected, one voided, and a hazard found in the first.</summary>
    public async Task<(Campaign Campaign, Inspection[] Visits, Hazard Found)> TellAsync(DateTimeOffset at)
    {
        var campaign = await OpenAsync(at);
        var first = await VisitAsync(at.AddHours(1), "武都燃气公司", campaign);
        var second = await VisitAsync(at.AddHours(2), "武都 燃气公司", campaign);
        var third = await VisitAsync(at.AddHours(3), "城关中学", campaign);
        second = await ThenAsync(second, at.AddDays(2), new CorrectInspection("漏录", HazardsClaimed: 3), campaign);
        third = await ThenAsync(third, at.AddDays(3), new VoidInspection("重复录入"), campaign);
        var found = await FindAsync(at.AddHours(4), first, campaign);
        campaign = await ThenAsync(campaign, at.AddDays(4), new EndCampaign("检查两户次"));
        return (campaign, [first, second, third], found);
    }

    public async Task<Campaign> OpenAsync(DateTimeOffset at)
    {
        var day = ChinaTime.DateAt(at);
        var command = new OpenCampaign("燃气专项行动", day, day.AddDays(30), [Town.County], [Gas]);
        return await AppendAsync(
            command.Id, "campaign", at, command.Decide(null, ActAt(at)), (Campaign?)null, Campaign.Apply,
            c => new PendingState.OfCampaign(c));
    }

    public async Task<Inspection> VisitAsync(DateTimeOffset at, string unit, Campaign? campaign, int? claimed = null)
    {
        var command = new MakeInspection(
            new Enterprise(unit), Town.County, Gas, ChinaTime.DateAt(at), Campaign: campaign?.Id, HazardsClaimed: claimed);
        return await AppendAsync(
            command.Id, "inspection", at, command.Decide(null, ActAt(at, campaign)), (Inspection?)null, Inspection.Apply,
            i => new PendingState.OfInspection(i));
    }

    public Task<Campaign> ThenAsync(Campaign campaign, DateTimeOffset at, ICampaignCommand command) =>
        AppendAsync(
            campaign.Id, "campaign", at, command.Decide(campaign, ActAt(at)), campaign, Campaign.Apply,
            c => new PendingState.OfCampaign(c), campaign.Version);

    public Task<Inspection> ThenAsync(Inspection visit, DateTimeOffset at, IInspectionCommand command, Campaign? campaign = null) =>
        AppendAsync(
            visit.Id, "inspection", at, command.Decide(visit, ActAt(at, campaign)), visit, Inspection.Apply,
            i => new PendingState.OfInspection(i), visit.Version);

    public async Task<Hazard> FindAsync(
        DateTimeOffset at, Inspection? visit, Campaign? campaign, SectorCode? sector = null, ExternalReference? reference = null)
    {
        var report = new ReportHazard(
            ReportSource.Inspection, Town.County, sector ?? Gas, "漏气", "调压箱漏气", Reference: reference, Inspection: visit?.Id,
            Campaign: campaign?.Id);
        var act = ActAt(at, campaign) with { Inspection = visit };
        var decision = Decider.Decide(report, null, act);
        decision.Refusal.ShouldBeNull();
        return await AddAsync(null, report.IdentityAt(at, "visits"), at, decision, act);
    }

    /// <summary>自查自改: an enterprise reports what it found within a campaign, and fixed.</summary>
    public async Task<Hazard> FindAndFixAsync(DateTimeOffset at, BodyId enterprise, Campaign campaign)
    {
        var act = Town.Act(enterprise, at, at);
        act = act with { By = act.By with { Roles = [Role.Reporter, Role.Responsible] }, Campaign = campaign };
        var report = new ReportHazard(ReportSource.SelfInspection, Town.County, Gas, "漏气", "软管老化", Campaign: campaign.Id);
        var found = await AddAsync(null, report.IdentityAt(at, "own"), at, Decided(Decider.Decide(report, null, act)), act);
        return await AddAsync(found, found.Id, at, Decided(Decider.Decide(new FixByOwnCheck("更换软管"), found, act)), act);
    }

    private static Decision Decided(Decision decision)
    {
        decision.Refusal.ShouldBeNull();
        return decision;
    }

    public async Task<Hazard> ThenAsync(Hazard hazard, DateTimeOffset at, IHazardCommand command, BodyId? by = null)
    {
        var act = Town.Act(by ?? Town.Offices[1], at, at);
        var decision = Decider.Decide(command, hazard, act);
        decision.Refusal.ShouldBeNull();
        return await AddAsync(hazard, hazard.Id, at, decision, act);
    }

    private async Task<Hazard> AddAsync(Hazard? before, HazardId id, DateTimeOffset at, Decision decision, Act act)
    {
        var context = act.Context(decision.Role);
        var after = decision.Events.Aggregate(before, (hazard, e) => Hazard.Apply(id, hazard, new Happening(e, context)))!;
        (await log.AppendAsync(new Append([Told.Stream(before, after, decision.Events, context)], RecordedAt: at)))
            .ShouldBeOfType<AppendResult.Committed>();
        return after;
    }

    private async Task<TState> AppendAsync<TState, TEvent>(
        Guid id, string type, DateTimeOffset at, Decision<TEvent> decision, TState? before,
        Func<TState?, TEvent, EventContext, TState> apply,
        Func<TState, PendingState> row, long version = 0) where TEvent : IDomainEvent where TState : class
    {
        decision.Refusal.ShouldBeNull();
        var context = ActAt(at).Context(decision.Role);
        var after = apply(before, decision.Events.Single(), context);
        var append = new Append(
            [new StreamAppend(id, type, version, [Told.Event(decision.Events.Single(), DomainJson.Write(context))], row(after))],
            RecordedAt: at);
        (await log.AppendAsync(append)).ShouldBeOfType<AppendResult.Committed>();
        return after;
    }

    private static Act ActAt(DateTimeOffset at, Campaign? campaign = null) =>
        Town.Act(Town.Offices[1], at, at) with { Campaign = campaign };
}
