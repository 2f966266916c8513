using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Projections;

namespace Hazards.Api.Investigation.Replay;

/// <summary>追溯单位、人员、生产经营单位、区划: their timelines, what changed, who was silent, who was accountable.</summary>
internal static class SubjectReplay
{
    private static readonly QueryParameter Body = new("body", typeof(BodyId), "人员所在的单位", "The person's body");
    private static readonly QueryParameter Name = new("name", typeof(string), "人员姓名，与登记的一致", "The person's name, as recorded");

    public static void Map(IEndpointRouteBuilder api)
    {
        Map(api, "/replay/bodies/{id}", "单位", "a body", BodyAsync);
        Map(api, "/replay/enterprises/{code}", "生产经营单位", "an enterprise", EnterpriseAsync);
        Map(api, "/replay/regions/{code}", "行政区划", "a region", RegionAsync);
        api.Get(
            "/replay/persons",
            new Operation(
                Tag.Replay, "追溯人员：某单位某人在一个时期做过什么、打开过什么，按日志顺序",
                "Replay of a person: what it did and opened in a period, in the order of the log")
        {
            Query = [Body, Name, HazardReplay.From, HazardReplay.To, .. Parameters.Page], Answer = typeof(SubjectTimeline),
        }, (Call call, SubjectFiles files, IRegistryQueries registry) => TimelineAsync(call, files, registry, PersonAsync));
    }

    private static void Map(IEndpointRouteBuilder api, string path, string chinese, string english, Resolve resolve)
    {
        api.Get(
            path,
            new Operation(
                Tag.Replay, $"追溯{chinese}：一个时期内涉及的各项事件，按日志顺序；发生、登记、告知、打开、行动并列",
                $"Replay of {english}: the events of a period that concern it, in the order of the log")
        {
            Query = [HazardReplay.From, HazardReplay.To, .. Parameters.Page], Answer = typeof(SubjectTimeline),
        }, (Call call, SubjectFiles files, IRegistryQueries registry) => TimelineAsync(call, files, registry, resolve));
        api.Get(
            $"{path}/silences",
            new Operation(Tag.Replay, $"{chinese}的沉默：一个时期内到期未办、告知未打开等，逐条注明依据", $"The silences of {english} in a period, each with its rule")
        {
            Query = [HazardReplay.From, HazardReplay.To, .. Parameters.Page], Answer = typeof(SubjectSilences),
        }, (Call call, SubjectFiles files, IRegistryQueries registry) => SilencesAsync(call, files, registry, resolve));
        api.Get(
            $"{path}/accountability",
            new Operation(Tag.Replay, $"{chinese}在某一时刻的责任：各隐患由谁负责什么", $"What {english} was accountable for at an instant")
        {
            Query = [HazardReplay.At, .. Parameters.Page], Answer = typeof(SubjectAccountability),
        }, (Call call, SubjectFiles files, IRegistryQueries registry) => AccountabilityAsync(call, files, registry, resolve));
        api.Get(
            $"{path}/changes",
            new Operation(
                Tag.Replay, $"{chinese}两个时刻之间的变动：数量及进出各清单的隐患",
                $"What changed for {english} between two instants: counts, and the hazards that entered or left the lists")
        {
            Query = [HazardReplay.From, HazardReplay.To, Parameters.Cursor, Parameters.Limit], Answer = typeof(SubjectChanges),
        }, (Call call, SubjectFiles files, IRegistryQueries registry) => ChangesAsync(call, files, registry, resolve));
    }

    private delegate Task<(ReplaySubject? Subject, Refusal? Refusal)> Resolve(Call call, IRegistryQueries registry);

    private static async Task<IResult> TimelineAsync(Call call, SubjectFiles files, IRegistryQueries registry, Resolve resolve)
    {
        var (asked, refusal) = await ReadAsync(call, registry, resolve, asOf: true);
        return asked is null ? Call.Refuse(refusal!) : Call.Json(await files.TimelineAsync(asked, call.Stop));
    }

    private static async Task<IResult> SilencesAsync(Call call, SubjectFiles files, IRegistryQueries registry, Resolve resolve)
    {
        var (asked, refusal) = await ReadAsync(call, registry, resolve, asOf: true);
        return asked is null ? Call.Refuse(refusal!) : Call.Json(await files.SilencesAsync(asked, call.Stop));
    }

