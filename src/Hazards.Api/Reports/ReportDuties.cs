using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Hazards.Projections.Store;

namespace Hazards.Api.Reports;

/// <summary>How a report that is owed stands.</summary>
internal enum DutyState
{
    /// <summary>未到期.</summary>
    [Label("报表期未结束", "The period has not ended")] Coming,

    /// <summary>待报.</summary>
    [Label("待报", "The period has ended; the report is due")] Due,

    /// <summary>逾期.</summary>
    [Label("逾期未报", "The day has passed")] Overdue,

    /// <summary>已报.</summary>
    [Label("已定稿", "Frozen")] Frozen,
}

/// <summary>A report that a region owes.</summary>
/// <param name="Id">The report, as it can be looked up once something happened to it.</param>
/// <param name="Kind">Which report.</param>
/// <param name="Region">Who owes it.</param>
/// <param name="RegionName">Its name.</param>
/// <param name="Period">For which time.</param>
/// <param name="Due">The last day for it.</param>
/// <param name="Provisional">True while that day is counted through a year whose working days are not announced.</param>
/// <param name="State">How it stands on the day asked about.</param>
/// <param name="DaysOverdue">Days since it was due; 0 when it is not overdue.</param>
/// <param name="FrozenOn">When it was first frozen.</param>
/// <param name="FrozenLate">Whether that was after the day.</param>
/// <param name="Source">Where the rule comes from.</param>
internal sealed record ReportDuty(
    Guid Id, CodeEntry Kind, RegionCode Region, string RegionName, Period Period, DateOnly Due, bool Provisional, CodeEntry State,
    int DaysOverdue,
    DateOnly? FrozenOn, bool FrozenLate, string Source);

/// <summary>
/// Which reports of which periods are due when: a question to the policies in force, never a table. What has passed becomes
/// one event on the report's own stream, whichever node notices it and however often.
/// </summary>
internal sealed class ReportDuties(FigureQueries figures, ReportStore store, RulebookSource rules, TimeProvider clock)
{
    private const int MostEntries = 100_000;

    // How far back a period is still looked for: an annual report is due a month after its year.
    private const int DaysBack = 400;

    /// <summary>
    /// The duties of a region and the regions in it, of periods that ended in the last 400 days or run on the day; by due date.
    /// </summary>
    public async Task<IReadOnlyList<ReportDuty>> OnAsync(RegionCode region, DateOnly day, DateTimeOffset? asOf, CancellationToken stop)
    {
        var made = (await figures.ReportsAsync(region, day.AddDays(-DaysBack - 366), day.AddYears(1), asOf, MostEntries, stop))
            .Where(e => e.Event is ReportFrozen).ToLookup(e => e.Id);
        var duties = Owed(region, day).Select(o => Duty(o, day, made[Report.StreamOf(o.Kind, o.Region.Code, o.Period)].FirstOrDefault()));
        return [.. duties.OrderBy(d => d.Due).ThenBy(d => d.Region.Value, StringComparer.Ordinal)
            .ThenBy(d => d.Kind.Code, StringComparer.Ordinal)];
    }

    /// <summary>Notices every report that is overdue now and was not noticed before; returns how many events it wrote.</summary>
    public async Task<int> NoticeMissedAsync(CancellationToken stop)
    {
        if (rules.Current.Adopted.IsEmpty)
            return 0;
        var now = clock.GetUtcNow();
        var today = ChinaTime.DateAt(now);
        var entries = (await figures.ReportsAsync(RegionCode.Nation, today.AddDays(-DaysBack - 366), today, null, MostEntries, stop))
            .Select(e => e.Id).ToHashSet();
        var written = 0;
        foreach (var owed in Owed(RegionCode.Nation, today, adoptedOnly: true).Where(o => o.Due.Date < today).OrderBy(o => o.Due.Date))
        {
            var id = Report.StreamOf(owed.Kind, owed.Region.Code, owed.Period);
            if (entries.Contains(id) || await store.LoadAsync(id, stop) is not null)
                continue;
            var missed = new ReportDeadlineMissed(owed.Kind, owed.Region.Code, owed.Period, owed.Due.Date, now);
            var context = Clockwork.Context(
                ChinaTime.EndOf(owed.Due.Date), Entry.Prompt, rules.Current.PolicyOn(owed.Region.Code, owed.Period.Last),
                rules.Current.Calendar);
            // The stream must not exist: of two nodes that notice at once, one writes and the other is told of a conflict.
            if ((await store.AppendAsync(id, null, missed, context, Terms.None, stop)).Result is AppendResult.Committed)
                written++;
        }
        return written;
    }

    private static ReportDuty Duty(OwedReport owed, DateOnly day, ReportEntry? frozen)
    {
        DateOnly? on = frozen is null ? null : ChinaTime.DateAt(frozen.RecordedAt);
        var state = on is not null ? DutyState.Frozen : day <= owed.Period.Last ? DutyState.Coming : day <= owed.Due.Date ? DutyState.Due : DutyState.Overdue;
        return new ReportDuty(
            Report.StreamOf(owed.Kind, owed.Region.Code, owed.Period), Labels.Of(owed.Kind), owed.Region.Code, owed.Region.Name,
            owed.Period, owed.Due.Date, owed.Due.Provisional,
            Labels.Of(state), state == DutyState.Overdue ? day.DayNumber - owed.Due.Date.DayNumber : 0, on, on > owed.Due.Date,
            owed.Source);
    }

    private sealed record OwedReport(ReportKind Kind, NamedRegion Region, Period Period, DueDate Due, string Source);

    /// <summary>
    /// What is owed: by a report's rule, every region of the level it names; by a ranking's, the region that adopted the
    /// policy.
    /// </summary>
    private IEnumerable<OwedReport> Owed(RegionCode region, DateOnly day, bool adoptedOnly = false)
    {
        var rulebook = rules.Current;
        foreach (var named in ReportMaker.Owing(region).Where(
            r => !adoptedOnly || rulebook.Adopted.Any(a => a.Jurisdiction.Contains(r.Code))))
            foreach (var every in Enum.GetValues<PeriodKind>())
                for (var period = Period.Of(every, day); period.Last >= day.AddDays(-DaysBack); period = period.Previous)
                {
                    var policy = rulebook.PolicyOn(named.Code, period.Last);
                    if (adoptedOnly && !rulebook.Adopted.Any(a => ReferenceEquals(a.Policy, policy)))
                        continue;
                    foreach (var rule in policy.Reports.Where(r => r.Every == every && r.Of == named.Code.Level))
                        yield return new OwedReport(
                            rule.Kind, named, period, rulebook.Calendar.Add(period.Last, rule.DueDays, rule.Count), rule.Source);
                    if (policy.Rankings.IsEmpty || !rulebook.Adopted.Any(
                        a => a.Jurisdiction == named.Code && ReferenceEquals(a.Policy, policy)))
                        continue;
                    foreach (var rule in policy.Rankings.Where(r => r.Every == every))
                        yield return new OwedReport(
                            rule.Kind, named, period, rulebook.Calendar.Add(period.Last, rule.DueDays, DayCount.Calendar), rule.Source);
                }
    }
}
