using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Investigation.Replay;

/// <summary>A page of a subject's timeline.</summary>
/// <param name="From">From this instant on, by recorded time.</param>
/// <param name="To">Up to this instant.</param>
/// <param name="AsOf">As it was recorded then; absent for now.</param>
/// <param name="Items">The entries, in the order of the log; a page may have fewer than asked for.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
/// <param name="Names">Names of the bodies mentioned.</param>
internal sealed record SubjectTimeline(
    DateTimeOffset? From, DateTimeOffset? To, DateTimeOffset? AsOf, ImmutableArray<SubjectEntry> Items, string? Next,
    IReadOnlyDictionary<string, string> Names);

/// <summary>An entry of a subject's timeline.</summary>
/// <param name="Position">Where it stands in the log: the event's position, or the opening's.</param>
/// <param name="How">How the event concerns the subject.</param>
/// <param name="Title">The hazard's title.</param>
/// <param name="Region">The hazard's region.</param>
/// <param name="Opening">The opening, where it is one.</param>
/// <param name="Event">The event; for an opening, what was opened.</param>
internal sealed record SubjectEntry(long Position, CodeEntry How, string Title, RegionCode Region, OpenedBy? Opening, TimelineEntry Event);

/// <summary>A page of a subject's silences; a page holds those of so many hazards.</summary>
internal sealed record SubjectSilences(
    DateTimeOffset? From, DateTimeOffset? To, DateTimeOffset? AsOf, ImmutableArray<SilenceEntry> Items, string? Next,
    IReadOnlyDictionary<string, string> Names);

/// <summary>A page of what a subject was accountable for; a page holds that of so many hazards.</summary>
internal sealed record SubjectAccountability(
    DateTimeOffset At, DateTimeOffset? AsOf, ImmutableArray<AccountableEntry> Items, string? Next,
    IReadOnlyDictionary<string, string> Names);

/// <summary>How many hazards stood where.</summary>
/// <param name="Hazards">All of them.</param>
/// <param name="Stages">By stage.</param>
/// <param name="Levels">By level; those not graded are under an empty name.</param>
/// <param name="Lists">On each list.</param>
internal sealed record ReplayCounts(
    int Hazards, IReadOnlyDictionary<string, int> Stages, IReadOnlyDictionary<string, int> Levels, IReadOnlyDictionary<string, int> Lists);

/// <summary>A list that hazards are on or not.</summary>
internal enum ReplayList
{
    /// <summary>在办.</summary>
    [Label("在办", "Open")] Open,

    /// <summary>超期.</summary>
    [Label("超期", "With an overdue duty")] Overdue,

    /// <summary>重大隐患.</summary>
    [Label("重大隐患", "Major and open")] Major,

    /// <summary>挂牌.</summary>
    [Label("挂牌督办", "Listed")] Listed,

    /// <summary>双重交办.</summary>
    [Label("双重交办", "Handed over to two legs, and open")] Dual,

    /// <summary>停产停业.</summary>
    [Label("停产停业", "Production suspended")] Suspended,

    /// <summary>提级督办.</summary>
    [Label("提级督办", "Escalated, and open")] Escalated,

    /// <summary>已销号.</summary>
    [Label("已销号", "Closed")] Closed,

    /// <summary>反弹重开.</summary>
    [Label("重新开案", "Reopened at least once")] Reopened,
}

/// <summary>A hazard that stood otherwise at the later instant.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Title">Its title.</param>
/// <param name="StageFrom">Its stage at the earlier instant; absent: it was not on record.</param>
/// <param name="StageTo">Its stage at the later.</param>
/// <param name="LevelFrom">Its level at the earlier.</param>
/// <param name="LevelTo">Its level at the later.</param>
/// <param name="Entered">The lists it entered.</param>
/// <param name="Left">The lists it left.</param>
/// <param name="Positions">The events between.</param>
internal sealed record HazardMoved(
    HazardId Hazard, string Title, CodeEntry? StageFrom, CodeEntry? StageTo, CodeEntry? LevelFrom, CodeEntry? LevelTo,
    ImmutableArray<CodeEntry> Entered, ImmutableArray<CodeEntry> Left, ImmutableArray<long> Positions);

/// <summary>What changed for a subject between two instants.</summary>
/// <param name="From">The earlier.</param>
/// <param name="To">The later.</param>
/// <param name="CountsFrom">How many hazards stood where at the earlier; on the first page only, and only where they are not
/// too many to count so.</param>
/// <param name="CountsTo">The same at the later.</param>
/// <param name="Items">The hazards of this page that stand otherwise.</param>
/// <param name="Next">Cursor of the next page; absent on the last.</param>
internal sealed record SubjectChanges(
    DateTimeOffset From, DateTimeOffset To, ReplayCounts? CountsFrom, ReplayCounts? CountsTo, ImmutableArray<HazardMoved> Items,
    string? Next);

