using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Hazards.Domain;
using Hazards.Domain.Codes;

namespace Hazards.Api.Http;

/// <summary>
/// Reads query parameters strictly. All that is wrong is kept in <see cref="Refusal"/>; look there before using the rest.
/// </summary>
internal sealed class Query(IQueryCollection values, Refusal? wrongWords = null)
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

    /// <summary>A region that there is: a mistyped code must not read as a region where nothing is.</summary>
    public RegionCode? Region()
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
        if (given.FirstOrDefault(n => !known.Contains(n)) is { } unknown)
            Refuse(RequestRefusals.UnknownCode.Because(name, ("value", Texts.Excerpt(unknown)), ("allowed", string.Join(", ", known))));
        return given;
    }

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

    /// <summary>An identity.</summary>
    public Guid? Id(string name) =>
        One(name) is not { } text ? null : Guid.TryParseExact(text, "D", out var id) ? id : Fail<Guid>(Malformed(name, text, "UUID"));

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
