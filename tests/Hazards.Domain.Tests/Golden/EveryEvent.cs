using System.Collections;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Golden;

/// <summary>What must be said of every event is said of every event: a new one is not passed over in silence.</summary>
public sealed class EveryEvent
{
    public static TheoryData<string> OfHazards() => new(GoldenEvents.ByName.Where(g => g.Value is IHazardEvent).Select(g => g.Key));

    private static IHazardEvent Named(string name) => (IHazardEvent)GoldenEvents.ByName[name];

    [Theory, MemberData(nameof(OfHazards))]
    public void Concerns_the_leg_that_it_names(string name)
    {
        var happened = Named(name);
        if (happened.GetType().GetProperty("Leg") is { } leg)
            Deeds.LegOf(happened).ShouldBe((Leg?)leg.GetValue(happened));
    }

    [Theory, MemberData(nameof(OfHazards))]
    public void Names_the_bodies_that_it_holds(string name)
    {
        var happened = Named(name);
        BodiesIn(happened, []).Except(NamedBodies.In(happened).OfType<BodyId>()).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(OfHazards))]
    public void Says_whom_it_is_put_before(string name)
    {
        var hazard = new Story().And(Hotline, (HazardReported)Named("hazard_reported.minimal")).And(new HazardVerified(Level.General, null, null)).Then;
        // Whether the hazard could have come to it does not matter here, only whether something was said of it.
        Should.NotThrow(() =>
        {
            try
            {
                Telling.Of(Named(name), hazard, hazard, new EventContext(Start, Entry.Prompt, "张工", CountyOffice.Id, Role.Coordinator, "tests", "baseline", null, []));
            }
            catch (Exception e) when (e is not NotSupportedException)
            {
            }
        });
    }

    private static IEnumerable<BodyId> BodiesIn(object? value, HashSet<object> seen) => value switch
    {
        null or string => [],
        BodyId body => [body],
        IEnumerable many => many.Cast<object?>().SelectMany(one => BodiesIn(one, seen)),
        _ when value.GetType().Namespace != typeof(Hazard).Namespace || value.GetType().IsEnum || !seen.Add(value) => [],
        _ => value.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0).SelectMany(p => BodiesIn(p.GetValue(value), seen)),
    };
}
