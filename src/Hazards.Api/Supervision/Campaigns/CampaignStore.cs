using Hazards.Api.Administration.Registry;
using Hazards.Api.Investigation;
using Hazards.Api.LifeCycle.Files;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Supervision.Campaigns;

/// <summary>专项行动: opened, changed, ended.</summary>
internal sealed class CampaignStore(IEventLog log, Circumstances circumstances, FileStore files)
{
    private readonly RecordStore<Campaign, ICampaignEvent> records = new(
        "campaign", log, Campaign.Apply, c => new PendingState.OfCampaign(c));

    public Task<Outcome<Campaign>> OpenAsync(OpenCampaign command, Given given, Terms terms, CancellationToken cancellationToken) =>
        records.RunAsync(command.Id, isNew: true, terms, Hears(command, given.By), Decide(command, given, terms), cancellationToken)
            .HoldingAsync(files, given, c => c.Regions, cancellationToken);

    public Task<Outcome<Campaign>> ExecuteAsync(Guid id, ICampaignCommand command, Given given, Terms terms, CancellationToken cancellationToken) =>
        records.RunAsync(id, isNew: false, terms, Hears(command, given.By), Decide(command, given, terms), cancellationToken)
            .HoldingAsync(files, given, c => c.Regions, cancellationToken);

    public Task<(Campaign State, IReadOnlyList<HistoryEvent> Events)?> HistoryAsync(Guid id, DateTimeOffset? asOf, CancellationToken cancellationToken) =>
        records.HistoryAsync(id, asOf, cancellationToken);

    private static Func<Campaign, Refusal?> Hears(ICampaignCommand command, Actor by) =>
        campaign => campaign.Touches(by.Jurisdiction) ? Decider.CheckRole(command.Rule, by) : CampaignRefusals.NotFound.Because("id");

    private Func<Campaign?, CancellationToken, Task<(Decision<ICampaignEvent>, Act)>> Decide(ICampaignCommand command, Given given, Terms terms) =>
        (before, _) =>
        {
            var act = circumstances.Of(given, terms);
            return Task.FromResult((command.Decide(before, act), act));
        };
}

/// <summary>检查: entered, corrected, voided.</summary>
internal sealed class InspectionStore(
    IEventLog log, InspectionQueries queries, Circumstances circumstances, KnownSeals seals, AccessRecorder access, FileStore files,
    SystemNameStore systems)
{
    private readonly RecordStore<Inspection, IInspectionEvent> records = new(
        "inspection", log, Inspection.Apply, i => new PendingState.OfInspection(i));

    public async Task<Outcome<Inspection>> EnterAsync(MakeInspection command, Given given, Terms terms, CancellationToken cancellationToken)
    {
        command = command with { Id = await IdentityAsync(command.Reference, given.By, cancellationToken) };
        return await RunAsync(
            command.Id, command.Reference is null, command, given, terms, command.OccurredBy(circumstances.Now(terms)), cancellationToken);
    }

    // As for hazards (HazardStore.IdentityAsync): a number is its sender's.
    private async Task<Guid> IdentityAsync(ExternalReference? reference, Actor by, CancellationToken cancellationToken)
    {
        if (reference is not null && Inspection.Shared(reference) is var shared
            && await records.FirstAsync(shared, cancellationToken) is { } first && Actor.SenderOf(first.Body, first.Client) == by.Sender)
            return shared;
        return Inspection.IdentityOf(by.Sender, reference);
    }

    public Task<Outcome<Inspection>> ExecuteAsync(
        Guid id, IInspectionCommand command, Given given, Terms terms, CancellationToken cancellationToken) =>
        RunAsync(id, isNew: false, command, given, terms, null, cancellationToken);

    private async Task<Outcome<Inspection>> RunAsync(
        Guid id, bool isNew, IInspectionCommand command, Given given, Terms terms, DateTimeOffset? occurredAt,
        CancellationToken cancellationToken)
    {
        SealWatch? watch = null;
        var decide = Decide(command, given, terms, occurredAt);
        var outcome = await records.RunAsync(id, isNew, terms, Hears(command, given.By), async (before, stop) =>
        {
            watch = new SealWatch(seals, anew: true, (h, _) => Task.FromResult(Matter.Of(h)));
            var (decision, act) = await decide(before, stop);
            if (await systems.RefuseAsync((command as MakeInspection)?.Reference, given.By, stop) is { } owned)
                return (new Decision<IInspectionEvent>([], owned, default), act);
            if (decision.Refusal is not null)
                return (decision, act);
            // Only who might have done it otherwise has tried.
            act = await watch.LookAsync(command, before, act, stop);
            decision = command.Decide(before, act);
            if (decision.Refusal is { } refusal)
                watch.Note(refusal, command, before, act);
            return (decision, act);
        }, cancellationToken, () => watch!.Guards).HoldingAsync(files, given, i => [i.Region], cancellationToken);
        if (outcome is Outcome<Inspection>.Refused && watch?.Refused is var (attempt, by))
            await access.RecordAsync(attempt, by, terms, cancellationToken);
        return outcome;
    }

    public Task<(Inspection State, IReadOnlyList<HistoryEvent> Events)?> HistoryAsync(Guid id, DateTimeOffset? asOf, CancellationToken cancellationToken) =>
        records.HistoryAsync(id, asOf, cancellationToken);

    private static Func<Inspection, Refusal?> Hears(IInspectionCommand command, Actor by) =>
        visit => by.Jurisdiction.Contains(visit.Region) ? Decider.CheckRole(command.Rule, by) : InspectionRefusals.NotFound.Because("id");

    private Func<Inspection?, CancellationToken, Task<(Decision<IInspectionEvent>, Act)>> Decide(
        IInspectionCommand command, Given given, Terms terms, DateTimeOffset? occurredAt) =>
        async (before, stop) =>
        {
            var (_, campaign) = await queries.NamedAsync(given.By.Jurisdiction, null, command.NamedCampaign ?? before?.Campaign, stop);
            var found = before is not null && command is CorrectInspection ? await queries.FoundAsync(before.Id, stop) : null;
            var act = circumstances.Of(given, terms, occurredAt,
                before is null ? null : ChinaTime.StartOf(before.On)) with { Campaign = campaign, Found = found };
            return (command.Decide(before, act), act);
        };
}
