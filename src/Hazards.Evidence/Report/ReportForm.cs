using Hazards.Domain;

namespace Hazards.Evidence.Report;

/// <summary>
/// In which words the report is written. Whoever changes one of them, or what is said where, gives it a new number: the verifier
/// makes a report again only where it knows its words, and what an earlier program wrote is not called altered.
/// </summary>
internal static class ReportForm
{
    /// <summary>Today's. It stands in the page's head.</summary>
    public const string Now = "hazards-report/2";

    /// <summary>The bodies that events of a hazard name: those whose names the report gives.</summary>
    public static HashSet<BodyId> BodiesIn(IEnumerable<RecordedHappening> happenings)
    {
        var named = happenings.SelectMany(h => NamedBodies.In(h.Happening)).ToHashSet();
        named.Remove(Clockwork.Body.Id);
        return named;
    }
}

/// <summary>What was asked for: the event, and where it stands.</summary>
/// <param name="Id">The package.</param>
/// <param name="Request">The request.</param>
/// <param name="Asked">Who asked, by which order.</param>
/// <param name="RequestedAt">When that was recorded.</param>
/// <param name="Position">Where.</param>
internal sealed record ReportOrder(Guid Id, EvidenceRequested Request, EventContext Asked, DateTimeOffset RequestedAt, long Position);

/// <summary>The bytes of the report's two forms, around the sections of the hazards.</summary>
internal static class ReportText
{
    public static (byte[] Before, byte[] After) Html(Cover cover) => (
        [.. System.Text.Encoding.UTF8.GetBytes(HtmlBlocks.Begin(Cover.Title, cover.Form)), .. HtmlBlocks.Write(cover.Before())],
        [.. HtmlBlocks.Write(Cover.After()), .. System.Text.Encoding.UTF8.GetBytes(HtmlBlocks.End)]);

    public static (byte[] Before, byte[] After) Document(Cover cover) => (
        [.. System.Text.Encoding.UTF8.GetBytes(DocxBlocks.Begin), .. DocxBlocks.Write(cover.Before())],
        [.. DocxBlocks.Write(Cover.After()), .. System.Text.Encoding.UTF8.GetBytes(DocxBlocks.End)]);
}
