using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Hazards.Api.Administration.Persons;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Hazards.Api.Http;

/// <summary>A request that came through the door: who calls, and what the request says about itself.</summary>
internal sealed class Call(HttpContext http, Caller caller, TimeProvider clock)
{
    /// <summary>A recorded time may lie a little ahead of this process's clock: the database has its own.</summary>
    internal static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    private static readonly DateTimeOffset BeforeAll = new(1900, 1, 1, 0, 0, 0, ChinaTime.Offset);

    public Caller Caller => caller;

    public HttpRequest Request => http.Request;

    public HttpResponse Response => http.Response;

    public CancellationToken Stop => http.RequestAborted;

    /// <summary>Whose eyes look at files: as things stand now.</summary>
    public FileReader FileReader =>
        new(caller.Sender, new Scope(caller.Jurisdiction, null, default) { Own = caller.Body.SeesOnlyItsOwn ? caller.Body : null });

    /// <summary>This process's time.</summary>
    public DateTimeOffset Now => clock.GetUtcNow();

    public Query Query { get; init; } = new(http.Request.Query, http.Items[Query.WrongWords] as Refusal, caller.Jurisdiction);

    /// <summary>By whose authority it writes.</summary>
    public Credential? Credential { get; init; }

    /// <summary>What is long takes as long as it is long: only who asked for it can end it.</summary>
    public void TakeAsLongAsNeeded() =>
        http.Features.Get<Microsoft.AspNetCore.Http.Timeouts.IHttpRequestTimeoutFeature>()?.DisableTimeout();

    /// <summary>The same request for another page of its list, as long as it may be.</summary>
    public Call AtPage(string? parameter, string? cursor, int? limit)
    {
        var query = http.Request.Query.ToDictionary(StringComparer.Ordinal);
        if (parameter is not null && cursor is not null)
            query[parameter] = cursor;
        if (limit is { } most)
            query[Parameters.Limit.Name] = most.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new Call(http, caller, clock)
        {
            Credential = Credential, Query = new Query(new QueryCollection(query), jurisdiction: caller.Jurisdiction),
            Purpose = Purpose, Person = Person,
        };
    }

    /// <summary>查阅事由: why records are read, or the number of the case, where the caller says so.</summary>
    public string? Purpose { get; private set; }

    /// <summary>The person who reads, as the calling system names it; null for the client itself.</summary>
    public string? Person { get; private set; }

    /// <summary>Reads who reads, and why, from the headers; of a person who signed in, from the account and the session.</summary>
    public Refusal? ReadReader()
    {
        (Purpose, var wrong) = Header("X-Purpose", 500);
        if (wrong is not null)
            return wrong;
        (Person, wrong) = Header("X-Actor", Texts.NameLength);
        if (caller.Account is { } own)
            (Purpose, Person) = (Purpose ?? caller.Session?.Purpose, own.Name);
        return wrong;
    }

    /// <summary>Where a request comes from, and by whose authority.</summary>
    public Terms ReadingTerms() =>
        new() { CorrelationId = CorrelationId(), CausationId = $"request:{http.TraceIdentifier}", Credential = Credential };

    private (string? Text, Refusal? Wrong) Header(string name, int most)
    {
        if (!Request.Headers.TryGetValue(name, out var given))
            return (null, null);
        var text = given.Count == 1 ? Uri.UnescapeDataString(given[0] ?? "").Trim() : "";
        return text.Length > 0 && text.Length <= most && Texts.IsClean(text, multiline: false) && Query.IsUtf8(given[0])
            ? (text, null)
            : (null, RequestRefusals.Header.Because(name, ("value", Texts.Excerpt(text)), ("max", most)));
    }

    public static ValueTask<Call> BindAsync(HttpContext http)
    {
        return ValueTask.FromResult(http.Features.GetRequiredFeature<Call>());
    }

