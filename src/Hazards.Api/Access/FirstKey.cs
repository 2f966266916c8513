using System.Collections.Immutable;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api;

/// <summary>The first key of a database, with all roles and the whole country: without one nobody could make another.</summary>
internal sealed class FirstKey(BodyStore bodies, KeyStore keys, IRegistryQueries registry)
{
    private static readonly ImmutableArray<Role> AllRoles = [.. Enum.GetValues<Role>().Where(r => r != Role.Clock)];

    /// <summary>The key in the file if it opens; else a new one, kept there readable by its owner only.</summary>
    /// <param name="file">The file that keeps the key.</param>
    /// <param name="body">The body it is bound to; registered when it is not.</param>
    /// <param name="bodyName">The body's name.</param>
    /// <param name="client">The client's name.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<string> EnsureAsync(string file, BodyId body, string bodyName, string client, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
        {
            var kept = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
            if (await registry.KeyAsync(KeyStore.DigestOf(kept), cancellationToken) is { Revoked: false })
                return kept;
        }

        var office = new Body(body, bodyName, BodyKind.CommitteeOffice, RegionCode.Nation, [], null, null, false, null, 1);
        var given = new Given(new Actor("hazards", office, [.. AllRoles], "hazards", RegionCode.Nation));
        if (await bodies.LoadAsync(body, null, cancellationToken) is null)
            Require(await bodies.ExecuteAsync(body, new RegisterBody(body, bodyName, BodyKind.CommitteeOffice, RegionCode.Nation), given, null, cancellationToken));
        var issued = Require(await keys.IssueAsync(new IssueKey(client, body, AllRoles, RegionCode.Nation), given, null, cancellationToken));
        await KeepAsync(file, issued.Secret!, cancellationToken);
        return issued.Secret!;
    }

    private static T Require<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Done done => done.After,
        Outcome<T>.Refused refused => throw new InvalidOperationException(refused.Refusal.English),
        _ => throw new InvalidOperationException(),
    };

    private static async Task KeepAsync(string file, string secret, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(file, options);
        await writer.WriteLineAsync(secret.AsMemory(), cancellationToken);
    }
}
