using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Hazards.Domain;
using Hazards.Projections;
using Npgsql;

namespace Hazards.Api.Administration.Accounts;

/// <summary>
/// Who is signed in. A session is known by the SHA-256 of its token, and opens nothing once its account is closed, its
/// password is another or its rights were changed: that is seen at every request, whatever became of the row.
/// </summary>
internal sealed class Sessions(
    NpgsqlDataSource dataSource, AccountJournal journal, Identities identities, CredentialCodes codes, TimeProvider clock)
{
    /// <summary>The longest, however much it is used: a working day.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>The longest without being used: a desk that was left.</summary>
    public static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(60);

    /// <summary>How long the rest of a sign-in may take, the code, another password.</summary>
    public static readonly TimeSpan LongestUnfinished = TimeSpan.FromMinutes(15);

    // A page makes several requests a minute; that it was used is worth one write.
    private static readonly TimeSpan SeenToThe = TimeSpan.FromMinutes(1);

    // What the log says of them stays.
    private static readonly TimeSpan KeptAfter = TimeSpan.FromDays(30);

    private const string Columns =
        "s.id, s.account, s.created_at, s.last_seen_at, s.expires_at, s.address, s.agent, s.step, s.purpose, s.digest";

    private static readonly ImmutableDictionary<string, SessionStep> Steps =
        Enum.GetValues<SessionStep>().ToImmutableDictionary(Labels.Camel);

    /// <summary>Whose session a token opens, at whatever step it is; null when none.</summary>
    public async Task<SignedInAs?> FindAsync(string token, CancellationToken cancellationToken = default)
    {
        if (token.Length is 0 or > 100)
            return null;
        if (await ReadAsync(token, cancellationToken) is not var (session, row, rights, code))
            return null;
        if (!CredentialCodes.Holds(code, codes.OfSession(session.Id, session.Digest, session.Account, rights, session.Step, session.ExpiresAt)))
        {
            await identities.ContradictedAsync("session", session.Account, ["code"], session.Id.ToString("D"));
            return null;
        }

        if (await identities.AccountOfAsync(row, session.Id, cancellationToken) is not { } account)
            return null;
        var now = clock.GetUtcNow();
        if (account.Closed || rights != account.RightsVersion || session.ExpiresAt <= now || session.LastSeenAt + LongestIdle <= now)
            return null;
        if (now - session.LastSeenAt < SeenToThe)
            return new SignedInAs(account, session);
        await ExecuteAsync(
            "update accounts.sessions set last_seen_at = greatest(last_seen_at, $2) where id = $1", cancellationToken, session.Id, now);
        return new SignedInAs(account, session with { LastSeenAt = now });
    }

    /// <summary>The sessions of an account that are open, the newest first.</summary>
    public async Task<ImmutableArray<Session>> ListAsync(Guid account, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand($"""
            select {Columns}
            from accounts.sessions s join rows.accounts a on a.account_id = s.account
            where s.account = $1 and s.ended_at is null and s.expires_at > $2 and s.last_seen_at > $3
              and s.rights_version = (a.account->>'rightsVersion')::bigint and not (a.account->>'closed')::boolean
            order by s.created_at desc
            """);
        var now = clock.GetUtcNow();
        Add(command, account, now, now - LongestIdle);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = ImmutableArray.CreateBuilder<Session>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(SessionOf(reader));
        return found.ToImmutable();
    }

    /// <summary>Ends one of the person's own sessions, on record; nothing when it is not one or has ended.</summary>
    public async Task EndAsync(SignedInAs by, Guid session, CancellationToken cancellationToken = default)
    {
        if ((await ListAsync(by.Account.Id, cancellationToken)).Any(s => s.Id == session))
            await EndAsync(by.Account.Id, [session], cancellationToken);
    }

    /// <summary>Ends all of the person's sessions but this one.</summary>
    public async Task EndOthersAsync(SignedInAs by, CancellationToken cancellationToken = default)
    {
        var open = await ListAsync(by.Account.Id, cancellationToken);
        var others = open.Select(s => s.Id).Where(s => s != by.Session.Id).ToImmutableArray();
        if (!others.IsEmpty)
            await EndAsync(by.Account.Id, others, cancellationToken);
    }

    /// <summary>Says why records are read in this session from now on; null: it no longer does.</summary>
    public Task SetPurposeAsync(Guid session, string? purpose, CancellationToken cancellationToken = default) =>
        ExecuteAsync("update accounts.sessions set purpose = $2 where id = $1", cancellationToken, session, Clean(purpose, 500));

    /// <summary>A session to be, with its token; it is nothing until it is kept.</summary>
    internal Opened New(Account account, SessionStep step, string? address, string? agent)
    {
        // To the microsecond, as the table keeps it.
        var now = clock.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var expiresAt = now + (step == SessionStep.Full ? Longest : LongestUnfinished);
        return new Opened(token, new Session(
            Guid.CreateVersion7(), account.Id, now, now, expiresAt, AddressOf(address), Clean(agent, 200), step, Purpose: null,
            DigestOf(token)));
    }

    /// <summary>Keeps a session that has begun; the account's very old ones go.</summary>
    internal Task KeepAsync(Opened opened, long rightsVersion, CancellationToken cancellationToken)
    {
        var s = opened.Session;
        return ExecuteAsync("""
            with old as (delete from accounts.sessions where account = $3 and expires_at < $11)
            insert into accounts.sessions
              (id, digest, account, rights_version, created_at, last_seen_at, expires_at, address, agent, step, code)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12::bytea)
            """, cancellationToken, s.Id, s.Digest, s.Account, rightsVersion, s.CreatedAt, s.LastSeenAt, s.ExpiresAt,
            s.Address, s.Agent, Labels.Camel(s.Step), s.CreatedAt - KeptAfter,
            codes.OfSession(s.Id, s.Digest, s.Account, rightsVersion, s.Step, s.ExpiresAt));
    }

    /// <summary>A session goes on to its next step; it has begun with the account's rights of this version.</summary>
    internal Task StepAsync(Session session, SessionStep step, long rightsVersion, CancellationToken cancellationToken)
    {
        var expiresAt = step == SessionStep.Full ? session.CreatedAt + Longest : session.ExpiresAt;
        return ExecuteAsync("""
            update accounts.sessions set step = $2, expires_at = $3, rights_version = $4, code = $5::bytea where id = $1 and digest = $6
            """, cancellationToken, session.Id, Labels.Camel(step), expiresAt, rightsVersion,
            codes.OfSession(session.Id, session.Digest, session.Account, rightsVersion, step, expiresAt), session.Digest);
    }

    /// <summary>Marks sessions as ended; that they are is on record already.</summary>
    internal Task MarkEndedAsync(ImmutableArray<Guid> sessions, CancellationToken cancellationToken) =>
        ExecuteAsync("update accounts.sessions set ended_at = $2 where id = any ($1) and ended_at is null",
            cancellationToken, sessions.ToArray(), clock.GetUtcNow());

    /// <summary>Marks every session that began before the account had its present rights.</summary>
    internal Task MarkOlderEndedAsync(Account account, CancellationToken cancellationToken) =>
        ExecuteAsync("update accounts.sessions set ended_at = $3 where account = $1 and rights_version < $2 and ended_at is null",
            cancellationToken, account.Id, account.RightsVersion, clock.GetUtcNow());

    private async Task EndAsync(Guid account, ImmutableArray<Guid> sessions, CancellationToken cancellationToken)
    {
        var ended = Ruling.Of([.. sessions.Select(s => new SignedOut(s, SignOutReason.Self))]);
        var (_, refusal) = await journal.DecideAsync(account, (_, _) => Task.FromResult(ended), cancellationToken);
        if (refusal is not null)
            throw new Projections.Store.LogUnavailableException(refusal.English);
        await MarkEndedAsync(sessions, cancellationToken);
    }

    private async Task<(Session Session, IdentityRow Account, long Rights, byte[]? Code)?> ReadAsync(
        string token, CancellationToken cancellationToken)
    {
        // By the unique digest and the primary key of accounts.
        await using var command = dataSource.CreateCommand($"""
            select {Columns}, s.rights_version, s.code, {IdentityRows.AccountColumns}
            from accounts.sessions s join rows.accounts a on a.account_id = s.account
            where s.digest = $1 and s.ended_at is null
            """);
        Add(command, DigestOf(token));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var code = reader.IsDBNull(11) ? null : reader.GetFieldValue<byte[]>(11);
        return (SessionOf(reader), IdentityRows.Read(reader, 12), reader.GetInt64(10), code);
    }

    private static Session SessionOf(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetGuid(1),
        reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4),
        TextOf(reader, 5), TextOf(reader, 6), Steps[reader.GetString(7)], TextOf(reader, 8), reader.GetString(9));

    private static string? TextOf(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static string DigestOf(string token) => Sha256Digest.Of(Encoding.UTF8.GetBytes(token)).Value;

    /// <summary>An address as it is kept.</summary>
    internal static string? AddressOf(string? address) => Clean(address, 64);

    /// <summary>What a browser says of itself, as far as a table can keep it.</summary>
    private static string? Clean(string? text, int most) => string.IsNullOrWhiteSpace(text)
        ? null
        : new string([.. text.Trim().Take(most).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object?[] values)
    {
        await using var command = dataSource.CreateCommand(sql);
        Add(command, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlCommand command, params object?[] values)
    {
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
    }
}
