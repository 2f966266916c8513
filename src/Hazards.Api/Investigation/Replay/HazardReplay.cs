using Hazards.Domain;

namespace Hazards.Api.Investigation.Replay;

/// <summary>追溯一条隐患: its state at any instant, step by step; timeline, silences, accountability, changes, look-alikes.</summary>
internal static class HazardReplay
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/replay/hazards/{id}",
            new Operation(
                Tag.Replay, "追溯：隐患在任一时刻的登记状态、谁负责、谁知情、当时尚未登记的事项；可逐个事件前后翻看",
                "Replay: a hazard as recorded at any instant, who was accountable, who knew, what had happened unrecorded; event by event")
        {
            Query =
            [
                At, new(
                    "version", typeof(long), "该隐患的第几个事件之后（与 at、position 三者取一）",
                    "After its n-th event (one of at, version, position)") { Least = 1 },
                new("position", typeof(long), "日志中该位置的事件之后", "After the event at this position of the log") { Least = 1 },
                new(
                    "knownAt", typeof(DateTimeOffset), "从哪一时刻回看（据以列出当时已发生而尚未登记的事项）；默认现在",
                    "From which instant is looked back; now when left out"),
            ],
            Answer = typeof(ReplayAnswer),
        }, StateAsync);
        api.Get(
            "/replay/hazards/{id}/timeline",
            new Operation(
                Tag.Replay, "时间线：发生、登记、告知、打开、行动并列；补录、更正、次序颠倒均标明",
                "Timeline: occurred, recorded, told, opened, acted side by side; late entries, corrections and disorder flagged")
        {
            Query = [From, To, Parameters.AsOf], Answer = typeof(TimelineAnswer), ForEnterprises = true,
        }, TimelineAsync);
        api.Get(
            "/replay/hazards/{id}/silences",
            new Operation(
                Tag.Replay, "沉默：到期未办、督办未督查、一方沉默、告知后从未打开，并注明依据的制度条款和事件",
                "Silences longer than a rule allows, each with the rule and the events")
        {
            Query = [Parameters.AsOf], Answer = typeof(SilencesAnswer),
        }, SilencesAsync);
        api.Get(
            "/replay/hazards/{id}/accountability",
            new Operation(
                Tag.Replay, "责任：各时段由谁对什么负责，依据哪一版制度和日历",
                "Accountability: who answered for what and when, under which policy version and calendar edition")
        {
            Query = [At, Parameters.AsOf], Answer = typeof(AccountabilityAnswer),
        }, AccountabilityAsync);
        api.Get(
            "/replay/hazards/{id}/changes",
            new Operation(
                Tag.Replay, "变动：两个时刻之间状态的逐项差异，及造成差异的事件", "Changes between two instants, field by field, with the events that made them")
        {
            Query = [From, To], Answer = typeof(ChangesAnswer),
        }, ChangesAsync);
        api.Get(
            "/replay/hazards/{id}/look-alikes",
            new Operation(
                Tag.Replay, "相似隐患：此前同一单位或同一地点的相似隐患，如何验收、销号，是否反弹、重复",
                "Look-alikes: like hazards at the same enterprise or place before, how they were accepted and closed, whether they came back")
        {
            Query = [new("before", typeof(DateTimeOffset), "只看该时刻之前已登记的（如事故发生时间）；默认现在", "As recorded before this instant (that of the accident); now when left out")],
            Answer = typeof(LookAlikesAnswer),
        }, LookAlikesAsync);
    }

    internal static readonly QueryParameter At = new(
        "at", typeof(DateTimeOffset), "哪一时刻：RFC 3339 时间，须带时区；默认现在", "Which instant: RFC 3339 with its offset; now when left out");
    internal static readonly QueryParameter From = new(
        "from", typeof(DateTimeOffset), "起始时刻（按登记时间）", "From this instant on, by recorded time");
    internal static readonly QueryParameter To = new(
        "to", typeof(DateTimeOffset), "截止时刻（按登记时间）；默认现在", "Up to this instant, by recorded time; now when left out");

    private static async Task<IResult> StateAsync(Call call, string id, CaseFiles files)
    {
        var at = call.Past("at");
        var version = call.Query.Number("version", 1, long.MaxValue);
        var position = call.Query.Number("position", 1, long.MaxValue);
        var knownAt = call.Past("knownAt");
        if (new object?[] { at, version, position }.Count(g => g is not null) > 1)
            call.Query.Refuse(ReplayRefusals.OneOf.Because("at", ("given", "at, version, position")));
        if (at > knownAt)
            call.Query.Refuse(ReplayRefusals.KnownBefore.Because("knownAt", ("known", knownAt), ("at", at)));
        var (file, refusal) = await OpenAsync(call, id, knownAt, files);
        if (file is null)
            return Call.Refuse(refusal!);
        if (position is { } place)
            version = file.Events.FirstOrDefault(e => e.Position == place)?.Version ?? -place;
        if (version is { } asked && (asked < 1 || asked > file.Events.Length))
            return Call.Refuse(ReplayRefusals.NoSuchEvent.Because(position is null ? "version" : "position", ("value", Math.Abs(asked)), ("count", file.Events.Length)));
        var instant = version is { } stands ? file.Events[(int)stands - 1].RecordedAt : at ?? file.AsOf;
        return Call.Json(ReplayAnswer.Of(file, instant, (int?)version, h => Clocks.Open(h, file.Rules)));
    }

    private static async Task<IResult> TimelineAsync(Call call, string id, CaseFiles files, Discretion discretion)
    {
        var asOf = call.AsOf();
        var (from, to) = call.Period();
        var (opened, refusal) = await OpenAsync(call, id, asOf, files);
        if (opened is null)
            return Call.Refuse(refusal!);
        var file = await discretion.ShownAsync(opened, call.Caller, call.Stop);
        return Call.Json(new TimelineAnswer(file.Id, file.Newest.Title, asOf, from, to,
                [.. Timeline.Of(file).Where(r => !(r.Event.RecordedAt < from) && !(r.Event.RecordedAt > to)).Select(r => TimelineEntry.Of(file, r))], file.Names()));
    }

    private static async Task<IResult> SilencesAsync(Call call, string id, CaseFiles files)
    {
        var asOf = call.AsOf();
        var (file, refusal) = await OpenAsync(call, id, asOf, files);
        return file is null
            ? Call.Refuse(refusal!)
            : Call.Json(new SilencesAnswer(file.Id, file.Newest.Title, asOf, [.. Silences.Of(file)
                .Select(s => SilenceEntry.Of(file.Id, s))], file.Names()));
    }

    private static async Task<IResult> AccountabilityAsync(Call call, string id, CaseFiles files)
    {
        var asOf = call.AsOf();
        var at = call.Past("at");
        var (file, refusal) = await OpenAsync(call, id, asOf, files);
        return file is null
            ? Call.Refuse(refusal!)
            : Call.Json(new AccountabilityAnswer(file.Id, file.Newest.Title, asOf, at,
                [.. Accountability.Of(file).Where(a => at is not { } instant || a.HeldAt(instant)).Select(a => AccountableEntry.Of(file.Id, a))], file.Names()));
    }

    private static async Task<IResult> ChangesAsync(Call call, string id, CaseFiles files)
    {
        var (from, to) = call.Period();
        var (file, refusal) = await OpenAsync(call, id, to, files);
        if (file is null)
            return Call.Refuse(refusal!);
        var (begin, end) = (from ?? DateTimeOffset.MinValue, to ?? file.AsOf);
        return Call.Json(new ChangesAnswer(file.Id, file.Newest.Title, begin, end, file.VersionAt(begin), file.VersionAt(end),
            [.. StateChanges.Between(file, begin, end).Select(c => ChangeEntry.Of(file, c))], file.Names()));
    }

    private static async Task<IResult> LookAlikesAsync(Call call, string id, CaseFiles files, LookAlikes lookAlikes)
    {
        var before = call.Past("before");
        var (file, refusal) = await OpenAsync(call, id, null, files);
        if (file is null)
            return Call.Refuse(refusal!);
        var (answer, wrong) = await lookAlikes.OfAsync(file, before, call.Caller.Jurisdiction, call.Stop);
        return answer is null ? Call.Refuse(wrong!) : Call.Json(answer);
    }

    private static async Task<(CaseFile? File, Refusal? Refusal)> OpenAsync(Call call, string id, DateTimeOffset? asOf, CaseFiles files)
    {
        if (!HazardId.TryParse(id, out var hazard, out var wrongId))
            return (null, wrongId with { Field = "id" });
        if (call.Query.Refusal is { } refusal)
            return (null, refusal);
        return await files.OpenAsync(hazard, asOf, call.Stop) is { } file && call.Caller.Sees(file.Newest)
            ? (file, null)
            : (null, HazardRefusals.NotFound.Because());
    }

    /// <summary>An instant that has come.</summary>
    internal static DateTimeOffset? Past(this Call call, string name)
    {
        if (call.Query.Instant(name) is not { } instant)
            return null;
        if (call.IsAhead(instant))
            call.Query.Refuse(ReplayRefusals.Future.Because(name, ("value", instant), ("now", call.Now)));
        return instant;
    }

    /// <summary>A period by recorded time, open where nothing is said.</summary>
    internal static (DateTimeOffset? From, DateTimeOffset? To) Period(this Call call)
    {
        var (from, to) = (call.Past("from"), call.Past("to"));
        if (from > to)
            call.Query.Refuse(ReplayRefusals.Backwards.Because("from", ("from", from), ("to", to)));
        return (from, to);
    }
}
