using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>
/// A fact about what became of a person's data; its stream is the person's own (type <c>person</c>). Looks at them are
/// <see cref="PersonalDataViewed"/>.
/// </summary>
public interface IPersonEvent : IDomainEvent;

/// <summary>
/// 删除个人信息: the person's key is destroyed; what was sealed cannot be opened any more by anybody. The 文号 stands in the context.
/// </summary>
/// <param name="Hazard">The hazard they belong to.</param>
/// <param name="Kind">In what capacity the person is in it.</param>
/// <param name="Reason">Why.</param>
[EventType("person_erased", "删除个人信息", "Personal data erased")]
public sealed record PersonErased(HazardId Hazard, PersonKind Kind, string Reason) : IPersonEvent;

/// <summary>What became of a person's data.</summary>
/// <param name="ErasedAt">When they were erased.</param>
/// <param name="Version">Number of events.</param>
public sealed record Person(DateTimeOffset ErasedAt, long Version)
{
    /// <summary>Folds one event.</summary>
    public static Person Apply(Person? before, IPersonEvent happened, EventContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(before?.ErasedAt ?? context.OccurredAt, (before?.Version ?? 0) + 1);
    }
}
