using System.CommandLine;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Cli;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Investigation.Replay;

/// <summary><c>hazards replay</c>: what was known, by whom, since when; who was told; who was silent. For reading at a terminal.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var command = new Command("replay", "追溯：隐患、单位、人员、企业、区划的来龙去脉 · replay: who knew what and when, who was silent, who was accountable");
        command.Add(OfHazard());
        command.Add(LookAlikesOf());
        command.Add(Subject("body", "单位：做过什么、被告知什么、打开过什么 · what a body did, was told and opened", "单位编号 the body's id", ResolveBodyAsync));
        command.Add(Person());
        command.Add(Subject("enterprise", "生产经营单位：其隐患的全部事项 · all that happened to an enterprise's hazards", "统一社会信用代码 its credit code",
            (_, text,
                _) => Task.FromResult(CreditCode.TryParse(text, out var code, out var wrong)
                    ? ((ReplaySubject?)new ReplaySubject.OfEnterprise(code), (Refusal?)null)
                    : (null, wrong))));
        command.Add(Subject("region", "行政区划：区内隐患的全部事项 · all that happened to a region's hazards", "区划代码 its code",
            (_, text,
                _) => Task.FromResult(RegionCode.TryParse(text, out var region, out var wrong)
                    ? ((ReplaySubject?)new ReplaySubject.OfRegion(region), (Refusal?)null)
                    : (null, wrong))));
        return command;
    }

    private static Command OfHazard()
    {
        var id = new Argument<string>("hazard") { Description = "隐患编号 the hazard's id" };
        var at = Instant("--at", "哪一时刻（RFC 3339，或 2026-03-02、2026-03-02T09:30 中国时间）· at which instant");
        var (from, to) = Period();
        var step = new Option<bool>("--step") { Description = "逐个事件翻看；终端上用 ←/→ 翻页、q 退出，否则全部打印 · event by event" };
        var given = new ReplayOptions();
        var command = new Command("hazard", "一条隐患：时间线、沉默、责任、知情、变动 · one hazard") { id, at, from, to, step };
        given.AddTo(command);
        command.SetAction((parsed, stop) => given.RunAsync(parsed, [at, from, to], async (services, instants) =>
        {
            if (!HazardId.TryParse(parsed.GetValue(id), out var hazard, out var wrong))
                return AdministratorCommands.Fail(wrong);
            var (moment, begin, end) = (instants[0], instants[1], instants[2]);
            if (begin > end)
                return AdministratorCommands.Fail(ReplayRefusals.Backwards.Because("--from", ("from", begin), ("to", end)));
            if (await services.GetRequiredService<CaseFiles>().OpenAsync(hazard, null, stop) is not { } file)
                return AdministratorCommands.Fail(HazardRefusals.NotFound.Because());
            var page = new ReplayPage(file);
            if (parsed.GetValue(step))
                return page.Step(ConsoleScreen.IsInteractive);
            if (moment is { } instant)
                page.State(instant);
            else if (begin is not null || end is not null)
                page.Changes(begin ?? DateTimeOffset.MinValue, end ?? file.AsOf);
            else
                page.Whole();
            return 0;
        }, stop));
        return command;
    }

    private static Command LookAlikesOf()
    {
        var id = new Argument<string>("hazard") { Description = "隐患编号 the hazard's id" };
        var before = Instant("--before", "只看此前已登记的（如事故时间）· as recorded before this instant");
        var given = new ReplayOptions();
        var command = new Command("look-alikes", "此前同一单位或同一地点的相似隐患：销号、反弹、重复 · like hazards at the same enterprise or place before") { id,
            before };
        given.AddTo(command);
        command.SetAction((parsed, stop) => given.RunAsync(parsed, [before], async (services, instants) =>
        {
            if (!HazardId.TryParse(parsed.GetValue(id), out var hazard, out var wrong))
                return AdministratorCommands.Fail(wrong);
            if (await services.GetRequiredService<CaseFiles>().OpenAsync(hazard, null, stop) is not { } file)
                return AdministratorCommands.Fail(HazardRefusals.NotFound.Because());
            var (answer, refusal) = await services.GetRequiredService<LookAlikes>().OfAsync(file, instants[0], RegionCode.Nation, stop);
            if (answer is null)
                return AdministratorCommands.Fail(refusal!);
            ReplayScreens.Show(answer);
            return 0;
        }, stop));
        return command;
    }

    private static Command Person()
    {
        var body = new Option<string>("--body") { Description = "所在单位编号 the person's body", Required = true };
        var command = Subject("person", "人员：某单位某人做过什么、打开过什么 · what a person of a body did and opened", "姓名，与登记的一致 the name as recorded", async (services, name, parsed) =>
        {
            var (subject, refusal) = await ResolveBodyAsync(services, parsed.GetRequiredValue(body), parsed);
            return subject is ReplaySubject.OfBody found ? (new ReplaySubject.OfPerson(found.Body.Id, name), null) : (null, refusal);
        });
        command.Add(body);
        return command;
    }

    private static Command Subject(
        string name, string description, string what,
        Func<IServiceProvider, string, ParseResult, Task<(ReplaySubject? Subject, Refusal? Refusal)>> resolve)
    {
        var who = new Argument<string>(name) { Description = what };
        var (from, to) = Period();
        var at = Instant("--at", "此刻对什么负责 · what it was accountable for at this instant");
        var silences = new Option<bool>("--silences") { Description = "只列沉默 · only the silences" };
        var changes = new Option<bool>("--changes") { Description = "期间变动：数量，进出清单的隐患 · what changed in the period" };
        var limit = new Option<int>("--limit") { Description = "最多列多少条 · at most so many lines", DefaultValueFactory = _ => 200 };
        var given = new ReplayOptions();
        var command = new Command(name, description) { who, from, to, at, silences, changes, limit };
        given.AddTo(command);
        command.SetAction((parsed, stop) => given.RunAsync(parsed, [from, to, at], async (services, instants) =>
        {
            var (begin, end, moment) = (instants[0], instants[1], instants[2]);
            if (begin > end)
                return AdministratorCommands.Fail(ReplayRefusals.Backwards.Because("--from", ("from", begin), ("to", end)));
            if (parsed.GetValue(changes) && begin is null)
                return AdministratorCommands.Fail(InputRefusals.Missing.Because("--from"));
            var (subject, refusal) = await resolve(services, parsed.GetRequiredValue(who), parsed);
            if (subject is null)
                return AdministratorCommands.Fail(refusal!);
            var question = new SubjectQuestion(subject, RegionCode.Nation, begin, end, null, null, Parameters.LongestPage);
            var screens = new ReplayScreens(services.GetRequiredService<SubjectFiles>(), Math.Max(1, parsed.GetValue(limit)));
            await (moment is { } instant ? screens.AccountableAsync(question, instant, stop)
                : parsed.GetValue(silences) ? screens.SilencesAsync(question, stop)
                : parsed.GetValue(changes) ? screens.ChangesAsync(question, stop)
                : screens.TimelineAsync(question, stop));
            return 0;
        }, stop));
        return command;
    }

    private static async Task<(ReplaySubject?, Refusal?)> ResolveBodyAsync(IServiceProvider services, string text, ParseResult parsed)
    {
        if (!BodyId.TryParse(text, out var id, out var wrong))
            return (null, wrong);
        var registry = services.GetRequiredService<IRegistryQueries>();
        return (await registry.BodiesAsync([id])).GetValueOrDefault(id) is { } body
            ? (await ReplaySubject.OfBody.Of(registry, body), null)
            : (null, BodyRefusals.NotFound.Because());
    }

    private static (Option<string?> From, Option<string?> To) Period() =>
        (Instant("--from", "起始（按登记时间）· from, by recorded time"), Instant("--to", "截止（按登记时间）· up to, by recorded time"));

    private static Option<string?> Instant(string name, string description) => new(name) { Description = description };
}