    /// <summary>Reads a command with the circumstances of the act, and the terms it is given on.</summary>
    /// <param name="leg">The leg from the path; it is not in the body then.</param>
    public async Task<Order<T>> ReadAsync<T>(string? leg = null) where T : class
    {
        var (bytes, json, refusal) = await RequestBody.ReadJsonAsync(Request, Stop);
        if (refusal is not null || json is null)
            return new Order<T>(refusal!);
        using (json)
        {
            var (terms, wrongTerms) = Terms(bytes, PersonalRequest.Holds<T>(json.RootElement));
            var order = await ReadActAsync<T>(json.RootElement, leg);
            return wrongTerms is null ? order with { Terms = terms } : new Order<T>(Refusal.All(wrongTerms, order.Refusal)!);
        }
    }

    /// <summary>Reads one of many that a request brings, words as well as codes.</summary>
    public async Task<(T? Item, Refusal? Refusal)> ReadItemAsync<T>(JsonElement item) where T : class
    {
        if (item.ValueKind != JsonValueKind.Object)
            return (null, RequestRefusals.NotObject.Because());
        if (RequestJson.TryRead<T>(JsonMarshal.GetRawUtf8Value(item), out var read))
            return (read, null);
        var (said, wrongWords) = await Words.ReadAsync(item, [typeof(T)], caller, Stop);
        var wrong = Refusal.All(wrongWords, RequestJson.Explain(said, out read));
        return wrong is null ? (read, null) : (null, wrong);
    }

    /// <summary>Reads a command with the circumstances of the act: a request, or one of many in it that are acts of their own.</summary>
    public async Task<Order<T>> ReadActAsync<T>(JsonElement item, string? leg = null) where T : class
    {
        if (item.ValueKind != JsonValueKind.Object)
            return new Order<T>(RequestRefusals.NotObject.Because());
        // What is read at once says no words: none is a code. But a correction's text is read at once, whatever it says.
        var order = (SaidInWords.Corrected(typeof(T), item) is null ? OrderReader.TryRead<T>(item, leg, caller) : null)
            ?? await ReadWordsAsync<T>(item, leg);
        return order.Given is { } given && await CheckAttachedAsync(given) is { } hidden ? new Order<T>(hidden) : order;
    }

    private async Task<Order<T>> ReadWordsAsync<T>(JsonElement item, string? leg) where T : class
    {
        var (said, wrongWords) = await Words.ReadAsync(item, [typeof(T), typeof(ActFields)], caller, Stop);
        var order = OrderReader.Read<T>(said, leg, caller);
        return Refusal.All(wrongWords, order.Refusal) is { } wrong ? new Order<T>(wrong) : order;
    }

    private SaidInWords Words => http.RequestServices.GetRequiredService<SaidInWords>();

    /// <summary>
    /// A file that the caller neither put in nor may read cannot be attached: that would open it to all who may see the record. One
    /// that was never put in is refused in the same words.
    /// </summary>
    public async Task<Refusal?> CheckAttachedAsync(Given given)
    {
        if (given.Attachments.IsDefaultOrEmpty)
            return null;
        var files = http.RequestServices.GetRequiredService<FileStore>();
        var hidden = await files.HiddenAsync([.. given.Attachments.Select(a => a.Digest).Distinct()], FileReader, Stop);
        return hidden.Count == 0 ? null : LifeCycle.Files.FileRefusals.NotYours.Because("attachments", ("digest", hidden[0]));
    }

    /// <summary>Whose eyes look, and from which instant; reads <c>asOf</c>.</summary>
    public Scope Scope()
    {
        var now = clock.GetUtcNow();
        var asOf = AsOf();
        return new Scope(caller.Jurisdiction, asOf, ChinaTime.DateAt(asOf ?? now))
        {
            Own = caller.Body.SeesOnlyItsOwn ? caller.Body : null,
        };
    }

    /// <summary>The instant to look from; refused when it has not come yet.</summary>
    public DateTimeOffset? AsOf()
    {
        var now = clock.GetUtcNow();
        if (Query.InstantOrDay(Parameters.AsOf.Name) is not { } asOf)
            return null;
        // The whole of today is not known yet: what is known of it is what is known now.
        if (asOf == Query.EndOf(ChinaTime.DateAt(now)))
            return null;
        // Nothing was on record then, and days must be left before it to count back from.
        if (asOf < BeforeAll)
            return BeforeAll;
        if (IsAhead(asOf))
            Query.Refuse(RequestRefusals.AsOfFuture.Because(Parameters.AsOf.Name, ("value", asOf), ("now", now)));
        return asOf;
    }

