using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Projections.Tests;

// What changed between two instants: every page of any length, and the figures, say the same as folding the log says.
public sealed partial class AsOfTests
{
    private ChangeQueries Changes => new(history.DataSource);

    private static readonly RegionCode[] Regions = [.. new[] { "0", "6212", "621202", "110101" }.Select(RegionCode.Parse)];

    [Fact]
    public async Task Pages_of_any_length_have_the_same_hazards_in_the_same_order()
    {
        foreach (var from in history.Instants().OfType<DateTimeOffset>().Take(5))
        {
            var before = (await Replay.UpToAsync(history.Log, from)).All.ToDictionary(h => h.Id);
            foreach (var to in (DateTimeOffset?[])[null, from + (history.End - from) / 2])
            {
                var after = (await Replay.UpToAsync(history.Log, to)).All.ToList();
                foreach (var region in Regions)
                {
                    var interval = new Interval(region, from, to, ChinaTime.DateAt(to ?? history.End));
                    var whole = await AllAsync(interval, new ChangeFilter(), 200);
                    (await AllAsync(interval, new ChangeFilter(), 7)).Select(Text).ShouldBe(whole.Select(Text));
                    whole.Count.ShouldBe((await Changes.CountsAsync(interval, null)).Hazards);

                    var touched = after.Where(h => !before.TryGetValue(h.Id, out var b) || h.Version > b.Version)
                        .Where(h => region.Contains(h.Region) || (before.TryGetValue(h.Id, out var b) && region.Contains(b.Region)))
                        .Select(h => h.Id).ToList();
                    // Others are there only because a due date passed.
                    touched.Except(whole.Select(c => c.Hazard)).ShouldBeEmpty();
                    whole.Where(c => c.StageFrom != c.StageTo).Select(c => c.Hazard).Except(touched).ShouldBeEmpty();
                }
            }
        }
    }

    [Fact]
    public async Task What_was_entered_late_is_what_people_entered_late()
    {
        foreach (var from in history.Instants().OfType<DateTimeOffset>().Take(4))
        {
            var interval = new Interval(RegionCode.Nation, from, null, ChinaTime.DateAt(history.End));
            var late = await AllAsync(interval, new ChangeFilter { Late = true }, 50);
            late.Select(c => c.Hazard.StreamId).ShouldBe(await LateAsync(from), ignoreOrder: true);
            late.Count.ShouldBe((await Changes.CountsAsync(interval, null)).Late);
        }
    }

    private async Task<List<Guid>> LateAsync(DateTimeOffset from)
    {
        var found = new HashSet<Guid>();
        await foreach (var e in history.Log.ReadAllAsync(0))
            if (e.RecordedAt > from && e.StreamType == "hazard"
                && DomainJson.ReadContext(e.Headers.Span) is { Entry: Entry.Late, Role: not Role.Clock })
                found.Add(e.StreamId);
        return [.. found];
    }

    private static string Text(ChangedHazard c) =>
        $"{c.Hazard} {c.StageFrom} {c.LevelFrom} > {c.StageTo} {c.LevelTo} +{string.Join(',', c.Entered)} -{string.Join(',', c.Left)}";

    private Task<List<ChangedHazard>> AllAsync(Interval interval, ChangeFilter filter, int limit) =>
        Pages.AllAsync((cursor, n) => Changes.ChangesAsync(interval, filter, cursor, n), limit);
}
