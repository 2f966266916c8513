using System.Collections.Concurrent;
using Npgsql;

namespace Hazards.Projections;

/// <summary>
/// Answers that many ask for again: as long as nothing has been recorded since, the same question is answered at once, and those
/// who ask it together wait for one count. An answer as known at an instant before the last event never changes; one for now is
/// good until the next event, whatever it is about. Rows that are made anew are counted anew. What must be counted to prove
/// something (a frozen report, an audit) does not come from here.
/// </summary>
/// <param name="dataSource">The database.</param>
public sealed class KeptAnswers(NpgsqlDataSource dataSource)
{
    /// <summary>About 20 MB.</summary>
    private const int MostItems = 200_000;

    // Seconds: it is one look at an index.
    private const int Patience = 5;

    // An answer with nothing in it is kept under a key as well.
    private const int ItemsOfKey = 5;

    private readonly ConcurrentDictionary<Key, Lazy<Task<object>>> kept = [];
    private readonly Together<ValueTuple, (long Position, DateTimeOffset RecordedAt, uint Rows)> heads = new(_ => HeadAsync(dataSource));
    private int items;

    private readonly record struct Key(object Question, DateTimeOffset? KnownAt, long Head, uint Rows);

    /// <summary>The answer to a question.</summary>
    /// <param name="question">All that the answer depends on besides what is recorded; compared by value, the day that is
    /// looked from included.</param>
    /// <param name="knownAt">The instant looked from; null for now.</param>
    /// <param name="ask">Counts.</param>
    /// <param name="sizeOf">How many items an answer has.</param>
    /// <param name="cancellationToken">Stops waiting; others who wait for the same count go on.</param>
    public async Task<T> GetAsync<T>(
        object question, DateTimeOffset? knownAt, Func<CancellationToken, Task<T>> ask, Func<T, int> sizeOf,
        CancellationToken cancellationToken)
        where T : notnull
    {
        var (head, recordedAt, rows) = await heads.AskAsync(default).WaitAsync(cancellationToken);
        var key = knownAt < recordedAt
            ? new Key((typeof(T), question), knownAt, 0, rows)
            : new Key((typeof(T), question), null, head, rows);
        var answer = kept.GetOrAdd(key, _ => new Lazy<Task<object>>(async () =>
        {
            // Nobody's leaving ends what others wait for; the database's own time limit does.
            var counted = await ask(CancellationToken.None);
            if (Interlocked.Add(ref items, sizeOf(counted) + ItemsOfKey) > MostItems)
            {
                kept.Clear();
                Volatile.Write(ref items, 0);
            }
            return counted;
        }));
        try
        {
            return (T)await answer.Value.WaitAsync(cancellationToken);
        }
        catch when (answer.Value is { IsFaulted: true } or { IsCanceled: true })
        {
            kept.TryRemove(KeyValuePair.Create(key, answer));
            throw;
        }
    }

    private static async Task<(long Position, DateTimeOffset RecordedAt, uint Rows)> HeadAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand(
            """select e.seq_id, e."timestamp", 'rows.hazards'::regclass::oid from log.mt_events e order by e.seq_id desc limit 1""");
        command.CommandTimeout = Patience;
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? (reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<uint>(2))
            : (0, DateTimeOffset.MinValue, 0);
    }
}