    /// <summary>
    /// Whether an instant has not come yet. What was recorded has come, though the clock that dated it was set back since.
    /// </summary>
    public bool IsAhead(DateTimeOffset instant) =>
        instant > Now + ClockTolerance && instant > http.RequestServices.GetRequiredService<IEventLog>().KnownRecordedAt;

    /// <summary>Answers with what a version is, and nothing beside: its ETag, and 304 when the caller has it already.</summary>
    public IResult Versioned<T>(T value, long version) => Tagged(ETag.Of(version)) ?? Json(value);

    /// <summary>
    /// Answers with a version and what stands beside it and changes without it (names, days left, seals): the ETag tells both apart,
    /// and If-Match takes the version from it.
    /// </summary>
    public IResult Shown<T>(T value, long version) where T : class
    {
        var shown = new ShownJson(value, version);
        // Who holds nothing to compare with has it written later, if at all: pages and files take only what it says.
        return Tagged(Request.Headers.IfNoneMatch.Count > 0 ? shown.Tag : ETag.Of(version)) ?? shown;
    }

    /// <summary>304, where the caller has it already.</summary>
    private IResult? Tagged(string tag)
    {
        Response.Headers.ETag = tag;
        Response.Headers.CacheControl = "private, no-cache";
        return ETag.Matches(Request.Headers.IfNoneMatch, tag) ? Results.StatusCode(304) : null;
    }

    /// <summary>
    /// Says of a command that was done which version it led to, and whether this is the outcome of an earlier sending of it.
    /// </summary>
    public void Mark(long version, bool repeated)
    {
        Response.Headers.ETag = ETag.Of(version);
        if (repeated)
            Response.Headers["Idempotency-Replayed"] = "true";
    }

    public static IResult Json<T>(T value, int status = 200) =>
        Results.Json(value, DomainJson.Options, "application/json; charset=utf-8", status);

    public static IResult Refuse(Refusal refusal) => new Problem(refusal);

    /// <summary>The terms of the request: If-Match, Idempotency-Key over its body, correlation.</summary>
    /// <param name="body">The body.</param>
    /// <param name="personal">It holds personal data: what is kept of it must not be of use for guessing them.</param>
    public (Terms Terms, Refusal? Refusal) Terms(byte[] body, bool personal = false)
    {
        if (!ETag.TryReadIfMatch(Request.Headers.IfMatch, out var versions))
            return (LifeCycle.Terms.None, RequestRefusals.IfMatch.Because(
                HeaderNames.IfMatch, ("value", Texts.Excerpt(Request.Headers.IfMatch))));
        AppendKey? key = null;
        if (Request.Headers.TryGetValue("Idempotency-Key", out var given))
        {
            if (given is not [{ Length: >= 1 and <= 200 } text] || !text.All(c => c is > ' ' and < (char)127))
                return (LifeCycle.Terms.None, RequestRefusals.IdempotencyKey.Because("Idempotency-Key"));
            key = new AppendKey(caller.KeyScope, text, Fingerprint(body, personal));
        }

        return (ReadingTerms() with { IfVersion = versions, Key = key }, null);
    }

    /// <summary>What is kept of a request, or of one of many in it, to know it again.</summary>
    public byte[] Fingerprint(byte[] body, bool personal)
    {
        var plain = RequestBody.Fingerprint(Request, body);
        return personal ? http.RequestServices.GetRequiredService<PersonKeys>().Fingerprint(plain) ?? plain : plain;
    }

    private string CorrelationId()
    {
        if (Request.Headers.TryGetValue("X-Correlation-Id", out var own) && own is [{ Length: >= 1 and <= 128 } text] && text.All(
            c => c is > ' ' and < (char)127))
            return text;
        return Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
    }
}

/// <summary>A command as it was ordered, or why it was not understood.</summary>
internal sealed record Order<T>(T? Command, Given? Given, Refusal? Refusal) where T : class
{
    public Order(Refusal refusal) : this(null, null, refusal) { }

