using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

/// <summary>Importing a ledger twice must find each hazard again, and must notice what has changed.</summary>
public class KeyFacts
{
    private const string Header = "编号,发现时间,地点,隐患内容,状态\n";

    private static async Task<LedgerRow[]> Read(string rows) => [.. await Records(Utf8(Header + rows))];

    [Fact]
    public async Task A_number_used_once_is_the_key() => (await Read("7,2031.1.1,井口,结冰,已五定\n")).Single().Key.ShouldBe("7");

    [Fact]
    public async Task A_number_used_twice_is_a_key_with_what_lasts()
    {
        var rows = await Read("7,2031.1.1,井口,结冰,已五定\n7,2031.1.1,井底,漏水,已五定\n");
        rows.Select(r => r.Key).ShouldBe([$"7#{rows[0].Identity}", $"7#{rows[1].Identity}"]);
        rows[0].Identity.ShouldNotBe(rows[1].Identity);
        rows.ShouldAllBe(r => r.Codes().Contains("externalId.repeated"));
    }

    [Fact]
    public async Task A_new_state_changes_the_fingerprint_and_not_the_key()
    {
        var before = await Read("7,2031.1.1,井口,结冰,已五定\n7,2031.1.1,井底,漏水,已五定\n,2031.1.2,井底,无灯,已五定\n");
        var after = await Read("7,2031.1.1,井口,结冰,已整改\n7,2031.1.1,井底,漏水,已整改\n,2031.1.2,井底,无灯,已整改\n");
        after.Select(r => r.Key).ShouldBe(before.Select(r => r.Key));
        after.Zip(before).ShouldAllBe(pair => pair.First.Fingerprint != pair.Second.Fingerprint);
    }

    [Fact]
    public async Task The_same_row_twice_has_two_keys_and_a_warning()
    {
        var rows = await Read("7,2031.1.1,井口,结冰,已五定\n7,2031.1.1,井口,结冰,已五定\n");
        rows[1].Key.ShouldBe(rows[0].Key + "~2");
        rows[1].Codes().ShouldContain("row.twice");
    }

    [Fact]
    public async Task Retyping_a_date_or_a_space_is_no_new_hazard() =>
        (await Read(",2031.1.1,井口,洞口 结冰,已五定\n")).Single().Identity.ShouldBe((await Read(",2031年1月1日,井口,洞口结冰,已五定\n")).Single().Identity);

    [Fact]
    public async Task Moving_rows_changes_nothing()
    {
        var one = await Read("1,2031.1.1,井口,结冰,已五定\n2,2031.1.1,井底,漏水,已五定\n");
        var two = await Read("\n2,2031.1.1,井底,漏水,已五定\n1,2031.1.1,井口,结冰,已五定\n");
        two.Select(r => (r.Key, r.Fingerprint)).ShouldBe(one.Reverse().Select(r => (r.Key, r.Fingerprint)));
    }

    [Fact]
    public async Task A_workbooks_sheets_number_their_rows_each_for_itself()
    {
        var january = new Workbook().Sheet("1月").Row(1, "序号", "隐患内容").Row(2, 1, "无护栏");
        var alone = await Records(january.ToBytes());
        var both = await Records(january.Sheet("2月").Row(1, "序号", "隐患内容").Row(2, 1, "无警示牌").ToBytes());
        both[0].Key.ShouldBe(alone[0].Key);
    }
}
