using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hazards.Api.Administration.Accounts;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Extensions;

namespace Hazards.Api.Http.Pages;

/// <summary>A request for a page: who looks, in which language, from which instant; and the page's way to the interface.</summary>
internal sealed class PageCall(InProcess inside, IAntiforgery antiforgery, TimeProvider clock)
{
    private HttpContext? http;
    private Caller? caller;

    /// <summary>The request.</summary>
    public HttpContext Http => http ?? throw new InvalidOperationException("No request has begun.");

    /// <summary>Who looks.</summary>
    public SignedInAs Who => Caller is { Account: { } account, Session: { } session }
        ? new SignedInAs(account, session)
        : throw new InvalidOperationException("Nobody has signed in.");

    /// <summary>Whether somebody has signed in.</summary>
    public bool IsSignedIn => caller is not null;

    /// <summary>The same as the interface sees him.</summary>
    public Caller Caller => caller ?? throw new InvalidOperationException("Nobody has signed in.");

    /// <summary>Whether the page is in English.</summary>
    public bool English { get; private set; }

    /// <summary>The present.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>The date in China that everything is judged by.</summary>
    public DateOnly Today => ChinaTime.DateAt(AsOf ?? Now);

    /// <summary>The past instant looked from; null for now.</summary>
    public DateTimeOffset? AsOf { get; private set; }

    /// <summary>What was sent by a form; null where nothing was.</summary>
    public IFormCollection? Form { get; set; }

    /// <summary>Why what was sent by a form was refused; shown beside the field.</summary>
    public Refusal? Problem { get; set; }

    /// <summary>What a form's command answered, where the page shows it itself.</summary>
    public object? Done { get; set; }

    /// <summary>A secret that is shown this once.</summary>
    public string? ShownOnce { get; set; }

    /// <summary>Why the page itself cannot be shown.</summary>
    public Refusal? Refusal { get; set; }

    /// <summary>What was just done, once.</summary>
    public string? Said { get; private set; }

    /// <summary>Begins a request.</summary>
    public void Begin(HttpContext begun, Caller? seenAs)
    {
        (http, caller) = (begun, seenAs);
        English = begun.Request.Cookies[PageCookies.Language] == "en";
        Now = clock.GetUtcNow();
        if (PageTimes.Read(begun.Request.Query["asOf"], Now) is var (instant, wrong))
            (AsOf, Refusal) = (instant, wrong);
        Said = PageCookies.TakeSaid(begun);
    }

    /// <summary>Begins a request that is refused.</summary>
    public void Refuse(HttpContext refused, Refusal refusal)
    {
        if (http is null)
            Begin(refused, null);
        Refusal = refusal;
    }

    /// <summary>A text in the page's language.</summary>
    public string T(string chinese, string english) => English ? english : chinese;

    /// <summary>A term of a code list.</summary>
    public string T(CodeEntry? term) => term is null ? "" : English ? PageWords.Of(term.Code) : term.Chinese;

    /// <summary>A term of a code list.</summary>
    public string T<T1>(T1 value) where T1 : struct, Enum => English ? PageWords.Of(CodeList.Code(value)) : CodeList.Chinese(value);

    /// <summary>A refusal's words.</summary>
    public string T(Refusal refusal) => English ? refusal.English : refusal.Chinese;

    /// <summary>Whether the account has one of these roles.</summary>
    public bool Has(params ReadOnlySpan<Role> roles)
    {
        foreach (var role in roles)
            if (Caller.Key.Roles.Contains(role))
                return true;
        return false;
    }

