using System.CommandLine;
using Hazards.Api.Administration.Jobs;
using Hazards.Api.Administration.Policies;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api.Supervision;

/// <summary>Clocks: the worker, open duties, missed deadlines, proposed steps, and the watch over both legs.</summary>
internal sealed class ClockModule : IModule
{
    private static readonly QueryParameter Duty = new("clock", typeof(ClockKind), "哪项时限", "Which duty");
    private static readonly QueryParameter Sector = new("sector", typeof(SectorCode), "行业领域", "The sector");

    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton(
            s => new ClockQueries(s.GetRequiredService<NpgsqlDataSource>(), () => s.GetRequiredService<RulebookSource>().Current));
        services.AddSingleton(
            s => new NoticeQueries(s.GetRequiredService<NpgsqlDataSource>(), () => s.GetRequiredService<RulebookSource>().Current));
        services.AddSingleton<ClockWorker>();
        services.AddSingleton(s => new SuccessionQueries(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<PassingOn>();
        services.AddScheduled(
            JobKind.PassOnDuties, _ => TimeSpan.FromMinutes(1), (s, stop) => s.GetRequiredService<PassingOn>().RunAsync(stop), heavy: true);
        services.AddScheduled(JobKind.PassDeadlines, o => o.RingEvery, (s, stop) => s.GetRequiredService<ClockWorker>().RunAsync(stop));
    }

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get(
            "/clocks", new Operation(Tag.Lists, "在办时限：谁应在何时前办理什么，最早到期的在前", "Open duties: who must do what until when, the earliest first")
        {
            Query =
            [
                Parameters.Region, Sector, Duty,
                new("body", typeof(BodyId), "应由该单位办理", "The body that must act"),
                new("overdue", typeof(bool), "是否超期", "Whether the duty is overdue"),
                new("dueBy", typeof(DateOnly), "在该日或之前到期", "Due on this date or earlier"),
                .. Parameters.Page,
            ],
            Answer = typeof(DutyPage),
        }, DutiesAsync);
        api.Get(
            "/missed",
            new Operation(
                Tag.Lists, "逾期记录：谁的哪项时限何时逾期、系统何时发现，最近到期的在前", "Missed deadlines: whose, when due, when noticed, the newest due date first")
        {
            Query =
            [
                Parameters.Region, Sector, Duty,
                new("body", typeof(BodyId), "应办单位", "Who owed the duty"),
                new("from", typeof(DateOnly), "到期日不早于", "Due on this date or later"),
                new("to", typeof(DateOnly), "到期日不晚于", "Due on this date or earlier"),
                .. Parameters.Page,
            ],
            Answer = typeof(MissedPage),
        }, MissedAsync);
        api.Get(
            "/proposals",
            new Operation(Tag.Lists, "待决定的督办建议，超期最久的在前", "Proposed supervision steps that wait for a decision, the longest overdue first")
        {
            Query = [Parameters.Region, Sector, Duty, new("body", typeof(BodyId), "提请该单位决定", "The body that is asked"), .. Parameters.Page],
            Answer = typeof(ProposalPage),
        }, ProposalsAsync);
        api.Get(
            "/boards/dual",
            new Operation(Tag.Lists, "双重督办看板：两方并列，沉默最久的在前", "Double supervision: both legs side by side, the longest silent first")
        {
            Query = [Parameters.Region, Sector, new("supervisor", typeof(BodyId), "督办单位", "A supervisor of a leg"), .. Parameters.Page],
            Answer = typeof(DualPage),
        }, DualAsync);
    }

    public IEnumerable<Command> Commands() => [];

