using System.Text;
using Hazards.Domain;
using Hazards.Evidence.Report;

namespace Hazards.Evidence.Tests;

/// <summary>The report's words are those of its form: the verifier calls a report altered that says anything else.</summary>
public sealed class ReportFacts
{
    [Fact]
    public void The_words_of_a_form_do_not_change()
    {
        var log = new SampleLog();
        var html = new StringBuilder(HtmlBlocks.Begin(Cover.Title, ReportForm.Now));
        foreach (var (ordinal, id) in new[] { SampleLog.First, SampleLog.Second }.Index())
        {
            var events = log.Events.Where(e => e.StreamId == id.StreamId).Select(e => new RecordedHappening(
                e.Position, e.Version, e.Id, e.RecordedAt,
                new Happening((IHazardEvent)DomainJson.ReadEvent(e.Type, e.Data.Span), DomainJson.ReadContext(e.Headers.Span)))).ToArray();
            var openings = log.Events.Where(e => e.StreamId == log.Opened)
                .Select(e => new RecordedOpening(e.StreamId, SampleLog.Government, "李四", e.RecordedAt, e.Position));
            var file = CaseFile.Of(id, events, openings, Rulebook.Baseline, new Dictionary<BodyId, Body>(), log.End)!;
            html.Append(Encoding.UTF8.GetString(HtmlBlocks.Write(new HazardSection(ordinal, file, [log.End], (null, null), []).Blocks())));
        }
        html.Append(Encoding.UTF8.GetString(HtmlBlocks.Write(Cover.After()))).Append(HtmlBlocks.End);
        var path = Path.Combine(
            DocumentFacts.Root(), "tests", "Hazards.Evidence.Tests", "Golden", ReportForm.Now.Replace('/', '-') + ".html");
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("HAZARDS_WRITE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, html.ToString());
        }
        html.ToString().ShouldBe(
            File.ReadAllText(path),
            "give the report's form a new number (ReportForm.Now), then write its file with HAZARDS_WRITE_GOLDEN=1");
    }
}
