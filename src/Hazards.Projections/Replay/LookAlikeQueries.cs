using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections.Reading;
using Hazards.Projections.Search;
using Npgsql;
using NpgsqlTypes;

namespace Hazards.Projections;

/// <summary>Finds hazards that may be like another: of the same enterprise, or at the same place.</summary>
/// <param name="dataSource">The database, or a replica of it.</param>
public sealed class LookAlikeQueries(NpgsqlDataSource dataSource)
{
    /// <summary>So many of an enterprise, and so many of a place, are looked at: the newest.</summary>
    public const int Most = 500;

    /// <summary>A place said in fewer characters (“厂区”) is no place in particular.</summary>
    public const int ShortestPlace = 4;

    /// <summary>So many that are like in words are looked at: the likest.</summary>
    public const int MostInWords = 200;

    private const int MostCounted = 5000;

    /// <summary>
    /// Hazards of an enterprise, by its credit code, else by its name; and those whose words have the place. The caller
    /// compares names and places as of its instant.
    /// </summary>
    public async Task<ImmutableArray<Guid>> CandidatesAsync(
        RegionCode jurisdiction, Enterprise? enterprise, string? place, CancellationToken cancellationToken = default)
    {
        var found = new HashSet<Guid>();
        if (enterprise?.CreditCode is { } code)
            await AddAsync(found, jurisdiction, where => $"""
                (h.enterprise = {where.Text(code.Value)}
                  or h.hazard_id in (select e.stream_id from log.mt_events e
                                     where e.type = 'hazard_corrected' and e.data ->> 'field' = 'enterpriseCreditCode' and e.data ->> 'from' = {where.Text(code.Value)}))
                """, cancellationToken);
        if (enterprise?.Name is { Length: > 0 } name)
            await AddAsync(found, jurisdiction, where => InWords(where, name), cancellationToken);
        if (place?.Trim() is { Length: >= ShortestPlace } at)
            await AddAsync(found, jurisdiction, where => InWords(where, at), cancellationToken);
        return [.. found];
    }

    /// <summary>Whether words are enough to compare by.</summary>
    public static bool SaysSomething(string words) => Pairs(words).Count > 0;

    /// <summary>
    /// The hazards of a county that share most pairs of characters with the words of one of which neither enterprise nor place is known.
    /// </summary>
    public async Task<ImmutableArray<Guid>> LikeInWordsAsync(RegionCode within, string words, CancellationToken cancellationToken = default)
    {
        var where = new Conditions().Within(within);
        var pairs = where.Parameter(Pairs(words).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Integer);
        // By texts_by_gram. Common pairs (隐患) are in half of them: which share most is counted among the newest.
        await using var command = dataSource.CreateCommand($"""
            select hazard_id from (
              select h.hazard_id, h.first_recorded_at, (select count(*) from unnest(t.grams) gram where gram = any ({pairs})) as shared
              from rows.hazards h join rows.hazard_texts t on t.hazard_id = h.hazard_id
              where {where.Sql} and t.grams && {pairs}
              order by h.first_recorded_at desc limit {MostCounted}
            ) alike
            group by hazard_id order by max(shared) desc, max(first_recorded_at) desc limit {MostInWords}
            """);
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetGuid(0));
        return found.ToImmutable();
    }

    /// <summary>How alike two texts are: 0, nothing in common, to 1, the same; by the pairs of characters they share (Dice).</summary>
    public static double Likeness(string one, string other)
    {
        // Single characters are common to all texts of a kind; pairs tell them apart.
        var (a, b) = (Pairs(one), Pairs(other));
        return a.Count + b.Count == 0 ? 0 : 2.0 * a.Count(b.Contains) / (a.Count + b.Count);
    }

    private static HashSet<int> Pairs(string text) => [.. Grams.Of(Grams.Normalize(text)).Where(g => g > char.MaxValue || g < 0)];

    // A text that was in force once is enough, whichever is now, and wherever the hazard was taken to be then.
    private static string InWords(Conditions where, string text)
    {
        var words = Grams.WordsOf(text);
        var inText = string.Join(" and ", words.Select(w => $"strpos(t.words, {where.Text(w)}) > 0"));
        var grams = where.HasGrams([.. words.SelectMany(Grams.OfWord).Distinct()], RegionCode.Nation);
        return $"h.hazard_id in (select t.hazard_id from rows.hazard_texts t where {grams} and {inText})";
    }

    private async Task AddAsync(
        HashSet<Guid> found, RegionCode jurisdiction, Func<Conditions, string> condition, CancellationToken cancellationToken)
    {
        var where = new Conditions().Within(jurisdiction);
        where.And(condition(where));
        await using var command = dataSource.CreateCommand(
            $"select h.hazard_id from rows.hazards h where {where.Sql} order by h.first_recorded_at desc limit {Most}");
        where.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetGuid(0));
    }
}
