using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Lists;

/// <summary>
/// The first pages that walls and desks ask for again and again: as long as nothing has been recorded there since, the same question is
/// answered with the same bytes (<see cref="KeptAnswers"/>). Not where words are searched for, since the words of persons may be
/// erased, nor for an enterprise, whose lists nobody else asks for.
/// </summary>
internal sealed class KeptPages(KeptAnswers kept, RulebookSource rules)
{
    private const int BytesOfItem = 40;

    // Whatever hangs on the time of day is looked at again after so long, events or not.
    private static readonly long Longest = (long)TimeSpan.FromSeconds(10).TotalMilliseconds;

    private static readonly string[] Apart = ["q", "mine", "body", "owes", "listedBy", "inspection", "campaign", "cursor"];

    /// <summary>The answer, kept or made.</summary>
    /// <param name="call">The request: its query is the question.</param>
    /// <param name="scope">Whose eyes look.</param>
    /// <param name="region">Where all lies that the answer may show; null: the jurisdiction.</param>
    /// <param name="make">Makes the answer, for whoever asks: the request that began it may end before it does.</param>
    /// <param name="wrong">What is wrong with a question that names somebody, by its answer.</param>
    public async Task<IResult> JsonAsync<T>(
        Call call, Scope scope, RegionCode? region, Func<CancellationToken, Task<T>> make, Func<T, Task<Refusal?>>? wrong = null)
        where T : notnull
    {
        if (scope.Own is not null || Apart.Any(call.Query.Has))
        {
            var answer = await make(call.Stop);
            return wrong is not null && await wrong(answer) is { } refusal ? Call.Refuse(refusal) : Call.Json(answer);
        }

        // As of an instant as well: such a page says what has become known since.
        return await kept.GetAsync(
            (typeof(T), scope, call.Query.Whole, rules.Current, Environment.TickCount64 / Longest), null, region ?? scope.Jurisdiction,
            async stop => new BytesJson(await make(stop)), json => json.Bytes.Length / BytesOfItem, call.Stop);
    }
}
