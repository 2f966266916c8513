using System.CommandLine;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api.Investigation.Replay;

/// <summary>追溯: what was known, by whom, since when; who was told; who was silent.</summary>
internal sealed class ReplayModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton(s => new ReplayQueries(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton(s => new LookAlikeQueries(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton(s => new ChangeQueries(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<CaseFiles>();
        services.AddSingleton<LookAlikes>();
        services.AddSingleton<SubjectFiles>();
    }

    public void Map(IEndpointRouteBuilder api)
    {
        HazardReplay.Map(api);
        SubjectReplay.Map(api);
        BoardChanges.Map(api);
    }

    public IEnumerable<Command> Commands() => [ReplayCommand.Create()];
}
