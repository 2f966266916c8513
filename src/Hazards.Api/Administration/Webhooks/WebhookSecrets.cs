using System.Collections.Immutable;
using System.Security.Cryptography;
using Npgsql;

namespace Hazards.Api.Administration.Webhooks;

/// <summary>
/// What messages are signed with (Standard Webhooks), encrypted under a key of the key folder. Shown once, and never in the log.
/// </summary>
internal sealed class WebhookSecrets(NpgsqlDataSource dataSource, KeyFolder folder, ServiceOptions options, TimeProvider clock)
{
    private const string Prefix = "whsec_";

    // Standard Webhooks: between 24 and 64 bytes.
    private const int Length = 32;

    private readonly KeptSecret kept = new(folder, "webhooks.key",
        "不是加密推送密钥的那一个 · it is not the key that the secrets of webhooks were encrypted under");

    /// <summary>A secret that nobody has, as its receiver is given it, and as it is kept.</summary>
    /// <exception cref="KeyFolderException">There is no key folder, or it cannot be used.</exception>
    public (string Shown, byte[] Sealed) Make(Guid webhook)
    {
        var secret = RandomNumberGenerator.GetBytes(Length);
        return (Prefix + Convert.ToBase64String(secret), kept.Seal(secret, BelongsTo(webhook)));
    }

    /// <summary>Keeps a secret, unless a later one is kept already. The one before signs as well for a while.</summary>
    /// <param name="webhook">Whose.</param>
    /// <param name="secret">As <see cref="Make"/> gave it.</param>
    /// <param name="version">The version of the subscription that set it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task SetAsync(Guid webhook, byte[] secret, long version, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            insert into webhooks.secrets as s (webhook, secret, version) values ($1, $2, $3)
            on conflict (webhook) do update
            set previous = s.secret, previous_until = $4, secret = excluded.secret, version = excluded.version
            where s.version < excluded.version
            """);
        command.Parameters.AddWithValue(webhook);
        command.Parameters.AddWithValue(secret);
        command.Parameters.AddWithValue(version);
        command.Parameters.AddWithValue((clock.GetUtcNow() + options.Webhooks.OldSecretSigns).UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Those that sign now, the newest first; none when they were lost.</summary>
    public async Task<ImmutableArray<byte[]>> SigningAsync(Guid webhook, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            select s.secret, case when s.previous_until > $2 then s.previous end from webhooks.secrets s where s.webhook = $1
            """);
        command.Parameters.AddWithValue(webhook);
        command.Parameters.AddWithValue(clock.GetUtcNow().UtcDateTime);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return [];
        var newest = kept.Open(reader.GetFieldValue<byte[]>(0), BelongsTo(webhook));
        return await reader.IsDBNullAsync(1, cancellationToken)
            ? [newest]
            : [newest, kept.Open(reader.GetFieldValue<byte[]>(1), BelongsTo(webhook))];
    }

    /// <summary>Forgets them.</summary>
    public async Task RemoveAsync(Guid webhook, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("delete from webhooks.secrets where webhook = $1");
        command.Parameters.AddWithValue(webhook);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string BelongsTo(Guid webhook) => $"hazards webhook\n{webhook:D}\n";
}
