using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Search;

namespace Hazards.Projections.Tests;

/// <summary>A search within a region finds what a search everywhere finds there, wherever a hazard was taken to be at the time.</summary>
public sealed class PlaceTests(History history) : IClassFixture<History>
{
    [Theory]
    [InlineData("燃气")]
    [InlineData("co2 消防")]
    [InlineData("宿舍_电线")]
    [InlineData("处")]
    public async Task A_search_within_a_region_finds_all_there_and_nothing_else(string search)
    {
        RegionCode[] regions = [RegionCode.Nation, Town.Prefecture, Town.County, .. Town.Places];
        var words = Grams.WordsOf(search);
        var found = 0;
        foreach (var instant in history.Instants())
        {
            var such = (await Replay.UpToAsync(history.Log, instant)).All
                .Where(h => words.All(Grams.Normalize(Writing.HazardRow.Words(h)).Contains)).ToList();
            foreach (var region in regions)
                foreach (var jurisdiction in new[] { RegionCode.Nation, region })
                {
                    var filter = new HazardFilter { Text = search, Region = jurisdiction.IsNation ? region : null };
                    var items = await Pages.AllAsync((cursor, limit) => history.Queries.LedgerAsync(
                        history.At(instant, jurisdiction), filter, LedgerSort.Recorded, true, cursor, limit), 50);
                    items.Select(i => i.Id).ShouldBe(
                        such.Where(h => region.Contains(h.Region)).Select(h => h.Id), ignoreOrder: true, $"{region} {instant}");
                    found += items.Count;
                }
        }
        found.ShouldBeGreaterThan(100);
    }

    /// <summary>By the texts where the newest come first, by the list where it has another order.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_search_in_the_order_of_recording_is_the_list_that_has_the_words(bool descending)
    {
        HazardFilter[] filters =
        [
            new() { Text = "处" }, new() { Text = "燃气", Stages = [Stage.Reported, Stage.Rectifying] },
            new() { Text = "消防", Level = Level.Major, Region = Town.Prefecture },
            new() { Text = "消防 co2", Sectors = [Town.Sectors[0], Town.Sectors[3]] }, new() { Text = "第", Listed = true },
            new() { Text = "处", Overdue = true, Region = Town.Places[1] }, new() { Text = "处", Reopened = true },
        ];
        var found = 0;
        foreach (var instant in history.Instants().Take(8))
            foreach (var filter in filters)
            {
                async Task<IReadOnlyList<HazardItem>> ItemsAsync(LedgerSort sort, int limit) => [.. await Pages.AllAsync(
                    (cursor, most) => history.Queries.LedgerAsync(history.At(instant), filter, sort, descending, cursor, most), limit)];
                var (searched, listed) = (await ItemsAsync(LedgerSort.Recorded, 7), await ItemsAsync(LedgerSort.Found, 50));
                var sorted = listed.OrderBy(i => i.FirstRecordedAt).ThenBy(i => i.Id.StreamId.ToString("N"), StringComparer.Ordinal);
                searched.Select(i => (i.Id, i.Version)).ShouldBe(
                    (descending ? sorted.Reverse() : sorted).Select(i => (i.Id, i.Version)), $"{instant} {filter}");
                found += searched.Count;
            }
        found.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Texts_of_before_become_what_they_would_have_been_written_as()
    {
        const string texts = "select md5(string_agg(t::text, '|' order by hazard_id, recorded_from)) from rows.hazard_texts t";
        var written = await history.ScalarAsync<string>(texts);
        // As they were written before: without places, and not anew where only the region was corrected.
        var joined = await history.ScalarAsync<long>("""
            with lives as (
              select t.*, lag(t.words) over w is not distinct from t.words as same
              from rows.hazard_texts t window w as (partition by hazard_id order by recorded_from)),
            gone as (delete from rows.hazard_texts t using lives l
                     where l.same and t.hazard_id = l.hazard_id and t.recorded_from = l.recorded_from returning 1)
            select count(*) from gone
            """);
        joined.ShouldBeGreaterThan(3, "regions were corrected");
        await history.ExecuteAsync("""
            update rows.hazard_texts t set recorded_to = l.until
            from (select hazard_id, recorded_from,
                         lead(recorded_from, 1, 'infinity') over (partition by hazard_id order by recorded_from) as until
                  from rows.hazard_texts) l
            where t.hazard_id = l.hazard_id and t.recorded_from = l.recorded_from;
            update rows.hazard_texts set grams = array(select g from unnest(grams) g where g not between -999999999 and -100000 order by g)
            """);
        (await history.ScalarAsync<string>(texts)).ShouldNotBe(written);
        await history.ExecuteAsync("alter table rows.hazard_texts drop column first_recorded_at");
        foreach (var number in new[] { "0023", "0025" })
        {
            var upgrade = ProjectionMigrations.Rows.Upgrades.Single(f => f.Name.StartsWith(number, StringComparison.Ordinal));
            await history.ExecuteAsync($"begin;{upgrade.Sql};commit");
        }
        (await history.ScalarAsync<string>(texts)).ShouldBe(written);
    }
}
