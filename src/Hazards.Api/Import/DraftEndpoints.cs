using Hazards.Api.Administration.Jobs;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Ledgers;
using Hazards.Projections.Reading;

namespace Hazards.Api.Import;

/// <summary>看清楚再导入: a ledger uploaded, its mapping corrected, every row previewed, then imported.</summary>
internal static class DraftEndpoints
{
    private static readonly QueryParameter Verdict = new(
        "verdict", typeof(string), "只看这一类行：understood、partly、kept、skipped；默认全部数据行",
        "Only rows of this verdict: understood, partly, kept, skipped; all but the skipped ones when left out");

    public static void Map(IEndpointRouteBuilder api, Operation upload)
    {
        api.Post(
            "/imports/drafts",
            upload with
            {
                Chinese = "上传台账待看：不写入任何内容，保留一天，只有上传者可见",
                English = "Upload a ledger to look at: nothing is written; kept for a day, for whoever uploaded it",
                Answer = typeof(ImportDraft), Success = 201,
            }, AddAsync);
        api.Get(
            "/imports/drafts/{id}",
            new Operation(
                Tag.Import, "待导入的台账：工作表、列映射（猜测或更正过的）、计数、不认识的词",
                "An uploaded ledger: sheets, mapping, counts, words not understood")
                {
                    Answer = typeof(ImportDraft), HoldsNoRecords = true,
                }, FindAsync);
        api.Post(
            "/imports/drafts/{id}/mapping",
            new Operation(Tag.Import, "更正列映射，或指定工作表和表头重新猜测", "Correct the mapping, or guess it anew from a sheet and a header")
        {
            Body = typeof(ReadDraft), Answer = typeof(ImportDraft), Rule = CommandRules.RecordLedgerRow,
        }, ChangeAsync);
        api.Get(
            "/imports/drafts/{id}/rows",
            new Operation(
                Tag.Import, "逐行预览：每行会成为什么，哪里可疑；按导入的同一规则试算，不写入",
                "Every row and what it would become, by the rules of the import itself; nothing is written")
        {
            Query = [Verdict, Parameters.Cursor, Parameters.Limit], Answer = typeof(DraftRows), Also = [409],
        }, RowsAsync);
        api.Post(
            "/imports/drafts/{id}/import",
            new Operation(Tag.Import, "导入：后台进行，按 Location 查询进度和报告", "Import it: in the background; Location has its progress and report")
        {
            Answer = typeof(ImportReport), Success = 202, Rule = CommandRules.RecordLedgerRow,
        }, ImportAsync);
    }

    private static async Task<IResult> AddAsync(Call call, ImportDrafts drafts, DraftReader reader)
    {
        var (request, refusal) = await ImportRequest.ReadAsync(call);
        if (request is null)
            return Call.Refuse(refusal!);
        if (MayNot(call) is { } forbidden)
            return Call.Refuse(forbidden);
        // What no import could ever read is refused at once, and not kept.
        var opened = await LedgerFile.OpenAsync(LedgerFile.Over(request.File), request.Upload.FileName, LedgerLimits.Default, call.Stop);
        if (!opened.IsOk)
            return Call.Refuse(LedgerImport.Translate(opened.Refusal));
        opened.Value.Dispose();
        var draft = new Draft(
            Guid.CreateVersion7(), request.Upload.FileName, request.File, request.Upload.Mapping?.ToJson(), request.Upload.Ledger,
            request.Upload.Region?.Value, default, null, call.Now);
        await drafts.AddAsync(call.Caller.Key.Id, draft, call.Stop);
        call.Response.Headers.Location = $"{Links.Root}/imports/drafts/{draft.Id:D}";
        return Call.Json(await reader.ReadAsync(draft, call.Caller.As(null), call.Stop), 201);
    }

    private static async Task<IResult> FindAsync(Call call, string id, ImportDrafts drafts, DraftReader reader)
    {
        var (draft, refusal) = await OpenAsync(call, id, drafts);
        return draft is null ? Call.Refuse(refusal!) : Call.Json(await reader.ReadAsync(draft, call.Caller.As(null), call.Stop));
    }

    private static async Task<IResult> ChangeAsync(Call call, string id, ImportDrafts drafts, DraftReader reader)
    {
        var order = await call.ReadAsync<ReadDraft>();
        if (order.Refusal is { } wrong)
            return Call.Refuse(wrong);
        var (draft, refusal) = await OpenAsync(call, id, drafts, toImport: true);
        if (draft is null)
            return Call.Refuse(refusal!);
        var asked = order.Command!;
        var (mapping, notRead) = ImportRequest.ReadMapping(asked.Mapping);
        if ((notRead ?? CheckHeader(asked) ?? Texts.Check("ledger", asked.Ledger, 0, 50, multiline: false)) is { } bad)
            return Call.Refuse(bad);
        draft = draft with
        {
            Mapping = mapping?.ToJson(), Header = mapping is null ? new HeaderAt(asked.Sheet, asked.HeaderRow, asked.HeaderRows) : default,
            Ledger = string.IsNullOrWhiteSpace(asked.Ledger) ? null : asked.Ledger.Trim(), Region = asked.Region?.Value,
        };
        var answer = await reader.ReadAsync(draft, call.Caller.As(null), call.Stop);
        // A mapping that does not fit the file is said, and the one before it stays.
        if (answer is { Trouble: { } trouble, Counts: null } && mapping is not null && trouble.Code.StartsWith(
            "mapping.", StringComparison.Ordinal))
            return Call.Refuse(
                new RefusalCode(trouble.Code, RefusalKind.Unprocessable, trouble.Chinese, trouble.English).Because(trouble.Where));
        await drafts.ChangeAsync(draft, call.Stop);
        return Call.Json(answer);
    }

