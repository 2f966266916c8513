using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Investigation.Replay;

/// <summary>Hazards like another that were on record before an instant.</summary>
/// <param name="Hazard">The other.</param>
/// <param name="Before">The instant; absent for now.</param>
/// <param name="Closed">How many of them had been closed.</param>
/// <param name="Reopened">How many had come back and were reopened.</param>
/// <param name="Repeated">How many were found again after they had been closed: a like hazard was reported later.</param>
/// <param name="Items">They, the likeliest of the closed first.</param>
/// <param name="Complete">False where there are more hazards of the enterprise or place than are looked at.</param>
/// <param name="Names">Names of the bodies mentioned.</param>
internal sealed record LookAlikesAnswer(
    HazardId Hazard, DateTimeOffset? Before, int Closed, int Reopened, int Repeated, ImmutableArray<LookAlike> Items, bool Complete,
    IReadOnlyDictionary<string, string> Names);

/// <summary>A hazard like another, as it was recorded then.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Title">Its title.</param>
/// <param name="Region">Where.</param>
/// <param name="Place">The place.</param>
/// <param name="Sector">Its sector.</param>
/// <param name="Level">Its level.</param>
/// <param name="Stage">Where it stood.</param>
/// <param name="FoundAt">When it was found.</param>
/// <param name="SameEnterprise">Whether it was the same enterprise's: by credit code, else by its exact name.</param>
/// <param name="SamePlace">Whether it was at the same place, in the same words.</param>
/// <param name="SameSector">Whether it was of the same sector.</param>
/// <param name="SameCategory">Whether it was of the same category.</param>
/// <param name="Likeness">How alike the words are: 0 to 1.</param>
/// <param name="Closed">Its last closure.</param>
/// <param name="Ground">On what ground.</param>
/// <param name="Accepted">Who accepted it, leg by leg.</param>
/// <param name="Reopened">Its reopenings.</param>
/// <param name="Reason">Why it was last reopened.</param>
/// <param name="Lookback">What the last look-back found.</param>
/// <param name="RepeatedBy">Like hazards found after it had been closed, the one asked about among them.</param>
/// <param name="Links">Where to go from here.</param>
internal sealed record LookAlike(
    HazardId Hazard, string Title, RegionCode Region, string? Place, SectorCode Sector, CodeEntry? Level, CodeEntry Stage,
    DateTimeOffset FoundAt,
    bool SameEnterprise, bool SamePlace, bool SameSector, bool SameCategory, double Likeness,
    Cited? Closed, CodeEntry? Ground, ImmutableArray<AcceptedBy> Accepted, ImmutableArray<Cited> Reopened, string? Reason,
    CodeEntry? Lookback,
    ImmutableArray<HazardId> RepeatedBy, IReadOnlyDictionary<string, string> Links);

/// <summary>An acceptance.</summary>
internal sealed record AcceptedBy(
    CodeEntry Leg, BodyId By, string Actor, string? Inspectors, string Findings, int Attachments, Cited Event);

/// <summary>Finds and compares look-alikes.</summary>
/// <param name="queries">Finds candidates.</param>
/// <param name="files">Opens their files.</param>
internal sealed class LookAlikes(LookAlikeQueries queries, CaseFiles files)
{
    /// <summary>Texts that share this much are of the same matter, whatever category they were given.</summary>
    private const double Like = 0.5;

