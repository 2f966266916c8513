using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Investigation;

/// <summary>
/// 查阅留痕: puts looks on record before what was looked at goes out. Each look is a stream of its own, so looks neither
/// wait for one another nor for anything else. docs/access-and-sealing.md says what is recorded.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="rules">The policies in force.</param>
/// <param name="clock">Tells when it is.</param>
internal sealed class AccessRecorder(IEventLog log, RulebookSource rules, TimeProvider clock)
{
    /// <summary>The type of a look's stream.</summary>
    public const string StreamType = "access";

    /// <summary>Records a look; when this returns it is on disk, and only then may the answer go out.</summary>
    /// <exception cref="LogUnavailableException">It is not on record: nothing may go out. A request answers 503.</exception>
    public Task RecordAsync(IAccessEvent look, Actor by, Terms? terms = null, CancellationToken cancellationToken = default) =>
        RecordAsync([LookOf(look, by, terms ?? Terms.None)], terms?.RecordedAt, cancellationToken);

    /// <summary>The same for several, together or not at all.</summary>
    /// <param name="looks">The looks, by <see cref="LookOf"/>.</param>
    /// <param name="recordedAt">When they are recorded; null: when they are.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task RecordAsync(
        IReadOnlyList<StreamAppend> looks, DateTimeOffset? recordedAt = null, CancellationToken cancellationToken = default)
    {
        if (await log.AppendAsync(new Append([.. looks], null, recordedAt), cancellationToken) is not AppendResult.Committed)
            throw new LogUnavailableException("A look could not be recorded.");
    }

    /// <summary>The same as part of a larger append: recorded with it or not at all.</summary>
    public StreamAppend LookOf(IAccessEvent look, Actor by, Terms terms)
    {
        var now = terms.RecordedAt ?? clock.GetUtcNow();
        var role = by.Roles.Contains(Role.Investigator) ? Role.Investigator : by.Roles.Order().FirstOrDefault();
        var context = new EventContext(
            now, Entry.Prompt, by.Name, by.Body.Id, role, by.Client, rules.Current.PolicyAt(look.Looked.Region, now).Version, null, []);
        return new StreamAppend(
            Guid.CreateVersion7(), StreamType, 0, [Facts.Of(look, context, terms)], new PendingState.OfLook(look, context));
    }
}
