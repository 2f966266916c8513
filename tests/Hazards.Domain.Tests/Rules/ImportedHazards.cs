using Hazards.Domain.Codes;
using static Hazards.Domain.Tests.Rules.World;

namespace Hazards.Domain.Tests.Rules;

/// <summary>
/// 台账导入的隐患: what an import entered twice or wrongly is taken out at any stage; what people decided is told from what a ledger
/// said.
/// </summary>
public sealed class ImportedHazards
{
    private static readonly LedgerRowRecorded Row = new(
        "隐患台账", Sha256Digest.Of("file"u8), "Sheet1", 3, Sha256Digest.Of("row"u8), "已整改", [], []);

    public static TheoryData<Stage> Stages => [.. Enum.GetValues<Stage>().Where(s => s is not (Stage.Rejected or Stage.Merged))];

    public static TheoryData<Stage> LateStages => [.. CommandRules.Merge.StagesOfImported];

    [Fact]
    public void Telephone_numbers_of_a_row_are_sealed_and_no_part_of_what_shows_the_hazard()
    {
        var command = new RecordLedgerRow("隐患台账", Row.File, "Sheet1", 3, Row.Fingerprint, "已整改", [new("整改责任人", "H3", "王五 （电话已封存）")], [])
        {
            Contact = new PersonData("王五", "13800000000"), ClearCells = "整改责任人（H3）：王五 13800000000", Seal = Story.Seal,
        };
        var story = Stories.Reported.When(As(CountyOffice, Role.Importer), command).ThenItHappens();
        var contact = story.Then.Contacts.ShouldHaveSingleItem();
        contact.Person.Kind.ShouldBe(PersonKind.Contact);
        contact.Person.Open(Id, Story.Seal.Key, out var data).ShouldBe(PersonOpening.Opened);
        data.ShouldBe(command.Contact);
        contact.Person.OpenStatement(Id, contact.Cells!, Story.Seal.Key, out var cells).ShouldBe(PersonOpening.Opened);
        cells.ShouldBe(command.ClearCells);
        var shown = System.Text.Encoding.UTF8.GetString(DomainJson.Write(story.Then));
        shown.ShouldNotContain("13800000000");
        shown.ShouldNotContain(contact.Person.Sealed[..40]);
        command.ToString().ShouldNotContain("13800000000");
        // Without a number nothing is sealed, and what was recorded before numbers were is read as it was.
        (command with { Contact = null, ClearCells = null, Seal = null }).BringsPerson.ShouldBeFalse();
        Stories.Reported.And(Row).Then.Contacts.ShouldBeEmpty();
        PrivacyRule.ProductDefault.For(PersonKind.Contact).ShouldBe(PrivacyRule.ProductDefault.Reporter);
    }

    [Theory, MemberData(nameof(Stages))]
    public void A_double_that_an_import_entered_is_merged_at_any_stage(Stage stage)
    {
        var imported = Imported(Stories.At(stage));
        imported.Then.ActedOn.ShouldBeFalse();
        var merge = new MergeHazard(OtherId, "同一处") { Target = Stories.Rectifying.Then with { Id = OtherId } };
        imported.When(CountyOffice, merge).ThenItHappens().Then.Stage.ShouldBe(Stage.Merged);
        // The service's own clock is nobody.
        By(imported, Role.Clock, new DeadlineMissed(ClockKind.Rectify, null, null, Start, new DateOnly(2026, 1, 1), Start))
            .When(CountyOffice, merge).ThenItHappens();
    }

    [Theory, MemberData(nameof(LateStages))]
    public void One_that_somebody_acted_on_is_not(Stage stage)
    {
        var merge = new MergeHazard(OtherId, "同一处") { Target = Stories.Rectifying.Then with { Id = OtherId } };
        var refusal = stage == Stage.Closed ? HazardRefusals.NotOpen : HazardRefusals.StageForbids;
        Imported(Stories.At(stage)).And(GasCompany, new CommentAdded("已到现场")).When(CountyOffice, merge).ThenRefused(refusal);
        Stories.At(stage).When(CountyOffice, merge).ThenRefused(refusal);
    }

    [Fact]
    public void A_closed_double_goes_into_a_closed_hazard_and_an_open_one_does_not()
    {
        var merge = new MergeHazard(OtherId, "同一处") { Target = Imported(Stories.Closed).Then with { Id = OtherId } };
        Imported(Stories.Closed).When(CountyOffice, merge).ThenItHappens();
        Imported(Stories.Rectifying).When(CountyOffice, merge).ThenRefused(HazardRefusals.MergeTargetEnded, "into");
    }

