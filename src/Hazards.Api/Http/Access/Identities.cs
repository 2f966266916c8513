using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hazards.Api.Proofs;
using Hazards.Domain;
using Hazards.Projections;
using Hazards.Projections.Store;
using Npgsql;

namespace Hazards.Api.Http.Access;

/// <summary>
/// Who somebody is, believed only as far as the log says. Rows are read at every request, as they must be; a row whose
/// content this process has not compared yet is compared with the fold of its stream, whose events the service must have
/// written. One that says otherwise opens nothing, and that it did is on record.
/// </summary>
/// <remarks>
/// Warm, a request costs what it did: the comparison is of the row's bytes with those that were compared before. The stream's
/// newest version comes with the row, so that an older row put back (a key as it was before it was revoked) is no old friend.
/// </remarks>
[LogCategory("Hazards.Api.Identities")]
internal sealed partial class Identities(
    Questions questions, NpgsqlDataSource dataSource, IEventLog log, LogKeys keys, ServiceOptions options, IdentityTelemetry telemetry,
    HangUps hangUps, ILogger<Identities> logger)
{
    // Some 2 KB each. Beyond that all are compared anew, each when it comes.
    private const int Most = 20_000;

    // Whoever tries again with the same row adds nothing to what is known; later it may be another affair.
    private static readonly TimeSpan SaidAgainAfter = TimeSpan.FromMinutes(10);

    private readonly IdentityRows rows = new(questions.Source);
    private readonly Together<(Sha256Digest, BodyId), KeysAndBodies> together = new(asked => hangUps.WithinAsync(
        ApiKeyOptions.Patience, stop => new IdentityRows(questions.Source).KeysAndBodiesAsync(asked, stop), CancellationToken.None));
    // Whose a key was when it was last believed, by what it was found by: both are asked for at once.
    private readonly ConcurrentDictionary<string, BodyId> bodies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Compared> compared = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> said = new(StringComparer.Ordinal);
    private (ReadOnlyMemory<byte> Key, long Since)? appendKey;

    /// <summary>The key with this digest, and its body where it opens anything now; or why not.</summary>
    public async Task<(ApiKey? Key, Body? Body, Refusal? Refusal)> KeyAsync(
        Sha256Digest digest, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (row, bodyRow) = bodies.TryGetValue(digest.Value, out var usual)
            ? await KeyAndBodyAsync(digest, usual, cancellationToken)
            : (await rows.KeyAsync(digest, cancellationToken), null);
        // What it was looked up by is what it must have been issued with.
        return row?.FoundBy == digest.Value ? await OpenedAsync(digest.Value, row, bodyRow, now, cancellationToken) : default;
    }

    private async Task<(IdentityRow? Key, IdentityRow? Body)> KeyAndBodyAsync(
        Sha256Digest digest, BodyId body, CancellationToken cancellationToken)
    {
        var found = await together.AskAsync((digest, body)).WaitAsync(cancellationToken);
        return (found.Keys.GetValueOrDefault(digest.Value), found.Bodies.GetValueOrDefault(body.Value));
    }

    /// <summary>The same of the key with this identity, which another vouches for.</summary>
    public async Task<(ApiKey? Key, Body? Body, Refusal? Refusal)> KeyAsync(
        Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var name = id.ToString("D");
        var (row, bodyRow) = bodies.TryGetValue(name, out var usual)
            ? await rows.KeyAndBodyAsync(id, usual, cancellationToken)
            : (await rows.KeyAsync(id, cancellationToken), null);
        return row is not null ? await OpenedAsync(name, row, bodyRow, now, cancellationToken) : default;
    }

    private async Task<(ApiKey? Key, Body? Body, Refusal? Refusal)> OpenedAsync(
        string name, IdentityRow row, IdentityRow? bodyRow, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (key, refusal) = await BelieveAsync<ApiKey>(IdentityKind.Key, row, cancellationToken);
        if (key is null)
            return (null, null, refusal);
        if (key.Revoked)
            return (key, null, AccessRefusals.Revoked.Because());
        if (key.ExpiresAt <= now)
            return (key, null, AccessRefusals.Expired.Because(null, ("at", key.ExpiresAt)));
        if (bodyRow?.FoundBy != key.Body.Value)
            bodyRow = await rows.BodyAsync(key.Body, cancellationToken);
        if (bodyRow is null)
            return (key, null, null);
        if (bodies.Count >= Most)
            bodies.Clear();
        bodies[name] = key.Body;
        (var body, refusal) = await BelieveAsync<Body>(IdentityKind.Body, bodyRow, cancellationToken);
        return (key, await PlacedAsync(body, cancellationToken), refusal);
    }

    /// <summary>The account with this login; or that its row is not as recorded.</summary>
    public async Task<(Account? Account, Refusal? Refusal)> AccountAsync(string login, CancellationToken cancellationToken) =>
        await rows.AccountAsync(login, cancellationToken) is { } row
            ? await BelieveAsync<Account>(IdentityKind.Account, row, cancellationToken)
            : default;

    /// <summary>The account; or that its row is not as recorded.</summary>
    public async Task<(Account? Account, Refusal? Refusal)> AccountAsync(Guid id, CancellationToken cancellationToken) =>
        await rows.AccountAsync(id, cancellationToken) is { } row
            ? await BelieveAsync<Account>(IdentityKind.Account, row, cancellationToken)
            : default;

    /// <summary>The body on whose behalf somebody acts; or that its row is not as recorded.</summary>
    public async Task<(Body? Body, Refusal? Refusal)> BodyAsync(BodyId id, CancellationToken cancellationToken)
    {
        var (body, refusal) = await OneAsync(id, cancellationToken);
        return (await PlacedAsync(body, cancellationToken), refusal);
    }

    // What it belongs to decides what it sees, and is believed no more than itself.
    private async Task<Body?> PlacedAsync(Body? body, CancellationToken cancellationToken) =>
        body is null ? null : await body.PlacedAsync(async above => (await OneAsync(above, cancellationToken)).Body);

    private async Task<(Body? Body, Refusal? Refusal)> OneAsync(BodyId id, CancellationToken cancellationToken) =>
        await rows.BodyAsync(id, cancellationToken) is { } row
            ? await BelieveAsync<Body>(IdentityKind.Body, row, cancellationToken)
            : default;

    /// <summary>The account whose row came with a session's; null when it is not as recorded, or has it that the session ended.</summary>
    public async Task<Account?> AccountOfAsync(IdentityRow row, Guid session, CancellationToken cancellationToken)
    {
        var (account, _) = await BelieveAsync<Account>(IdentityKind.Account, row, cancellationToken);
        if (account is null || !compared.TryGetValue(row.Stream, out var known) || !known.Recorded.Ended.ContainsKey(session))
            return account;
        await ContradictedAsync("session", row.Stream, ["ended_at"], session.ToString("D"));
        return null;
    }

    /// <summary>What a row says, when the log says the same.</summary>
    private async Task<(T? Value, Refusal? Refusal)> BelieveAsync<T>(
        IdentityKind kind, IdentityRow row, CancellationToken cancellationToken) where T : class
    {
        if (compared.TryGetValue(row.Stream, out var known) && known.Row.Says(row) && known.Recorded.State is T same)
            return (same, null);
        telemetry.Compared(kind.Name);
        // An account's stream gains an event at every sign-in: it is read on from where it was.
        var from = known?.Recorded is { State: T } before && before.Version < row.InLog ? before : RecordedIdentity.Nobody;
        var (recorded, differences) = await CompareAsync(kind, row, from, cancellationToken);
        if (!differences.IsEmpty || recorded.State is not T state)
            return (null, await ContradictedAsync(kind.Name, row.Stream, differences, $"{row.InLog} {row.Version}"));
        if (compared.Count >= Most)
            compared.Clear();
        compared[row.Stream] = new Compared(row, recorded);
        return (state, null);
    }

    private async Task<(RecordedIdentity Recorded, ImmutableArray<string> Differences)> CompareAsync(
        IdentityKind kind, IdentityRow row, RecordedIdentity from, CancellationToken cancellationToken)
    {
        var recorded = await FoldAsync(from, row, cancellationToken);
        var differences = recorded.Differences(kind, row);
        if (await KeyAsync(cancellationToken) is { } key
            && !await RecordedIdentity.IsAuthenticAsync(log, dataSource, key, row.Stream, from.Version, row.InLog, cancellationToken))
            differences = differences.Add("log");
        return (recorded, differences);
    }

    /// <summary>
    /// Does what is done when somebody calls by a key, with any key's row, so that the first who calls does not wait while it is compiled.
    /// Nobody came by it: nothing is remembered, and nothing put on record.
    /// </summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await together.AskAsync((Sha256Digest.Of([]), Clockwork.Body.Id)).WaitAsync(cancellationToken);
        if (await rows.AnyKeyAsync(cancellationToken) is { } row)
            await CompareAsync(IdentityKind.Key, row, RecordedIdentity.Nobody, cancellationToken);
    }

    private async Task<RecordedIdentity> FoldAsync(RecordedIdentity from, IdentityRow row, CancellationToken cancellationToken)
    {
        try
        {
            return await from.ReadOnAsync(log, row.Stream, row.InLog, cancellationToken);
        }
        catch (InvalidOperationException)
        {
            // Events that cannot follow one another: whoever put them there, nobody is known by them.
            return RecordedIdentity.Nobody;
        }
    }

    /// <summary>
    /// Puts on record that a row says otherwise than the log, or has not the code it must have. Whoever came by it is refused
    /// in any case; where the log cannot be written now, this node's own log and metric have it.
    /// </summary>
    /// <param name="kind">Which row.</param>
    /// <param name="identity">Its stream; the account's, of a password or a session.</param>
    /// <param name="columns">What differs.</param>
    /// <param name="which">Tells this contradiction from others of the same row.</param>
    public async Task<Refusal> ContradictedAsync(string kind, Guid identity, ImmutableArray<string> columns, string which = "")
    {
        var names = string.Join(", ", columns);
        telemetry.Contradicted(kind);
        LogContradicted(kind, identity, names);
        var refusal = AccessRefusals.NotAsRecorded.Because(null, ("kind", kind), ("id", identity), ("columns", names));
        var now = options.Clock.GetUtcNow();
        var tag = $"{kind} {identity} {names} {which}";
        if (said.TryGetValue(tag, out var before) && now - before < SaidAgainAfter)
            return refusal;
        if (said.Count >= Most)
            said.Clear();
        said[tag] = now;
        try
        {
            // Not the request's to cancel: whoever tried hangs up easily.
            var happened = new IdentityContradicted(kind, identity, columns);
            while (!await keys.AppendAsync([happened], (await keys.RegisterAsync()).Version, Clockwork.Actor, CancellationToken.None))
                await Task.Yield();
        }
        catch (Exception e) when (DatabaseTrouble.IsAway(e))
        {
            said.TryRemove(tag, out _);
            LogNotRecorded(e.Message);
        }

        return refusal;
    }

    /// <summary>The key that events are authenticated with, once the log names it; null while nothing can be checked.</summary>
    private async Task<(ReadOnlyMemory<byte> Key, long Since)?> KeyAsync(CancellationToken cancellationToken)
    {
        if (appendKey is not null || options.Log.AppendKey is not { } own)
            return appendKey;
        // Where the log names another, the audit says so; nothing can be told from its codes here.
        return (await keys.RegisterAsync(cancellationToken)).AppendKey is { } named && named.KeyId == LogKeys.AppendKeyId(own.Span)
            ? appendKey = (own, named.Position)
            : null;
    }

    [LoggerMessage(1, LogLevel.Error, "身份与日志不符，已拒绝 identity not as recorded, refused: {Kind} {Identity} ({Columns})")]
    private partial void LogContradicted(string kind, Guid identity, string columns);

    [LoggerMessage(2, LogLevel.Error, "身份与日志不符未能入库 that an identity was not as recorded could not be recorded: {Reason}")]
    private partial void LogNotRecorded(string reason);

    /// <summary>A row that was compared, and what the log said.</summary>
    private sealed record Compared(IdentityRow Row, RecordedIdentity Recorded);
}
