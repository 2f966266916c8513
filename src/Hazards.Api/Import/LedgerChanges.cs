using System.Globalization;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;

namespace Hazards.Api.Import;

/// <summary>
/// What a row of a ledger now says otherwise of a hazard that is on record: its level, who answers, and until when. It is told
/// as the act that it implies (重新定级, 改派, 延期), and only where the hazard still says what the ledger said: what people have
/// decided since stays. Whatever becomes of it is said; what a rule refuses changes nothing.
/// </summary>
internal sealed class LedgerChanges(UnderstoodRow row, RowBodies bodies, DateTimeOffset now, Action<string> doubt, Action<string> remark)
{
    private const string Again = "台账再次导入时已变更";

    private int _next;

    /// <summary>The next change; null when there is no more.</summary>
    public LedgerStep? Next(Hazard hazard)
    {
        // What counts no more is not brought up to date; that it is graver than it was taken for is said.
        if (hazard.Stage is Stage.Rejected or Stage.Merged)
        {
            if (_next++ == 0 && row.Level?.Value == LedgerLevel.Major && hazard.Level != Level.Major)
                doubt($"import.level_differs: 台账的隐患等级为“{CodeList.Chinese(Level.Major)}”；该隐患登记为“{CodeList.Chinese(hazard.Stage)}”，没有改动，请核对");
            return null;
        }
        while (_next < 3)
            if (_next++ switch { 0 => OfLevel(hazard), 1 => OfUnit(hazard), _ => OfDeadline(hazard) } is { } step)
                return step;
        return null;
    }

    private LedgerStep? OfLevel(Hazard hazard)
    {
        if (hazard.Level is not { } before || row.Level?.Value is not { } says)
            return null;
        var to = says == LedgerLevel.Major ? Level.Major : Level.General;
        if (to == before || Kept(hazard.GradedByLedger, "隐患等级", CodeList.Chinese(before), CodeList.Chinese(to)))
            return null;
        return new LedgerStep(now, bodies.Finder, new RegradeHazard(to, $"{Again}：{row.Level.Text}", row.Basis))
        {
            Tried = refusal => Say(refusal, "level", "隐患等级", CodeList.Chinese(before), CodeList.Chinese(to), "已登记为重新定级，请核对"),
        };
    }

    private LedgerStep? OfUnit(Hazard hazard)
    {
        if (bodies.Answerable is not { } to || !hazard.Legs.TryGetValue(Leg.Sole, out var leg) || leg.Body == to.Id)
            return null;
        var before = bodies.Present?.Name ?? leg.Body.Value;
        // The same name, registered since: the ledger says nothing new.
        if (before == to.Name || Kept(leg.NamedByLedger, "责任单位", before, to.Name))
            return null;
        if (hazard.ActedOn && leg.Stage is LegStage.Declared or LegStage.Returned)
        {
            // A declaration would be undone, or what was given back be taken on, by nobody's decision.
            doubt($"import.unit_differs: 台账的责任单位由“{before}”改为“{to.Name}”，该方{CodeList.Chinese(leg.Stage)}，没有改动，请由交办单位改派");
            return null;
        }
        var order = new ReassignLeg(Leg.Sole, to.Id, row.Deadline?.Day ?? leg.Deadline, row.Measures ?? leg.Instructions, Again,
            ResponsiblePerson: LedgerStory.Short(row.ResponsiblePerson, 200));
        return new LedgerStep(now, bodies.Finder, order)
        {
            Tried = refusal => Say(refusal, "unit", "责任单位", before, to.Name, "已登记为改派，请核对"),
        };
    }

    private LedgerStep? OfDeadline(Hazard hazard)
    {
        if (row.Deadline?.Day is not { } to || to < ChinaTime.DateAt(hazard.FoundAt)
            || !hazard.Legs.TryGetValue(Leg.Sole, out var leg) || to == leg.Deadline)
            return null;
        var (before, after) = (Day(leg.Deadline), Day(to));
        if (Kept(leg.DeadlineByLedger, "整改期限", before, after))
            return null;
        if (leg.DeadlineAssumed && leg.Stage is LegStage.Assigned or LegStage.Rectifying)
        {
            // The ledger never said what was assumed: it is no extension, and may be earlier.
            var order = new ReassignLeg(Leg.Sole, leg.Body, to, leg.Instructions, "台账补填整改期限", ResponsiblePerson: leg.ResponsiblePerson);
            return new LedgerStep(leg.Since, bodies.Finder, order)
            {
                Tried = refusal => doubt(refusal is null
                    ? $"import.deadline_changed: 台账补填了整改期限 {after}（原按制度推定为 {before}），已按台账改正，请核对"
                    : $"import.deadline_differs: 台账补填了整改期限 {after}，没有改动推定的 {before}（{refusal.Code}：{refusal.Chinese}），请核对"),
            };
        }

        if (to < leg.Deadline)
        {
            doubt($"import.deadline_differs: 台账的整改期限由 {before} 提前到 {after}，没有改动登记的期限，请核对");
            return null;
        }

        var unit = bodies.Answerable is { } answers && answers.Id == leg.Body ? answers : bodies.Present ?? bodies.Finder;
        var asked = new LedgerStep(now, unit, new RequestExtension(Leg.Sole, to, Again))
        {
            Then = new LedgerStep(now, bodies.Finder, new DecideExtension(Leg.Sole, true, Comments: Again)),
        };
        Action<Refusal?> tried = refusal => Say(refusal, "deadline", "整改期限", before, after, "已登记为延期；如果是更正笔误，请核对");
        // Who asks for more time has taken it on.
        return leg.Stage == LegStage.Assigned
            ? new LedgerStep(now, unit, new AcknowledgeAssignment(Leg.Sole)) { Then = asked, Tried = tried }
            : asked with { Tried = tried };
    }

    /// <summary>Whether it is people's decision by now; says so.</summary>
    private bool Kept(bool byLedger, string what, string before, string to)
    {
        if (!byLedger)
            remark($"import.kept: {what}：台账为“{to}”，登记的“{before}”是办理人定的，保留不改");
        return !byLedger;
    }

    private void Say(Refusal? refusal, string code, string what, string before, string to, string done) => doubt(refusal is null
        ? $"import.{code}_changed: 台账的{what}由“{before}”改为“{to}”，{done}"
        : $"import.{code}_differs: 台账的{what}由“{before}”改为“{to}”，没有改动登记的（{refusal.Code}：{refusal.Chinese}），请核对");

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
