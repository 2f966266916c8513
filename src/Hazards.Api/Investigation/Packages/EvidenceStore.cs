using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;

namespace Hazards.Api.Investigation.Packages;

/// <summary>The streams of packages: who asked for what, what came of it, who was given it.</summary>
internal sealed class EvidenceStore(IEventLog log, RulebookSource rules, TimeProvider clock)
{
    private readonly Deciding deciding = new(log);

    /// <summary>A package; null when nothing of it is in the log.</summary>
    public Task<EvidencePackage?> LoadAsync(Guid id, CancellationToken cancellationToken) =>
        LoadAsync(id, long.MaxValue, cancellationToken);

    /// <summary>Where the request stands in the log.</summary>
    public async Task<RecordedEvent?> RequestOfAsync(Guid id, CancellationToken cancellationToken)
    {
        await foreach (var e in log.ReadStreamAsync(id, cancellationToken: cancellationToken))
            return e.StreamType == EvidencePackage.StreamType ? e : null;
        return null;
    }

    /// <summary>Begins a package.</summary>
    /// <param name="id">Its identity.</param>
    /// <param name="terms">Key and correlation.</param>
    /// <param name="mayHear">Why the caller may not hear the outcome of a repeated request; null when it may.</param>
    /// <param name="decide">Says what is asked for, or why not.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Outcome<EvidencePackage>> BeginAsync(
        Guid id, Terms terms, Func<EvidencePackage, Refusal?> mayHear, Func<CancellationToken, Task<(EvidenceRequested? Request, EventContext? Context, Refusal? Refusal)>> decide, CancellationToken cancellationToken) =>
        deciding.RunAsync(null, terms, AtVersionAsync, mayHear, async (_, stop) =>
        {
            var (request, context, refusal) = await decide(stop);
            return refusal is not null
                ? Proposal<EvidencePackage>.Refuse(refusal)
                : Proposal<EvidencePackage>
                    .Append(
                        new EvidencePackage(id, request!, context!),
                        new StreamAppend(id, EvidencePackage.StreamType, 0, [Facts.Of(request!, context!, terms)])) with
                        {
                            Messages = [new MakePackage(id)],
                        };
        }, cancellationToken);

    /// <summary>Adds what came of a package, or that it was given to someone; decided on how it stands then.</summary>
    /// <param name="id">The package.</param>
    /// <param name="context">Who, and when.</param>
    /// <param name="terms">Correlation.</param>
    /// <param name="happened">What happened; null when nothing did after all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<Outcome<EvidencePackage>> AddAsync(Guid id, EventContext context, Terms terms, Func<EvidencePackage, IEvidenceEvent?> happened, CancellationToken cancellationToken) =>
        deciding.RunAsync(id, terms, AtVersionAsync, _ => null, async (_, stop) =>
        {
            if (await LoadAsync(id, stop) is not { } before)
                return Proposal<EvidencePackage>.Refuse(EvidenceRefusals.NotFound.Because());
            if (happened(before) is not { } news)
                return Proposal<EvidencePackage>.Refuse(HazardRefusals.NothingChanges.Because());
            return Proposal<EvidencePackage>.Append(
                EvidencePackage.Apply(id, before, news, context),
                new StreamAppend(id, EvidencePackage.StreamType, before.Version, [Facts.Of(news, context, terms)]));
        }, cancellationToken);

    /// <summary>The circumstances of what a person does.</summary>
    public EventContext Context(Actor by, Role role, DocumentNumber? document = null)
    {
        var (now, rulebook) = (clock.GetUtcNow(), rules.Current);
        return new EventContext(
            now, Entry.Prompt, by.Name, by.Body.Id, role, by.Client, rulebook.PolicyAt(by.Body.Region, now).Version, document,
            []) { Calendar = rulebook.Calendar.Edition };
    }

    /// <summary>The circumstances of what the service does by itself.</summary>
    public EventContext ByItself()
    {
        var (now, rulebook) = (clock.GetUtcNow(), rules.Current);
        return Clockwork.Context(now, Entry.Prompt, rulebook.PolicyAt(Clockwork.Body.Region, now), rulebook.Calendar);
    }

    private async Task<EvidencePackage?> LoadAsync(Guid id, long upToVersion, CancellationToken cancellationToken)
    {
        EvidencePackage? package = null;
        foreach (var e in await log.FetchAsync(id, upToVersion, cancellationToken: cancellationToken))
        {
            if (e.Data is not IEvidenceEvent happened)
                return null;
            package = EvidencePackage.Apply(id, package, happened, e.Context());
        }

        return package;
    }

    private async Task<EvidencePackage> AtVersionAsync(Guid id, long version, CancellationToken cancellationToken) =>
        await LoadAsync(id, version, cancellationToken)
            ?? throw new InvalidOperationException($"The log remembers an append to {id} but has no such stream.");
}
