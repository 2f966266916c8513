using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hazards.Api.Investigation;

/// <summary>An answer that shows hazards which its address does not name.</summary>
internal interface IShowsHazards
{
    /// <summary>The hazards.</summary>
    IEnumerable<HazardId> Shown { get; }
}

/// <summary>
/// 查阅留痕 at the door of every reading endpoint: the answer is made, the look is put on record, and only then does the
/// answer go out. Whose reading is not recorded pays one look at his roles.
/// </summary>
internal static class Looking
{
    private const int LongestQuery = 1000;
    private const int MostNamed = 10_000;

    // With every role there is, a key is the deployment's own first key, or one like it: an operator's, who changes
    // hazards as well. An investigator's key lacks at least one.
    private static readonly int EveryRole = Enum.GetValues<Role>().Length - 1;

    private static readonly ConcurrentDictionary<Type, Func<object, (int? Records, IEnumerable<HazardId> Hazards)>> Readers = new();

    /// <summary>Whether every reading by this key is recorded: it is an investigator's, whatever else it may do.</summary>
    public static bool IsInvestigators(ApiKey key) =>
        key.Roles.Contains(Role.Investigator) && key.Roles.Where(r => r != Role.Clock).Distinct().Count() < EveryRole;

    /// <summary>Whether this reading is recorded: the key is an investigator's, or the caller says why it reads.</summary>
    public static bool Records(Call call) => IsInvestigators(call.Caller.Key) || call.Purpose is not null;

