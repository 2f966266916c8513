using System.Collections.Immutable;
using Hazards.Api.Administration.Accounts;
using Hazards.Projections;

namespace Hazards.Api.Simulation.Demo;

/// <summary>Accounts for the people of the demonstration, all with one password that is made once for the data folder.</summary>
internal sealed class DemoAccounts(AccountStore accounts, IRegistryQueries registry)
{
    private const string FileName = "demo-password";

    // Neither 0 and O nor 1 and l: it is read from a screen and typed.
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>Opens those that are missing; nobody's where the demonstration was not made.</summary>
    /// <param name="data">The data folder, which keeps the password.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<(ImmutableArray<DemoPerson> People, string Password)> EnsureAsync(string data, CancellationToken cancellationToken)
    {
        var bodies = await registry.BodiesAsync([.. Demo.People.Select(p => p.Body)], cancellationToken);
        var people = Demo.People.Where(p => bodies.ContainsKey(p.Body)).ToImmutableArray();
        if (people.IsEmpty)
            return (people, "");
        var file = Path.Combine(data, FileName);
        PrivateFile.Create(file, System.Security.Cryptography.RandomNumberGenerator.GetString(Letters, 12) + "\n");
        var password = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        // At once: a password's hash takes its time on purpose.
        await Parallel.ForEachAsync(people, cancellationToken, async (person, stop) => await accounts.EnsureDemoAsync(
            person.Login, password, person.Name, person.Body, person.Roles, person.Region, stop));
        return (people, password);
    }
}