    /// <summary>A query parameter, or null.</summary>
    public string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } text, ..] ? text : null;

    /// <summary>All values of a query parameter.</summary>
    public ImmutableArray<string> QueryAll(string name) => [.. Http.Request.Query[name].OfType<string>().Where(v => v.Length > 0)];

    /// <summary>A variable of the address.</summary>
    public string Route(string name) => Http.Request.RouteValues[name] as string ?? "";

    /// <summary>The instant looked from, as the address says it; null for now.</summary>
    public string? AsOfText => AsOf is { } asOf ? ChinaTime.Format(asOf) : null;

    /// <summary>The address of a page with these parameters, at the same instant.</summary>
    public string Link(string path, params ReadOnlySpan<(string Name, object? Value)> query)
    {
        var built = new QueryBuilder();
        foreach (var (name, value) in query)
            if (Text(value) is { Length: > 0 } text)
                built.Add(name, text);
        if (AsOfText is { } asOf)
            built.Add("asOf", asOf);
        return path + built.ToQueryString();
    }

    /// <summary>This page's address with some parameters changed; null takes one away. A changed filter begins at the first page.</summary>
    public string With(params ReadOnlySpan<(string Name, object? Value)> changes)
    {
        var changed = new Dictionary<string, string?>(StringComparer.Ordinal) { ["cursor"] = null };
        foreach (var (name, value) in changes)
            changed[name] = Text(value);
        var built = new QueryBuilder();
        foreach (var (name, values) in Http.Request.Query)
            if (!changed.ContainsKey(name))
                built.Add(name, values.OfType<string>());
        foreach (var (name, value) in changed)
            if (!string.IsNullOrEmpty(value))
                built.Add(name, value);
        return Http.Request.Path + built.ToQueryString();
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        DateTimeOffset instant => ChinaTime.Format(instant),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>Asks the interface. The instant looked from goes with every question whose endpoint takes one.</summary>
    /// <param name="pattern">The endpoint below <c>/api/v1</c>, with its variables.</param>
    /// <param name="query">Query parameters; null ones are left out.</param>
    /// <param name="route">Values of the pattern's variables.</param>
    public async Task<Answered<T>> AskAsync<T>(string pattern, IEnumerable<(string Name, object? Value)>? query = null, params (string Name, string Value)[] route) where T : class
    {
        var parameters = (query ?? []).Select(q => KeyValuePair.Create(q.Name, Text(q.Value))).ToList();
        if (AsOf is not null && parameters.All(p => p.Key != "asOf") && inside.OperationOf("GET", pattern).Query.Contains(Parameters.AsOf))
            parameters.Add(KeyValuePair.Create("asOf", AsOfText));
        var (result, refusal, version) = await inside.SendAsync(Http, Caller, new Asked("GET", pattern)
        {
            Query = [.. parameters], Route = route.ToDictionary(r => r.Name, r => r.Value),
        });
        return new Answered<T>((result as IValueHttpResult)?.Value as T ?? result as T, refusal, version);
    }

    /// <summary>The same, where the page is nothing without the answer: a refusal becomes the page's.</summary>
    public async Task<T> GetAsync<T>(string pattern, IEnumerable<(string Name, object? Value)>? query = null, params (string Name, string Value)[] route) where T : class
    {
        var answered = await AskAsync<T>(pattern, query, route);
        return answered.Refusal is { } refusal ? throw new PageRefusedException(refusal)
            : answered.Value ?? throw new InvalidOperationException($"GET {pattern} does not answer with {typeof(T).Name}.");
    }

    /// <summary>Gives a command over the interface, once however often the form is sent.</summary>
    /// <param name="pattern">The endpoint below <c>/api/v1</c>.</param>
    /// <param name="body">The command.</param>
    /// <param name="key">The form's own token (<see cref="NewKey()"/>): the same one is done once.</param>
    /// <param name="ifVersion">The version the form was shown with; null: any.</param>
    /// <param name="route">Values of the pattern's variables.</param>
    public Task<Answered<T>> PostAsync<T>(string pattern, JsonObject body, string? key, long? ifVersion = null, params (string Name, string Value)[] route) where T : class =>
        PostAsync<T>(new Asked("POST", pattern)
        {
            Body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(body, DomainJson.Options)),
            Route = route.ToDictionary(r => r.Name, r => r.Value),
            Headers = [.. Terms(key, ifVersion)],
        });

    /// <summary>The same with a body of any kind.</summary>
    public async Task<Answered<T>> PostAsync<T>(Asked asked) where T : class
    {
        var (result, refusal, version) = await TryAsync(asked);
        return new Answered<T>((result as IValueHttpResult)?.Value as T ?? result as T, refusal, version);
    }

    private bool _sentBefore;

    private async Task<(IResult? Result, Refusal? Refusal, long? Version)> TryAsync(Asked asked)
    {
        try
        {
            var answered = await inside.SendAsync(Http, Caller, asked);
            // Sent before, saying something else (gone back to, and changed): whoever means that as well sends it by a token of its own.
            if (answered.Refusal?.Reason != AppendRefusals.KeyReused)
                return answered;
            _sentBefore = true;
            return answered with { Refusal = PageRefusals.SentBefore.Because() };
        }
        catch (Exception e) when (
            ErrorHandling.Explain(e, Http) is { Reason.Kind: RefusalKind.Unavailable } refusal && refusal.Reason != RequestRefusals.Failed)
        {
            // What was typed stays; it may be sent again.
            return (null, refusal, null);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Terms(string? key, long? ifVersion)
    {
        if (!string.IsNullOrEmpty(key))
            yield return KeyValuePair.Create("Idempotency-Key", key);
        if (ifVersion is { } version)
            yield return KeyValuePair.Create("If-Match", ETag.Of(version));
    }

    /// <summary>A token for a form: however often the form is sent, it is done once.</summary>
    public string NewKey() => NewKey(Form);

    /// <summary>The same for one of several forms on the page.</summary>
    /// <param name="sent">What was sent by it; null where nothing was.</param>
    public string NewKey(IFormCollection? sent) =>
        !_sentBefore && sent?["_key"] is [{ Length: > 0 } kept] ? kept : $"page-{Guid.CreateVersion7():n}";

    /// <summary>What proves that a form came from a page of ours: its name and value.</summary>
    public (string Name, string Value) AntiForgery()
    {
        var tokens = antiforgery.GetAndStoreTokens(Http);
        return (tokens.FormFieldName, tokens.RequestToken ?? "");
    }

    /// <summary>Goes to another page, which says once what was done.</summary>
    public IResult Go(string address, string? said = null)
    {
        if (said is not null)
            PageCookies.Say(Http, said);
        return Results.Redirect(address);
    }
}

/// <summary>The page cannot be shown, for a reason that the interface gave.</summary>
internal sealed class PageRefusedException(Refusal refusal) : Exception(refusal.English)
{
    public Refusal Refusal => refusal;
}

/// <summary>Cookies of the pages that hold no secret.</summary>
internal static class PageCookies
{
    public const string Language = "hazards_language";
    private const string SaidName = "hazards_said";
    private const int LongestSaid = 500;

    public static void Say(HttpContext http, string text) =>
        http.Response.Cookies.Append(
            SaidName, Convert.ToBase64String(Encoding.UTF8.GetBytes(text.Length > LongestSaid ? text[..LongestSaid] : text)),
            Options(http));

    public static string? TakeSaid(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method) || http.Request.Headers["HX-Request"].Count > 0
            || http.Request.Cookies[SaidName] is not { Length: > 0 and < 4000 } said)
            return null;
        http.Response.Cookies.Delete(SaidName, Options(http));
        var bytes = new byte[said.Length];
        return Convert.TryFromBase64String(said, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    public static CookieOptions Options(HttpContext http, TimeSpan? age = null) =>
        new() { MaxAge = age, HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", IsEssential = true };
}

/// <summary>Codes as English words.</summary>
internal static class PageWords
{
    /// <summary><c>awaitingAcceptance</c>, <c>fire_safety</c> → Awaiting acceptance, Fire safety.</summary>
    public static string Of(string code)
    {
        var words = CodeList.InWords(code);
        return words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];
    }
}

/// <summary>Instants as people write and read them: China time.</summary>
internal static class PageTimes
{
    /// <summary>Reads the instant to look from: a date (its end, or now), a local date and time in China, or RFC 3339.</summary>
    public static (DateTimeOffset? AsOf, Refusal? Wrong) Read(string? text, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(text))
            return (null, null);
        text = text.Trim().Replace(' ', '+');
        DateTimeOffset instant;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            // The last instant of that day.
            instant = ChinaTime.EndOf(date).AddTicks(-10);
        else if (DateTime.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            instant = local < Earliest.DateTime ? Earliest : new DateTimeOffset(local, ChinaTime.Offset);
        else if (!Instants.TryParse(text, out instant))
            return (null, RequestRefusals.Instant.Because("asOf", ("value", Texts.Excerpt(text))));
        return instant >= now ? (null, null) : (instant < Earliest ? Earliest : instant, null);
    }

    // Nothing was known before; and what is compared with a week or a period before has one.
    private static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, ChinaTime.Offset);

    /// <summary>yyyy-MM-dd HH:mm in China.</summary>
    public static string Minute(DateTimeOffset instant) =>
        instant.ToOffset(ChinaTime.Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>yyyy-MM-dd in China.</summary>
    public static string Day(DateTimeOffset instant) => Day(ChinaTime.DateAt(instant));

    /// <summary>yyyy-MM-dd.</summary>
    public static string Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Days and hours between two instants, roughly.</summary>
    public static int DaysBetween(DateTimeOffset from, DateTimeOffset to) =>
        ChinaTime.DateAt(to).DayNumber - ChinaTime.DateAt(from).DayNumber;
}