    private static async Task<IResult> DutiesAsync(
        Call call, IHazardQueries hazards, IRegistryQueries registry, RulebookSource rules, Naming naming)
    {
        var scope = call.Scope();
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var sector = call.Query.Value<SectorCode>("sector");
        var overdue = call.Query.Flag("overdue");
        var dueBy = call.Query.Date("dueBy");
        if (overdue == true && !(dueBy < scope.Today))
            dueBy = scope.Today.AddDays(-1);
        var filter = new HazardFilter
        {
            Region = call.Query.Region(), Sectors = sector is { } s ? [s] : [],
            Owes = call.Query.Value<BodyId>("body"), Duty = call.Query.Code<ClockKind>("clock"),
            DueBy = dueBy ?? DateOnly.MaxValue.AddDays(-1),
        };
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        filter = await Parameters.WithOfficeAsync(filter, scope.AsOf, registry, call.Stop);
        var page = await hazards.LedgerAsync(scope, filter, LedgerSort.Due, false, cursor, limit, call.Stop);
        if (await Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry) is { } nobody)
            return Call.Refuse(nobody);
        var names = await naming.OfAsync(page.Items, scope.AsOf, call.Stop);
        bool Asked(HazardItem item, ClockItem clock) =>
            clock.Due <= filter.DueBy && filter.IsOwed(clock.Body, item.Region) && (filter.Duty is null || clock.Kind == filter.Duty)
            && !(overdue == false && clock.DaysOverdue > 0);
        return Call.Json(new DutyPage(
            [.. from item in page.Items from clock in item.Clocks where Asked(item, clock)
                select OpenDuty.Of(item, clock, names, rules.Current)],
            page.Next, scope.AsOf, scope.Today, names)
        {
            KnownLater = await KnownLater.OfAsync(hazards, scope, filter, cursor, call.Stop),
        });
    }

    private static async Task<IResult> MissedAsync(
        Call call, ClockQueries clocks, IHazardQueries hazards, IRegistryQueries registry, Naming naming)
    {
        var scope = call.Scope();
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var (from, to) = call.Query.DatePair("from", "to");
        var filter = Filter(call.Query, "body") with { From = from, To = to };
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await clocks.MissedAsync(scope, filter, cursor, limit, call.Stop);
        if (await Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry) is { } nobody)
            return Call.Refuse(nobody);
        var names = await naming.OfAsync(
            [.. page.Items.Select(i => i.Hazard)], page.Items.Select(i => i.Body ?? i.Office), scope.AsOf, call.Stop);
        return Call.Json(new MissedPage(
            [.. page.Items.Select(i => MissedDuty.Of(i, names))],
            page.Next, scope.AsOf, scope.Today, names)
        {
            KnownLater = await KnownLater.OfAsync(hazards, scope, HazardsOf(filter), cursor, call.Stop),
        });
    }

    private static async Task<IResult> ProposalsAsync(
        Call call, ClockQueries clocks, IHazardQueries hazards, IRegistryQueries registry, Naming naming)
    {
        var scope = call.Scope();
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var filter = Filter(call.Query, "body");
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        filter = filter with { BodyAsOffice = await Parameters.OfficesOfAsync(filter.Body, scope.AsOf, registry, call.Stop) };
        var page = await clocks.ProposalsAsync(scope, filter, cursor, limit, call.Stop);
        if (await Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry) is { } nobody)
            return Call.Refuse(nobody);
        var names = await naming.OfAsync([.. page.Items.Select(i => i.Hazard)], page.Items.Select(i => i.Asked), scope.AsOf, call.Stop);
        return Call.Json(new ProposalPage(
            [.. page.Items.Select(i => new Proposed(HazardBrief.Of(i.Hazard), Labels.Of(i.Step), Labels.Of(i.Clock), Labels.Of(i.Leg), i.Due, i.DaysOverdue, NamedBody.Of(i.Asked, names.Bodies), i.ProposedAt))],
            page.Next, scope.AsOf, scope.Today, names)
        {
            KnownLater = await KnownLater.OfAsync(hazards, scope, HazardsOf(filter), cursor, call.Stop),
        });
    }

    private static async Task<IResult> DualAsync(
        Call call, ClockQueries clocks, IHazardQueries hazards, IRegistryQueries registry, RulebookSource rules, Naming naming)
    {
        var scope = call.Scope();
        var (cursor, limit) = Parameters.ReadPage(call.Query);
        var filter = new ClockFilter
        {
            Region = call.Query.Region(), Sector = call.Query.Value<SectorCode>("sector"), Body = call.Query.Value<BodyId>("supervisor"),
        };
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var page = await clocks.DualAsync(scope, filter, cursor, limit, call.Stop);
        if (await Parameters.NobodyAsync(call, cursor, page.Items.IsEmpty, registry) is { } nobody)
            return Call.Refuse(nobody);
        var names = await naming.OfAsync([.. page.Items.Select(i => i.Hazard)], scope.AsOf, call.Stop);
        return Call.Json(new DualPage(
            [.. page.Items.Select(i => DualHazard.Of(i, scope.Today, names, rules.Current))], page.Next, scope.AsOf, scope.Today, names)
        {
            KnownLater = await KnownLater.OfAsync(hazards, scope, HazardsOf(filter) with { Dual = true }, cursor, call.Stop),
        });
    }

    private static HazardFilter HazardsOf(ClockFilter filter) => new()
    {
        Region = filter.Region, Sectors = filter.Sector is { } sector ? [sector] : [], Owes = filter.Body,
        OwesAsOffice = filter.BodyAsOffice,
    };

    private static ClockFilter Filter(Query query, string body) => new()
    {
        Region = query.Region(), Sector = query.Value<SectorCode>("sector"), Body = query.Value<BodyId>(body),
        Duty = query.Code<ClockKind>("clock"),
    };
}
