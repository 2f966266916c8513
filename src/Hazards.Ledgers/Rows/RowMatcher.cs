namespace Hazards.Ledgers;

/// <summary>How a row was recognised as one of an earlier import; the later, the less sure.</summary>
public enum RowMatch
{
    /// <summary>Time, place and description are the same to the letter, and so is who answers, or at least its number.</summary>
    Identity,
    /// <summary>Every cell is the same, though they were read otherwise then.</summary>
    Cells,
    /// <summary>The same but for how it is typed.</summary>
    Typing,
    /// <summary>Its number is the same, and most of the rest.</summary>
    Number,
    /// <summary>Same day and place, and nearly the same words.</summary>
    Words,
}

/// <summary>A row of an earlier import.</summary>
/// <param name="Hazard">The hazard it became.</param>
/// <param name="Fingerprint">Digest of its cells.</param>
/// <param name="Likeness">What it is recognised by.</param>
public sealed record EarlierRow(Guid Hazard, string Fingerprint, RowLikeness Likeness)
{
    /// <summary>Whether nothing is to be done about the hazard any more.</summary>
    public bool Ended { get; init; }
}

/// <summary>A row that is to be imported.</summary>
/// <param name="Hazard">The hazard that it names by its identity.</param>
/// <param name="Fingerprint">Digest of its cells.</param>
/// <param name="Likeness">What it is recognised by.</param>
public sealed record ComingRow(Guid Hazard, string Fingerprint, RowLikeness Likeness)
{
    /// <summary>Whether it says that something is still to be done.</summary>
    public bool Open { get; init; }
}

/// <summary>
/// Finds the rows of earlier imports of a ledger in its new version, from the surest sign to the weakest. A sign counts only
/// where it points from one row to one other; what several rows could be is none of them.
/// </summary>
public static class RowMatcher
{
    /// <summary>From here on, two descriptions at one place on one day are the same hazard, reworded.</summary>
    private const double Reworded = 0.6;

    /// <summary>Less will do where the number is the same too.</summary>
    private const double RewordedUnderItsNumber = 0.4;

