using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hazards.Api.Investigation;
using Hazards.Domain;

namespace Hazards.Api.Lists;

/// <summary>
/// Every other list as a file: whatever answers with <c>items</c>, or with one list of things under another name (<c>events</c>,
/// <c>reports</c>). Its columns are the members of an item, in their order (<see cref="ColumnWords"/>); a term is
/// said in the file's language.
/// </summary>
internal static class TableFiles
{
    private const double Width = 20;
    private const string Items = "Items";

    /// <summary>The operation, as a list where its answer is one.</summary>
    /// <remarks>An address that ends in which one it is answers with one thing, which may hold a list; the feed never ends.</remarks>
    public static Operation Listing(Operation operation, string pattern) =>
        ListFiles.IsList(operation) || !operation.Files.IsEmpty || operation.Open || operation.Tag == Tag.Feed
            || ItemsOf(operation.Answer) is not { } items || (pattern[^1] == '}' && items.Name != Items)
            ? operation
            : operation with { Query = [.. operation.Query, ListFiles.Format] };

    /// <summary>Answers with a file where one is asked for: the list's pages, one after the other.</summary>
    public static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var operation = context.HttpContext.GetEndpoint()!.Metadata.GetRequiredMetadata<Operation>();
        if (context.HttpContext.Features.Get<Call>() is not { } call || ItemsOf(operation.Answer) is not { } items
            || operation.Query.Any(q => q.Name == "columns"))
            return await next(context);
        var format = ListFiles.FormatOf(call);
        if (call.Query.Refusal is { } wrong)
            return Call.Refuse(wrong);
        if (format == ListFormat.Json)
            return await next(context);
        // One that does not ask who calls has one page.
        var at = context.Arguments.IndexOf(call);
        call.TakeAsLongAsNeeded();
        var columns = ColumnsOf(items.PropertyType);
        var english = Language.IsEnglish(call.Request);
        var name = ((RouteEndpoint)context.HttpContext.GetEndpoint()!).RoutePattern.RawText!.Split('/').Last(p => p[0] != '{')
            .Split('.')[0];
        var file = new ListWriter(format, name, [.. columns.Select(c => (ColumnWords.Of(c.Name, english), Width))]);
        var limit = (int?)operation.Query.FirstOrDefault(q => q.Name == Parameters.Limit.Name)?.Most;
        var from = operation.Query.FirstOrDefault(q => q.Name is "cursor" or "below")?.Name;
        try
        {
            var shown = ImmutableArray.CreateBuilder<HazardId>();
            string? cursor = null;
            do
            {
                if (at >= 0)
                    context.Arguments[at] = call.AtPage(from, cursor, limit);
                var result = await next(context);
                if (result is not IValueHttpResult { Value: { } page } || page.GetType() != operation.Answer)
                {
                    await file.DisposeAsync();
                    return result;
                }

                foreach (var item in (IEnumerable)items.GetValue(page)!)
                {
                    var element = JsonSerializer.SerializeToElement(item, item.GetType(), DomainJson.Options);
                    file.Add([.. columns.Select(c => element.TryGetProperty(c.Name, out var value) ? Cell(value, english) : null)]);
                }

                if (page is IShowsHazards shows)
                    shown.AddRange(shows.Shown);
                else if (page.GetType().GetProperties().FirstOrDefault(p => p.PropertyType == typeof(Names))?.GetValue(page) is Names names)
                    shown.AddRange(names.Shown);
                await file.FlushAsync(call.Stop);
                cursor = from is not null
                    ? Convert.ToString(page.GetType().GetProperty("Next")?.GetValue(page), CultureInfo.InvariantCulture)
                    : null;
            }
            while (at >= 0 && !string.IsNullOrEmpty(cursor) && !file.IsFull);
            // That of the page as JSON.
            call.Response.Headers.ETag = default;
            var today = ChinaTime.DateAt(call.Now).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
            return await file.FinishAsync(
                $"{name}-{today}", english ? $"{file.Count} rows" : $"共 {file.Count} 行", shown.ToImmutable(), call.Stop);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static PropertyInfo? ItemsOf(Type? answer)
    {
        // What is itself a table or an array has no member that is its list.
        if (answer is null || answer.IsAssignableTo(typeof(IEnumerable)))
            return null;
        var lists = answer.GetProperties().Where(p => HoldsThings(p.PropertyType)).ToArray();
        return lists.FirstOrDefault(p => p.Name == Items) ?? (lists is [var only] ? only : null);
    }

    private static bool HoldsThings(Type type) =>
        type.IsAssignableTo(typeof(IEnumerable)) && type.GetGenericArguments() is [var item]
        && DomainJson.Options.GetTypeInfo(item).Kind == JsonTypeInfoKind.Object;

    private static ImmutableArray<JsonPropertyInfo> ColumnsOf(Type items) =>
        [.. DomainJson.Options.GetTypeInfo(items.GetGenericArguments()[^1]).Properties.Where(p => p.Get is not null)];

    /// <summary>What a member says in a cell: itself, a term, a name, a list of those; anything else as it stands in JSON.</summary>
    private static object? Cell(JsonElement value, bool english) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True or JsonValueKind.False when !english => value.GetBoolean() ? "是" : "否",
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDecimal(),
        JsonValueKind.Array =>
            string.Join('；', value.EnumerateArray().Select(v => Convert.ToString(Cell(v, english), CultureInfo.InvariantCulture))),
        JsonValueKind.Object when value.TryGetProperty(english ? "english" : "chinese", out var term)
            && term.ValueKind == JsonValueKind.String => term.GetString(),
        JsonValueKind.Object when value.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String => name.GetString(),
        JsonValueKind.Object when value.TryGetProperty("title", out var title) && title.ValueKind == JsonValueKind.String =>
            title.GetString(),
        _ => value.GetRawText(),
    };
}
