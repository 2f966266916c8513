using Npgsql;

namespace Hazards.Projections.Store.Appending;

/// <summary>What <c>log.append</c> returned for a batch: where the winners begin, and who lost why.</summary>
internal sealed class BatchAnswer
{
    private long positionBefore;
    private DateTime recordedBefore;
    private DateTime[]? recorded;
    private readonly Dictionary<int, (Guid Stream, long Actual)> conflicts = [];
    private readonly Dictionary<int, (bool Same, long First, long Last)> repeats = [];
    private readonly HashSet<int> mistyped = [];

    public static async Task<BatchAnswer> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken))
            throw new InvalidOperationException("log.append returned no row.");
        var answer = new BatchAnswer
        {
            positionBefore = reader.GetInt64(0),
            recordedBefore = reader.GetDateTime(1),
            recorded = Column<DateTime>(reader, 2),
        };
        answer.ReadConflicts(reader);
        answer.ReadRepeats(reader);
        foreach (var append in Column<int>(reader, 10) ?? [])
            answer.mistyped.Add(append - 1);
        return answer;
    }

    private void ReadConflicts(NpgsqlDataReader reader)
    {
        if (Column<int>(reader, 3) is not { } append)
            return;
        var (stream, actual) = (Column<Guid>(reader, 4)!, Column<long>(reader, 5)!);
        for (var i = 0; i < append.Length; i++)
            conflicts.TryAdd(append[i] - 1, (stream[i], actual[i]));
    }

    private void ReadRepeats(NpgsqlDataReader reader)
    {
        if (Column<int>(reader, 6) is not { } append)
            return;
        var (same, first, last) = (Column<bool>(reader, 7)!, Column<long>(reader, 8)!, Column<long>(reader, 9)!);
        for (var i = 0; i < append.Length; i++)
            repeats[append[i] - 1] = (same[i], first[i], last[i]);
    }

    private static T[]? Column<T>(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<T[]>(ordinal);

    /// <summary>Gives every append of the batch its outcome, in the batch's order.</summary>
    public IEnumerable<Verdict> Judge(IReadOnlyList<PendingAppend> appends, IReadOnlyList<bool> mayWin)
    {
        var written = 0;
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            if (repeats.TryGetValue(i, out var first))
                yield return first.Same
                    ? new Verdict(append, null, (first.First, first.Last))
                    : new Verdict(append, new AppendResult.KeyReused(append.Append.Key!.Key));
            else if (conflicts.TryGetValue(i, out var conflict))
                yield return new Verdict(append, ConflictOf(append.Append, conflict.Stream, conflict.Actual));
            else if (!mayWin[i])
                yield return new Verdict(append, null);
            else
            {
                yield return new Verdict(append, CommittedOf(append, written)) { IsAsGiven = !mistyped.Contains(i) };
                written += append.Events;
            }
        }
    }

    /// <summary>When the event at a position was recorded; of a winner's event.</summary>
    public DateTime RecordedAt(long position)
    {
        var n = (int)(position - positionBefore);
        return recorded?[n - 1] ?? recordedBefore.AddMicroseconds(n);
    }

    private static AppendResult.Conflict ConflictOf(Append append, Guid stream, long actual) =>
        new(stream, append.Streams.First(s => s.StreamId == stream).ExpectedVersion, actual);

    private AppendResult.Committed CommittedOf(PendingAppend append, int writtenBefore)
    {
        var last = writtenBefore + append.Events;
        return new AppendResult.Committed(
            positionBefore + writtenBefore + 1,
            positionBefore + last,
            RecordedAt(positionBefore + last),
            [.. append.Append.Streams.Select(s => new StreamVersion(s.StreamId, s.ExpectedVersion + s.Events.Count))]);
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
}