    /// <summary>By the index of the coming row: the hazard it is known as, and how it was recognised.</summary>
    public static IReadOnlyDictionary<int, (Guid Hazard, RowMatch How)> Match(
        IReadOnlyList<ComingRow> coming, IReadOnlyList<EarlierRow> earlier)
    {
        ArgumentNullException.ThrowIfNull(coming);
        ArgumentNullException.ThrowIfNull(earlier);
        var found = new Dictionary<int, (Guid, RowMatch)>();
        var left = earlier.DistinctBy(e => e.Hazard).ToDictionary(e => e.Hazard);
        var open = new SortedSet<int>(Enumerable.Range(0, coming.Count));
        var alike = earlier.Where(e => e.Likeness.Description.Length > 0).ToLookup(e => SaidOn(e.Likeness));
        foreach (var twins in open.GroupBy(i => (SaidOn(coming[i].Likeness), coming[i].Likeness.Unit)).ToArray())
            AmongTwins([.. twins]);
        foreach (var i in open.ToArray())
            if (left.TryGetValue(coming[i].Hazard, out var same) && !IsAnothers(coming[i].Likeness, same.Likeness))
                Take(i, same.Hazard, RowMatch.Identity);
        Pair(RowMatch.Cells, c => c.Fingerprint, e => e.Fingerprint, (_, _) => true);
        Pair(RowMatch.Typing, c => SaidOf(c.Likeness), e => SaidOf(e.Likeness), (c, e) => c.Equivalent(e));
        Pair(RowMatch.Typing, c => Said(c.Likeness), e => Said(e.Likeness), (c, e) => c.Equivalent(e) && !IsAnothers(c, e));
        // Another unit answers: the same hazard only under its own number.
        foreach (var i in open.ToArray())
            if (left.TryGetValue(coming[i].Hazard, out var moved) && coming[i].Likeness.Number is { } number
                && number == moved.Likeness.Number)
                Take(i, moved.Hazard, RowMatch.Identity);
        Pair(
            RowMatch.Number, c => c.Likeness.HasTellingNumber ? c.Likeness.Number : null,
            e => e.Likeness.HasTellingNumber ? e.Likeness.Number : null,
            (c, e) => c.Alike(e) >= RewordedUnderItsNumber || c.Where.Length > 0 && c.Where == e.Where && c.SameDay(e));
        Pair(RowMatch.Number, c => Placed(c.Likeness), e => Placed(e.Likeness),
            (c, e) => c.Description == e.Description && (c.SameDay(e) || !IsAnothers(c, e))
                || !IsAnothers(c, e) && c.SameDay(e) && c.SaysTheSameOf(e) && c.Alike(e) >= RewordedUnderItsNumber, edited: true);
        Pair(RowMatch.Number, c => Numbered(c.Likeness), e => Numbered(e.Likeness),
            (c, e) => !IsAnothers(c, e) && c.NearPlace(e), edited: true);
        ByWords();
        return found;

        // Rows of one day, place and wording are told apart by all their cells, then by their numbers (sheets may number their rows each
        // from 1), then by whether they are done with, and by their order. What is still open is not taken for what is done with while
        // another could be it: its own hazard would be closed by the other's row.
        void AmongTwins(List<int> rows)
        {
            var unit = coming[rows[0]].Likeness;
            var there = alike[SaidOn(unit)].Where(e => left.ContainsKey(e.Hazard) && !IsAnothers(unit, e.Likeness)).ToList();
            if (there.Count == 0 || rows.Count == 1 && there.Count == 1)
                return;
            var (all, known) = (rows.ToArray(), there.ToDictionary(e => e.Hazard));
            TakeTwins(c => (c.Hazard, c.Fingerprint), e => (e.Hazard, e.Fingerprint));
            TakeTwins(c => c.Fingerprint, e => e.Fingerprint);
            TakeTwins(c => (c.Hazard, c.Likeness.Number, c.Open), e => (e.Hazard, e.Likeness.Number, !e.Ended), k => k.Number is not null);
            var single = Single(rows.Select(i => coming[i].Likeness.Number));
            single.IntersectWith(Single(there.Select(e => e.Likeness.Number)));
            // A number whose hazard was done with, and that is open now, has gone to another row: then no number tells.
            var byNumber = there.ToLookup(e => e.Likeness.Number);
            if (!rows.Exists(
                i => coming[i] is { Open: true, Likeness.Number: { } n } && byNumber[n].Any() && byNumber[n].All(e => e.Ended)))
            {
                TakeTwins(c => c.Likeness.Number, e => e.Likeness.Number, n => n is not null && single.Contains(n));
                if (Array.Exists(all, i => found.TryGetValue(i, out var f) && IsNumberOf(coming[i], known[f.Item1])))
                    Begin(i => coming[i].Likeness.Number is { } n && !there.Exists(e => e.Likeness.Number == n));
            }
            TakeTwins(c => (c.Hazard, c.Open), e => (e.Hazard, !e.Ended));
            TakeTwins(c => c.Open, e => !e.Ended);
            // What is open by its own number, and was done with, is what the ledger has not heard of; unless the numbers closed another.
            if (!Array.Exists(all, i => !coming[i].Open && found.TryGetValue(i, out var f) && !known[f.Item1].Ended))
                TakeTwins(c => (c.Hazard, c.Likeness.Number), e => (e.Hazard, e.Likeness.Number), k => k.Number is not null);
            TakeTwins(c => c.Open, _ => false, isOpen => !isOpen);
            if (there.Count > 0)
                Begin(_ => true);

            static HashSet<string> Single(IEnumerable<string?> numbers) =>
                [.. numbers.OfType<string>().GroupBy(n => n).Where(g => g.Count() == 1).Select(g => g.Key)];

            // What is none of these is none of the others either.
            void Begin(Predicate<int> anew)
            {
                open.ExceptWith(rows.FindAll(anew));
                rows.RemoveAll(i => !open.Contains(i));
            }

            void TakeTwins<T>(Func<ComingRow, T> keyOfComing, Func<EarlierRow, T> keyOfEarlier, Func<T, bool>? tells = null)
            {
                var free = there.GroupBy(e => (keyOfEarlier(e), 0)).ToDictionary(g => g.Key, g => new Queue<EarlierRow>(g));
                foreach (var i in rows)
                    if (keyOfComing(coming[i]) is var key && tells?.Invoke(key) != false
                        && free.GetValueOrDefault((key, 0)) is { Count: > 0 } those)
                        Take(i, those.Dequeue().Hazard, RowMatch.Identity);
                rows.RemoveAll(i => !open.Contains(i));
                there.RemoveAll(e => !left.ContainsKey(e.Hazard));
            }
        }

        void Take(int index, Guid hazard, RowMatch how)
        {
            left.Remove(hazard);
            open.Remove(index);
            found[index] = (hazard, how);
        }

        void Pair(
            RowMatch how, Func<ComingRow, string?> keyOfComing, Func<EarlierRow, string?> keyOfEarlier,
            Func<RowLikeness, RowLikeness, bool> agrees, bool edited = false)
        {
            var there = left.Values.Where(e => keyOfEarlier(e) is not null).ToLookup(keyOfEarlier);
            foreach (var group in open.Where(i => keyOfComing(coming[i]) is not null).GroupBy(i => keyOfComing(coming[i])).ToArray())
            {
                // Rows that cannot be told apart by this sign are left to the next.
                if (there[group.Key].ToArray() is not [var one] || group.ToArray() is not [var index] || !agrees(
                    coming[index].Likeness, one.Likeness)) continue;
                if (edited && IsAfter(coming[index], one)) continue;
                Take(index, one.Hazard, how);
            }
        }

        void ByWords()
        {
            var there = ByDay(left.Values);
            foreach (var i in open.ToArray())
            {
                var near = Near(coming[i], there)
                    .Where(e => left.ContainsKey(e.Hazard) && coming[i].Likeness.SaysTheSameOf(e.Likeness) && !IsAfter(coming[i], e))
                    .Take(2).ToArray();
                if (near is not [var only]) continue;
                Take(i, only.Hazard, RowMatch.Words);
            }
        }
    }

