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
        foreach (var (name, value) in facts)
            builder[name] = value switch
            {
                DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                DateTimeOffset instant => ChinaTime.Format(instant),
                IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
                _ => value?.ToString(),
            };
        return new Refusal(this, field, builder.ToImmutable());
    }
}

/// <summary>Why a command was refused: a value, not an exception. Nothing was written.</summary>
/// <param name="Reason">The stable code.</param>
/// <param name="Field">The field at fault, if one is.</param>
/// <param name="Facts">The facts of the case.</param>
public sealed record Refusal(RefusalCode Reason, string? Field, ImmutableSortedDictionary<string, string?> Facts)
{
    /// <summary>The stable code.</summary>
    public string Code => Reason.Code;

    /// <summary>The sentence in Chinese.</summary>
    public string Chinese => Fill(Reason.Chinese);

    /// <summary>The sentence in English.</summary>
    public string English => Fill(Reason.English);

    /// <summary>The same refusal, said of a field further out (<c>legs[0]</c> + <c>deadline</c>).</summary>
    public Refusal Within(string outer) => this with { Field = Field is null ? outer : $"{outer}.{Field}" };

    private string Fill(string template)
    {
        var text = new StringBuilder(template);
        foreach (var (name, value) in Facts)
            text.Replace("{" + name + "}", value ?? "—");
        text.Replace("{field}", Field ?? "—");
        return text.ToString();
    }
}
