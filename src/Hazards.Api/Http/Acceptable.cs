using System.Collections.Immutable;
using Hazards.Api.Lists;
using Hazards.Domain;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Http;

/// <summary>Whether an answer can be in a form that the request accepts (RFC 9110, 12.5.1).</summary>
internal static class Acceptable
{
    private const string Json = "application/json";

    /// <summary>Refuses when nothing that the operation answers with is accepted.</summary>
    public static Refusal? Check(HttpRequest request, Operation operation)
    {
        if (request.Headers.Accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
            || accepted.Count == 0)
            return null;
        var served = ServedBy(operation);
        return served.IsEmpty || accepted.Any(a => a.Quality is null or > 0 && served.Any(s => Matches(a, s)))
            ? null
            : RequestRefusals.NotAcceptable.Because(
                HeaderNames.Accept, ("value", Texts.Excerpt(request.Headers.Accept)), ("served", string.Join(", ", served)));
    }

    private static ImmutableArray<string> ServedBy(Operation operation) =>
        [.. operation.Answer is null || operation.FileOnly ? [] : new[] { Json, "application/problem+json" }, .. operation.Files, .. ListFiles.IsList(operation) ? ListFiles.MediaTypes : []];

    private static bool Matches(MediaTypeHeaderValue accepted, string served) =>
        accepted.MatchesAllTypes
        || MediaTypeHeaderValue.TryParse(served, out var type)
        && (accepted.MatchesAllSubTypes ? accepted.Type.Equals(type.Type, StringComparison.OrdinalIgnoreCase)
            : accepted.MediaType.Equals(type.MediaType, StringComparison.OrdinalIgnoreCase));
}
