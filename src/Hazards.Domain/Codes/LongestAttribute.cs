namespace Hazards.Domain;

/// <summary>
/// The longest that a text of a request may be, in UTF-16 units. A request is held to it as it is read, and the published contract
/// says it; a text that has none may be as long as <see cref="Texts.LongLength"/>.
/// </summary>
/// <param name="length">So many.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LongestAttribute(int length) : Attribute
{
    /// <summary>So many.</summary>
    public int Length => length;
}
