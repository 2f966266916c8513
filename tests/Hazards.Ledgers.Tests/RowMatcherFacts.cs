namespace Hazards.Ledgers.Tests;

/// <summary>Which row of a new version is which of an earlier one.</summary>
public class RowMatcherFacts
{
    private static readonly Guid Hazard = Guid.Parse("00000000-0000-0000-0000-000000000001"),
    Other = Guid.Parse("00000000-0000-0000-0000-000000000002");

    private static RowLikeness Row(string? number, int day, string where, string description) => RowLikeness.Of(new UnderstoodRow
    {
        ExternalId = number, FoundAt = LedgerDate.Of(new DateTime(2026, 3, day), DatePrecision.Day), Enterprise = where,
        Description = description,
    });

    private static RowMatch? HowOf(RowLikeness coming, params RowLikeness[] earlier) =>
        RowMatcher.Match(
            [new(Guid.NewGuid(), "new", coming)],
            [.. earlier.Select((e, i) => new EarlierRow(i == 0 ? Hazard : Other, $"old{i}", e))]) is { Count: 1 } found
            ? found[0].Hazard == Hazard ? found[0].How : throw new InvalidOperationException("the other one")
            : null;

    [Theory]
    [InlineData("破碎机皮带轮无防护罩。", RowMatch.Typing)]
    [InlineData("破碎机 皮带轮，无防护罩", RowMatch.Typing)]
    [InlineData("破碎机皮带轮缺少防护罩", RowMatch.Number)]
    [InlineData("破碎机的皮带轮无防护罩，存在风险", RowMatch.Number)]
    [InlineData("配电箱门未关闭", null)]
    public void A_row_retyped(string description, RowMatch? how) =>
        HowOf(Row("1", 2, "青石建材厂", description), Row("1", 2, "青石建材厂", "破碎机皮带轮无防护罩"), Row("2", 2, "红桥加油站", "卸油口静电接地夹失效")).ShouldBe(how);

    /// <summary>A number that only counts, the day and the words find a row at a place called otherwise; never another unit's.</summary>
    [Theory]
    [InlineData("青石建材有限公司破碎车间", "", RowMatch.Number, false)]
    [InlineData("", "青石建材有限公司", RowMatch.Number, false)]
    [InlineData("青石建材有限公司", "青石建材公司", RowMatch.Number, false)]
    [InlineData("青石建材", "青石建材二号车间", RowMatch.Number, false)]
    [InlineData("商铺一有限公司", "红桥加油站", null, true)]
    [InlineData("吉首市第一小学食堂", "吉首市第三小学食堂", null, true)]
    [InlineData("丁校教学楼", "戊校教学楼", null, true)]
    [InlineData("南诏镇中学", "南诏镇小学", null, true)]
    public void A_place_called_otherwise(string coming, string before, RowMatch? how, bool resembles)
    {
        var (row, earlier) = (At(coming), At(before));
        HowOf(row, earlier).ShouldBe(how);
        HowOf(row with { Number = "4" }, earlier).ShouldBeNull("another number");
        HowOf(row with { Unit = "灭火器维保公司" }, earlier).ShouldBeNull("another unit");
        RowMatcher.Resembling([new(Guid.NewGuid(), "new", row)], [new(Hazard, "old", earlier)], new Dictionary<int, (Guid, RowMatch)>())
            .ContainsKey(0).ShouldBeTrue();
        RowMatcher.Resembling(
            [new(Guid.NewGuid(), "new", row)], [new(Hazard, "old", earlier)],
            new Dictionary<int, (Guid, RowMatch)> { [1] = (Hazard, default) })
            .ContainsKey(0).ShouldBe(false, resembles ? "it is another row's" : "it is known");

        static RowLikeness At(string where) => Row("3", 2, where, "破碎机皮带轮无防护罩") with { Unit = "青石镇人民政府" };
    }

    [Fact]
    public void A_telling_number_finds_its_row_when_the_words_and_the_day_were_changed() =>
        HowOf(Row("YL-2026-003", 5, "青石建材厂", "皮带轮无防护罩及护栏"), Row("YL-2026-003", 2, "青石建材厂", "破碎机皮带轮无防护罩")).ShouldBe(RowMatch.Number);

    [Fact]
    public void The_same_words_on_another_day_are_another_hazard() =>
        HowOf(Row("7", 9, "青石建材厂", "灭火器过期"), Row("1", 2, "青石建材厂", "灭火器过期")).ShouldBeNull();

    [Fact]
    public void Rows_inserted_above_shift_the_serial_numbers_and_change_nothing() =>
        HowOf(Row("2", 2, "青石建材厂", "破碎机皮带轮无防护罩！"), Row("1", 2, "青石建材厂", "破碎机皮带轮无防护罩"), Row("2", 3, "红桥加油站", "卸油口静电接地夹失效"))
            .ShouldBe(RowMatch.Typing);

