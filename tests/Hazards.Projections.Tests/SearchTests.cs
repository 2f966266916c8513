using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Hazards.Projections.Search;

namespace Hazards.Projections.Tests;

public sealed class SearchTests(RowsDatabase database) : IClassFixture<RowsDatabase>
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("一字：阀", "阀")]
    [InlineData("二字词：疏散通道被杂物堵塞", "疏散")]
    [InlineData("大小写与全角：ＣＯ２浓度超标", "co2")]
    [InlineData("百分号：负荷达120%以上", "120%")]
    [InlineData("下划线：A_B号配电箱", "a_b")]
    [InlineData("引号：所谓'临时'电线\"老化\"", "'临时' \"老化\"")]
    [InlineData("反斜杠：C:\\路径", "c:\\路")]
    [InlineData("注入：'; drop table rows.hazards; --", "'; drop table rows.hazards; --")]
    [InlineData("表情：🔥隐患", "🔥")]
    public async Task A_word_is_found_as_it_is_written(string title, string search)
    {
        await using var log = database.Open();
        var id = await ReportAsync(log, title);
        (await FoundAsync(search)).ShouldContain(id);
    }

    [Theory]
    [InlineData("负荷达1200以上", "120%")]
    [InlineData("AxB号配电箱", "a_b号")]
    [InlineData("疏通与散水", "疏散")]
    [InlineData("消防 设施", "消防设施")]
    [InlineData("甲乙丙", "甲乙 乙丁")]
    public async Task What_only_looks_alike_is_not_found(string title, string search)
    {
        await using var log = database.Open();
        var id = await ReportAsync(log, title);
        (await FoundAsync(search)).ShouldNotContain(id);
    }

    [Fact]
    public async Task The_end_of_a_very_long_description_is_found()
    {
        await using var log = database.Open();
        var random = new Random(1);
        var noise = new string([.. Enumerable.Range(0, 7000).Select(_ => (char)random.Next('一', '龥'))]);
        var id = await ReportAsync(log, "很长的描述", noise + "煤气柜塌陷");
        Grams.Of(Grams.Normalize(noise)).Length.ShouldBe(Grams.Most + 2);
        (await FoundAsync("煤气柜塌陷")).ShouldContain(id);
        (await FoundAsync("煤气柜塌方")).ShouldNotContain(id);
    }

    [Fact]
    public async Task The_words_are_those_in_force_at_the_instant()
    {
        await using var log = database.Open();
        var stories = new Stories(9, Begin);
        var reported = stories.Report("锅炉房裂缝");
        var then = (await log.AppendAsync(reported)).ShouldBeOfType<AppendResult.Committed>().RecordedAt;
        var before = stories.Hazards.Values.Single();
        var corrected = new HazardCorrected(CorrectableField.Title, before.Title, "窑炉房裂缝", "笔误");
        var context = Town.Act(Town.Offices[0], stories.Now, stories.Now).Context(Role.Coordinator);
        var after = Hazard.Apply(before.Id, before, new Happening(corrected, context));
        await log.AppendAsync(new Append([Told.Stream(before, after, [corrected], context)]));

        (await FoundAsync("锅炉")).ShouldNotContain(before.Id);
        (await FoundAsync("窑炉 裂缝")).ShouldContain(before.Id);
        (await FoundAsync("锅炉", then)).ShouldContain(before.Id);
        (await FoundAsync("窑炉", then)).ShouldNotContain(before.Id);
    }

    [Fact]
    public async Task Blanks_only_narrow_nothing()
    {
        await using var log = database.Open();
        var id = await ReportAsync(log, "随便");
        (await FoundAsync(" 　\t")).ShouldContain(id);
    }

    private static async Task<HazardId> ReportAsync(MartenEventLog log, string title, string description = "见标题")
    {
        var report = new HazardReported(
            ReportSource.Public, HazardKind.Safety, Town.County, Town.Sectors[0], null, title, description, null, null, null, null, null);
        var context = Town.Act(Town.Offices[0], Begin, Begin).Context(Role.Reporter);
        var hazard = Hazard.Apply(HazardId.New(Begin), null, new Happening(report, context));
        (await log.AppendAsync(new Append([Told.Stream(null, hazard, [report], context)]))).ShouldBeOfType<AppendResult.Committed>();
        return hazard.Id;
    }

    private async Task<IEnumerable<HazardId>> FoundAsync(string search, DateTimeOffset? asOf = null)
    {
        var scope = new Scope(RegionCode.Nation, asOf, ChinaTime.DateAt(asOf ?? Begin));
        var queries = new HazardQueries(database.DataSource, () => Rulebook.Baseline);
        var page = await queries.LedgerAsync(scope, new HazardFilter { Text = search }, LedgerSort.Recorded, true, null, 200);
        return page.Items.Select(i => i.Id);
    }
}