    [Theory, MemberData(nameof(Stages))]
    public void A_wrong_row_is_taken_out_with_its_reason_by_a_coordinator_also_after_somebody_acted(Stage stage)
    {
        var acted = Imported(Stories.At(stage)).And(GasCompany, new CommentAdded("已到现场"));
        var wrong = new RejectHazard("录入错误：与台账第 12 行重复录入");
        acted.When(CountyOffice, wrong).ThenItHappens().Then.Stage.ShouldBe(Stage.Rejected);
        acted.When(CountyOffice, new RejectHazard(" ")).ThenRefused(InputRefusals.Missing, "reason");
        acted.When(NextOffice, wrong).ThenRefused(HazardRefusals.OutsideRegion);
        if (!CommandRules.Reject.Stages.Contains(stage))
            acted.When(As(CountyOffice, Role.Importer), wrong).ThenRefused(HazardRefusals.Role);
    }

    [Theory, MemberData(nameof(LateStages))]
    public void What_no_ledger_told_is_not_taken_out_so(Stage stage) =>
        Stories.At(stage).When(CountyOffice, new RejectHazard("录入错误"))
            .ThenRefused(stage == Stage.Closed ? HazardRefusals.NotOpen : HazardRefusals.StageForbids);

    [Theory, MemberData(nameof(LateStages))]
    public void What_was_taken_out_can_be_reopened_and_not_before_it_was(Stage stage)
    {
        var taken = Imported(Stories.At(stage)).When(CountyOffice, new RejectHazard("录入错误")).ThenItHappens();
        taken.When(As(CountyOffice), new ReopenHazard("取错了行"), taken.Then.Rejection!.At.AddMinutes(-1))
            .ThenRefused(HazardRefusals.BeforePrevious);
        taken.When(CountyOffice, new ReopenHazard("取错了行")).ThenItHappens().Then.IsOpen.ShouldBeTrue();
        taken.Clocks.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_taken_out_before_it_came_to_stand_so()
    {
        var closed = Imported(Stories.Closed);
        closed.When(As(CountyOffice), new RejectHazard("录入错误"), closed.Then.Closure!.At.AddMinutes(-1))
            .ThenRefused(HazardRefusals.BeforePrevious);
        var open = Imported(Stories.Declared);
        open.When(As(CountyOffice), new RejectHazard("录入错误"), open.Then.Legs[Leg.Sole].Since.AddMinutes(-1))
            .ThenRefused(HazardRefusals.BeforePrevious);
    }

    [Fact]
    public void What_a_ledger_said_is_told_from_what_people_decided()
    {
        var imported = Imported(Stories.Rectifying).Then;
        imported.GradedByLedger.ShouldBeTrue();
        imported.Legs[Leg.Sole].ShouldSatisfyAllConditions(l => l.DeadlineByLedger.ShouldBeTrue(), l => l.NamedByLedger.ShouldBeTrue());
        var leg = imported.Legs[Leg.Sole];
        var asked = new ExtensionRequested(Leg.Sole, leg.Deadline, leg.Deadline.AddDays(5), "备件");
        var granted = new ExtensionGranted(Leg.Sole, leg.Deadline, leg.Deadline.AddDays(5), null);
        Imported(Stories.Rectifying).And(asked, granted).Then.Legs[Leg.Sole].DeadlineByLedger.ShouldBeFalse();
        By(By(Imported(Stories.Rectifying), Role.Importer, asked), Role.Importer,
            granted).Then.Legs[Leg.Sole].DeadlineByLedger.ShouldBeTrue();
        Imported(Stories.Rectifying).And(new HazardRegraded(Level.General, Level.Major, "第五条", "复核")).Then.GradedByLedger.ShouldBeFalse();
        Imported(Stories.Rectifying).And(new LegReassigned(leg.Body, Sole(), "改派")).Then.Legs[Leg.Sole].NamedByLedger.ShouldBeFalse();
        Stories.Rectifying.Then.ShouldSatisfyAllConditions(h => h.ActedOn.ShouldBeTrue(), h => h.GradedByLedger.ShouldBeFalse());
    }

    /// <summary>The same story, had an import told it.</summary>
    internal static Story Imported(Story story) => story with
    {
        Events = [.. story.Events.Insert(1, story.Events[0] with { Event = Row })
            .Select(h => h with { Context = h.Context with { Role = Role.Importer } })],
    };

    private static Story By(Story story, Role role, IHazardEvent happened)
    {
        var after = story.And(happened);
        return after with
        {
            Events = after.Events.SetItem(
                after.Events.Length - 1, after.Events[^1] with { Context = after.Events[^1].Context with { Role = role } }),
        };
    }
}
