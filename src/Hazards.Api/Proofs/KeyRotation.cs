using System.Collections.Immutable;
using Hazards.Domain;
using Npgsql;

namespace Hazards.Api.Proofs;

/// <summary>
/// 轮换签名密钥: the key in use vouches for a new one; both sign a checkpoint; then the old one is retired. Each step is
/// kept before the next begins, so that a rotation that was cut off is finished by asking for it again.
/// </summary>
internal sealed class KeyRotation(NpgsqlDataSource dataSource, LogKeys keys, CheckpointDesk desk)
{
    // "rotate" in ASCII.
    private const long Lock = 0x72_6F_74_61_74_65;

    /// <summary>Rotates the key of every tree.</summary>
    /// <param name="by">Who asks.</param>
    /// <param name="reason">Why the old key is retired.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <returns>The keys after it; or why it could not be done.</returns>
    public async Task<(ImmutableArray<LogKeyPeriod> Keys, Refusal? Refusal)> RunAsync(
        Actor by, string reason, CancellationToken cancellationToken = default)
    {
        if (Texts.Required("reason", reason) is { } wrong)
            return ([], wrong);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var alone = new NpgsqlCommand($"select pg_advisory_xact_lock({Lock})", connection))
            await alone.ExecuteNonQueryAsync(cancellationToken);
        if ((await keys.EnsureAsync(cancellationToken) ?? await keys.IntroduceNextAsync(by, cancellationToken)) is { } refusal)
            return ([], refusal);
        foreach (var hash in await keys.SignedTreesAsync(cancellationToken))
            if ((await desk.SignNowAsync(hash, null, cancellationToken)).Refusal is { } unsigned)
                return ([], unsigned);
        return await keys.RetireFormerAsync(by, reason, cancellationToken) is { } last
            ? ([], last)
            : (await desk.KeysAsync(cancellationToken), null);
    }
}
