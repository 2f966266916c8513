using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Golden;

/// <summary>What must be said of every event is said of every event: a new one is not passed over in silence.</summary>
public sealed class EveryEvent
{
    private static readonly EventContext Context = new(
        Start, Entry.Prompt, "张工", CountyOffice.Id, Role.Coordinator, "tests", "baseline", null, []);

    public static TheoryData<string> OfHazards() => new(GoldenEvents.ByName.Where(g => g.Value is IHazardEvent).Select(g => g.Key));

    private static IHazardEvent Named(string name) => (IHazardEvent)GoldenEvents.ByName[name];

    [Theory, MemberData(nameof(OfHazards))]
    public void Concerns_the_leg_that_it_names(string name)
    {
        var happened = Named(name);
        if (happened.GetType().GetProperty("Leg") is { } leg)
            Deeds.LegOf(happened).ShouldBe((Leg?)leg.GetValue(happened));
        if (happened is ISupervisionStep step && happened.GetType().GetProperty("Duties") is { } duties)
            step.Duties.ShouldBe(duties.GetValue(happened));
    }

    [Theory, MemberData(nameof(OfHazards))]
    public void Names_the_bodies_that_it_holds(string name)
    {
        var happened = Named(name);
        BodiesIn(happened, []).Except(NamedBodies.In(new Happening(happened, Context))).ShouldBeEmpty();
    }

    [Fact]
    public void The_one_that_acted_and_those_that_were_told_are_named_too()
    {
        var told = Context with { Told = [new Told(GasCompany.Id, null, TellAs.Todo), new Told(null, Wudu, TellAs.Notice)] };
        NamedBodies.In(new Happening(new HazardMerged(OtherId, "同一处"), told)).ShouldBe([CountyOffice.Id, GasCompany.Id]);
    }

    [Theory, MemberData(nameof(OfHazards))]
    public void Says_whom_it_is_put_before(string name)
    {
        var hazard = new Story().And(Hotline, (HazardReported)Named("hazard_reported.minimal"))
            .And(new HazardVerified(Level.General, null, null)).Then;
        // Whether the hazard could have come to it does not matter here, only whether something was said of it.
        Should.NotThrow(() =>
        {
            try
            {
                Telling.Of(Named(name), hazard, hazard, Context);
            }
            catch (Exception e) when (e is not NotSupportedException)
            {
            }
        });
    }

    [Theory, MemberData(nameof(OfHazards))]
    public void Says_something_in_a_line_and_in_a_sentence(string name)
    {
        var happened = Named(name);
        EventWords.Line(happened, id => $"<{id}>").ShouldNotBeNullOrWhiteSpace();
        var sentence = EventWords.Sentence(happened, id => $"<{id}>");
        sentence.ShouldNotBeNullOrWhiteSpace();
        sentence.ShouldNotContain('\n');
    }

    /// <summary>What stands in Chinese in the English line was written so by somebody.</summary>
    [Theory, MemberData(nameof(OfHazards))]
    public void Says_the_same_in_English(string name)
    {
        var happened = Named(name);
        var line = EnglishWords.Line(happened, id => $"<{id}>");
        line.ShouldNotBeNullOrWhiteSpace();
        var written = JsonSerializer.SerializeToNode(happened, happened.GetType(), DomainJson.Options)!.ToJsonString(
            new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        foreach (Match said in Regex.Matches(line, "[\u4e00-\u9fff]+"))
            written.ShouldContain(said.Value);
    }

    [Theory, MemberData(nameof(OfHazards))]
    public void Says_what_answers_it(string name)
    {
        Should.NotThrow(() => Deeds.Answers(Named(name), TellAs.Todo, new HazardClosed(ClosureGround.Rectified, null)));
        Deeds.Answers(Named(name), TellAs.Todo, new CommentAdded("批注")).ShouldBeFalse("a comment is no answer");
    }

    [Fact]
    public void Is_called_something_of_its_own_in_both_languages()
    {
        EventLabels.All.ShouldAllBe(e => e.Chinese.Any(c => c > 0x4e00) && e.English.Any(char.IsAsciiLetterUpper));
        EventLabels.All.Select(e => e.Chinese).ShouldBeUnique();
        EventLabels.All.Select(e => e.English).ShouldBeUnique();
    }

    private static IEnumerable<BodyId> BodiesIn(object? value, HashSet<object> seen) => value switch
    {
        null or string => [],
        BodyId body => [body],
        IEnumerable many => many.Cast<object?>().SelectMany(one => BodiesIn(one, seen)),
        _ when value.GetType().Namespace != typeof(Hazard).Namespace || value.GetType().IsEnum || !seen.Add(value) => [],
        _ => value.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0)
            .SelectMany(p => BodiesIn(p.GetValue(value), seen)),
    };
}
