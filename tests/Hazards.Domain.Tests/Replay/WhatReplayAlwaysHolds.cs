using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Properties;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Replay;

/// <summary>What holds of the record of every life, whoever acted and however late it was entered.</summary>
public sealed class WhatReplayAlwaysHolds
{
    private static readonly Arbitrary<int[]> Seeds = Arb.From(Gen.Choose(1, 80).SelectMany(length => Gen.Choose(0, int.MaxValue - 1).ArrayOf(length)));

    [Fact]
    public void Every_event_is_in_the_timeline_exactly_once() => ForEveryRecord(docket =>
        Timeline.Of(End(docket)).Select(r => r.Event.Id).ShouldBe(docket.Events.Select(e => e.Id)));

    [Fact]
    public void Somebody_is_accountable_for_every_open_leg_without_a_gap_and_nobody_twice() => ForEveryRecord(docket =>
    {
        var file = End(docket);
        var main = Accountability.Of(file).Where(a => a.For is Charge.Verifying or Charge.Assigning or Charge.Rectifying or Charge.Reassigning).ToArray();
        for (var i = 0; i < file.Events.Length; i++)
        {
            var version = i + 1;
            var held = main.Where(a => a.From.Version <= version && !(a.To?.Version <= version)).ToArray();
            held.Length.ShouldBe(!file.States[i].IsOpen ? 0 : Math.Max(1, file.States[i].Legs.Count), $"after event {version}, {file.States[i].Stage}");
            held.Select(a => a.Leg).Distinct().Count().ShouldBe(held.Length);
        }
        foreach (var one in Accountability.Of(file))
            (one.To is null || one.To.Version > one.From.Version).ShouldBeTrue();
        foreach (var twice in Accountability.Of(file).Where(a => a.Duty != null).GroupBy(a => (a.Duty, a.Leg)))
            twice.OrderBy(a => a.From.Version).Zip(twice.OrderBy(a => a.From.Version).Skip(1)).ShouldAllBe(p => p.First.To != null && p.First.To.Version <= p.Second.From.Version);
    });

    [Fact]
    public void The_state_at_an_instant_is_what_folding_the_events_recorded_by_then_gives() => ForEveryRecord(docket =>
    {
        var file = End(docket);
        foreach (var e in docket.Events.Where((_, n) => n % 5 == 0 || n == docket.Events.Length - 1))
            Json(file.StateAt(e.RecordedAt)).ShouldBe(Json(Hazard.Fold(Id, docket.Events.Where(o => o.RecordedAt <= e.RecordedAt).Select(o => o.Happening))));
        file.StateAt(docket.Events[0].RecordedAt.AddTicks(-1)).ShouldBeNull();
    });

    [Fact]
    public void Changes_compose() => ForEveryRecord(docket =>
    {
        var file = End(docket);
        var (a, b, c) = (0, file.Events.Length / 2, file.Events.Length);
        var first = StateChanges.Between(file, a, b).ToDictionary(x => x.Field.Name);
        var second = StateChanges.Between(file, b, c).ToDictionary(x => x.Field.Name);
        var whole = StateChanges.Between(file, a, c).ToDictionary(x => x.Field.Name);
        foreach (var name in first.Keys.Union(second.Keys).Union(whole.Keys))
        {
            var (one, two) = (first.GetValueOrDefault(name), second.GetValueOrDefault(name));
            var from = (one ?? two)!.From;
            var to = (two ?? one)!.Field.Value;
            if (from == to)
                whole.ShouldNotContainKey(name);
            else
                (whole[name].From, whole[name].Field.Value).ShouldBe((from, to));
        }
    });

    [Fact]
    public void Nothing_recorded_later_influences_what_is_said_as_of_an_instant() => ForEveryRecord(docket =>
    {
        var whole = End(docket);
        foreach (var cut in new[] { docket.Events.Length / 3, docket.Events.Length / 2, docket.Events.Length - 1 })
        {
            var instant = docket.Events[cut].RecordedAt;
            var only = CaseFile.Of(
                Id, docket.Events.Where(e => e.RecordedAt <= instant), docket.Openings.Where(o => o.OpenedAt <= instant), docket.Rules, Bodies, instant)!;
            var then = whole.At(instant)!;
            Said(then).ShouldBe(Said(only));
            var (known, onlyKnown) = (Knowledge.At(whole, instant), Knowledge.At(only, instant));
            Json(new { known.Version, known.State, known.Who }).ShouldBe(Json(new { onlyKnown.Version, onlyKnown.State, onlyKnown.Who }));
            Silences.Of(then).ShouldAllBe(s => s.From <= instant && !(s.Ended != null && s.Ended.RecordedAt > instant));
        }
    });

    [Fact]
    public void Every_missed_deadline_that_the_service_noticed_is_a_silence_and_every_silence_cites_its_events() => ForEveryRecord(docket =>
    {
        var silences = Silences.Of(End(docket));
        foreach (var e in docket.Events)
            if (e.Event is DeadlineMissed missed)
                silences.ShouldContain(s => s.Duty == missed.Clock && s.Leg == missed.Leg && s.Due == missed.Due && s.Positions.Contains(e.Position), $"{missed}");
        var positions = docket.Events.Select(e => e.Position).ToHashSet();
        silences.ShouldAllBe(s => !s.Positions.IsEmpty && s.Positions.All(positions.Contains) && s.Days > 0 && !(s.Until < s.From));
        silences.Where(s => s.Kind != SilenceKind.NeverOpened).ShouldAllBe(s => s.Rule != null);
    });

    private static string Said(CaseFile file) => Json(new
    {
        Timeline = Timeline.Of(file).Select(r => new { r.Event.Id, r.By, r.Told, r.Late, r.OccurredBefore }),
        Silences = Silences.Of(file),
        Accountable = Accountability.Of(file),
        Changes = StateChanges.Between(file, 0, file.Events.Length),
    });

    private static CaseFile End(Docket docket) => docket.AsOf(docket.Events[^1].RecordedAt.AddDays(40));

    private static string Json(object? value) => value is null ? "null" : Encoding.UTF8.GetString(DomainJson.Write(value));

    private static void ForEveryRecord(Action<Docket> holds) =>
        Prop.ForAll(Seeds, seeds =>
        {
            holds(Recorded(Life.Of(seeds), seeds));
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    /// <summary>The life as it was entered: nothing before it happened, and recorded times never run backwards; some messages are opened.</summary>
    private static Docket Recorded(Life life, int[] seeds)
    {
        var docket = new Docket { Policy = Life.Policy };
        var now = DateTimeOffset.MinValue;
        var n = 0;
        foreach (var happening in life.Story)
        {
            var noticed = happening.Event is DeadlineMissed missed ? missed.NoticedAt : happening.Context.OccurredAt;
            now = noticed > now ? noticed : now;
            docket = docket.Add(happening, now, Bodies.GetValueOrDefault(happening.Context.Body));
            foreach (var told in docket.Events[^1].Context.Told)
                if (seeds[n++ % seeds.Length] % 3 == 0 && Bodies.Values.FirstOrDefault(b => Told.AddressesOf(b).Contains(told.Address)) is { } reader)
                    docket = docket.Opened(now.AddHours(n % 50), reader, Told.AddressesOf(reader), docket.Last);
        }
        return docket;
    }
}
