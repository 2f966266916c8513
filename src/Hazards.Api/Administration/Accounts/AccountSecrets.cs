using System.Security.Cryptography;
using Hazards.Domain;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using OtpNet;

namespace Hazards.Api.Administration.Accounts;

/// <summary>What opens an account: the hash of its password, and its second factor under a key of the key folder.</summary>
internal sealed class AccountSecrets(
    NpgsqlDataSource dataSource, KeyFolder folder, CredentialCodes codes, CredentialsBinding binding, Identities identities,
    TimeProvider clock)
{
    /// <summary>PBKDF2 with HMAC-SHA512, as OWASP's Password Storage Cheat Sheet advises (2023): some 0.1 s of one core.</summary>
    internal const int Iterations = 210_000;

    /// <summary>The tests' is quicker: they hash by the hundred.</summary>
    internal static PasswordHasher<Account> Hasher { private get; set; } = HasherOf(Iterations);

    // One step before and after: the clocks of telephones (RFC 6238, 5.2).
    private static readonly VerificationWindow Window = new(1, 1);

    private readonly KeptSecret factors = new(folder, "accounts-totp.key",
        "不是加密动态口令的那一个 · it is not the key that second factors were encrypted under");

    // Whoever guesses logins must not hear from the time it takes which there are.
    private readonly string nobodys = Hasher.HashPassword(null!, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    internal static PasswordHasher<Account> HasherOf(int iterations) =>
        new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));

    public static string Hash(string password) => Hasher.HashPassword(null!, password);

    /// <summary>Keeps a password's hash, unless a later one is kept already.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="hash">The hash.</param>
    /// <param name="version">The version of the account that set it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task SetPasswordAsync(Guid account, string hash, long version, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            insert into accounts.secrets as s (account, password_hash, password_version, changed_at, code) values ($1, $2, $3, $4, $5)
            on conflict (account) do update
            set password_hash = excluded.password_hash, password_version = excluded.password_version, changed_at = excluded.changed_at,
                code = excluded.code
            where s.password_version <= excluded.password_version
            """);
        Add(command, account);
        Add(command, hash);
        Add(command, version);
        Add(command, clock.GetUtcNow());
        var code = codes.OfPassword(account, version, hash);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)code ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Whether the password is the account's. It takes as long when there is no account. A hash that the service did not write
    /// for this version of the account opens nothing, and that it is there goes on record.
    /// </summary>
    public async Task<bool> IsPasswordAsync(Account? account, string password, CancellationToken cancellationToken)
    {
        var kept = await HashOfAsync(account?.Id ?? Guid.Empty, cancellationToken);
        var own = account is not null && kept is var (_, version, _) && version == account.PasswordVersion ? kept.Value.Hash : null;
        if (own is not null && !await IsOursAsync(account!, kept!.Value, cancellationToken))
            own = null;
        var verdict = Hasher.VerifyHashedPassword(null!, own ?? nobodys, password.Length <= PasswordRules.Longest ? password : "");
        if (own is null || verdict == PasswordVerificationResult.Failed)
            return false;
        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
            await SetPasswordAsync(account!.Id, Hash(password), account.PasswordVersion, cancellationToken);
        return true;
    }

    /// <summary>
    /// The secret of a second factor that a session sets; it is asked for once it is confirmed. The same, however often the session
    /// looks: it was scanned. Another session has another, and takes this one's place: who knew the password alone learns no secret of
    /// the owner's.
    /// </summary>
    public async Task<byte[]> BeginFactorAsync(Guid account, Guid session, CancellationToken cancellationToken)
    {
        if (await PendingAsync(account, session, cancellationToken) is var (_, shown))
            return shown;
        var secret = RandomNumberGenerator.GetBytes(20); // RFC 4226, 4 (R6)
        await using var command = dataSource.CreateCommand("update accounts.secrets set totp_pending = $2 where account = $1");
        Add(command, account);
        Add(command, factors.Seal(secret, Binding(account, session)));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return secret;
    }

    /// <summary>Confirms the session's secret by a code; null when it has none to confirm, or not any more.</summary>
    public async Task<bool?> ConfirmFactorAsync(Guid account, Guid session, string code, CancellationToken cancellationToken)
    {
        if (await PendingAsync(account, session, cancellationToken) is not var (pending, secret))
            return null;
        if (StepOf(secret, code) is not { } step)
            return false;
        await using var command = dataSource.CreateCommand("""
            update accounts.secrets set totp = $5, totp_pending = null, totp_step = $3, changed_at = $4
            where account = $1 and totp_pending = $2
            """);
        Add(command, account);
        Add(command, pending);
        Add(command, step);
        Add(command, clock.GetUtcNow());
        Add(command, factors.Seal(secret, Binding(account)));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Whether the code is one of the account's now; each opens once.</summary>
    public async Task<bool> UseCodeAsync(Guid account, string code, CancellationToken cancellationToken)
    {
        if (await FactorAsync(account, "totp", cancellationToken) is not { } kept
            || StepOf(factors.Open(kept, Binding(account)), code) is not { } step)
            return false;
        await using var command = dataSource.CreateCommand(
            "update accounts.secrets set totp_step = $2 where account = $1 and totp_step < $2");
        Add(command, account);
        Add(command, step);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Forgets the second factor.</summary>
    public async Task RemoveFactorAsync(Guid account, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "update accounts.secrets set totp = null, totp_pending = null, changed_at = $2 where account = $1");
        Add(command, account);
        Add(command, clock.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> IsOursAsync(
        Account account, (string Hash, long Version, byte[]? Code) kept, CancellationToken cancellationToken)
    {
        if (CredentialCodes.Holds(kept.Code, codes.OfPassword(account.Id, kept.Version, kept.Hash)))
            return true;
        if (kept.Code is null && !await binding.IsDoneAsync(cancellationToken))
        {
            await binding.EnsureAsync(cancellationToken);
            return true;
        }

        await identities.ContradictedAsync("password", account.Id, ["password_hash"], kept.Hash);
        return false;
    }

    private async Task<(string Hash, long Version, byte[]? Code)?> HashOfAsync(Guid account, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "select password_hash, password_version, code from accounts.secrets where account = $1");
        Add(command, account);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetString(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2))
            : null;
    }

    private async Task<byte[]?> FactorAsync(Guid account, string column, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {column} from accounts.secrets where account = $1");
        Add(command, account);
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    private async Task<(byte[] Kept, byte[] Secret)?> PendingAsync(Guid account, Guid session, CancellationToken cancellationToken) =>
        await FactorAsync(account, "totp_pending", cancellationToken) is { } kept
            && factors.TryOpen(kept, Binding(account, session)) is { } secret ? (kept, secret) : null;

    private long? StepOf(byte[] secret, string code) =>
        new Totp(secret).VerifyTotp(clock.GetUtcNow().UtcDateTime, code.Trim(), out var step, Window) ? step : null;

    private static string Binding(Guid account) => $"hazards second factor\n{account:D}\n";

    private static string Binding(Guid account, Guid session) => $"{Binding(account)}{session:D}\n";

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
