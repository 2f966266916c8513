using Hazards.Api.Investigation.Replay;

namespace Hazards.Api.Http.Pages.Shared;

/// <summary>The value of a field of a hazard's state, in the reader's language.</summary>
internal static class FieldValue
{
    /// <summary>A code in the field's term, or as English words; a name and a text as they are.</summary>
    public static string Of(PageCall page, FieldEntry field, string? value, string? shown) =>
        shown is null ? page.T("（无）", "(none)")
        : field.IsBody || value is null || value == shown ? shown
        : page.T(shown, PageWords.Of(value));
}