/// <summary>Replays a subject page by page: each page's case files are opened together, so memory is bounded by a page.</summary>
/// <param name="replay">Finds what concerns it.</param>
/// <param name="files">Opens the files.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class SubjectFiles(ReplayQueries replay, CaseFiles files, TimeProvider clock)
{
    private const int MostCounted = 2_000;
    private const int PageOfCount = 200;

    public async Task<SubjectTimeline> TimelineAsync(SubjectQuestion q, CancellationToken stop)
    {
        var (after, upTo) = await PositionsAsync(q, stop);
        var page = await replay.EntriesAsync(q.Subject, after, upTo, q.Cursor, q.Limit, stop);
        var open = await OpenAsync(q, page.Items.Select(i => i.Stream), stop);
        var timelines = open.ToDictionary(f => f.Key, f => Timeline.Of(f.Value));
        var items = ImmutableArray.CreateBuilder<SubjectEntry>();
        foreach (var entry in page.Items)
            if (open.TryGetValue(new HazardId(entry.Stream), out var file) && timelines[file.Id].FirstOrDefault(
                r => r.Event.Position == entry.Event) is { } row)
                items.Add(new SubjectEntry(entry.Position, Labels.Of(entry.How), file.Newest.Title, file.Newest.Region, OpeningAt(row, entry), TimelineEntry.Of(file, row)));
        return new SubjectTimeline(q.From, q.To, q.AsOf, items.ToImmutable(), page.Next, Names(open.Values));
    }

    public async Task<SubjectSilences> SilencesAsync(SubjectQuestion q, CancellationToken stop)
    {
        var (open, next) = await PageAsync(q, stop);
        return new SubjectSilences(q.From, q.To, q.AsOf,
            [.. from file in open.Values
                from silence in Silences.Of(file)
                from s in OfSubject(q.Subject, file, silence)
                where !(s.From > q.To) && !(s.Until < q.From)
                orderby s.From, s.Began.Position
                select SilenceEntry.Of(file.Id, s)], next, Names(open.Values));
    }

    public async Task<SubjectAccountability> AccountabilityAsync(SubjectQuestion q, DateTimeOffset? at, CancellationToken stop)
    {
        var instant = at ?? q.AsOf ?? clock.GetUtcNow();
        var (open, next) = await PageAsync(q with { To = instant }, stop);
        return new SubjectAccountability(instant, q.AsOf,
            [.. from file in open.Values
                from a in Accountability.Of(file)
                where a.HeldAt(instant) && IsOf(q.Subject, a, instant)
                orderby a.From.Position
                select AccountableEntry.Of(file.Id, a)], next, Names(open.Values));
    }

    public async Task<SubjectChanges> ChangesAsync(SubjectQuestion q, CancellationToken stop)
    {
        var (from, to) = (q.From!.Value, q.To ?? clock.GetUtcNow());
        // What was told before the period still stands in it: the hazards are those of all time up to its end.
        var all = q with { From = null, To = to };
        var (open, next) = await PageAsync(all, stop, from);
        var counts = q.Cursor is null ? await CountAsync(all, from, to, next is null ? open : null, stop) : (null, null);
        return new SubjectChanges(
            from, to, counts.From, counts.To, [.. open.Values.Select(f => Moved(q.Subject, f, from, to)).OfType<HazardMoved>()], next);
    }

    private async Task<(ReplayCounts? From, ReplayCounts? To)> CountAsync(
        SubjectQuestion q, DateTimeOffset from, DateTimeOffset to, IReadOnlyDictionary<HazardId, CaseFile>? whole, CancellationToken stop)
    {
        var (before, after) = (new Tally(q.Subject), new Tally(q.Subject));
        string? cursor = null;
        for (var counted = 0; counted < MostCounted; counted += PageOfCount)
        {
            var (open, next) = whole is not null
                ? (whole, null)
                : await PageAsync(q with { Cursor = cursor, Limit = PageOfCount }, stop, from);
            foreach (var file in open.Values)
            {
                before.Add(file, from);
                after.Add(file, to);
            }
            if (next is null)
                return (before.Counts, after.Counts);
            cursor = next;
        }
        return (null, null);
    }

    private static HazardMoved? Moved(ReplaySubject subject, CaseFile file, DateTimeOffset from, DateTimeOffset to)
    {
        var (before, after) = (StateOf(subject, file, from), StateOf(subject, file, to));
        var (was, now) = (ListsOf(file, before, from), ListsOf(file, after, to));
        return before?.Stage == after?.Stage && before?.Level == after?.Level && was.SetEquals(now)
            ? null
            : new HazardMoved(
                file.Id, file.Newest.Title, Labels.Of(before?.Stage), Labels.Of(after?.Stage), Labels.Of(before?.Level),
                Labels.Of(after?.Level),
                [.. now.Except(was).Order().Select(Labels.Of)], [.. was.Except(now).Order().Select(Labels.Of)],
                [.. file.Events.Where(e => e.RecordedAt > from && e.RecordedAt <= to).Select(e => e.Position)]);
    }

    private static HashSet<ReplayList> ListsOf(CaseFile file, Hazard? h, DateTimeOffset at)
    {
        if (h is null)
            return [];
        var today = ChinaTime.DateAt(at);
        var on = new (ReplayList List, bool Is)[]
        {
            (ReplayList.Open, h.IsOpen), (ReplayList.Overdue, Clocks.Open(h, file.Rules).Any(c => c.Due < today)),
            (ReplayList.Major, h.IsOpen && h.Level == Level.Major),
            (ReplayList.Listed, h.Listing is not null), (ReplayList.Dual, h.IsOpen && h.IsDual),
            (ReplayList.Suspended, h.Suspension is not null),
            (ReplayList.Escalated, h.IsOpen && h.EscalatedTo is not null), (ReplayList.Closed, h.Closure is not null),
            (ReplayList.Reopened, h.Reopened > 0),
        };
        return [.. on.Where(o => o.Is).Select(o => o.List)];
    }

    // What nobody is named for is whose office's it was then, and not whoever is the office since.
    private static IEnumerable<Silence> OfSubject(ReplaySubject subject, CaseFile file, Silence silence) => subject switch
    {
        ReplaySubject.OfBody of when silence.Body is { } body => body == of.Body.Id ? [silence] : [],
        ReplaySubject.OfBody of => of.Terms.Where(t => t.Region == silence.Office).Select(t => silence.In(t, file)).OfType<Silence>(),
        _ => [silence],
    };

    private static bool IsOf(ReplaySubject subject, Accountable held, DateTimeOffset at) =>
        subject is not ReplaySubject.OfBody of
        || (held.Body is { } body ? body == of.Body.Id : of.Terms.Any(t => t.Region == held.Office && t.Holds(at)));

    private static OpenedBy? OpeningAt(TimelineRow row, ReplayEntry entry) =>
        entry.How == Involvement.Opened && row.Told.SelectMany(t => t.Openings).FirstOrDefault(o => o.Position == entry.Position) is { } o
            ? new OpenedBy(o.Body, o.Actor, o.OpenedAt, o.Position)
            : null;

    // What lay elsewhere at an instant was not in the region then.
    private static Hazard? StateOf(ReplaySubject subject, CaseFile file, DateTimeOffset at) =>
        file.StateAt(at) is { } state && (subject is not ReplaySubject.OfRegion { Region: var region } || region.Contains(state.Region))
            ? state
            : null;

    // Those of a page are all that are or ever were its own. Between two instants: that were at either.
    private static bool IsOf(SubjectQuestion q, CaseFile file, DateTimeOffset? since) => q.Subject switch
    {
        ReplaySubject.OfRegion { Region: var region } => since is { } from
            ? StateOf(q.Subject, file, from) is not null || StateOf(q.Subject, file, q.To!.Value) is not null
            : region.Contains(file.Newest.Region),
        ReplaySubject.OfEnterprise { Code: var code } => file.States.Any(s => s.Enterprise?.CreditCode == code),
        _ => true,
    };

    private async Task<(IReadOnlyDictionary<HazardId, CaseFile> Open, string? Next)> PageAsync(
        SubjectQuestion q, CancellationToken stop, DateTimeOffset? since = null)
    {
        var (after, upTo) = await PositionsAsync(q, stop);
        var page = await replay.HazardsAsync(q.Subject, after, upTo, q.Cursor, q.Limit, stop);
        return (await OpenAsync(q, page.Items, stop, since), page.Next);
    }

    private async Task<IReadOnlyDictionary<HazardId, CaseFile>> OpenAsync(
        SubjectQuestion q, IEnumerable<Guid> streams, CancellationToken stop, DateTimeOffset? since = null)
    {
        var open = await files.OpenAsync([.. streams.Distinct()], q.AsOf, stop);
        return open.Where(f => q.Jurisdiction.Contains(f.Value.Newest.Region) && IsOf(q, f.Value, since))
            .ToDictionary(f => f.Key, f => f.Value);
    }

    private async Task<(long After, long UpTo)> PositionsAsync(SubjectQuestion q, CancellationToken stop)
    {
        // From an instant on: what was recorded at that very instant is in the period.
        var after = q.From is { } from && from > DateTimeOffset.MinValue ? await replay.PositionAtAsync(from.AddTicks(-10), stop) : 0;
        var until = q.AsOf < (q.To ?? DateTimeOffset.MaxValue) ? q.AsOf : q.To;
        return (after, await replay.PositionAtAsync(until ?? DateTimeOffset.MaxValue, stop));
    }

    private static SortedDictionary<string, string> Names(IEnumerable<CaseFile> open)
    {
        var names = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in open)
            foreach (var (id, name) in file.Names())
                names[id] = name;
        return names;
    }

    private sealed class Tally(ReplaySubject subject)
    {
        private readonly SortedDictionary<string, int> stages = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, int> levels = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, int> lists = new(StringComparer.Ordinal);
        private int hazards;

        public ReplayCounts Counts => new(hazards, stages, levels, lists);

        public void Add(CaseFile file, DateTimeOffset at)
        {
            if (StateOf(subject, file, at) is not { } state)
                return;
            hazards++;
            Count(stages, CodeList.Code(state.Stage));
            Count(levels, state.Level is { } level ? CodeList.Code(level) : "");
            foreach (var list in ListsOf(file, state, at))
                Count(lists, CodeList.Code(list));
        }

        private static void Count(SortedDictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
    }
}
