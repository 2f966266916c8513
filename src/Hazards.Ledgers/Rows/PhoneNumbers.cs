using System.Globalization;
using System.Text.RegularExpressions;

namespace Hazards.Ledgers;

/// <summary>Telephone numbers, and numbers of identity cards, in the texts of a ledger.</summary>
public static partial class PhoneNumbers
{
    /// <summary>What stands where a telephone number stood.</summary>
    public const string Hidden = "（电话已封存）";

    /// <summary>What stands where an identity card's number stood.</summary>
    public const string HiddenIdentity = "（身份证号已封存）";

    /// <summary>No number of a person has fewer digits.</summary>
    private const int FewestDigits = 10;

    /// <summary>A number in a text, at its place; what introduces it (电话：) begins at <paramref name="From"/>.</summary>
    internal readonly record struct Found(int From, int At, int End, string Number, bool IsPhone);

    /// <summary>A text without such numbers, and the numbers; the text itself where it has none.</summary>
    /// <param name="text">A cell, or any other text.</param>
    /// <param name="header">What it stands under: under 身份证号 whatever has as many digits is one, rightly typed or not.</param>
    public static (string Text, IReadOnlyList<string> Numbers) Hide(string text, string? header = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = In(text, header is not null && Card().IsMatch(header));
        var hidden = text;
        // From the end, so that what stands before keeps its place; half-width signs stand where the full-width ones did.
        foreach (var number in Enumerable.Reverse(found))
            hidden = string.Concat(hidden.AsSpan(0, number.At), number.IsPhone ? Hidden : HiddenIdentity, hidden.AsSpan(number.End));
        return (hidden, [.. found.Select(n => n.Number)]);
    }

    /// <summary>The numbers in a text, from left to right.</summary>
    internal static List<Found> In(string text, bool underCard = false)
    {
        if (text.Length < FewestDigits || text.Count(char.IsDigit) < FewestDigits) return [];
        var plain = Words.HalfWidth(text);
        if (underCard && UnderCard().Matches(plain) is { Count: > 0 } cards) return [.. cards.Select(m => Of(m, isPhone: false))];
        return
        [
            .. Phone().Matches(plain).Select(m => Of(m, isPhone: true))
                .Concat(Identity().Matches(plain).Where(m => m.Groups["word"].Success || IsIdentity(m.Groups["n"].Value))
                    .Select(m => Of(m, isPhone: false)))
                .OrderBy(n => n.At),
        ];

        static Found Of(Match match, bool isPhone)
        {
            var number = match.Groups["n"];
            return new(match.Index, number.Index, number.Index + number.Length, number.Value, isPhone);
        }
    }

    /// <summary>The text without these numbers and what introduces them; 电话甲厂 keeps its name.</summary>
    internal static string Without(string text, IReadOnlyList<Found> numbers)
    {
        var plain = Words.HalfWidth(text);
        foreach (var number in numbers.Reverse())
            plain = string.Concat(plain.AsSpan(0, number.From), " ", plain.AsSpan(number.End));
        var parts = plain.Split(
            [' ', '(', ')', ':', ',', ';', '/', '、', '\n', '\r', '\t'],
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(' ', parts.Where(p => !Introduces().IsMatch(p)));
    }

    /// <summary>GB 11643-1999: the last of 18 characters checks the others.</summary>
    private static bool IsIdentity(string number)
    {
        var sum = 0;
        for (var i = 0; i < 17; i++) sum += (number[i] - '0') * ((1 << (17 - i)) % 11);
        return "10X98765432"[sum % 11] == char.ToUpper(number[17], CultureInfo.InvariantCulture);
    }

    /// <summary>A mobile number, or one with an area code, either with the country's.</summary>
    [GeneratedRegex(@"(?:(?:联系电话|联系方式|电话|手机号码?|手机|微信|Tel)[.:]?\s*)?(?<n>(?<![0-9])(?:(?:\+"
        + @"|(?<![0-9+])00)?86[- ]?)?(?:1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|0[0-9]{2,3}[- ]?[0-9]{7,8}(?:-[0-9]{1,5})?)(?![0-9])"
        + @"|\+86[- ][0-9]{2,3}[- ][0-9]{7,8}(?![0-9]))",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Phone();

    [GeneratedRegex(@"(?<word>(?:公民)?身份证(?:号码?|编号)?[:]?\s*)?(?<n>(?<![0-9A-Za-z])[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]"
        + @"|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z]))", RegexOptions.CultureInvariant)]
    private static partial Regex Identity();

    [GeneratedRegex("身份证|证件号|公民身份号码", RegexOptions.CultureInvariant)]
    private static partial Regex Card();

    /// <summary>Any 14 to 19 digits, blanks between them or not: a card's number, of the old kind or the new, with a slip in it.</summary>
    [GeneratedRegex(@"(?<n>(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9Xx*]){13,18}(?![0-9A-Za-z]))", RegexOptions.CultureInvariant)]
    private static partial Regex UnderCard();

    /// <summary>What is left where it stood behind the number, or in a bracket of its own.</summary>
    [GeneratedRegex(@"^(?:联系电话|联系方式|电话|手机号码?|手机|微信|Tel|(?:公民)?身份证(?:号码?"
        + @"|编号)?)\.?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Introduces();
}
