using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact of a refusal that is said otherwise in each language.</summary>
/// <param name="Chinese">In Chinese.</param>
/// <param name="English">In English: of a code, the code itself, which a request would say.</param>
public sealed record Words(string Chinese, string English)
{
    /// <summary>A code.</summary>
    public static Words Of<T>(T value) where T : struct, Enum => new(CodeList.Chinese(value), CodeList.Code(value));

    /// <summary>Codes.</summary>
    public static Words Of<T>(IEnumerable<T> values) where T : struct, Enum => Join(values.Select(v => Of(v)));

    /// <summary>Who owes a duty, or is asked: a body by its identity, or the committee office where none is named.</summary>
    public static Words OfOwner(BodyId? body) =>
        body is { } named ? new Words(named.Value, named.Value) : new Words("安委办", "the committee office");

    /// <summary>A command.</summary>
    public static Words Of(CommandRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new Words(rule.Chinese, rule.English);
    }

    /// <summary>A term of a code list.</summary>
    public static Words Of(CodeEntry term)
    {
        ArgumentNullException.ThrowIfNull(term);
        return new Words(term.Chinese, term.English);
    }

    /// <summary>Another refusal, as part of this one.</summary>
    public static Words Of(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return new Words(refusal.Chinese, refusal.English);
    }

    /// <summary>Several, one after the other.</summary>
    public static Words Join(IEnumerable<Words> all)
    {
        var words = all.ToImmutableArray();
        return new Words(string.Join('、', words.Select(w => w.Chinese)), string.Join(", ", words.Select(w => w.English)));
    }

    /// <inheritdoc />
    public override string ToString() => Chinese;
}
