using System.Collections.Immutable;
using Hazards.Api.Administration.Registry;
using Hazards.Domain;
using Hazards.Domain.Codes;
using Hazards.Projections;

namespace Hazards.Api.Http.Access;

/// <summary>The first key of a database, with all roles and the whole country: without one nobody could make another.</summary>
internal sealed class FirstKey(BodyStore bodies, KeyStore keys, IRegistryQueries registry)
{
    private static readonly ImmutableArray<Role> AllRoles = [.. Enum.GetValues<Role>().Where(r => r != Role.Clock)];

    /// <summary>
    /// The key in the file if it opens; else a new one, kept there readable by its owner only. It is in the file before it is
    /// issued: a key of all roles that nobody has must not be in use.
    /// </summary>
    /// <param name="file">The file that keeps the key.</param>
    /// <param name="body">The body it is bound to; registered when it is not.</param>
    /// <param name="bodyName">The body's name.</param>
    /// <param name="client">The client's name.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="IOException">The file cannot be written; nothing was issued.</exception>
    public async Task<string> EnsureAsync(string file, BodyId body, string bodyName, string client, CancellationToken cancellationToken)
    {
        if (Read(file) is { } kept && await registry.KeyAsync(KeyStore.DigestOf(kept), cancellationToken) is { Revoked: false })
            return kept;
        var secret = KeyStore.NewSecret();
        Keep(file, secret);
        var office = new Body(body, bodyName, BodyKind.CommitteeOffice, RegionCode.Nation, [], null, null, false, null, 1);
        var given = new Given(new Actor("hazards", office, [.. AllRoles], "hazards", RegionCode.Nation));
        if (await bodies.LoadAsync(body, null, cancellationToken) is null)
            Require(await bodies.ExecuteAsync(body, new RegisterBody(body, bodyName, BodyKind.CommitteeOffice, RegionCode.Nation), given, null, cancellationToken));
        Require(await keys.IssueFirstAsync(new IssueKey(client, body, AllRoles, RegionCode.Nation), secret, given, cancellationToken));
        return secret;
    }

    private static T Require<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Done done => done.After,
        Outcome<T>.Refused refused => throw new InvalidOperationException(refused.Refusal.English),
        _ => throw new InvalidOperationException(),
    };

    private static string? Read(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(file, e);
        }
    }

    private static void Keep(string file, string secret)
    {
        try
        {
            PrivateFile.Replace(file, secret + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(file, e);
        }
    }

    private static IOException Unusable(string file, Exception e) => new(
        $"首个管理密钥要存入 {file}，但无法读写（{e.Message}）；没有签发密钥。请检查目录、权限和磁盘空间 · the first key is to be kept in {file}, which cannot be read or written ({e.Message}); no key was issued. Check the folder, its permissions and the disk", e);
}
