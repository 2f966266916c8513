using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Http;

/// <summary>
/// Reads query parameters strictly. All that is wrong is kept in <see cref="Refusal"/>; look there before using the rest.
/// </summary>
/// <param name="values">What was given.</param>
/// <param name="wrongWords">What was wrong with the words in it.</param>
/// <param name="jurisdiction">The caller's, where there is one.</param>
internal sealed class Query(IQueryCollection values, Refusal? wrongWords = null, RegionCode? jurisdiction = null)
{
    /// <summary>Under this key a request's items hold what was wrong with the words in its query.</summary>
    public static readonly object WrongWords = new();

    /// <summary>The most values a parameter that may be repeated has.</summary>
    public const int MostValues = 50;

    /// <summary>Whether a parameter was given.</summary>
    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>All that was asked, the same for the same question.</summary>
    public string Whole => string.Join('&', values.OrderBy(v => v.Key, StringComparer.Ordinal)
        .SelectMany(v => v.Value.Select(one => $"{v.Key}={Uri.EscapeDataString(one ?? "")}")));

    /// <summary>What was wrong, if anything.</summary>
    public Refusal? Refusal { get; private set; } = wrongWords;

    /// <summary>Refuses for a reason found elsewhere.</summary>
    public void Refuse(Refusal refusal) => Refusal = Domain.Refusal.All(Refusal, refusal);

    /// <summary>
    /// A region that there is, in the caller's jurisdiction: neither a mistyped code nor a neighbour's may read as a region where
    /// nothing is, nor one's own figures as those of the region around.
    /// </summary>
    /// <param name="outside">How one outside is refused.</param>
    public RegionCode? Region(RefusalCode? outside = null)
    {
        if (AnyRegion() is not { } region)
            return null;
        if (jurisdiction?.Contains(region) != false)
            return region;
        var fact = outside is null ? "value" : "region";
        Refuse((outside ?? DiscoveryRefusals.OutsideJurisdiction).Because(
            Parameters.Region.Name, (fact, region.Value), ("jurisdiction", jurisdiction.Value.Value)));
        return null;
    }

    /// <summary>A region that there is, the caller's or not.</summary>
    public RegionCode? AnyRegion()
    {
        var asked = Value<RegionCode>("region");
        if (asked is not { } region || Regions.Exists(region))
            return asked;
        Refuse(InputRefusals.RegionUnknown.Because("region", ("value", region), ("county", region.At(RegionLevel.County))));
        return null;
    }

    /// <summary>A text that is not blank.</summary>
    public string? Text(string name, int longest)
    {
        var text = One(name);
        if (text is not null && Texts.Check(name, text, 1, longest, multiline: false) is { } wrong)
            return Wrong<string>(wrong);
        return text;
    }

    /// <summary>A checked value.</summary>
    public T? Value<T>(string name) where T : struct, IValue<T> =>
        One(name) is not { } text ? null : T.TryParse(text, out var value, out var refusal) ? value : Fail<T>(
            refusal with { Field = name });

    /// <summary>Several checked values, repeated or with commas between.</summary>
    public ImmutableArray<T> Values<T>(string name) where T : struct, IValue<T>
    {
        var found = ImmutableArray.CreateBuilder<T>();
        foreach (var text in Several(name))
            if (T.TryParse(text, out var value, out var refusal))
                found.Add(value);
            else
                Refuse(refusal with { Field = name });
        return found.ToImmutable();
    }

    /// <summary>A code of a code list.</summary>
    public T? Code<T>(string name) where T : struct, Enum =>
        One(name) is not { } text ? null : CodeList.TryParse<T>(text, out var value) ? value : Fail<T>(Unknown<T>(name, text));

    /// <summary>Several codes, repeated or with commas between.</summary>
    public ImmutableArray<T> Codes<T>(string name) where T : struct, Enum
    {
        var found = ImmutableArray.CreateBuilder<T>();
        foreach (var text in Several(name))
            if (CodeList.TryParse<T>(text, out var value))
                found.Add(value);
            else
                Refuse(Unknown<T>(name, text));
        return found.ToImmutable();
    }

