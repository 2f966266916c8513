using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>文书版头: how a body's papers look from now on.</summary>
/// <param name="Body">The body.</param>
/// <param name="Name">发文机关标志: the red line at the top.</param>
/// <param name="Code">机关代字, the beginning of its document numbers (巍安委办).</param>
/// <param name="Words">The word that each paper's numbers add to it (督: 巍安委办督〔2026〕1号); papers left out have the usual one.</param>
/// <param name="Signature">落款: who signs.</param>
/// <param name="Seal">What marks the place of the seal.</param>
/// <param name="Contact">联系人及电话.</param>
[EventType("letterhead_set", "设定文书版头", "Letterhead set")]
public sealed record LetterheadSet(
    BodyId Body, string Name, string Code, ImmutableSortedDictionary<PaperKind, string> Words, string Signature, string Seal,
    string? Contact) : IDomainEvent;

/// <summary>The letterhead of a body.</summary>
/// <param name="Body">The body.</param>
/// <param name="Name">发文机关标志.</param>
/// <param name="Code">机关代字.</param>
/// <param name="Words">The word of each paper.</param>
/// <param name="Signature">落款.</param>
/// <param name="Seal">What marks the place of the seal.</param>
/// <param name="Contact">联系人及电话.</param>
/// <param name="Version">How often it was set; 0 while it is made from the body's name.</param>
public sealed record Letterhead(
    BodyId Body, string Name, string Code, ImmutableSortedDictionary<PaperKind, string> Words, string Signature, string Seal, string? Contact, long Version)
{
    private const int LongestCode = 40;

    /// <summary>The words that are added to the code, where the letterhead has none of its own.</summary>
    public static ImmutableSortedDictionary<PaperKind, string> UsualWords { get; } = new Dictionary<PaperKind, string>
    {
        [PaperKind.AssignmentOrder] = "交",
        [PaperKind.SupervisionNotice] = "督",
        [PaperKind.RectificationDirective] = "改",
        [PaperKind.ListingNotice] = "挂",
        [PaperKind.DelistingNotice] = "摘",
        [PaperKind.ClosureNotice] = "销",
        [PaperKind.Criticism] = "通",
    }.ToImmutableSortedDictionary();

    /// <summary>The stream that tells how a body's letterhead changed.</summary>
    public static Guid StreamOf(BodyId body) => StreamIds.Named("letterhead", body.Value);

    /// <summary>What a body has before it sets its own: made from its name.</summary>
    public static Letterhead Usual(Body body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var code = body.Name.Length > LongestCode ? body.Name[..LongestCode] : body.Name;
        return new Letterhead(body.Id, $"{body.Name}文件", code, UsualWords, body.Name, "（印章）", null, 0);
    }

    /// <summary>
    /// What a paper's numbers begin with. Papers with the same beginning share one series, so no number is ever there twice.
    /// </summary>
    public string PrefixOf(PaperKind paper) => Code + Words.GetValueOrDefault(paper, UsualWords[paper]);

    /// <summary>Folds one event.</summary>
    public static Letterhead Apply(Letterhead before, LetterheadSet happened)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(happened);
        return before with
        {
            Name = happened.Name,
            Code = happened.Code,
            Words = UsualWords.SetItems(happened.Words),
            Signature = happened.Signature,
            Seal = happened.Seal,
            Contact = happened.Contact,
            Version = before.Version + 1,
        };
    }
}

/// <summary>Sets the whole letterhead; what is left out is made from the body's name again.</summary>
/// <param name="Name">发文机关标志.</param>
/// <param name="Code">机关代字.</param>
/// <param name="Words">The word of each paper whose numbers should have another than the usual one.</param>
/// <param name="Signature">落款.</param>
/// <param name="Seal">What marks the place of the seal.</param>
/// <param name="Contact">联系人及电话.</param>
public sealed record SetLetterhead(
    [property: Longest(60)] string? Name = null, [property: Longest(40)] string? Code = null, [property: Longest(10)] ImmutableSortedDictionary<PaperKind, string>? Words = null, [property: Longest(60)] string? Signature = null, [property: Longest(40)] string? Seal = null, [property: Longest(200)] string? Contact = null)
{
    /// <summary>Decides for a body of the registry: its administrator may.</summary>
    public (LetterheadSet? Event, Refusal? Refusal) Decide(Body? body, BodyAct act)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (BodyChecks.Living(body, act) is { } no)
            return (null, no);
        var words = Words ?? ImmutableSortedDictionary<PaperKind, string>.Empty;
        if (Check(words) is { } wrong)
            return (null, wrong);
        var usual = Letterhead.Usual(body!);
        return (new LetterheadSet(
            body!.Id, Name?.Trim() ?? usual.Name, Code?.Trim() ?? usual.Code, words, Signature?.Trim() ?? usual.Signature,
            Seal?.Trim() ?? usual.Seal, Contact?.Trim()), null);
    }

    // A number is at most 80 characters (DocumentNumber): code, word, year and number must fit.
    private Refusal? Check(ImmutableSortedDictionary<PaperKind, string> words)
    {
        if (Refusal.All(Optional("name", Name, 60),
            Optional("code", Code, 40),
            Optional("signature", Signature, 60),
            Optional("seal", Seal, 40),
            Optional("contact", Contact, 200)) is { } wrong)
            return wrong;
        foreach (var (paper, word) in words)
            if ((Texts.Check($"words.{CodeList.Code(paper)}", word, 0, 10, multiline: false)
                ?? Yearless($"words.{CodeList.Code(paper)}", word)) is { } bad)
                return bad;
        return Yearless("code", Code);
    }

    private static Refusal? Yearless(string field, string? text) => text?.IndexOfAny(['〔', '〕']) >= 0
        ? InputRefusals.Malformed.Because(field, ("detail", new Words("不要写〔〕，年份由系统加上", "leave 〔〕 out, the year is added")))
        : null;

    private static Refusal? Optional(string field, string? text, int max) =>
        text is null ? null : Texts.Check(field, text, 1, max, multiline: false);
}

/// <summary>
/// 编号: a number of a body's series was given to a paper. The stream is the series, and its version is the number: so there is
/// no gap and none is there twice.
/// </summary>
/// <param name="Paper">The paper.</param>
/// <param name="Hazard">The hazard it is about.</param>
/// <param name="Event">The event it goes with, of the same append.</param>
/// <param name="Number">文号.</param>
[EventType("paper_numbered", "文书编号", "Paper numbered")]
public sealed record PaperNumbered(PaperKind Paper, HazardId Hazard, Guid Event, DocumentNumber Number) : IDomainEvent;

/// <summary>编号序列: the numbers of a body in a year that begin alike.</summary>
/// <param name="Body">The body.</param>
/// <param name="Year">The year, of the act's date in China.</param>
/// <param name="Prefix">What its numbers begin with.</param>
public readonly record struct PaperSeries(BodyId Body, int Year, string Prefix)
{
    /// <summary>The stream of the series.</summary>
    public Guid StreamId => StreamIds.Named("numbers", FormattableString.Invariant($"{Body}\n{Year}\n{Prefix}"));

    /// <summary>A number of it: 巍安委办督〔2026〕1号.</summary>
    public DocumentNumber At(long number) => DocumentNumber.Parse(FormattableString.Invariant($"{Prefix}〔{Year}〕{number}号"));
}