    public Terms Terms { get; init; } = Terms.None;
}

/// <summary>What every act may say beside the command's own fields.</summary>
/// <param name="OccurredAt">When it happened, RFC 3339 with offset; when left out: now, or when the step before it happened if
/// another node's clock was ahead.</param>
/// <param name="Actor">The person who acted; the client's name when left out.</param>
/// <param name="DocumentNumber">文号, where a paper goes with the act.</param>
/// <param name="Attachments">Photos and papers by digest.</param>
internal sealed record ActFields(
    DateTimeOffset? OccurredAt = null, [property: Longest(Texts.NameLength)] string? Actor = null, DocumentNumber? DocumentNumber = null,
    ImmutableArray<Attachment> Attachments = default);

/// <summary>Splits a body into the command's own members and those of the act.</summary>
internal static class OrderReader
{
    private static readonly HashSet<string> ActNames = [.. RequestJson.MembersOf(typeof(ActFields)).Select(m => m.Name)];

    private static readonly ActFields NothingSaid = new();

    /// <summary>Reads what is as it must be, once; null where anything is not.</summary>
    public static Order<T>? TryRead<T>(JsonElement body, string? leg, Caller caller) where T : class
    {
        var (own, act) = (new Part(), new Part());
        foreach (var member in body.EnumerateObject())
            (IsOfAct(member) ? act : own).Add(JsonMarshal.GetRawUtf8PropertyName(member), JsonMarshal.GetRawUtf8Value(member.Value));
        if (leg is not null)
            own.Add("leg"u8, JsonSerializer.SerializeToUtf8Bytes(leg));
        var fields = NothingSaid;
        return RequestJson.TryRead<T>(own.End(), out var command) && (act.IsEmpty || RequestJson.TryRead(act.End(), out fields))
            && Wrong(fields) is null
            ? new Order<T>(command, GivenBy(caller, fields), null)
            : null;
    }

    private static bool IsOfAct(JsonProperty member)
    {
        foreach (var name in ActNames)
            if (member.NameEquals(name))
                return true;
        return false;
    }

    /// <summary>Some members of an object, as they were written.</summary>
    private sealed class Part
    {
        private readonly ArrayBufferWriter<byte> written = new();

        public bool IsEmpty => written.WrittenCount == 0;

        public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            written.Write(IsEmpty ? "{\""u8 : ",\""u8);
            written.Write(name);
            written.Write("\":"u8);
            written.Write(value);
        }

        public ReadOnlySpan<byte> End()
        {
            written.Write(IsEmpty ? "{}"u8 : "}"u8);
            return written.WrittenSpan;
        }
    }

    /// <summary>The same, or all that is wrong with it.</summary>
    public static Order<T> Read<T>(JsonElement body, string? leg, Caller caller) where T : class
    {
        try
        {
            return Split<T>(body, leg, caller);
        }
        catch (Exception e) when (e is InvalidOperationException or JsonException { InnerException: InvalidOperationException })
        {
            // Half of a surrogate pair, written as an escape: no text can hold it.
            return new Order<T>(InputRefusals.NotClean.Because(RequestJson.HalfPairIn(body)));
        }
    }

    private static Order<T> Split<T>(JsonElement body, string? leg, Caller caller) where T : class
    {
        var own = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var act = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in body.EnumerateObject())
            if (!(ActNames.Contains(member.Name) ? act : own).TryAdd(member.Name, member.Value))
                return new Order<T>(RequestRefusals.DuplicateField.Because(Texts.Excerpt(member.Name)));
        return leg is null || own.TryAdd("leg", JsonSerializer.SerializeToElement(leg))
            ? Read<T>(own, act, caller)
            : new Order<T>(RequestRefusals.UnknownField.Because("leg", ("known", Known<T>("leg"))));
    }

    private static Order<T> Read<T>(Dictionary<string, JsonElement> own, Dictionary<string, JsonElement> act, Caller caller) where T : class
    {
        string[] unknown = [.. own.Keys.Where(n => RequestJson.MembersOf(typeof(T)).All(m => m.Name != n))];
        foreach (var name in unknown)
            own.Remove(name);
        var wrongAct = RequestJson.Explain<ActFields>(Whole(act), out var fields);
        var wrongOwn = RequestJson.Explain<T>(Whole(own), out var command);
        if (Refusal.All(
            [
                .. unknown.Select(n => RequestRefusals.UnknownField.Because(Texts.Excerpt(n), ("known", Known<T>()))), wrongAct,
                fields is null ? null : Wrong(fields), wrongOwn,
            ]) is { } wrong)
            return new Order<T>(wrong);
        return new Order<T>(command, GivenBy(caller, fields!), null);
    }

    private static Refusal? Wrong(ActFields fields) =>
        Refusal.All(Texts.Check("actor", fields.Actor, 0, Texts.NameLength, multiline: false), Attachment.Check(fields.Attachments));

    private static Given GivenBy(Caller caller, ActFields fields) =>
        new(caller.As(string.IsNullOrWhiteSpace(fields.Actor) ? null : fields.Actor.Trim()))
        {
            OccurredAt = fields.OccurredAt,
            Document = fields.DocumentNumber,
            Attachments = fields.Attachments.IsDefault ? [] : fields.Attachments,
        };

    private static string Known<T>(string? except = null) =>
        string.Join(", ", RequestJson.MembersOf(typeof(T)).Select(m => m.Name).Where(n => n != except).Concat(ActNames));

    private static JsonElement Whole(Dictionary<string, JsonElement> members) => JsonSerializer.SerializeToElement(members);
}

