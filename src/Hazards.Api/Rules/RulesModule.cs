using System.CommandLine;
using Hazards.Api.Jobs;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api;

/// <summary>Policies and the working calendar: kept fresh, by REST and by the command line.</summary>
internal sealed class RulesModule : IModule
{
    /// <inheritdoc />
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton(s => new WorkingClocks(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<Recounting>();
        services.AddJob<RecountDueDates>((s, message, stop) => s.GetRequiredService<Recounting>().RunAsync(message, stop));
        services.AddHostedService<RulebookWatch>();
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder api)
    {
        PolicyEndpoints.Map(api);
        CalendarEndpoints.Map(api);
    }

    /// <inheritdoc />
    public IEnumerable<Command> Commands() => [PolicyCommand.Create(), CalendarCommand.Create()];
}
