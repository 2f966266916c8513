using System.CommandLine;

namespace Hazards.Api.Proving;

/// <summary>防篡改证明: the trees over the log, their checkpoints, keys and witnesses.</summary>
internal sealed class ProofModule : IModule
{
    public void AddServices(IServiceCollection services) => services.AddHostedService<TreeKeeper>();

    public void Map(IEndpointRouteBuilder api) { }

    public IEnumerable<Command> Commands() => [];
}
