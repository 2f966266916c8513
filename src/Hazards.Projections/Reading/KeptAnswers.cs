using System.Collections.Concurrent;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Npgsql;

namespace Hazards.Projections;

/// <summary>
/// Answers that many ask for again: as long as nothing has been recorded since, the same question is answered at once, and those
/// who ask it together wait for one count. An answer as known at an instant before the last event never changes; one for now is
/// good until the next event of a hazard in its region, or of no hazard (<see cref="RegionHeads"/>); one as known at an instant after the
/// last event is not kept: what is being recorded may still come before it, and the answer for now may have what came after. Rows that
/// are made anew are counted anew. What must be counted to prove something (a frozen report, an audit) does not come from here.
/// </summary>
/// <param name="dataSource">The database.</param>
public sealed class KeptAnswers(NpgsqlDataSource dataSource)
{
    /// <summary>About 20 MB.</summary>
    private const int MostItems = 200_000;

    // An answer with nothing in it is kept under a key as well.
    private const int ItemsOfKey = 5;

    private readonly ConcurrentDictionary<Key, Lazy<Task<object>>> kept = [];
    private readonly RegionHeads heads = new(dataSource);
    private int items;

    private readonly record struct Key(
        object Question, RegionCode Region, DateTimeOffset? KnownAt, (long Position, int Cuts) Head, uint Rows);

    /// <summary>The answer to a question.</summary>
    /// <param name="question">All that the answer depends on besides what is recorded; compared by value, the day that is
    /// looked from included.</param>
    /// <param name="knownAt">The instant looked from; null for now.</param>
    /// <param name="region">What it is about: nothing may be in the answer of a hazard that is elsewhere now.</param>
    /// <param name="ask">Counts.</param>
    /// <param name="sizeOf">How many items an answer has.</param>
    /// <param name="cancellationToken">Stops waiting; others who wait for the same count go on.</param>
    public async Task<T> GetAsync<T>(
        object question, DateTimeOffset? knownAt, RegionCode region, Func<CancellationToken, Task<T>> ask, Func<T, int> sizeOf,
        CancellationToken cancellationToken)
        where T : notnull
    {
        var head = await heads.NowAsync(cancellationToken);
        if (knownAt >= head.RecordedAt)
            return await ask(cancellationToken);
        var key = knownAt is not null
            ? new Key((typeof(T), question), region, knownAt, default, head.Rows)
            : new Key((typeof(T), question), region, null, heads.Of(region), head.Rows);
        var answer = kept.GetOrAdd(key, _ => new Lazy<Task<object>>(() => CountAsync(key, ask, sizeOf)));
        return (T)await answer.Value.WaitAsync(cancellationToken);
    }

    private async Task<object> CountAsync<T>(Key key, Func<CancellationToken, Task<T>> ask, Func<T, int> sizeOf)
        where T : notnull
    {
        try
        {
            // Nobody's leaving ends what others wait for; the database's own time limit does.
            var counted = await ask(CancellationToken.None);
            if (Interlocked.Add(ref items, sizeOf(counted) + ItemsOfKey) > MostItems)
            {
                kept.Clear();
                Volatile.Write(ref items, 0);
            }
            return counted;
        }
        catch
        {
            // Whoever asks next counts anew, whether or not anybody still waits for this.
            kept.TryRemove(key, out _);
            throw;
        }
    }
}