/// <summary>What the replay commands share: the database, and instants as a person writes them.</summary>
internal sealed class ReplayOptions
{
    private readonly DatabaseOptions database = new();

    public void AddTo(Command command) => database.AddTo(command);

    /// <summary>Reads the instants, opens the database and runs.</summary>
    public async Task<int> RunAsync(
        ParseResult parsed, Option<string?>[] instants, Func<IServiceProvider, DateTimeOffset?[], Task<int>> run, CancellationToken stop)
    {
        var read = new DateTimeOffset?[instants.Length];
        for (var i = 0; i < instants.Length; i++)
        {
            if (parsed.GetValue(instants[i]) is not { Length: > 0 } text)
                continue;
            if (!TryRead(text, out var instant))
                return AdministratorCommands.Fail(RequestRefusals.Instant.Because(instants[i].Name, ("value", Texts.Excerpt(text))));
            if (TimeProvider.System.GetUtcNow() is var now && instant > now + Call.ClockTolerance)
                return AdministratorCommands.Fail(ReplayRefusals.Future.Because(instants[i].Name, ("value", instant), ("now", now)));
            read[i] = instant;
        }
        await using var opened = await database.OpenAsync(parsed, stop);
        var services = new ServiceCollection();
        HazardsService.AddCore(services, new ServiceOptions(opened.ConnectionString) { Keys = opened.Keys });
        new ReplayModule().AddServices(services);
        await using var provider = services.BuildServiceProvider();
        await opened.PrepareAsync(stop);
        await provider.GetRequiredService<RulebookSource>().RefreshAsync(stop);
        return await run(provider, read);
    }

    /// <summary>RFC 3339; or a date, or a date and a time, of China.</summary>
    internal static bool TryRead(string text, out DateTimeOffset instant)
    {
        if (Instants.TryParse(text, out instant))
            return true;
        string[] forms = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss"];
        if (!DateTime.TryParseExact(
            text, forms, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var local))
            return false;
        instant = new DateTimeOffset(local, ChinaTime.Offset);
        return true;
    }
}
