using System.CommandLine;
using Hazards.Api.Administration.Jobs;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api.Administration.Policies;

/// <summary>Policies and the working calendar: kept fresh, by REST and by the command line.</summary>
internal sealed class RulesModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton(s => new WorkingClocks(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<Recounting>();
        services.AddJob<RecountDueDates>((s, message, stop) => s.GetRequiredService<Recounting>().RunAsync(message, stop));
        // A node that counted by an older edition a moment ago is caught by the next turn.
        services.AddScheduled(
            JobKind.RecountDueDates, _ => TimeSpan.FromMinutes(1), (s, stop) => s.GetRequiredService<Recounting>().RunAsync(stop));
        services.AddHostedService<RulebookWatch>();
    }

    public void Map(IEndpointRouteBuilder api)
    {
        PolicyEndpoints.Map(api);
        CalendarEndpoints.Map(api);
    }

    public IEnumerable<Command> Commands() => [PolicyCommand.Create(), CalendarCommand.Create()];
}
