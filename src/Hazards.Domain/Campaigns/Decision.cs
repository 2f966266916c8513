using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>What follows from a command on a record beside the hazards: events, or why not. Never both.</summary>
/// <typeparam name="TEvent">The record's events.</typeparam>
/// <param name="Events">What happened, in order; empty when refused.</param>
/// <param name="Refusal">Why not; null when it happened.</param>
/// <param name="Role">The role under which it was allowed.</param>
public readonly record struct Decision<TEvent>(ImmutableArray<TEvent> Events, Refusal? Refusal, Role Role) where TEvent : IDomainEvent;

/// <summary>What every command on a campaign or an inspection is judged by first.</summary>
internal static class Acting
{
    /// <summary>The role under which the caller may act; or why it may not: role, body, time, papers.</summary>
    public static Refusal? Check(CommandRule rule, Act act, out Role role)
    {
        role = default;
        if (Decider.RoleFor(rule, act) is not { } found)
            return HazardRefusals.Role.Because(null, ("command", Words.Of(rule)), ("roles", Decider.RoleNames(rule)));
        role = found;
        return Relations.Acting(act.By.Body) ?? Decider.CheckTime(act, null) ?? Checks.Papers(act);
    }

    public static Decision<T> Refuse<T>(Refusal refusal) where T : IDomainEvent => new([], refusal, default);

    public static Decision<T> Happened<T>(Role role, T happened) where T : IDomainEvent => new([happened], null, role);
}
