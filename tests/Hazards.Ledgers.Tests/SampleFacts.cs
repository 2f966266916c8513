using static Hazards.Ledgers.Tests.Samples;

namespace Hazards.Ledgers.Tests;

public class ConstructionLedgerFacts
{
    private static Task<List<LedgerRow>> Read() => Records(Construction(), name: "ledger.xlsx");

    [Fact]
    public async Task Every_row_has_its_verdict()
    {
        var rows = await Rows(Construction(), name: "ledger.xlsx");
        rows.Select(r => (r.Number, r.Verdict, r.Skip)).ShouldBe(
        [
            (1, RowVerdict.Skipped, LedgerSkip.Header), (2, RowVerdict.Skipped, LedgerSkip.Header),
            (3, RowVerdict.Understood, null), (4, RowVerdict.Understood, null), (5, RowVerdict.Partly, null),
            (6, RowVerdict.Partly, null), (7, RowVerdict.Understood, null), (8, RowVerdict.Partly, null),
            (9, RowVerdict.Skipped, LedgerSkip.Blank), (10, RowVerdict.Skipped, LedgerSkip.Footer),
        ]);
    }

    [Fact]
    public async Task A_plain_row_is_understood_whole()
    {
        var row = (await Read())[1].Understood!;
        row.ExternalId.ShouldBe("2");
        row.FoundAt.ShouldBe(new LedgerDate(new(2031, 3, 4, 0, 0, 0, TimeSpan.FromHours(8)), DatePrecision.Day));
        row.Description.ShouldBe("临边无栏杆，存在高处坠落风险。");
        row.Level.ShouldBe(new("3级", LedgerLevel.General));
        row.State.ShouldBe(new("整改完成", LedgerState.Declared));
        row.ResponsibleUnits.ShouldBe([new("建设", "河东指挥部"), new("设计", "设计院"), new("施工", "六局项目部"), new("监理", "河东监理")]);
        row.ResponsibleUnit.ShouldBe(new("施工", "六局项目部"));
        row.Deadline!.Value.Day.ShouldBe(Day(3, 11));
        row.CompletedAt!.Value.Day.ShouldBe(Day(3, 12));
    }

    [Fact]
    public async Task Original_texts_stand_under_their_header_path()
    {
        var cells = (await Read())[1].Cells;
        cells.Single(c => c.Header == "整改责任单位/施工").ShouldBe(new("整改责任单位/施工", "N4", "六局项目部", null));
        cells.Single(c => c.Header == "检查时间").ShownAs.ShouldBe("2031-03-04");
        cells.Single(c => c.Header == "隐患问题描述").Text.ShouldBe(" 临边无栏杆，存在高处坠落风险。");
    }

    [Fact]
    public async Task Several_hazards_in_a_cell_are_counted_and_not_split()
    {
        var row = (await Read())[0];
        row.Understood!.ItemCount.ShouldBe(2);
        row.Understood.MayHoldSeveral.ShouldBeTrue();
        row.Understood.Description.ShouldBe("1.2号台车踏板缺失。\n2.洞口无警示灯。");
        row.Notes.Single(n => n.Code == "description.may_hold_several").Address.ShouldBe("G3");
    }

    [Fact]
    public async Task Dates_that_strayed_into_names_are_said_and_not_taken()
    {
        var rows = await Read();
        rows[2].Understood!.ResponsibleUnits.Select(u => u.Role).ShouldBe(["建设", "施工"]);
        rows[2].Notes.Single(n => n.Code == "text.is_date").Address.ShouldBe("O5");
        rows[3].Understood!.ResponsiblePerson.ShouldBeNull();
        rows[3].Codes().ShouldBe(["text.is_date", "date.is_state"], ignoreOrder: true);
        rows[3].Notes.Single(n => n.Code == "date.is_state").Original.ShouldBe("已整改");
    }

    [Fact]
    public async Task A_description_that_says_major_is_held_against_a_general_level()
    {
        var note = (await Read())[2].Notes.Single(n => n.Code == "level.description_says_major");
        note.Address.ShouldBe("I5");
        note.Original.ShouldBe("3");
    }

    [Fact]
    public async Task A_missing_state_is_said()
    {
        var row = (await Read())[5];
        row.Understood!.State.ShouldBeNull();
        row.Notes.Single(n => n.Severity == NoteSeverity.Warning).Code.ShouldBe("state.missing");
    }

    [Fact]
    public async Task The_shipped_mapping_reads_it_like_the_guessed_one()
    {
        var guessed = await Read();
        var shipped = await Records(Construction(), LedgerMapping.Shipped("construction"), "ledger.xlsx");
        shipped.Select(r => (r.Key, r.Verdict, r.Fingerprint)).ShouldBe(guessed.Select(r => (r.Key, r.Verdict, r.Fingerprint)));
        shipped[0].Understood!.Sector.ShouldBe("建筑施工");
    }

    [Fact]
    public async Task The_footers_instructions_are_kept()
    {
        using var file = await File_(Construction());
        var preview = (await LedgerPreview.CreateAsync(file)).Value!;
        preview.Skipped.Single().Cells.Single().Text.ShouldStartWith("填写要求：1.此表只填一般隐患。");
        preview.Verdicts.ShouldBe(new Dictionary<RowVerdict, int>
        {
            [RowVerdict.Understood] = 3, [RowVerdict.Partly] = 3, [RowVerdict.Kept] = 0, [RowVerdict.Skipped] = 4,
        });
        preview.Sheets.Single().HeaderLast.ShouldBe(2);
        preview.Guess!.Unmapped.ShouldBeEmpty();
    }
}