    /// <summary>Several of the names there are, repeated or with commas between; each once, in the order given.</summary>
    public ImmutableArray<string> Names(string name, ImmutableArray<string> known)
    {
        var given = Several(name).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal).ToImmutableArray();
        if (UnknownOf(name, given, known) is { } unknown)
            Refuse(unknown);
        return given;
    }

    /// <summary>Why these cannot be the names that they are to be; null when they are.</summary>
    public static Refusal? UnknownOf(string name, IEnumerable<string> given, ImmutableArray<string> known) =>
        given.FirstOrDefault(n => !known.Contains(n)) is { } unknown
            ? RequestRefusals.UnknownCode.Because(name, ("value", Texts.Excerpt(unknown)), ("allowed", string.Join(", ", known)))
            : null;

    /// <summary>An instant with its offset.</summary>
    public DateTimeOffset? Instant(string name)
    {
        // An unescaped + is a space in a query string; nobody means a space here.
        if (One(name)?.Replace(' ', '+') is not { } text)
            return null;
        return Instants.TryParse(text, out var instant)
            ? instant
            : Fail<DateTimeOffset>(RequestRefusals.Instant.Because(name, ("value", Texts.Excerpt(text))));
    }

    /// <summary>An instant with its offset, or a date: the end of that day in China.</summary>
    public DateTimeOffset? InstantOrDay(string name) => Instants.TryParseDate(One(name), out var date) ? EndOf(date) : Instant(name);

    /// <summary>The last instant of a day in China, as the log measures them.</summary>
    public static DateTimeOffset EndOf(DateOnly date) => ChinaTime.EndOf(date).AddMicroseconds(-1);

    /// <summary>A date.</summary>
    public DateOnly? Date(string name) =>
        One(name) is not { } text ? null : Instants.TryParseDate(text, out var date) ? date : Fail<DateOnly>(
            Malformed(name, text, "yyyy-MM-dd"));

    /// <summary>
    /// Two dates, the first not after the second: a period that ends before it begins must not read as one with nothing in it.
    /// </summary>
    public (DateOnly? From, DateOnly? To) DatePair(string from, string to) => Ordered(from, Date(from), to, Date(to));

    /// <summary>The same of instants.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) InstantPair(string from, string to) => Ordered(from, Instant(from), to, Instant(to));

    private (T? From, T? To) Ordered<T>(string from, T? begin, string to, T? end) where T : struct, IComparable<T>
    {
        if (begin is { } first && end is { } last && first.CompareTo(last) > 0)
            Refuse(RequestRefusals.Reversed.Because(from, ("from", begin), ("to", end), ("last", to)));
        return (begin, end);
    }

    /// <summary>An identity.</summary>
    public Guid? Id(string name) =>
        One(name) is not { } text ? null : Guid.TryParseExact(text, "D", out var id) ? id : Fail<Guid>(Malformed(name, text, "UUID"));

    /// <summary>An identity in whichever form: as figures were always asked with.</summary>
    public Guid? AnyId(string name) =>
        One(name) is not { } text ? null : Guid.TryParse(text, out var id) ? id : Fail<Guid>(Malformed(name, text, "UUID"));

    /// <summary>true or false.</summary>
    public bool? Flag(string name) => One(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => Fail<bool>(Malformed(name, text, "true | false")),
    };

    /// <summary>A whole number within bounds.</summary>
    public long? Number(string name, long least, long most)
    {
        if (One(name) is not { } text)
            return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return Fail<long>(Malformed(name, text, $"{least}–{most}"));
        return number >= least && number <= most
            ? number
            : Fail<long>(InputRefusals.OutOfRange.Because(name, ("value", number), ("min", least), ("max", most)));
    }

    /// <summary>Refuses parameters that the operation does not have.</summary>
    public static Refusal? Unknown(IQueryCollection query, ImmutableArray<QueryParameter> known)
    {
        Refusal? wrong = null;
        foreach (var (name, given) in query)
        {
            if (known.FirstOrDefault(p => p.Name == name) is not { } parameter)
                wrong = Domain.Refusal.All(
                    wrong,
                    RequestRefusals.UnknownParameter.Because(
                        Texts.Excerpt(name), ("known", known.IsEmpty ? "—" : string.Join(", ", known.Select(p => p.Name)))));
            else if (given.Count > 1 && !parameter.Many)
                wrong = Domain.Refusal.All(wrong, RequestRefusals.RepeatedParameter.Because(name));
        }

        return wrong;
    }

    /// <summary>
    /// Refuses a query whose percent-encoded bytes are no UTF-8 (GBK, most often): it would be searched as something else.
    /// </summary>
    public static Refusal? Broken(QueryString query) =>
        IsUtf8(query.Value)
            ? null
            : RequestRefusals.BrokenQuery.Because(Texts.Excerpt(query.Value!.Split('?', '&').First(part => !IsUtf8(part)).Split('=')[0]));

    /// <summary>Whether what is percent-encoded in a text is UTF-8.</summary>
    public static bool IsUtf8(string? text)
    {
        for (var at = text?.IndexOf('%', StringComparison.Ordinal) ?? -1; at >= 0; at = text!.IndexOf('%', at + 1))
        {
            var bytes = new List<byte>();
            while (at + 2 < text!.Length && text[at] == '%'
                && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var one))
            {
                bytes.Add(one);
                at += 3;
            }

            if (!Utf8.IsValid([.. bytes]))
                return false;
            if (at >= text.Length)
                break;
        }

        return true;
    }

    private string? One(string name) => values.TryGetValue(name, out var given) ? given[^1] ?? "" : null;

    private string[] Several(string name)
    {
        if (!values.TryGetValue(name, out var given))
            return [];
        var all = given.SelectMany(v => (v ?? "").Split(',')).ToArray();
        if (all.Length > MostValues)
            Refuse(InputRefusals.TooMany.Because(name, ("count", all.Length), ("max", MostValues)));
        return all;
    }

    private static Refusal Unknown<T>(string name, string text) where T : struct, Enum =>
        RequestRefusals.UnknownCode.Because(
            name, ("value", Texts.Excerpt(text)),
            ("allowed", string.Join(", ", Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName))));

    private static Refusal Malformed(string name, string text, string expected) =>
        RequestRefusals.Parameter.Because(name, ("value", Texts.Excerpt(text)), ("expected", expected));

    private T? Fail<T>(Refusal refusal) where T : struct
    {
        Refuse(refusal);
        return null;
    }

    private T? Wrong<T>(Refusal refusal) where T : class
    {
        Refuse(refusal);
        return null;
    }
}