    /// <summary>
    /// By the index of a coming row that is none of the earlier ones: the one that it is much alike, though not the same by a word that
    /// tells (东侧, 西侧), or though that one is done with and this is not; or one that no row is, of the same day and words, at another
    /// place.
    /// </summary>
    public static IReadOnlyDictionary<int, Guid> Resembling(
        IReadOnlyList<ComingRow> coming, IReadOnlyList<EarlierRow> earlier, IReadOnlyDictionary<int, (Guid Hazard, RowMatch How)> matched)
    {
        ArgumentNullException.ThrowIfNull(coming);
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(matched);
        var there = ByDay(earlier);
        var met = matched.Values.Select(m => m.Hazard).ToHashSet();
        var missing = earlier.Where(e => !met.Contains(e.Hazard) && OnItsDay(e.Likeness) is not null).ToLookup(e => OnItsDay(e.Likeness));
        return Enumerable.Range(0, coming.Count).Where(i => !matched.ContainsKey(i))
            .Select(i => (Index: i, Near: Near(coming[i], there).Concat(missing[OnItsDay(coming[i].Likeness)]
                .Where(e => !IsAnothers(coming[i].Likeness, e.Likeness))).FirstOrDefault()))
            .Where(n => n.Near is not null)
            .ToDictionary(n => n.Index, n => n.Near!.Hazard);
    }

    private static ILookup<(DateOnly? Day, string Where), EarlierRow> ByDay(IEnumerable<EarlierRow> rows) =>
        rows.Where(e => e.Likeness is { Day: not null, Description.Length: > 3 }).ToLookup(e => (e.Likeness.Day, e.Likeness.Where));

    private static IEnumerable<EarlierRow> Near(ComingRow coming, ILookup<(DateOnly? Day, string Where), EarlierRow> there)
    {
        var row = coming.Likeness;
        if (row is not { Day: not null, Description.Length: > 3 })
            return [];
        var least = row.Where.Length > 0 ? Reworded : (1 + Reworded) / 2;
        return there[(row.Day, row.Where)]
            .Where(e => !IsAnothers(row, e.Likeness) && row.SameNumbers(e.Likeness) && row.Alike(e.Likeness) >= least);
    }

    // What is to be done is not what was done already, unless it says so to the letter.
    private static bool IsAfter(ComingRow coming, EarlierRow earlier) => coming.Open && earlier.Ended;

    private static bool IsAnothers(RowLikeness one, RowLikeness other) => one.SameUnit(other) == false;

    private static bool IsNumberOf(ComingRow coming, EarlierRow earlier) =>
        coming.Likeness.Number is { } number && number == earlier.Likeness.Number;

    /// <summary>What rows that are alike to the letter have in common.</summary>
    private static (DateOnly?, string, string) SaidOn(RowLikeness row) => (row.Day, row.Where, row.Description);

    /// <summary>A standard phrase tells a row together with who answers.</summary>
    private static string? SaidOf(RowLikeness row) => row.Unit.Length > 0 && Said(row) is { } said ? $"{said}\n{row.Unit}" : null;

    private static string? Said(RowLikeness row) => row.Description.Length > 0 ? $"{row.Where}\n{row.Description}" : null;

    /// <summary>A number that only counts tells a row together with its place.</summary>
    private static string? Placed(RowLikeness row) => row.Number is { } number && row.Where.Length > 0 ? $"{number}\n{row.Where}" : null;

    /// <summary>A number that only counts tells a row together with its day and words as well, wherever it is said to be.</summary>
    private static string? Numbered(RowLikeness row) =>
        row.Number is { } number && OnItsDay(row) is { } said ? $"{number}\n{said}" : null;

    private static string? OnItsDay(RowLikeness row) =>
        row is { Day: { } day, Description.Length: > 3 } ? $"{day:yyyyMMdd}\n{row.Description}" : null;
}