    private static Refusal? CheckHeader(ReadDraft asked) =>
        asked.HeaderRow is < 1 ? InputRefusals.OutOfRange.Because(
            "headerRow", ("value", asked.HeaderRow), ("min", 1), ("max", int.MaxValue))
        : asked.HeaderRows is < 1 or > 5 ? InputRefusals.OutOfRange.Because(
            "headerRows", ("value", asked.HeaderRows), ("min", 1), ("max", 5))
        : null;

    private static async Task<IResult> RowsAsync(Call call, string id, ImportDrafts drafts, LedgerImport import)
    {
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var verdict = call.Query.Text(Verdict.Name, 20) is { } text ? Enum.TryParse<RowVerdict>(text, ignoreCase: true, out var one)
            && Enum.IsDefined(one) ? one : Unknown(call, text) : null;
        if (call.Query.Refusal is { } wrong)
            return Call.Refuse(wrong);
        var skip = (int)(PositionCursor.Read(cursor, "draft rows", id, verdict) ?? 0);
        var (draft, refusal) = await OpenAsync(call, id, drafts, toImport: true);
        if (draft is null)
            return Call.Refuse(refusal!);
        var by = call.Caller.As(null);
        var (plan, notOpened) = await DraftReader.PlanAsync(draft, by, call.Stop);
        if (plan is null)
            return Call.Refuse(notOpened!);
        using (plan)
        {
            var rows = await import.TryAsync(
                plan, by, r => verdict is { } only ? r.Verdict == only : r.Verdict != RowVerdict.Skipped, skip, limit + 1, call.Stop);
            return Call.Json(new DraftRows([.. rows.Take(limit).Select(r => DraftRow.Of(r.Row, r.Becomes))], rows.Count > limit
                ? PositionCursor.Write(skip + limit, "draft rows", id, verdict) : null));
        }
    }

    private static async Task<IResult> ImportAsync(Call call, string id, ImportDrafts drafts, LedgerImport import, JobTrouble jobs)
    {
        var (terms, badTerms) = call.Terms([]);
        if (badTerms is not null)
            return Call.Refuse(badTerms);
        var (draft, refusal) = await OpenAsync(call, id, drafts);
        if (draft is null)
            return Call.Refuse(refusal!);
        var by = call.Caller.As(null);
        if (draft.Import is { } begun)
            return await AnsweredAsync(call, await import.FindAsync(begun, by.Jurisdiction, call.Stop), import, jobs);
        var (plan, notOpened) = await DraftReader.PlanAsync(draft, by, call.Stop);
        if (plan is null)
            return Call.Refuse(notOpened!);
        using (plan)
        {
            // However often it is sent, and by whichever form: a draft becomes one import.
            var key = terms.Key
                ?? new Projections.Store.AppendKey(call.Caller.KeyScope, $"draft-{draft.Id:n}", RequestBody.Fingerprint(call.Request, []));
            var (report, notBegun) = await import.BeginAsync(plan, draft.File, by, terms with { Key = key }, call.Stop);
            if (report is null)
                return Call.Refuse(notBegun!);
            await drafts.UseAsync(draft.Id, report.Id, call.Stop);
            return await AnsweredAsync(call, report, import, jobs);
        }
    }

    private static async Task<IResult> AnsweredAsync(Call call, ImportReport? report, LedgerImport import, JobTrouble jobs)
    {
        if (report is null)
            return Call.Refuse(ImportRefusals.NotFound.Because("id"));
        call.Response.Headers.Location = $"{Links.Root}/imports/{report.Id}";
        return Call.Json(await ImportModule.WithProgressAsync(report, import, jobs, call.Stop), 202);
    }

    private static async Task<(Draft? Draft, Refusal? Refusal)> OpenAsync(Call call, string id, ImportDrafts drafts, bool toImport = false)
    {
        if (MayNot(call) is { } forbidden)
            return (null, forbidden);
        var draft = Guid.TryParseExact(id, "D", out var known) ? await drafts.FindAsync(call.Caller.Key.Id, known, call.Stop) : null;
        return draft is null ? (null, ImportRefusals.DraftNotFound.Because("id"))
            : toImport && draft.Import is { } import ? (null, ImportRefusals.DraftUsed.Because("id", ("import", import)))
            : (draft, null);
    }

    internal static Refusal? MayNot(Call call) =>
        call.Caller.As(null).Roles.Contains(Role.Importer)
            ? null
            : HazardRefusals.Role.Because(null, ("command", Words.Of(CommandRules.RecordLedgerRow)), ("roles", Words.Of(Role.Importer)));

    private static RowVerdict? Unknown(Call call, string text)
    {
        call.Query.Refuse(RequestRefusals.UnknownCode.Because(Verdict.Name, ("value", Texts.Excerpt(text)), ("allowed", "understood, partly, kept, skipped")));
        return null;
    }
}
