using JasperFx.Events;
using Marten;
using Hazards.Projections.Store.Reading;
using Hazards.Projections.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections.Store.Appending;

/// <summary>
/// The appends of one commit: judged on the log as it stands, the winners written by one Marten session, each caller's
/// outcome at hand when it has committed.
/// </summary>
internal sealed class AppendBatch
{
    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    private const string KeysSql = """
        insert into log.append_keys (scope, key, fingerprint, first_position, last_position)
        select * from unnest($1, $2, $3, $4, $5)
        """;

    private readonly Standing standing;
    private readonly bool allowGivenTimes;
    private readonly List<Verdict> verdicts = [];
    private readonly List<Winner> winners = [];
    private readonly List<DateTime> recorded = [];
    private readonly long positionBefore;

    private readonly record struct Winner(PendingAppend Append, int Begin);

    private AppendBatch(Standing standing, bool allowGivenTimes)
    {
        this.standing = standing;
        this.allowGivenTimes = allowGivenTimes;
        // What was burnt is filled before anything else is written.
        positionBefore = Math.Max(standing.Position, standing.Numbered);
    }

    /// <summary>Those that lost because they are, or may be, in the log already: they are looked for before they are told so.</summary>
    public IReadOnlyList<PendingAppend> Losers =>
        [.. verdicts.Where(v => v.Result is AppendResult.Conflict or AppendResult.KeyReused || v.Repeats is not null).Select(v => v.Append)];

    /// <summary>The winners' messages.</summary>
    public IReadOnlyList<object> Messages => [.. winners.SelectMany(w => w.Append.Append.Messages)];

    /// <summary>The messages of those that an earlier attempt had committed unnoticed.</summary>
    public IReadOnlyList<object> Unsent =>
        [.. verdicts.Where(v => v is { WasCommittedBefore: true }).SelectMany(v => v.Append.Append.Messages)];

    /// <summary>Whether anything is to be written.</summary>
    public bool HasWinners => winners.Count > 0;

    /// <summary>Every append of the batch, in its order, with its outcome once the session has committed.</summary>
    public IReadOnlyList<Verdict> Verdicts => verdicts;

    /// <summary>When the event at a position was recorded; of a winner's event.</summary>
    public DateTime RecordedAt(long position) => recorded[(int)(position - positionBefore - 1)];

    /// <summary>Decides who wins. Marten never sees a stale version: it would fail the whole batch for it, and burn its numbers.</summary>
    /// <remarks>
    /// An append that shares a stream or a key with an earlier one of the batch, or relies on a stream of one, cannot be judged
    /// before that one is: it is checked against the log, and if it would pass, it goes into the next batch.
    /// </remarks>
    public static AppendBatch Judge(IReadOnlyList<PendingAppend> appends, Standing standing, bool allowGivenTimes)
    {
        var batch = new AppendBatch(standing, allowGivenTimes);
        var streams = new HashSet<Guid>(appends.Count);
        var keys = new HashSet<(string, string)>();
        foreach (var append in appends)
        {
            var alone = append.Append.Key is not { } key || keys.Add((key.Scope, key.Key));
            foreach (var relied in append.Append.Relies)
                alone &= !streams.Contains(relied.StreamId);
            foreach (var stream in append.Append.Streams)
                alone &= streams.Add(stream.StreamId);
            batch.verdicts.Add(batch.Judge(append, alone));
        }

        return batch;
    }

    private Verdict Judge(PendingAppend append, bool alone)
    {
        if (standing.Before(append) is var (same, first, last))
            return same
                ? new Verdict(append, null, (first, last))
                : new Verdict(append, new AppendResult.KeyReused(append.Append.Key!.Key));
        foreach (var stream in append.Append.Streams)
            if (standing.VersionOf(stream.StreamId) is var actual && actual != stream.ExpectedVersion
                || stream.After is { } known && standing.LastOf(stream.StreamId) != known)
                return new Verdict(append, new AppendResult.Conflict(stream.StreamId, stream.ExpectedVersion, actual));
        foreach (var relied in append.Append.Relies)
            if (standing.VersionOf(relied.StreamId) is var actual && actual != relied.Version)
                return new Verdict(append, new AppendResult.Conflict(relied.StreamId, relied.Version, actual));
        if (!alone)
            return new Verdict(append, null);
        var begin = recorded.Count;
        winners.Add(new Winner(append, begin));
        Date(append);
        var end = positionBefore + recorded.Count;
        var committed = new AppendResult.Committed(
            positionBefore + begin + 1, end, recorded[^1],
            [.. append.Append.Streams.Select(s => new StreamVersion(s.StreamId, s.ExpectedVersion + s.Events.Count))]);
        return new Verdict(append, committed) { IsAsGiven = append.Append.Streams.All(s => standing.IsOfKind(s.StreamId, s.StreamType)) };
    }

