using System.Collections.Immutable;
using Hazards.Api.Http.Pages;
using Hazards.Api.LifeCycle.Files;
using Hazards.Api.LifeCycle.Papers;
using Hazards.Api.Supervision;
using Hazards.Api.Administration.Policies;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Lists;

/// <summary>督办单: every notice as sent, opened, answered, urged again, with its clock and its paper; the silent ones first.</summary>
internal static class NoticeList
{
    /// <summary>Its columns.</summary>
    public static readonly ImmutableArray<ListColumn<NoticeLine>> Columns =
    [
        new("number", "文号", "Document", 24, (n, _) => n.DocumentNumber?.Value),
        new("title", "隐患", "Hazard", 40, (n, _) => n.Hazard.Title),
        new("region", "区划", "Region", 14, (n, _) => ListWords.Region(n.Hazard.Region)),
        new("sender", "下达单位", "Sent by", 24, (n, _) => n.By.Name),
        new("body", "送达单位", "Sent to", 24, (n, w) => w.T(n.Body.Name, n.Body.NameInEnglish)),
        new("sent", "下达时间", "Sent", 18, (n, _) => PageTimes.Minute(n.OccurredAt)),
        new("opened", "打开时间", "Opened", 18, (n, w) => n.OpenedAt is { } at ? PageTimes.Minute(at) : w.T("未打开", "not opened")),
        new(
            "answered", "答复", "Answered", 26,
            (n, w) => n.SettledOccurredAt is { } at
                ? $"{PageTimes.Minute(at)} {w.T(n.SettledBy)}"
                : w.T($"沉默 {n.DaysSilent} 天", $"silent {n.DaysSilent} d")),
        new("urged", "再次催办", "Urged again", 12, (n, _) => n.Urged),
        new("replyBy", "要求答复", "Reply by", 12, (n, _) => n.ReplyBy),
        new("requirements", "要求", "Requirements", 50, (n, _) => n.Requirements),
    ];

    public static void Map(IEndpointRouteBuilder api) => api.Get("/lists/notices", new Operation(Tag.Lists,
        "督办单：每份督办通知书的送达、打开、答复、再次催办、期限和文书；沉默的在前、沉默最久的最前；可按 Accept 或 format 给出 csv、xlsx",
        "Supervision notices: sent, opened, answered, urged again, with clock and paper; the silent first, the longest silent at the top; as csv or xlsx by Accept or format")
    {
        Query =
        [
            Parameters.Region, new("sector", typeof(SectorCode), "行业领域", "The sector"),
            new("body", typeof(BodyId), "送达单位", "Sent to this body"), new("sender", typeof(BodyId), "下达单位", "Sent by this body"),
            new("silent", typeof(bool), "是否仍未答复", "Whether it still waits for an answer"),
            .. ListFiles.Parameters(Columns.Select(c => c.Name)), .. Parameters.Page,
        ],
        Answer = typeof(NoticePage),
    }, ListAsync);

    private static async Task<IResult> ListAsync(
        Call call, NoticeQueries notices, IHazardQueries hazards, IRegistryQueries registry, RulebookSource rules, Naming naming)
    {
        var scope = call.Scope();
        var filter = new NoticeFilter
        {
            Region = call.Query.Region(), Sector = call.Query.Value<SectorCode>("sector"), Body = call.Query.Value<BodyId>("body"),
            Sender = call.Query.Value<BodyId>("sender"), Silent = call.Query.Flag("silent"),
        };
        var asked = ListFiles.Read(call, Columns);
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        if (asked.IsFile)
            return await ListFiles.OfAsync(
                call, registry, asked, ("notices", "督办单", "Supervision notices"), scope, filter.Region ?? call.Caller.Jurisdiction,
                n => n.Hazard.Id,
                async c => await RowsAsync(await notices.ListAsync(scope, filter, c, Parameters.LongestPage, call.Stop)));
        var page = await RowsAsync(await notices.ListAsync(scope, filter, cursor, limit, call.Stop));
        if (await Parameters.NobodyAsync(call, cursor, page.Items.Count == 0, registry) is { } nobody)
            return Call.Refuse(nobody);
        var hazardsOf = new HazardFilter
        {
            Region = filter.Region, Sectors = filter.Sector is { } sector ? [sector] : [], Owes = filter.Body,
        };
        return Call.Json(new NoticePage([.. page.Items], page.Next, scope.AsOf, scope.Today, page.Names)
        {
            KnownLater = await KnownLater.OfAsync(hazards, scope, hazardsOf, cursor, call.Stop),
        });

        async Task<ListRows<NoticeLine>> RowsAsync(Page<NoticeItem> found)
        {
            var names = await naming.OfAsync(
                [.. found.Items.Select(i => i.Hazard).DistinctBy(h => h.Id)], found.Items.SelectMany(i => new[] { i.Body, i.Context.Body }), scope.AsOf, call.Stop);
            return new ListRows<NoticeLine>(
                [.. found.Items.Select(i => NoticeLine.Of(i, scope.Today, names, rules.Current))], found.Next, names);
        }
    }
}