    public static async ValueTask<object?> RecordAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Features.Get<Call>() is not { } call || http.GetEndpoint() is not RouteEndpoint endpoint
            || endpoint.Metadata.GetMetadata<Operation>() is not { HoldsNoRecords: false } operation)
            return await next(context);
        var recorded = Records(call);
        var done = false;
        // An endpoint that writes its answer itself sends the first byte from within: then the look is recorded there.
        if (recorded)
            http.Response.OnStarting(() => done ? Task.CompletedTask : OnceAsync(null));
        object? result = null;
        try
        {
            result = await next(context);
            if (!done)
                await OnceAsync(result);
            return result;
        }
        catch when (result is IAsyncDisposable)
        {
            await ((IAsyncDisposable)result).DisposeAsync();
            throw;
        }
        finally
        {
            // On record; or it broke off, and the door will say so and nothing else.
            done = true;
        }

        async Task OnceAsync(object? answer)
        {
            done = true;
            if (Event(call, endpoint, operation, answer, recorded) is not { } look)
                return;
            var recorder = http.RequestServices.GetRequiredService<AccessRecorder>();
            StreamAppend[] made = [.. InParts(look).Select(l => recorder.LookOf(l, call.Caller.As(call.Person), call.ReadingTerms()))];
            if (http.Features.Get<LooksOfPage>() is { } page)
                page.Looks.AddRange(made);
            else
                await recorder.RecordAsync(made, cancellationToken: http.RequestAborted);
        }
    }

    /// <summary>A file of more hazards than an event should name is on record as several takings of it, together.</summary>
    private static IEnumerable<IAccessEvent> InParts(IAccessEvent look) =>
        look is RecordsExported { Looked.Hazards.Length: > MostNamed } file
            ? file.Looked.Hazards.Chunk(MostNamed).Select(part => file with { Looked = file.Looked with { Hazards = [.. part] } })
            : [look];

    private static IAccessEvent? Event(Call call, RouteEndpoint endpoint, Operation operation, object? result, bool recorded)
    {
        if (result is IFileHttpResult file and not IRecordedFile)
            return new RecordsExported(
                LookedAt(call, endpoint, result, 200), file.ContentType ?? "application/octet-stream", file.FileDownloadName,
                (file as ListFile)?.FileLength ?? BytesOf(file)?.Length,
                (file as ListFile)?.Digest ?? (BytesOf(file) is { } bytes ? Sha256Digest.Of(bytes.Span) : null));
        if (!recorded)
            return null;
        var status = result switch
        {
            Problem problem => Problem.StatusOf(problem.Refusal.Reason),
            IStatusCodeHttpResult { StatusCode: { } code } => code,
            _ when call.Response.StatusCode != 200 => call.Response.StatusCode,
            _ => operation.Success,
        };
        return new RecordsRead(LookedAt(call, endpoint, result, status));
    }

    private static Looked LookedAt(Call call, RouteEndpoint endpoint, object? result, int status)
    {
        var route = endpoint.RoutePattern.RawText ?? "";
        var values = call.Request.RouteValues;
        var value = (result as IValueHttpResult)?.Value ?? result as IShowsHazards;
        var (records, shown) = value is null ? (null, []) : Readers.GetOrAdd(value.GetType(), ReaderOf)(value);
        var hazard = route.Contains("/hazards/{id}", StringComparison.Ordinal)
            && HazardId.TryParse(values["id"] as string, out var id, out _)
            ? id
            : (HazardId?)null;
        var details = (value as HazardDetails)?.Hazard;
        var query = call.Request.Query;
        return new Looked(
            details?.Region
                ?? (RegionCode.TryParse(query["region"], out var region, out _)
                    && call.Caller.Jurisdiction.Contains(region) ? region : call.Caller.Jurisdiction),
            [.. (hazard is { } named ? [named] : Enumerable.Empty<HazardId>()).Concat(shown).Distinct()])
        {
            Enterprise = details?.Enterprise?.CreditCode
                ?? (CreditCode.TryParse(query["enterprise"], out var enterprise, out _) ? enterprise : null),
            Body = BodyId.TryParse(
                route.StartsWith($"{Links.Root}/bodies/{{id}}", StringComparison.Ordinal) ? values["id"] as string : query["body"],
                out var body, out _)
                ? body
                : null,
            Purpose = call.Purpose,
            Key = call.Caller.Key.Id,
            Asked = new AskedFor(call.Request.Method, route, call.Request.Path, status)
            {
                Query = Clean(call.Request.QueryString.Value),
                Refusal = (result as Problem)?.Refusal.Code,
                Records = records,
                FirstPosition = value is FeedPage { Events: [var first, ..] } ? first.Position : null,
                LastPosition = value is FeedPage { Events: [.., var last] } ? last.Position : null,
            },
        };
    }

    /// <summary>
    /// The query as it was asked; keys come in headers, so it holds no secret. PostgreSQL keeps neither NUL nor broken
    /// surrogates.
    /// </summary>
    private static string? Clean(string? query)
    {
        if (string.IsNullOrEmpty(query))
            return null;
        var text = Uri.UnescapeDataString(query.TrimStart('?'));
        if (text.Length > LongestQuery)
            text = text[..LongestQuery];
        return new string([.. text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
    }

    private static ReadOnlyMemory<byte>? BytesOf(IFileHttpResult file) => (file as FileContentHttpResult)?.FileContents;

    /// <summary>
    /// How many records an answer holds and which hazards it shows, by its type: its items or events, and the hazards that its
    /// names were looked up for.
    /// </summary>
    private static Func<object, (int? Records, IEnumerable<HazardId> Hazards)> ReaderOf(Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        var items = properties.FirstOrDefault(
            p => p.Name is "Items" or "Events" or "Hazards" or "Papers" && typeof(ICollection).IsAssignableFrom(p.PropertyType));
        var names = properties.FirstOrDefault(p => p.PropertyType == typeof(Names));
        return value =>
        {
            var shown = value is IShowsHazards shows ? shows.Shown : (names?.GetValue(value) as Names)?.Shown ?? [];
            return (value is HazardDetails ? 1 : (items?.GetValue(value) as ICollection)?.Count, shown);
        };
    }
}

/// <summary>The looks that a page is made of: put on record together, before the page goes out.</summary>
internal sealed class LooksOfPage
{
    public List<StreamAppend> Looks { get; } = [];

    /// <summary>Puts them on record; when this returns they are on disk.</summary>
    /// <exception cref="LogUnavailableException">They are not: the page may not go out.</exception>
    public async Task RecordAsync(HttpContext http)
    {
        if (Looks.Count > 0)
            await http.RequestServices.GetRequiredService<AccessRecorder>().RecordAsync(Looks, null, http.RequestAborted);
    }
}

/// <summary>A file that keeps its own record of who took it (an evidence package).</summary>
internal interface IRecordedFile;