    /// <summary>
    /// Recorded times are distinct and rise with the positions, even where the clock was set back; and only what is recorded
    /// together lies a microsecond apart (<see cref="RowsCopy.Together"/>): what comes after, two at least.
    /// </summary>
    private void Date(PendingAppend append)
    {
        var clock = allowGivenTimes && append.Append.RecordedAt is { } given ? Whole(given.UtcDateTime) : standing.Now;
        for (var n = 0; n < append.Events; n++)
        {
            var before = recorded.Count > 0 ? recorded[^1] : LastBefore;
            var earliest = before + (n == 0 ? 2 * Microsecond : Microsecond);
            recorded.Add(clock > earliest ? clock : earliest);
            clock = recorded[^1] + Microsecond;
        }
    }

    // Tombstones, where there are any, take a microsecond each after the last event.
    private DateTime LastBefore => standing.RecordedAt + (positionBefore - standing.Position) * Microsecond;

    // PostgreSQL keeps microseconds.
    private static DateTime Whole(DateTime time) => new(time.Ticks - time.Ticks % TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);

    /// <summary>What an append that lost turned out to be.</summary>
    public void Settle(PendingAppend append, Verdict verdict) => verdicts[verdicts.FindIndex(v => v.Append == append)] = verdict;

    /// <summary>Queues into a session: the winners' events, and with them what else the same commit must hold.</summary>
    public void WriteTo(IDocumentSession session, IEventRegistry events)
    {
        var position = positionBefore;
        var written = new WrittenEvents(session);
        foreach (var (append, begin) in winners)
        {
            var own = 0;
            if (append.Append.Key is { } key)
                written.Expect(key, positionBefore + begin + 1);
            foreach (var stream in append.Append.Streams)
            {
                var added = new object[stream.Events.Count];
                for (var v = 0; v < added.Length; v++, own++)
                {
                    position++;
                    added[v] = Dress(events, stream, v, position);
                    written.Expect(position, stream.Events[v].Id, append.Canonical?[own].Code);
                }

                var version = stream.ExpectedVersion + added.Length;
                session.Events.Append(stream.StreamId, version, added).AggregateType = StreamKinds.TypeOf(stream.StreamType);
                written.Expect(stream.StreamId, version);
            }
        }

        if (Keys() is { } keys)
            session.QueueOperation(new Command(keys));
        session.QueueOperation(new Command(new NpgsqlBatchCommand(HeadWatch.Notify)));
        // Marten sends operations in the order in which they were queued, the events' when it saves: the check goes last.
        session.Listeners.Add(written);
        session.Logger = written;
    }

    /// <summary>An event as Marten takes it, with the identity and time that it has by now.</summary>
    private IEvent Dress(IEventRegistry events, StreamAppend stream, int v, long position)
    {
        var given = stream.Events[v];
        var e = events.BuildEvent(given.Fact);
        e.Id = given.Id;
        e.Timestamp = RecordedAt(position);
        e.CorrelationId = given.CorrelationId;
        e.CausationId = given.CausationId;
        e.Headers = v == stream.Events.Count - 1 && stream.Row is { } row
            ? given.Headers.With(new PendingRow(stream.StreamId, stream.ExpectedVersion + v + 1, given.Id, row))
            : given.Headers;
        return e;
    }

    private NpgsqlBatchCommand? Keys()
    {
        var keyed = winners.Where(w => w.Append.Append.Key is not null).ToArray();
        if (keyed.Length == 0)
            return null;
        var command = new NpgsqlBatchCommand(KeysSql);
        command.AddColumn(NpgsqlDbType.Text, keyed, w => w.Append.Append.Key!.Scope);
        command.AddColumn(NpgsqlDbType.Text, keyed, w => w.Append.Append.Key!.Key);
        command.AddColumn(NpgsqlDbType.Bytea, keyed, w => w.Append.Append.Key!.Fingerprint.ToArray());
        command.AddColumn(NpgsqlDbType.Bigint, keyed, w => positionBefore + w.Begin + 1);
        command.AddColumn(NpgsqlDbType.Bigint, keyed, w => positionBefore + w.Begin + w.Append.Events);
        return command;
    }
}

/// <summary>
/// What became of an append: its result; or, with <paramref name="Repeats"/>, the positions of the first commit it
/// repeats; or, with neither, it must be judged again in the next batch.
/// </summary>
internal readonly record struct Verdict(PendingAppend Append, AppendResult? Result, (long First, long Last)? Repeats = null)
{
    /// <summary>A winner that is in the log exactly as it was given.</summary>
    public bool IsAsGiven { get; init; }

    /// <summary>An earlier attempt committed it, and its answer was lost.</summary>
    public bool WasCommittedBefore { get; init; }

    /// <summary>What an append was rejected for: it shares events with the log but is not the same append.</summary>
    public AppendRejectedException? Rejected { get; init; }
}