    [Fact]
    public void What_could_be_two_rows_is_neither() =>
        HowOf(Row(null, 2, "青石建材厂", "三号破碎机皮带轮无防护罩"), Row(null, 2, "青石建材厂", "一号破碎机皮带轮无防护罩"), Row(null, 2, "青石建材厂", "二号破碎机皮带轮无防护罩"))
            .ShouldBeNull();

    [Fact]
    public void Another_room_is_another_hazard_however_alike_the_words() =>
        HowOf(Row("1", 2, "青石建材厂", "5号车间防火门常开"), Row("1", 2, "青石建材厂", "3号车间防火门常开")).ShouldBeNull();

    [Theory]
    [InlineData("东侧护栏缺失", "西侧护栏缺失")]
    [InlineData("一号门常开未锁闭", "二号门常开未锁闭")]
    [InlineData("配电柜A相接线松动", "配电柜B相接线松动")]
    [InlineData("皮带机左侧防护罩损坏", "皮带机右侧防护罩损坏")]
    [InlineData("甲班未开展班前会", "乙班未开展班前会")]
    public void What_says_another_thing_in_one_character_is_another_hazard(string description, string other)
    {
        foreach (var number in new[] { null, "1" })
        {
            var (coming, earlier) = (Row(number, 2, "青石建材厂", other), Row(number, 2, "青石建材厂", description));
            HowOf(coming, earlier).ShouldBeNull();
            ComingRow[] rows = [new(Guid.NewGuid(), "new", coming)];
            EarlierRow[] there = [new(Hazard, "old", earlier)];
            RowMatcher.Resembling(rows, there, RowMatcher.Match(rows, there))[0].ShouldBe(Hazard);
            // What it says besides is no other thing.
            HowOf(Row(number, 2, "青石建材厂", description + "，一处"), earlier).ShouldNotBeNull();
        }
    }

    [Fact]
    public void What_is_to_be_done_is_not_taken_for_what_is_done_with_unless_it_is_the_same_to_the_letter()
    {
        var (coming, earlier) = (Row("1", 2, "青石建材厂", "破碎机皮带轮缺少防护罩"), Row("1", 2, "青石建材厂", "破碎机皮带轮无防护罩"));
        foreach (var ended in new[] { false, true })
            foreach (var open in new[] { false, true })
            {
                ComingRow[] rows = [new(Guid.NewGuid(), "new", coming) { Open = open }];
                EarlierRow[] there = [new(Hazard, "old", earlier) { Ended = ended }];
                var found = RowMatcher.Match(rows, there);
                found.ContainsKey(0).ShouldBe(!(open && ended));
                RowMatcher.Resembling(rows, there, found).ContainsKey(0).ShouldBe(open && ended);
                RowMatcher.Match([rows[0] with { Likeness = earlier }], there).ShouldNotBeEmpty();
            }
    }

    // Rows alike to the letter, in the order of the file: the number of each, with x where it is done with and - where it has none. What
    // is expected: of which earlier row each is.
    [Theory]
    [InlineData("1 2 3", "1 3", "1=1 3=3")]
    [InlineData("1 2 3", "1 3x", "1=1 3x=3")]
    [InlineData("1 2 3x", "3x 2 1x", "3x=3x 2=2 1x=1")]
    [InlineData("1 2", "2 1x", "2=2 1x=1")]
    [InlineData("1 2 3", "3", "3=3")]
    [InlineData("1", "1 2", "1=1 2=new")]
    [InlineData("1", "2 1", "2=new 1=1")]
    [InlineData("1 2 3", "1 4", "1=1 4=new")]
    [InlineData("1x 2 3", "1x 2x 4", "1x=1x 2x=2 4=new")]
    [InlineData("1 2 3", "11 12 13", "11=1 12=2 13=3")]
    [InlineData("1 2 3", "11 12", "11=1 12=2")]
    [InlineData("- - -", "- -", "-=- -=-")]
    [InlineData("1x 1", "1 1x", "1=1 1x=1x")]
    [InlineData("- -x", "1x 2", "1x=-x 2=-")]
    [InlineData("1 2x", "-x -", "-x=2x -=1")]
    [InlineData("1x 2", "3 4x", "3=2 4x=1x")]
    [InlineData("1x 2", "- -x", "-=2 -x=1x")]
    [InlineData("1x 2", "1 2x", "1=2 2x=1x")]
    [InlineData("1x 2x", "3 4", "3=new 4=new")]
    [InlineData("1x 2", "1 2", "1=1x 2=2")]
    [InlineData("1x 2x 3", "1x 2x 3x", "1x=1x 2x=2x 3x=3")]
    public void Rows_alike_to_the_letter_are_told_apart_by_their_numbers(string earlier, string coming, string expected)
    {
        var there = earlier.Split(' ')
            .Select(n => (Name: n, Row: new EarlierRow(Guid.NewGuid(), $"{n} then", Alike(n)) { Ended = n.EndsWith('x') })).ToArray();
        var names = coming.Split(' ');
        var found = RowMatcher.Match(
            [
                .. names.Select((n, i) => new ComingRow(
                    i < there.Length ? there[i].Row.Hazard : Guid.NewGuid(), $"{n} now", Alike(n)) { Open = !n.EndsWith('x') }),
            ], [.. there.Select(t => t.Row)]);
        string.Join(' ', names.Select((n, i) =>
            $"{n}={(found.TryGetValue(i, out var f) ? there.Single(t => t.Row.Hazard == f.Hazard).Name : "new")}")).ShouldBe(expected);
    }

