using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Administration.Policies;

/// <summary>The policies of the deployment: one stream, so that two adoptions at once are decided one after the other.</summary>
internal sealed class PolicyStore(IEventLog log, IRegistryQueries registry, RulebookSource rules, TimeProvider clock)
{
    /// <summary>The type of the stream.</summary>
    public const string StreamType = "policies";

    private readonly Deciding deciding = new(log);

    /// <summary>Everything adopted, as it was known at an instant or is now.</summary>
    public Task<PolicyRegister> LoadAsync(DateTimeOffset? asOf = null, CancellationToken cancellationToken = default) =>
        LoadAsync(asOf, long.MaxValue, cancellationToken);

    /// <summary>Decides a command and appends what follows; this process knows it at once.</summary>
    public async Task<Outcome<PolicyRegister>> ExecuteAsync(
        IPolicyCommand command, Given given, Terms? terms = null, CancellationToken cancellationToken = default)
    {
        terms ??= Terms.None;
        var outcome = await deciding.RunAsync(PolicyRegister.StreamId, terms, (_, version, stop) => LoadAsync(null, version, stop),
            _ => given.By.Roles.Contains(Role.Administrator) ? null : PolicyRefusals.Forbidden.Because(null, ("region", given.By.Jurisdiction)), async (_, stop) =>
        {
            var before = await LoadAsync(null, long.MaxValue, stop);
            if (terms.IfVersion is { } expected && !expected.Contains(before.Stream))
                return Proposal<PolicyRegister>.Refuse(AppendRefusals.StaleAt(expected, before.Stream));
            if (Registering.CheckTime(given, terms, clock) is { } wrongTime)
                return Proposal<PolicyRegister>.Refuse(wrongTime);
            var decision = command.Decide(before, given.By, terms.RecordedAt ?? clock.GetUtcNow());
            if (decision.Event is not { } happened)
                return Proposal<PolicyRegister>.Refuse(decision.Refusal!);
            var after = before.Apply(happened);
            if (happened is PolicyAdopted adopted && await WiderAsync(after.Find(adopted.Policy.Version)!, stop) is { } wider)
                return Proposal<PolicyRegister>.Refuse(wider);
            var jurisdiction = (happened as PolicyAdopted ?? before.Find(((PolicyWithdrawn)happened).Version)!.Event).Jurisdiction;
            var context = await registry.TellAboveAsync(Registering.Context(given, terms, rules, clock), given.By, jurisdiction, stop);
            return Proposal<PolicyRegister>.Append(after, new StreamAppend(
                PolicyRegister.StreamId, StreamType, before.Stream, [Facts.Of(happened, context, terms)]));
        }, cancellationToken);
        if (outcome is Outcome<PolicyRegister>.Done)
            await rules.RefreshAsync(cancellationToken);
        return outcome;
    }

    /// <summary>Whether it would show or allow more than the policy above it, which another node may have adopted a moment ago.</summary>
    private async Task<Refusal?> WiderAsync(AdoptedPolicy adopted, CancellationToken cancellationToken) =>
        Authority.OverPolicy(adopted.Policy, Authority.PolicyAbove(
            await rules.RefreshAsync(cancellationToken), adopted.Event.Jurisdiction, adopted.Event.From));

    private async Task<PolicyRegister> LoadAsync(DateTimeOffset? asOf, long upToVersion, CancellationToken cancellationToken)
    {
        var register = PolicyRegister.Empty;
        foreach (var e in await log.FetchAsync(PolicyRegister.StreamId, upToVersion, asOf, cancellationToken: cancellationToken))
            register = register.Apply((IPolicyEvent)e.Data);
        return register;
    }
}

/// <summary>The working calendar: one stream, whose version is the edition.</summary>
internal sealed class CalendarStore(IEventLog log, RulebookSource rules, ServiceOptions options, TimeProvider clock)
{
    /// <summary>The type of the stream.</summary>
    public const string StreamType = "calendar";

    private readonly Deciding deciding = new(log);

    /// <summary>The calendar as it was known at an instant, or is now.</summary>
    public Task<WorkCalendar> LoadAsync(DateTimeOffset? asOf = null, CancellationToken cancellationToken = default) =>
        LoadAsync(asOf, long.MaxValue, cancellationToken);

    /// <summary>Adds a year, or amends one; due dates are counted anew in the background.</summary>
    public async Task<Outcome<WorkCalendar>> ExecuteAsync(
        SetCalendarYear command, Given given, Terms? terms = null, CancellationToken cancellationToken = default)
    {
        terms ??= Terms.None;
        var outcome = await deciding.RunAsync(WorkCalendar.StreamId, terms, (_, version, stop) => LoadAsync(null, version, stop),
            _ => given.By.Roles.Contains(Role.Administrator) && given.By.Jurisdiction.IsNation ? null : CalendarRefusals.Forbidden.Because(), async (_, stop) =>
        {
            var before = await LoadAsync(null, long.MaxValue, stop);
            var version = before.Edition - options.Rules.Calendar.Edition;
            if (terms.IfVersion is { } expected && !expected.Contains(version))
                return Proposal<WorkCalendar>.Refuse(AppendRefusals.StaleAt(expected, version));
            if (Registering.CheckTime(given, terms, clock) is { } wrongTime)
                return Proposal<WorkCalendar>.Refuse(wrongTime);
            var (happened, refusal) = command.Decide(before, given.By);
            if (happened is null)
                return Proposal<WorkCalendar>.Refuse(refusal!);
            var context = Registering.Context(given, terms, rules, clock);
            return Proposal<WorkCalendar>.Append(before.With(happened.Year), new StreamAppend(WorkCalendar.StreamId, StreamType, version, [Facts.Of(happened, context, terms)])) with
            {
                Messages = [new RecountDueDates(before.Edition + 1)],
            };
        }, cancellationToken);
        if (outcome is Outcome<WorkCalendar>.Done)
            await rules.RefreshAsync(cancellationToken);
        return outcome;
    }

    private async Task<WorkCalendar> LoadAsync(DateTimeOffset? asOf, long upToVersion, CancellationToken cancellationToken)
    {
        var calendar = options.Rules.Calendar;
        foreach (var e in await log.FetchAsync(WorkCalendar.StreamId, upToVersion, asOf, cancellationToken: cancellationToken))
            calendar = calendar.With(((ICalendarEvent)e.Data).Year);
        return calendar;
    }
}
