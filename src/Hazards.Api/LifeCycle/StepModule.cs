using System.Collections.Immutable;
using System.CommandLine;
using Hazards.Api.Lists;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.LifeCycle;

/// <summary>可办事项: what a caller may do about a hazard now, why, and what the form asks.</summary>
internal sealed class StepModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton<StepCatalogue>();
        services.AddSingleton<StepDesk>();
    }

    public void Map(IEndpointRouteBuilder api) =>
        api.Get("/hazards/{id}/steps", new Operation(Tag.Hazards, "现在可以办理的事项：依据、地址、要填的内容和默认值；以及在办时限及其条款",
            "What the caller may do now: why, where, what the form asks, with defaults; and the open duties with their clauses")
        {
            Query = [Parameters.AsOf], Answer = typeof(StepsAnswer),
        }, StepsAsync);

    public IEnumerable<Command> Commands() => [];

    private static async Task<IResult> StepsAsync(Call call, string id, HazardStore store, StepDesk desk)
    {
        var asOf = call.AsOf();
        if (!HazardId.TryParse(id, out var hazardId, out var wrongId))
            return Call.Refuse(wrongId with { Field = "id" });
        if (call.Query.Refusal is { } refusal)
            return Call.Refuse(refusal);
        var hazard = await store.LoadAsync(hazardId, asOf, call.Stop);
        return hazard is null || !call.Caller.Sees(hazard)
            ? Call.Refuse(HazardRefusals.NotFound.Because())
            : Call.Json(await desk.OfAsync(hazard, call.Caller.As(null), asOf, call.Stop));
    }
}

/// <summary>Finds the open steps of a hazard and fills their forms in.</summary>
internal sealed class StepDesk(HazardStore store, IRegistryQueries registry, StepCatalogue catalogue, Naming naming)
{
    private static readonly BodyKind[] Public = [BodyKind.CommitteeOffice, BodyKind.Government, BodyKind.Regulator,
        BodyKind.SupervisionOffice];

    /// <summary>What a caller may do, and what is due; of a past instant only what was due.</summary>
    public async Task<StepsAnswer> OfAsync(Hazard hazard, Actor caller, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var (act, rules) = await store.CircumstancesAsync(hazard, caller, cancellationToken);
        var today = asOf is { } instant ? ChinaTime.DateAt(instant) : act.Date;
        var body = await registry.WithOfficesAsync(caller.Body, asOf, cancellationToken);
        act = act with { By = act.By with { Body = body } };
        var duties = OpenSteps.Duties(hazard, body, rules, today);
        ImmutableArray<OpenStep> open = asOf is null ? OpenSteps.Of(hazard, act, duties, rules) : [];
        var near = open.Any(s => StepFields.NamesBodies(catalogue.Find(s.Rule)?.Command))
            ? await registry.NearAsync(hazard.Region, Public, cancellationToken) : [];
        var named = duties.Select(d => d.Clock.Body)
            .Concat(open.Select(s => s.Proposed?.Asked)).Concat(hazard.Legs.Values.Select(l => (BodyId?)l.Body));
        var names = await naming.OfBodiesAsync(named, asOf, cancellationToken);
        var defaults = new StepDefaults(hazard, act, near, names);
        return new StepsAnswer(hazard.Id, hazard.Version, asOf, today,
            [.. duties.Select(d => DutyAnswer.Of(d, hazard, today, names))],
            [
                .. from step in open
                   let entry = catalogue.Find(step.Rule)
                   where entry is not null
                   select StepAnswer.Of(step, entry, hazard.Id, today, names, defaults),
            ], names);
    }
}