/// <summary>An answer that is known by its bytes; what it says is to be seen by whoever looks at answers.</summary>
internal sealed class ShownJson(object value, long version) : BytesJson(value)
{
    public string Tag => ETag.Of(version, Bytes);

    public override Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.ETag = Tag;
        return base.ExecuteAsync(httpContext);
    }
}

/// <summary>An answer that is made into bytes once, however often they are looked at or sent.</summary>
internal class BytesJson(object value) : IResult, IValueHttpResult
{
    public object? Value => value;

    public byte[] Bytes => field ??= JsonSerializer.SerializeToUtf8Bytes(value, DomainJson.Options);

    public virtual Task ExecuteAsync(HttpContext httpContext) =>
        Results.Bytes(Bytes, "application/json; charset=utf-8").ExecuteAsync(httpContext);
}

/// <summary>Stream versions as strong ETags, with the beginning of a digest where an answer holds more than the version.</summary>
internal static class ETag
{
    private const char Beside = '.';
    private const int DigestBytes = 8;

    public static string Of(long version) => FormattableString.Invariant($"\"{version}\"");

    public static string Of(long version, ReadOnlySpan<byte> answer) =>
        FormattableString.Invariant($"\"{version}{Beside}{Convert.ToHexStringLower(SHA256.HashData(answer).AsSpan(0, DigestBytes))}\"");

    /// <summary>Null versions: any will do. False when the header is not made of ETags.</summary>
    public static bool TryReadIfMatch(Microsoft.Extensions.Primitives.StringValues header, out ImmutableArray<long>? versions)
    {
        versions = null;
        if (header.Count == 0)
            return true;
        if (!EntityTagHeaderValue.TryParseList(header, out var tags) || tags.Count == 0)
            return false;
        if (tags is [{ Tag.Value: "*" }])
            return true;
        var found = ImmutableArray.CreateBuilder<long>();
        foreach (var tag in tags)
        {
            // Weak tags never match for If-Match (RFC 9110, 13.1.1); ours are numbers.
            var text = tag.Tag.AsSpan().Trim('"');
            if (text.IndexOf(Beside) is >= 0 and var end)
                text = text[..end];
            if (tag.IsWeak || !long.TryParse(
                text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var version))
                return false;
            found.Add(version);
        }

        versions = found.ToImmutable();
        return true;
    }

    public static bool Matches(Microsoft.Extensions.Primitives.StringValues ifNoneMatch, string tag) =>
        EntityTagHeaderValue.TryParseList(ifNoneMatch, out var tags) && tags.Any(t => t.Tag.Value == "*" || t.Tag.Value == tag);
}