/// <summary>A page of notices.</summary>
internal sealed record NoticePage(ImmutableArray<NoticeLine> Items, string? Next, DateTimeOffset? AsOf, DateOnly Today, Names Names)
{
    /// <summary>Of a first page as of an instant: how many such hazards had been found by then and were put on record later.</summary>
    public int? KnownLater { get; init; }
}

/// <summary>A 督办通知书 as one body was sent it.</summary>
/// <param name="Hazard">The hazard.</param>
/// <param name="Position">Its position in the log.</param>
/// <param name="Leg">The leg, if one.</param>
/// <param name="By">Who sent it.</param>
/// <param name="Body">Who was sent it.</param>
/// <param name="Actor">The person who sent it.</param>
/// <param name="DocumentNumber">文号.</param>
/// <param name="Requirements">What it asks for.</param>
/// <param name="ReplyBy">Until when.</param>
/// <param name="OccurredAt">When it was sent, as claimed.</param>
/// <param name="SentAt">When it was recorded.</param>
/// <param name="OpenedAt">When somebody of the body first opened it; absent while nobody has.</param>
/// <param name="SettledAt">When it was recorded that the silence ended; absent while it lasts.</param>
/// <param name="SettledOccurredAt">When it ended, as claimed.</param>
/// <param name="SettledBy">By which event.</param>
/// <param name="Answered">Whether that was an act of the body's own; otherwise what was asked for is over.</param>
/// <param name="DaysSilent">Days of silence, to its end or to today.</param>
/// <param name="Urged">How often it was urged again meanwhile.</param>
/// <param name="UrgedAt">When last.</param>
/// <param name="Duty">The reply, while it is owed; otherwise the body's next duty about the hazard, if it has one.</param>
/// <param name="Papers">The paper's files; none when its sender keeps it itself.</param>
internal sealed record NoticeLine(
    HazardBrief Hazard, long Position, CodeEntry? Leg, NamedBody By, NamedBody Body, string Actor, DocumentNumber? DocumentNumber,
    string Requirements, DateOnly? ReplyBy,
    DateTimeOffset OccurredAt, DateTimeOffset SentAt, DateTimeOffset? OpenedAt, DateTimeOffset? SettledAt,
    DateTimeOffset? SettledOccurredAt, CodeEntry? SettledBy, bool Answered,
    int DaysSilent, int Urged, DateTimeOffset? UrgedAt, OpenDuty? Duty, ImmutableArray<PaperFile> Papers)
{
    public static NoticeLine Of(NoticeItem n, DateOnly today, Names names, Rulebook rules)
    {
        // By what is claimed; but who is told by a notice that is entered late, was not silent before.
        var until = n.SettledOccurredAt is { } at ? ChinaTime.DateAt(at) : today;
        var duties = n.Hazard.Clocks.Where(c => c.Body == n.Body && (n.Leg is null || c.Leg == n.Leg));
        var duty = duties.OrderByDescending(c => n.SettledAt is null && c.Kind == ClockKind.Reply && c.Due == n.Notice.ReplyBy)
            .FirstOrDefault();
        return new NoticeLine(
            HazardBrief.Of(n.Hazard), n.Position, Labels.Of(n.Leg), NamedBody.Of(n.Context.Body, names.Bodies),
            NamedBody.Of(n.Body, names.Bodies), n.Context.Actor, n.Context.Document,
            n.Notice.Requirements, n.Notice.ReplyBy, n.Context.OccurredAt, n.SentAt, n.OpenedAt, n.SettledAt, n.SettledOccurredAt,
            n.SettledBy is { } type ? EventLabels.Of(type) : null, n.Answered,
            Math.Max(0, until.DayNumber - ChinaTime.DateAt(n.Context.Binds).DayNumber), n.Urged, n.UrgedAt,
            duty is null ? null : OpenDuty.Of(n.Hazard, duty, names, rules),
            n.Context.Document is { } number
                ? [.. n.Context.Attachments.Where(a => a.Name == $"{number}.docx" || a.Name == $"{number}.html").Select(
                    a => new PaperFile(a.MediaType!, a.Size ?? 0, a.Digest, FileAnswer.LinkOf(a.Digest)))]
                : []);
    }
}
