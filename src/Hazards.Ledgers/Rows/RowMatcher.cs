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
public sealed record EarlierRow(Guid Hazard, string Fingerprint, RowLikeness Likeness);

/// <summary>A row that is to be imported.</summary>
/// <param name="Hazard">The hazard that it names by its identity.</param>
/// <param name="Fingerprint">Digest of its cells.</param>
/// <param name="Likeness">What it is recognised by.</param>
public sealed record ComingRow(Guid Hazard, string Fingerprint, RowLikeness Likeness);

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
        foreach (var i in open.ToArray())
            if (left.TryGetValue(coming[i].Hazard, out var same) && !IsAnothers(coming[i].Likeness, same.Likeness)
                && left.Remove(same.Hazard))
                Take(i, same.Hazard, RowMatch.Identity);
        Pair(RowMatch.Cells, c => c.Fingerprint, e => e.Fingerprint, (_, _) => true);
        Pair(RowMatch.Typing, c => SaidOf(c.Likeness), e => SaidOf(e.Likeness), (c, e) => c.Equivalent(e));
        Pair(RowMatch.Typing, c => Said(c.Likeness), e => Said(e.Likeness), (c, e) => c.Equivalent(e) && !IsAnothers(c, e));
        // Another unit answers: the same hazard only under its own number.
        foreach (var i in open.ToArray())
            if (left.TryGetValue(coming[i].Hazard, out var moved) && coming[i].Likeness.Number is { } number
                && number == moved.Likeness.Number && left.Remove(moved.Hazard))
                Take(i, moved.Hazard, RowMatch.Identity);
        Pair(
            RowMatch.Number, c => c.Likeness.HasTellingNumber ? c.Likeness.Number : null,
            e => e.Likeness.HasTellingNumber ? e.Likeness.Number : null,
            (c, e) => c.Alike(e) >= RewordedUnderItsNumber || c.Where.Length > 0 && c.Where == e.Where && c.SameDay(e));
        Pair(RowMatch.Number, c => Placed(c.Likeness), e => Placed(e.Likeness),
            (c, e) => c.Description == e.Description && (c.SameDay(e) || !IsAnothers(c, e))
                || !IsAnothers(c, e) && c.SameDay(e) && c.SameNumbers(e) && c.Alike(e) >= RewordedUnderItsNumber);
        ByWords();
        return found;

        void Take(int index, Guid hazard, RowMatch how)
        {
            open.Remove(index);
            found[index] = (hazard, how);
        }

        void Pair(
            RowMatch how, Func<ComingRow, string?> keyOfComing, Func<EarlierRow, string?> keyOfEarlier,
            Func<RowLikeness, RowLikeness, bool> agrees)
        {
            var there = left.Values.Where(e => keyOfEarlier(e) is not null).ToLookup(keyOfEarlier);
            foreach (var group in open.Where(i => keyOfComing(coming[i]) is not null).GroupBy(i => keyOfComing(coming[i])).ToArray())
            {
                // Rows that cannot be told apart by this sign are left to the next.
                if (there[group.Key].ToArray() is not [var one] || group.ToArray() is not [var index] || !agrees(
                    coming[index].Likeness, one.Likeness)) continue;
                left.Remove(one.Hazard);
                Take(index, one.Hazard, how);
            }
        }

        void ByWords()
        {
            var there = left.Values.Where(e => e.Likeness is { Day: not null, Description.Length: > 3 })
                .ToLookup(e => (e.Likeness.Day, e.Likeness.Where));
            foreach (var i in open.ToArray())
            {
                var row = coming[i].Likeness;
                if (row is not { Day: not null, Description.Length: > 3 }) continue;
                var least = row.Where.Length > 0 ? Reworded : (1 + Reworded) / 2;
                var near = there[(row.Day, row.Where)]
                    .Where(e => left.ContainsKey(e.Hazard) && !IsAnothers(row, e.Likeness) && row.SameNumbers(e.Likeness)
                        && row.Alike(e.Likeness) >= least).Take(2).ToArray();
                if (near is not [var only] || !left.Remove(only.Hazard)) continue;
                Take(i, only.Hazard, RowMatch.Words);
            }
        }
    }

    private static bool IsAnothers(RowLikeness one, RowLikeness other) => one.SameUnit(other) == false;

    /// <summary>A standard phrase tells a row together with who answers.</summary>
    private static string? SaidOf(RowLikeness row) => row.Unit.Length > 0 && Said(row) is { } said ? $"{said}\n{row.Unit}" : null;

    private static string? Said(RowLikeness row) => row.Description.Length > 0 ? $"{row.Where}\n{row.Description}" : null;

    /// <summary>A number that only counts tells a row together with its place.</summary>
    private static string? Placed(RowLikeness row) => row.Number is { } number && row.Where.Length > 0 ? $"{number}\n{row.Where}" : null;
}
