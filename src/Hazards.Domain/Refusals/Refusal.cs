using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Hazards.Domain;

/// <summary>What sort of refusal it is; the API derives the HTTP status from it.</summary>
public enum RefusalKind
{
    /// <summary>The input is wrong in itself (400).</summary>
    Invalid,

    /// <summary>The caller's role or body may not (403).</summary>
    Forbidden,

    /// <summary>It does not exist, or lies outside the caller's jurisdiction (404).</summary>
    NotFound,

    /// <summary>The state of the hazard forbids it (409).</summary>
    Conflict,

    /// <summary>It existed, and was destroyed for good (410).</summary>
    Gone,

    /// <summary>The request was made on an older version (412).</summary>
    Stale,

    /// <summary>The request is too large (413).</summary>
    TooLarge,

    /// <summary>The request is not in a form that is understood (415).</summary>
    Unsupported,

    /// <summary>The caller did not say who it is (401).</summary>
    Unauthenticated,

    /// <summary>The input is understood but breaks a rule (422).</summary>
    Unprocessable,

    /// <summary>The records are sealed (423).</summary>
    Locked,

    /// <summary>The service cannot answer now; the same request may be sent again (503).</summary>
    Unavailable,

    /// <summary>Too many attempts; the same may be tried later (429).</summary>
    TooMany,
}

/// <summary>A stable code with its kind and its texts; <c>{name}</c> in a text stands for a fact.</summary>
/// <param name="Code">Stable, dotted, never reused: programs act on it.</param>
/// <param name="Kind">What sort of refusal.</param>
/// <param name="Chinese">What is wrong and how to mend it, in Chinese.</param>
/// <param name="English">The same in English.</param>
public sealed record RefusalCode(string Code, RefusalKind Kind, string Chinese, string English)
{
    /// <summary>A refusal with this code.</summary>
    /// <param name="field">The input field at fault, in JSON path form (<c>legs[1].deadline</c>), if one is.</param>
    /// <param name="facts">What the texts and the caller's program need to know.</param>
    public Refusal Because(string? field = null, params ReadOnlySpan<(string Name, object? Value)> facts)
    {
        var builder = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        var english = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in facts)
        {
            if (value is Words words)
                english[name] = words.English;
            builder[name] = value switch
            {
                DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                DateTimeOffset instant => ChinaTime.Format(instant),
                IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
                _ => value?.ToString(),
            };
        }

        return new Refusal(this, field, builder.ToImmutable()) { EnglishFacts = builder.ToImmutable().SetItems(english) };
    }
}

/// <summary>Why a command was refused: a value, not an exception. Nothing was written.</summary>
/// <param name="Reason">The stable code.</param>
/// <param name="Field">The field at fault, if one is.</param>
/// <param name="Facts">The facts of the case.</param>
public sealed record Refusal(RefusalCode Reason, string? Field, ImmutableSortedDictionary<string, string?> Facts)
{
    /// <summary>The facts as the English sentence says them: codes where the Chinese one has terms.</summary>
    public ImmutableSortedDictionary<string, string?> EnglishFacts { get; init; } = Facts;

    /// <summary>What else is wrong: all that was found in the same look, so that it can be mended at once.</summary>
    public ImmutableArray<Refusal> Others { get; init; } = [];

    /// <summary>The stable code.</summary>
    public string Code => Reason.Code;

    /// <summary>The sentence in Chinese.</summary>
    public string Chinese => Fill(Reason.Chinese, Facts);

    /// <summary>The sentence in English.</summary>
    public string English => Fill(Reason.English, EnglishFacts);

    /// <summary>The same refusal, said of a field further out (<c>legs[0]</c> + <c>deadline</c>).</summary>
    public Refusal Within(string outer) =>
        this with { Field = Field is null ? outer : $"{outer}.{Field}", Others = [.. Others.Select(o => o.Within(outer))] };

    /// <summary>All that several checks found wrong, the first first; null when nothing is.</summary>
    public static Refusal? All(params ReadOnlySpan<Refusal?> found)
    {
        Refusal? first = null;
        foreach (var wrong in found)
            first = first is null || wrong is null ? first ?? wrong : first.And(wrong);
        return first;
    }

    /// <summary>This, and what else is wrong. A field that is said to be wrong once is not said so again.</summary>
    public Refusal And(Refusal other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with
        {
            Others = [
                .. Others,
                .. other.Others.Prepend(other with { Others = [] })
                .Where(o => o.Field is null || o.Field != Field && Others.All(known => known.Field != o.Field))],
        };
    }

    private string Fill(string template, ImmutableSortedDictionary<string, string?> facts)
    {
        var text = new StringBuilder(template);
        foreach (var (name, value) in facts)
            text.Replace("{" + name + "}", value ?? "—");
        text.Replace("{field}", Field ?? "—");
        return text.ToString();
    }
}