    internal async Task<(LookAlikesAnswer? Answer, Refusal? Refusal)> OfAsync(
        CaseFile file, DateTimeOffset? before, RegionCode jurisdiction, CancellationToken cancellationToken)
    {
        var own = file.Newest;
        var byWords = own.Enterprise is null && !(own.Place?.Text.Trim().Length >= LookAlikeQueries.ShortestPlace);
        var county = own.Region.At(RegionLevel.County);
        if (byWords && !LookAlikeQueries.SaysSomething(WordsOf(own)))
            return (null, ReplayRefusals.Enterprise.Because());
        var candidates = byWords
            ? await queries.LikeInWordsAsync(jurisdiction.Contains(county) ? county : jurisdiction, WordsOf(own), cancellationToken)
            : await queries.CandidatesAsync(jurisdiction, own.Enterprise, own.Place?.Text, cancellationToken);
        var opened = await files.OpenAsync([.. candidates.Where(c => c != file.Id.StreamId)], before, cancellationToken);
        var texts = byWords ? new TextsOfACounty(opened.Values.Select(f => WordsOf(f.Newest))) : null;
        var found = opened.Values.Where(f => f.Newest.Stage is not (Stage.Rejected or Stage.Merged))
            .Select(f => (File: f, Alike: Compare(own, f)))
            .Where(c => IsAlike(c.Alike) || texts is not null && IsAlikeInWords(own, c.File.Newest, c.Alike, texts)).ToArray();
        var items = found.Select(f => f.Alike with { RepeatedBy = Later(f.Alike, own, before, found.Select(o => o.Alike)) })
            .OrderBy(a => a.Closed is null && a.Reopened.IsEmpty).ThenByDescending(a => a.Likeness).ThenBy(a => a.FoundAt)
            .ToImmutableArray();
        var names = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, name) in found.SelectMany(f => f.File.Bodies).Select(b => (b.Key.Value, b.Value.Name)))
            names[id] = name;
        return (new LookAlikesAnswer(
            file.Id, before, items.Count(i => i.Closed is not null), items.Count(i => !i.Reopened.IsEmpty),
            items.Count(i => !i.RepeatedBy.IsEmpty), items,
            candidates.Length < (byWords ? LookAlikeQueries.MostInWords : LookAlikeQueries.Most), names), null);
    }

    private static bool IsAlike(LookAlike a) => a.SamePlace || (a.SameEnterprise && (a.SameSector || a.SameCategory || a.Likeness >= Like));

    // A hotline call says neither unit nor place apart: what it tells, and that the place is in the text, must do.
    private static bool IsAlikeInWords(Hazard own, Hazard other, LookAlike a, TextsOfACounty texts) =>
        a.Likeness >= Like || (a.SameSector && LookAlikeQueries.Likeness(own.Title, other.Title) >= Like)
        || other.Place?.Text.Trim() is { Length: >= LookAlikeQueries.ShortestPlace } place
        && WordsOf(own).Contains(place, StringComparison.Ordinal)
        || texts.AreFew(SharedWords.Of(WordsOf(own), WordsOf(other)));

    private static LookAlike Compare(Hazard own, CaseFile file)
    {
        var other = file.Newest;
        var ended = EndingsOf.Of(file.Events);
        return new LookAlike(
            file.Id, other.Title, other.Region, other.Place?.Text, other.Sector, Labels.Of(other.Level), Labels.Of(other.Stage),
            other.FoundAt,
            SameEnterprise(own.Enterprise, other.Enterprise), SamePlace(own, other), own.Sector == other.Sector,
            own.Category is { Length: > 0 } category && string.Equals(category, other.Category, StringComparison.OrdinalIgnoreCase),
            Math.Round(LookAlikeQueries.Likeness(WordsOf(own), WordsOf(other)), 3),
            Cited.Of(ended.Closed.LastOrDefault()), Labels.Of(ended.Ground),
            [.. ended.Accepted.Select(a => new AcceptedBy(Labels.Of(a.Leg), a.By, a.Actor, a.Inspectors, a.Findings, a.Attachments, Cited.Of(a.Event)!))],
            [.. ended.Reopened.Select(e => Cited.Of(e)!)], ended.Reason, Labels.Of(ended.Result), [],
            new Dictionary<string, string> { ["hazard"] = Links.Hazard(file.Id), ["replay"] = $"{Links.Root}/replay/hazards/{file.Id}" });
    }

    /// <summary>重复: found after it was closed, and alike.</summary>
    private static ImmutableArray<HazardId> Later(LookAlike one, Hazard own, DateTimeOffset? before, IEnumerable<LookAlike> all)
    {
        if (one.Closed is not { } closed)
            return [];
        var others = all.Where(o => o.Hazard != one.Hazard && o.FoundAt > closed.OccurredAt && o.SameSector == one.SameSector)
            .Select(o => (o.Hazard, o.FoundAt));
        if (one.SameSector && own.FoundAt > closed.OccurredAt && !(own.FoundAt > before))
            others = others.Append((own.Id, own.FoundAt));
        return [.. others.OrderBy(o => o.FoundAt).Select(o => o.Item1)];
    }

    private static bool SameEnterprise(Enterprise? one, Enterprise? other) =>
        one is not null && other is not null
            && (one.CreditCode is { } code && other.CreditCode is { } theirs ? code == theirs : one.Name.Trim() == other.Name.Trim());

    private static bool SamePlace(Hazard one, Hazard other) =>
        one.Place?.Text.Trim() is { Length: >= LookAlikeQueries.ShortestPlace } place && place == other.Place?.Text.Trim()
            && one.Region.At(RegionLevel.County) == other.Region.At(RegionLevel.County);

    private static string WordsOf(Hazard h) => $"{h.Title} {h.Category} {h.Description}";
}
