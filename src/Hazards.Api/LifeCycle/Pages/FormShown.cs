using System.Collections.Immutable;
using System.Globalization;
using Hazards.Api.Http.Pages;
using Hazards.Domain;

namespace Hazards.Api.LifeCycle.Pages;

/// <summary>A step's form as it is shown: empty with its defaults, or with what was typed and why it was refused.</summary>
/// <param name="Page">The request.</param>
/// <param name="Command">The step.</param>
/// <param name="Id">The form's name on the page.</param>
/// <param name="Sent">What was sent; null for a form that was not.</param>
internal sealed record FormShown(PageCall Page, string Command, string Id, IFormCollection? Sent)
{
    /// <summary>However often the form is sent, it is done once; each form has a token of its own.</summary>
    public string Token { get; } = Page.NewKey(Sent);

    /// <summary>The version that it is sent with: that which was looked at, until something newer was seen.</summary>
    public string Version(long now) =>
        Sent is not null && Page.Problem?.Reason is { } problem && problem.Kind != RefusalKind.Stale && problem != PageRefusals.SentBefore
            ? Sent["_version"].ToString()
            : now.ToString(CultureInfo.InvariantCulture);

    /// <summary>What stands in a field.</summary>
    public string? Value(StepField field, string name) => Sent is null ? field.Default?.ToString() : Sent[name];

    /// <summary>A field's name on the page.</summary>
    public string IdOf(string name) => $"{Id}-{name.Replace('.', '-')}";

    /// <summary>Why a field was refused; null when it was not.</summary>
    public Refusal? Why(string name) => Sent is not null && Page.Problem is { } problem && problem.Field == name
        && problem.Reason.Kind != RefusalKind.Stale ? problem : null;

    /// <summary>Whether something within a field was refused: it must not be folded away.</summary>
    public bool WrongWithin(string name) =>
        Sent is not null && Page.Problem?.Field is { } at && (at == name || at.StartsWith(name + ".", StringComparison.Ordinal));

    /// <summary>Whether one of the fields is shown under this name: then the refusal stands beside it.</summary>
    public bool Shows(IEnumerable<StepField> fields, string name) => fields.Any(f => Names(f, f.Name).Contains(name) && !IsFixed(f));

    /// <summary>Whether a field is part of what is declined, and not to be chosen.</summary>
    public bool IsFixed(StepField field) => Command == "decline_step" && (field.Name is "step" or "clock" or "due" or "leg");

    /// <summary>The files that were put in with it already.</summary>
    public ImmutableArray<string> Attached => Sent is not null && Page.Http.Items[StepFiles.Attached] is List<string> put
        ? [.. put.Distinct()] : [];

    private static IEnumerable<string> Names(StepField field, string name) =>
        (field.Fields ?? []).SelectMany(f => Names(f, $"{name}.{f.Name}"))
            .Concat(field.Kind == StepFieldKind.Parts ? (field.Codes ?? []).Select(c => $"{name}.{c.Code}") : []).Append(name);
}
