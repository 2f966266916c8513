using System.Collections.Immutable;
using Hazards.Domain.Codes;

namespace Hazards.Domain;

/// <summary>A fact about a key by which another system calls.</summary>
public interface IApiKeyEvent : IDomainEvent;

/// <summary>密钥签发: a key was issued. Only its SHA-256 is kept; the key itself is shown once.</summary>
/// <param name="Id">Identity of the key.</param>
/// <param name="Digest">SHA-256 of the key.</param>
/// <param name="Client">The name of the calling system, written on every event it causes.</param>
/// <param name="Body">The body on whose behalf it calls.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="Region">Its jurisdiction; what lies outside is not found.</param>
/// <param name="ExpiresAt">When it ends by itself, if ever.</param>
[EventType("api_key_issued", "密钥签发", "API key issued")]
public sealed record ApiKeyIssued(
    Guid Id, Sha256Digest Digest, string Client, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region,
    DateTimeOffset? ExpiresAt) : IApiKeyEvent;

/// <summary>密钥吊销: the key no longer opens anything.</summary>
[EventType("api_key_revoked", "密钥吊销", "API key revoked")]
public sealed record ApiKeyRevoked(string Reason) : IApiKeyEvent;

/// <summary>A key as its events leave it.</summary>
public sealed record ApiKey(
    Guid Id, Sha256Digest Digest, string Client, BodyId Body, ImmutableArray<Role> Roles, RegionCode Region, DateTimeOffset? ExpiresAt,
    bool Revoked, long Version)
{
    /// <summary>Folds one event.</summary>
    public static ApiKey Apply(ApiKey? key, IApiKeyEvent happened) => happened switch
    {
        ApiKeyIssued e => new ApiKey(e.Id, e.Digest, e.Client, e.Body, e.Roles, e.Region, e.ExpiresAt, false, 1),
        ApiKeyRevoked when key is not null => key with { Revoked = true, Version = key.Version + 1 },
        _ => throw new InvalidOperationException($"{happened?.GetType().Name} cannot happen here"),
    };
}
