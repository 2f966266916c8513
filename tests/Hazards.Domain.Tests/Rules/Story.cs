using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>Given these events, when this command, then these events or that refusal.</summary>
internal sealed record Story
{
    /// <summary>The events so far; each an hour after the one before.</summary>
    public ImmutableArray<Happening> Events { get; init; } = [];

    /// <summary>When the next event or command happens.</summary>
    public DateTimeOffset Now { get; init; } = Start;

    /// <summary>The policy in force.</summary>
    public Policy Policy { get; init; } = Policy.NationalBaseline;

    /// <summary>The hazard as the events leave it.</summary>
    public Hazard? Hazard => Hazards.Domain.Hazard.Fold(Id, Events);

    /// <summary>The hazard, which exists.</summary>
    public Hazard Then => Hazard.ShouldNotBeNull();

    /// <summary>The clocks that run now.</summary>
    public ImmutableArray<Clock> Clocks =>
        Hazards.Domain.Clocks.Open(
            Then, new Rulebook([new Adopted(Policy, RegionCode.Nation, DateOnly.MinValue, null)], WorkCalendar.Shipped));

    /// <summary>A story in which these events have happened, caused by the county's committee office.</summary>
    public static Story Given(params ReadOnlySpan<IHazardEvent> events) => new Story().And(CountyOffice, events);

    /// <summary>And then these, caused by the county's committee office.</summary>
    public Story And(params ReadOnlySpan<IHazardEvent> events) => And(CountyOffice, events);

    /// <summary>And then these, caused by this body.</summary>
    public Story And(Body by, params ReadOnlySpan<IHazardEvent> events)
    {
        var story = this;
        foreach (var happened in events)
        {
            var context = new EventContext(story.Now, Entry.Prompt, "张工", by.Id, Role.Coordinator, "tests", Policy.Version, Paper, []);
            story = story with { Events = story.Events.Add(new Happening(happened, context)), Now = story.Now.AddHours(1) };
        }
        return story;
    }

    /// <summary>And days pass.</summary>
    public Story AfterDays(int days) => this with { Now = Now.AddDays(days) };

    /// <summary>Under another policy.</summary>
    public Story Under(Policy policy) => this with { Policy = policy };

    /// <summary>When this body's caller, with every role of its own, gives the command.</summary>
    public Outcome When(Body by, IHazardCommand command) => When(As(by), command);

    /// <summary>When this caller gives the command, with a paper, now or at another instant.</summary>
    public Outcome When(Actor by, IHazardCommand command, DateTimeOffset? at = null, bool paper = true)
    {
        var act = Act(by, at, paper);
        return new Outcome(this, act, Decider.Decide(command is IBringsPerson person ? person.With(Seal) : command, Hazard, act));
    }

    /// <summary>When this caller reports a hazard.</summary>
    public Outcome When(Actor by, ReportHazard report, DateTimeOffset? at = null)
    {
        var act = Act(by, at, paper: false);
        return new Outcome(this, act, Decider.Decide(report with { Seal = Seal }, Hazard, act));
    }

    /// <summary>What personal data are sealed with in these stories.</summary>
    public static PersonSeal Seal { get; } = new(
        Guid.Parse("01f0a3c2-5b7e-4d19-8f64-2a9b3c4d5e6f"), Id, [.. Enumerable.Range(1, PersonCipher.KeyLength).Select(n => (byte)n)]);

    /// <summary>The circumstances in which a command would be given now.</summary>
    public Act Act(Actor by, DateTimeOffset? at = null, bool paper = true) =>
        new(by, at ?? Now, Now, Policy, SectorCatalogue.Usual, Bodies, paper ? Paper : null, []);

    internal Story After(Act act, Decision decision) => this with
    {
        Events =
        [
            .. Events,
            .. decision.Events.Select(e => new Happening(
                e, act.Context(decision.Role).EnteredBy(act.By.Body, e is HazardReported report ? report.Region : Then.Region))),
        ],
        Now = Now.AddHours(1),
    };
}

/// <summary>What came of a command.</summary>
internal sealed record Outcome(Story Story, Act Act, Decision Decision)
{
    /// <summary>Then exactly these events follow; the story goes on from there.</summary>
    public Story Then(params ReadOnlySpan<IHazardEvent> events)
    {
        Decision.Refusal?.English.ShouldBeNull();
        Json(Decision.Events).ShouldBe(Json(events.ToArray()));
        return Story.After(Act, Decision);
    }

    /// <summary>Then it happens, whatever the events; the story goes on from there.</summary>
    public Story ThenItHappens()
    {
        Decision.Refusal?.English.ShouldBeNull();
        Decision.Events.ShouldNotBeEmpty();
        return Story.After(Act, Decision);
    }

    /// <summary>Then it is refused with this code, and nothing happens.</summary>
    public Refusal ThenRefused(RefusalCode code, string? field = null)
    {
        var refusal = Decision.Refusal.ShouldNotBeNull($"it happened: {Json(Decision.Events)}");
        refusal.Code.ShouldBe(code.Code);
        if (field is not null)
            refusal.Field.ShouldBe(field);
        Decision.Events.ShouldBeEmpty();
        Decision.Elsewhere.ShouldBeNull();
        refusal.ShouldSpeak();
        return refusal;
    }

    private static string Json(IEnumerable<IHazardEvent> events) =>
        string.Join('\n', events.Select(e => EventTypes.NameOf(e) + " " + Encoding.UTF8.GetString(DomainJson.Write(e))));
}

internal static class Speech
{
    /// <summary>Both texts are there, and no placeholder is left in them.</summary>
    public static void ShouldSpeak(this Refusal refusal)
    {
        refusal.Chinese.ShouldNotBeNullOrWhiteSpace();
        (refusal.Chinese + refusal.English).ShouldNotMatch(@"\{[a-zA-Z]+\}", refusal.Code);
        refusal.ShouldBeEnglish();
    }

    /// <summary>
    /// The English text is wholly English, but for what was given or is so called: a fact that is the same in both languages is
    /// such a name, and no term, which is <see cref="Words"/>.
    /// </summary>
    public static void ShouldBeEnglish(this Refusal refusal)
    {
        var names = refusal.EnglishFacts.Where(f => f.Value is { Length: > 0 } && refusal.Facts[f.Key] == f.Value).ToArray();
        foreach (var (name, value) in names.Where(f => f.Key is not ("value" or "source")))
            value!.Split('、').ShouldNotContain(part => Terms.Contains(part), $"{refusal.Code}: {name} is a term");
        names.OrderByDescending(f => f.Value!.Length)
            .Aggregate(refusal.English, (text, own) => text.Replace(own.Value!, "", StringComparison.Ordinal))
            .ShouldNotMatch("[\u3000-\u9fff\uff00-\uffef]", refusal.Code);
        foreach (var other in refusal.Others)
            other.ShouldBeEnglish();
    }

    // What codes and commands are called in Chinese.
    private static readonly HashSet<string> Terms =
    [
        .. typeof(Refusal).Assembly.GetTypes().Where(t => t.IsEnum).SelectMany(t => t.GetFields())
            .Select(f => f.GetCustomAttribute<LabelAttribute>()?.Chinese).OfType<string>(),
        .. CommandRules.All.Select(r => r.Chinese),
    ];
}
