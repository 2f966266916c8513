using System.Net;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using JasperFx.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Hazards.Api.Tests;

/// <summary>A hazard that was read before is read on from there, and is what its stream says all the same.</summary>
public sealed class FoldedHazardsTests(Service service) : IClassFixture<Service>
{
    private readonly List<int> fetched = [];
    private long hidden = long.MaxValue;

    private IEventLog Log => service.Services.GetRequiredService<IEventLog>();

    private FoldedHazards Folded => field ??= new(async (stream, from, stop) =>
    {
        IReadOnlyList<IEvent> events = [
            .. (await Log.FetchAsync(stream, fromVersion: from, cancellationToken: stop)).Where(e => e.Version < hidden)];
        fetched.Add(events.Count);
        return events;
    });

    [Fact]
    public async Task Only_what_is_new_is_read()
    {
        var id = await CommentedAsync(40);
        var whole = await NowAsync(id);
        await CommentAsync(id);
        var after = await NowAsync(id);
        (await NowAsync(id)).ShouldBeSameAs(after);
        after.Version.ShouldBe(whole.Version + 1);
        fetched.ShouldBe([(int)whole.Version, 2, 1]);
        DomainJson.Write(after).ToArray().ShouldBe(DomainJson.Write(await FoldAsync(id)).ToArray());
    }

    /// <summary>What a command led to is remembered without being read; it is what the log has, to the letter.</summary>
    [Theory, InlineData("general"), InlineData("major")]
    public async Task What_an_append_led_to_is_what_is_read_of_it(string level)
    {
        var id = await service.HazardAsync(Stage.Rectifying, level);
        await CommentAsync(id);
        (await service.Gov.PostAsync($"hazards/{id}/legs/territorial/interim-measures", new() { ["measures"] = "停用" }))
            .Require(HttpStatusCode.OK);
        (await service.Office.PostAsync($"hazards/{id}/corrections", new() { ["field"] = "title", ["to"] = "阀井泄漏", ["reason"] = "核对" }))
            .Require(HttpStatusCode.OK);
        var remembered = service.Services.GetRequiredService<HazardStore>().Folded.Remembered(HazardId.Parse(id)).ShouldNotBeNull();
        var events = await Log.FetchAsync(HazardId.Parse(id).StreamId);
        remembered.Last.ShouldBe(events[^1].Id);
        DomainJson.Write(remembered.State).ToArray().ShouldBe(DomainJson.Write(await FoldAsync(id)).ToArray());
    }

    /// <summary>An older backup in the database's place, or another stream's history: nothing is taken from what was known.</summary>
    [Theory, InlineData(1), InlineData(3)]
    public async Task What_the_stream_no_longer_has_is_forgotten(int lost)
    {
        var id = await CommentedAsync(5);
        var before = await NowAsync(id);
        hidden = before.Version + 1 - lost;
        (await NowAsync(id)).Version.ShouldBe(before.Version - lost);
        hidden = 1;
        (await Folded.NowAsync(HazardId.Parse(id), default)).ShouldBeNull();
    }

    [Fact]
    public async Task Another_kinds_stream_is_no_hazard() =>
        (await Folded.NowAsync(new HazardId(BodyId.Parse("ws-gov").StreamId), default)).ShouldBeNull();

    private async Task<Hazard> NowAsync(string id) => (await Folded.NowAsync(HazardId.Parse(id), default)).ShouldNotBeNull();

    private async Task<Hazard> FoldAsync(string id)
    {
        Hazard? hazard = null;
        foreach (var e in await Log.FetchAsync(HazardId.Parse(id).StreamId))
            hazard = Hazard.Apply(HazardId.Parse(id), hazard, new Happening((IHazardEvent)e.Data, e.Context()));
        return hazard.ShouldNotBeNull();
    }

    private async Task<string> CommentedAsync(int times)
    {
        var id = await service.HazardAsync();
        for (var i = 0; i < times; i++)
            await CommentAsync(id);
        return id;
    }

    private async Task CommentAsync(string id) =>
        (await service.Office.PostAsync($"hazards/{id}/comments", new() { ["text"] = "已通知值班" })).Require(HttpStatusCode.OK);
}
