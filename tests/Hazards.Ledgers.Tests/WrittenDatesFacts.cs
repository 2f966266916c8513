using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>The dates that people write, under a title that names the year, and deadlines in words.</summary>
public class WrittenDatesFacts
{
    private static async Task<LedgerRow> One(string found, string deadline, string title = "云岭县2026年3月隐患台账") =>
        (await Records(Utf8($"{title}\n序号,检查时间,隐患内容,责任单位,整改期限\n1,{found},阀门渗漏,永昌化工厂,{deadline}\n"))).Single();

    [Theory]
    [InlineData("2026.3.5", "2026-03-05 00:00")]
    [InlineData("26.3.5", "2026-03-05 00:00")]
    [InlineData("26年3月5日", "2026-03-05 00:00")]
    [InlineData("3月5日", "2026-03-05 00:00")]
    [InlineData("3/5", "2026-03-05 00:00")]
    [InlineData("3.15", "2026-03-15 00:00")]
    [InlineData("12月28日", "2025-12-28 00:00")]
    [InlineData("2026年3月5日下午3时20分", "2026-03-05 15:20")]
    [InlineData("2026-03-05 上午9:05", "2026-03-05 09:05")]
    [InlineData("2026年3月5日上午", "2026-03-05 00:00")]
    [InlineData("2026/3/5 3:20 PM", "2026-03-05 15:20")]
    [InlineData("2026-03-05（星期四）", "2026-03-05 00:00")]
    [InlineData("2026年3月5日 周四", "2026-03-05 00:00")]
    [InlineData("2026—03—05", "2026-03-05 00:00")]
    [InlineData("46086", "2026-03-05 00:00")]
    public async Task Discoveries(string written, string at) =>
        (await One(written, "")).Understood!.FoundAt!.Value.At.ToString(
            "yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture).ShouldBe(at);

    [Theory]
    [InlineData("3.1")]
    [InlineData("2026年3月上旬")]
    [InlineData("3月")]
    [InlineData("月底")]
    [InlineData("13月5日")]
    [InlineData("2026.2.30")]
    public async Task No_day_of_discovery_is_made_of_what_does_not_say_one(string written)
    {
        var row = await One(written, "");
        row.Understood!.FoundAt.ShouldBeNull();
        row.Verdict.ShouldBe(RowVerdict.Partly);
    }

    [Theory]
    [InlineData("2026-03-20前", "2026-03-20")]
    [InlineData("3月20日前完成整改", "2026-03-20")]
    [InlineData("月底前", "2026-03-31")]
    [InlineData("本月底", "2026-03-31")]
    [InlineData("4月底前", "2026-04-30")]
    [InlineData("2026年3月上旬", "2026-03-10")]
    [InlineData("4月中旬", "2026-04-20")]
    [InlineData("2026年4月下旬", "2026-04-30")]
    [InlineData("2026年4月", "2026-04-30")]
    [InlineData("年底前", "2026-12-31")]
    [InlineData("2026年底前完成", "2026-12-31")]
    [InlineData("二季度末", "2026-06-30")]
    [InlineData("15日内", "2026-03-20")]
    [InlineData("一周内", "2026-03-12")]
    [InlineData("一个月内", "2026-04-05")]
    [InlineData("立即整改", "2026-03-05")]
    [InlineData("2026.3.5-2026.3.25", "2026-03-25")]
    [InlineData("3月5日至25日", "2026-03-25")]
    [InlineData("24小时", "2026-03-06")]
    [InlineData("48小时内", "2026-03-07")]
    [InlineData("即时", "2026-03-05")]
    [InlineData("立即", "2026-03-05")]
    [InlineData("当场整改", "2026-03-05")]
    [InlineData("半个月", "2026-03-20")]
    [InlineData("半月内", "2026-03-20")]
    [InlineData("一个月", "2026-04-05")]
    [InlineData("15天", "2026-03-20")]
    [InlineData("十五天内完成整改", "2026-03-20")]
    [InlineData("二十五日内", "2026-03-30")]
    [InlineData("限期7天", "2026-03-12")]
    [InlineData("自检查之日起30日内", "2026-04-04")]
    [InlineData("两周", "2026-03-19")]
    [InlineData("1年内", "2027-03-05")]
    [InlineData("半年内", "2026-09-05")]
    [InlineData("下月底", "2026-04-30")]
    [InlineData("次月底前", "2026-04-30")]
    public async Task Deadlines_in_words(string written, string day) =>
        (await One("2026-03-05", written)).Understood!.Deadline!.Value.Day.ToString(
            "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).ShouldBe(day);

    [Theory]
    [InlineData("长期坚持")]
    [InlineData("15日")]
    [InlineData("15日前")]
    [InlineData("半")]
    [InlineData("十十天")]
    [InlineData("0天")]
    [InlineData("99年内")]
    [InlineData("三月内")]
    [InlineData("尽快")]
    [InlineData("二期")]
    public async Task A_deadline_that_words_do_not_say_is_a_question(string written)
    {
        var row = await One("2026-03-05", written);
        row.Understood!.Deadline.ShouldBeNull();
        row.Codes().ShouldContain("date.not_understood");
    }

    [Theory]
    [InlineData("5个工作日")]
    [InlineData("三个工作日内完成整改")]
    public async Task Working_days_are_not_counted_and_that_is_said(string written)
    {
        var row = await One("2026-03-05", written);
        row.Understood!.Deadline.ShouldBeNull();
        row.Codes().ShouldContain("deadline.working_days");
    }

    [Theory]
    [InlineData("15天")]
    [InlineData("立即")]
    [InlineData("下月底")]
    public async Task Nothing_counts_from_a_discovery_that_was_not_read(string written)
    {
        var row = await One("昨天", written);
        row.Understood!.Deadline.ShouldBeNull();
        row.Notes.Count(n => n.Code == "date.not_understood").ShouldBe(2);
    }

    [Theory]
    [InlineData("2026年3月8日-3月9日", "2026-03-08", "2026-03-09")]
    [InlineData("2026.3.5-2026.3.10", "2026-03-05", "2026-03-10")]
    [InlineData("2026-3-5至2026-3-10", "2026-03-05", "2026-03-10")]
    [InlineData("2026-03-05-2026-03-10", "2026-03-05", "2026-03-10")]
    [InlineData("2026/3/5~3/10", "2026-03-05", "2026-03-10")]
    [InlineData("2026年3月8日—9日", "2026-03-08", "2026-03-09")]
    [InlineData("3月8日、9日", "2026-03-08", "2026-03-09")]
    [InlineData("３月８日－９日", "2026-03-08", "2026-03-09")]
    [InlineData("20260305-20260310", "2026-03-05", "2026-03-10")]
    public async Task Several_days_are_found_on_the_first_and_done_on_the_last(string written, string first, string last)
    {
        const string Header = "云岭县2026年3月隐患台账\n序号,检查时间,隐患内容,责任单位,整改期限,整改完成时间";
        var row = (await Records(Utf8($"{Header}\n1,{written},阀门渗漏,永昌化工厂,{written},{written}\n"))).Single();
        var read = row.Understood!;
        new[] { read.FoundAt, read.Deadline, read.CompletedAt }
            .Select(d => d?.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)).ShouldBe([first, last, last]);
        row.Codes().Where(c => c.StartsWith("date.", StringComparison.Ordinal))
            .ShouldBe(["date.range_first", "date.range_last", "date.range_last"]);
    }

    [Theory]
    [InlineData("2026年3月")]
    [InlineData("2026.3")]
    [InlineData("2026-03")]
    [InlineData("2026年3月上旬")]
    [InlineData("3月份")]
    public async Task A_month_is_no_day_and_that_is_said(string written)
    {
        var row = await One(written, "");
        row.Understood!.FoundAt.ShouldBeNull();
        row.Codes().ShouldContain("date.no_day");
    }

    [Theory]
    [InlineData("2026.3.10-2026.3.5")]
    [InlineData("2026年3月8日-2月30日")]
    [InlineData("3-5-8")]
    public async Task No_days_are_made_of_what_runs_backwards(string written) =>
        (await One(written, "")).Codes().ShouldContain("date.not_understood");

    [Fact]
    public async Task A_deadline_is_kept_where_the_discovery_was_not_read()
    {
        var row = await One("", "4月30日");
        row.Understood!.FoundAt.ShouldBeNull();
        row.Understood.Deadline!.Value.Day.ShouldBe(new DateOnly(2026, 4, 30));
    }

    [Fact]
    public async Task Without_a_year_anywhere_nothing_is_made_up()
    {
        var row = await One("3月5日", "3月20日", "云岭县隐患台账");
        (row.Understood!.FoundAt, row.Understood.Deadline).ShouldBe((null, null));
        row.Codes().Count(c => c == "date.not_understood").ShouldBe(2);
    }

    [Fact]
    public async Task Serials_without_a_format_count_from_the_workbooks_own_year()
    {
        // 2026-03-05 in the system of 1904 is 1,462 days less.
        var bytes = new Workbook { Date1904 = true }.Sheet("a").Row(1, "序号", "检查时间", "隐患内容").Row(2, 1, 46086 - 1462, "阀门渗漏").ToBytes();
        (await Records(bytes, name: "a.xlsx")).Single().Understood!.FoundAt!.Value.Day.ShouldBe(new DateOnly(2026, 3, 5));
    }
}
