using Hazards.Domain;
using Hazards.Ledgers;

namespace Hazards.Api.Import;

/// <summary>A preview with what the import would ask of its first rows, and decide: they were tried by the same rules.</summary>
internal static class TriedRows
{
    public static LedgerPreview Of(LedgerPreview preview, IReadOnlyList<(LedgerRow Row, ImportedRow Becomes)> tried)
    {
        var becomes = tried.ToDictionary(t => (t.Row.Sheet, t.Row.Number), t => t.Becomes);
        return preview with
        {
            Rows = [.. preview.Rows.Select(r => becomes.TryGetValue((r.Sheet, r.Number), out var own) ? Of(r, own) : r)],
        };
    }

    private static LedgerRow Of(LedgerRow row, ImportedRow becomes)
    {
        var known = row.Notes.Select(n => n.Code).ToHashSet(StringComparer.Ordinal);
        LedgerNote[] asked =
        [
            .. becomes.NotUnderstood.Select(n => NoteOf(n, NoteSeverity.Warning)).Where(n => !known.Contains(n.Code)),
            .. becomes.Remarks.Select(n => NoteOf(n, NoteSeverity.Info)).Where(n => !known.Contains(n.Code)),
        ];
        var isAsked = row.Verdict == RowVerdict.Understood && asked.Any(n => n.Severity == NoteSeverity.Warning);
        return row with { Notes = [.. row.Notes, .. asked], Verdict = isAsked ? RowVerdict.Partly : row.Verdict };
    }

    private static LedgerNote NoteOf(string said, NoteSeverity severity)
    {
        var colon = said.IndexOf(':', StringComparison.Ordinal);
        var (code, chinese) = colon < 0 ? ("import.remark", said) : (said[..colon], said[(colon + 1)..].Trim());
        return new(code, severity, null, null, null, chinese, ImportNotes.English(code));
    }
}