    /// <summary>Whatever the order and the numbers, no open row is left without an open hazard because another's row closed it.</summary>
    [Fact]
    public void As_many_stay_open_as_the_ledger_says()
    {
        var random = new Random(33);
        for (var round = 0; round < 3000; round++)
        {
            var there = Enumerable.Range(1, random.Next(2, 6)).Select(n => new EarlierRow(
                Guid.NewGuid(), $"{random.Next(4)}", Alike(Number(n))) { Ended = random.Next(2) == 0 }).ToArray();
            // The same rows in another order, under other numbers, or none; nothing was done about any.
            var kept = there.OrderBy(_ => random.Next()).ToArray();
            var rows = kept.Select((e, i) =>
                new ComingRow(there[i].Hazard, $"{random.Next(4, 9)}", Alike(Number(i + 1))) { Open = !e.Ended }).ToArray();
            var found = RowMatcher.Match(rows, there);
            // Where a number says that one was closed, the row that is open is not taken for one that was closed before.
            var pairs = found.Select(f => (rows[f.Key].Open, there.Single(e => e.Hazard == f.Value.Hazard).Ended)).ToArray();
            (pairs.Contains((true, true)) && pairs.Contains((false, false))).ShouldBeFalse();
        }

        string Number(int n) => random.Next(3) switch { 0 => $"{n}", 1 => $"{random.Next(1, 4)}", _ => "-" };
    }

    private static RowLikeness Alike(string name) =>
        Row(name.TrimEnd('x') is var number && number == "-" ? null : number, 2, "仓库六层", "灭火器压力不足");

    [Fact]
    public void Rows_alike_to_the_letter_without_numbers_are_first_those_whose_cells_did_not_change()
    {
        var row = Row(null, 2, "仓库六层", "灭火器压力不足");
        Guid[] ids = [Guid.NewGuid(), Guid.NewGuid()];
        EarlierRow[] there = [new(ids[0], "12-20", row), new(ids[1], "12-25", row)];
        // The first was done and went below the other.
        var found = RowMatcher.Match([new(ids[0], "12-25", row), new(ids[1], "12-20 done", row)], there);
        (found[0].Hazard, found[1].Hazard).ShouldBe((ids[1], ids[0]));
    }

    [Fact]
    public void All_cells_are_the_same_though_they_were_read_otherwise() =>
        RowMatcher.Match([new(Guid.NewGuid(), "cells", Row("1", 2, "青石建材厂", "破碎机"))], [new(Hazard, "cells", new(null, null, "", ""))])[0]
            .ShouldBe((Hazard, RowMatch.Cells));

    [Fact]
    public void A_row_kept_with_its_cells_is_read_by_todays_mapping()
    {
        var mapping = new LedgerMapping
        {
            Columns = [
                new(LedgerField.Description) { Header = "问题" }, new(LedgerField.FoundAt) { Header = "日期" },
                new(LedgerField.Enterprise) { Header = "单位" }],
        };
        RowLikeness.Of([("日期", "46083"), ("单位", "青石建材厂"), ("问题", "破碎机皮带轮无防护罩。")], mapping).Equivalent(Row(null, 2, "青石建材厂", "破碎机皮带轮无防护罩"))
            .ShouldBeTrue();
    }

    [Fact]
    public void Thirty_versions_of_a_growing_ledger_are_as_many_hazards_as_it_has_rows()
    {
        var known = new List<EarlierRow>();
        for (var version = 1; version <= 30; version++)
        {
            // Typed with a full stop every third day, and the newest row on top every second.
            var rows = Enumerable.Range(1, version * 10)
                .Select(n => Row($"{(version % 2 == 0 ? version * 10 + 1 - n : n)}", 1
                    + n % 28, $"第{n % 7}机械厂", $"第{n}号冲压机光幕失效{(version % 3 == 0 ? "。" : "")}"))
                .Select(r => new ComingRow(Guid.NewGuid(), $"{version}{r.Description}", r)).ToList();
            var found = RowMatcher.Match(rows, known);
            known.AddRange(rows.Where((_, i) => !found.ContainsKey(i)).Select(r => new EarlierRow(r.Hazard, r.Fingerprint, r.Likeness)));
        }
        known.Count.ShouldBe(300);
    }
}
