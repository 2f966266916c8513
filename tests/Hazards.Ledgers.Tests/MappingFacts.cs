using System.Text.Json.Nodes;
using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

public class MappingFacts
{
    private static LedgerField? Meaning(params string[] path) => HeaderWords.Find(path)?.Field;

    [Theory]
    [InlineData("问题描述", LedgerField.Description)]
    [InlineData("存在问题", LedgerField.Description)]
    [InlineData("存在的主要安全隐患", LedgerField.Description)]
    [InlineData("排查时间", LedgerField.FoundAt)]
    [InlineData("整改时限", LedgerField.Deadline)]
    [InlineData("计划整改完成时间", LedgerField.Deadline)]
    [InlineData("责任部门", LedgerField.ResponsibleUnit)]
    [InlineData("治理措施", LedgerField.Measures)]
    [InlineData("验收人", LedgerField.AcceptedBy)]
    [InlineData("复查时间", LedgerField.ReinspectedAt)]
    [InlineData("复查人", LedgerField.ReinspectedBy)]
    [InlineData("销号时间", LedgerField.ClosedAt)]
    [InlineData("企业名称", LedgerField.Enterprise)]
    [InlineData("统一社会信用代码", LedgerField.CreditCode)]
    [InlineData("隐患来源", LedgerField.Source)]
    [InlineData("隐患级别", LedgerField.Level)]
    [InlineData("整改资金(万元)", LedgerField.Funds)]
    [InlineData("整改要求（措施）", LedgerField.Measures)]
    [InlineData(" 整 改 期 限 ", LedgerField.Deadline)]
    [InlineData("整改责任单位负责人", LedgerField.ResponsiblePerson)]
    [InlineData("行业领域", LedgerField.Sector)]
    [InlineData("所属乡镇", LedgerField.Region)]
    public void Headers_mean(string header, LedgerField field) => Meaning(header).ShouldBe(field);

    [Theory]
    [InlineData("整改前照片")]
    [InlineData("电话")]
    [InlineData("")]
    public void Headers_that_mean_nothing_known(string header) => Meaning(header).ShouldBeNull();

    [Fact]
    public void A_sub_header_is_a_role_under_a_unit_and_a_field_where_it_is_one()
    {
        HeaderWords.Find(["整改责任单位", "施工"]).ShouldBe(new HeaderWords.Match(LedgerField.ResponsibleUnit, "施工", 0.95));
        Meaning("责任单位", "责任人").ShouldBe(LedgerField.ResponsiblePerson);
        Meaning("检查", "时间").ShouldBe(LedgerField.FoundAt);
    }

    private static async Task<MappingGuess> Guess(string csv)
    {
        using var file = await File_(Utf8(csv), "x.csv");
        return MappingGuesser.Guess(file).Value.ShouldNotBeNull();
    }

    [Fact]
    public async Task Columns_nobody_knows_are_listed()
    {
        var guess = await Guess("序号,隐患内容,整改前照片\n1,x,y\n");
        guess.Unmapped.Single().Header.ShouldBe("整改前照片");
        guess.Columns.Single(c => c.Field == LedgerField.Description).Confidence.ShouldBeGreaterThan(0.9);
    }

    [Fact]
    public async Task Two_columns_for_one_field_are_a_contest_that_is_reported()
    {
        var guess = await Guess("序号,隐患内容,完成日期,整改完成日期\n1,x,2031.1.1,2031.1.2\n");
        var contest = guess.Contests.Single();
        (contest.Field, contest.Taken.Header, contest.Others.Single().Header).ShouldBe((LedgerField.CompletedAt, "整改完成日期", "完成日期"));
        guess.Unmapped.Single().Header.ShouldBe("完成日期");
    }

    [Fact]
    public async Task Contents_decide_a_contest()
    {
        var rows = string.Concat(Enumerable.Range(1, 9).Select(i => $"{i},x,无,2031.1.{i}\n"));
        (await Guess("序号,隐患内容,整改完成日期,完成日期\n" + rows)).Mapping.Columns.Single(c => c.Field == LedgerField.CompletedAt).Header.ShouldBe("完成日期");
    }

    [Fact]
    public async Task Several_units_are_no_contest()
    {
        var guess = await Guess("序号,隐患内容,责任单位,监管单位\n1,x,甲,乙\n");
        guess.Contests.ShouldBeEmpty();
        guess.Mapping.Columns.Where(c => c.Field == LedgerField.ResponsibleUnit).Select(c => c.Role).ShouldBe([null, "监管"]);
    }