    private static async Task<IResult> AccountabilityAsync(Call call, SubjectFiles files, IRegistryQueries registry, Resolve resolve)
    {
        var at = call.Past("at");
        var (asked, refusal) = await ReadAsync(call, registry, resolve, asOf: true);
        return asked is null ? Call.Refuse(refusal!) : Call.Json(await files.AccountabilityAsync(asked, at, call.Stop));
    }

    private static async Task<IResult> ChangesAsync(Call call, SubjectFiles files, IRegistryQueries registry, Resolve resolve)
    {
        if (call.Query.Instant("from") is null)
            call.Query.Refuse(InputRefusals.Missing.Because("from"));
        var (asked, refusal) = await ReadAsync(call, registry, resolve, asOf: false);
        return asked is null ? Call.Refuse(refusal!) : Call.Json(await files.ChangesAsync(asked, call.Stop));
    }

    private static async Task<(SubjectQuestion? Question, Refusal? Refusal)> ReadAsync(
        Call call, IRegistryQueries registry, Resolve resolve, bool asOf)
    {
        var (from, to) = call.Period();
        var instant = asOf ? call.AsOf() : null;
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var (subject, refusal) = await resolve(call, registry);
        return (call.Query.Refusal ?? refusal) is { } wrong
            ? (null, wrong)
            : (new SubjectQuestion(subject!, call.Caller.Jurisdiction, from, to, instant, cursor, limit), null);
    }

    private static async Task<(ReplaySubject?, Refusal?)> BodyAsync(Call call, IRegistryQueries registry)
    {
        var (body, refusal) = await KnownAsync(call, registry, Route(call, "id"), "id");
        return body is null ? (null, refusal) : (await ReplaySubject.OfBody.Of(registry, body, call.Stop), null);
    }

    private static async Task<(ReplaySubject?, Refusal?)> PersonAsync(Call call, IRegistryQueries registry)
    {
        var name = call.Query.Text(Name.Name, Texts.NameLength);
        var id = call.Query.Value<BodyId>(Body.Name);
        if (call.Query.Refusal is { } wrong)
            return (null, wrong);
        if (name is null || id is null)
            return (null, InputRefusals.Missing.Because(name is null ? Name.Name : Body.Name));
        var (body, refusal) = await KnownAsync(call, registry, id.Value.Value, Body.Name);
        return body is null ? (null, refusal) : (new ReplaySubject.OfPerson(body.Id, name.Trim()), null);
    }

    private static Task<(ReplaySubject?, Refusal?)> EnterpriseAsync(Call call, IRegistryQueries registry) => Task.FromResult<(ReplaySubject?, Refusal?)>(
        CreditCode.TryParse(Route(call, "code"), out var code, out var wrong)
            ? (new ReplaySubject.OfEnterprise(code), null)
            : (null, wrong with { Field = "code" }));

    private static Task<(ReplaySubject?, Refusal?)> RegionAsync(Call call, IRegistryQueries registry) => Task.FromResult<(ReplaySubject?, Refusal?)>(
        !RegionCode.TryParse(Route(call, "code"), out var region, out var wrong) ? (null, wrong with { Field = "code" })
        : call.Caller.Jurisdiction.Contains(region) ? (new ReplaySubject.OfRegion(region), null)
        : (null, ReplayRefusals.OutsideJurisdiction.Because("code", ("value", region), ("jurisdiction", call.Caller.Jurisdiction))));

    private static async Task<(Body? Body, Refusal? Refusal)> KnownAsync(Call call, IRegistryQueries registry, string text, string field)
    {
        if (!BodyId.TryParse(text, out var id, out var wrong))
            return (null, wrong with { Field = field });
        return (await registry.BodiesAsync([id], call.Stop)).GetValueOrDefault(id) is { } body
            && call.Caller.Jurisdiction.Contains(body.Region)
            ? (body, null)
            : (null, BodyRefusals.NotFound.Because(field));
    }

    private static string Route(Call call, string name) => call.Request.RouteValues[name]?.ToString() ?? "";
}

/// <summary>What is asked of a subject.</summary>
/// <param name="Subject">Whose record.</param>
/// <param name="Jurisdiction">Hazards outside it are left out.</param>
/// <param name="From">From this instant on, by recorded time.</param>
/// <param name="To">Up to this instant.</param>
/// <param name="AsOf">As it was recorded then.</param>
/// <param name="Cursor">The page.</param>
/// <param name="Limit">How many.</param>
internal sealed record SubjectQuestion(
    ReplaySubject Subject, RegionCode Jurisdiction, DateTimeOffset? From, DateTimeOffset? To, DateTimeOffset? AsOf, string? Cursor,
    int Limit);
