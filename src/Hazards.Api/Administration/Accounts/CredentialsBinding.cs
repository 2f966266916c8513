using Hazards.Api.Proofs;
using Hazards.Domain;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Administration.Accounts;

/// <summary>
/// Gives the passwords that an older program kept their codes, once: that it was done is in the log, and from there on a
/// password without a code opens nothing. Until then one without is taken as it is, as it was before.
/// </summary>
[LogCategory("Hazards.Api.Accounts.CredentialsBinding")]
internal sealed partial class CredentialsBinding(
    NpgsqlDataSource dataSource, CredentialCodes codes, LogKeys keys, ILogger<CredentialsBinding> logger) : IHostedLifecycleService
{
    private bool bound;

    /// <summary>Whether it was done: a password must have its code.</summary>
    public async Task<bool> IsDoneAsync(CancellationToken cancellationToken) =>
        bound || codes.Exist && (bound = (await keys.RegisterAsync(cancellationToken)).CredentialsBound);

    /// <summary>Does it, unless it was done.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        while (codes.Exist && !await IsDoneAsync(cancellationToken))
        {
            var count = await BindAsync(cancellationToken);
            await keys.AppendAsync(
                [new CredentialsBound(count)], (await keys.RegisterAsync(cancellationToken)).Version, Clockwork.Actor, cancellationToken);
        }
    }

    /// <summary>When the log's own keys are introduced, which come first.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EnsureAsync(cancellationToken);
        }
        catch (Exception e) when (DatabaseTrouble.IsAway(e)
            || e is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn })
        {
            // The next sign-in does it.
            LogTrouble(e.Message);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<long> BindAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var unbound = new List<(Guid Account, long Version, string Hash)>();
        await using (var command = new NpgsqlCommand("""
            select s.account, s.password_version, s.password_hash from accounts.secrets s where s.code is null for update
            """, connection, transaction))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken))
                unbound.Add((reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2)));
        foreach (var (account, version, hash) in unbound)
        {
            await using var command = new NpgsqlCommand(
                "update accounts.secrets set code = $2 where account = $1", connection, transaction);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = account });
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = codes.OfPassword(account, version, hash)! });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return unbound.Count;
    }

    [LoggerMessage(1, LogLevel.Warning, "凭据校验尚未启用，下次登录时再试 credentials are not bound yet, the next sign-in tries again: {Reason}")]
    private partial void LogTrouble(string reason);
}