    [Fact]
    public async Task A_column_of_stories_is_no_state()
    {
        (await Guess("隐患内容,整改情况\nx,已整改\ny,未整改\n")).Mapping.Columns[1].Field.ShouldBe(LedgerField.State);
        (await Guess("隐患内容,整改情况\nx,已补装护栏两处\ny,电缆重新架空\n")).Mapping.Columns[1].Field.ShouldBe(LedgerField.Result);
    }

    [Fact]
    public async Task Yes_and_no_are_read_by_their_header()
    {
        var rows = await Records(Utf8("隐患内容,是否销号,是否重大隐患\nx,是,否\ny,否,是\n"));
        rows.Select(r => r.Understood!.State!.Value).ShouldBe([LedgerState.Closed, LedgerState.Rectifying]);
        rows.Select(r => r.Understood!.Level!.Value).ShouldBe([LedgerLevel.General, LedgerLevel.Major]);
    }

    [Fact]
    public async Task Two_columns_of_the_same_name_are_told_apart_by_their_letters()
    {
        var guess = await Guess("隐患内容,责任单位,责任单位\nx,甲,乙\n");
        guess.Mapping.Columns.Skip(1).Select(c => c.Column).ShouldBe(["B", "C"]);
        var rows = await Records(Utf8("隐患内容,责任单位,责任单位\nx,甲,乙\n"), guess.Mapping);
        rows[0].Understood!.ResponsibleUnits.Select(u => u.Name).ShouldBe(["甲", "乙"]);
    }

    [Fact]
    public async Task A_mapping_that_does_not_fit_says_which_columns_are_missing()
    {
        using var file = await File_(Utf8("编号,隐患内容,附件\n1,x,y\n"), "x.csv");
        var notes = LedgerReader.Open(file, LedgerMapping.Shipped("coal-mine")).Value!.Notes;
        notes.Where(n => n.Code == "column.missing").Select(n => n.Column).ShouldContain("发现时间");
        notes.Single(n => n.Code == "column.unmapped").Column.ShouldBe("附件");
    }

    [Theory]
    [InlineData("construction")]
    [InlineData("coal-mine")]
    public void Shipped_mappings_are_valid_and_survive_a_round_trip(string name)
    {
        var mapping = LedgerMapping.Shipped(name);
        mapping.Check().ShouldBeNull();
        var again = LedgerMapping.Parse(mapping.ToJson()).Value.ShouldNotBeNull();
        again.ToJson().ShouldBe(mapping.ToJson());
    }

    [Fact]
    public void The_schema_names_every_field_level_and_state()
    {
        using var stream = typeof(LedgerMapping).Assembly.GetManifestResourceStream("mapping.schema.json")!;
        var definitions = JsonNode.Parse(stream)!["$defs"]!;
        Names(definitions["column"]!["properties"]!["field"]!).ShouldBe(CamelCase<LedgerField>(), ignoreOrder: true);
        Names(definitions["level"]!).ShouldBe(CamelCase<LedgerLevel>());
        Names(definitions["state"]!).ShouldBe(CamelCase<LedgerState>());

        static string[] Names(JsonNode node) => [.. node["enum"]!.AsArray().Select(n => n!.GetValue<string>())];
        static string[] CamelCase<T>() where T : struct, Enum => [.. Enum.GetNames<T>().Select(n => char.ToLowerInvariant(n[0]) + n[1..])];
    }

    [Theory]
    [InlineData("序号,编号", "1,XL-001", "2,XL-002", "XL-001")]
    [InlineData("编号,序号", "XL-001,1", "XL-002,2", "XL-001")]
    [InlineData("序号,隐患编号", "1,XL-001", "2,XL-002", "XL-001")]
    [InlineData("NO.,问题编号", "1,XL-001", "2,XL-002", "XL-001")]
    [InlineData("序号,编号", "1,", "2,", "1")]
    [InlineData("序号,编号", "1,检查1", "2,检查1", "1")]
    [InlineData("序号,执法文书编号", "1,文1", "2,文2", "1")]
    public async Task A_number_of_its_own_names_a_hazard_before_the_count_of_lines(
        string header, string first, string second, string number)
    {
        var records = await Records(Utf8($"{header},检查时间,隐患内容\n{first},2026-03-01,阀门渗漏\n{second},2026-03-01,护栏缺失\n"));
        records[0].Understood!.ExternalId.ShouldBe(number);
    }

    [Fact]
    public async Task Lines_counted_beforehand_hold_nothing_whichever_number_is_taken()
    {
        var rows = await Rows(Utf8("序号,编号,检查时间,隐患内容\n1,XL-001,2026-03-01,阀门渗漏\n2,,,\n3,,,\n"));
        rows.Select(r => r.Skip).ShouldBe([LedgerSkip.Header, null, LedgerSkip.NumberOnly, LedgerSkip.NumberOnly]);
    }
}
